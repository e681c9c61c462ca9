package scope

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// A checker gathers what is wrong with an expression whatever its values.
type checker struct {
	scope *Scope
	diags hcl.Diagnostics
}

func (c *checker) report(diags ...*hcl.Diagnostic) {
	for _, d := range diags {
		if _, null := d.Extra.(nullOperand); !null && !seen(c.diags, d) {
			c.diags = append(c.diags, d)
		}
	}
}

func seen(diags hcl.Diagnostics, d *hcl.Diagnostic) bool {
	for _, o := range diags {
		if o.Summary == d.Summary && o.Subject != nil && d.Subject != nil && *o.Subject == *d.Subject {
			return true
		}
	}
	return false
}

// mistyped reports an operand of type have where want is wanted.
func (c *checker) mistyped(e hclsyntax.Expression, have, want cty.Type) *hcl.Diagnostic {
	if have == cty.DynamicPseudoType || !want.IsPrimitiveType() || have == want {
		return nil
	}
	switch {
	case want == cty.Number && have == cty.String:
		return c.textAsNumber(e, e.Range())
	case want == cty.String && have.IsPrimitiveType():
		return nil
	}
	return Error(CodeType, e.Range(), "Wrong type", fmt.Sprintf("Here %s is wanted, and this is %s.", typeName(want), typeName(have)))
}

// comparison reports an == or != of values that can never be equal.
func (c *checker) comparison(e *operation, l, r cty.Value) {
	lt, rt := l.Type(), r.Type()
	if lt == rt || !lt.IsPrimitiveType() || !rt.IsPrimitiveType() {
		return
	}
	switch {
	case lt == cty.String && rt == cty.Number:
		c.report(c.textAsNumber(e.l, e.SrcRange))
	case lt == cty.Number && rt == cty.String:
		c.report(c.textAsNumber(e.r, e.SrcRange))
	default:
		c.report(Error(CodeType, e.SrcRange, "Never equal", fmt.Sprintf("The left side is %s, the right one %s: they are never equal.", typeName(lt), typeName(rt))))
	}
}

func (c *checker) textAsNumber(e hclsyntax.Expression, whole hcl.Range) *hcl.Diagnostic {
	at := e.Range()
	what := c.scope.source(at)
	if what == "" {
		what = "x"
	}
	detail := fmt.Sprintf("%s is text, and a number is wanted here.", what)
	if text, ok := literal(e); ok {
		if _, number := parse(text); number {
			detail += " Write the number without quotes"
			if line := c.scope.corrected(at, text); line != "" {
				detail += ":\n\n" + line
			} else {
				detail += "."
			}
		}
	} else {
		detail += fmt.Sprintf(" Write tonumber(%s)", what)
		if line := c.scope.corrected(at, "tonumber("+what+")"); line != "" {
			detail += ":\n\n" + line
		} else {
			detail += "."
		}
		if t, ok := e.(*hclsyntax.ScopeTraversalExpr); ok {
			if p, ok := c.scope.capture(t.Traversal.RootName()); ok && len(t.Traversal) == 1 {
				detail += fmt.Sprintf("\n\nA capture is a number by itself if its group can hold nothing else, as ([0-9.]+) does; group %d can hold other text.", p.Group)
			}
		}
	}
	d := Error(CodeTextAsNumber, at, "A text is no number", detail)
	d.Context = whole.Ptr()
	return d
}

// literal returns the text of an expression that is a text in quotes.
func literal(e hclsyntax.Expression) (string, bool) {
	t, ok := e.(*hclsyntax.TemplateExpr)
	if !ok || len(t.Parts) != 1 {
		return "", false
	}
	part := t.Parts[0]
	if b, ok := part.(blank); ok {
		part = b.Expression
	}
	lit, ok := part.(*hclsyntax.LiteralValueExpr)
	if !ok || lit.Val.Type() != cty.String || !lit.Val.IsKnown() || lit.Val.IsNull() {
		return "", false
	}
	return lit.Val.AsString(), true
}

// corrected returns the first line of the range with the range replaced.
func (s *Scope) corrected(at hcl.Range, by string) string {
	f := s.Sources[at.Filename]
	if f == nil || !at.CanSliceBytes(f.Bytes) {
		return ""
	}
	before, after := string(f.Bytes[:at.Start.Byte]), string(f.Bytes[at.End.Byte:])
	before = before[strings.LastIndexByte(before, '\n')+1:]
	after, _, _ = strings.Cut(after, "\n")
	return "  " + strings.TrimLeft(before, " \t") + by + strings.TrimRight(after, "\r")
}

func typeName(t cty.Type) string {
	switch t {
	case cty.String:
		return "a text"
	case cty.Number:
		return "a number"
	case cty.Bool:
		return "true or false"
	}
	switch {
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		return "a list"
	case t.IsObjectType() || t.IsMapType():
		return "a map"
	}
	return t.FriendlyName()
}
