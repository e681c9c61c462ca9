package shellsafe

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A setting is what the shell does with a word beside taking its quotes off.
type setting struct {
	split   bool // unquoted expansions are split into words, and file names are looked up
	pattern bool // unquoted text is a pattern
	quoted  bool // stands inside double quotes or a here-document already
	heredoc bool // of a here-document: quotes are text
}

// A piece is a part of a word: literal text (quotes taken off), a placeholder,
// or an expansion.
type piece struct {
	text       string
	slot       *slot
	exp        *expansion
	start, end int // in the template
	unquoted   bool
}

// An expansion is text that the shell puts in at run time.
type expansion struct {
	source  string   // as written: $y, "$(date)", *.log
	origins []origin // captured text that can be in it
	author  bool     // nothing but literals of this command can be in it
	// direct: what comes out is the captured text itself, not what some
	// program made of it.
	direct bool
	number bool // digits, whatever is in it: $?, ${#x}, $((…))
	// constant: always the same literal text, which is the piece's text.
	constant bool
}

// pieces takes a word apart. It neither judges nor remembers.
func (w *walker) pieces(n *syntax.Word, c setting) []piece {
	if n == nil {
		return nil
	}
	if !c.quoted && hasBraces(n) {
		start, end := offsets(n)
		return []piece{{exp: &expansion{source: w.t.text[start:end], origins: w.origins(n), author: true}, start: start, end: end, unquoted: true}}
	}
	return w.parts(n.Parts, c)
}

func (w *walker) parts(parts []syntax.WordPart, c setting) []piece {
	var out []piece
	for i, part := range parts {
		start, end := offsets(part)
		switch part := part.(type) {
		case *syntax.Lit:
			switch {
			case c.quoted || c.heredoc:
				out = append(out, w.text(unescapeQuoted(part.Value, c.heredoc), start, end, false)...)
			default:
				out = append(out, w.bare(part.Value, start, end, c, i == 0)...)
			}
		case *syntax.SglQuoted:
			if part.Dollar && strings.Contains(part.Value, `\`) {
				out = append(out, piece{exp: &expansion{source: w.source(start, end), author: true}, start: start, end: end})
				break
			}
			if part.Value == "" {
				out = append(out, piece{start: start, end: end})
			}
			out = append(out, w.text(part.Value, start, end, false)...)
		case *syntax.DblQuoted:
			if len(part.Parts) == 0 {
				out = append(out, piece{start: start, end: end})
			}
			inner := c
			inner.quoted, inner.split, inner.pattern = true, false, false
			out = append(out, w.parts(part.Parts, inner)...)
		default:
			out = append(out, w.expand(part, c))
		}
	}
	return out
}

func (w *walker) source(start, end int) string {
	return w.readable(w.t.text[min(start, len(w.t.text)):min(end, len(w.t.text))])
}

// text cuts literal text at the tokens in it.
func (w *walker) text(s string, start, end int, unquoted bool) []piece {
	var out []piece
	for s != "" {
		i, j, slot := w.tokens.next(s)
		if slot == nil {
			return append(out, piece{text: s, start: start, end: end, unquoted: unquoted})
		}
		if i > 0 {
			out = append(out, piece{text: s[:i], start: start, end: end, unquoted: unquoted})
		}
		from, to := start, end
		if !w.nested() {
			from, to = slot.start, slot.end
		}
		out = append(out, piece{slot: slot, start: from, end: to})
		s = s[j:]
	}
	return out
}

// bare takes unquoted text apart: backslashes are taken off, a tilde and file
// name patterns are expansions.
func (w *walker) bare(value string, start, end int, c setting, first bool) []piece {
	var out []piece
	var lit strings.Builder
	flush := func() {
		out = append(out, w.text(lit.String(), start, end, true)...)
		lit.Reset()
	}
	if first && strings.HasPrefix(value, "~") {
		tilde := value
		if i := strings.IndexByte(value, '/'); i >= 0 {
			tilde = value[:i]
		}
		if !strings.Contains(tilde, w.tokens.stem) {
			out = append(out, piece{exp: &expansion{source: tilde}, start: start, end: start + len(tilde)})
			value = value[len(tilde):]
		}
	}
	for i := 0; i < len(value); i++ {
		switch ch := value[i]; {
		case ch == '\\' && i+1 < len(value):
			i++
			if value[i] != '\n' {
				lit.WriteByte(value[i])
			}
		case c.split && (ch == '*' || ch == '?' || ch == '[' && strings.Contains(value[i:], "]")):
			flush()
			out = append(out, piece{exp: &expansion{source: string(ch)}, start: start, end: end, unquoted: true})
		default:
			lit.WriteByte(ch)
		}
	}
	flush()
	return out
}

// unescapeQuoted takes off the backslashes that count inside double quotes or
// a here-document.
func unescapeQuoted(s string, heredoc bool) string {
	special := "$`\"\\\n"
	if heredoc {
		special = "$`\\\n"
	}
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(special, s[i+1]) >= 0 {
			i++
			if s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// An arg is one argument that a program receives.
type arg struct {
	pieces     []piece
	where      Where
	start, end int // of its word in the template; its index in an argument vector
}

// args takes the words of a command apart. An unquoted variable that always
// holds the same literal text is split as the shell splits it.
func (w *walker) args(words []*syntax.Word, c setting) []arg {
	var out []arg
	for _, n := range words {
		start, end := offsets(n)
		a := arg{where: w.t.where(start, end), start: start, end: end}
		some := false // the word is there even if no piece is
		for _, p := range w.pieces(n, c) {
			if p.exp == nil || !p.exp.constant || !p.unquoted || !c.split {
				a.pieces = append(a.pieces, p)
				some = true
				continue
			}
			fields := strings.Fields(p.text)
			if len(fields) == 0 || leadingSpace(p.text) {
				if some {
					out = append(out, a)
				}
				a.pieces, some = nil, false
			}
			for i, f := range fields {
				if i > 0 {
					out = append(out, a)
					a.pieces = nil
				}
				a.pieces = append(a.pieces, piece{text: f, start: p.start, end: p.end})
				some = true
			}
			if len(fields) > 0 && leadingSpace(reverseLast(p.text)) {
				out = append(out, a)
				a.pieces, some = nil, false
			}
		}
		if some {
			out = append(out, a)
		}
	}
	return out
}

func leadingSpace(s string) bool { return s != "" && strings.IndexByte(" \t\n", s[0]) >= 0 }

func reverseLast(s string) string { return s[len(s)-1:] }

// literal returns the argument's text if all of it is known.
func (a arg) literal() (string, bool) {
	var b strings.Builder
	for _, p := range a.pieces {
		if !p.known() {
			return b.String(), false
		}
		b.WriteString(p.text)
	}
	return b.String(), true
}

// known reports whether the piece is literal text.
func (p piece) known() bool { return p.slot == nil && (p.exp == nil || p.exp.constant) }

// line returns the argument's text with tokens for the placeholders; false if
// an expansion is in it.
func (a arg) line() (string, bool) {
	var b strings.Builder
	for _, p := range a.pieces {
		switch {
		case p.slot != nil:
			b.WriteString(p.slot.token)
		case p.known():
			b.WriteString(p.text)
		case p.exp.number:
			b.WriteByte('0')
		default:
			return "", false
		}
	}
	return b.String(), true
}

// arguments turns args into what the table of programs takes. The segments
// are the pieces, one for one.
func arguments(args []arg) []argument {
	out := make([]argument, len(args))
	for i, a := range args {
		out[i] = make(argument, len(a.pieces))
		for j, p := range a.pieces {
			switch {
			case p.slot != nil:
				out[i][j].hole = p.slot.hole
			case p.known():
				out[i][j].text = p.text
			default:
				out[i][j].expansion = p.exp.source
			}
		}
	}
	return out
}

// wordOf makes an argument of parts that no shell reads.
func (c *checker) wordOf(t *template, at Where, index int) arg {
	a := arg{where: at, start: index, end: index + 1}
	for i, p := range t.parts {
		start := t.starts[i]
		if p.Hole != nil {
			for _, s := range t.slots {
				if s.start == start {
					a.pieces = append(a.pieces, piece{slot: s, start: s.start, end: s.end})
				}
			}
			continue
		}
		a.pieces = append(a.pieces, piece{text: p.Text, start: start, end: start + len(p.Text)})
	}
	return a
}
