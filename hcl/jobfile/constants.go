package jobfile

import (
	"math"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/shared/schema"
)

// base is the scope of what is fixed before a job starts.
func (l *loader) base(what string) *scope.Scope {
	return &scope.Scope{Vars: l.vars, Locals: l.locals, Sources: l.file.Sources, Fixed: what + " is fixed before the job starts"}
}

// within returns the scope with the reason for which captures may not stand
// at what.
func within(s *scope.Scope, what string) *scope.Scope {
	c := *s
	c.Fixed = what + " is fixed before the job starts"
	return &c
}

// add takes diagnostics over and reports whether none is an error.
func (l *loader) add(diags hcl.Diagnostics) bool {
	l.diags = append(l.diags, diags...)
	return !diags.HasErrors()
}

// value returns a constant of one of the types that cty can convert to want.
func (l *loader) value(s *scope.Scope, a *hclsyntax.Attribute, want cty.Type, wanted string) (cty.Value, bool) {
	v, diags := s.Constant(a.Expr)
	if !l.add(diags) || !v.IsWhollyKnown() { // unknown: complained about where it comes from
		return v, false
	}
	if want == cty.String && !v.IsNull() && v.Type() != cty.String || v.IsNull() || v.Type().IsPrimitiveType() != want.IsPrimitiveType() ||
		want == cty.Number && v.Type() == cty.String || want == cty.Bool && v.Type() == cty.String {
		l.error(CodeValue, a.Expr.Range(), "Wrong type", "%s is %s.", a.Name, wanted)
		return v, false
	}
	v, err := convert.Convert(v, want)
	if err != nil {
		l.error(CodeValue, a.Expr.Range(), "Wrong type", "%s is %s.", a.Name, wanted)
		return v, false
	}
	return v, true
}

// text returns a constant text.
func (l *loader) text(s *scope.Scope, a *hclsyntax.Attribute) (string, bool) {
	v, ok := l.value(s, a, cty.String, "a text in quotes")
	if !ok {
		return "", false
	}
	return v.AsString(), true
}

// oneOf returns a constant text of a few.
func (l *loader) oneOf(s *scope.Scope, a *hclsyntax.Attribute, allowed []string) (string, bool) {
	text, ok := l.text(s, a)
	if ok && !slices.Contains(allowed, text) {
		l.notOneOf(a.Expr.Range(), a.Name, text, allowed)
		return "", false
	}
	return text, ok
}

func (l *loader) notOneOf(at hcl.Range, what, text string, allowed []string) {
	l.error(CodeValue, at, "Not one of the values allowed", "%s cannot be %q.%s It is one of: %s.", what, text, scope.DidYouMean(text, allowed), sorted(allowed))
}

// duration returns a constant duration above zero.
func (l *loader) duration(s *scope.Scope, a *hclsyntax.Attribute) (time.Duration, bool) {
	v, diags := s.Constant(a.Expr)
	if !l.add(diags) || !v.IsWhollyKnown() {
		return 0, false
	}
	at := a.Expr.Range()
	switch {
	case v.IsNull() || v.Type() != cty.String && v.Type() != cty.Number:
		l.error(CodeDuration, at, "A duration is a text", `%s is a duration in quotes: "90s", "30m", "1h30m", "2d".`, a.Name)
		return 0, false
	case v.Type() == cty.Number:
		if m := bareDuration.FindStringSubmatch(l.line(at)); m != nil { // 30m, of which HCL reads 30
			l.error(CodeDuration, at, "A duration is a text", "Write it in quotes:\n\n  %s = \"%s\"", a.Name, m[2])
			return 0, false
		}
		l.error(CodeDuration, at, "A duration has a unit", "A bare number says no unit. For seconds write:\n\n  %s = \"%ss\"", a.Name, v.AsBigFloat().Text('f', -1))
		return 0, false
	}
	d, err := schema.ParseDuration(v.AsString())
	if err != nil || d <= 0 {
		l.error(CodeDuration, at, "Not a duration", `%q is no duration above zero. Write it like "90s", "30m", "1h30m" or "2d".`, v.AsString())
		return 0, false
	}
	return d, true
}

// count returns a constant whole number from 1 on.
func (l *loader) count(s *scope.Scope, a *hclsyntax.Attribute) (int64, bool) {
	v, ok := l.value(s, a, cty.Number, "a whole number from 1 on, without quotes")
	if !ok {
		return 0, false
	}
	n, exact := v.AsBigFloat().Int64()
	if exact != 0 || n < 1 || n > math.MaxInt32 {
		l.error(CodeValue, a.Expr.Range(), "Number out of range", "%s is a whole number from 1 on.", a.Name)
		return 0, false
	}
	return n, true
}

// boolean returns a constant truth value.
func (l *loader) boolean(s *scope.Scope, a *hclsyntax.Attribute) (bool, bool) {
	v, ok := l.value(s, a, cty.Bool, "true or false, without quotes")
	return ok && v.True(), ok
}

// texts returns a constant list of texts, and where each stands.
func (l *loader) texts(s *scope.Scope, a *hclsyntax.Attribute) ([]string, []hcl.Range, bool) {
	texts := []string{}
	var ranges []hcl.Range
	ok := true
	for _, t := range l.list(s, a) {
		if t == nil {
			ok = false
			continue
		}
		text, _ := t.Constant()
		texts, ranges = append(texts, text), append(ranges, t.Range)
	}
	return texts, ranges, ok
}

// list returns the templates of a list's elements, nil for those that are
// wrong: a list written out, or a constant one. It is nil for no list.
func (l *loader) list(s *scope.Scope, a *hclsyntax.Attribute) []*scope.Template {
	if tuple, ok := a.Expr.(*hclsyntax.TupleConsExpr); ok {
		out := make([]*scope.Template, len(tuple.Exprs))
		for i, e := range tuple.Exprs {
			t, diags := s.Template(e)
			if l.add(diags) {
				out[i] = t
			}
		}
		return out
	}
	v, diags := within(s, "a list that is not written out").Constant(a.Expr)
	if !l.add(diags) || !v.IsWhollyKnown() {
		return []*scope.Template{nil}
	}
	at := a.Expr.Range()
	v, err := convert.Convert(v, cty.List(cty.String))
	if err != nil || v.IsNull() {
		l.error(CodeValue, at, "Wrong type", `%s is a list of texts: ["…", "…"].`, a.Name)
		return []*scope.Template{nil}
	}
	out := []*scope.Template{}
	for _, e := range v.AsValueSlice() {
		if e.IsNull() {
			l.error(CodeValue, at, "Wrong type", "An element of %s is null.", a.Name)
			return []*scope.Template{nil}
		}
		out = append(out, scope.Literal(e.AsString(), at))
	}
	return out
}

// items returns the entries of a map from names to texts in the file's order:
// a map written out, or a constant one.
func (l *loader) items(s *scope.Scope, a *hclsyntax.Attribute) (items []MapItem, ok bool) {
	ok = true
	seen := registry{}
	if object, written := a.Expr.(*hclsyntax.ObjectConsExpr); written {
		for _, item := range object.Items {
			key, at, valid := l.key(s, item.KeyExpr)
			if !valid || !seen.add(l, "another entry of "+a.Name, key, at) {
				ok = false
				continue
			}
			t, diags := s.Template(item.ValueExpr)
			if !l.add(diags) {
				ok = false
				continue
			}
			items = append(items, MapItem{Key: key, Value: t, Range: at})
		}
		return items, ok
	}
	v, diags := within(s, "a map that is not written out").Constant(a.Expr)
	if !l.add(diags) || !v.IsWhollyKnown() {
		return nil, false
	}
	at := a.Expr.Range()
	v, err := convert.Convert(v, cty.Map(cty.String))
	if err != nil || v.IsNull() {
		l.error(CodeValue, at, "Wrong type", `%s is a map of texts: { NAME = "…" }.`, a.Name)
		return nil, false
	}
	values := v.AsValueMap()
	for _, key := range slices.Sorted(keys(values)) {
		if values[key].IsNull() {
			l.error(CodeValue, at, "Wrong type", "The entry %s of %s is null.", key, a.Name)
			return nil, false
		}
		items = append(items, MapItem{Key: key, Value: scope.Literal(values[key].AsString(), at), Range: at})
	}
	return items, true
}

// key returns the constant key of a map's entry.
func (l *loader) key(s *scope.Scope, e hclsyntax.Expression) (string, hcl.Range, bool) {
	at := e.Range()
	v, diags := within(s, "a key").Constant(e)
	if !l.add(diags) || !v.IsWhollyKnown() {
		return "", at, false
	}
	if v.IsNull() || v.Type() != cty.String {
		l.error(CodeValue, at, "Wrong type", "A key is a name or a text.")
		return "", at, false
	}
	return v.AsString(), at, true
}
