// Package proof answers what texts a capture can hold, and whether all of them
// are admitted where it is to stand. A pattern's syntax tree goes in, a regular
// [Language] comes out; two languages go in, containment or the shortest
// counterexample comes out.
//
// A language is kept as the program that regexp/syntax compiles for the regexp
// engine itself, read as a nondeterministic automaton: what is proved about is
// what will match. Classes, `.` (which holds \r and NUL, and \n under (?s)),
// case folding and counted repeats thereby mean here what they mean there.
//
// A language can be larger than what the engine will ever capture, never
// smaller: assertions (^ $ \b) and the preference among alternatives are left
// out, and a group of more than [MaxSize] instructions is taken to hold any text.
package proof

import (
	"regexp/syntax"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxSize is how many instructions the program of one group may have, about.
const MaxSize = 50_000

// A Language is a regular set of texts over Unicode code points, U+FFFD
// standing for any invalid byte. It is immutable.
type Language struct {
	tree *syntax.Regexp
	prog *syntax.Prog // of the tree; its assertions count as met
}

func language(tree *syntax.Regexp) *Language {
	prog, _ := syntax.Compile(tree.Simplify()) // it has no error to give
	return &Language{tree, prog}
}

// Any returns the language of all texts.
func Any() *Language {
	return language(&syntax.Regexp{
		Op:  syntax.OpStar,
		Sub: []*syntax.Regexp{{Op: syntax.OpAnyChar}},
	})
}

// Literal returns the language that holds s alone.
func Literal(s string) *Language {
	return language(&syntax.Regexp{Op: syntax.OpLiteral, Rune: []rune(s)})
}

// Match returns the language of the texts that expr, an RE2 expression,
// matches as a whole. It panics if expr is no expression or asserts something
// (^, $, \b): it is for languages written in the source.
func Match(expr string) *Language {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		panic("proof: " + err.Error())
	}
	l := language(tree)
	for _, in := range l.prog.Inst {
		if in.Op == syntax.InstEmptyWidth {
			panic("proof: an assertion in " + expr)
		}
	}
	return l
}

// OfGroup returns every text that group n of the pattern re can hold (0: the
// whole match). A group that a match can go without holds the empty text too.
// re is as it was parsed, not simplified; of a group that it does not have
// nothing is known, so it can hold any text.
func OfGroup(re *syntax.Regexp, n int) *Language {
	group, optional := re, false
	if n > 0 {
		group, optional = find(re, n)
	}
	if group == nil || size(group) > MaxSize {
		return Any()
	}
	l := language(group)
	if optional {
		l = Union(l, Literal(""))
	}
	return l
}

// find returns what stands in group n of re, and whether re can match without it.
func find(re *syntax.Regexp, n int) (group *syntax.Regexp, optional bool) {
	if re.Op == syntax.OpCapture && re.Cap == n {
		return re.Sub[0], false
	}
	for _, sub := range re.Sub {
		if group, optional = find(sub, n); group != nil {
			return group, optional || skippable(re)
		}
	}
	return nil, false
}

// skippable reports whether re can match without any one of its parts.
func skippable(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpAlternate, syntax.OpStar, syntax.OpQuest:
		return true
	case syntax.OpRepeat:
		return re.Min == 0
	}
	return false
}

// size is about how many instructions re compiles to; the parser sees to it
// that they are some millions at most.
func size(re *syntax.Regexp) int {
	n := 1
	if re.Op == syntax.OpLiteral {
		n = len(re.Rune)
	}
	for _, sub := range re.Sub {
		n += size(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(1, re.Min, re.Max)
	}
	return n
}

// Union returns the texts of any of the languages; with none, no text at all.
func Union(langs ...*Language) *Language { return join(syntax.OpAlternate, langs) }

// Concat returns the texts made of one text of each language in order.
func Concat(langs ...*Language) *Language { return join(syntax.OpConcat, langs) }

func join(op syntax.Op, langs []*Language) *Language {
	tree := &syntax.Regexp{Op: op}
	for _, l := range langs {
		tree.Sub = append(tree.Sub, l.tree)
	}
	return language(tree)
}

// Contains reports whether the text is in the language; invalid UTF-8 counts
// as U+FFFD, a byte each.
func (l *Language) Contains(text []byte) bool {
	at := reach(l.prog, uint32(l.prog.Start))
	for len(text) > 0 && len(at) > 0 {
		r, n := utf8.DecodeRune(text)
		at, text = step(l.prog, at, r), text[n:]
	}
	return accepts(l.prog, at)
}

// reach returns the instructions that read a rune or accept the text and that
// are reached from the given ones without reading anything, in the order of
// their numbers.
func reach(p *syntax.Prog, from ...uint32) []uint32 {
	var found []uint32
	seen := make([]bool, len(p.Inst))
	for stack := from; len(stack) > 0; {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		switch in := &p.Inst[pc]; in.Op {
		case syntax.InstFail:
		case syntax.InstAlt:
			stack = append(stack, in.Out, in.Arg)
		case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
			stack = append(stack, in.Out)
		default:
			found = append(found, pc)
		}
	}
	slices.Sort(found)
	return found
}

// step returns what is reached by reading r at any of the instructions.
func step(p *syntax.Prog, at []uint32, r rune) []uint32 {
	var out []uint32
	for _, pc := range at {
		if in := &p.Inst[pc]; reads(in, r) {
			out = append(out, in.Out)
		}
	}
	return reach(p, out...)
}

// reads reports whether the instruction reads r. A surrogate (\x{D800}), which
// no text holds, stands for U+FFFD: at the beginning of an anchored pattern Go's
// engine takes it for that.
func reads(in *syntax.Inst, r rune) bool {
	return in.MatchRune(r) ||
		r == utf8.RuneError && in.Op == syntax.InstRune1 && utf16.IsSurrogate(in.Rune[0])
}

// accepts reports whether a text may end at one of the instructions.
func accepts(p *syntax.Prog, at []uint32) bool {
	return slices.ContainsFunc(at, func(pc uint32) bool {
		return p.Inst[pc].Op == syntax.InstMatch
	})
}
