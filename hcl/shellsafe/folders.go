package shellsafe

import (
	"path"

	"mvdan.cc/sh/v3/syntax"
)

// A folder is where a command runs, as far as the line says.
type folder struct {
	path  string
	known bool
}

var nowhere = folder{}

// movesFolder reports whether a command can change the folder that those
// after it run in.
func movesFolder(s syntax.Node, v *bindings) (moves bool) {
	syntax.Walk(s, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Subshell, *syntax.CmdSubst, *syntax.ProcSubst:
			return false
		case *syntax.CallExpr:
			if len(n.Args) == 0 {
				return true
			}
			name, known := literalWord(n.Args[0])
			switch {
			case !known:
				moves = true
			case name == "command" || name == "builtin":
				for _, w := range n.Args[1:] {
					next, known := literalWord(w)
					moves = moves || !known || movers[next]
				}
			case movers[name] || v != nil && v.moves && v.functions[name]:
				moves = true
			}
		}
		return true
	})
	return moves
}

var movers = map[string]bool{"cd": true, "chdir": true, "pushd": true, "popd": true, "eval": true, ".": true, "source": true}

// changeFolder returns the folder after a simple command.
func (w *walker) changeFolder(args []arg, f folder) folder {
	name, known := args[0].literal()
	switch {
	case !known || w.vars.functions[name] && w.vars.moves:
		return nowhere
	case name != "cd":
		var words []string
		for _, a := range args {
			text, _ := a.literal()
			words = append(words, text)
		}
		if movers[name] || (name == "command" || name == "builtin") && len(words) > 1 && movers[words[1]] {
			return nowhere
		}
		return f
	}
	args = args[1:]
	if len(args) > 0 {
		if text, known := args[0].literal(); known && text == "--" {
			args = args[1:]
		}
	}
	if len(args) != 1 {
		return nowhere
	}
	to, known := args[0].literal()
	switch {
	case !known || to == "" || to[0] == '-' || !f.known:
		return nowhere
	case path.IsAbs(to):
		return folder{path: path.Clean(to), known: true}
	}
	if to = path.Join(f.path, to); to == "." {
		to = ""
	}
	return folder{path: to, known: true}
}

// chosenFolder refuses a program that looks for code in its folder (modules,
// configuration, makefiles: all but the plainest do) behind a cd whose folder
// is captured text.
func (w *walker) chosenFolder(program arg, name string) {
	if shellBuiltins[name] || ignoresFolder[name] || name == "." || name == "eval" {
		return
	}
	for v := w.vars; v != nil; v = v.outer {
		for _, word := range v.moved {
			w.prove(withoutContent(v.w.origins(word)), plainName(), refusal{at: program.where, code: "capture-chooses-folder", kind: kindFile,
				what: "the folder that " + name + " runs in, where it looks for code and settings"})
		}
	}
}

// ignoresFolder are programs that take nothing from their folder but what
// their arguments name.
var ignoresFolder = map[string]bool{"ls": true, "cat": true, "head": true, "tail": true, "wc": true, "du": true, "df": true, "stat": true, "touch": true,
	"mkdir": true, "rmdir": true, "rm": true, "cp": true, "mv": true, "ln": true, "grep": true, "sort": true, "uniq": true, "cut": true, "tr": true,
	"date": true, "sleep": true, "gzip": true, "gunzip": true, "md5sum": true, "sha256sum": true, "basename": true, "dirname": true, "realpath": true, "tee": true}
