package shellsafe

import (
	"slices"
	"strings"
)

// shellBuiltins are the shell's own commands that start no program and run no
// code: `allow` is about programs.
var shellBuiltins = map[string]bool{
	"cd": true, "echo": true, "printf": true, "test": true, "[": true, "true": true, "false": true, ":": true, "pwd": true,
	"exit": true, "return": true, "break": true, "continue": true, "shift": true, "set": true, "unset": true, "wait": true,
	"read": true, "umask": true, "ulimit": true, "times": true, "type": true, "hash": true, "getopts": true, "local": true,
	"export": true, "readonly": true, "pushd": true, "popd": true, "dirs": true, "shopt": true, "declare": true, "typeset": true,
}

// allowed refuses a program that `allow` does not list. It is asked for every
// command in the tree: behind wrappers, in substitutions, in lines of sh -c.
func (w *walker) allowed(args []arg, r running) {
	if w.in.Allow == nil {
		return
	}
	name, known := args[0].literal()
	switch {
	case !known: // refused already
		return
	case shellBuiltins[name] && r.stmt != nil, slices.Contains(w.in.Allow, name), w.vars.functions[name]:
		return
	case r.given != "":
		return // uvx NAME: what uvx fetches goes by the name uvx
	case r.script && strings.HasSuffix(name, ".py"):
		return // uv run train.py: a file of the folder, run by python
	}
	listed := "no program at all"
	if len(w.in.Allow) > 0 {
		listed = "only " + strings.Join(w.in.Allow, ", ")
	}
	w.add(Problem{Code: "not-allowed", Where: args[0].where, Summary: quote(name) + " is not in `allow`",
		Detail: "This action may run " + listed + ". Add the program to `allow` if it should run."})
}

// fetches reports whether a command runs something that it fetches by name.
func fetches(args []arg) bool {
	words := literals(args)
	switch {
	case words[0] == "uvx", words[0] == "npx", words[0] == "bunx":
		return true
	case words[0] == "uv":
		return len(words) > 2 && words[1] == "tool" && words[2] == "run"
	case words[0] == "pipx":
		return len(words) > 1 && words[1] == "run"
	case len(words) > 2 && words[1] == "-m" && words[2] == "uv":
		return len(words) > 4 && words[3] == "tool" && words[4] == "run"
	}
	return false
}

// literals lists the texts of arguments, "" for what is not known.
func literals(args []arg) []string {
	words := make([]string, len(args))
	for i, a := range args {
		if text, known := a.literal(); known {
			words[i] = text
		}
	}
	return words
}
