package shellsafe

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

// A kind is what (a part of) an argument means to the program that gets it.
type kind int

const (
	kindData    kind = iota // text to the program: anything may stand here
	kindCode                // code in the language of the row
	kindFile                // a file or module that is run as code
	kindFetch               // names code to fetch, or where it comes from
	kindCommand             // name of a program to run
	kindInteger             // evaluated as arithmetic
	kindRefused             // nothing captured may stand here
)

// A meaning is what one argument, from a byte offset on, means.
type meaning struct {
	arg    int // index into the arguments; 0 is the program's name
	offset int // where it begins in the argument's text (after "--eval=", "-c"), placeholders counting 0 bytes
	kind   kind
	what   string // for people: "code of python", "a package that uvx fetches"
	lang   string // of kindCode: "python", "sh", "awk", …
}

// A verdict is what the table says of one command.
type verdict struct {
	meanings []meaning // of the arguments that are not kindData
	inner    int       // index of the first argument of the command that a wrapper runs; 0: no wrapper
	lines    []int     // arguments that are whole shell lines (sh -c, eval): checked as lines of their own where all of it is known
	stdin    string    // language of the code that the program reads from its standard input, "" if it reads data or nothing
	options  []bool    // per argument: an option could be read here (no "--" came before it)
}

// interpret says what the arguments mean to the program args[0], whatever
// wrappers stand before it: a caller goes on with args[v.inner:].
func interpret(args []argument) verdict { panic("unwritten") }

// codeVariable reports whether programs take the variable's value as code or
// as a search path for code.
func codeVariable(name string) bool { panic("unwritten") }
