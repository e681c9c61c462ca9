package shellsafe

import (
	"mvdan.cc/sh/v3/syntax"
)

// A walker goes over the tree of one line: the command's own, or a line in a
// word of it.
type walker struct {
	*checker
	t     *template
	shell string
	vars  *bindings
	back  bool // inside `…`
	// inner: the tree is that of a word (sh -c '…'), whose tokens have their
	// place in the line around it.
	inner bool
	here  flow // of the command whose words are being walked
	seen  map[*slot]bool
	all   *source // any captured text of the line
}

func (w *walker) nested() bool { return w.inner }

// A source is what a program finds on its standard input.
type source struct {
	origins []origin
	what    string
	text    string // all of it, with tokens, if known
	known   bool
	where   Where
}

// A flow is what a command finds when it starts.
type flow struct {
	stdin  *source
	folder folder
}

// script checks a line.
func (c *checker) script(t *template, shell string, stdin *source) {
	f := c.parse(t, shell)
	if f == nil {
		return
	}
	w := &walker{checker: c, t: t, shell: shell, inner: t.outer != nil, seen: map[*slot]bool{}}
	w.gather(f, nil)
	w.file(f, stdin)
}

func (w *walker) file(f *syntax.File, stdin *source) {
	w.all = &source{origins: w.origins(f), what: "standard input"}
	if stdin != nil {
		w.all.origins = addOrigins(w.all.origins, stdin.origins...)
	}
	if w.vars.input {
		stdin = w.all // exec < …: for all that follows
	}
	w.stmts(f.Stmts, flow{stdin: stdin, folder: folder{known: true}})
	w.assignedVariables()
	w.unplaced(f)
}

// stmts walks commands one after the other and returns the folder after them,
// as if every cd succeeded.
func (w *walker) stmts(list []*syntax.Stmt, f flow) folder {
	for _, s := range list {
		f.folder = w.stmt(s, f)
	}
	return f.folder
}

// stmt walks one command with its redirections.
func (w *walker) stmt(s *syntax.Stmt, f flow) folder {
	if s == nil {
		return f.folder
	}
	outer := w.here
	defer func() { w.here = outer }()
	w.here = f
	for _, r := range s.Redirs {
		f.stdin = w.redirect(r, s, f.stdin)
	}
	after := f.folder
	if s.Cmd != nil {
		after = w.command(s.Cmd, s, f)
	}
	if s.Background || s.Coprocess {
		return f.folder
	}
	return after
}

// command is the table of node types. Captured text below a type that is not
// here gets no place, and is refused.
func (w *walker) command(n syntax.Command, s *syntax.Stmt, f flow) folder {
	unsure := func(parts ...[]*syntax.Stmt) folder { // some of the parts may not run
		for _, list := range parts {
			for _, s := range list {
				if movesFolder(s, w.vars) {
					return nowhere
				}
			}
		}
		return f.folder
	}
	switch n := n.(type) {
	case *syntax.CallExpr:
		return w.call(n, s, f)
	case *syntax.DeclClause:
		w.declaration(n)
		return f.folder
	case *syntax.BinaryCmd:
		return w.binary(n, f)
	case *syntax.Block:
		return w.stmts(n.Stmts, f)
	case *syntax.Subshell:
		w.stmts(n.Stmts, f)
		return f.folder
	case *syntax.IfClause:
		for c := n; c != nil; c = c.Else {
			inside := flow{f.stdin, w.stmts(c.Cond, f)}
			w.stmts(c.Then, inside)
			f.folder = unsure(c.Cond, c.Then)
		}
		return f.folder
	case *syntax.WhileClause:
		f.folder = unsure(n.Cond, n.Do)
		w.stmts(n.Cond, f)
		w.stmts(n.Do, f)
		return f.folder
	case *syntax.ForClause:
		switch loop := n.Loop.(type) {
		case *syntax.WordIter:
			for _, item := range loop.Items {
				w.place(item, setting{split: true})
			}
		case *syntax.CStyleLoop:
			w.arithmetic(loop.Init, false)
			w.arithmetic(loop.Cond, false)
			w.arithmetic(loop.Post, false)
		}
		f.folder = unsure(n.Do)
		w.stmts(n.Do, f)
		return f.folder
	case *syntax.CaseClause:
		w.place(n.Word, setting{})
		before := f.folder
		for _, item := range n.Items {
			for _, p := range item.Patterns {
				w.place(p, setting{pattern: true})
			}
			w.stmts(item.Stmts, flow{f.stdin, before})
			if f.folder = unsure(item.Stmts); !f.folder.known {
				before = nowhere
			}
		}
		return before
	case *syntax.FuncDecl:
		w.stmt(n.Body, flow{stdin: w.all, folder: nowhere})
		return f.folder
	case *syntax.TestClause:
		w.test(n.X)
		return f.folder
	case *syntax.ArithmCmd:
		w.arithmetic(n.X, false)
		return f.folder
	case *syntax.LetClause:
		for _, x := range n.Exprs {
			w.arithmetic(x, true)
		}
		return f.folder
	case *syntax.TimeClause:
		return w.stmt(n.Stmt, f)
	case *syntax.CoprocClause:
		w.walkInside(n.Name)
		w.stmt(n.Stmt, flow{stdin: w.all, folder: f.folder})
		return f.folder
	default:
		w.unknownNode(n)
		return nowhere
	}
}

// binary walks A && B, A || B, A | B.
func (w *walker) binary(n *syntax.BinaryCmd, f flow) folder {
	switch n.Op {
	case syntax.AndStmt:
		after := w.stmt(n.X, f)
		return w.stmt(n.Y, flow{f.stdin, after})
	case syntax.OrStmt:
		w.stmt(n.X, f)
		if movesFolder(n.X, w.vars) {
			f.folder = nowhere
		}
		w.stmt(n.Y, f)
		if movesFolder(n.Y, w.vars) {
			f.folder = nowhere
		}
		return f.folder
	default: // | and |&: each side in a shell of its own
		w.stmt(n.X, f)
		w.stmt(n.Y, flow{w.piped(n.X, f.stdin), f.folder})
		return f.folder
	}
}

// call walks a simple command: assignments, then the program and its words.
func (w *walker) call(n *syntax.CallExpr, s *syntax.Stmt, f flow) folder {
	for _, a := range n.Assigns {
		w.assignment(a, false)
	}
	if len(n.Args) == 0 {
		return f.folder
	}
	for _, word := range n.Args {
		w.place(word, setting{split: true})
	}
	args := w.args(n.Args, setting{split: true})
	if len(args) == 0 {
		return f.folder
	}
	if name, known := args[0].literal(); known && w.vars.functions[name] {
		return w.changeFolder(args, f.folder)
	}
	run := running{flow: f, env: w.literalAssigns(n.Assigns), stmt: s, start: offset(n), top: true}
	w.program(args, run)
	return w.changeFolder(args, f.folder)
}

func (w *walker) literalAssigns(list []*syntax.Assign) []string {
	var out []string
	for _, a := range list {
		if a.Name == nil || a.Append || a.Index != nil || a.Array != nil {
			continue
		}
		value := arg{pieces: w.pieces(a.Value, setting{})}
		if text, known := value.literal(); known {
			out = append(out, a.Name.Value+"="+text)
		}
	}
	return out
}

// assignment visits NAME=value. Whether the name is one that programs take as
// code is asked for all assignments at the end.
func (w *walker) assignment(a *syntax.Assign, split bool) {
	w.arithmetic(a.Index, false)
	w.place(a.Value, setting{split: split})
	if a.Array == nil {
		return
	}
	for _, e := range a.Array.Elems {
		w.arithmetic(e.Index, false)
		w.place(e.Value, setting{split: true})
	}
}

// declaration visits export, readonly, local, declare, typeset.
func (w *walker) declaration(n *syntax.DeclClause) {
	evaluated := "" // why what is assigned is evaluated
	for _, a := range n.Args {
		if a.Name != nil || a.Value == nil {
			continue
		}
		text, known := literalWord(a.Value)
		_, _, named := namedValue(a.Value)
		if known && len(text) > 1 && text[0] == '-' {
			for _, letter := range text[1:] {
				switch {
				case n.Variant.Value == "export":
				case letter == 'n' && n.Variant.Value != "readonly":
					evaluated = "a second name for a variable (-n)"
				case letter == 'a' || letter == 'A':
					evaluated = "an array's text (-" + string(letter) + ")"
				}
			}
		}
		if !named && !known {
			start, end := offsets(a)
			w.prove(withoutContent(w.origins(a.Value)), noText(), refusal{at: w.t.where(start, end), code: "variable-name", kind: kindRefused,
				what: "the name of a variable to assign"})
		}
	}
	for _, a := range n.Args {
		start, end := offsets(a)
		if evaluated != "" {
			if os := withoutContent(w.origins(a)); len(os) > 0 {
				w.prove(os, noText(), refusal{at: w.t.where(start, end), code: "capture-in-code", kind: kindRefused, what: evaluated})
			}
		}
		if a.Name == nil {
			// "NAME=text" in quotes; anything else was refused above.
			w.place(a.Value, setting{split: w.shell == Sh})
			continue
		}
		// dash splits what export assigns, bash does not.
		w.assignment(a, w.shell == Sh)
	}
}

// substitution walks the commands of $( … ) or `…`.
func (w *walker) substitution(stmts []*syntax.Stmt, back bool) {
	was := w.back
	w.back = back
	w.stmts(stmts, w.here)
	w.back = was
}

// processSubstitution walks <( … ) and >( … ). What comes into the latter can
// be anything that the line prints.
func (w *walker) processSubstitution(n *syntax.ProcSubst) {
	f := w.here
	if n.Op == syntax.CmdOut {
		f.stdin = w.all
	}
	w.stmts(n.Stmts, f)
}
