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
	r, _ := p.span(src, start, end)
	return r
}

// span is Span, which says also whether the text stands there as it is.
func (p *Part) span(src []byte, start, end int) (hcl.Range, bool) {
	if p.Expr != nil || p.quoted.Empty() || !p.Range.CanSliceBytes(src) || !p.quoted.CanSliceBytes(src) || start > end {
		return p.Range, false
	}
	m := mapper{src: src[:p.Range.End.Byte], pos: p.Range.Start, text: p.Text}
	m.heredoc = p.inHeredoc(src)
	from, ok := m.advance(start)
	if !ok {
		return p.Range, false
	}
	to, ok := m.advance(end)
	if !ok {
		return p.Range, false
	}
	return hcl.Range{Filename: p.Range.Filename, Start: from, End: to}, true
}

func (p *Part) inHeredoc(src []byte) bool {
	return strings.HasPrefix(string(p.quoted.SliceBytes(src)), "<<")
}

// Replace returns the edit of the source that puts text in the place of the
// bytes [start, end) of a literal part, or of a whole interpolation; false if
// no edit of the file does that, as for text that comes from a variable.
func (p *Part) Replace(src []byte, start, end int, text string) (at hcl.Range, source string, ok bool) {
	at = p.Range
	if p.Expr == nil {
		if at, ok = p.span(src, start, end); !ok {
			return at, "", false
		}
	} else {
		if p.quoted.Empty() || !p.quoted.CanSliceBytes(src) {
			return at, "", false
		}
		if at, ok = braces(src, at, p.quoted); !ok {
			return at, "", false
		}
	}
	source = escapes.Replace(text)
	if !p.inHeredoc(src) {
		source = quotedEscapes.Replace(source)
	}
	return at, source, true
}

var (
	escapes       = strings.NewReplacer("${", "$${", "%{", "%%{")
	quotedEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`)
)

// braces widens the range of an expression to the whole interpolation, with
// "${" and "}".
func braces(src []byte, r, within hcl.Range) (hcl.Range, bool) {
	from, to := r.Start.Byte, r.End.Byte
	before := strings.TrimRight(string(src[within.Start.Byte:from]), " \t(")
	before = strings.TrimSuffix(before, "~")
	after := string(src[to:within.End.Byte])
	rest := strings.TrimPrefix(strings.TrimLeft(after, " \t)"), "~")
	if !strings.HasSuffix(before, "${") || !strings.HasPrefix(rest, "}") {
		return r, false
	}
	start := within.Start.Byte + len(before) - len("${")
	r.Start.Column -= from - start // of ASCII
	r.Start.Byte = start
	end := within.End.Byte - len(rest) + 1
	r.End.Column += end - to
	r.End.Byte = end
	return r, true
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
