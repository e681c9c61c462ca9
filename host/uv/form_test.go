package uv

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// words splits a line at its spaces; a word with {} in it holds something that
// is not known.
func words(line string) []shellsafe.Word {
	var out []shellsafe.Word
	at := 0
	for text := range strings.SplitSeq(line, " ") {
		w := shellsafe.Word{Text: text, Known: true, Start: at, End: at + len(text)}
		if strings.Contains(text, "{}") {
			w.Text, w.Known = "", false
		}
		out = append(out, w)
		at += len(text) + 1
	}
	return out
}

// program is a program that runs in the command's own folder.
func program(line string, env ...string) shellsafe.Program {
	return shellsafe.Program{Words: words(line), DirKnown: true, Env: env}
}

func TestReadForm(t *testing.T) {
	tests := []struct {
		line    string
		kind    kind
		prefix  int
		sub     int
		target  string // its word
		clear   bool
		options string // long names with values
	}{
		{"uv run python x.py", run, 1, 2, "python", true, ""},
		{"uv run x.py {}", run, 1, 2, "x.py", true, ""},
		{"uv run -- x.py", run, 1, 2, "x.py", true, ""},
		{"uv run --with six --extra=gpu -p3.12 -qn x.py --with no", run, 1, 2, "x.py", true, "--with=six --extra=gpu --python=3.12 --quiet --no-cache"},
		{"uv run -m pytest -q", run, 1, 2, "pytest", true, "--module"},
		{"uv run -w rich -s tool", run, 1, 2, "tool", true, "--with=rich --script"},
		{"uv --offline --directory d run python", run, 1, 5, "python", true, "--offline --directory=d"},
		{"uv run --extra {} x.py", run, 1, 2, "", false, ""},
		{"uv run {} x.py", run, 1, 2, "", false, ""},
		{"uv run --brand-new x.py", run, 1, 2, "", false, ""},
		{"uv run", run, 1, 2, "", true, ""},
		{"uv run -", run, 1, 2, "-", true, ""},
		{"uvx cowsay {}", tool, 1, 1, "cowsay", true, ""},
		{"uvx --from notifiers notify --from x", tool, 1, 1, "notify", true, "--from=notifiers"},
		{"uv tool run --from a b", tool, 1, 3, "b", true, "--from=a"},
		{"uv tool -q run b", tool, 1, 4, "b", true, "--quiet"},
		{"uv tool install b", other, 1, 0, "", false, ""},
		{"python -m uv run x.py", run, 3, 4, "x.py", true, ""},
		{"python3 -I -muv tool run x", tool, 3, 5, "x", true, ""},
		{"/usr/bin/python3.12 -m uv pip list", other, 3, 0, "", false, ""},
		{"/opt/uv run x.py", run, 1, 2, "x.py", true, ""},
		{"uv pip install six", other, 1, 0, "", false, ""},
		{"uv --version", other, 1, 0, "", false, "--version"},
		{"uv", other, 1, 0, "", false, ""},
	}
	for _, test := range tests {
		f, ok := readForm(words(test.line))
		if !ok {
			t.Errorf("%s: not recognised", test.line)
			continue
		}
		var options []string
		for _, o := range f.options {
			text := o.name
			if o.value != "" {
				text += "=" + o.value
			}
			options = append(options, text)
		}
		if f.kind != test.kind || f.prefix != test.prefix || f.sub != test.sub || f.targetText != test.target || f.clear != test.clear {
			t.Errorf("%s: kind %v, prefix %d, sub %d, target %q, clear %v", test.line, f.kind, f.prefix, f.sub, f.targetText, f.clear)
		}
		if test.clear || f.kind == other {
			if diff := cmp.Diff(test.options, strings.Join(options, " ")); diff != "" {
				t.Errorf("%s: options: %s", test.line, diff)
			}
		}
	}
}

func TestNoForm(t *testing.T) {
	for _, line := range []string{"python x.py", "python -c uv", "python -W -m uv", "python {} -m uv", "uvloop run", "{} run", "echo uv run", "python -m uvicorn"} {
		if _, ok := readForm(words(line)); ok {
			t.Errorf("%s was taken for uv", line)
		}
	}
	if _, ok := readForm(nil); ok {
		t.Error("no words at all were taken for uv")
	}
}

// The lists of options are those of the uv that is here.
func TestOptionsAreComplete(t *testing.T) {
	tool := requireUV(t)
	option := regexp.MustCompile(`(?m)^\s+(?:-(\w), |    )?(--[a-z-]+)(?:\.\.\.)?( <[A-Z_]+>)?`)
	for _, sub := range [][]string{{"run"}, {"tool", "run"}} {
		help, err := exec.Command(tool.Path, append(sub, "--help")...).Output()
		if err != nil {
			t.Fatal(err)
		}
		all := option.FindAllStringSubmatch(string(help), -1)
		if len(all) < 50 {
			t.Fatalf("the help of uv %v shows %d options only", sub, len(all))
		}
		for _, m := range all {
			short, name, value := m[1], m[2], m[3] != ""
			if value && !takesValue[name] || !value && !isFlag[name] {
				t.Errorf("uv %v has %s%s", sub, name, m[3])
			}
			if short != "" && shortOptions[short[0]] != name {
				t.Errorf("uv %v: -%s is %s", sub, short, name)
			}
		}
	}
}

func FuzzReadForm(f *testing.F) {
	for _, seed := range []string{"uv run python x.py", "uvx --from a b {}", "python -m uv tool -q run x", "uv run -qp 3 -- {}", "uv -p", "uv run --with= -"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		all := words(line)
		form, ok := readForm(all)
		if !ok {
			return
		}
		if form.prefix < 1 || form.prefix > len(all) || form.sub > len(all) || form.target >= len(all) || form.target != 0 && form.target < form.sub {
			t.Errorf("%q: prefix %d, sub %d, target %d", line, form.prefix, form.sub, form.target)
		}
	})
}
