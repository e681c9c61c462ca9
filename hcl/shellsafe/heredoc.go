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
	quoted := quotedDelimiter(r.Word)
	if !quoted {
		w.place(r.Hdoc, setting{quoted: true, heredoc: true})
	}
	if !quoted && !w.nested() {
		return src
	}
	delimiter, _ := literalWord(r.Word)
	h := &heredoc{delimiter: delimiter, tabs: r.Op == syntax.DashHdoc}
	if w.nested() { // digits stand in it as they are, quoted or not
		for line := range strings.SplitSeq(w.raw(r.Hdoc), "\n") {
			for _, s := range w.tokens.in(line) {
				w.seen[s] = true
			}
			w.proveHeredocLine(h, line)
		}
		return src
	}
	h.start, _ = offsets(r.Hdoc)
	body, _ := w.heredocText(r)
	h.end = h.start + len(body)
	for _, s := range w.tokens.in(body) {
		s.place, w.seen[s] = placeVerbatim, true
		h.slots = append(h.slots, s)
	}
	if len(h.slots) == 0 {
		return src
	}
	w.cmd.heredocs = append(w.cmd.heredocs, h)
	for line := range strings.SplitSeq(body, "\n") {
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
	a := arg{pieces: w.pieces(r.Hdoc, setting{quoted: true, heredoc: true})}
	return a.line()
}

// proveHeredocLine proves that no texts of a line's placeholders make a line
// that ends the here-document.
func (w *walker) proveHeredocLine(h *heredoc, line string) {
	var texts []*proof.Language
	var first *slot
	rest := line
	if h.tabs {
		rest = strings.TrimLeft(rest, "\t")
	}
	before, after := "", ""
	for rest != "" {
		i, j, s := w.tokens.next(rest)
		if s == nil {
			texts = append(texts, proof.Literal(rest))
			after = rest
			break
		}
		texts = append(texts, proof.Literal(rest[:i]))
		if s.hole.Unsafe { // waived: as if it were not there
			rest = rest[j:]
			continue
		}
		texts = append(texts, s.hole.Language)
		if first == nil {
			first, before = s, rest[:i]
		}
		rest = rest[j:]
	}
	if first == nil {
		return
	}
	witness, ok := proof.Contained(proof.Concat(texts...), h.without())
	if ok {
		return
	}
	// The witness is a whole line; the placeholder's part of it is what the
	// author's own text does not bring.
	witness = strings.TrimSuffix(strings.TrimPrefix(witness, before), after)
	w.refuse(slotOrigin(first), witness, refusal{at: first.where, code: "capture-in-heredoc", kind: kindRefused,
		what: "it could make a line " + quote(h.delimiter) + ", which ends the here-document"})
}

// without returns the texts none of whose lines ends the here-document.
func (h *heredoc) without() *proof.Language {
	line := h.otherLine()
	return proof.Match(line + `(\n` + line + `)*`)
}

const anyLine = `[^\n]*`

// otherLine returns an expression for the lines that are not the delimiter:
// the beginnings of it, what leaves it at some character, what goes on after
// it. Tabs before it do not count if the here-document says so.
func (h *heredoc) otherLine() string {
	var b strings.Builder
	tab := ""
	if h.tabs {
		tab = `\t`
		b.WriteString(`\t*`)
	}
	b.WriteString(`(`)
	runes := []rune(h.delimiter)
	for i, r := range runes {
		beginning := regexp.QuoteMeta(string(runes[:i]))
		fmt.Fprintf(&b, `%s|%s[^\n%s\x{%x}]%s|`, beginning, beginning, tab, r, anyLine)
		tab = ""
	}
	fmt.Fprintf(&b, `%s[^\n%s]%s)`, regexp.QuoteMeta(h.delimiter), tab, anyLine)
	return b.String()
}

// ends reports whether a line of a rendered body ends the here-document. What
// follows the last line break stands before the delimiter itself.
func (h *heredoc) ends(body []byte) bool {
	body = body[:max(0, bytes.LastIndexByte(body, '\n'))]
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
