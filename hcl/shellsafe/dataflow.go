package shellsafe

import (
	"path"
	"slices"
	"strconv"
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

// bindings is what a line does to the shell's variables. It does not follow
// the order of commands, but for one question: what a variable that is
// assigned once, a literal, and on every way, holds after that.
type bindings struct {
	w         *walker
	assigned  map[string][]assignment
	integers  map[string]Where // declared -i: what is assigned to them is evaluated
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

// A fact is what a variable can hold.
type fact struct {
	origins  []origin
	author   bool // nothing but literals of this command
	constant bool
	text     string // if constant
}

func newBindings(w *walker, outer *bindings) *bindings {
	return &bindings{w: w, outer: outer, assigned: map[string][]assignment{}, integers: map[string]Where{}, functions: map[string]bool{},
		written: map[string][]origin{}, busy: map[string]bool{}}
}

// gather reads a line's tree for assignments, functions and files.
func (w *walker) gather(f *syntax.File, outer *bindings) *bindings {
	v := newBindings(w, outer)
	w.vars = v
	v.collect(f)
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
	if n.Append || n.Index != nil {
		a.straight = false
	}
	v.note(n.Name.Value, a)
	if n.Array != nil {
		for _, e := range n.Array.Elems {
			v.note(n.Name.Value, assignment{word: e.Value, pos: offset(n)})
		}
	}
}

func (v *bindings) declare(n *syntax.DeclClause, straight bool) {
	integer := false
	for _, a := range n.Args {
		if a.Name == nil && a.Value != nil {
			text, known := literalWord(a.Value)
			_, _, named := namedValue(a.Value)
			integer = integer || !known && !named || strings.HasPrefix(text, "-") && strings.Contains(text, "i")
			if name, value, ok := namedValue(a.Value); ok {
				v.note(name, assignment{word: value, pos: offset(a)})
			}
		}
	}
	for _, a := range n.Args {
		if a.Name == nil {
			continue
		}
		if !a.Naked {
			v.assign(a, straight && n.Variant.Value != "local", false)
		}
		if integer {
			start, end := offsets(a)
			v.integers[a.Name.Value] = v.w.t.where(start, end)
		}
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
		for _, word := range words[1:] {
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
			}
		}
	}
}

// literalWord returns the text of a word without expansions.
func literalWord(n *syntax.Word) (string, bool) { return wordText(n, false) }

// fileKey returns a text by which the same file name is known again, with
// variables by their names.
func fileKey(n *syntax.Word) string {
	text, ok := wordText(n, true)
	if !ok || text == "" {
		return ""
	}
	return path.Clean(text)
}

// wordText returns the text of a word, with expansions of plain variables as
// $name if wanted; false if other expansions are in it.
func wordText(n *syntax.Word, names bool) (string, bool) {
	var b strings.Builder
	var add func(parts []syntax.WordPart, quoted bool) bool
	add = func(parts []syntax.WordPart, quoted bool) bool {
		for _, p := range parts {
			switch p := p.(type) {
			case *syntax.Lit:
				if quoted {
					b.WriteString(unescapeQuoted(p.Value, false))
				} else {
					b.WriteString(strings.ReplaceAll(p.Value, `\`, ""))
				}
			case *syntax.SglQuoted:
				b.WriteString(p.Value)
			case *syntax.DblQuoted:
				if !add(p.Parts, true) {
					return false
				}
			case *syntax.ParamExp:
				if !names || !simpleParam(p) {
					return false
				}
				b.WriteString("$" + p.Param.Value)
			default:
				return false
			}
		}
		return true
	}
	ok := add(n.Parts, false)
	return b.String(), ok
}

// files notes the files that the line writes captured text to. A program that
// runs such a file later runs captured text.
func (v *bindings) files(f *syntax.File) {
	if !v.w.captured {
		return
	}
	for _, s := range f.Stmts {
		var names []*syntax.Word
		syntax.Walk(s, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Redirect:
				switch n.Op {
				case syntax.RdrOut, syntax.AppOut, syntax.RdrInOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll, syntax.DplOut:
					names = append(names, n.Word)
				}
			case *syntax.CallExpr:
				if len(n.Args) > 1 {
					if name, _ := literalWord(n.Args[0]); copiers[name] {
						names = append(names, n.Args[1:]...)
					}
				}
			}
			return true
		})
		if len(names) == 0 {
			continue
		}
		var os []origin
		for _, o := range v.w.origins(s) {
			o.content, o.made = true, true
			os = addOrigins(os, o)
		}
		if len(os) == 0 {
			continue
		}
		for _, n := range names {
			resolved, _ := arg{pieces: v.w.pieces(n, around{})}.literal()
			for _, key := range []string{fileKey(n), path.Clean(strings.TrimPrefix(resolved, "of="))} {
				if key != "" && key != "." && !strings.HasPrefix(key, "/dev/") {
					v.written[key] = addOrigins(v.written[key], os...)
				}
			}
		}
	}
}

// copiers are programs that write what they read to files that their words name.
var copiers = map[string]bool{"tee": true, "cp": true, "mv": true, "dd": true, "install": true, "ln": true}

// at says what the variable can hold at an offset of the line.
func (v *bindings) at(name string, pos int) fact {
	f := fact{origins: v.reach(name)}
	if special := v.special(name); special {
		return f
	}
	if v.opaque {
		return f
	}
	if v.busy[name] { // x=$x
		return f
	}
	v.busy[name] = true
	defer delete(v.busy, name)
	own := v.assigned[name]
	if len(own) == 0 {
		if v.outer != nil {
			return fact{origins: f.origins} // whether it was exported is not known
		}
		if text, ok := v.w.fileVariable(name); ok {
			f.author, f.constant, f.text = true, true, text
		}
		return f
	}
	f.author = true
	before := false
	for _, a := range own {
		before = before || a.pos < pos && !a.prefix
		if a.number {
			continue
		}
		if a.word == nil && a.captured == nil && !a.straight {
			f.author = false
		}
		if a.word != nil && !v.authored(a) {
			f.author = false
		}
	}
	f.author = f.author && before && len(f.origins) == 0
	if f.author && len(own) == 1 && own[0].straight && own[0].pos < pos {
		f.constant = true
		if own[0].word != nil {
			a := arg{pieces: v.w.pieces(own[0].word, around{})}
			f.text, f.constant = a.literal()
		}
	}
	return f
}

// authored reports whether an assigned word is the author's literal text.
func (v *bindings) authored(a assignment) bool {
	for _, p := range v.w.pieces(a.word, around{}) {
		if p.slot != nil || p.exp != nil && !p.exp.author && !p.exp.number {
			return false
		}
	}
	return true
}

// special reports whether the name is one of the shell's own parameters.
func (v *bindings) special(name string) bool {
	_, err := strconv.Atoi(name)
	return err == nil || !syntax.ValidName(name)
}

// A mention is a variable that is used somewhere, as it is or (made) in a
// command whose output is used.
type mention struct {
	name string
	made bool
}

// reach collects the captured text that can get into a variable, through any
// number of others.
func (v *bindings) reach(name string) []origin {
	var found []origin
	seen := map[mention]bool{}
	for todo := []mention{{name, false}}; len(todo) > 0; {
		m := todo[0]
		todo = todo[1:]
		if seen[m] {
			continue
		}
		seen[m] = true
		os, more := v.direct(m.name)
		if m.made {
			os = indirect(os)
		}
		found = addOrigins(found, os...)
		for _, next := range more {
			todo = append(todo, mention{next.name, next.made || m.made})
		}
		if v.outer != nil {
			os := v.outer.reach(m.name)
			if m.made {
				os = indirect(os)
			}
			found = addOrigins(found, os...)
		}
	}
	return found
}

// direct collects the captured text that a variable gets itself, and the
// variables that it is made of.
func (v *bindings) direct(name string) (os []origin, more []mention) {
	os = v.w.external(name)
	switch {
	case len(name) == 1 && strings.Contains("?#$!-0", name):
		return os, nil
	case v.special(name):
		return addOrigins(os, v.anyCaptured("$"+name)...), nil
	}
	for _, a := range v.assigned[name] {
		os = addOrigins(os, a.captured...)
		if a.word != nil {
			own, names := v.w.mentioned(a.word)
			os = addOrigins(os, own...)
			more = append(more, names...)
		}
	}
	return os, more
}

// opaqueSplit reports whether splitting the text into words is not known here.
func (v *bindings) opaqueSplit(text string) bool {
	return v.splits || strings.ContainsAny(text, "*?[~\\")
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
				os = addOrigins(os, w.vars.anyCaptured(w.source0(n))...)
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

// direct keeps the origins whose text arrives unchanged or changed, but not
// the names of files that hold some.
func direct(os []origin) []origin { return withoutContent(os) }
