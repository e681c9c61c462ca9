// Package scope holds the names and functions that an expression of a job file
// can see, and when. An expression and a [Scope] go in; diagnostics about
// unknown names and types, compiled conditions and templates come out, which
// [Values] turn into results once a watcher has triggered.
package scope

import (
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/jwhost/jwhost/hcl/pattern"
	"github.com/jwhost/jwhost/hcl/proof"
	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// A Scope is what the expressions at one place of a file can see.
type Scope struct {
	Pattern *pattern.Pattern     // nil: no captures (a job's own attributes)
	Metrics map[string]bool      // recorded by some watcher of the job; nil: metric.* not in scope
	Vars    map[string]cty.Value // var.*
	Locals  map[string]cty.Value // local.*
	Runtime bool                 // job.*, match.*, watcher.*, prev.* are in scope
	Secrets bool                 // secret() is allowed here
}

// Values is what is known when a watcher has triggered. It can be written as
// JSON and read back.
type Values struct {
	Captures map[string][]byte `json:"captures,omitempty"` // by name and as c1, c2, …: the original bytes
	Prev     map[string][]byte `json:"prev,omitempty"`     // of the trigger before this one
	Job      Job               `json:"job"`
	Match    Match             `json:"match"`
	Watcher  Watcher           `json:"watcher"`
	Metrics  map[string]Metric `json:"metrics,omitempty"`
	// Secret answers secret("NAME").
	Secret func(name string) (string, error) `json:"-"`
}

// Job is job.*.
type Job struct {
	ID, Name, Dir, Source, State, Host string
	ExitCode                           *int
	ArrayTaskID                        *int
	Attempt                            int
	TimeLeft                           *float64 // seconds
}

// Match is match.*.
type Match struct {
	Line, Text []byte
	Number     int64
	Stream     string
	Time       time.Time
}

// Watcher is watcher.*.
type Watcher struct {
	Name     string
	Triggers int64
}

// Metric is metric.<name>.*; it holds NaN and infinities where such were recorded.
type Metric struct {
	Last, Min, Max, Mean float64
	Count                int64
}

// A Condition is a checked `when`.
type Condition struct{}

// Condition checks expr as a condition.
func (s *Scope) Condition(expr hcl.Expression) (*Condition, hcl.Diagnostics) { panic("unwritten") }

// Eval evaluates the condition. null is true where a null operand made it
// false; err is any other failure, which makes it false too.
func (c *Condition) Eval(v *Values) (ok, null bool, err error) { panic("unwritten") }

// Range is where the condition stands.
func (c *Condition) Range() hcl.Range { panic("unwritten") }

// A Template is a text of the file with the author's constants joined in.
type Template struct {
	Parts []Part
	Range hcl.Range
}

// A Part is literal text, or an interpolation.
type Part struct {
	Text string // when Expr is nil
	Expr hcl.Expression
	// Name is the interpolation as the author wrote it. Capture is the
	// capture's name where the interpolation is one and nothing else: its
	// original bytes are used then.
	Name     string
	Capture  string
	Language *proof.Language // what it can hold
	Trusted  bool            // ours and proven: JOB_ID, watcher.*, match.number, …
	Unsafe   bool            // unsafe(x)
	Range    hcl.Range       // of the interpolation, or of the literal's source
}

// Template checks expr as a text with placeholders. A bare capture is the
// template that holds just it.
func (s *Scope) Template(expr hcl.Expression) (*Template, hcl.Diagnostics) { panic("unwritten") }

// Constant reports whether the template has no placeholder, and its text.
func (t *Template) Constant() (string, bool) { panic("unwritten") }

// Shell returns the parts as package shellsafe takes them.
func (t *Template) Shell() []shellsafe.Part { panic("unwritten") }

// Bytes renders the template: the author's literals and the original bytes of
// the captures, piece by piece.
func (t *Template) Bytes(v *Values) ([]byte, error) { panic("unwritten") }

// Holes answers the holes of a command made by [Template.Shell].
func Holes(v *Values, templates ...*Template) shellsafe.Values { panic("unwritten") }

// A Number is a checked expression of a number (metrics, number attributes).
type Number struct{}

// Number checks expr as a number.
func (s *Scope) Number(expr hcl.Expression) (*Number, hcl.Diagnostics) { panic("unwritten") }

// Eval evaluates it; null is true where there is no number. For a bare
// capture the capture's own text is read, so nan and inf are what they say.
func (n *Number) Eval(v *Values) (x float64, null bool, err error) { panic("unwritten") }
