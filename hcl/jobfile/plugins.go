package jobfile

import (
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/shared/schema"
)

// plugins decodes the plugin blocks.
func (l *loader) plugins() {
	seen := registry{}
	for _, b := range l.of("plugin") {
		if !l.label(b, "name") {
			continue
		}
		name, at := b.Labels[0], b.LabelRanges[0]
		if !l.name("plugin", name, at) || !seen.add(l, "another plugin", name, at) {
			continue
		}
		l.declared[name] = nil
		if slices.ContainsFunc(l.bundled, func(p *schema.Plugin) bool { return p.Name == name }) {
			l.error(CodeName, at, "The name of a bundled plugin", "%s is a plugin that jwhost brings with it: it needs no block. Give yours another name.", name)
			continue
		}
		if p := l.plugin(b, name); p != nil {
			l.file.Plugins = append(l.file.Plugins, p)
			l.declared[name] = p
		}
	}
}

// plugin decodes a plugin block; nil if nothing is known of its schema.
func (l *loader) plugin(b *hclsyntax.Block, name string) *Plugin {
	p := &Plugin{Name: name, Range: b.DefRange(), Config: map[string]cty.Value{}, ConfigRanges: map[string]hcl.Range{}, ConfigSecrets: map[string]string{}}
	c := l.content(b.Body, "a plugin", p.Range, []string{"source", "grants"}, "config")
	c.require("source", `"./plugins/`+name+`"`)
	config := c.one("config")
	if a := c.attr("grants"); a != nil {
		grants, ranges, _ := l.texts(l.base("grants"), a)
		for i, g := range grants {
			if !slices.Contains(schema.Grants, g) {
				l.error(CodeGrant, ranges[i], "Unknown grant", "There is no grant %q.%s The grants: %s.", g, scope.DidYouMean(g, schema.Grants), sorted(schema.Grants))
			}
		}
		p.Grants = grants
	}
	a := c.attr("source")
	if a == nil {
		return nil
	}
	source, ok := l.text(l.base("source"), a)
	if !ok {
		return nil
	}
	if !strings.HasPrefix(source, "./") && !strings.HasPrefix(source, "../") && !filepath.IsAbs(source) {
		l.error(CodeValue, a.Expr.Range(), "Not a path", "The source of a plugin is a path that begins with ./, ../ or /: an executable, or a folder that holds jwhost-plugin-%s. Write %q.", name, "./"+source)
		return nil
	}
	p.Source = l.path(source, b.TypeRange)
	if l.o.Actions == nil {
		return nil
	}
	described, err := l.o.Actions.Describe(name, p.Source)
	if err != nil {
		l.error(CodePlugin, a.Expr.Range(), "Unusable plugin", "%s", period(err.Error()))
		return nil
	}
	if err := described.Check(); err != nil {
		l.error(CodePlugin, a.Expr.Range(), "Unusable plugin", "The plugin %s cannot be used: %s", name, period(err.Error()))
		return nil
	}
	p.Schema = described
	for _, g := range described.Grants {
		if !slices.Contains(p.Grants, g) {
			l.warn(CodeGrant, p.Range, "A grant that the plugin wants", "The plugin %s wants %s and is not given it: what it does with it will fail. To give it: grants = [%q].", name, g, g)
		}
	}
	l.config(p, config)
	return p
}

// config decodes a config block, which may be missing, by the plugin's schema.
func (l *loader) config(p *Plugin, b *hclsyntax.Block) {
	var names []string
	for _, attr := range p.Schema.Config {
		names = append(names, attr.Name)
	}
	what := "the config block of the plugin " + p.Name
	body, at := &hclsyntax.Body{}, p.Range
	if b != nil {
		body, at = b.Body, b.DefRange()
	}
	c := l.content(body, what, at, names)
	for i := range p.Schema.Config {
		attr := &p.Schema.Config[i]
		a := c.attr(attr.Name)
		switch {
		case a != nil:
			p.ConfigRanges[attr.Name] = a.SrcRange
			l.configValue(p, attr, a)
		case attr.Required && c.lacks(attr.Name):
			l.error(CodeMissing, at, "An attribute is missing", "%s needs %s%s.", begin(what), attr.Name, doc(attr))
		}
	}
}

func doc(attr *schema.Attribute) string {
	if attr.Doc == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(attr.Doc)
	return ": " + string(unicode.ToLower(r)) + strings.TrimSuffix(attr.Doc[n:], ".")
}

func (l *loader) configValue(p *Plugin, attr *schema.Attribute, a *hclsyntax.Attribute) {
	s := l.base(attr.Name)
	s.Secrets = attr.Sensitive
	var v cty.Value
	ok := true
	switch attr.Type {
	case schema.Number:
		v, ok = l.value(s, a, cty.Number, "a number without quotes")
	case schema.Bool:
		v, ok = l.value(s, a, cty.Bool, "true or false, without quotes")
	case schema.Duration:
		if _, ok = l.duration(s, a); ok {
			v, ok = l.value(s, a, cty.String, "a duration")
		}
	case schema.Texts:
		var texts []string
		if texts, _, ok = l.texts(s, a); ok {
			v = list(texts)
		}
	case schema.Map:
		var items []MapItem
		if items, ok = l.items(s, a); ok {
			values := map[string]cty.Value{}
			for _, item := range items {
				text, _ := item.Value.Constant()
				values[item.Key] = cty.StringVal(text)
			}
			if v = cty.MapValEmpty(cty.String); len(values) > 0 {
				v = cty.MapVal(values)
			}
		}
	default:
		t, diags := s.Template(a.Expr)
		if !l.add(diags) {
			return
		}
		if name, secret := t.Secret(); secret {
			p.ConfigSecrets[attr.Name] = name
			return
		}
		text, constant := t.Constant()
		if !constant {
			l.error(scope.CodeSecretNotHere, a.Expr.Range(), "A secret stands alone here", "Write %s = secret(\"…\") and nothing round it.", attr.Name)
			return
		}
		if len(attr.OneOf) > 0 && !slices.Contains(attr.OneOf, text) {
			l.notOneOf(a.Expr.Range(), attr.Name, text, attr.OneOf)
			return
		}
		v = cty.StringVal(text)
	}
	if ok {
		p.Config[attr.Name] = v
	}
}

func list(texts []string) cty.Value {
	values := make([]cty.Value, len(texts))
	for i, t := range texts {
		values[i] = cty.StringVal(t)
	}
	v, err := convert.Convert(cty.TupleVal(values), cty.List(cty.String))
	if err != nil {
		return cty.ListValEmpty(cty.String)
	}
	return v
}

func period(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}
