// Package schema says what actions a plugin serves and what attributes each
// takes. The SDK derives it from Go structs, the protocol carries it, the
// language decodes files with it and points its complaints at source ranges.
package schema

import "time"

// A Type is the type of an action's attribute.
type Type string

// The types an attribute can have. The host proves and renders every Command
// and Argv, in whichever plugin's schema it stands; a plugin never sees the
// pieces, and runs the result by naming the attribute.
const (
	Text     Type = "text"     // a template
	Number   Type = "number"   // a float64
	Bool     Type = "bool"     //
	Duration Type = "duration" // "30m", "1h30m", "2d"
	Texts    Type = "texts"    // a list of templates
	Map      Type = "map"      // names to templates
	Command  Type = "command"  // a shell command
	Argv     Type = "argv"     // a program and its arguments, no shell
)

// Types lists every type there is.
var Types = []Type{Text, Number, Bool, Duration, Texts, Map, Command, Argv}

// A Plugin is what a plugin says of itself.
type Plugin struct {
	Name       string      // letters, digits, "_", "-"
	Version    string      // semantic version
	SDKVersion string      // of the SDK it was built with, "" if none
	MinHost    string      // oldest jwhost it works with, "" if any
	Config     []Attribute // of its `config` block
	Actions    []Action
	Grants     []string // host services it wants: see Grants
}

// An Action is one thing a plugin can do.
type Action struct {
	Name       string
	Doc        string
	Attributes []Attribute
	// ExactlyOne lists groups of attributes of which exactly one is set.
	ExactlyOne [][]string
	Idempotent bool // may be delivered again after a crash
	Cancels    bool // ends the job that triggered it
	Validates  bool // checks its constant arguments before a job starts
}

// An Attribute is one argument of an action.
//
// Attributes with these names and types in the schema of an action govern how
// each Command and Argv of the same action runs: shell (Text), stdin (Text),
// env (Map), dir (Text), allow (Texts), output_limit (Number), keep (Text).
type Attribute struct {
	Name      string
	Type      Type
	Required  bool
	Sensitive bool     // may hold secret(); redacted wherever it is shown
	Constant  bool     // takes no captures
	Pieces    bool     // of a Text: the plugin gets it in pieces, and knows which were captured
	Default   string   // as in the file, without quotes
	OneOf     []string // the only texts allowed, if any
	Doc       string
	Example   string
}

// The host services that a plugin can be granted.
const (
	GrantExec        = "exec"         // run the commands of its own actions
	GrantLogsRead    = "logs.read"    // read the last lines of the job
	GrantJobControl  = "job.control"  // cancel the job
	GrantMetricsRead = "metrics.read" // read the job's metrics
)

// Grants lists every grant there is.
var Grants = []string{GrantExec, GrantLogsRead, GrantJobControl, GrantMetricsRead}

// Reserved names every action's attributes and blocks that belong to the host.
// A schema that uses one of them is refused.
var Reserved = []string{"when", "timeout", "retry", "concurrency", "on_interrupt", "durable", "on_failure", "on_success", "needs"}

// DefaultTimeout is the time an action has when the file gives none.
const DefaultTimeout = 2 * time.Minute

// Action returns the action of that name, or nil.
func (p *Plugin) Action(name string) *Action {
	for i := range p.Actions {
		if p.Actions[i].Name == name {
			return &p.Actions[i]
		}
	}
	return nil
}

// Attribute returns the attribute of that name, or nil.
func (a *Action) Attribute(name string) *Attribute {
	for i := range a.Attributes {
		if a.Attributes[i].Name == name {
			return &a.Attributes[i]
		}
	}
	return nil
}
