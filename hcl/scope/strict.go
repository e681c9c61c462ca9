package scope

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// HCL's own evaluation differs from this language's rules: it turns texts into
// numbers silently, it evaluates both sides of || and &&, a null operand is an
// error like any other, and "${x}" is x and no text. So an expression is rebuilt with
// nodes of our own round HCL's, which keep the rules below.
//
//   - A null operand ends the evaluation with a diagnostic whose Extra is a
//     nullOperand, unless it is compared with the literal null. try() takes
//     its next argument then.
//   - || and && do not look at the right side if the left one decides.
//   - A text is no number: when checking, operands are typed unknowns, and a
//     text where a number is wanted is reported to the checker, even inside
//     try() and in arms that HCL would not evaluate.
//   - In a text in quotes null is empty, and a capture its original text.

// nullOperand is the Extra of the diagnostic about an operand that is null.
type nullOperand struct{ nan bool }

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

// A builder rebuilds expressions: for checking, or with a nil checker to run.
type builder struct {
	scope  *Scope
	check  *checker
	try    bool     // inside try() or can(), which may fail
	shadow []string // variables of the "for" expressions round here
}

func (b builder) expr(e hclsyntax.Expression) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		c := *e
		c.Expression = b.expr(e.Expression)
		return &c
	case *hclsyntax.TemplateWrapExpr:
		return b.expr(&hclsyntax.TemplateExpr{Parts: []hclsyntax.Expression{e.Wrapped}, SrcRange: e.SrcRange})
	case *hclsyntax.TemplateExpr:
		c := *e
		c.Parts = b.exprs(e.Parts)
		for i, p := range c.Parts {
			if n, ok := b.capture(e.Parts[i]); ok {
				p = original{e.Parts[i], n}
			}
			c.Parts[i] = blank{p}
		}
		return &c
	case *hclsyntax.TemplateJoinExpr:
		c := *e
		c.Tuple = b.expr(e.Tuple)
		if f, ok := c.Tuple.(*hclsyntax.ForExpr); ok {
			f.ValExpr = blank{f.ValExpr}
		}
		return &c
	case *hclsyntax.BinaryOpExpr:
		if e.Op == hclsyntax.OpLogicalAnd || e.Op == hclsyntax.OpLogicalOr {
			return &logical{BinaryOpExpr: e, b: b, l: b.expr(e.LHS), r: b.expr(e.RHS)}
		}
		return &operation{BinaryOpExpr: e, b: b, l: b.expr(e.LHS), r: b.expr(e.RHS)}
	case *hclsyntax.UnaryOpExpr:
		c := *e
		c.Val = operand{b.expr(e.Val), b, e.Op.Type}
		return &c
	case *hclsyntax.ConditionalExpr:
		c := *e
		c.Condition = operand{b.expr(e.Condition), b, cty.Bool}
		c.TrueResult, c.FalseResult = arm{b.expr(e.TrueResult), b}, arm{b.expr(e.FalseResult), b}
		return &c
	case *hclsyntax.FunctionCallExpr:
		return b.call(e)
	case *hclsyntax.IndexExpr:
		c := *e
		c.Collection = operand{b.expr(e.Collection), b, cty.DynamicPseudoType}
		c.Key = operand{b.expr(e.Key), b, cty.DynamicPseudoType}
		return &c
	case *hclsyntax.RelativeTraversalExpr:
		c := *e
		c.Source = operand{b.expr(e.Source), b, cty.DynamicPseudoType}
		return &c
	case *hclsyntax.TupleConsExpr:
		c := *e
		c.Exprs = b.exprs(e.Exprs)
		return &c
	case *hclsyntax.ObjectConsExpr:
		c := *e
		c.Items = make([]hclsyntax.ObjectConsItem, len(e.Items))
		for i, item := range e.Items {
			c.Items[i] = hclsyntax.ObjectConsItem{KeyExpr: item.KeyExpr, ValueExpr: b.expr(item.ValueExpr)}
		}
		return &c
	case *hclsyntax.ForExpr:
		c := *e
		c.CollExpr = operand{b.expr(e.CollExpr), b, cty.DynamicPseudoType}
		b.shadow = append(slices.Clone(b.shadow), e.KeyVar, e.ValVar)
		c.ValExpr = b.expr(e.ValExpr)
		if e.KeyExpr != nil {
			c.KeyExpr = b.expr(e.KeyExpr)
		}
		if e.CondExpr != nil {
			c.CondExpr = operand{b.expr(e.CondExpr), b, cty.Bool}
		}
		return &c
	case *hclsyntax.SplatExpr:
		c := *e
		c.Source = operand{b.expr(e.Source), b, cty.DynamicPseudoType}
		return &c
	}
	return e
}

func (b builder) exprs(es []hclsyntax.Expression) []hclsyntax.Expression {
	out := make([]hclsyntax.Expression, len(es))
	for i, e := range es {
		out[i] = b.expr(e)
	}
	return out
}

func (b builder) call(e *hclsyntax.FunctionCallExpr) hclsyntax.Expression {
	f, ok := functions[e.Name]
	if !ok {
		return e // reported by the check of names
	}
	if e.Name == "try" || e.Name == "can" {
		b.try = true
	}
	c := *e
	c.Args = b.exprs(e.Args)
	params := f.Params()
	for i, arg := range c.Args {
		p := f.VarParam()
		if i < len(params) {
			p = &params[i]
		}
		if p == nil || customdecode.CustomExpressionDecoderForType(p.Type) != nil || e.ExpandFinal && i == len(e.Args)-1 {
			continue
		}
		if p.AllowNull {
			c.Args[i] = arm{arg, b}
		} else {
			c.Args[i] = operand{arg, b, p.Type}
		}
	}
	return &c
}

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
				detail += fmt.Sprintf("\n\nA capture is a number by itself if its group can hold nothing else, as ([\\d.]+) does; group %d can hold other text.", p.Group)
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
