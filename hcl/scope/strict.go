package scope

import (
	"slices"

	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// HCL's own evaluation differs from this language's rules: it turns texts into
// numbers silently, it evaluates both sides of || and &&, a null operand is an
// error like any other, and "${x}" is x and no text. So an expression is
// rebuilt with nodes of our own round HCL's (nodes.go), which keep these rules:
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
