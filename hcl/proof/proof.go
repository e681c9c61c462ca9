// Package proof answers what texts a capture can hold, and whether all of them
// are admitted where it is to stand. A pattern's syntax tree goes in, a regular
// [Language] comes out; two languages go in, containment or the shortest
// counterexample comes out.
package proof

import "regexp/syntax"

// A Language is a regular set of texts over Unicode code points, U+FFFD
// standing for any invalid byte. It is immutable.
type Language struct{}

// Any returns the language of all texts.
func Any() *Language { panic("unwritten") }

// Literal returns the language that holds s alone.
func Literal(s string) *Language { panic("unwritten") }

// Match returns the language of the texts that expr, an RE2 expression,
// matches as a whole. It panics if expr is no expression: it is for
// languages written in the source.
func Match(expr string) *Language { panic("unwritten") }

// OfGroup returns every text that group n of the pattern re can hold (0: the whole match).
func OfGroup(re *syntax.Regexp, n int) *Language { panic("unwritten") }

// Union returns the texts of any of the languages; with none, no text at all.
func Union(langs ...*Language) *Language { panic("unwritten") }

// Concat returns the texts made of one text of each language in order.
func Concat(langs ...*Language) *Language { panic("unwritten") }

// Contained reports whether every text of a is one of b. If not, witness is
// a shortest text of a that is not in b, the most readable among those.
func Contained(a, b *Language) (witness string, ok bool) { panic("unwritten") }

// Contains reports whether the text is in the language; invalid UTF-8 counts
// as U+FFFD, a byte each.
func (l *Language) Contains(text []byte) bool { panic("unwritten") }
