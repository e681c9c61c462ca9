// Package pattern compiles the regular expressions of watchers and says what
// their captures are: a pattern's source goes in; a regexp, the captures'
// names, languages and types, and complaints that point inside the pattern
// come out.
package pattern

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"

	"github.com/jwhost/jwhost/hcl/proof"
)

// A Pattern is a compiled watcher pattern (RE2 syntax).
type Pattern struct {
	Source   string // as HCL unescaped it
	Regexp   *regexp.Regexp
	Syntax   *syntax.Regexp // parsed with syntax.Perl, not simplified
	Captures []Capture      // in group order

	pieces []literals // that a line must hold in this order, for Nearest
}

// A Capture is one group of a pattern.
type Capture struct {
	Name     string // "" for a group that was named "_" or not at all
	Group    int    // from 1; also reachable as c1, c2, …
	Language *proof.Language
	Numeric  bool // its language holds only numbers, or no text where the group took no part
}

// Key is the capture's name where it is shown: the one it has, else c1, c2, ….
func (c Capture) Key() string {
	if c.Name != "" {
		return c.Name
	}
	return fmt.Sprintf("c%d", c.Group)
}

// An Error is a complaint about a place inside a pattern or about its names.
type Error struct {
	Offset, Length int    // bytes of the source; Length 0: the pattern as a whole
	InNames        int    // index into the capture_groups that it is about, or -1
	Summary        string // what is wrong
	Detail         string // why, and what to write instead
}

func (e *Error) Error() string { return e.Summary + ": " + e.Detail }

// Compile compiles source. names are the capture_groups of the file in
// order, nil if the file has none: one for each unnamed group, "_" skips one.
func Compile(source string, names []string) (*Pattern, []*Error) {
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, explain(source, err)
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, explain(source, err)
	}
	p := &Pattern{Source: source, Regexp: re, Syntax: tree, pieces: pieces(tree)}
	var errs []*Error
	if p.Captures, errs = nameGroups(source, re.SubexpNames()[1:], names); len(errs) > 0 {
		return nil, errs
	}
	for i := range p.Captures {
		c := &p.Captures[i]
		c.Language = proof.OfGroup(tree, c.Group)
		c.Numeric = numeric(c.Language)
	}
	return p, nil
}

var (
	nothing = proof.Literal("")
	number  = proof.Match(`(?i)[+-]?[0-9.]+(e[+-]?[0-9]+)?|[+-]?(nan|inf|infinity)`)
	maybe   = proof.Union(number, nothing)
)

// numeric reports whether a language holds only what is written like a number.
// Some of that is none (1.2.3) and the empty text is none either: such a
// capture is null when it comes.
func numeric(l *proof.Language) bool {
	if _, none := proof.Contained(l, nothing); none {
		return false
	}
	_, ok := proof.Contained(l, maybe)
	return ok
}

// Lookup finds a capture by its name or as c1, c2, ….
func (p *Pattern) Lookup(name string) (Capture, bool) {
	for _, c := range p.Captures {
		if name != "" && name == c.Name || name == "c"+strconv.Itoa(c.Group) {
			return c, true
		}
	}
	return Capture{}, false
}
