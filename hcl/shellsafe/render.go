package shellsafe

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/jwhost/jwhost/hcl/proof"
)

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

// MaxArgument is how many bytes execve takes as one argument or one variable
// with its name (MAX_ARG_STRLEN of Linux, less the NUL at its end). A shell
// line is one argument as a whole.
const MaxArgument = 131_071

// An admission is a proved language, asked again of the text that comes.
type admission struct {
	lang *proof.Language
	what string
}

// remember has Render, or [Command.Admits], ask again.
func (c *Command) remember(o origin, a admission) {
	switch {
	case o.slot != nil:
		o.slot.admits = append(o.slot.admits, a)
	case o.env != "" && !o.content:
		c.checked[o.env] = append(c.checked[o.env], a)
	}
}

// Render puts the texts in. The error is a *Refusal where a text is not
// admitted, and values' own error where it gives one.
func (c *Command) Render(values Values, edits ...Edit) (*Rendered, error) {
	r := &rendering{Command: c, texts: make(map[*slot][]byte, len(c.slots)), out: &Rendered{Env: map[string][]byte{}}}
	for _, s := range c.slots {
		text, err := values(s.hole)
		if err != nil {
			return nil, err
		}
		if err := s.check(text); err != nil {
			return nil, err
		}
		r.texts[s] = text
	}
	for _, o := range c.words {
		if err := r.option(o); err != nil {
			return nil, err
		}
	}
	if err := r.all(edits); err != nil {
		return nil, err
	}
	return r.out, nil
}

// check asks again what was proved, and whether the shell can carry the text.
func (s *slot) check(text []byte) error {
	if s.where.Attr != "stdin" && bytes.IndexByte(text, 0) >= 0 {
		return s.refuse(text, "holds a NUL byte, which no command can carry; it can come by `stdin`"+s.file())
	}
	if s.hole.Unsafe {
		return nil
	}
	if !s.hole.Language.Contains(text) {
		return s.refuse(text, "is none of the texts that its pattern admits")
	}
	for _, a := range s.admits {
		if !a.lang.Contains(text) {
			return s.refuse(text, "may not stand in "+a.what)
		}
	}
	return nil
}

func (s *slot) refuse(text []byte, reason string) error {
	shown := text
	const limit = 60
	if len(shown) > limit {
		shown = append(slices.Clone(shown[:limit]), "…"...)
	}
	return &Refusal{Name: s.hole.Name, Value: text, Reason: fmt.Sprintf("%s = %q %s", s.hole.Name, shown, reason)}
}

// file names the file that holds a text which execve cannot carry.
func (s *slot) file() string {
	if s.hole.Env == "" {
		return ""
	}
	return ", and the file that $" + s.hole.Env + "_FILE names holds it"
}

// Admits asks of the variables that the command finds in its environment
// (the keys of Input.Captures) what was proved of them. The error is a
// *Refusal where a text may not come where the command uses its variable.
func (c *Command) Admits(captures map[string][]byte) error {
	for name, list := range c.checked {
		text, ok := captures[name]
		if !ok {
			continue
		}
		for _, a := range list {
			if !a.lang.Contains(text) {
				s := &slot{hole: &Hole{Name: "$" + name}}
				return s.refuse(text, "may not stand in "+a.what)
			}
		}
	}
	return nil
}

// A rendering is one call of Render.
type rendering struct {
	*Command
	texts map[*slot][]byte
	out   *Rendered
	// spill: the line got longer than one argument can be, so every text
	// goes into a variable of its own.
	spill bool
}

func (r *rendering) all(edits []Edit) error {
	for i, v := range r.in.Env {
		r.out.Env[v.Name] = r.verbatim(r.env[i], "variable")
		if err := r.carry(r.env[i], len(v.Name)+1, r.out.Env[v.Name]); err != nil {
			return err
		}
	}
	if r.stdin != nil {
		r.out.Stdin = r.verbatim(r.stdin, "standard input")
		if r.out.Stdin == nil {
			r.out.Stdin = []byte{}
		}
	}
	if r.line == nil {
		return r.vector(edits)
	}
	r.out.Shell = r.in.Shell
	quoted := len(r.out.Quoted)
	line, err := r.shellLine(edits)
	if err != nil {
		return err
	}
	if len(line) > MaxArgument && len(r.line.slots) > 0 {
		r.spill, r.out.Quoted = true, r.out.Quoted[:quoted]
		if line, err = r.shellLine(edits); err != nil {
			return err
		}
	}
	r.out.Line = line
	return r.carry(r.line, 0, line)
}

// carry refuses what is too long for execve.
func (r *rendering) carry(t *template, more int, text []byte) error {
	if len(text)+more <= MaxArgument {
		return nil
	}
	var longest *slot
	for _, s := range t.slots {
		if longest == nil || len(r.texts[s]) > len(r.texts[longest]) {
			longest = s
		}
	}
	if longest == nil {
		return &Refusal{Reason: fmt.Sprintf("the command is %d bytes long, and one argument can have %d", len(text), MaxArgument)}
	}
	return longest.tooLong(r.texts[longest])
}

func (s *slot) tooLong(text []byte) error {
	return s.refuse(text, fmt.Sprintf("is %d bytes long, and one argument or variable can have %d; it can come by `stdin`", len(text), MaxArgument)+s.file())
}

// verbatim joins a template that no shell reads.
func (r *rendering) verbatim(t *template, how string) []byte {
	var out []byte
	at := 0
	for _, s := range t.slots {
		out = append(out, t.text[at:s.start]...)
		out = append(out, r.texts[s]...)
		r.out.Quoted = append(r.out.Quoted, Quoted{s.hole.Name, how, string(r.texts[s])})
		at = s.end
	}
	return append(out, t.text[at:]...)
}

// vector renders an argument vector.
func (r *rendering) vector(edits []Edit) error {
	if err := checkEdits(edits, len(r.argv)); err != nil {
		return err
	}
	edits = inOrder(edits)
	for i, t := range r.argv {
		for len(edits) > 0 && edits[0].Start == i {
			for _, word := range edits[0].Words {
				r.out.Argv = append(r.out.Argv, []byte(word))
			}
			if edits[0].End > i {
				break
			}
			edits = edits[1:]
		}
		if len(edits) > 0 && edits[0].Start <= i && i < edits[0].End {
			if i == edits[0].End-1 {
				edits = edits[1:]
			}
			continue
		}
		word := r.verbatim(t, "argument")
		if err := r.carry(t, 0, word); err != nil {
			return err
		}
		r.out.Argv = append(r.out.Argv, word)
	}
	for _, e := range edits {
		for _, word := range e.Words {
			r.out.Argv = append(r.out.Argv, []byte(word))
		}
	}
	return nil
}

func checkEdits(edits []Edit, limit int) error {
	for _, e := range edits {
		if e.Start < 0 || e.End < e.Start || e.End > limit {
			return fmt.Errorf("shellsafe: an edit of [%d, %d) in a command of %d", e.Start, e.End, limit)
		}
		for _, w := range e.Words {
			if strings.Contains(w, "\x00") {
				return fmt.Errorf("shellsafe: an edit with a NUL byte")
			}
		}
	}
	return nil
}

func inOrder(edits []Edit) []Edit {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return cmp.Compare(a.Start, b.Start) })
	return edits
}

// shellLine renders a line: the author's text with each token replaced by the
// quoted text, and the edits made.
func (r *rendering) shellLine(edits []Edit) ([]byte, error) {
	t := r.line
	if err := checkEdits(edits, len(t.text)); err != nil {
		return nil, err
	}
	edits = inOrder(edits)
	var out []byte
	at, names := 0, 0
	author := func(to int) { // copies text up to an offset, with the edits in it
		for len(edits) > 0 && edits[0].Start <= to {
			e := edits[0]
			edits = edits[1:]
			if e.Start < at {
				continue
			}
			out = append(out, t.text[at:e.Start]...)
			for i, w := range e.Words {
				if i > 0 {
					out = append(out, ' ')
				}
				out = append(out, quoteWord(w)...)
			}
			if e.Start == e.End && len(e.Words) > 0 {
				out = append(out, ' ')
			}
			at = e.End
		}
		if at < to {
			out = append(out, t.text[at:to]...)
			at = to
		}
	}
	begins := make(map[*heredoc]int)
	for _, s := range t.slots {
		if s.start < at {
			continue // in words that an edit replaced
		}
		for _, h := range r.heredocs {
			if s == h.slots[0] {
				author(h.start)
				begins[h] = len(out)
			}
		}
		author(s.start)
		if s.start < at {
			continue
		}
		text, how, err := r.put(s, &names)
		if err != nil {
			return nil, err
		}
		out = append(out, text...)
		r.out.Quoted = append(r.out.Quoted, Quoted{s.hole.Name, how, text})
		at = s.end
		for _, h := range r.heredocs {
			if s == h.slots[len(h.slots)-1] {
				author(h.end)
				if h.ends(out[begins[h]:]) {
					return nil, s.refuse(r.texts[s], "would end the here-document")
				}
			}
		}
	}
	author(len(t.text))
	return out, nil
}
