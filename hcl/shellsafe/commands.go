package shellsafe

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/jwhost/jwhost/hcl/proof"
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
	w := &walker{checker: c, t: t, shell: Sh}
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
				what: "the variable " + v.Name, verb: "take", note: v.Name + ": " + why + "."})
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
		w.prove(direct(w.originsOf(args[0])), noText(), refusal{at: args[0].where, code: "command-name", kind: kindCommand, what: "the folder of a program", verb: "runs"})
		args = slices.Clone(args)
		args[0].pieces = []piece{{text: base, start: args[0].start, end: args[0].end}}
		name, known = base, true
	} else if !known {
		w.unknownProgram(args[0])
	}
	if os := w.vars.written[args[0].key()]; known && len(os) > 0 {
		w.prove(os, noText(), refusal{at: args[0].where, code: "capture-names-code", kind: kindFile, what: "the program that runs", verb: "runs"})
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
	why := refusal{at: a.where, code: "command-name", kind: kindCommand, what: "the name of a program", verb: "runs"}
	for _, p := range a.pieces {
		switch {
		case p.slot != nil:
			if !p.slot.hole.Unsafe {
				w.prove([]origin{slotOrigin(p.slot)}, noText(), why)
			}
		case p.known():
		case len(direct(p.exp.origins)) > 0:
			w.prove(direct(p.exp.origins), noText(), why)
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
		why := refusal{at: w.whereOf(p, a), code: codeOf(m.kind), kind: m.kind, what: m.what, verb: "takes", lang: m.lang, arg: &a, piece: &p}
		if p.slot != nil {
			if !p.slot.hole.Unsafe {
				w.prove([]origin{slotOrigin(p.slot)}, admits, why)
			}
			continue
		}
		os := p.exp.origins
		if m.kind != kindFile {
			os = direct(os)
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
			w.prove(w.all.origins, admits, refusal{at: a.where, code: "capture-in-code", kind: kindCode, piped: true, verb: "reads", what: "code from " + text[m.offset:]})
		}
	}
	if m.kind == kindFile {
		if os := w.vars.written[a.from(m.offset).key()]; len(os) > 0 {
			w.prove(os, noText(), refusal{at: a.where, code: codeOf(m.kind), kind: m.kind, what: m.what, verb: "takes"})
		}
	}
}

// key is the argument's text as fileKey knows it again.
func (a arg) key() string {
	var b strings.Builder
	for _, p := range a.pieces {
		switch {
		case p.known():
			b.WriteString(p.text)
		case p.exp != nil:
			name := strings.TrimSuffix(strings.TrimPrefix(p.exp.source, "${"), "}")
			b.WriteString("$" + strings.TrimPrefix(name, "$"))
		default:
			return ""
		}
	}
	return path.Clean(b.String())
}

// openFile matches names by which a program reads what the shell opened for it.
var openFile = regexp.MustCompile(`^/(dev/(fd/|stdin)|proc/[^/]*/fd/)`)

// dataLike are the languages of words that are text but for a character or
// two: what the author's own variables hold there is the author's business.
var dataLike = map[string]bool{"printf": true, "number": true, "escape": true, "plus": true, "at": true, "mail": true,
	"gofile": true, "equals": true, "option": true, "variable": true, "setting": true, "words": true, "make": true, "cmake": true, "pytest": true}

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

// chosenFolder refuses a program that looks for code in its folder (modules,
// configuration, makefiles: all but the plainest do) behind a cd whose folder
// is captured text.
func (w *walker) chosenFolder(program arg, name string) {
	if shellBuiltins[name] || ignoresFolder[name] || name == "." || name == "eval" {
		return
	}
	for v := w.vars; v != nil; v = v.outer {
		for _, word := range v.moved {
			w.prove(direct(v.w.origins(word)), plainName(), refusal{at: program.where, code: "capture-chooses-folder", kind: kindFile,
				what: "the folder that " + name + " runs in, where it looks for code and settings", verb: "runs in"})
		}
	}
}

// ignoresFolder are programs that take nothing from their folder but what
// their arguments name.
var ignoresFolder = map[string]bool{"ls": true, "cat": true, "head": true, "tail": true, "wc": true, "du": true, "df": true, "stat": true, "touch": true,
	"mkdir": true, "rmdir": true, "rm": true, "cp": true, "mv": true, "ln": true, "grep": true, "sort": true, "uniq": true, "cut": true, "tr": true,
	"date": true, "sleep": true, "gzip": true, "gunzip": true, "md5sum": true, "sha256sum": true, "basename": true, "dirname": true, "realpath": true, "tee": true}

// An optionWord is an argument that a program could read as an option, as it
// begins with captured text.
type optionWord struct {
	pieces []piece
	slot   *slot
}

// notOption admits what no program reads as an option. A negative number is
// one to a few, which take digits as options of a harmless kind.
var notOption = admit(`([^-].*)?|-[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?|-[0-9]+\.`)

// options finds the arguments that can become options.
func (w *walker) options(args []arg, v verdict) {
	for i := 1; i < len(args); i++ {
		if i >= len(v.options) || !v.options[i] || len(args[i].pieces) == 0 {
			continue
		}
		a := args[i]
		for len(a.pieces) > 0 && a.pieces[0].known() && a.pieces[0].text == "" {
			a.pieces = a.pieces[1:]
		}
		if len(a.pieces) == 0 {
			continue
		}
		first := a.pieces[0]
		switch {
		case first.slot != nil:
			if first.slot.hole.Unsafe {
				continue
			}
			w.cmd.words = append(w.cmd.words, optionWord{a.pieces, first.slot})
			witness, ok := proof.Contained(textsOf(a.pieces), notOption())
			if !ok {
				w.warnOption(slotOrigin(first.slot), witness, w.whereOf(first, a))
			}
		case first.exp != nil && !first.known() && first.exp.direct:
			for _, o := range direct(first.exp.origins) {
				witness, ok := proof.Contained(o.lang, notOption())
				if ok {
					continue
				}
				w.warnOption(o, witness, w.whereOf(first, a))
				w.cmd.remember(o, admission{lang: notOption(), what: "a word that a program could read as an option"})
			}
		}
	}
}

// textsOf is every text that an argument can be.
func textsOf(pieces []piece) *proof.Language {
	var all []*proof.Language
	for _, p := range pieces {
		switch {
		case p.slot != nil:
			all = append(all, p.slot.hole.Language)
		case p.known():
			all = append(all, proof.Literal(p.text))
		default:
			all = append(all, anyText())
		}
	}
	return proof.Concat(all...)
}

// line checks a shell line that stands in words of a command, as a line of
// its own. What of it is not known is proved or refused by its meaning.
func (w *walker) line(args []arg, s span, r running) {
	var words []string
	for i := s.from; i < s.to && i < len(args); i++ {
		a := args[i]
		if i == s.from {
			a = a.from(s.offset)
		}
		text, known := a.line()
		if !known {
			if w.constantElsewhere(a) {
				w.add(Problem{Code: "variable-in-code", Where: a.where, Summary: "This shell line is not known before it runs",
					Detail: "A line for a shell is checked like the command itself, so it must be written out in one place."})
			}
			return
		}
		words = append(words, text)
	}
	if len(words) == 0 || !w.numbersOnly(words...) {
		return
	}
	shell := w.shell
	if name, known := args[0].literal(); known {
		switch path.Base(name) {
		case "eval", "trap", "command", "builtin":
		case "bash":
			shell = Bash
		default:
			shell = Sh
		}
	}
	w.innerLine(strings.Join(words, " "), shell, args[s.from].where, r.stdin)
}

// numbersOnly reports whether the placeholders in a line hold numbers: if not,
// the line was refused, and there is no more to say of it.
func (w *walker) numbersOnly(words ...string) bool {
	for _, word := range words {
		for _, s := range w.tokens.in(word) {
			if _, ok := proof.Contained(s.hole.Language, plainNumber()); !ok && !s.hole.Unsafe {
				return false
			}
		}
	}
	return true
}

// constantElsewhere reports whether an argument holds nothing but the
// author's text, though not one that is known here.
func (w *walker) constantElsewhere(a arg) bool {
	for _, p := range a.pieces {
		if p.exp != nil && !p.known() && !p.exp.author && !p.exp.number {
			return false
		}
	}
	return true
}

// innerLine checks a line inside another.
func (w *walker) innerLine(text, shell string, at Where, stdin *source) {
	if w.depth >= maxDepth {
		w.add(Problem{Code: "depth", Where: at, Summary: "Too many shell lines inside each other"})
		return
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	w.depth++
	defer func() { w.depth-- }()
	t := &template{text: text, attr: at.Attr, outer: &at}
	f := w.parse(t, shell)
	if f == nil {
		return
	}
	inner := &walker{checker: w.checker, t: t, shell: shell, inner: true}
	inner.gather(f, w.vars)
	inner.file(f, stdin)
}

// reads proves what a program that reads code finds on its standard input.
func (w *walker) reads(at arg, name, lang string, stdin *source) {
	if stdin == nil {
		return
	}
	m := meaning{kind: kindCode, lang: lang}
	where := at.where
	why := refusal{at: where, code: "capture-in-code", kind: kindCode, lang: lang, verb: "reads", piped: true,
		what: languages[lang].title + " that " + path.Base(name) + " reads from " + stdin.what}
	w.prove(stdin.origins, m.admits(), why)
	if stdin.known && lang == "sh" && w.numbersOnly(stdin.text) {
		shell := Sh
		if path.Base(name) == "bash" {
			shell = Bash
		}
		place := stdin.where
		if place == (Where{}) {
			place = where
		}
		w.innerLine(stdin.text, shell, place, nil)
	}
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
