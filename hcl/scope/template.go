package scope

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/jwhost/jwhost/hcl/proof"
	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// A Template is a text of the file with the author's constants joined in.
type Template struct {
	Parts []Part
	Range hcl.Range

	shell []shellsafe.Part
	holes map[*shellsafe.Hole]*Part
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

	raw     func(*Values) []byte // original bytes that must not pass through cty
	program *program             // of other interpolations
	quoted  hcl.Range            // of the string or heredoc that a literal or an interpolation stands in
	secret  string               // NAME where the interpolation is secret("NAME") and nothing else
}

// Template checks expr as a text with placeholders. A bare capture is the
// template that holds just it.
func (s *Scope) Template(expr hcl.Expression) (*Template, hcl.Diagnostics) {
	return s.template(expr, false)
}

// Chomped is Template for texts in which the last newline of a heredoc does
// not count: commands and patterns.
func (s *Scope) Chomped(expr hcl.Expression) (*Template, hcl.Diagnostics) {
	return s.template(expr, true)
}

func (s *Scope) template(expr hcl.Expression, chomp bool) (*Template, hcl.Diagnostics) {
	e, ok := expr.(hclsyntax.Expression)
	if !ok {
		_, diags := s.compile(expr)
		return nil, diags
	}
	t := &Template{Range: expr.Range()}
	diags := s.parts(t, e, hcl.Range{})
	if diags.HasErrors() {
		bareWord(expr, diags)
		return nil, diags
	}
	if lit, ok := unwrap(e).(*hclsyntax.LiteralValueExpr); ok && lit.Val.IsNull() {
		return nil, append(diags, Error(CodeType, expr.Range(), "Wrong type", `A text is wanted here, and this is null. Leave the attribute out, or write "" for the empty text.`))
	}
	if n := len(t.Parts); chomp && n > 0 && strings.HasPrefix(s.source(t.Range), "<<") {
		t.Parts[n-1].Text = strings.TrimSuffix(t.Parts[n-1].Text, "\n")
	}
	t.link()
	return t, diags
}

// Literal returns the template of a text that is known already.
func Literal(text string, at hcl.Range) *Template {
	t := &Template{Parts: []Part{{Text: text, Range: at}}, Range: at}
	t.link()
	return t
}

// link makes what [Template.Shell] returns.
func (t *Template) link() {
	t.holes = map[*shellsafe.Hole]*Part{}
	for i := range t.Parts {
		p := &t.Parts[i]
		if p.Expr == nil {
			t.shell = append(t.shell, shellsafe.Part{Text: p.Text})
			continue
		}
		hole := &shellsafe.Hole{Name: p.Name, Language: p.Language, Unsafe: p.Unsafe || p.Trusted}
		if p.Capture != "" {
			hole.Env = EnvName(p.Capture)
		}
		t.holes[hole] = p
		t.shell = append(t.shell, shellsafe.Part{Hole: hole})
	}
}

// parts appends the pieces of e to t. quoted is the string that e stands in.
func (s *Scope) parts(t *Template, e hclsyntax.Expression, quoted hcl.Range) hcl.Diagnostics {
	switch x := e.(type) {
	case *hclsyntax.TemplateExpr:
		var diags hcl.Diagnostics
		for _, p := range x.Parts {
			diags = append(diags, s.parts(t, p, x.SrcRange)...)
		}
		return diags
	case *hclsyntax.ParenthesesExpr:
		return s.parts(t, x.Expression, quoted)
	case *hclsyntax.TemplateWrapExpr:
		if lit, ok := x.Wrapped.(*hclsyntax.LiteralValueExpr); ok && lit.Val.Type() == cty.Number {
			return hcl.Diagnostics{s.groupNumber(lit, x.SrcRange)}
		}
		return s.parts(t, x.Wrapped, x.SrcRange)
	case *hclsyntax.LiteralValueExpr:
		if x.Val.Type() == cty.Number && !quoted.Empty() {
			return hcl.Diagnostics{s.groupNumber(x, quoted)}
		}
		if x.Val.Type() == cty.String && x.Val.IsKnown() && !x.Val.IsNull() {
			t.Parts = append(t.Parts, Part{Text: x.Val.AsString(), Range: x.SrcRange, quoted: quoted})
			return nil
		}
	}
	p, diags := s.hole(e)
	if diags.HasErrors() {
		return diags
	}
	p.quoted = quoted
	if p.Expr == nil {
		p.quoted = hcl.Range{} // the text of a constant
	}
	t.Parts = append(t.Parts, *p)
	return diags
}

// hole checks one interpolation. It is a literal if its value is known.
func (s *Scope) hole(e hclsyntax.Expression) (*Part, hcl.Diagnostics) {
	p := &Part{Expr: e, Range: e.Range(), Name: s.source(e.Range())}
	inner := e
	if c, ok := e.(*hclsyntax.FunctionCallExpr); ok && c.Name == "unsafe" && len(c.Args) == 1 && !c.ExpandFinal {
		p.Unsafe, inner = true, unwrap(c.Args[0])
	}
	prog, diags := s.compile(inner)
	if diags.HasErrors() {
		return nil, diags
	}
	if t := prog.typ; !t.IsPrimitiveType() && t != cty.DynamicPseudoType {
		return nil, append(diags, Error(CodeType, e.Range(), "Wrong type", fmt.Sprintf("A text is wanted here, and this is %s. A list becomes a text by join(\" \", …), anything by jsonencode(…).", typeName(t))))
	}
	if prog.constant() {
		v, err := prog.eval(&Values{})
		text := ""
		if err == nil {
			text, err = printed(v)
		}
		if err != nil && !errors.Is(err, errNullOperand) {
			return nil, append(diags, Error(CodeExpression, e.Range(), "Invalid expression", sentence(err.Error())))
		}
		return &Part{Text: text, Range: e.Range()}, diags
	}
	p.program = prog
	p.Language = s.language(inner, prog.typ)
	switch x := inner.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		n, _ := s.resolve(x.Traversal) // compiled before
		p.Capture, p.Trusted, p.Language, p.raw = n.capture, n.trusted, n.language, n.raw
		if p.Name == "" {
			p.Name = strings.Join(path(x.Traversal, n), ".")
		}
	case *hclsyntax.FunctionCallExpr:
		p.secret, p.Trusted = SecretName(x)
	}
	return p, diags
}

func (s *Scope) groupNumber(lit *hclsyntax.LiteralValueExpr, context hcl.Range) *hcl.Diagnostic {
	n := lit.Val.AsBigFloat().Text('f', -1)
	detail := fmt.Sprintf("${%s} is the number %s itself.", n, n)
	if n == "0" {
		detail += " The text that the pattern matched is ${match.text}, the line ${match.line}."
	} else {
		detail += fmt.Sprintf(" The pattern's group %s is ${c%s}, or has a name.", n, n)
	}
	d := Error(CodeGroupNumber, lit.SrcRange, "A number as an interpolation", detail)
	d.Context = context.Ptr()
	return d
}

// Constant reports whether the template has no placeholder, and its text.
func (t *Template) Constant() (string, bool) {
	var b strings.Builder
	for _, p := range t.Parts {
		if p.Expr != nil {
			return "", false
		}
		b.WriteString(p.Text)
	}
	return b.String(), true
}

// Secret reports whether the template is secret("NAME") and nothing else.
func (t *Template) Secret() (name string, ok bool) {
	if len(t.Parts) != 1 || t.Parts[0].secret == "" {
		return "", false
	}
	return t.Parts[0].secret, true
}

// Secrets returns the names of the secrets that the template holds.
func (t *Template) Secrets() []string {
	var names []string
	for _, p := range t.Parts {
		if e, ok := p.Expr.(hclsyntax.Expression); ok {
			walkCalls(e, func(c *hclsyntax.FunctionCallExpr) {
				if n, ok := SecretName(c); ok {
					names = append(names, n)
				}
			})
		}
	}
	return names
}

// Shell returns the parts as package shellsafe takes them, the same ones at
// every call.
func (t *Template) Shell() []shellsafe.Part { return t.shell }

// Bytes renders the template: the author's literals and the original bytes of
// the captures, piece by piece. What has no value is empty.
func (t *Template) Bytes(v *Values) ([]byte, error) {
	var out []byte
	for i := range t.Parts {
		b, err := t.Parts[i].bytes(v)
		if err != nil && !errors.Is(err, errNullOperand) {
			return nil, err
		}
		out = append(out, b...)
	}
	return out, nil
}

func (p *Part) bytes(v *Values) ([]byte, error) {
	switch {
	case p.Expr == nil:
		return []byte(p.Text), nil
	case p.raw != nil:
		return p.raw(v), nil
	case p.secret != "" && v.Secret != nil:
		s, err := v.Secret(p.secret)
		return []byte(s), err
	}
	result, err := p.program.eval(v)
	if err != nil {
		return nil, p.named(err)
	}
	text, err := printed(result)
	return []byte(text), p.named(err)
}

func (p *Part) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("${%s}: %w", p.Name, err)
}

// Holes answers the holes of a command made by [Template.Shell]. An
// interpolation that has no value, since an operand is null, and one whose
// value is not what was proved of it, is a [shellsafe.Refusal].
func Holes(v *Values, templates ...*Template) shellsafe.Values {
	return func(h *shellsafe.Hole) ([]byte, error) {
		for _, t := range templates {
			p := t.holes[h]
			if p == nil {
				continue
			}
			b, err := p.bytes(v)
			switch {
			case errors.Is(err, errNullOperand):
				return nil, &shellsafe.Refusal{Name: p.Name, Reason: fmt.Sprintf("${%s} has no value: a name in it is null, or a number that is none", p.Name)}
			case err != nil:
				return nil, err
			case p.raw == nil && !p.Unsafe && !p.Language.Contains(b):
				return nil, &shellsafe.Refusal{Name: p.Name, Value: b, Reason: fmt.Sprintf("${%s} is %q, which is not what it was proved to be", p.Name, b)}
			}
			return b, nil
		}
		return nil, fmt.Errorf("the command has a placeholder ${%s} of no template", h.Name)
	}
}

// printed returns a value as the text that a template holds: null is empty,
// a number is a whole one in full or what float64 holds of it.
func printed(v cty.Value) (string, error) {
	v, _ = v.UnmarkDeep()
	if v.IsNull() {
		return "", nil
	}
	if !v.IsKnown() { // a variable that was complained about
		return "", nil
	}
	if v.Type() == cty.Number {
		f := v.AsBigFloat()
		x, _ := f.Float64()
		switch {
		case math.IsInf(x, 0):
			return strconv.FormatFloat(x, 'f', -1, 64), nil
		case !f.IsInt():
			return strconv.FormatFloat(x, 'f', -1, 64), nil
		}
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil {
		return "", err
	}
	return s.AsString(), nil
}
