package shellsafe

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// bindings is what a line does to the shell's variables. It does not follow
// the order of commands, but for one question: what a variable that is
// assigned once, a literal, and on every way, holds after that.
type bindings struct {
	w         *walker
	assigned  map[string][]assignment
	integers  map[string]Where // declared -i: what is assigned to them is evaluated
	isArray   map[string]bool
	declared  map[string]Where // what declare, typeset and local assign a text to
	functions map[string]bool
	written   map[string][]origin // files that get captured text, by clean path
	opaque    bool                // eval or a sourced file can assign anything
	splits    bool                // IFS is changed
	outer     *bindings           // of the line around this one
	moves     bool                // a function changes the folder
	input     bool                // exec redirects the input of all that follows
	moved     []*syntax.Word      // what cd is told
	busy      map[string]bool     // names that at is looking at
}

// An assignment is one way by which a variable gets its text.
type assignment struct {
	word     *syntax.Word // nil: not from a word
	pos      int
	captured []origin // where not from a word
	straight bool     // on every way through the line
	prefix   bool     // A=b cmd: for cmd alone
	number   bool
}

func newBindings(w *walker, outer *bindings) *bindings {
	return &bindings{w: w, outer: outer, assigned: map[string][]assignment{}, integers: map[string]Where{}, isArray: map[string]bool{}, declared: map[string]Where{}, functions: map[string]bool{},
		written: map[string][]origin{}, busy: map[string]bool{}}
}

// gather reads a line's tree for assignments, functions and files.
func (w *walker) gather(f *syntax.File, outer *bindings) *bindings {
	v := newBindings(w, outer)
	w.vars = v
	v.collect(f)
	for _, name := range integerVariables {
		if list := v.assigned[name]; len(list) > 0 {
			v.integers[name] = w.t.where(list[0].pos, list[0].pos+len(name))
		}
	}
	v.files(f)
	_, v.splits = v.assigned["IFS"]
	return v
}

// collect notes what the commands of a tree do to variables.
func (v *bindings) collect(f *syntax.File) {
	straight := map[syntax.Node]bool{}
	for _, s := range f.Stmts {
		markStraight(s, straight)
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Stmt:
			if call, ok := n.Cmd.(*syntax.CallExpr); ok && len(n.Redirs) > 0 && len(call.Args) > 0 {
				name, _ := literalWord(call.Args[0])
				v.input = v.input || name == "exec" || name == "command"
			}
		case *syntax.FuncDecl:
			if n.Name != nil {
				v.functions[n.Name.Value] = true
			}
			v.moves = v.moves || movesFolder(n.Body, nil)
		case *syntax.CallExpr:
			for _, a := range n.Assigns {
				v.assign(a, straight[n], len(n.Args) > 0)
			}
			v.builtin(n)
		case *syntax.DeclClause:
			v.declare(n, straight[n])
		case *syntax.ForClause:
			v.loop(n)
		case *syntax.BinaryArithm:
			if word, ok := n.X.(*syntax.Word); ok && assigns(n.Op) {
				v.note(word.Lit(), assignment{pos: offset(n), number: true})
			}
		case *syntax.UnaryArithm:
			if word, ok := n.X.(*syntax.Word); ok && (n.Op == syntax.Inc || n.Op == syntax.Dec) {
				v.note(word.Lit(), assignment{pos: offset(n), number: true})
			}
		case *syntax.ParamExp:
			if n.Exp != nil && n.Param != nil && (n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull) {
				v.note(n.Param.Value, assignment{word: n.Exp.Word, pos: offset(n)})
			}
		case *syntax.CoprocClause:
			v.note("COPROC", assignment{pos: offset(n), captured: v.anyCaptured("what coproc gives")})
			if n.Name != nil {
				v.note(n.Name.Lit(), assignment{pos: offset(n), captured: v.anyCaptured("what coproc gives")})
			}
		}
		return true
	})
}

func offset(n syntax.Node) int { return int(n.Pos().Offset()) }

// markStraight marks the commands that are reached on every way through the
// line, as far as the commands before them succeed.
func markStraight(s *syntax.Stmt, straight map[syntax.Node]bool) {
	if s.Background || s.Coprocess || s.Negated {
		return
	}
	switch n := s.Cmd.(type) {
	case *syntax.CallExpr, *syntax.DeclClause:
		straight[n] = true
	case *syntax.BinaryCmd:
		if n.Op == syntax.AndStmt {
			markStraight(n.X, straight)
			markStraight(n.Y, straight)
		}
	case *syntax.Block:
		for _, s := range n.Stmts {
			markStraight(s, straight)
		}
	}
}

func assigns(op syntax.BinAritOperator) bool {
	switch op {
	case syntax.Assgn, syntax.AddAssgn, syntax.SubAssgn, syntax.MulAssgn, syntax.QuoAssgn, syntax.RemAssgn,
		syntax.AndAssgn, syntax.OrAssgn, syntax.XorAssgn, syntax.ShlAssgn, syntax.ShrAssgn:
		return true
	}
	return false
}

func (v *bindings) note(name string, a assignment) {
	if name != "" {
		v.assigned[name] = append(v.assigned[name], a)
	}
}

func (v *bindings) assign(n *syntax.Assign, straight, prefix bool) {
	if n.Name == nil {
		return
	}
	a := assignment{word: n.Value, pos: offset(n), straight: straight && !n.Append && n.Index == nil && n.Array == nil, prefix: prefix}
	v.note(n.Name.Value, a)
	if n.Index != nil || n.Array != nil {
		v.isArray[n.Name.Value] = true
	}
	if n.Array != nil {
		for _, e := range n.Array.Elems {
			v.note(n.Name.Value, assignment{word: e.Value, pos: offset(n)})
		}
	}
}

func (v *bindings) declare(n *syntax.DeclClause, straight bool) {
	integer, array := false, false
	for _, a := range n.Args {
		if a.Name != nil || a.Value == nil {
			continue
		}
		text, known := literalWord(a.Value)
		name, value, named := namedValue(a.Value)
		if named {
			v.note(name, assignment{word: value, pos: offset(a)})
			v.declareText(name, n.Variant.Value, a)
		}
		option := strings.HasPrefix(text, "-")
		integer = integer || !known && !named || option && strings.Contains(text, "i")
		array = array || option && strings.ContainsAny(text, "aA")
	}
	for _, a := range n.Args {
		if a.Name == nil {
			continue
		}
		name := a.Name.Value
		if !a.Naked {
			v.assign(a, straight && n.Variant.Value != "local", false)
		}
		if a.Value != nil {
			v.declareText(name, n.Variant.Value, a)
		}
		if array {
			v.isArray[name] = true
		}
		if integer {
			start, end := offsets(a)
			v.integers[name] = v.w.t.where(start, end)
		}
	}
}

// declareText notes that a declaration assigns a text: to an array, bash
// takes "(…)" in it for elements, and runs what is in them.
func (v *bindings) declareText(name, variant string, n syntax.Node) {
	if variant != "export" && variant != "readonly" {
		start, end := offsets(n)
		v.declared[name] = v.w.t.where(start, end)
	}
}

// namedValue takes a word such as "NAME=${x}" apart.
func namedValue(n *syntax.Word) (name string, value *syntax.Word, ok bool) {
	parts := n.Parts
	var rest []syntax.WordPart
	switch p := parts[0].(type) {
	case *syntax.Lit:
		head, tail, found := strings.Cut(p.Value, "=")
		if !found || !syntax.ValidName(head) {
			return "", nil, false
		}
		rest = append([]syntax.WordPart{&syntax.Lit{ValuePos: p.ValuePos, ValueEnd: p.ValueEnd, Value: tail}}, parts[1:]...)
		name = head
	case *syntax.SglQuoted:
		head, tail, found := strings.Cut(p.Value, "=")
		if !found || !syntax.ValidName(head) {
			return "", nil, false
		}
		rest = append([]syntax.WordPart{&syntax.SglQuoted{Left: p.Left, Right: p.Right, Value: tail}}, parts[1:]...)
		name = head
	case *syntax.DblQuoted:
		if len(p.Parts) == 0 {
			return "", nil, false
		}
		inner, ok := p.Parts[0].(*syntax.Lit)
		if !ok {
			return "", nil, false
		}
		head, tail, found := strings.Cut(inner.Value, "=")
		if !found || !syntax.ValidName(head) {
			return "", nil, false
		}
		q := *p
		q.Parts = append([]syntax.WordPart{&syntax.Lit{ValuePos: inner.ValuePos, ValueEnd: inner.ValueEnd, Value: tail}}, p.Parts[1:]...)
		rest = append([]syntax.WordPart{&q}, parts[1:]...)
		name = head
	default:
		return "", nil, false
	}
	return name, &syntax.Word{Parts: rest}, true
}

func (v *bindings) loop(n *syntax.ForClause) {
	iter, ok := n.Loop.(*syntax.WordIter)
	if !ok {
		return
	}
	if len(iter.Items) == 0 || n.Select {
		v.note(iter.Name.Value, assignment{pos: offset(n), captured: v.anyCaptured("a positional parameter")})
	}
	for _, item := range iter.Items {
		v.note(iter.Name.Value, assignment{word: item, pos: offset(n)})
	}
	if n.Select {
		v.note("REPLY", assignment{pos: offset(n), captured: v.anyCaptured("what select reads")})
	}
}

// anyCaptured is the origin of texts that could be captured as far as we
// know: nothing, where no captured text is about.
func (v *bindings) anyCaptured(what string) []origin {
	if !v.w.captured {
		return nil
	}
	return []origin{unknown(what)}
}

// builtin notes what built-in commands do to variables.
func (v *bindings) builtin(n *syntax.CallExpr) {
	var words []string
	for _, w := range n.Args {
		text, ok := literalWord(w)
		if !ok {
			text = ""
		}
		words = append(words, text)
	}
	for len(words) > 0 && (words[0] == "command" || words[0] == "builtin") {
		words = words[1:]
	}
	if len(words) == 0 {
		return
	}
	pos := offset(n)
	switch name := words[0]; name {
	case "read", "mapfile", "readarray", "getopts", "printf", "wait":
		captured := v.anyCaptured("what " + name + " reads")
		for i, word := range words[1:] {
			if name == "mapfile" || name == "readarray" || i > 0 && name == "read" && strings.HasSuffix(words[i], "a") {
				v.isArray[word] = true
			}
			for _, candidate := range []string{word, word[min(2, len(word)):]} {
				if syntax.ValidName(candidate) && (name != "printf" || slices.Contains(words, "-v") || strings.HasPrefix(word, "-v")) {
					v.note(candidate, assignment{pos: pos, captured: captured})
				}
			}
		}
		for _, implied := range []string{"REPLY", "MAPFILE", "OPTARG"} {
			v.note(implied, assignment{pos: pos, captured: captured})
		}
	case "cd", "chdir", "pushd":
		v.moved = append(v.moved, n.Args[1:]...)
	case "eval", "trap":
		v.opaque = true
		if f, err := parseAs(strings.Join(words[1:], " "), syntax.LangBash); err == nil {
			v.collect(f)
		}
	case ".", "source":
		v.opaque = true
	case "export", "readonly", "local", "declare", "typeset":
		for _, w := range n.Args[1:] {
			if name, value, ok := namedValue(w); ok {
				v.note(name, assignment{word: value, pos: pos})
				v.declareText(name, words[0], w)
			}
		}
	}
}
