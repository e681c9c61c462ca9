package pattern

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// A token is a piece of a pattern's source that means one thing: a character,
// an escape, a whole class, what opens a group, what repeats.
type token struct {
	text string
	at   int // byte offset
}

func (t token) end() int { return t.at + len(t.text) }

// tokens cuts a pattern, which may be wrong, into its tokens. regexp/syntax
// keeps no positions; this is how complaints get theirs.
func tokens(source string) iter.Seq[token] {
	return func(yield func(token) bool) {
		for at := 0; at < len(source); {
			t := token{source[at:][:length(source[at:])], at}
			if !yield(t) {
				return
			}
			at = t.end()
		}
	}
}

// length is the length of the token at the beginning of s, which is not empty.
func length(s string) int {
	switch s[0] {
	case '\\':
		return escape(s)
	case '[':
		return class(s)
	case '(':
		return opening(s)
	case '*', '+', '?':
		return 1 + suffix(s[1:])
	case '{':
		if n := count(s); n > 0 {
			return n + suffix(s[n:])
		}
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

func escape(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case 'Q':
		return upTo(s, `\E`)
	case 'x', 'p', 'P', 'k', 'g', 'u', 'N':
		if len(s) > 2 && s[2] == '{' {
			return upTo(s, "}")
		}
		if s[1] == 'k' && len(s) > 2 && s[2] == '<' {
			return upTo(s, ">")
		}
	}
	_, n := utf8.DecodeRuneInString(s[1:])
	return 1 + n
}

// class is the length of a class in brackets: a ] that comes first in it and
// one that ends a [:name:] do not close it.
func class(s string) int {
	i := len("[")
	if strings.HasPrefix(s[i:], "^") {
		i++
	}
	for first := true; i < len(s); first = false {
		switch {
		case s[i] == ']' && !first:
			return i + 1
		case s[i] == '\\':
			i += escape(s[i:])
		case strings.HasPrefix(s[i:], "[:") && strings.Contains(s[i:], ":]"):
			i += upTo(s[i:], ":]")
		default:
			i++
		}
	}
	return len(s)
}

// opening is the length of what opens a group: "(", "(?:", "(?P<name>", or a
// form of other engines up to where its meaning is clear.
func opening(s string) int {
	if !strings.HasPrefix(s, "(?") {
		return 1
	}
	for _, form := range []struct{ begin, end string }{
		{"(?P<", ">"}, {"(?<=", ""}, {"(?<!", ""}, {"(?<", ">"}, {"(?'", "'"}, {"(?#", ")"}, {"(?P=", ")"}, {"(?P>", ")"}, {"(?&", ")"},
	} {
		if rest, ok := strings.CutPrefix(s, form.begin); ok {
			return len(form.begin) + upTo(rest, form.end)
		}
	}
	n := len("(?")
	for n < len(s) && strings.IndexByte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+", s[n]) >= 0 {
		n++
	}
	return min(n+1, len(s))
}

// count is the length of {2}, {2,} or {2,3}, 0 if s begins otherwise.
func count(s string) int {
	end := upTo(s, "}")
	digits, bounded := strings.CutSuffix(s[1:end], "}")
	low, high, _ := strings.Cut(digits, ",")
	if !bounded || low == "" || strings.Trim(low+high, "0123456789") != "" {
		return 0
	}
	return end
}

// suffix is the length of what makes a repeat lazy or (elsewhere) possessive.
func suffix(s string) int {
	if s != "" && (s[0] == '?' || s[0] == '+') {
		return 1
	}
	return 0
}

// upTo is the length of s up to and with the first end; all of it if there is none.
func upTo(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}

// groups are the tokens that open a pattern's capturing groups, in order.
func groups(source string) []token {
	var open []token
	for t := range tokens(source) {
		if t.text == "(" || strings.HasPrefix(t.text, "(?P<") ||
			strings.HasPrefix(t.text, "(?<") && t.text != "(?<=" && t.text != "(?<!" {
			open = append(open, t)
		}
	}
	return open
}

// nameIn returns the place of the name in a token that opens a named group.
func nameIn(t token) (at, length int) {
	i := strings.IndexByte(t.text, '<') + 1
	return t.at + i, len(t.text) - i - len(">")
}
