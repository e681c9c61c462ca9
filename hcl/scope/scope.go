// Package scope holds the names and functions that an expression of a job file
// can see, and when. An expression and a [Scope] go in; diagnostics about
// unknown names and types, compiled conditions and templates come out, which
// [Values] turn into results once a watcher has triggered.
package scope

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/jwhost/jwhost/hcl/pattern"
)

// A Scope is what the expressions at one place of a file can see.
type Scope struct {
	Pattern *pattern.Pattern     // nil: no captures (a job's own attributes)
	Metrics map[string]bool      // recorded by some watcher of the job; nil: metric.* not in scope
	Vars    map[string]cty.Value // var.*
	Locals  map[string]cty.Value // local.*
	Runtime bool                 // job.*, match.*, watcher.*, prev.* are in scope
	Secrets bool                 // secret() is allowed here

	// Fixed says, as in "url is fixed before the job starts", why captures and
	// other names of the run are refused although they are in scope; "" if
	// they are not.
	Fixed string
	Shell bool // the text is a command for a shell
	// Broken says that the captures are not known, as the pattern is wrong: any
	// other name may be one. It is for finding further faults only.
	Broken bool
	// Sources are the files that expressions come from, for the wording of
	// names and corrections. It may be nil.
	Sources map[string]*hcl.File
}

// EnvName is the variable that carries a capture to an action: JW_LOSS for
// loss, JW_C1 for c1.
func EnvName(capture string) string { return "JW_" + upper(capture) }

// Constant evaluates expr, which may use nothing but var.*, local.* and
// functions.
func (s *Scope) Constant(expr hcl.Expression) (cty.Value, hcl.Diagnostics) {
	c := *s
	if c.Fixed == "" {
		c.Fixed = "this is fixed before the job starts"
	}
	p, diags := c.compile(expr)
	if diags.HasErrors() {
		bareWord(expr, diags)
		return cty.DynamicVal, diags
	}
	v, err := p.eval(&Values{})
	if err != nil {
		return cty.DynamicVal, append(diags, Error(CodeExpression, expr.Range(), "Invalid expression", sentence(err.Error())))
	}
	v, _ = v.UnmarkDeep()
	return v, diags
}

// bareWord adds to the complaint about an unknown name that a text would stand
// in quotes, where the name is the whole value.
func bareWord(expr hcl.Expression, diags hcl.Diagnostics) {
	word := hcl.ExprAsKeyword(expr)
	if word == "" || len(diags) != 1 || CodeOf(diags[0]) != CodeUnknownName || strings.Contains(diags[0].Detail, "Did you mean") {
		return
	}
	diags[0].Detail += fmt.Sprintf(" If a text is meant, write it in quotes: %q.", word)
}

// source returns the text of a range, "" where the file is not known.
func (s *Scope) source(r hcl.Range) string {
	if f := s.Sources[r.Filename]; f != nil && r.CanSliceBytes(f.Bytes) {
		return string(r.SliceBytes(f.Bytes))
	}
	return ""
}
