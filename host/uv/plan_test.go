package uv

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// How commands are taken, and how those run that are not prepared. E stands
// for the folder of an environment of ours, U for uv.
func TestPlans(t *testing.T) {
	dir := t.TempDir()
	const block = "# /// script\n# dependencies = []\n# ///\n"
	write(t, dir, "p/pyproject.toml", pyproject, "p/sub/x.py", "", "p/script.py", block, "p/requirements.txt", "six\n",
		"req/requirements.txt", "six\n", "none/x.py", "")
	tests := []struct {
		dir, line string
		env       []string // before the command
		way       way
		runs      string // of those that are not prepared; "": not looked at
	}{
		{dir: "p", line: "uv run x.py", way: inProject},
		{dir: "p/sub", line: "uv run x.py", way: inProject},
		{dir: "none", line: "uv run --project ../p x.py", way: inProject},
		{dir: "none", line: "uv run x.py", way: plain},
		{dir: "p", line: "uv run --no-project x.py", way: plain},
		{dir: "p", line: "uv run script.py", way: inScript},
		{dir: "p", line: "uv run python script.py", way: inProject},
		{dir: "none", line: "uv --directory ../p run script.py", way: inScript},
		{dir: "req", line: "uv run x.py", way: plain},
		{dir: "none", line: "uvx cowsay {}", way: inTool},
		{dir: "p", line: "uv run -m pytest", env: []string{"UV_PROJECT_ENVIRONMENT=mine"}, way: inProject},

		// As written, but never in the job's environment.
		{"p", "uv run {}", nil, asWritten, "env UV_PROJECT_ENVIRONMENT=E U run {}"},
		{"p", "uv run --extra {} x.py", nil, asWritten, "env UV_PROJECT_ENVIRONMENT=E U run --extra {} x.py"},
		{"p", "uv run --from-the-future x.py", nil, asWritten, "env UV_PROJECT_ENVIRONMENT=E U run --from-the-future x.py"},
		{"p", "uv run --refresh x.py", nil, asWritten, "env UV_PROJECT_ENVIRONMENT=E U run --quiet --refresh x.py"},
		{"p", "uv run -U x.py", nil, asWritten, "env UV_PROJECT_ENVIRONMENT=E U run --quiet -U x.py"},
		{"p", "python -m uv run -", nil, asWritten, "env UV_PROJECT_ENVIRONMENT=E U run --quiet -"},
		// The author's own choice of an environment.
		{"p", "uv run --no-sync x.py", nil, asWritten, "U run --quiet --no-sync x.py"},
		{"p", "uv run --active x.py", []string{"VIRTUAL_ENV=/v"}, asWritten, "U run --quiet --active x.py"},
		// Nothing to prepare.
		{"p", "uv run", nil, asWritten, "env UV_PROJECT_ENVIRONMENT=E U run"},
		{"p", "uv run --help", nil, asWritten, "U run --help"},
		{"p", "uv pip list", nil, asWritten, "U pip list"},
		{"p", "/opt/uv pip list", nil, asWritten, "/opt/uv pip list"},
		{"none", "uvx {}", nil, asWritten, "U tool run {}"},
		{"gone", "uv run x.py", nil, asWritten, "U run x.py"},
	}
	p := New(Tool{Path: "U"}, filepath.Join(dir, "state"), hclog.NewNullLogger())
	for _, test := range tests {
		prog := program(test.line, test.env...)
		f, ok := readForm(prog.Words)
		if !ok {
			t.Errorf("%s: no uv", test.line)
			continue
		}
		pl := newPlan(p.tool, prog, f, filepath.Join(dir, test.dir), nil)
		if pl.way != test.way {
			t.Errorf("%s in %s: way %v, not %v", test.line, test.dir, pl.way, test.way)
		}
		if isolated := test.way == inProject && len(test.env) == 0 || test.way == inScript; test.way != asWritten && pl.isolate != isolated {
			t.Errorf("%s in %s: isolate %v", test.line, test.dir, pl.isolate)
		}
		if test.runs == "" {
			continue
		}
		got, err := p.prepare(t.Context(), []shellsafe.Program{prog}, filepath.Join(dir, test.dir), nil, nil)
		if err != nil {
			t.Errorf("%s: %v", test.line, err)
			continue
		}
		runs := edited(test.line, got.Edits)
		for word := range strings.FieldsSeq(runs) {
			if env, ok := strings.CutPrefix(word, "UV_PROJECT_ENVIRONMENT="+dir); ok {
				runs = strings.Replace(runs, dir+env, "E", 1)
			}
		}
		if runs != test.runs {
			t.Errorf("%s runs as\n  %s, not\n  %s", test.line, runs, test.runs)
		}
	}
}

// In a folder that is not known, uv runs as it was written, by its path.
func TestUnknownFolder(t *testing.T) {
	p := New(Tool{Path: "/uv"}, t.TempDir(), nil)
	prog := program("uvx cowsay")
	prog.DirKnown = false
	got, err := p.prepare(t.Context(), []shellsafe.Program{program("echo uv run"), prog}, t.TempDir(), nil, nil)
	if err != nil || edited("uvx cowsay", got.Edits) != "/uv tool run cowsay" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRequirementsRule(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "requirements.txt", "six\n", "project/pyproject.toml", pyproject, "project/requirements.txt", "six\n",
		"ruff/pyproject.toml", "[tool.ruff]\n", "ruff/requirements.txt", "six\n", "sub/x.py", "")
	const add = "--with-requirements requirements.txt --isolated"
	tests := []struct{ dir, line, want string }{
		{".", "uv run x.py", add},
		{".", "uv run --isolated x.py", "--with-requirements requirements.txt"},
		{".", "uv run --with-requirements r.txt x.py", ""},
		{".", "uv run --no-project x.py", ""},
		{"sub", "uv run x.py", ""},
		{"sub", "uv run --directory .. x.py", add},
		{"project", "uv run x.py", ""},
		{"ruff", "uv run x.py", add},
	}
	for _, test := range tests {
		prog := program(test.line)
		f, _ := readForm(prog.Words)
		pl := newPlan(Tool{}, prog, f, filepath.Join(dir, test.dir), nil)
		if got := strings.Join(pl.more, " "); got != test.want {
			t.Errorf("%s in %s: adds %q, not %q", test.line, test.dir, got, test.want)
		}
	}
}

// A copy of the project takes the place of the one that the command names.
func TestEditsWithCopy(t *testing.T) {
	for line, want := range map[string]string{
		"uv run x.py":               "env V=1 U run --offline --project /copy x.py",
		"uv run --project p x.py":   "env V=1 U run --offline --project /copy x.py",
		"uv run -n --project=p x":   "env V=1 U run --offline -n --project /copy x",
		"uv --project p run x.py":   "env V=1 U --project /copy run --offline x.py",
		"/opt/uv run x.py":          "env V=1 /opt/uv run --offline --project /copy x.py",
		"python3 -m uv run -- x.py": "env V=1 U run --offline --project /copy -- x.py",
	} {
		all := words(line)
		f, _ := readForm(all)
		p := &plan{form: f, bin: "U"}
		if got := edited(line, p.edits(all, []string{"V=1"}, []string{"--offline"}, "/copy")); got != want {
			t.Errorf("%s becomes\n  %s, not\n  %s", line, got, want)
		}
	}
}

func TestCheckProject(t *testing.T) {
	tests := []struct{ text, want string }{
		{"[project]\ndependencies = [\n  \"numpy\",\n]\n\n[tool.uv]\ndev-dependencies = []\n",
			":1: uv demands that [project] has a name and a version: add below it\n  name = \"my-job\"\n  version = \"0.1.0\""},
		{"# x\n\n[project]\nname = \"a\"\n", ":3: uv demands that [project] has a version: add below it\n  version = \"0.1.0\""},
		{"project.version = \"1\"", ":1: uv demands that [project] has a name: add below it\n  name = \"my-job\""},
		{"[project]\nname = \"a\"\ndynamic = [\"version\"]\n", ""},
		{pyproject, ""},
		{"[tool.ruff]\n", ""},
		{"not TOML", ""},
	}
	dir := filepath.Join(t.TempDir(), "My_Job")
	for _, test := range tests {
		write(t, dir, "pyproject.toml", test.text, "sub/x", "")
		err := CheckProject(filepath.Join(dir, "sub"))
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%q: %v", test.text, err)
		case test.want != "" && (err == nil || err.Error() != filepath.Join(dir, "pyproject.toml")+test.want):
			t.Errorf("%q: %v", test.text, err)
		}
	}
	if err := CheckProject(filepath.Join(os.TempDir(), "no", "such", "folder")); err != nil {
		t.Error(err)
	}
	write(t, dir, "pyproject.toml", tests[0].text)
	programs := []shellsafe.Program{program("echo"), program("uvx cowsay"), {Words: words("uv run x"), Dir: "My_Job", DirKnown: true}}
	if err := checkPrograms(programs, filepath.Dir(dir), nil); err == nil {
		t.Error("the folder of the command was not looked at")
	}
}

func TestScriptBlock(t *testing.T) {
	const block = "# /// script\n# dependencies = []\n# ///"
	tests := []struct{ text, want string }{
		{block, block},
		{"#!/usr/bin/env python\n" + block + "\nprint()\n", block},
		{strings.ReplaceAll(block, "\n", "\r\n") + "\r\n", block},
		{"# /// script\n# a\n# ///\n# b\n# ///\nx", "# /// script\n# a\n# ///\n# b\n# ///"},
		{"# /// script\n#\n# a\n", ""},
		{"# /// script\nx\n# ///\n", ""},
		{"print('# /// script')\n# ///\n", ""},
		{"# /// other\n# ///\n", ""},
	}
	for _, test := range tests {
		if got := scriptBlock([]byte(test.text)); got != test.want {
			t.Errorf("%q: %q", test.text, got)
		}
	}
}

func TestPrune(t *testing.T) {
	dir := t.TempDir()
	e := newEnvironment(dir, "new", "x")
	old := newEnvironment(dir, "old", "x")
	inUse := newEnvironment(dir, "busy", "x")
	for _, e := range []environment{e, old, inUse} {
		write(t, e.dir, "pyvenv.cfg", "", "../"+filepath.Base(e.dir)+".lock", "")
	}
	long := time.Now().Add(-2 * keepUnused)
	for _, e := range []environment{old, inUse} {
		if err := os.Chtimes(e.dir+".lock", long, long); err != nil {
			t.Fatal(err)
		}
	}
	unlock, err := lock(t.Context(), inUse.dir+".lock", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	e.prune()
	if !e.ready() || old.ready() || !inUse.ready() {
		t.Errorf("new %v, old %v, busy %v", e.ready(), old.ready(), inUse.ready())
	}
}

func TestRecordMerge(t *testing.T) {
	var r Record
	r.merge(Record{Python: "3.12.1", Resolved: map[string]string{"a": "1"}})
	r.merge(Record{Python: "3.13.0", LockHash: "h", Resolved: map[string]string{"a": "2", "b": "1"}})
	if r.Python != "3.12.1" || r.LockHash != "h" || r.Resolved["a"] != "1" || r.Resolved["b"] != "1" {
		t.Errorf("%+v", r)
	}
}

func FuzzScriptBlock(f *testing.F) {
	f.Add([]byte("# /// script\n# ///\n"))
	f.Fuzz(func(t *testing.T, data []byte) { scriptBlock(data) })
}
