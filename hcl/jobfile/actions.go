package jobfile

import (
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/shared/schema"
)

// reserved are the host's own attributes of every action.
var reserved = []string{"when", "timeout", "concurrency"}

// DefaultBackoff is the pause before the second run where retry gives none.
const DefaultBackoff = time.Second

// action decodes an action block in the scope of its watcher; nil if nothing
// is known of its schema.
func (l *loader) action(b *hclsyntax.Block, s *scope.Scope, in place) *Action {
	a := &Action{Label: b.Labels[0], Timeout: schema.DefaultTimeout, Concurrency: 1, Args: map[string]*Arg{}, Range: b.DefRange()}
	if !l.lookup(a, b) {
		return nil
	}
	var names []string
	for _, attr := range a.Schema.Attributes {
		names = append(names, attr.Name)
	}
	c := l.content(b.Body, "the action "+a.Label, a.Range, slices.Concat(names, reserved), "retry")
	if w := c.attr("when"); w != nil {
		when, diags := s.Condition(w.Expr)
		l.addFor(in, diags)
		a.When = when
	}
	if t := c.attr("timeout"); t != nil {
		if d, ok := l.duration(l.base("timeout"), t); ok {
			a.Timeout = d
		}
	}
	if n := c.attr("concurrency"); n != nil {
		if count, ok := l.count(l.base("concurrency"), n); ok {
			a.Concurrency = int(count)
		}
	}
	if r := c.one("retry"); r != nil {
		a.Retry = l.retry(r)
	}
	complete := true
	for i := range a.Schema.Attributes {
		attr := &a.Schema.Attributes[i]
		switch given := c.attr(attr.Name); {
		case given != nil:
			if arg := l.arg(a, attr, given, s, in); arg != nil {
				a.Args[attr.Name] = arg
			} else {
				complete = false
			}
		case c.has(attr.Name):
			complete = false
		case attr.Required && c.lacks(attr.Name):
			l.error(CodeMissing, a.Range, "An attribute is missing", "The action %s needs %s%s.", a.Label, attr.Name, docAndExample(attr))
			complete = false
		}
	}
	for _, group := range a.Schema.ExactlyOne {
		complete = l.exactlyOne(c, group) && complete
	}
	if complete && !s.Broken {
		l.commands(a, s, in)
	}
	return a
}

func docAndExample(attr *schema.Attribute) string {
	d := doc(attr)
	if attr.Example != "" {
		example := attr.Example
		switch attr.Type {
		case schema.Text, schema.Command, schema.Duration:
			example = `"` + example + `"`
		}
		d += ", as in " + attr.Name + " = " + example
	}
	return d
}

// lookup finds the action's schema by the block's label: a bundled one's bare
// name, or PLUGIN.ACTION.
func (l *loader) lookup(a *Action, b *hclsyntax.Block) bool {
	at := b.LabelRanges[0]
	plugin, name, dotted := strings.Cut(a.Label, ".")
	if !dotted {
		for _, p := range l.bundled {
			if s := p.Action(a.Label); s != nil {
				a.Plugin, a.Name, a.Schema = p.Name, a.Label, s
				return true
			}
		}
		known := l.actionNames()
		hint := scope.DidYouMean(a.Label, known)
		for _, k := range known {
			if strings.HasSuffix(k, "."+a.Label) {
				hint = " Did you mean " + k + "?"
			}
		}
		l.error(CodeUnknownAction, at, "Unknown action", "There is no action %s.%s The actions: %s. An action of another plugin is written PLUGIN.ACTION.", a.Label, hint, sorted(known))
		return false
	}
	p, declared := l.declared[plugin]
	if !declared {
		l.error(CodeUnknownAction, at, "Unknown plugin", "The action %s is one of a plugin %s, and the files declare none of that name.%s", a.Label, plugin, scope.DidYouMean(plugin, slices.Collect(keys(l.declared))))
		return false
	}
	if p == nil || p.Schema == nil {
		return false // complained about at its block
	}
	s := p.Schema.Action(name)
	if s == nil {
		var known []string
		for _, action := range p.Schema.Actions {
			known = append(known, action.Name)
		}
		l.error(CodeUnknownAction, at, "Unknown action", "The plugin %s has no action %s.%s It has: %s.", plugin, name, scope.DidYouMean(name, known), sorted(known))
		return false
	}
	a.Plugin, a.Name, a.Schema = plugin, name, s
	return true
}

func (l *loader) actionNames() []string {
	var names []string
	for _, p := range l.bundled {
		for _, a := range p.Actions {
			names = append(names, a.Name)
		}
	}
	for _, p := range l.file.Plugins {
		for _, a := range p.Schema.Actions {
			names = append(names, p.Name+"."+a.Name)
		}
	}
	return names
}

func (l *loader) retry(b *hclsyntax.Block) *Retry {
	r := &Retry{Attempts: 1, Backoff: DefaultBackoff}
	c := l.content(b.Body, "a retry block", b.DefRange(), []string{"attempts", "backoff"})
	c.require("attempts", "3")
	if !l.label(b, "") {
		return r
	}
	if a := c.attr("attempts"); a != nil {
		if n, ok := l.count(l.base("attempts"), a); ok {
			r.Attempts = int(n)
		}
	}
	if a := c.attr("backoff"); a != nil {
		if d, ok := l.duration(l.base("backoff"), a); ok {
			r.Backoff = d
		}
	}
	return r
}

// governing are the attributes that say how a command of the same action runs
// (package schema) and are fixed before the job starts.
var governing = []string{"shell", "dir", "allow", "output_limit", "keep"}

// arg decodes one attribute by its type; nil if it is wrong.
func (l *loader) arg(a *Action, attr *schema.Attribute, given *hclsyntax.Attribute, s *scope.Scope, in place) *Arg {
	runs := hasCommand(a.Schema)
	here := *s
	here.Secrets = attr.Sensitive || runs && (attr.Name == "env" || attr.Name == "stdin")
	if attr.Constant || runs && slices.Contains(governing, attr.Name) {
		here.Fixed = attr.Name + " is fixed before the job starts"
	}
	arg := &Arg{Attribute: attr, Range: given.Expr.Range(), Source: given.SrcRange}
	ok := true
	switch attr.Type {
	case schema.Text:
		arg.Text, ok = l.textArg(attr, given, &here, in)
	case schema.Command:
		here.Shell = true
		t, diags := here.Chomped(given.Expr)
		ok = l.addFor(in, diags)
		arg.Text = t
	case schema.Texts, schema.Argv:
		arg.Texts = l.list(&here, given)
		ok = !slices.Contains(arg.Texts, nil)
		if ok && attr.Type == schema.Argv && len(arg.Texts) == 0 {
			l.error(CodeValue, arg.Range, "No program", `%s begins with the program: ["python", "train.py"].`, attr.Name)
			ok = false
		}
		for _, t := range arg.Texts {
			if ok && attr.Type == schema.Texts {
				ok = l.allowed(attr, t)
			}
		}
	case schema.Map:
		arg.Map, ok = l.items(&here, given)
		if runs && attr.Name == "env" {
			arg.Map = l.environment(arg.Map)
		}
	case schema.Number:
		n, diags := here.Number(given.Expr)
		ok = l.addFor(in, diags)
		arg.Number = n
	case schema.Bool:
		arg.Bool, ok = l.boolean(within(&here, attr.Name), given)
	case schema.Duration:
		arg.Duration, ok = l.duration(within(&here, attr.Name), given)
	}
	if !ok {
		return nil
	}
	l.unsafe(attr, arg, runs)
	return arg
}

func (l *loader) textArg(attr *schema.Attribute, given *hclsyntax.Attribute, s *scope.Scope, in place) (*scope.Template, bool) {
	t, diags := s.Template(given.Expr)
	if !l.addFor(in, diags) {
		return nil, false
	}
	return t, l.allowed(attr, t)
}

// allowed checks a text against the only ones that its attribute takes.
func (l *loader) allowed(attr *schema.Attribute, t *scope.Template) bool {
	if len(attr.OneOf) == 0 {
		return true
	}
	text, constant := t.Constant()
	if !constant {
		l.error(scope.CodeCaptureInConstant, t.Range, "Not known before the job starts", "%s is one of a few words, fixed before the job starts: %s.", attr.Name, sorted(attr.OneOf))
		return false
	}
	if !slices.Contains(attr.OneOf, text) {
		l.notOneOf(t.Range, attr.Name, text, attr.OneOf)
		return false
	}
	return true
}

// unsafe speaks of each use of unsafe(), so that no review misses it.
func (l *loader) unsafe(attr *schema.Attribute, arg *Arg, runs bool) {
	proved := attr.Type == schema.Command || attr.Type == schema.Argv || runs && (attr.Name == "stdin" || attr.Name == "env")
	for _, t := range arg.templates() {
		for _, p := range t.Parts {
			switch {
			case !p.Unsafe:
			case proved:
				l.warn(CodeUnsafe, p.Range, "unsafe() is used", "The proof that this text stays text is waived: whoever makes the job print a line can choose it.")
			default:
				l.error(scope.CodeUnsafeNotHere, p.Range, "unsafe() has no meaning here", "%s is no command: nothing is proved of it, so there is nothing to waive.", attr.Name)
			}
		}
	}
}

// templates returns all templates of an argument.
func (a *Arg) templates() []*scope.Template {
	var ts []*scope.Template
	if a.Text != nil {
		ts = append(ts, a.Text)
	}
	ts = append(ts, a.Texts...)
	for _, item := range a.Map {
		ts = append(ts, item.Value)
	}
	return ts
}

func hasCommand(a *schema.Action) bool {
	return slices.ContainsFunc(a.Attributes, func(attr schema.Attribute) bool {
		return attr.Type == schema.Command || attr.Type == schema.Argv
	})
}
