package shellsafe

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A fact is what a variable can hold.
type fact struct {
	origins  []origin
	author   bool // nothing but literals of this command
	constant bool
	text     string // if constant
}

// at says what the variable can hold at an offset of the line.
func (v *bindings) at(name string, pos int) fact {
	f := fact{origins: v.reach(name)}
	if special := v.special(name); special {
		return f
	}
	if v.opaque {
		return f
	}
	if v.busy[name] { // x=$x
		return f
	}
	v.busy[name] = true
	defer delete(v.busy, name)
	own := v.assigned[name]
	if len(own) == 0 {
		if v.outer != nil {
			return fact{origins: f.origins} // whether it was exported is not known
		}
		if text, ok := v.w.fileVariable(name); ok {
			f.author, f.constant, f.text = true, true, text
		}
		return f
	}
	f.author = true
	before := false
	for _, a := range own {
		before = before || a.pos < pos && !a.prefix
		if a.number {
			continue
		}
		if a.word == nil && a.captured == nil && !a.straight {
			f.author = false
		}
		if a.word != nil && !v.authored(a) {
			f.author = false
		}
	}
	f.author = f.author && before && len(f.origins) == 0
	if f.author && len(own) == 1 && own[0].straight && own[0].pos < pos {
		f.constant = true
		if own[0].word != nil {
			a := arg{pieces: v.w.pieces(own[0].word, setting{})}
			f.text, f.constant = a.literal()
		}
	}
	return f
}

// authored reports whether an assigned word is the author's literal text.
func (v *bindings) authored(a assignment) bool {
	for _, p := range v.w.pieces(a.word, setting{}) {
		if p.slot != nil || p.exp != nil && !p.exp.author && !p.exp.number {
			return false
		}
	}
	return true
}

// special reports whether the name is one of the shell's own parameters.
func (v *bindings) special(name string) bool {
	_, err := strconv.Atoi(name)
	return err == nil || !syntax.ValidName(name)
}

// reach collects the captured text that can get into a variable, through any
// number of others.
func (v *bindings) reach(name string) []origin {
	var found []origin
	seen := map[mention]bool{}
	for todo := []mention{{name, false}}; len(todo) > 0; {
		m := todo[0]
		todo = todo[1:]
		if seen[m] {
			continue
		}
		seen[m] = true
		os, more := v.direct(m.name)
		if m.made {
			os = indirect(os)
		}
		found = addOrigins(found, os...)
		for _, next := range more {
			todo = append(todo, mention{next.name, next.made || m.made})
		}
		if v.outer != nil {
			os := v.outer.reach(m.name)
			if m.made {
				os = indirect(os)
			}
			found = addOrigins(found, os...)
		}
	}
	return found
}

// direct collects the captured text that a variable gets itself, and the
// variables that it is made of.
func (v *bindings) direct(name string) (os []origin, more []mention) {
	os = v.w.external(name)
	switch {
	case len(name) == 1 && strings.Contains("?#$!-0", name):
		return os, nil
	case v.special(name):
		return addOrigins(os, v.anyCaptured("$"+name)...), nil
	}
	for _, a := range v.assigned[name] {
		os = addOrigins(os, a.captured...)
		if a.word != nil {
			own, names := v.w.mentioned(a.word)
			os = addOrigins(os, own...)
			more = append(more, names...)
		}
	}
	return os, more
}

// opaqueSplit reports whether splitting the text into words is not known here.
func (v *bindings) opaqueSplit(text string) bool {
	return v.splits || strings.ContainsAny(text, "*?[~\\")
}
