package shellsafe

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// ownStdin is what the command itself reads.
func (c *checker) ownStdin() *source {
	t := c.cmd.stdin
	if t == nil {
		return nil
	}
	s := &source{what: "the command's standard input", text: t.text, known: true, where: Where{Attr: "stdin"}}
	for _, slot := range t.slots {
		if !slot.hole.Unsafe {
			s.origins = append(s.origins, slotOrigin(slot))
		}
	}
	return s
}

// piped is what comes over a pipe: whatever captured text the commands before
// it can have got hold of.
func (w *walker) piped(from *syntax.Stmt, stdin *source) *source {
	start, end := offsets(from)
	s := &source{what: "a pipe", where: w.t.where(start, end)}
	s.origins = indirect(w.origins(from))
	if stdin != nil {
		s.origins = addOrigins(s.origins, indirect(stdin.origins)...)
	}
	s.text, s.known = w.printed(from)
	return s
}

// printed returns what a command prints where that is plain to see: echo with
// literal words, cat with a here-document.
func (w *walker) printed(s *syntax.Stmt) (text string, known bool) {
	call, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Assigns) > 0 || len(call.Args) == 0 {
		return "", false
	}
	args := w.args(call.Args, setting{split: true})
	if len(args) == 0 {
		return "", false
	}
	name, _ := args[0].literal()
	switch {
	case w.vars.functions[name]:
	case name == "echo" && len(s.Redirs) == 0:
		var words []string
		for _, a := range args[1:] {
			word, known := a.line()
			if !known || strings.Contains(word, `\`) || strings.HasPrefix(word, "-") {
				return "", false
			}
			words = append(words, word)
		}
		return strings.Join(words, " "), true
	case name == "printf" && len(s.Redirs) == 0 && len(args) >= 2:
		format, _ := args[1].literal()
		if format != "%s" && format != `%s\n` && format != "%s\n" {
			return "", false
		}
		var words []string
		for _, a := range args[2:] {
			word, known := a.line()
			if !known {
				return "", false
			}
			words = append(words, word)
		}
		return strings.Join(words, "\n"), true
	case name == "cat" && len(args) == 1 && len(s.Redirs) == 1 && s.Redirs[0].Hdoc != nil:
		return w.heredocText(s.Redirs[0])
	}
	return "", false
}

// redirect visits a redirection and returns what the command then finds on
// its standard input. A here-document counts as that whatever its number: a
// program can be told to read any.
func (w *walker) redirect(r *syntax.Redirect, s *syntax.Stmt, stdin *source) *source {
	start, end := offsets(r.Word)
	at := w.t.where(start, end)
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		return w.hereDocument(r)
	case syntax.WordHdoc:
		w.place(r.Word, setting{})
		a := arg{pieces: w.pieces(r.Word, setting{})}
		src := &source{what: "the here-string", where: at, origins: w.origins(r.Word)}
		src.text, src.known = a.line()
		return src
	case syntax.DplIn, syntax.DplOut:
		w.place(r.Word, setting{})
		w.prove(withoutContent(w.origins(r.Word)), noText(), refusal{at: at, code: "capture-in-redirection", kind: kindRefused,
			what: "the number of an open file"})
		if r.Op == syntax.DplIn {
			return w.all
		}
		return stdin
	case syntax.RdrIn, syntax.RdrOut, syntax.AppOut, syntax.RdrInOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
		w.place(r.Word, setting{split: true})
		w.fileName(r.Word, at)
		if r.Op != syntax.RdrIn && r.Op != syntax.RdrInOut {
			return stdin
		}
		src := &source{what: "a file", where: at, origins: indirect(w.origins(r.Word))}
		src.origins = addOrigins(src.origins, indirect(w.vars.written[fileKey(r.Word)])...)
		if name, ok := literalWord(r.Word); ok {
			if strings.HasPrefix(name, "/dev/") || strings.HasPrefix(name, "/proc/") {
				return w.all
			}
		}
		return src
	default:
		w.unknownNode(r)
		return w.all
	}
}

// fileName proves the name of a file that the line opens: a plain name, so
// that whoever writes the log cannot choose the folder. Text of the author in
// the same component of the path keeps it from being "." or "..".
func (w *walker) fileName(n *syntax.Word, at Where) {
	why := refusal{at: at, code: "capture-in-redirection", kind: kindOutput, what: "a file that the shell opens"}
	pieces := w.pieces(n, setting{split: true})
	for i, p := range pieces {
		switch {
		case p.slot != nil && !p.slot.hole.Unsafe:
			admits := plainName()
			if w.component(pieces, i) {
				admits = partOfName()
			}
			w.prove([]origin{slotOrigin(p.slot)}, admits, why)
		case p.exp != nil:
			w.prove(withoutContent(p.exp.origins), plainName(), why)
		}
	}
}

// component reports whether the author's own text stands beside piece i in
// its component of the path.
func (w *walker) component(pieces []piece, i int) bool {
	if i > 0 && pieces[i-1].known() {
		before := pieces[i-1].text
		if strings.Trim(before[strings.LastIndexByte(before, '/')+1:], ".") != "" {
			return true
		}
	}
	if i+1 < len(pieces) && pieces[i+1].known() {
		after, _, _ := strings.Cut(pieces[i+1].text, "/")
		return strings.Trim(after, ".") != ""
	}
	return false
}

var partOfName = admit(`[^/\x00]*`)
