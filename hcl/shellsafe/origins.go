package shellsafe

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/jwhost/jwhost/hcl/proof"
)

// An origin is captured text that can be somewhere.
type origin struct {
	slot *slot // the placeholder that it comes by, nil for a variable's
	name string
	env  string // variable of ours that carries the same text, "" if none
	lang *proof.Language
	// content: not the text itself but a file that holds it (JW_X_FILE, or a
	// file that this command writes it to).
	content bool
	// made: a program made it of captured text, or it came over a pipe.
	made bool
}

func slotOrigin(s *slot) origin {
	return origin{slot: s, name: placeholder(s.hole), env: s.hole.Env, lang: s.hole.Language}
}

// unknown is captured text of which nothing is known but how it came.
func unknown(name string) origin { return origin{name: name, lang: anyText()} }

func indirect(os []origin) []origin {
	out := slices.Clone(os)
	for i := range out {
		out[i].made, out[i].content = true, false
	}
	return out
}

func withoutContent(os []origin) []origin {
	return slices.DeleteFunc(slices.Clone(os), func(o origin) bool { return o.content })
}

func addOrigins(to []origin, more ...origin) []origin {
	for _, o := range more {
		if !slices.Contains(to, o) {
			to = append(to, o)
		}
	}
	return to
}

// A mention is a variable that is used somewhere, as it is or (made) in a
// command whose output is used.
type mention struct {
	name string
	made bool
}

// origins lists the captured text that something can hold.
func (w *walker) origins(n syntax.Node) []origin {
	os, names := w.mentioned(n)
	for _, m := range names {
		more := w.vars.reach(m.name)
		if m.made {
			more = indirect(more)
		}
		os = addOrigins(os, more...)
	}
	return os
}

// mentioned lists the captured texts and the variables that stand in a part
// of the tree.
func (w *walker) mentioned(n syntax.Node) (os []origin, names []mention) {
	slots := func(s string) {
		for _, slot := range w.tokens.in(s) {
			if !slot.hole.Unsafe {
				os = addOrigins(os, slotOrigin(slot))
			}
		}
	}
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Lit:
			slots(n.Value)
		case *syntax.SglQuoted:
			slots(n.Value)
		case *syntax.CmdSubst:
			for _, s := range n.Stmts {
				inner, more := w.mentioned(s)
				os = addOrigins(os, indirect(inner)...)
				for _, m := range more {
					names = append(names, mention{m.name, true})
				}
			}
			return false
		case *syntax.ParamExp:
			if n.Length {
				return false
			}
			if n.Param != nil {
				names = append(names, mention{n.Param.Value, false})
			}
			if n.Excl {
				os = addOrigins(os, w.vars.anyCaptured(w.raw(n))...)
			}
		case *syntax.ArithmExp:
			return false // a number comes out
		case *syntax.CallExpr:
			if len(n.Args) > 0 && w.vars.functions[n.Args[0].Lit()] {
				os = addOrigins(os, w.vars.anyCaptured("what "+n.Args[0].Lit()+" prints")...)
			}
		case *syntax.Word:
			if key := fileKey(n); key != "" {
				os = addOrigins(os, w.vars.written[key]...)
			}
		}
		return true
	})
	return os, names
}

// external is the captured text that a variable holds before the line starts.
func (c *checker) external(name string) []origin {
	if lang, ok := c.in.Captures[name]; ok {
		return []origin{{name: "$" + name, env: name, lang: lang}}
	}
	if base, ok := strings.CutSuffix(name, "_FILE"); ok {
		if _, ok := c.in.Captures[base]; ok {
			return []origin{{name: "$" + name, env: base, lang: anyText(), content: true}}
		}
	}
	var found []origin
	for i, v := range c.in.Env {
		if v.Name == name {
			for _, s := range c.cmd.env[i].slots {
				if !s.hole.Unsafe {
					found = append(found, slotOrigin(s))
				}
			}
		}
	}
	return found
}

// fileVariable returns the text of a variable that the file sets to a literal.
func (c *checker) fileVariable(name string) (text string, ok bool) {
	for i, v := range c.in.Env {
		if v.Name == name {
			text, ok = c.cmd.env[i].text, len(c.cmd.env[i].slots) == 0
		}
	}
	return text, ok
}
