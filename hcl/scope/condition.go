package scope

import (
	"errors"
	"fmt"
	"math"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// A Condition is a checked `when`.
type Condition struct {
	program *program
	at      hcl.Range
}

// Condition checks expr as a condition.
func (s *Scope) Condition(expr hcl.Expression) (*Condition, hcl.Diagnostics) {
	p, diags := s.compile(expr)
	if diags.HasErrors() {
		return nil, diags
	}
	if p.typ != cty.Bool && p.typ != cty.DynamicPseudoType {
		return nil, append(diags, Error(CodeType, expr.Range(), "A condition is true or false",
			fmt.Sprintf("This is %s. Compare it with something, as in loss > 2.", typeName(p.typ))))
	}
	if lit, ok := unwrap(p.orig).(*hclsyntax.LiteralValueExpr); ok && lit.Val.IsNull() {
		return nil, append(diags, Error(CodeType, expr.Range(), "A condition is true or false", "null is neither. Leave when out to act at every match."))
	}
	return &Condition{p, expr.Range()}, diags
}

// Eval evaluates the condition. null is true where a null operand made it
// false; err is any other failure, which makes it false too.
func (c *Condition) Eval(v *Values) (ok, null bool, err error) {
	result, err := c.program.eval(v)
	if errors.Is(err, errNullOperand) {
		return false, true, nil
	}
	if err != nil {
		return false, false, err
	}
	if result.IsNull() {
		return false, true, nil
	}
	result, _ = result.Unmark()
	if result.Type() != cty.Bool || !result.IsKnown() {
		return false, false, fmt.Errorf("the condition is %s, not true or false", typeName(result.Type()))
	}
	return result.True(), false, nil
}

// Range is where the condition stands.
func (c *Condition) Range() hcl.Range { return c.at }

// A Number is a checked expression of a number (metrics, number attributes).
type Number struct {
	program *program
	raw     func(*Values) []byte // of a bare capture
	at      hcl.Range
}

// Number checks expr as a number.
func (s *Scope) Number(expr hcl.Expression) (*Number, hcl.Diagnostics) {
	p, diags := s.compile(expr)
	if diags.HasErrors() {
		return nil, diags
	}
	n := &Number{program: p, at: expr.Range()}
	if t, ok := unwrap(p.orig).(*hclsyntax.ScopeTraversalExpr); ok {
		if name, diag := s.resolve(t.Traversal); diag == nil && name.capture != "" {
			n.raw = name.raw
			return n, diags
		}
	}
	check := &checker{scope: s}
	if d := check.mistyped(p.orig, p.typ, cty.Number); d != nil {
		return nil, append(diags, d)
	}
	if !p.typ.IsPrimitiveType() && p.typ != cty.DynamicPseudoType {
		return nil, append(diags, Error(CodeType, expr.Range(), "Wrong type", fmt.Sprintf("A number is wanted, and this is %s.", typeName(p.typ))))
	}
	return n, diags
}

// Range is where the expression stands.
func (n *Number) Range() hcl.Range { return n.at }

// Constant reports whether the number is known before the job starts, and it.
func (n *Number) Constant() (float64, bool) {
	if n.raw != nil || !n.program.constant() {
		return 0, false
	}
	x, null, err := n.Eval(&Values{})
	return x, !null && err == nil
}

// Eval evaluates it; null is true where there is no number. For a bare
// capture the capture's own text is read, so nan and inf are what they say.
func (n *Number) Eval(v *Values) (x float64, null bool, err error) {
	if n.raw != nil {
		x, ok := parse(string(n.raw(v)))
		return x, !ok, nil
	}
	result, err := n.program.eval(v)
	if errors.Is(err, errNullOperand) {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, err
	}
	if isNaN(result) {
		return math.NaN(), false, nil
	}
	result, _ = result.Unmark()
	if result, err = convert.Convert(result, cty.Number); err != nil {
		return 0, false, err
	}
	if result.IsNull() || !result.IsKnown() {
		return 0, true, nil
	}
	x, _ = result.AsBigFloat().Float64()
	return x, false, nil
}

// unwrap takes off parentheses and the "${…}" round a single interpolation.
func unwrap(e hclsyntax.Expression) hclsyntax.Expression {
	for {
		switch w := e.(type) {
		case *hclsyntax.ParenthesesExpr:
			e = w.Expression
		case *hclsyntax.TemplateWrapExpr:
			e = w.Wrapped
		default:
			return e
		}
	}
}
