package shellsafe

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// running is what is known of a command beside its words.
type running struct {
	flow
	env    []string     // literal assignments before it
	stmt   *syntax.Stmt // nil in an argument vector
	start  int          // offset of the simple command
	top    bool         // an Edit can reach it; no program runs it for another
	given  string       // the program that fetches it by name, so that `allow` asks for that one
	script bool         // uv run: a file of the folder can stand for a program
}

// vector checks an argument vector.
func (c *checker) vector() {
	t := &template{attr: "argv"}
	w := &walker{checker: c, t: t, shell: Sh, seen: map[*slot]bool{}}
	w.vars = newBindings(w, nil)
	w.all = c.ownStdin()
	var args []arg
	for i, word := range c.cmd.argv {
		args = append(args, c.wordOf(word, Where{Attr: "argv", Index: i}, i))
	}
	w.program(args, running{flow: flow{stdin: w.all, folder: folder{known: true}}, top: true})
}

// environment checks the variables that the file sets.
func (c *checker) environment() {
	w := &walker{checker: c, t: &template{attr: "env"}}
	for i, v := range c.in.Env {
		why := whyVariable(v.Name)
		if why == "" {
			continue
		}
		for _, s := range c.cmd.env[i].slots {
			w.prove([]origin{slotOrigin(s)}, plainNumber(), refusal{at: s.where, code: "capture-in-variable", kind: kindCode,
				what: "the variable " + v.Name, note: v.Name + ": " + why + "."})
		}
	}
}

// program judges the words of one command by the table of programs, then the
// commands and lines in them.
func (w *walker) program(args []arg, r running) {
	if len(args) == 0 {
		return
	}
	name, known := args[0].literal()
	if base, ok := args[0].knownBase(); !known && ok && w.in.Allow == nil {
		// ~/bin/run.sh, "$VENV"/bin/python: which program it is can be told.
		w.prove(withoutContent(w.originsOf(args[0])), noText(), refusal{at: args[0].where, code: "command-name", kind: kindCommand, what: "the folder of a program"})
		args = slices.Clone(args)
		args[0].pieces = []piece{{text: base, start: args[0].start, end: args[0].end}}
		name, known = base, true
	} else if !known {
		w.unknownProgram(args[0])
	}
	if os := w.vars.written[args[0].key()]; known && len(os) > 0 {
		w.prove(os, noText(), refusal{at: args[0].where, code: "capture-names-code", kind: kindFile, what: "the program that runs"})
	}
	w.allowed(args, r)
	w.chosenFolder(args[0], name)
	if known && name == "alias" && (w.captured || w.in.Allow != nil) {
		w.add(Problem{Code: "alias", Where: args[0].where, Summary: "alias changes what later words mean",
			Detail: "What a command with captured text or with `allow` does must be plain from its own words. Write a function, or the words themselves."})
	}
	v := interpret(arguments(args))
	for _, m := range v.meanings {
		if m.arg < len(args) && (m.arg > 0 || known) {
			w.meaning(args[m.arg], m)
		}
	}
	w.perlOperands(args, name)
	w.options(args, v)
	for _, s := range v.lines {
		w.line(args, s, r)
	}
	if v.stdin != "" {
		w.reads(args[0], name, v.stdin, r.stdin)
	}
	plain := w.record(args, v, r)
	for _, s := range v.commands {
		if s.from >= s.to || s.to > len(args) {
			continue
		}
		inner := slices.Clone(args[s.from:s.to])
		inner[0] = inner[0].from(s.offset)
		next := r
		next.top = r.top && plain
		next.env = slices.Concat(r.env, literalEnv(name, args[1:s.from]))
		if plain && movesItself(args[1:s.from]) {
			next.folder = nowhere
		}
		next.given = ""
		if fetches(args) {
			next.given = name
		}
		next.script = path.Base(name) == "uv" || slices.Contains(literals(args[:s.from]), "uv")
		w.program(inner, next)
	}
}

// knownBase returns the last component of an argument's path, if that is
// literal and what stands before it is not.
func (a arg) knownBase() (string, bool) {
	tail := ""
	for _, p := range slices.Backward(a.pieces) {
		if !p.known() {
			return "", false
		}
		if i := strings.LastIndexByte(p.text, '/'); i >= 0 {
			tail = p.text[i+1:] + tail
			return tail, tail != ""
		}
		tail = p.text + tail
	}
	return "", false
}

// originsOf lists the captured text in an argument.
func (w *walker) originsOf(a arg) []origin {
	var os []origin
	for _, p := range a.pieces {
		switch {
		case p.slot != nil && !p.slot.hole.Unsafe:
			os = addOrigins(os, slotOrigin(p.slot))
		case p.exp != nil:
			os = addOrigins(os, p.exp.origins...)
		}
	}
	return os
}

// unknownProgram refuses a command whose name is not the author's.
func (w *walker) unknownProgram(a arg) {
	why := refusal{at: a.where, code: "command-name", kind: kindCommand, what: "the name of a program"}
	for _, p := range a.pieces {
		switch {
		case p.slot != nil:
			if !p.slot.hole.Unsafe {
				w.prove([]origin{slotOrigin(p.slot)}, noText(), why)
			}
		case p.known():
		case len(withoutContent(p.exp.origins)) > 0:
			w.prove(withoutContent(p.exp.origins), noText(), why)
		default:
			w.add(Problem{Code: "command-name", Where: w.whereOf(p, a), Summary: "The name of the program is " + p.exp.source + ", which is not known here",
				Detail: "What a command means depends on its program, so the name must be written out, or be a variable that this command sets to a literal before."})
		}
	}
}

// meaning proves what stands in an argument that is more than data to its
// program.
func (w *walker) meaning(a arg, m meaning) {
	if m.kind == kindData {
		return
	}
	admits := m.admits()
	passed := 0 // literal bytes before the piece
	for _, p := range a.pieces {
		if p.known() {
			passed += len(p.text)
			continue
		}
		if passed < m.offset {
			continue
		}
		why := refusal{at: w.whereOf(p, a), code: codeOf(m.kind), kind: m.kind, what: m.what, lang: m.lang, arg: &a, piece: &p}
		if p.slot != nil {
			if !p.slot.hole.Unsafe {
				w.prove([]origin{slotOrigin(p.slot)}, admits, why)
			}
			continue
		}
		os := p.exp.origins
		if m.kind != kindFile {
			os = withoutContent(os)
		}
		why.via = p.exp.source
		w.prove(os, admits, why)
		if len(os) == 0 && !p.exp.author && !p.exp.number && (m.kind == kindCode && !dataLike[m.lang] || m.kind == kindCommand) {
			w.add(Problem{Code: "variable-in-code", Where: why.at, Summary: upper(m.what) + " holds " + p.exp.source + ", whose text is not known here",
				Detail: "Code may hold an expansion of the shell only if its value is a literal of the same command. " + letProgramExpand(m.lang)})
		}
	}
	if text, known := a.literal(); known && m.kind == kindFile && m.offset <= len(text) && text != "" {
		if openFile.MatchString(text[m.offset:]) && w.all != nil {
			w.prove(w.all.origins, admits, refusal{at: a.where, code: "capture-in-code", kind: kindCode, piped: true, what: "code from " + text[m.offset:]})
		}
	}
	if m.kind == kindFile {
		if os := w.vars.written[a.from(m.offset).key()]; len(os) > 0 {
			w.prove(os, noText(), refusal{at: a.where, code: codeOf(m.kind), kind: m.kind, what: m.what})
		}
	}
}

// perlOperands proves what perl opens by <>: with -n or -p every operand, with
// a program that reads <> too. It is the open with two arguments, to which
// "reboot|" is a command.
func (w *walker) perlOperands(args []arg, name string) {
	if !perlName.MatchString(name) {
		return
	}
	opens := false
	for _, text := range literals(args[1:]) {
		opens = opens || perlLoops.MatchString(text) || perlReads.MatchString(text)
	}
	if !opens {
		return
	}
	for i := range args[1:] {
		a := args[i+1]
		for _, p := range a.pieces {
			why := refusal{at: w.whereOf(p, a), code: "capture-in-code", kind: kindCode, lang: "perl", what: "a file that perl opens by <>, or a command if | is at its end"}
			switch {
			case p.slot != nil && !p.slot.hole.Unsafe:
				w.prove([]origin{slotOrigin(p.slot)}, noPipe(), why)
			case p.exp != nil:
				why.via = p.exp.source
				w.prove(withoutContent(p.exp.origins), noPipe(), why)
			}
		}
	}
}

var (
	perlName  = regexp.MustCompile(`(^|/)perl[0-9.]*$`)
	perlLoops = regexp.MustCompile(`^-[a-zA-Z0-9]*[np]`) // a cluster; too much is no harm
	perlReads = regexp.MustCompile(`<\s*(ARGV)?\s*>|\breadline\b|\beof\s*\(`)
	noPipe    = admit(`[^|<>]*`)
)

// dataLike are the languages of words that are text but for a character or
// two: what the author's own variables hold there is the author's business.
var dataLike = map[string]bool{"printf": true, "number": true, "escape": true, "plus": true, "at": true, "mail": true,
	"gofile": true, "equals": true, "bang": true, "exec": true, "manifest": true, "patch": true, "option": true, "variable": true, "setting": true, "words": true, "code": true, "make": true, "cmake": true, "pytest": true}

func codeOf(k kind) string {
	switch k {
	case kindFile:
		return "capture-names-code"
	case kindFetch:
		return "capture-names-package"
	case kindCommand:
		return "command-name"
	case kindInteger:
		return "arithmetic"
	case kindOutput:
		return "capture-in-redirection"
	case kindRefused:
		return "capture-place"
	}
	return "capture-in-code"
}

// whereOf is where a piece stands: in a line at its own place, else as its
// argument does.
func (w *walker) whereOf(p piece, a arg) Where {
	switch {
	case p.slot != nil:
		return p.slot.where
	case w.t.outer != nil || len(w.t.parts) == 0:
		return a.where
	}
	return w.t.where(p.start, p.end)
}

// from drops the first bytes of an argument's literal text.
func (a arg) from(offset int) arg {
	if offset == 0 {
		return a
	}
	var kept []piece
	for _, p := range a.pieces {
		if p.known() && offset > 0 {
			n := min(offset, len(p.text))
			p.text, offset = p.text[n:], offset-n
		}
		kept = append(kept, p)
	}
	a.pieces = kept
	return a
}
