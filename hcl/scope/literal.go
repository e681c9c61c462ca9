package scope

import (
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// Span returns the source of the bytes [start, end) of the part's text: src is
// the file. An escape counts as a whole; of an interpolation, and of text that
// does not stand in the source as it is, the part's whole range is returned.
func (p *Part) Span(src []byte, start, end int) hcl.Range {
	if p.Expr != nil || p.quoted.Empty() || !p.Range.CanSliceBytes(src) || !p.quoted.CanSliceBytes(src) || start > end {
		return p.Range
	}
	m := mapper{src: src[:p.Range.End.Byte], pos: p.Range.Start, text: p.Text}
	m.heredoc = strings.HasPrefix(string(p.quoted.SliceBytes(src)), "<<")
	from, ok := m.advance(start)
	if !ok {
		return p.Range
	}
	to, ok := m.advance(end)
	if !ok {
		return p.Range
	}
	return hcl.Range{Filename: p.Range.Filename, Start: from, End: to}
}

// A mapper walks a literal's text and its source side by side.
type mapper struct {
	src     []byte
	pos     hcl.Pos
	text    string
	at      int // bytes of text walked
	heredoc bool
}

// advance walks to the byte offset of the text and returns where it stands.
func (m *mapper) advance(offset int) (hcl.Pos, bool) {
	for m.at < offset {
		if m.at >= len(m.text) || m.pos.Byte >= len(m.src) {
			return m.pos, false
		}
		r, size := utf8.DecodeRuneInString(m.text[m.at:])
		n, ok := m.width(r)
		if !ok {
			return m.pos, false
		}
		m.at += size
		m.step(n)
		if m.heredoc && r == '\n' {
			m.indent()
		}
	}
	return m.pos, true
}

// width returns how many bytes of the source mean r.
func (m *mapper) width(r rune) (int, bool) {
	rest := m.src[m.pos.Byte:]
	if len(rest) > 2 && (rest[0] == '$' || rest[0] == '%') && rest[1] == rest[0] && rest[2] == '{' {
		return 2, true
	}
	if !m.heredoc && rest[0] == '\\' && len(rest) > 1 {
		n := map[byte]int{'u': 6, 'U': 10}[rest[1]]
		return min(max(n, 2), len(rest)), true
	}
	if rest[0] == '\r' && r == '\n' && len(rest) > 1 {
		return 2, true
	}
	got, n := utf8.DecodeRune(rest)
	return n, got == r
}

// step moves the position over n bytes of the source.
func (m *mapper) step(n int) {
	for _, r := range string(m.src[m.pos.Byte : m.pos.Byte+n]) {
		if r == '\n' {
			m.pos.Line++
			m.pos.Column = 1
		} else {
			m.pos.Column++
		}
	}
	m.pos.Byte += n
}

// indent skips the indentation that <<- takes off the line that begins here.
func (m *mapper) indent() {
	spaces := func(s string) int { return len(s) - len(strings.TrimLeft(s, " \t")) }
	have := spaces(string(m.src[m.pos.Byte:]))
	if want := spaces(m.text[m.at:]); have > want {
		m.step(have - want)
	}
}
