package shellsafe

import (
	"strings"

	"github.com/jwhost/jwhost/hcl/proof"
)

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
	Summary string       // one line
	Detail  string       // why and what to do; holds the witness and JW_X
	Witness string       // a text that the placeholder can hold and that must not come here
	Fixed   string       // the whole corrected command, "" if there is none
	Edits   []Correction // which make it of the author's, in order
}

// A Correction replaces a place of the author's text, which is empty for an
// insertion, or a whole placeholder.
type Correction struct {
	Where Where
	Text  string // as the shell reads it: ${x} is the shell's
}

// A Command is a checked command. It is immutable and may be rendered by
// several goroutines at once.
type Command struct {
	in       Input
	line     *template   // of a shell line
	argv     []*template // of an argument vector
	stdin    *template
	env      []*template
	slots    []*slot
	words    []optionWord
	heredocs []*heredoc
	checked  map[string][]admission // of the variables in Input.Captures
	programs []Program
	ours     string // prefix of the names of our own variables, such as JW_H
}

// Check proves a command. The Command is nil if any problem is no warning.
func Check(in Input) (*Command, []Problem) {
	c := check(in)
	c.explain()
	if c.failed() {
		return nil, c.problems
	}
	return c.cmd, c.problems
}

// A checker is the state of one Check.
type checker struct {
	in       Input
	tokens   *tokens
	cmd      *Command
	problems []Problem
	repairs  []repair
	captured bool // some captured text is about, as a placeholder or by name
	depth    int  // of lines inside words of lines
}

// maxDepth is how deep shell lines may be nested in words of shell lines.
const maxDepth = 8

func check(in Input) *checker {
	c := &checker{in: in, cmd: &Command{in: in, checked: map[string][]admission{}}}
	c.tokens = newTokens(in.texts())
	if !c.wellFormed() {
		return c
	}
	for i, v := range in.Env {
		c.cmd.env = append(c.cmd.env, c.tokens.join("env", i, v.Value))
	}
	if in.Stdin != nil {
		c.cmd.stdin = c.tokens.join("stdin", 0, in.Stdin)
	}
	if in.Argv != nil {
		for i, word := range in.Argv {
			c.cmd.argv = append(c.cmd.argv, c.tokens.join("argv", i, word))
		}
	} else {
		c.cmd.line = c.tokens.join("line", 0, in.Line)
	}
	for _, t := range append(append([]*template{c.cmd.stdin}, c.cmd.env...), c.cmd.argv...) {
		if t != nil {
			for _, s := range t.slots {
				s.place = placeVerbatim
			}
		}
	}
	c.captured = c.mentionsCaptures()

	c.environment()
	if in.Argv != nil {
		c.vector()
	} else {
		c.script(c.cmd.line, in.Shell, c.ownStdin())
	}
	c.cmd.slots = c.tokens.slots
	c.cmd.ours = c.ourVariables()
	return c
}

// texts lists everything the author wrote.
func (in Input) texts() []string {
	var all []string
	add := func(parts []Part) {
		var joined strings.Builder
		for _, p := range parts {
			if p.Hole == nil {
				joined.WriteString(p.Text)
			}
		}
		all = append(all, joined.String())
		for _, p := range parts {
			all = append(all, p.Text)
		}
	}
	add(in.Line)
	add(in.Stdin)
	for _, word := range in.Argv {
		add(word)
	}
	for _, v := range in.Env {
		add(v.Value)
		all = append(all, v.Name)
	}
	return all
}

// wellFormed refuses what is no command at all, whatever it means.
func (c *checker) wellFormed() bool {
	in := c.in
	switch {
	case in.Argv != nil && in.Line != nil:
		c.add(Problem{Code: "command", Where: Where{Attr: "line"}, Summary: "Both command and argv are given",
			Detail: "Exactly one of them says what runs."})
	case in.Argv == nil && blank(in.Line):
		c.add(Problem{Code: "command", Where: Where{Attr: "line"}, Summary: "The command is empty"})
	case in.Argv != nil && (len(in.Argv) == 0 || empty(in.Argv[0])):
		c.add(Problem{Code: "command", Where: Where{Attr: "argv"}, Summary: "The argument vector names no program",
			Detail: "Its first element is the program, the others are its arguments."})
	case in.Argv == nil && in.Shell != Sh && in.Shell != Bash:
		c.add(Problem{Code: "shell", Where: Where{Attr: "line"}, Summary: "Unknown shell " + quote(in.Shell),
			Detail: "A command is written for \"sh\" or for \"bash\"."})
	}
	for i, v := range in.Env {
		if v.Name == "" || strings.ContainsAny(v.Name, "=\x00") {
			c.add(Problem{Code: "variable-name", Where: Where{Attr: "env", Index: i}, Summary: quote(v.Name) + " cannot be the name of a variable"})
		}
	}
	nul := func(attr string, index int, parts []Part) {
		for i, p := range parts {
			if at := strings.IndexByte(p.Text, 0); at >= 0 && p.Hole == nil {
				c.add(Problem{Code: "nul", Where: Where{attr, index, i, at, at + 1}, Summary: "A command cannot hold a NUL byte"})
			}
		}
	}
	nul("line", 0, in.Line)
	for i, word := range in.Argv {
		nul("argv", i, word)
	}
	for i, v := range in.Env {
		nul("env", i, v.Value)
	}
	if n := in.holes(); n > maxSlots {
		c.add(Problem{Code: "command", Where: Where{Attr: "line"}, Summary: "Too many placeholders"})
	}
	return len(c.problems) == 0
}

func (in Input) holes() (n int) {
	count := func(parts []Part) {
		for _, p := range parts {
			if p.Hole != nil {
				n++
			}
		}
	}
	count(in.Line)
	count(in.Stdin)
	for _, word := range in.Argv {
		count(word)
	}
	for _, v := range in.Env {
		count(v.Value)
	}
	return n
}

func blank(parts []Part) bool {
	for _, p := range parts {
		if p.Hole != nil || strings.TrimSpace(p.Text) != "" {
			return false
		}
	}
	return true
}

func empty(parts []Part) bool {
	for _, p := range parts {
		if p.Hole != nil || p.Text != "" {
			return false
		}
	}
	return true
}

// mentionsCaptures reports whether captured text is about: where none is,
// what the shell reads or is given can hold none.
func (c *checker) mentionsCaptures() bool {
	if len(c.tokens.slots) > 0 {
		return true
	}
	texts := c.in.texts()
	for name := range c.in.Captures {
		if anyContains(texts, name) {
			return true
		}
	}
	return false
}

// add notes a problem once.
func (c *checker) add(p Problem) {
	for _, q := range c.problems {
		if q.Code == p.Code && q.Where == p.Where {
			return
		}
	}
	c.problems = append(c.problems, p)
}

func (c *checker) failed() bool {
	for _, p := range c.problems {
		if !p.Warning {
			return true
		}
	}
	return false
}
