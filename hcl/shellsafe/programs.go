package shellsafe

import (
	"strings"

	"github.com/jwhost/jwhost/hcl/proof"
)

// This file is what the rest of the package knows of programs: a command's
// arguments go in, what each of them means to the program that gets it comes
// out. The knowledge itself is data: the table in programs_table*.go, one
// program a line. programs_rows.go reads the lines, programs_scan.go walks a
// command along its row, programs_languages.go says what captured text may
// stand in code.

// An argument is one word of a command as its program receives it: quotes
// taken off, placeholders and expansions kept.
type argument []segment

// A segment is literal text, a placeholder, or an expansion of the shell whose
// text is not known here.
type segment struct {
	text      string // literal, when hole is nil and expansion is ""
	hole      *Hole
	expansion string // "$y", "$(date)", "*.log"
}

func (s segment) literal() bool { return s.hole == nil && s.expansion == "" }

// lead returns the literal text that the argument begins with, and whether
// that is all of it.
func (a argument) lead() (text string, whole bool) {
	var b strings.Builder
	for _, s := range a {
		if !s.literal() {
			return b.String(), false
		}
		b.WriteString(s.text)
	}
	return b.String(), true
}

// opensAt reports whether a placeholder or an expansion stands in the
// argument's text right at the offset.
func (a argument) opensAt(offset int) bool {
	for _, s := range a {
		if !s.literal() {
			if offset == 0 {
				return true
			}
			continue
		}
		if offset -= len(s.text); offset < 0 {
			return false
		}
	}
	return false
}

// lastName returns what follows the last slash, "" if not all of that is
// literal.
func (a argument) lastName() string {
	if last := a[len(a)-1]; last.literal() {
		if i := strings.LastIndexByte(last.text, '/'); i >= 0 {
			return last.text[i+1:]
		}
	}
	return ""
}

// canEnd reports whether the argument can be no longer than its literal
// beginning.
func (a argument) canEnd() bool {
	for _, s := range a[1:] {
		if s.text != "" || s.hole != nil && !s.hole.Language.Contains(nil) {
			return false
		}
	}
	return true
}

// A kind is what (a part of) an argument means to the program that gets it.
type kind int

const (
	kindData    kind = iota // text to the program: anything may stand here
	kindCode                // code in the language of the row
	kindFile                // a file or module that is run as code
	kindFetch               // names code to fetch, or where it comes from
	kindCommand             // name of a program to run
	kindInteger             // evaluated as arithmetic
	kindOutput              // a file that is written
	kindRefused             // nothing captured may stand here
)

// A meaning is what one argument, from a byte offset on, means.
type meaning struct {
	arg    int // index into the arguments; 0 is the program's name
	offset int // where it begins in the argument's text (after "--eval=", "-c"), placeholders counting 0 bytes
	kind   kind
	what   string // for people: "Python code", "what uvx fetches, or from where"
	lang   string // of kindCode: a key of languages
}

// admits returns the texts that a placeholder there may hold.
func (m meaning) admits() *proof.Language {
	switch m.kind {
	case kindData:
		return anyText()
	case kindCode:
		return languages[m.lang].admits()
	case kindFile, kindFetch:
		return plainNumber()
	case kindInteger:
		return integer()
	case kindOutput:
		return plainName()
	default:
		return noText()
	}
}

// A span is a run of arguments, args[from:to], without the first offset bytes
// of args[from].
type span struct{ from, to, offset int }

// A verdict is what the table says of one command.
type verdict struct {
	meanings []meaning // of whatever is not kindData
	commands []span    // commands that it runs, each to be interpreted by itself: timeout 5 CMD…, find -exec CMD… ;
	lines    []span    // shell lines, the arguments joined by one blank: sh -c LINE, eval A B, ssh HOST A B
	stdin    string    // language of the code that the program reads from its standard input, "" if it reads data or nothing
	options  []bool    // per argument: the program could read an option here (no "--" came before it, it is no option's value)
}

// interpret says what the arguments mean to the program args[0]. It looks
// through no wrapper: the caller interprets the verdict's commands in turn.
func interpret(args []argument) verdict {
	s := scan{args: args, verdict: verdict{options: make([]bool, len(args))}}
	if len(args) == 0 {
		return s.verdict
	}
	name, whole := args[0].lead()
	if !whole {
		name = args[0].lastName()
		s.add(0, 0, kindCommand, "")
	}
	s.name, s.row = "the program", table().stranger
	if name != "" {
		s.name = baseName(name)
		s.row = table().program(s.name)
	}
	s.run()
	return s.verdict
}
