package jobfile

import (
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/jwhost/jwhost/hcl/pattern"
	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/hcl/shellsafe"
	"github.com/jwhost/jwhost/shared/schema"
)

// A File is one or more job files, checked.
type File struct {
	Paths    []string             // absolute
	Dir      string               // of the first file
	Sources  map[string]*hcl.File // for snippets, by the name that ranges hold
	Plugins  []*Plugin
	Watchers []*Watcher // shared, at the top level
	Jobs     []*Job     // in the file's order
	Secrets  []Secret   // every secret("NAME") of the files
}

// A Secret is one use of secret().
type Secret struct {
	Name  string
	Range hcl.Range
}

// A Plugin is a `plugin` block.
type Plugin struct {
	Name          string
	Source        string // absolute path
	Grants        []string
	Config        map[string]cty.Value // constants, decoded by the plugin's schema
	ConfigRanges  map[string]hcl.Range // of the attributes
	ConfigSecrets map[string]string    // attribute -> name of the secret it is
	Schema        *schema.Plugin
	Range         hcl.Range
}

// A Job is a `job` block.
type Job struct {
	Name     string
	Source   Source
	Dir      string // absolute
	DirRange hcl.Range
	Env      map[string]string
	// EnvSecrets are the variables that hold secret(): Bytes of a
	// scope.Values with Secret gives the text.
	EnvSecrets map[string]*scope.Template
	DependsOn  []*Job
	TimeLimit  time.Duration // 0: none
	Watchers   []*Watcher    // its own, and the shared ones that it lists
	Range      hcl.Range
}

// A Source says where a job's output comes from.
type Source interface {
	Kind() string // "local"
}

// Local is a process of this machine.
type Local struct {
	Command string // for /bin/sh -c, or
	Argv    []string
	Pty     bool
	Range   hcl.Range
}

// Kind implements Source.
func (*Local) Kind() string { return "local" }

// Streams that a watcher can read.
const (
	Stdout = "stdout"
	Stderr = "stderr"
	Both   = "both"
)

// A Watcher is a `watcher` block. A shared watcher is compiled once for each
// job that lists it, as metric names and job fields are the job's.
type Watcher struct {
	Name         string
	Hash         string           // of its content, for `resume`
	Pattern      *pattern.Pattern // nil: on_end alone
	PatternRange hcl.Range
	Output       string           // Stdout, Stderr or Both
	When         *scope.Condition // nil: always
	Metrics      []Metric
	Cooldown     time.Duration
	MaxTriggers  int64 // 0: no limit
	OnEnd        *OnEnd
	Actions      []*Action
	Range        hcl.Range
}

// A Metric is one entry of `metrics`.
type Metric struct {
	Name  string
	Value *scope.Number
}

// OnEnd makes a watcher trigger when its job ends.
type OnEnd struct {
	States []string // empty: every end but "cancelled"
	Range  hcl.Range
}

// An Action is an `action` block.
type Action struct {
	Plugin      string // name of the plugin; a bundled one's for bundled actions
	Name        string // of the action in its plugin's schema
	Label       string // as the file has it: run_command, jira.ticket
	Schema      *schema.Action
	When        *scope.Condition
	Timeout     time.Duration
	Retry       *Retry
	Concurrency int
	Args        map[string]*Arg // by attribute; those that the file gives
	Command     *Command        // of the Command or Argv attribute that is given, or nil
	Range       hcl.Range
}

// Retry is the `retry` block.
type Retry struct {
	Attempts int           // counts the first run
	Backoff  time.Duration // before the second run; doubles
}

// An Arg is the value of one attribute. Which field is set follows from the
// attribute's type.
type Arg struct {
	Attribute *schema.Attribute
	Range     hcl.Range         // of the value
	Source    hcl.Range         // of the whole attribute
	Text      *scope.Template   // Text
	Texts     []*scope.Template // Texts
	Map       []MapItem         // Map, in the file's order
	Number    *scope.Number     // Number
	Bool      bool              // Bool
	Duration  time.Duration     // Duration
}

// A MapItem is one entry of a Map attribute.
type MapItem struct {
	Key   string
	Value *scope.Template
	Range hcl.Range
}

// A Command is the command of an action, proved.
type Command struct {
	Attribute string // its name in the schema
	Safe      *shellsafe.Command
	Templates []*scope.Template // whose parts the placeholders are
	Range     hcl.Range
}

// Actions answers what plugins serve; it is all that the language knows of
// plugins.
type Actions interface {
	// Bundled returns the schemas of the plugins that need no block.
	Bundled() []*schema.Plugin
	// Describe returns the schema of the plugin at source, an absolute path.
	Describe(name, source string) (*schema.Plugin, error)
}

// Options of Load.
type Options struct {
	Vars     map[string]string // --var, as text; converted to the variable's type
	VarFiles []string
	// EnvVars are values that yield to those above, and may be of variables
	// that the files do not declare.
	EnvVars map[string]string
	Actions Actions
}
