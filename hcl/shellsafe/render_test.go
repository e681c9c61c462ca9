package shellsafe

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/hcl/proof"
)

// must checks a command that passes.
func must(t *testing.T, in Input) *Command {
	t.Helper()
	c, problems := Check(in)
	if c == nil {
		t.Fatalf("%s: %+v", in.source(), problems)
	}
	return c
}

func TestRender(t *testing.T) {
	for _, test := range []struct{ line, text, want, how string }{
		{`echo ${x}`, "a b", `echo 'a b'`, "word"},
		{`echo ${x}`, "", `echo ''`, "word"},
		{`echo ${x}`, "it's", `echo 'it'\''s'`, "word"},
		{`echo a${x}b`, "$(x)", `echo a'$(x)'b`, "word"},
		{`echo "a ${x}"`, "plain text", `echo "a plain text"`, "double quotes"},
		{`echo "a ${x}"`, "$x `y` \"\\", "echo \"a \"'$x `y` \"\\'\"\"", "double quotes"},
		{`echo "${x}"`, "it's $1", `echo ""'it'\''s $1'""`, "double quotes"},
		{`echo "${x}"`, "it's", `echo "it's"`, "double quotes"},
		{`echo 'a ${x}'`, "it's", `echo 'a it'\''s'`, "single quotes"},
		{`echo $((1 - ${i}))`, "-3", `echo $((1 - (-3)))`, "number"},
		{`echo $((${n} + 1))`, "3", `echo $((3 + 1))`, "number"},
		{`echo $((${u_x} + 1))`, "a[1]", `echo $((${JW_H1} + 1))`, "variable"},
		{"cat <<EOF\n${x}\nEOF\n", "EOF", "cat <<EOF\n${JW_H1}\nEOF\n", "variable"},
		{"cat <<'EOF'\na ${x}\nEOF\n", "EOF", "cat <<'EOF'\na EOF\nEOF\n", "verbatim"},
		{"echo `echo ${x}`", "`\\", "echo `echo \"${JW_H1}\"`", "variable"},
		{"echo `echo 'a ${x}'`", "b", "echo `echo 'a '\"${JW_H1}\"''`", "variable"},
		{`echo "$${y:-${x}}"`, "}", `echo "${y:-${JW_H1}}"`, "variable"},
		{`echo $${y:-${x}}`, "}", `echo ${y:-"${JW_H1}"}`, "variable"},
		{`case a in ${x}) ;; esac`, "*", `case a in '*') ;; esac`, "word"},
	} {
		r, err := render(must(t, input(Sh, test.line)), test.text)
		if err != nil {
			t.Errorf("%s: %v", test.line, err)
			continue
		}
		if got := string(r.Line); got != test.want || r.Quoted[0].How != test.how {
			t.Errorf("%s with %q:\n got %s (%s)\nwant %s (%s)", test.line, test.text, got, r.Quoted[0].How, test.want, test.how)
		}
		if test.how == "variable" && string(r.Env["JW_H1"]) != test.text {
			t.Errorf("%s: variables %q", test.line, r.Env)
		}
	}
}

func TestOurVariablesAreOurs(t *testing.T) {
	in := input(Sh, "cat <<EOF\n${x} $JW_H2\nEOF\n")
	in.Captures["JW_H1"] = proof.Any()
	r, err := render(must(t, in), "text")
	if err != nil {
		t.Fatal(err)
	}
	if want := "cat <<EOF\n${JW_H_1} $JW_H2\nEOF\n"; string(r.Line) != want {
		t.Errorf("%q", r.Line)
	}
}

func TestRenderVectorEnvStdin(t *testing.T) {
	in := vectorInput("prog", "a ${x}", "--", "${x}", "$JW_X")
	in.Env = []EnvVar{{"MSG", parts("<${x}>")}, {"A", parts("b")}}
	in.Stdin = parts("in ${x}\n")
	r, err := render(must(t, in), "\xff $(x) '")
	if err != nil {
		t.Fatal(err)
	}
	want := &Rendered{
		Argv:  [][]byte{[]byte("prog"), []byte("a \xff $(x) '"), []byte("--"), []byte("\xff $(x) '"), []byte("$JW_X")},
		Stdin: []byte("in \xff $(x) '\n"),
		Env:   map[string][]byte{"MSG": []byte("<\xff $(x) '>"), "A": []byte("b")},
		Quoted: []Quoted{{"x", "variable", "\xff $(x) '"}, {"x", "standard input", "\xff $(x) '"},
			{"x", "argument", "\xff $(x) '"}, {"x", "argument", "\xff $(x) '"}},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
}

func TestRefusals(t *testing.T) {
	long := strings.Repeat("x", MaxArgument+1)
	for _, test := range []struct {
		in     Input
		text   string
		reason string
	}{
		{input(Sh, `echo ${x}`), "a\x00b", "NUL byte"},
		{input(Sh, `echo ${n}`), "a", "none of the texts"},
		{input(Sh, `python3 -c 'print(${f})'`), "a", "none of the texts"},
		{input(Sh, `ls ${x}`), "-la", "option"},
		{input(Sh, `ls "${x}${y}"`), "-", "option"},
		{vectorInput("ls", "${x}"), "--help", "option"},
		{input(Sh, `echo ${x}`), long, "131072 bytes long, and one argument"},
		{input(Sh, "cat <<EOF\n${x}\nEOF\n"), long, "can come by `stdin`, and the file that $JW_X_FILE names"},
		{vectorInput("prog", "--a=${x}"), long, "one argument"},
	} {
		_, err := render(must(t, test.in), test.text)
		var refusal *Refusal
		if !errors.As(err, &refusal) {
			t.Errorf("%s with %.20q: %v", test.in.source(), test.text, err)
			continue
		}
		if !strings.Contains(refusal.Reason, test.reason) || refusal.Name == "" || string(refusal.Value) != test.text || len(refusal.Reason) > 400 {
			t.Errorf("%s: %s", test.in.source(), refusal.Reason)
		}
	}
	for _, test := range []struct{ line, text string }{
		{`ls ${x}`, "-1"}, {`ls ${x}`, "-1.5e-3"}, {`ls ${x}`, "-.5"}, {`ls -- ${x}`, "-la"}, {`ls a${x}`, "-la"}, {`ls ${u_x}`, "-la"},
	} {
		if _, err := render(must(t, input(Sh, test.line)), test.text); err != nil {
			t.Errorf("%s with %q: %v", test.line, test.text, err)
		}
	}
	boom := errors.New("boom")
	if _, err := must(t, input(Sh, `echo ${x}`)).Render(func(*Hole) ([]byte, error) { return nil, boom }); !errors.Is(err, boom) {
		t.Errorf("values' own error: %v", err)
	}
}

// TestLongLines runs commands whose line would be longer than an argument can
// be: the texts go by variables then.
func TestLongLines(t *testing.T) {
	needs(t, "sh", "bash")
	text := strings.Repeat("ab' ", 30_000)
	for _, line := range []string{`printf %s ${x}`, `printf %s "${x}"`, `printf %s '${x}'`} {
		for _, shell := range []string{Sh, Bash} {
			r, err := render(must(t, input(shell, line+" | wc -c")), text)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Line) > MaxArgument {
				t.Errorf("%s: %d bytes, %s", line, len(r.Line), r.Quoted[0].How)
			}
			cmd := exec.Command(shell, "-c", string(r.Line))
			cmd.Env = os.Environ()
			for name, value := range r.Env {
				cmd.Env = append(cmd.Env, name+"="+string(value))
			}
			out, err := cmd.CombinedOutput()
			if err != nil || strings.TrimSpace(string(out)) != "120000" {
				t.Errorf("%s: %s: %v %s", shell, line, err, out)
			}
		}
	}
}

func TestAdmits(t *testing.T) {
	c := must(t, input(Sh, `python3 -c "print($JW_F)"; ls "$JW_X"`))
	for _, test := range []struct {
		name, text string
		ok         bool
	}{
		{"JW_F", "1.5", true}, {"JW_F", "x", false}, {"JW_X", "a", true}, {"JW_X", "-a", false}, {"JW_Y", "-a", true},
	} {
		if err := c.Admits(map[string][]byte{test.name: []byte(test.text)}); (err == nil) != test.ok {
			t.Errorf("%s=%s: %v", test.name, test.text, err)
		}
	}
}

func TestHeredocLines(t *testing.T) {
	for _, test := range []struct {
		body string
		ok   bool
	}{
		{"a ${x}", true}, {"${x} b", true}, {"${x}", false}, {"E${x}", false}, {"${x}F", false}, {"E${x}F", false}, {"EO${x}F", false}, {"F${x}E", true},
		{"${n}", true}, {"${w}", false}, {"\t${n}", true}, {"${x}${y}", false}, {"a${x}${y}", true}, {"${n}${x}", true}, {"EO${x}${w}", false},
		{"a ${s}", false}, {"EOF${x}", false}, {"EOF ${x}", true}, {"${u_x}", true},
	} {
		c, problems := Check(input(Sh, "cat <<'EOF'\n"+test.body+"\nEOF\n"))
		if (c != nil) != test.ok {
			t.Errorf("%q: %+v", test.body, problems)
		}
	}
	for body, ok := range map[string]bool{"\t${x}": false, "${x}": false, "${w}": false, " ${w}": true, "\t${n}": true, "\ta${x}": true} {
		if c, problems := Check(input(Sh, "cat <<-'EOF'\n"+body+"\n\tEOF\n")); (c != nil) != ok {
			t.Errorf("<<-: %q: %+v", body, problems)
		}
	}
	// An unsafe placeholder is not proved, and still cannot end the document.
	c := must(t, input(Sh, "cat <<'EOF'\n${u_x}\nEOF\n"))
	var refusal *Refusal
	if _, err := render(c, "EOF"); !errors.As(err, &refusal) {
		t.Errorf("%v", err)
	}
	if _, err := render(c, "EOF "); err != nil {
		t.Error(err)
	}
}

func TestPrograms(t *testing.T) {
	type program struct {
		Words string
		Dir   string
		Known bool
		Env   []string
	}
	for _, test := range []struct {
		line string
		want []program
	}{
		{`uv run python -c 'x' ${x} > f`, []program{{"uv run python -c x ?", "", true, nil}}},
		{`cd a && uv run b`, []program{{"cd a", "", true, nil}, {"uv run b", "a", true, nil}}},
		{`cd a; cd ../b && uv run c`, []program{{"cd a", "", true, nil}, {"cd ../b", "a", true, nil}, {"uv run c", "b", true, nil}}},
		{`(cd a && uv run b); uv run c`, []program{{"cd a", "", true, nil}, {"uv run b", "a", true, nil}, {"uv run c", "", true, nil}}},
		{`cd /x/../y && uv sync`, []program{{"cd /x/../y", "", true, nil}, {"uv sync", "/y", true, nil}}},
		{`cd a || uv run b; uv run c`, []program{{"cd a", "", true, nil}, {"uv run b", "", false, nil}, {"uv run c", "", false, nil}}},
		{`cd "$HOME" && uv run b`, []program{{"cd ?", "", true, nil}, {"uv run b", "", false, nil}}},
		{`if cd a; then uv run b; fi; uv run c`, []program{{"cd a", "", true, nil}, {"uv run b", "a", true, nil}, {"uv run c", "", false, nil}}},
		{`for i in 1 2; do cd a; uv run b; done`, []program{{"cd a", "", false, nil}, {"uv run b", "", false, nil}}},
		{`A=b timeout 5 nice env C=d uv run x`, []program{{"uv run x", "", true, []string{"A=b", "C=d"}}}},
		{`env -C sub uv run x`, []program{{"uv run x", "", false, nil}}},
		{`cd a & uv run b`, []program{{"cd a", "", true, nil}, {"uv run b", "", true, nil}}},
		{`cd a | cat; uv run b`, []program{{"cd a", "", true, nil}, {"cat", "", true, nil}, {"uv run b", "", true, nil}}},
		{`f() { cd a; uv run x; }; f; uv run b`, []program{{"cd a", "", false, nil}, {"uv run x", "", false, nil}, {"uv run b", "", false, nil}}},
		{`cd s && echo "$(uv run x)"`, []program{{"cd s", "", true, nil}, {"echo ?", "s", true, nil}, {"uv run x", "s", true, nil}}},
		{`opts="run -q"; uv $opts x`, []program{{"uv run -q x", "", true, nil}}},
		{`command -v uv && uv run x`, []program{{"command -v uv", "", true, nil}, {"uv run x", "", true, nil}}},
		{`python3 -m uv run x | tee f`, []program{{"python3 -m uv run x", "", true, nil}, {"tee f", "", true, nil}}},
		{`sh -c 'uv run x'`, []program{{"sh -c uv run x", "", true, nil}}},
	} {
		var got []program
		for _, p := range must(t, input(Sh, test.line)).Programs() {
			q := program{Dir: p.Dir, Known: p.DirKnown, Env: p.Env}
			for i, w := range p.Words {
				if i > 0 {
					q.Words += " "
				}
				if w.Known {
					q.Words += w.Text
				} else {
					q.Words += "?"
				}
			}
			got = append(got, q)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.line, diff)
		}
	}
}

func TestEdits(t *testing.T) {
	c := must(t, input(Sh, `cd a && timeout 5 uv run a.py "${x}" > f; echo ${x}`))
	p := c.Programs()[1]
	r, err := render(c, "it's",
		Edit{p.Words[2].Start, p.Words[2].Start, []string{"--offline", "--python", "a b"}},
		Edit{p.Words[0].Start, p.Words[0].End, []string{"env", "UV_PROJECT_ENVIRONMENT=/x y", "/opt/uv"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := `cd a && timeout 5 env 'UV_PROJECT_ENVIRONMENT=/x y' /opt/uv run --offline --python 'a b' a.py "it's" > f; echo 'it'\''s'`; string(r.Line) != want {
		t.Errorf("\n got %s\nwant %s", r.Line, want)
	}
	// An edit can take a placeholder's word away.
	r, err = render(c, "x", Edit{p.Words[3].Start, p.Words[3].End, []string{"y"}})
	if want := `cd a && timeout 5 uv run a.py y > f; echo 'x'`; err != nil || string(r.Line) != want {
		t.Errorf("%s, %v", r.Line, err)
	}
	v := must(t, vectorInput("python3", "-m", "uv", "run", "a.py", "${x}"))
	w := v.Programs()[0].Words
	r, err = render(v, "x", Edit{w[0].Start, w[2].End, []string{"uv"}}, Edit{w[4].Start, w[4].Start, []string{"--offline"}}, Edit{w[5].End, w[5].End, []string{"end"}})
	if want := [][]byte{[]byte("uv"), []byte("run"), []byte("--offline"), []byte("a.py"), []byte("x"), []byte("end")}; err != nil || !cmp.Equal(want, r.Argv) {
		t.Errorf("%q, %v", r.Argv, err)
	}
	if _, err := render(v, "x", Edit{3, 99, nil}); err == nil {
		t.Error("an edit outside of the command")
	}
}

func TestAllow(t *testing.T) {
	for _, test := range []struct {
		allow, line string
		ok          bool
	}{
		{"uv", `uv run a.py`, true}, {"uv python", `uv run python a.py`, true}, {"uv", `uv run bash -c ls`, false}, {"uvx", `uvx memray tree x`, true},
		{"uv", `cd a && uv run a.py && echo done > f`, true}, {"uv", `rm -rf x`, false}, {"uv", `uv run a.py; rm x`, false}, {"uv", `uv run a.py $(rm x)`, false},
		{"uv", "uv run a.py `rm x`", false}, {"uv", `timeout 5 uv run a.py`, false}, {"uv timeout", `timeout 5 uv run a.py`, true}, {"uv timeout", `timeout 5 rm x`, false},
		{"sh", `sh -c 'rm x'`, false}, {"sh rm", `sh -c 'rm x'`, true}, {"sh", `sh -c 'eval "rm x"'`, false}, {"uv", `/tmp/uv run x`, false}, {"uv", `$UV run x`, false},
		{"uv", `command rm x`, false}, {"uv", `eval rm x`, false}, {"uv", `f() { rm x; }; f`, false}, {"uv", `alias uv=rm; uv x`, false}, {"xargs", `xargs rm`, false},
		{"find", `find . -exec rm {} \;`, false}, {"cat", "cat <<EOF\n$(rm x)\nEOF\n", false}, {"uv", `trap 'rm x' EXIT; uv run a.py`, false}, {"", `echo a`, true},
		{"", `ls`, false}, {"sh", `echo 'rm x' | sh`, false}, {"uv", `uvx x`, false},
	} {
		in := input(Sh, test.line)
		in.Allow = strings.Fields(test.allow)
		if c, problems := Check(in); (c != nil) != test.ok {
			t.Errorf("allow %q: %s: %+v", test.allow, test.line, problems)
		}
	}
	in := vectorInput("env", "rm", "x")
	in.Allow = []string{"env"}
	if c, _ := Check(in); c != nil {
		t.Error("argv: env rm")
	}
}

func TestVectors(t *testing.T) {
	for _, words := range [][]string{{"echo", "${x}"}, {"python3", "-c", "print(${n})"}, {"python3", "-c", "import sys", "${x}"}, {"sh", "-c", `echo "$1"`, "_", "${x}"}, {"a b", "c"}} {
		must(t, vectorInput(words...))
	}
	for _, words := range [][]string{{"${x}"}, {"env", "${x}"}, {"python3", "-c", "print('${x}')"}, {"sh", "-c", "echo $JW_X"}, {"sh", "-c", "echo $1", "_", "${x}"}, {""}} {
		if c, _ := Check(vectorInput(words...)); c != nil {
			t.Errorf("%q passes", words)
		}
	}
	code := vectorInput("python3")
	code.Stdin = parts("print(${n})")
	must(t, code)
	code.Stdin = parts("print('${x}')")
	if c, _ := Check(code); c != nil {
		t.Error("python reads captured text")
	}
	shell := vectorInput("bash")
	shell.Stdin = parts(`eval "$JW_X"`)
	if c, _ := Check(shell); c != nil {
		t.Error("bash reads eval")
	}
	line := input(Sh, "cat | sh")
	line.Stdin = parts("${x}")
	if c, _ := Check(line); c != nil {
		t.Error("cat | sh")
	}
}

func TestFileVariables(t *testing.T) {
	env := input(Sh, "ls")
	env.Env = []EnvVar{{"PATH", parts("${x}")}}
	if c, _ := Check(env); c != nil {
		t.Error("PATH")
	}
	env = input(Sh, `echo $MSG; sh -c "$MSG"`)
	env.Env = []EnvVar{{"MSG", parts("a ${x}")}}
	if c, problems := Check(env); c != nil || len(errorsOf(problems)) != 2 {
		t.Errorf("MSG: %+v", problems)
	}
	env.Env = []EnvVar{{"MSG", parts("echo a")}}
	must(t, env)
}
