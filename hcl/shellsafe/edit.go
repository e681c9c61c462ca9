package shellsafe

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// An Edit replaces the words [Start, End) of a command by others, for changes
// by the host that belong to the command's meaning, such as an option of uv.
// The offsets are those of a [Word]; Start == End inserts before Start.
// In a line the new words are quoted as needed.
type Edit struct {
	Start, End int
	Words      []string
}

// A Program is one program that a command runs, after transparent (env, timeout,
// nice, …) were taken off.
type Program struct {
	Words []Word // the program's name and its arguments
	// Dir is the folder that it runs in as the command says by literal cd's
	// before it (as if each succeeded), relative to the command's own ("" for
	// that); DirKnown is false where that can't be told.
	Dir      string
	DirKnown bool
	// Env are literal assignments before it (A=b prog, env A=b prog).
	Env []string
}

// A Word is one word of a Program.
type Word struct {
	Text       string // its value, if Known
	Known      bool   // holds no placeholder and no expansion
	Start, End int    // for an Edit: byte offsets of a line's template, indexes of an argv
}

// Programs returns the simple commands in source order, transparent taken off.
// Commands inside the words of others (sh -c '…') and inside backquotes are
// left out: no Edit reaches them.
func (c *Command) Programs() []Program { return slices.Clone(c.programs) }

// transparent run the command that their arguments name here and now, in their
// own folder and environment but for what they say themselves.
var transparent = map[string]bool{"env": true, "nice": true, "ionice": true, "timeout": true, "nohup": true, "setsid": true, "stdbuf": true,
	"time": true, "command": true, "exec": true, "builtin": true, "chrt": true, "taskset": true, "numactl": true, "prlimit": true, "flock": true}

// record notes a program for Programs. It reports whether the command is a
// wrapper, whose inner command is the one to note.
func (w *walker) record(args []arg, v verdict, r running) (wrapper bool) {
	name, known := args[0].literal()
	if known && transparent[path.Base(name)] && len(v.commands) == 1 {
		return true
	}
	if !r.top || w.nested() || w.back {
		return false
	}
	p := Program{Dir: r.folder.path, DirKnown: r.folder.known, Env: r.env}
	if !p.DirKnown {
		p.Dir = ""
	}
	for _, a := range args {
		text, known := a.literal()
		word := Word{Known: known, Start: a.start, End: a.end}
		if known {
			word.Text = text
		}
		p.Words = append(p.Words, word)
	}
	w.cmd.programs = append(w.cmd.programs, p)
	slices.SortStableFunc(w.cmd.programs, func(a, b Program) int { return cmp.Compare(a.Words[0].Start, b.Words[0].Start) })
	return false
}

// literalEnv returns the assignments among the arguments of env.
func literalEnv(name string, args []arg) []string {
	if path.Base(name) != "env" {
		return nil
	}
	var out []string
	for _, text := range literals(args) {
		if !strings.HasPrefix(text, "-") && strings.Contains(text, "=") {
			out = append(out, text)
		}
	}
	return out
}

// movesItself reports whether a wrapper changes the folder: env -C.
func movesItself(args []arg) bool {
	for _, a := range args {
		text, known := a.literal()
		if !known || strings.HasPrefix(text, "-C") || strings.HasPrefix(text, "--chdir") {
			return true
		}
	}
	return false
}
