package proof

import (
	"encoding/binary"
	"maps"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// maxWork bounds the search for a counterexample: a second or so.
const maxWork = 10_000_000

// Contained reports whether every text of a is one of b. If not, witness is
// a shortest text of a that is not in b, the most readable among those.
//
// b must be exact, as what [Match], [Literal], [Union] and [Concat] make is.
// Where the search would take too long a counts as [Any], so the answer is
// hardly ever yes; where even that is too much the answer is no, with an
// empty witness.
func Contained(a, b *Language) (witness string, ok bool) {
	return contained(a, b, maxWork)
}

func contained(a, b *Language, work int) (witness string, ok bool) {
	for _, a := range []*Language{a, Any()} {
		if witness, ok, done := search(a.prog, b.prog, work); done {
			return witness, ok
		}
	}
	return "", false
}

// search walks the product of the automaton a with the subset automaton of b
// (Rabin and Scott, "Finite Automata and Their Decision Problems", 1959),
// breadth first: a level is what texts of one length lead to. Where a accepts
// and b does not, the text that led there is the witness. It is not done if
// that takes more than the given work.
func search(a, b *syntax.Prog, work int) (witness string, ok, done bool) {
	runes := alphabet(a, b)
	sets := &subsets{prog: b, ids: make(map[string]int)}
	seen := make(map[place]*node)
	var next []*node
	visit := func(n node) {
		if old := seen[n.place]; old == nil {
			seen[n.place] = &n
			next = append(next, &n)
		} else if n.cost < old.cost { // of this level too: one rune more always costs more
			*old = n
		}
	}

	start := sets.id(reach(b, uint32(b.Start)))
	for _, pc := range reach(a, uint32(a.Start)) {
		visit(node{place: place{pc, start}})
	}
	for len(next) > 0 {
		level := next
		next = nil
		var worst *node
		for _, n := range level {
			if a.Inst[n.pc].Op == syntax.InstMatch && !accepts(b, sets.all[n.set]) &&
				(worst == nil || n.cost < worst.cost) {
				worst = n
			}
		}
		if worst != nil {
			return worst.text(), false, true
		}
		for _, n := range level {
			in := &a.Inst[n.pc]
			out := reach(a, in.Out)
			work -= len(runes) + len(out)
			for _, r := range runes {
				if !reads(in, r) {
					continue
				}
				set := sets.step(n.set, r)
				work -= len(out) + len(sets.all[set])
				if work < 0 {
					return "", false, false
				}
				for _, pc := range out {
					visit(node{place{pc, set}, n, r, n.cost + cost(r)})
				}
			}
		}
	}
	return "", true, true
}

// A place in the product: an instruction of a, and the set of instructions of
// b to which the same text leads.
type place struct {
	pc  uint32
	set int
}

// A node is a place with the cheapest text that leads there, as a chain of runes.
type node struct {
	place
	from *node // nil at the start
	last rune
	cost int64
}

func (n *node) text() string {
	var runes []rune
	for ; n.from != nil; n = n.from {
		runes = append(runes, n.last)
	}
	slices.Reverse(runes)
	return string(runes)
}

// subsets are the states of a program's deterministic automaton, made when
// they are first met.
type subsets struct {
	prog *syntax.Prog
	all  [][]uint32 // by number
	ids  map[string]int
	next []map[rune]int
}

func (s *subsets) id(set []uint32) int {
	key, _ := binary.Append(nil, binary.NativeEndian, set)
	id, ok := s.ids[string(key)]
	if !ok {
		id = len(s.all)
		s.ids[string(key)] = id
		s.all = append(s.all, set)
		s.next = append(s.next, make(map[rune]int))
	}
	return id
}

func (s *subsets) step(id int, r rune) int {
	to, ok := s.next[id][r]
	if !ok {
		to = s.id(step(s.prog, s.all[id], r))
		s.next[id][r] = to
	}
	return to
}

// alphabet returns one rune for each interval of code points that no
// instruction of the programs tells apart: the most readable of its interval.
func alphabet(progs ...*syntax.Prog) []rune {
	cuts := make(map[rune]bool) // where an interval begins
	cut := func(lo, hi rune) { cuts[lo], cuts[hi+1] = true, true }
	cut(0, unicode.MaxRune)
	cut(unicode.ReplacementChar, unicode.ReplacementChar)
	cut(surrogateMin, surrogateMax)
	classes := make(map[*rune]bool) // the copies of a repeat share theirs
	for _, p := range progs {
		for _, in := range p.Inst {
			switch {
			case in.Op == syntax.InstRuneAnyNotNL:
				cut('\n', '\n')
			case len(in.Rune) == 1:
				cut(in.Rune[0], in.Rune[0])
				for r := unicode.SimpleFold(in.Rune[0]); r != in.Rune[0]; r = unicode.SimpleFold(r) {
					cut(r, r)
				}
			case len(in.Rune) > 0 && !classes[&in.Rune[0]]:
				classes[&in.Rune[0]] = true
				for i := 0; i < len(in.Rune); i += 2 {
					cut(in.Rune[i], in.Rune[i+1])
				}
			}
		}
	}
	begins := slices.Sorted(maps.Keys(cuts))
	var runes []rune
	for i, lo := range begins[:len(begins)-1] {
		if lo < surrogateMin || lo > surrogateMax {
			runes = append(runes, readable(lo, begins[i+1]-1))
		}
	}
	return runes
}

// Code points that no text holds.
const surrogateMin, surrogateMax = 0xD800, 0xDFFF

// ascii are the characters of a terminal's line, first those that show best
// why a text is dangerous in a command.
const ascii = ";$`|&'\"()<>*\\#~!?[]{}%^=" +
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/.,:@+ "

// readable returns the most readable code point from lo to hi.
func readable(lo, hi rune) rune {
	for _, r := range ascii {
		if lo <= r && r <= hi {
			return r
		}
	}
	for r := lo; r <= min(hi, lo+0xff); r++ {
		if unicode.IsPrint(r) {
			return r
		}
	}
	return lo
}

// cost compares texts: a shorter one costs less, then a more readable one.
func cost(r rune) int64 {
	const length = 1 << 32
	if i := strings.IndexRune(ascii, r); i >= 0 {
		return length + int64(i)
	}
	if unicode.IsPrint(r) && r != unicode.ReplacementChar {
		return length + 1000
	}
	return length + 10_000
}
