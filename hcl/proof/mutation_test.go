package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A mutant is the package with one mistake in it.
type mutant struct {
	name     string
	file     string
	old, new string // old stands once in the file
}

// The mistakes that somebody could make here, each of which would let a
// dangerous text through or refuse a harmless one.
var mutants = []mutant{
	{"a group in ? is taken to be there always", "proof.go", `syntax.OpAlternate, syntax.OpStar, syntax.OpQuest:`, `syntax.OpAlternate, syntax.OpStar:`},
	{"a group in * is taken to be there always", "proof.go", `syntax.OpAlternate, syntax.OpStar, syntax.OpQuest:`, `syntax.OpAlternate, syntax.OpQuest:`},
	{"a group in an alternation is taken to be there always", "proof.go", `syntax.OpAlternate, syntax.OpStar, syntax.OpQuest:`, `syntax.OpStar, syntax.OpQuest:`},
	{"a group in {0,n} is taken to be there always", "proof.go", `return re.Min == 0`, `return false`},
	{"a group in + is taken to be optional", "proof.go", `syntax.OpAlternate, syntax.OpStar, syntax.OpQuest:`, `syntax.OpAlternate, syntax.OpStar, syntax.OpQuest, syntax.OpPlus:`},
	{"only the nearest operator makes a group optional", "proof.go", `optional || skippable(re)`, `skippable(re)`},
	{"only the farthest operator makes a group optional", "proof.go", `return group, optional || skippable(re)`, `return group, optional`},
	{"an optional group adds nothing", "proof.go", `l = Union(l, Literal(""))`, `l = Union(l)`},
	{"a missing group holds nothing", "proof.go", `if group == nil || size(group) > MaxSize {`, `if group == nil {
		return Union()
	} else if size(group) > MaxSize {`},
	{"a large group holds nothing", "proof.go", `if group == nil || size(group) > MaxSize {`, `if group != nil && size(group) > MaxSize {
		return Union()
	} else if group == nil {`},
	{"the whole match is its first part", "proof.go", `group, optional := re, false`, `group, optional := re.Sub0[0], false
	if group == nil { group = re }`},
	{"case folding is dropped", "proof.go", `in.MatchRune(r) ||`, `in.MatchRune(r) && in.MatchRunePos(r) >= 0 && (len(in.Rune) != 1 || in.Rune[0] == r) ||`},
	{"case folding is ASCII's", "proof.go", `in.MatchRune(r) ||`, `in.MatchRune(r) && (len(in.Rune) != 1 || r < 0x80) ||`},
	{"the alphabet has one case", "contained.go", `cut(r, r)`, `_ = r`},
	{"the alphabet has two cases", "contained.go", `for r := unicode.SimpleFold(in.Rune[0]); r != in.Rune[0]; r = unicode.SimpleFold(r) {`, `if r := unicode.SimpleFold(in.Rune[0]); r != in.Rune[0] {`},
	{". is without \\r", "proof.go", `in.MatchRune(r) ||`, `in.MatchRune(r) && (in.Op != syntax.InstRuneAnyNotNL || r != '\r') ||`},
	{". is without NUL", "proof.go", `in.MatchRune(r) ||`, `in.MatchRune(r) && (in.Op != syntax.InstRuneAnyNotNL || r != 0) ||`},
	{". holds \\n", "proof.go", `in.MatchRune(r) ||`, `in.MatchRune(r) || in.Op == syntax.InstRuneAnyNotNL ||`},
	{"(?s). is without \\n", "proof.go", `in.MatchRune(r) ||`, `in.MatchRune(r) && (in.Op != syntax.InstRuneAny || r != '\n') ||`},
	{"\\n is no letter of its own", "contained.go", `cut('\n', '\n')`, ``},
	{"U+FFFD is no letter of its own", "contained.go", `cut(unicode.ReplacementChar, unicode.ReplacementChar)`, ``},
	{"surrogates are texts", "contained.go", `if lo < surrogateMin || lo > surrogateMax {`, `if true {`},
	{"a surrogate is read by nothing", "proof.go", `r == utf8.RuneError && in.Op`, `false && in.Op`},
	{"a range ends too early in the alphabet", "contained.go", `cuts[hi+1] = true, true`, `cuts[hi] = true, true`},
	{"a range ends too late in the alphabet", "contained.go", `cuts[hi+1] = true, true`, `cuts[hi+2] = true, true`},
	{"a range begins too late in the alphabet", "contained.go", `cuts[lo], cuts[hi+1] = true, true`, `cuts[lo+1], cuts[hi+1] = true, true`},
	{"the last range of a class is forgotten", "contained.go", `i < len(in.Rune); i += 2`, `i < len(in.Rune)-2; i += 2`},
	{"the first range of a class is forgotten", "contained.go", `for i := 0; i < len(in.Rune)`, `for i := 2; i < len(in.Rune)`},
	{"only a's letters count", "contained.go", `for _, p := range progs {`, `for _, p := range progs[:1] {`},
	{"only b's letters count", "contained.go", `for _, p := range progs {`, `for _, p := range progs[1:] {`},
	{"the highest letter is missing", "contained.go", `begins[:len(begins)-1]`, `begins[:len(begins)-2]`},
	{"a letter stands for its neighbours", "contained.go", `readable(lo, begins[i+1]-1)`, `readable(lo, begins[i+1])`},
	{"one class counts for all", "contained.go", `!classes[&in.Rune[0]]`, `len(classes) == 0`},
	{"a union is its first arm", "proof.go", `range langs {`, `range langs[:1] {`},
	{"a union is its last arm", "proof.go", `range langs {`, `range langs[len(langs)-1:] {`},
	{"the union of nothing holds the empty text", "proof.go", `tree := &syntax.Regexp{Op: op}`, `tree := &syntax.Regexp{Op: op}
	if len(langs) == 0 {
		tree.Op = syntax.OpEmptyMatch
	}`},
	{"a concatenation is a union", "proof.go", `join(syntax.OpConcat,`, `join(syntax.OpAlternate,`},
	{"one way of a choice is not taken", "proof.go", `stack = append(stack, in.Out, in.Arg)`, `stack = append(stack, in.Out)`},
	{"the other way of a choice is not taken", "proof.go", `stack = append(stack, in.Out, in.Arg)`, `stack = append(stack, in.Arg)`},
	{"an assertion is never met", "proof.go", `case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:`, `case syntax.InstEmptyWidth:
		case syntax.InstCapture, syntax.InstNop:`},
	{"an assertion in Match is overlooked", "proof.go", `if in.Op == syntax.InstEmptyWidth {`, `if in.Op == syntax.InstFail+100 {`},
	{"b is one of its states at a time", "proof.go", `return reach(p, out...)`, `return reach(p, out[:min(1, len(out))]...)`},
	{"a text is accepted before its end", "proof.go", `for len(text) > 0 && len(at) > 0 {`, `for len(text) > 0 && !accepts(l.prog, at) {`},
	{"a prefix is enough", "proof.go", `at, text = step(l.prog, at, r), text[n:]`, `if next := step(l.prog, at, r); len(next) > 0 { at = next }; text = text[n:]`},
	{"everything is accepted", "proof.go", `return slices.ContainsFunc(at, func(pc uint32) bool {`, `return len(at) > 0 || slices.ContainsFunc(at, func(pc uint32) bool {`},
	{"an invalid byte is no letter", "proof.go", `r, n := utf8.DecodeRune(text)`, `r, n := rune(text[0]), 1
		if r >= 0x80 && utf8.FullRune(text) { if q, m := utf8.DecodeRune(text); m > 1 { r, n = q, m } }`},
	{"b need not accept where a does", "contained.go", `!accepts(b, sets.all[n.set])`, `len(sets.all[n.set]) == 0`},
	{"b need only go on", "contained.go", `!accepts(b, sets.all[n.set])`, `accepts(b, sets.all[n.set])`},
	{"a need not accept", "contained.go", `a.Inst[n.pc].Op == syntax.InstMatch && !accepts`, `!accepts`},
	{"the walk starts beside b's start", "contained.go", `reach(b, uint32(b.Start))`, `reach(b, uint32(b.Start)+1)`},
	{"the first way is taken for all", "contained.go", `for _, pc := range reach(a, uint32(a.Start)) {`, `for _, pc := range reach(a, uint32(a.Start))[:1] {`},
	{"a place is an instruction", "contained.go", `if old := seen[n.place]; old == nil {`, `if old := seen[place{n.pc, 0}]; old == nil {
			seen[place{n.pc, 0}] = &n`},
	{"sets of one size are one", "contained.go", `key, _ := binary.Append(nil, binary.NativeEndian, set)`, `key, _ := binary.Append(nil, binary.NativeEndian, uint32(len(set)))`},
	{"two letters lead to the same place", "contained.go", `to, ok := s.next[id][r]`, `r &^= 1
	to, ok := s.next[id][r]`},
	{"the work is unlimited yet done", "contained.go", `return "", false, false`, `return "", true, true`},
	{"too much work is a yes", "contained.go", `	return "", false
}`, `	return "", true
}`},
	{"readability comes before length", "contained.go", `const length = 1 << 32`, `const length = 0`},
	{"the first witness is as good as any", "contained.go", `(worst == nil || n.cost < worst.cost)`, `worst == nil`},
	{"a better way is not taken", "contained.go", `} else if n.cost < old.cost {`, `} else if false {`},
	{"a text is written backwards", "contained.go", `slices.Reverse(runes)`, ``},
	{"control characters are as good as letters", "contained.go", `return length + 10_000`, `return length`},
}

// TestMutants makes each mistake in a copy of the source and expects the other
// tests to fail. As each takes a second, it makes every third; all of them with
// JWHOST_REQUIRE_ALL, and with JWHOST_LONG the mechanical ones, too.
func TestMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the package dozens of times")
	}
	long := os.Getenv("JWHOST_LONG") != ""
	for i, m := range mutants {
		if !long && os.Getenv("JWHOST_REQUIRE_ALL") == "" && i%3 != 0 {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(m.file)
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(source, []byte(m.old)); n != 1 {
				t.Fatalf("%q stands %d times in %s", m.old, n, m.file)
			}
			verdict := try(t, m.file, bytes.Replace(source, []byte(m.old), []byte(m.new), 1))
			if verdict != killed {
				t.Errorf("%s\n- %s\n+ %s", verdict, m.old, m.new)
			}
		})
	}
	if !long {
		return
	}
	for _, file := range []string{"proof.go", "contained.go"} {
		for name, source := range mechanical(t, file) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if harmless[name] != "" {
					t.Skip(harmless[name])
				}
				if try(t, file, source) == survived {
					t.Error(survived)
				}
			})
		}
	}
}

const (
	killed   = "killed"
	survived = "no test fails"
	unbuilt  = "does not build"
)

// try runs the other tests with source in the place of file.
func try(t *testing.T, file string, source []byte) string {
	here, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	copied, overlay := filepath.Join(dir, file), filepath.Join(dir, "overlay.json")
	replace, _ := json.Marshal(map[string]any{"Replace": map[string]string{here: copied}})
	for name, data := range map[string][]byte{copied: source, overlay: replace} {
		if err := os.WriteFile(name, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("go", "test", "-overlay", overlay, "-vet=off", "-ldflags=-s -w", "-short", "-failfast", "-timeout=20s", ".").CombinedOutput()
	switch {
	case err == nil:
		return survived
	case bytes.Contains(out, []byte("[build failed]")):
		return unbuilt
	default:
		return killed
	}
}

// mechanical makes one mistake after the other in a file's syntax tree: a
// condition turned round, a comparison or an operator changed, a number that
// is one more, a statement left out. It yields the mistake's name and the source.
func mechanical(t *testing.T, file string) iter.Seq2[string, []byte] {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(string, []byte) bool) {
		seen := make(map[string]int)
		// emit yields the tree as it is now, called after the text of node before.
		emit := func(what, text string) {
			name := fmt.Sprintf("%s: %s: %s", file, what, text)
			if seen[name]++; seen[name] > 1 {
				name += fmt.Sprintf(" (%d)", seen[name])
			}
			var source bytes.Buffer
			if err := format.Node(&source, fset, tree); err != nil {
				t.Fatal(err)
			}
			if !yield(name, source.Bytes()) {
				t.FailNow()
			}
		}
		text := func(node ast.Node) string {
			var b bytes.Buffer
			format.Node(&b, fset, node)
			line, _, _ := strings.Cut(b.String(), "\n")
			return line
		}
		ast.Inspect(tree, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.IfStmt:
				was, name := node.Cond, text(node.Cond)
				node.Cond = &ast.UnaryExpr{Op: token.NOT, X: &ast.ParenExpr{X: was}}
				emit("not", name)
				node.Cond = was
			case *ast.BinaryExpr:
				was, name := node.Op, text(node)
				for _, op := range changed[was] {
					node.Op = op
					emit(op.String(), name)
				}
				node.Op = was
			case *ast.BasicLit:
				if node.Kind == token.INT && len(node.Value) == 1 {
					was := node.Value
					node.Value = was + "+1"
					emit("one more", was)
					node.Value = was
				}
			case *ast.BlockStmt:
				was := node.List
				for i, stmt := range was {
					switch stmt.(type) {
					case *ast.ExprStmt, *ast.AssignStmt, *ast.BranchStmt, *ast.IncDecStmt, *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
						node.List = slices.Concat(was[:i], was[i+1:])
						emit("without", text(stmt))
					}
				}
				node.List = was
			case *ast.CaseClause:
				was := node.List
				for i, expr := range was {
					node.List = slices.Concat(was[:i], was[i+1:])
					if len(node.List) > 0 {
						emit("without the case", text(expr))
					}
				}
				node.List = was
			}
			return true
		})
	}
}

var changed = map[token.Token][]token.Token{
	token.LSS:  {token.LEQ, token.GEQ},
	token.LEQ:  {token.LSS, token.GTR},
	token.GTR:  {token.GEQ, token.LEQ},
	token.GEQ:  {token.GTR, token.LSS},
	token.EQL:  {token.NEQ},
	token.NEQ:  {token.EQL},
	token.LAND: {token.LOR},
	token.LOR:  {token.LAND},
	token.ADD:  {token.SUB},
	token.SUB:  {token.ADD},
}

// harmless are mechanical mistakes that change no answer, and why.
var harmless = map[string]string{
	"proof.go: >=: size(group) > MaxSize":       "the limit is somewhere about there",
	"proof.go: one more: 1 (2)":                 "of a size that is about right",
	"proof.go: >=: len(at) > 0":                 "only goes on in vain",
	"proof.go: without: slices.Sort(found)":     "only makes more sets of the same instructions",
	"contained.go: <=: n.cost < worst.cost":     "another witness that is as good",
	"contained.go: <=: work < 0":                "the limit is somewhere about there",
	"contained.go: one more: 0 (2)":             "the same",
	"contained.go: one more: 0 (8)":             "a class has two runes at least",
	"contained.go: one more: 0 (9)":             "any rune of a class will do as its identity",
	"contained.go: one more: 0 (10)":            "classes are then cut again in vain",
	"contained.go: one more: 1 (7)":             "any large number will do",
	"contained.go: without: s.next[id][r] = to": "only forgets what it knows",
}
