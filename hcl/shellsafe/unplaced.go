package shellsafe

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// unplaced refuses every token that the walk gave no place. This is the net
// below the tables: whatever nobody thought about ends here.
func (w *walker) unplaced(f *syntax.File) {
	for _, s := range w.tokens.in(w.t.text) {
		if w.nested() && w.seen[s] || !w.nested() && s.place != placeNone {
			continue
		}
		where, reason, way := w.whereUnplaced(f, s)
		w.refusePlace(s, where, reason, way)
	}
}

// whereUnplaced names the place of a token for people.
func (w *walker) whereUnplaced(f *syntax.File, s *slot) (where, reason, way string) {
	where, reason, way = "here", "This is a place of unknown meaning: no quoting is known to hold.", "Put the text into a word of its own."
	has := func(n *syntax.Lit) bool { return n != nil && strings.Contains(n.Value, s.token) }
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Comment:
			if strings.Contains(n.Text, s.token) {
				where, reason, way = "in a comment", "A line break in the text would end the comment, and the rest would run.", "Take the comment out."
			}
		case *syntax.ParamExp:
			if has(n.Param) {
				name := strings.TrimSuffix(n.Param.Value, s.token)
				where, reason, way = "right after $", "It would become part of a variable's name.", "A placeholder is ${…} alone, without another $ before it."
				if name != n.Param.Value && name != "" && !strings.Contains(name, w.tokens.stem) {
					where = "right after $" + name
					way = fmt.Sprintf("Write $${%s}%s: the braces end the shell variable's name.", name, placeholder(s.hole))
				}
			}
			if n.Repl != nil && strings.Contains(w.raw(n), s.token) {
				where, reason, way = "in ${…/…/…}", "& and \\ mean something in a replacement.", "Assign it to a variable first: text="+placeholder(s.hole)+", then use \"$text\"."
			}
		case *syntax.Assign:
			if has(n.Name) {
				where, reason, way = "in the name of a variable", "The text would choose which variable is set, PATH for one.", "Name the variable, and give the text as its value."
			}
		case *syntax.FuncDecl:
			if has(n.Name) {
				where, reason, way = "in the name of a function", "The text would choose which command is redefined.", "Name the function."
			}
		case *syntax.Redirect:
			if (n.Op == syntax.Hdoc || n.Op == syntax.DashHdoc) && strings.Contains(w.raw(n.Word), s.token) {
				where, reason, way = "in the delimiter of a here-document", "The text would choose where the document ends and commands go on.", "Write a word such as EOF."
			}
			if has(n.N) {
				where, reason, way = "in the number of a file", "The text would choose which file is redirected.", "Write the number."
			}
		case *syntax.ForClause:
			if loop, ok := n.Loop.(*syntax.WordIter); ok && has(loop.Name) {
				where, reason, way = "in the name of a variable", "The text would choose which variable is set.", "Name the variable."
			}
		case *syntax.SglQuoted:
			if n.Dollar && strings.Contains(n.Value, s.token) {
				where, reason, way = "in $'…'", "Backslashes are read in there.", "End it before the placeholder: $'…'\""+placeholder(s.hole)+"\"."
			}
		case *syntax.DblQuoted:
			if n.Dollar && strings.Contains(w.raw(n), s.token) {
				where, reason, way = "in $\"…\"", "bash looks such texts up in a catalogue of translations.", "Write \"…\" without the $."
			}
		case *syntax.ExtGlob:
			if has(n.Pattern) {
				where, reason, way = "in an extended pattern", "Its parts are patterns in turn.", "Write it as a `case` with several patterns."
			}
		}
		return true
	})
	return where, reason, way
}
