package shellsafe

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/jwhost/jwhost/hcl/proof"
)

// A heredoc is a here-document whose delimiter is quoted: its text stands as
// it is, so nothing can be escaped in it, and a line that equals the
// delimiter ends it. What an unquoted one holds needs no care: there the
// placeholders are expansions of variables of ours.
type heredoc struct {
	delimiter string
	tabs      bool // <<-: tabs at the beginning of a line do not count
	start     int  // of the body in the template
	end       int
	slots     []*slot
}

// hereDocument visits << and <<-.
func (w *walker) hereDocument(r *syntax.Redirect) *source {
	start, end := offsets(r.Word)
	src := &source{what: "the here-document", where: w.t.where(start, end)}
	if r.Hdoc == nil {
		return src
	}
	src.origins = w.origins(r.Hdoc)
	src.text, src.known = w.heredocText(r)
	if !quotedDelimiter(r.Word) {
		w.place(r.Hdoc, context{quoted: true, heredoc: true})
		return src
	}
	if w.nested() {
		return src // numbers at most: no line of them can be the delimiter's
	}
	delimiter, _ := literalWord(r.Word)
	h := &heredoc{delimiter: delimiter, tabs: r.Op == syntax.DashHdoc}
	h.start, h.end = offsets(r.Hdoc)
	for _, part := range r.Hdoc.Parts {
		lit, ok := part.(*syntax.Lit)
		if !ok {
			continue
		}
		for _, s := range w.tokens.in(lit.Value) {
			s.place = placeVerbatim
			h.slots = append(h.slots, s)
		}
	}
	if len(h.slots) == 0 {
		return src
	}
	w.cmd.heredocs = append(w.cmd.heredocs, h)
	for _, line := range strings.Split(w.source0(r.Hdoc), "\n") {
		w.proveHeredocLine(h, line)
	}
	return src
}

// quotedDelimiter reports whether any of the delimiter is quoted.
func quotedDelimiter(n *syntax.Word) bool {
	for _, p := range n.Parts {
		lit, ok := p.(*syntax.Lit)
		if !ok || strings.Contains(lit.Value, `\`) {
			return true
		}
	}
	return false
}

// heredocText returns the text that a here-document gives.
func (w *walker) heredocText(r *syntax.Redirect) (string, bool) {
	if r.Hdoc == nil {
		return "", true
	}
	if quotedDelimiter(r.Word) {
		var b strings.Builder
		for _, p := range r.Hdoc.Parts {
			lit, ok := p.(*syntax.Lit)
			if !ok {
				return "", false
			}
			b.WriteString(lit.Value)
		}
		return b.String(), true
	}
	a := arg{pieces: w.pieces(r.Hdoc, context{quoted: true, heredoc: true})}
	return a.line()
}

// proveHeredocLine proves that no text of the line's placeholders makes a line
// that ends the here-document.
func (w *walker) proveHeredocLine(h *heredoc, line string) {
	slots := w.tokens.in(line)
	for _, s := range slots {
		if s.hole.Unsafe {
			continue
		}
		admits := h.besideOthers(line, slots)
		if len(slots) == 1 {
			before, after, _ := strings.Cut(line, s.token)
			if h.tabs {
				before = strings.TrimLeft(before, "\t")
			}
			admits = h.cannotEnd(before, after)
		}
		w.prove([]origin{slotOrigin(s)}, admits, refusal{at: s.where, code: "capture-in-heredoc", kind: kindRefused,
			what: "the here-document", verb: "ends with a line " + quote(h.delimiter) + " of"})
	}
}

// besideOthers returns what a placeholder that shares its line with others may
// hold: something that is not in the delimiter, if the author's own text on
// the line is not.
func (h *heredoc) besideOthers(line string, slots []*slot) *proof.Language {
	for _, s := range slots {
		line = strings.Replace(line, s.token, "", 1)
	}
	letters := h.delimiter
	if h.tabs {
		letters += "\t"
	}
	if strings.Trim(line, letters) != "" {
		return proof.Match(anyLine)
	}
	var class strings.Builder
	for _, r := range letters {
		fmt.Fprintf(&class, `\x{%x}`, r)
	}
	return proof.Match(anyLine + `[^\n` + class.String() + `]` + anyLine)
}

// cannotEnd returns the texts that complete no line equal to the delimiter,
// standing alone between two texts of a line.
func (h *heredoc) cannotEnd(before, after string) *proof.Language {
	// The text's own lines: the first follows before, the last precedes after.
	head, headOpen := strings.CutPrefix(h.delimiter, before)
	tail, tailOpen := strings.CutSuffix(h.delimiter, after)
	first, last := anyLine, anyLine
	if headOpen {
		first = h.notEqual(head, before == "")
	}
	if tailOpen {
		last = h.notEqual(tail, true)
	}
	single := anyLine
	if headOpen {
		if whole, ok := strings.CutSuffix(head, after); ok {
			single = h.notEqual(whole, before == "")
		}
	}
	middle := h.notEqual(h.delimiter, true)
	return proof.Match(single + `|` + first + `\n(` + middle + `\n)*` + last)
}

const anyLine = `[^\n]*`

// notEqual returns an expression for the lines other than text, tabs before it
// not counting where the here-document and the place in the line say so.
func (h *heredoc) notEqual(text string, lineStart bool) string {
	var b strings.Builder
	b.WriteString(`(`)
	tabs := h.tabs && lineStart
	if tabs {
		b.WriteString(`\t*`)
	}
	b.WriteString(`(`)
	runes := []rune(text)
	for i, r := range runes {
		prefix := regexp.QuoteMeta(string(runes[:i]))
		class := fmt.Sprintf(`[^\n\x{%x}`, r)
		if i == 0 && tabs {
			class += `\t`
		}
		b.WriteString(prefix + `|` + prefix + class + `]` + anyLine + `|`)
	}
	rest := `[^\n]`
	if len(runes) == 0 && tabs {
		rest = `[^\n\t]`
	}
	b.WriteString(regexp.QuoteMeta(text) + rest + anyLine + `))`)
	return b.String()
}

// ends reports whether a line of a rendered body ends the here-document.
func (h *heredoc) ends(body []byte) bool {
	for line := range bytes.SplitSeq(body, []byte("\n")) {
		if h.tabs {
			line = bytes.TrimLeft(line, "\t")
		}
		if string(line) == h.delimiter {
			return true
		}
	}
	return false
}
