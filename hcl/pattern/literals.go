package pattern

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// literals are texts one of which a line must hold. With fold they are in the
// lower case of ASCII, to be looked for in a line that is, too.
type literals struct {
	texts []string
	fold  bool
}

// How many texts a set of alternatives may have, and how many characters a
// class that counts as alternatives.
const maxLiterals, maxClass = 16, 4

// Literals returns texts one of which occurs in every line the pattern
// matches (ASCII letters in lower case where fold is true), the longest choice
// the syntax allows; nil if there is none.
func (p *Pattern) Literals() (texts []string, fold bool) {
	l := best(p.pieces)
	for _, text := range l.texts {
		if !slices.ContainsFunc(l.texts, func(other string) bool { return other != text && strings.Contains(text, other) }) {
			texts = append(texts, text)
		}
	}
	return texts, l.fold
}

// Nearest says how far into the pattern a line got: how many of the literal
// texts that the pattern demands one after the other the line holds in that
// order, in whichever case.
func (p *Pattern) Nearest(line []byte) int {
	n := 0
	for _, l := range p.pieces {
		end := -1
		for _, text := range l.texts {
			if i := indexFold(line, text); i >= 0 && (end < 0 || i+len(text) < end) {
				end = i + len(text)
			}
		}
		if end >= 0 {
			line = line[end:]
			n++
		}
	}
	return n
}

// indexFold returns where text begins in line, whatever the case of ASCII letters.
func indexFold(line []byte, text string) int {
	for i := range len(line) - len(text) + 1 {
		j := 0
		for j < len(text) && lower(line[i+j]) == lower(text[j]) {
			j++
		}
		if j == len(text) {
			return i
		}
	}
	return -1
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

// better reports whether l tells more than m: by its shortest text, then by
// how few it has.
func (l literals) better(m literals) bool {
	if len(l.texts) == 0 || len(m.texts) == 0 {
		return len(l.texts) > 0
	}
	a, b := l.shortest(), m.shortest()
	return a > b || a == b && len(l.texts) < len(m.texts)
}

func (l literals) shortest() int {
	n := len(l.texts[0])
	for _, text := range l.texts[1:] {
		n = min(n, len(text))
	}
	return n
}

// pieces returns what every line that re matches holds, in this order and
// without overlap: the longest runs of parts of re whose texts are all known,
// and of other parts the best of theirs. (Cox, "Regular Expression Matching
// with a Trigram Index", 2012, without the trigrams.)
func pieces(re *syntax.Regexp) []literals {
	var found []literals
	run := empty
	flush := func() {
		if run.shortest() > 0 {
			found = append(found, run)
		}
		run = empty
	}
	var walk func(re *syntax.Regexp)
	walk = func(re *syntax.Regexp) {
		if l := exact(re); l.texts != nil {
			joined := run.then(l)
			if joined.texts == nil {
				flush()
				joined = l
			}
			run = joined
			return
		}
		switch {
		case re.Op == syntax.OpConcat || re.Op == syntax.OpCapture:
			for _, sub := range re.Sub {
				walk(sub)
			}
		case re.Op == syntax.OpLiteral && len(re.Rune) > 1:
			for i := range re.Rune {
				walk(&syntax.Regexp{Op: syntax.OpLiteral, Flags: re.Flags, Rune: re.Rune[i : i+1]})
			}
		case re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Min > 0:
			flush()
			found = append(found, pieces(re.Sub[0])...)
		case re.Op == syntax.OpAlternate:
			flush()
			if l := either(re.Sub); l.texts != nil {
				found = append(found, l)
			}
		default:
			flush()
		}
	}
	walk(re)
	flush()
	return found
}

// either returns the best literals of each branch together, none if a branch
// has none or they are too many.
func either(branches []*syntax.Regexp) literals {
	var all literals
	for _, branch := range branches {
		l := best(pieces(branch))
		if l.texts == nil {
			return literals{}
		}
		all = all.or(l)
	}
	return all.limited()
}

func best(found []literals) literals {
	var best literals
	for _, l := range found {
		if l.better(best) {
			best = l
		}
	}
	return best
}

var empty = literals{texts: []string{""}}

// exact returns all texts that re matches, none where they are too many or
// not known as bytes.
func exact(re *syntax.Regexp) literals {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return empty
	case syntax.OpLiteral:
		all := empty
		for _, r := range re.Rune {
			all = all.then(spellings(r, re.Flags&syntax.FoldCase != 0))
		}
		return all
	case syntax.OpCharClass:
		var all literals
		for i := 0; i < len(re.Rune); i += 2 {
			if len(all.texts)+int(re.Rune[i+1]-re.Rune[i]) >= maxClass {
				return literals{}
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if !isText(r) {
					return literals{}
				}
				all = all.or(literals{texts: []string{string(r)}})
			}
		}
		return all
	case syntax.OpCapture:
		return exact(re.Sub[0])
	case syntax.OpConcat:
		all := empty
		for _, sub := range re.Sub {
			all = all.then(exact(sub))
		}
		return all
	case syntax.OpAlternate:
		var all literals
		for _, sub := range re.Sub {
			l := exact(sub)
			if l.texts == nil {
				return literals{}
			}
			all = all.or(l)
		}
		return all.limited()
	case syntax.OpQuest:
		if l := exact(re.Sub[0]); l.texts != nil {
			return empty.or(l).limited()
		}
	case syntax.OpRepeat:
		if re.Min == re.Max {
			one, all := exact(re.Sub[0]), empty
			for range re.Min {
				all = all.then(one)
			}
			return all
		}
	}
	return literals{}
}

// isText reports whether a pattern's r stands for its own bytes: U+FFFD stands
// for any invalid byte, too, and a surrogate for none.
func isText(r rune) bool { return r != unicode.ReplacementChar && utf8.ValidRune(r) }

// spellings returns the texts that r matches.
func spellings(r rune, fold bool) literals {
	if !isText(r) {
		return literals{}
	}
	l := literals{texts: []string{string(r)}}
	if fold {
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			l = l.or(literals{texts: []string{string(other)}, fold: r < utf8.RuneSelf || other < utf8.RuneSelf})
		}
	}
	return l
}

// or returns the texts of both.
func (l literals) or(m literals) literals {
	return literals{slices.Concat(l.texts, m.texts), l.fold || m.fold}.folded()
}

// then returns each text of l before each of m, none if there are too many or
// either has none.
func (l literals) then(m literals) literals {
	joined := literals{fold: l.fold || m.fold}
	if len(l.texts)*len(m.texts) > maxLiterals {
		return literals{}
	}
	for _, a := range l.texts {
		for _, b := range m.texts {
			joined.texts = append(joined.texts, a+b)
		}
	}
	return joined.folded()
}

// folded returns l as its fold says, each text once.
func (l literals) folded() literals {
	if l.fold {
		for i, text := range l.texts {
			l.texts[i] = toLower(text)
		}
	}
	slices.Sort(l.texts)
	l.texts = slices.Compact(l.texts)
	return l
}

func (l literals) limited() literals {
	if len(l.texts) > maxLiterals {
		return literals{}
	}
	return l
}

// toLower returns text with the letters of ASCII in lower case.
func toLower(text string) string {
	b := []byte(text)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}
