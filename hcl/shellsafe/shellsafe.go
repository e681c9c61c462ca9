// Package shellsafe keeps captured text from becoming code. A command with
// placeholders and the language of each placeholder goes in; a refusal with a
// witness, or a command that renders any admitted text safely, comes out.
package shellsafe

import "github.com/jwhost/jwhost/hcl/proof"

// A Part is a piece of a command as the file has it: the author's own text
// (constants already joined in), or a placeholder.
type Part struct {
	Text string // of the author, when Hole is nil
	Hole *Hole
}

// A Hole is a placeholder: an interpolation whose text is known only when the
// watcher triggers.
type Hole struct {
	Name     string          // as the author wrote it: loss, match.line, upper(msg)
	Env      string          // variable of the action that carries the same text (JW_LOSS), "" if none
	Language *proof.Language // every text that it can hold
	Unsafe   bool            // unsafe(x): the proof is waived, the quoting is not
}

// Shells that a line can be written for.
const (
	Sh   = "sh"
	Bash = "bash"
)

// Input is what is known of a command before a job starts.
type Input struct {
	Shell string   // Sh or Bash, for Line
	Line  []Part   // a shell command; or
	Argv  [][]Part // a program and its arguments, no shell
	Stdin []Part   // what it reads, nil if nothing
	Env   []EnvVar // the file's own variables: the action's and the job's
	Allow []string // the only programs allowed, nil: any

	// Captures are the variables of ours that the command finds in its
	// environment (JW_LOSS), with what they can hold.
	Captures map[string]*proof.Language
}

// An EnvVar is a variable that the file sets for the command.
type EnvVar struct {
	Name  string
	Value []Part
}

// Where a Problem stands.
type Where struct {
	Attr  string // "line", "argv", "stdin", "env"
	Index int    // word of argv, or variable of env
	Part  int    // index into the parts
	Start int    // byte offsets in that part's Text; 0, 0 for a whole hole
	End   int
}

// A Problem is a refusal or a warning.
type Problem struct {
	Warning bool
	Code    string // stable, for --json: "capture-in-code", "unquoted-variable", …
	Where   Where
	Summary string // one line
	Detail  string // why and what to do; holds the witness, the corrected line and JW_X
	Witness string // a text that the placeholder can hold and that must not come here
	Fixed   string // the whole corrected command, "" if there is none
}

// A Command is a checked command.
type Command struct{}

// Check proves a command. The Command is nil if any problem is no warning.
func Check(in Input) (*Command, []Problem) { panic("unwritten") }

// An Edit replaces the words [Start, End) of a command by others, for changes
// by the host that belong to the command's meaning, such as an option of uv.
// The offsets are those of a [Word]; Start == End inserts before Start.
// In a line the new words are quoted as needed.
type Edit struct {
	Start, End int
	Words      []string
}

// Programs returns the simple commands in source order, wrappers taken off.
func (c *Command) Programs() []Program { panic("unwritten") }

// A Program is one program that a command runs, after wrappers (env, timeout,
// nice, …) were taken off.
type Program struct {
	Words []Word // the program's name and its arguments
	// Dir is the folder that it runs in as the command says by literal cd's
	// before it, relative to the command's own ("" for that); DirKnown is
	// false where that can't be told.
	Dir      string
	DirKnown bool
	// Env are literal assignments before it (A=b prog).
	Env []string
}

// A Word is one word of a Program.
type Word struct {
	Text       string // its value, if Known
	Known      bool   // holds no placeholder and no expansion
	Start, End int    // for an Edit: byte offsets of a line's template, indexes of an argv
}

// Rendered is a command ready to run.
type Rendered struct {
	Shell  string            // Sh or Bash; "" for Argv
	Line   []byte            // for the shell
	Argv   [][]byte          //
	Stdin  []byte            //
	Env    map[string][]byte // variables of ours that the line refers to, and the file's own
	Quoted []Quoted
}

// Quoted tells how one placeholder was put in.
type Quoted struct {
	Name string // of the hole
	How  string // "word", "double quotes", "single quotes", "variable", "argument", "number", …
	Text string // as it stands in the command
}

// A Refusal says why a value may not stand where it should; nothing must run.
type Refusal struct {
	Name   string
	Value  []byte
	Reason string
}

func (r *Refusal) Error() string { return r.Reason }

// Values answers the text of a hole at run time.
type Values func(h *Hole) ([]byte, error)

// Render puts the texts in. The error is a *Refusal where a text is not
// admitted, and values' own error where it gives one.
func (c *Command) Render(values Values, edits ...Edit) (*Rendered, error) { panic("unwritten") }
