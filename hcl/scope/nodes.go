package scope

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// capture returns the key of a capture's text in a context, where e is a
// capture and nothing else.
func (b builder) capture(e hclsyntax.Expression) (string, bool) {
	t, ok := e.(*hclsyntax.ScopeTraversalExpr)
	if !ok || slices.Contains(b.shadow, t.Traversal.RootName()) {
		return "", false
	}
	n, diag := b.scope.resolve(t.Traversal)
	if diag != nil || n.raw == nil {
		return "", false
	}
	return textKey(path(t.Traversal, n)), true
}

// textKey is the name under which a context holds the original text of a
// capture; no expression can write it.
func textKey(path []string) string { return "text of " + strings.Join(path, ".") }

// original is a capture as a piece of a template: its text, not its number.
type original struct {
	hclsyntax.Expression
	key string
}

func (e original) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	for ; ctx != nil; ctx = ctx.Parent() {
		if v, ok := ctx.Variables[e.key]; ok {
			return v, nil
		}
	}
	return cty.StringVal(""), nil
}

// blank is a piece of a template: null is the empty text there.
type blank struct{ hclsyntax.Expression }

func (e blank) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ctx)
	if v.IsNull() {
		v = cty.StringVal("")
	}
	return v, diags
}

// arm is an expression whose complaints HCL would drop when checking.
type arm struct {
	hclsyntax.Expression
	b builder
}

func (e arm) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ctx)
	if e.b.check != nil && !e.b.try {
		e.b.check.report(diags...)
	}
	return v, diags
}

// operand is an expression that must have a value, of the type that is wanted.
type operand struct {
	hclsyntax.Expression
	b    builder
	want cty.Type
}

func (e operand) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := arm{e.Expression, e.b}.Value(ctx)
	if diags.HasErrors() {
		return v, diags
	}
	if v.IsNull() {
		return cty.DynamicVal, append(diags, isNull(e.Expression, v))
	}
	if e.b.check == nil {
		return v, diags
	}
	if d := e.b.check.mistyped(e.Expression, v.Type(), e.want); d != nil {
		e.b.check.report(d)
		return cty.UnknownVal(e.want), diags
	}
	return v, diags
}

func isNull(e hclsyntax.Expression, v cty.Value) *hcl.Diagnostic {
	d := Error(CodeExpression, e.Range(), "No value", "This has no value: it is null.")
	d.Extra = nullOperand{isNaN(v)}
	return d
}

// operation is an operator of numbers, or == or !=.
type operation struct {
	*hclsyntax.BinaryOpExpr
	b    builder
	l, r hclsyntax.Expression
}

func (e *operation) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	want := e.Op.Impl.Params()[0].Type
	equality := e.Op == hclsyntax.OpEqual || e.Op == hclsyntax.OpNotEqual
	value := func(x, other hclsyntax.Expression) (cty.Value, hcl.Diagnostics) {
		if equality && (isNullLiteral(x) || isNullLiteral(other)) {
			return arm{x, e.b}.Value(ctx)
		}
		return operand{x, e.b, want}.Value(ctx)
	}
	l, diags := value(e.l, e.r)
	r, more := value(e.r, e.l)
	diags = append(diags, more...)
	if diags.HasErrors() {
		return cty.UnknownVal(e.Op.Type), diags
	}
	if equality && e.b.check != nil {
		e.b.check.comparison(e, l, r)
	}
	if equality && (l.IsNull() || r.IsNull()) {
		return cty.BoolVal((l.IsNull() && r.IsNull()) == (e.Op == hclsyntax.OpEqual)), diags
	}
	l, _ = l.UnmarkDeep()
	r, _ = r.UnmarkDeep()
	lc, err := convert.Convert(l, want)
	if err == nil {
		r, err = convert.Convert(r, want)
	}
	if err == nil {
		var v cty.Value
		if v, err = e.Op.Impl.Call([]cty.Value{lc, r}); err == nil {
			return v, diags
		}
	}
	return cty.UnknownVal(e.Op.Type), append(diags, Error(CodeExpression, e.SrcRange, "Operation failed", sentence(err.Error())+"."))
}

func isNullLiteral(e hclsyntax.Expression) bool {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return isNullLiteral(e.Expression)
	case *hclsyntax.LiteralValueExpr:
		return e.Val.IsNull()
	}
	return false
}

// logical is || or &&.
type logical struct {
	*hclsyntax.BinaryOpExpr
	b    builder
	l, r hclsyntax.Expression
}

func (e *logical) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	decides := e.Op == hclsyntax.OpLogicalOr
	l, diags := truth(operand{e.l, e.b, cty.Bool}, ctx)
	if e.b.check == nil && (diags.HasErrors() || l.IsKnown() && l.True() == decides) {
		return l, diags
	}
	r, more := truth(operand{e.r, e.b, cty.Bool}, ctx)
	if diags = append(diags, more...); diags.HasErrors() || !l.IsKnown() || !r.IsKnown() {
		return cty.UnknownVal(cty.Bool), diags
	}
	if l.True() == decides {
		return l, diags
	}
	return r, diags
}

func truth(e operand, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Value(ctx)
	if diags.HasErrors() {
		return cty.UnknownVal(cty.Bool), diags
	}
	v, _ = v.Unmark()
	v, err := convert.Convert(v, cty.Bool)
	if err != nil {
		return cty.UnknownVal(cty.Bool), append(diags, Error(CodeType, e.Range(), "Wrong type", sentence(err.Error())+"."))
	}
	return v, diags
}
