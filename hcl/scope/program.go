package scope

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// A program is a checked expression, ready to run.
type program struct {
	orig  hclsyntax.Expression
	expr  hclsyntax.Expression // rebuilt to run
	typ   cty.Type             // as far as it is known; dynamic otherwise
	names []reference          // of the run
	vars  map[string]cty.Value // var, local
}

// A reference is a name of the run that an expression uses.
type reference struct {
	path []string // loss; match, line; metric, loss, min
	*name
}

// errNullOperand says that an expression has no value since an operand is null.
var errNullOperand = errors.New("an operand has no value")

// compile checks an expression in the scope.
func (s *Scope) compile(expr hcl.Expression) (*program, hcl.Diagnostics) {
	e, ok := expr.(hclsyntax.Expression)
	if !ok {
		return nil, hcl.Diagnostics{Error(CodeExpression, expr.Range(), "Unsupported syntax", "Only the native syntax of HCL is understood.")}
	}
	e = unwrap(e)
	p := &program{orig: e, vars: map[string]cty.Value{"var": object(s.Vars), "local": object(s.Locals)}}
	diags := append(s.calls(e), numbers(e)...)
	for _, t := range e.Variables() {
		n, diag := s.resolve(t)
		if diag != nil && slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool {
			return CodeOf(d) == CodeSecretName && d.Subject.Overlaps(t.SourceRange())
		}) {
			continue // the name of a secret without its quotes
		}
		if diag != nil {
			diags = append(diags, diag)
		} else if !n.constant {
			p.names = append(p.names, reference{path(t, n), n})
		}
	}
	if diags.HasErrors() {
		return nil, diags
	}
	check := &checker{scope: s}
	v, more := builder{scope: s, check: check}.expr(e).Value(p.context(nil, checkFunctions))
	check.report(more...)
	p.typ = v.Type()
	for _, d := range check.diags {
		d.Expression, d.EvalContext = nil, nil // whose values the text form would print
		if CodeOf(d) == "" {
			d.Extra = CodeExpression
		}
	}
	p.expr = builder{scope: s}.expr(e)
	return p, append(diags, check.diags...)
}

// path returns the steps by which a context reaches the name.
func path(t hcl.Traversal, n *name) []string {
	p := []string{t.RootName()}
	if n.capture != "" {
		return p
	}
	for i := 1; i < len(t) && i < 3; i++ {
		s, ok := step(t, i)
		if !ok || i == 2 && p[0] != "metric" {
			break
		}
		p = append(p, s)
	}
	return p
}

// context makes the variables that the program uses, and no others; unknown
// ones if v is nil.
func (p *program) context(v *Values, functions map[string]function.Function) *hcl.EvalContext {
	vars := maps.Clone(p.vars)
	tree := map[string]map[string]map[string]cty.Value{}
	for _, r := range p.names {
		value, original := cty.UnknownVal(r.typ), cty.UnknownVal(cty.String)
		if v != nil {
			value = r.value(v)
		}
		if r.raw != nil {
			if v != nil {
				original = text(string(r.raw(v)))
			}
			vars[textKey(r.path)] = original
		}
		switch v := value; len(r.path) {
		case 1:
			vars[r.path[0]] = v
		case 2:
			put(tree, r.path[0], r.path[1], "", v)
		default:
			put(tree, r.path[0], r.path[1], r.path[2], v)
		}
	}
	for root, fields := range tree {
		values := map[string]cty.Value{}
		for field, sub := range fields {
			if v, ok := sub[""]; ok {
				values[field] = v
			} else {
				values[field] = cty.ObjectVal(sub)
			}
		}
		vars[root] = cty.ObjectVal(values)
	}
	return &hcl.EvalContext{Variables: vars, Functions: functions}
}

func put(tree map[string]map[string]map[string]cty.Value, root, field, sub string, v cty.Value) {
	if tree[root] == nil {
		tree[root] = map[string]map[string]cty.Value{}
	}
	if tree[root][field] == nil {
		tree[root][field] = map[string]cty.Value{}
	}
	tree[root][field][sub] = v
}

func object(values map[string]cty.Value) cty.Value {
	if len(values) == 0 {
		return cty.EmptyObjectVal
	}
	return cty.ObjectVal(values)
}

// constant reports whether nothing of the run is used.
func (p *program) constant() bool { return len(p.names) == 0 && !calls(p.orig, "secret") }

// eval runs the program. The error is errNullOperand where a null operand
// ended it.
func (p *program) eval(v *Values) (cty.Value, error) {
	all := functions
	if v.Secret != nil {
		all = maps.Clone(functions)
		all["secret"] = secretFunc(v.Secret)
	}
	result, diags := p.expr.Value(p.context(v, all))
	if !diags.HasErrors() {
		return result, nil
	}
	for _, d := range diags {
		if _, ok := d.Extra.(nullOperand); ok {
			return cty.NilVal, errNullOperand
		}
		if call, ok := d.Extra.(hclsyntax.FunctionCallDiagExtra); ok && errors.Is(call.FunctionCallError(), errNull) {
			return cty.NilVal, errNullOperand
		}
	}
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			return cty.NilVal, fmt.Errorf("%s: %s", d.Summary, d.Detail)
		}
	}
	return cty.NilVal, diags
}

// checkFunctions are those of a check, where a secret is an unknown text.
var checkFunctions = func() map[string]function.Function {
	m := maps.Clone(functions)
	m["secret"] = function.New(&function.Spec{
		Params: []function.Parameter{{Name: "name", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl:   func([]cty.Value, cty.Type) (cty.Value, error) { return cty.UnknownVal(cty.String), nil },
	})
	return m
}()

// calls checks the functions that an expression calls.
func (s *Scope) calls(e hclsyntax.Expression) hcl.Diagnostics {
	var diags hcl.Diagnostics
	walkCalls(e, func(c *hclsyntax.FunctionCallExpr) {
		switch _, ok := functions[c.Name]; {
		case !ok:
			diags = append(diags, Error(CodeUnknownFunction, c.NameRange, "Unknown function",
				fmt.Sprintf("There is no function %s().%s", c.Name, DidYouMean(c.Name, Functions()))))
		case c.Name == "unsafe":
			diags = append(diags, Error(CodeUnsafeNotHere, c.Range(), "unsafe() is for a whole interpolation",
				"unsafe() waives the proof for one interpolation of a command, as in \"${unsafe(x)}\"; here it has no meaning."))
		case c.Name == "secret" && !s.Secrets:
			diags = append(diags, Error(CodeSecretNotHere, c.Range(), "No secret here",
				"secret() may stand only in env, in stdin and in attributes that their plugin declares sensitive: what stands elsewhere can be seen, in the list of processes, in events or in messages. Put it into env and use the variable."))
		case c.Name == "secret":
			if _, ok := SecretName(c); !ok {
				diags = append(diags, Error(CodeSecretName, c.Range(), "A secret's name is written out",
					`Write the name in quotes, as in secret("SLACK_URL"): whether it is there is asked before any job starts.`))
			}
		}
	})
	return diags
}

// numbers refuses literals that float64 cannot hold: some would take a
// gigabyte to print.
func numbers(e hclsyntax.Expression) hcl.Diagnostics {
	return hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		lit, ok := n.(*hclsyntax.LiteralValueExpr)
		if !ok || lit.Val.Type() != cty.Number || !lit.Val.IsKnown() || lit.Val.IsNull() {
			return nil
		}
		if f := lit.Val.AsBigFloat(); f.Sign() != 0 && (f.MantExp(nil) > 1024 || f.MantExp(nil) < -1073) {
			return hcl.Diagnostics{Error(CodeExpression, lit.SrcRange, "A number out of range", "A number is what 64 bits of floating point hold: at most about 1.8e308, at least about 5e-324.")}
		}
		return nil
	})
}

// SecretName returns NAME of a call secret("NAME").
func SecretName(c *hclsyntax.FunctionCallExpr) (string, bool) {
	if c.Name != "secret" || len(c.Args) != 1 {
		return "", false
	}
	t, ok := c.Args[0].(*hclsyntax.TemplateExpr)
	if !ok || !t.IsStringLiteral() {
		return "", false
	}
	v, diags := t.Value(nil)
	return v.AsString(), !diags.HasErrors() && v.AsString() != ""
}

func walkCalls(e hclsyntax.Expression, f func(*hclsyntax.FunctionCallExpr)) {
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if c, ok := n.(*hclsyntax.FunctionCallExpr); ok {
			f(c)
		}
		return nil
	})
}

func calls(e hclsyntax.Expression, names ...string) bool {
	found := false
	walkCalls(e, func(c *hclsyntax.FunctionCallExpr) { found = found || slices.Contains(names, c.Name) })
	return found
}
