// Package pattern compiles the regular expressions of watchers and says what
// their captures are: a pattern's source goes in; a regexp, the captures'
// names, languages and types, and complaints that point inside the pattern
// come out.
package pattern

import (
	"regexp"
	"regexp/syntax"

	"github.com/jwhost/jwhost/hcl/proof"
)

// A Pattern is a compiled watcher pattern (RE2 syntax).
type Pattern struct {
	Source   string // as HCL unescaped it
	Regexp   *regexp.Regexp
	Syntax   *syntax.Regexp // parsed with syntax.Perl, not simplified
	Captures []Capture      // in group order
}

// A Capture is one group of a pattern.
type Capture struct {
	Name     string // "" for a group that was named "_" or not at all
	Group    int    // from 1; also reachable as c1, c2, …
	Language *proof.Language
	Numeric  bool // its language holds only numbers
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
func Compile(source string, names []string) (*Pattern, []*Error) { panic("unwritten") }

// Example returns a line that the pattern matches with the given text in the
// given group (0: as the whole match), checked with the regexp itself; false
// where none was found.
func (p *Pattern) Example(group int, text string) (line string, ok bool) { panic("unwritten") }

// Lookup finds a capture by its name or as c1, c2, ….
func (p *Pattern) Lookup(name string) (Capture, bool) { panic("unwritten") }

// Literals returns texts one of which occurs in every line the pattern
// matches (ASCII letters in lower case where fold is true), the longest choice
// the syntax allows; nil if there is none.
func (p *Pattern) Literals() (literals []string, fold bool) { panic("unwritten") }
