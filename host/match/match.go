// Package match tests lines against all patterns of a stream: a line's text
// goes in, the patterns that match it and where come out.
package match

import (
	"bytes"

	"github.com/jwhost/jwhost/hcl/pattern"
)

// A Set is the patterns of one stream compiled together. It may be used by
// several goroutines.
type Set struct {
	patterns []compiled
}

type compiled struct {
	*pattern.Pattern
	literals [][]byte // a line without any of them cannot match; nil: no such literals
}

// New compiles patterns; a nil pattern never matches.
func New(patterns []*pattern.Pattern) *Set {
	s := &Set{patterns: make([]compiled, len(patterns))}
	for i, p := range patterns {
		s.patterns[i].Pattern = p
		if p == nil {
			continue
		}
		if literals, fold := p.Literals(); !fold {
			for _, l := range literals {
				s.patterns[i].literals = append(s.patterns[i].literals, []byte(l))
			}
		}
	}
	return s
}

// Line calls hit, in the patterns' order, for each pattern that matches text.
// loc is the leftmost match as regexp.FindSubmatchIndex gives it.
func (s *Set) Line(text []byte, hit func(pattern int, loc []int)) {
	for i := range s.patterns {
		p := &s.patterns[i]
		if p.Pattern == nil || !p.possible(text) {
			continue
		}
		if loc := p.Regexp.FindSubmatchIndex(text); loc != nil {
			hit(i, loc)
		}
	}
}

// possible reports whether text holds one of the literals that every match
// needs: a search for bytes is far cheaper than the regexp.
func (c *compiled) possible(text []byte) bool {
	if c.literals == nil {
		return true
	}
	for _, l := range c.literals {
		if bytes.Contains(text, l) {
			return true
		}
	}
	return false
}
