package jobfile

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/jwhost/jwhost/hcl/scope"
)

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// A variable is a `variable` block.
type variable struct {
	typ   cty.Type // dynamic: none was given, texts stay texts
	value cty.Value
	at    hcl.Range
}

// variables decodes the variable blocks and finds their values: Options.Vars,
// else VarFiles (the last one that has it), else EnvVars, else the default.
func (l *loader) variables() {
	declared := map[string]*variable{}
	seen := registry{}
	for _, b := range l.of("variable") {
		if !l.label(b, "name") {
			continue
		}
		name := b.Labels[0]
		if !l.name("variable", name, b.LabelRanges[0]) || !seen.add(l, "another variable", name, b.LabelRanges[0]) {
			continue
		}
		declared[name] = l.variable(b, name)
	}
	names := slices.Collect(keys(declared))
	for _, name := range slices.Sorted(keys(l.o.EnvVars)) {
		if v := declared[name]; v != nil { // others can be meant for other files
			l.assign(v, name, l.o.EnvVars[name], "JWHOST_VAR_"+name)
		}
	}
	for _, path := range l.o.VarFiles {
		l.varFile(path, declared)
	}
	for _, name := range slices.Sorted(keys(l.o.Vars)) {
		v := declared[name]
		if v == nil {
			l.bare("Unknown variable "+name, fmt.Sprintf("--var %s=… names a variable that the files do not declare.%s%s", name, scope.DidYouMean(name, names), declares(names)))
			continue
		}
		l.assign(v, name, l.o.Vars[name], "--var "+name)
	}
	for _, name := range slices.Sorted(slices.Values(names)) {
		v := declared[name]
		if v.value == cty.NilVal {
			l.error(CodeVariable, v.at, "A variable without a value", "%s has no default, so it needs a value: --var %s=…, a --var-file, or JWHOST_VAR_%s in the environment.", name, name, name)
			v.value = cty.UnknownVal(v.typ)
		}
		l.vars[name] = v.value
	}
}

func declares(names []string) string {
	if len(names) == 0 {
		return " They declare none."
	}
	return " They declare: " + sorted(names) + "."
}

// bare adds an error that stands in no file.
func (l *loader) bare(summary, detail string) {
	l.diags = append(l.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Extra: CodeVariable})
}

func (l *loader) variable(b *hclsyntax.Block, name string) *variable {
	v := &variable{typ: cty.DynamicPseudoType, at: b.LabelRanges[0]}
	c := l.content(b.Body, "a variable", v.at, []string{"type", "default", "description"})
	if a := c.attr("type"); a != nil {
		typ, diags := typeexpr.TypeConstraint(a.Expr)
		for _, d := range diags {
			d.Extra = CodeValue
		}
		if l.add(diags) {
			v.typ = typ
		}
	}
	if a := c.attr("description"); a != nil {
		l.text(l.base("description"), a)
	}
	if a := c.attr("default"); a != nil {
		s := &scope.Scope{Sources: l.file.Sources, Fixed: "the default of a variable is fixed before the job starts"}
		value, diags := s.Constant(a.Expr)
		if !l.add(diags) {
			v.value = cty.UnknownVal(v.typ)
			return v
		}
		converted, err := convert.Convert(value, v.typ)
		if err != nil || value.IsNull() {
			l.error(CodeValue, a.Expr.Range(), "Wrong type", "The default of %s is no %s.", name, v.typ.FriendlyNameForConstraint())
			converted = cty.UnknownVal(v.typ)
		}
		v.value = converted
	} else if c.has("default") {
		v.value = cty.UnknownVal(v.typ)
	}
	return v
}

// assign gives a variable a value that came as text.
func (l *loader) assign(v *variable, name, text, from string) {
	value := cty.StringVal(text)
	if !v.typ.IsPrimitiveType() && v.typ != cty.DynamicPseudoType {
		e, diags := hclsyntax.ParseExpression([]byte(text), from, hcl.InitialPos)
		if !diags.HasErrors() {
			value, diags = (&scope.Scope{}).Constant(e)
		}
		if diags.HasErrors() {
			l.bare("Wrong value of variable "+name, fmt.Sprintf("%s is no %s: %s", from, v.typ.FriendlyNameForConstraint(), diags[0].Detail))
			value = cty.UnknownVal(v.typ)
		}
	}
	converted, err := convert.Convert(value, v.typ)
	if err != nil {
		l.bare("Wrong value of variable "+name, fmt.Sprintf("%s=%s: %s wanted.", from, text, err))
		converted = cty.UnknownVal(v.typ)
	}
	v.value = converted
}

// varFile reads a file of values: attributes, one for each variable.
func (l *loader) varFile(path string, declared map[string]*variable) {
	body := l.parse(path)
	if body == nil {
		return
	}
	for _, b := range body.Blocks {
		l.error(CodeUnknownBlock, b.TypeRange, "No block here", "A file of values holds lines like out = \"results\".")
	}
	for _, name := range slices.Sorted(keys(body.Attributes)) {
		a := body.Attributes[name]
		if l.broken(a.SrcRange) {
			continue
		}
		v := declared[name]
		if v == nil {
			names := slices.Collect(keys(declared))
			l.error(CodeVariable, a.NameRange, "Unknown variable", "The files declare no variable %s.%s%s", name, scope.DidYouMean(name, names), declares(names))
			continue
		}
		value, diags := (&scope.Scope{Sources: l.file.Sources, Fixed: "the value of a variable is fixed before the job starts"}).Constant(a.Expr)
		if !l.add(diags) {
			v.value = cty.UnknownVal(v.typ)
			continue
		}
		converted, err := convert.Convert(value, v.typ)
		if err != nil || value.IsNull() {
			l.error(CodeValue, a.Expr.Range(), "Wrong type", "The variable %s is %s.", name, v.typ.FriendlyNameForConstraint())
			converted = cty.UnknownVal(v.typ)
		}
		v.value = converted
	}
}

// localValues evaluates the locals blocks. A local may use others in any order.
func (l *loader) localValues() {
	attrs := map[string]*hclsyntax.Attribute{}
	seen := registry{}
	for _, b := range l.of("locals") {
		if !l.label(b, "") {
			continue
		}
		for _, nested := range b.Body.Blocks {
			l.unknown(CodeUnknownBlock, nested.TypeRange, "block", nested.Type, "a locals block", nil)
		}
		for _, name := range slices.Sorted(keys(b.Body.Attributes)) {
			a := b.Body.Attributes[name]
			if seen.add(l, "another local", name, a.NameRange) {
				attrs[name] = a
			}
		}
	}
	var under []string // evaluation
	var eval func(name string)
	eval = func(name string) {
		a := attrs[name]
		if _, done := l.locals[name]; done || a == nil {
			return
		}
		if i := slices.Index(under, name); i >= 0 {
			l.error(CodeLocal, a.NameRange, "Locals that need each other", "%s: each needs the next.", strings.Join(append(slices.Clone(under[i:]), name), " -> "))
			l.locals[name] = cty.DynamicVal
			return
		}
		under = append(under, name)
		for _, t := range a.Expr.Variables() {
			if t.RootName() == "local" && len(t) > 1 {
				if step, ok := t[1].(hcl.TraverseAttr); ok {
					eval(step.Name)
				}
			}
		}
		under = under[:len(under)-1]
		if _, failed := l.locals[name]; failed {
			return
		}
		l.locals[name] = cty.DynamicVal // until it is known
		if !l.broken(a.SrcRange) {
			value, diags := l.base("a local").Constant(a.Expr)
			l.add(diags)
			l.locals[name] = value
		}
	}
	for _, name := range slices.Sorted(keys(attrs)) {
		eval(name)
	}
}
