package jobfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/jwhost/jwhost/hcl/proof"
	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/hcl/shellsafe"
	"github.com/jwhost/jwhost/shared/schema"
)

// commands proves the command of an action, if it has one.
func (l *loader) commands(a *Action, s *scope.Scope, in place) {
	var given []*Arg
	for i := range a.Schema.Attributes {
		attr := &a.Schema.Attributes[i]
		if arg := a.Args[attr.Name]; arg != nil && (attr.Type == schema.Command || attr.Type == schema.Argv) {
			given = append(given, arg)
		}
	}
	if len(given) == 0 {
		return
	}
	for _, arg := range given[1:] {
		l.error(CodeConflict, arg.Range, "One too many", "An action runs one command, and %s is one already.", given[0].Attribute.Name)
	}
	if len(given) > 1 {
		return
	}
	a.Command = l.prove(a, given[0], s, in)
}

// prove puts together what package shellsafe is to know of a command: its
// environment is the job's, then the action's.
func (l *loader) prove(a *Action, arg *Arg, s *scope.Scope, in place) *Command {
	input := shellsafe.Input{Shell: shellsafe.Sh, Captures: captures(s)}
	c := &Command{Attribute: arg.Attribute.Name, Range: arg.Range}
	where := places{}
	use := func(attr string, t *scope.Template) []shellsafe.Part {
		where[attr] = append(where[attr], t)
		c.Templates = append(c.Templates, t)
		return t.Shell()
	}
	if arg.Text != nil {
		input.Line = use("line", arg.Text)
	} else {
		for _, t := range arg.Texts {
			input.Argv = append(input.Argv, use("argv", t))
		}
	}
	if shell := a.Args["shell"]; shell != nil && shell.Text != nil {
		text, _ := shell.Text.Constant()
		if text != shellsafe.Sh && text != shellsafe.Bash {
			l.notOneOf(shell.Range, "shell", text, []string{shellsafe.Sh, shellsafe.Bash})
			return nil
		}
		if arg.Text == nil {
			l.error(CodeConflict, shell.Range, "A shell without a line", "argv runs without a shell.")
			return nil
		}
		input.Shell = text
	}
	if stdin := a.Args["stdin"]; stdin != nil && stdin.Text != nil {
		input.Stdin = use("stdin", stdin.Text)
	}
	env := in.env
	if own := a.Args["env"]; own != nil {
		env = append(env[:len(env):len(env)], own.Map...)
	}
	for _, item := range env {
		input.Env = append(input.Env, shellsafe.EnvVar{Name: item.Key, Value: use("env", item.Value)})
	}
	if allow := a.Args["allow"]; allow != nil {
		input.Allow = []string{}
		for _, t := range allow.Texts {
			text, _ := t.Constant()
			input.Allow = append(input.Allow, text)
		}
	}
	l.escaped(s, c.Templates)
	safe, problems := shellsafe.Check(input)
	for _, p := range problems {
		refused := func(o shellsafe.Problem) bool { return !o.Warning && o.Where == p.Where }
		if p.Warning && slices.ContainsFunc(problems, refused) {
			continue // the error comes first
		}
		l.problem(where, p, arg)
	}
	if safe == nil {
		return nil
	}
	c.Safe = safe
	return c
}

var shellExpansion = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// escaped warns of $${loss} where loss is a capture: to the shell it is a
// variable of its own, and nothing in the command gives it a value.
func (l *loader) escaped(s *scope.Scope, templates []*scope.Template) {
	if s.Pattern == nil {
		return
	}
	var all strings.Builder
	for _, t := range templates {
		for _, p := range t.Parts {
			all.WriteString(p.Text)
		}
	}
	for _, t := range templates {
		for i := range t.Parts {
			p := &t.Parts[i]
			f := l.file.Sources[p.Range.Filename]
			if p.Expr != nil || f == nil {
				continue
			}
			for _, m := range shellExpansion.FindAllStringSubmatchIndex(p.Text, -1) {
				name := p.Text[m[2]:m[3]]
				set := regexp.MustCompile(`\b` + name + `=|\b(?:for|read|printf -v|local|export)\b[^;|&\n]*\b` + name + `\b`)
				if _, capture := s.Pattern.Lookup(name); !capture || set.MatchString(all.String()) {
					continue
				}
				l.warn(CodeEscaped, p.Span(f.Bytes, m[0], m[1]), "$${"+name+"} is not the capture "+name,
					"Two dollar signs hand ${%[1]s} to the command as it stands, and no variable %[1]s is set there. For the capture write ${%[1]s}.", name)
			}
		}
	}
}

// captures returns the variables that carry the captures.
func captures(s *scope.Scope) map[string]*proof.Language {
	vars := map[string]*proof.Language{}
	if s.Pattern == nil {
		return vars
	}
	for _, c := range s.Pattern.Captures {
		vars[scope.EnvName(fmt.Sprintf("c%d", c.Group))] = c.Language
		if c.Name != "" {
			vars[scope.EnvName(c.Name)] = c.Language
		}
	}
	return vars
}

// places are the templates of a command by the attribute that a
// [shellsafe.Where] names, in its order.
type places map[string][]*scope.Template

// problem puts a complaint about a command where it stands in the file.
func (l *loader) problem(where places, p shellsafe.Problem, arg *Arg) {
	at := arg.Range
	if ts := where[p.Where.Attr]; p.Where.Index >= 0 && p.Where.Index < len(ts) {
		t := ts[p.Where.Index]
		at = t.Range
		if i := p.Where.Part; i >= 0 && i < len(t.Parts) {
			part := &t.Parts[i]
			at = part.Range
			if f := l.file.Sources[at.Filename]; f != nil && part.Expr == nil && p.Where.End > p.Where.Start {
				at = part.Span(f.Bytes, p.Where.Start, p.Where.End)
			}
			if at.Empty() { // the empty text
				at = t.Range
			}
		}
	}
	detail := p.Detail
	if fixed := l.corrected(where, p.Edits, arg); fixed != "" {
		detail += "\n\nWrite instead:\n\n" + indent(fixed)
	}
	code := Code(p.Code)
	if code == CodeSyntax { // the shell's, not HCL's
		code = CodeShellSyntax
	}
	d := l.error(code, at, p.Summary, "%s", detail)
	if p.Warning {
		d.Severity = hcl.DiagWarning
	}
}

// corrected returns the attribute as the file should have it, with the edits
// made; "" if some of them is about text that does not stand in the attribute.
func (l *loader) corrected(where places, edits []shellsafe.Correction, arg *Arg) string {
	f := l.file.Sources[arg.Range.Filename]
	if f == nil || len(edits) == 0 || !arg.Source.CanSliceBytes(f.Bytes) {
		return ""
	}
	type change struct {
		from, to int
		text     string
	}
	var changes []change
	for _, e := range edits {
		ts := where[e.Where.Attr]
		if e.Where.Index >= len(ts) || e.Where.Part >= len(ts[e.Where.Index].Parts) {
			return ""
		}
		at, text, ok := ts[e.Where.Index].Parts[e.Where.Part].Replace(f.Bytes, e.Where.Start, e.Where.End, e.Text)
		if !ok || at.Start.Byte < arg.Source.Start.Byte || at.End.Byte > arg.Source.End.Byte {
			return ""
		}
		changes = append(changes, change{at.Start.Byte, at.End.Byte, text})
	}
	slices.SortStableFunc(changes, func(a, b change) int { return a.from - b.from })
	var b strings.Builder
	at := lineStart(f.Bytes, arg.Source.Start)
	for _, c := range changes {
		if c.from < at {
			return ""
		}
		b.Write(f.Bytes[at:c.from])
		b.WriteString(c.text)
		at = c.to
	}
	b.Write(f.Bytes[at:arg.Source.End.Byte])
	return strings.TrimRight(strings.ReplaceAll(b.String(), "\r\n", "\n"), "\n")
}
