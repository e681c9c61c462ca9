package jobfile

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/jwhost/jwhost/hcl/scope"
)

// write puts files into a folder of the test and returns their paths.
func write(t testing.TB, files ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

func load(t testing.TB, o Options, files ...string) (*File, hcl.Diagnostics) {
	t.Helper()
	o.Actions = fakeActions{}
	return Load(write(t, files...), o)
}

func mustLoad(t testing.TB, o Options, files ...string) *File {
	t.Helper()
	file, diags := load(t, o, files...)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return file
}

func TestLanguageExample(t *testing.T) {
	path := "../../examples/language/jobs.hcl"
	file, diags := Load([]string{path}, Options{Actions: fakeActions{}})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if len(file.Jobs) != 2 || len(file.Watchers) != 1 || len(file.Plugins) != 1 {
		t.Fatalf("%d jobs, %d watchers, %d plugins", len(file.Jobs), len(file.Watchers), len(file.Plugins))
	}
	train := file.Jobs[1]
	dir, err := filepath.Abs("../../examples/language")
	if err != nil {
		t.Fatal(err)
	}
	if train.Dir != filepath.Join(dir, "train") || file.Jobs[0].Dir != dir || file.Dir != dir {
		t.Errorf("folders %q %q %q", train.Dir, file.Jobs[0].Dir, file.Dir)
	}
	if got := file.Jobs[0].Source.(*Local).Command; got != "uv run python prepare.py results" {
		t.Errorf("command %q", got)
	}
	if !slices.Equal(train.DependsOn, file.Jobs[:1]) || train.TimeLimit != 12*time.Hour || train.Env["WANDB_MODE"] != "offline" {
		t.Errorf("%+v", train)
	}
	var names []string
	for _, w := range train.Watchers {
		names = append(names, w.Name)
	}
	if want := []string{"oom", "metric_extractor", "diverged", "resume"}; !slices.Equal(names, want) {
		t.Errorf("watchers %v, want %v", names, want)
	}
	extractor, diverged, resume := train.Watchers[1], train.Watchers[2], train.Watchers[3]
	if extractor.Output != Stdout || len(extractor.Metrics) != 2 || extractor.Actions[0].Command == nil {
		t.Errorf("%+v", extractor)
	}
	if diverged.Cooldown != 30*time.Minute || diverged.MaxTriggers != 1 || diverged.Output != Both || diverged.When == nil || len(diverged.Actions) != 2 {
		t.Errorf("%+v", diverged)
	}
	if !slices.Equal(resume.OnEnd.States, []string{"timeout", "failed", "node_fail"}) {
		t.Errorf("%+v", resume.OnEnd)
	}
	if len(file.Secrets) != 1 || file.Secrets[0].Name != "SLACK_URL" {
		t.Errorf("secrets %v", file.Secrets)
	}
	if p := file.Plugins[0]; p.Source != filepath.Join(filepath.Dir(dir), "plugins", "jira") || p.Config["project"].AsString() != "TRAIN" {
		t.Errorf("%+v", p)
	}
}

func TestPathsAreOfTheirOwnFile(t *testing.T) {
	file := mustLoad(t, Options{},
		"a/one.hcl", `job "one" {
  source "local" { command = "true" }
}`,
		"b/two.hcl", `job "two" {
  source "local" { command = "true" }
  dir        = "../c"
  depends_on = [job.one]
}
job "three" {
  source "local" { command = "true" }
  dir = "/abs/./x"
}`)
	root := filepath.Dir(file.Dir)
	for i, want := range []string{root + "/a", root + "/c", "/abs/x"} {
		if got := file.Jobs[i].Dir; got != want {
			t.Errorf("%s runs in %s, want %s", file.Jobs[i].Name, got, want)
		}
	}
	if file.Jobs[1].DependsOn[0] != file.Jobs[0] {
		t.Error("jobs of two files do not see each other")
	}
}

const echo = `
variable "text" {
  default = "none"
}
variable "n" {
  type    = number
  default = 1
}
variable "words" {
  type    = list(string)
  default = ["a"]
}
job "echo" {
  source "local" { command = "echo ${var.text} ${var.n + 1} ${join(",", var.words)}" }
}
`

func TestVariables(t *testing.T) {
	values := write(t, "values.hcl", "text = \"file\"\nwords = [\"x\", \"y\"]\n")
	for _, test := range []struct {
		name string
		o    Options
		want string
	}{
		{"defaults", Options{}, "echo none 2 a"},
		{"vars", Options{Vars: map[string]string{"text": "given", "n": "41", "words": `["p", "q"]`}}, "echo given 42 p,q"},
		{"file", Options{VarFiles: values}, "echo file 2 x,y"},
		{"environment", Options{EnvVars: map[string]string{"text": "env", "unknown": "x"}}, "echo env 2 a"},
		{"all", Options{Vars: map[string]string{"text": "given"}, VarFiles: values, EnvVars: map[string]string{"text": "env", "words": `["e"]`, "n": "2"}}, "echo given 3 x,y"},
	} {
		file := mustLoad(t, test.o, "jobs.hcl", echo)
		if got := file.Jobs[0].Source.(*Local).Command; got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	for _, test := range []struct {
		o    Options
		want string
	}{
		{Options{Vars: map[string]string{"txet": "x"}}, "Did you mean text?"},
		{Options{Vars: map[string]string{"n": "many"}}, "number"},
		{Options{Vars: map[string]string{"words": "["}}, "words"},
		{Options{VarFiles: []string{"/nonexistent/file.hcl"}}, "no such file"},
		{Options{VarFiles: write(t, "bad.hcl", "tekst = 1\nblock {}\n")}, "Did you mean text?"},
	} {
		_, diags := load(t, test.o, "jobs.hcl", echo)
		if !diags.HasErrors() || !strings.Contains(diags.Error()+diags[len(diags)-1].Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.o, diags, test.want)
		}
	}
}

func TestHashIsOfTheContent(t *testing.T) {
	hash := func(watcher string) string {
		return mustLoad(t, Options{}, "w.hcl", watcher).Watchers[0].Hash
	}
	one := hash("watcher \"w\" {\n  pattern = \"a b\"\n}\n")
	if two := hash("\n\nwatcher   \"w\" { # comment\n\n    pattern    =   \"a b\"\n\n}\n"); one != two {
		t.Error("white space and comments count")
	}
	if three := hash("watcher \"w\" {\n  pattern = \"a  b\"\n}\n"); one == three {
		t.Error("the pattern does not count")
	}
}

func TestAdHoc(t *testing.T) {
	file := mustLoad(t, Options{}, "w.hcl", `
watcher "loss" {
  pattern = "loss (?P<loss>[\\d.]+)"
  metrics = { loss = loss }
}
watcher "high" {
  pattern = "loss (?P<loss>[\\d.]+)"
  when    = loss > metric.loss.min
  action "run_command" { argv = ["echo", loss] }
}
`)
	job := file.AdHoc("adhoc", []string{"python", "x.py"}, "")
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if job.Name != "adhoc" || job.Dir != wd || len(job.Watchers) != 2 || job.Watchers[1].Actions[0].Command == nil {
		t.Errorf("%+v", job)
	}
	if got := job.Source.(*Local).Argv; !slices.Equal(got, []string{"python", "x.py"}) {
		t.Errorf("argv %q", got)
	}
}

func TestSharedWatcherIsCompiledForEachJob(t *testing.T) {
	file := mustLoad(t, Options{}, "jobs.hcl", `
watcher "shared" {
  pattern = "(?P<x>\\S+)"
  action "run_command" { command = "ls -- ${x}" }
}
job "a" {
  source "local" { command = "true" }
  watchers = [watcher.shared]
}
job "b" {
  source "local" { command = "true" }
  watchers = [watcher.shared]
}
`)
	a, b := file.Jobs[0].Watchers[0], file.Jobs[1].Watchers[0]
	if a == b || a.Hash != b.Hash || a.Actions[0].Command.Safe == nil {
		t.Error("a shared watcher is not one of each job")
	}
}

func TestArguments(t *testing.T) {
	file := mustLoad(t, Options{}, "jobs.hcl", `
plugin "tracker" {
  source = "./tracker"
  grants = ["metrics.read"]
  config { project = "T" }
}
job "train" {
  source "local" { command = "true" }
  env = { A = "1", T = secret("TOKEN") }
  watcher "w" {
    pattern = "(?P<n>\\d+) (?P<word>\\S+)"
    action "tracker.ticket" {
      summary     = "${word} at ${match.number}"
      priority    = n * 2
      labels      = ["x", word]
      fields      = { b = word, a = "z" }
      urgent      = true
      due         = "1d12h"
      timeout     = "5s"
      concurrency = 3
      when        = n > 1
      retry {
        attempts = 4
        backoff  = "2s"
      }
    }
  }
}
`)
	job := file.Jobs[0]
	if d := cmp.Diff(map[string]string{"A": "1"}, job.Env); d != "" {
		t.Error(d)
	}
	secret := func(name string) (string, error) { return "the " + name, nil }
	if b, err := job.EnvSecrets["T"].Bytes(&scope.Values{Secret: secret}); err != nil || string(b) != "the TOKEN" {
		t.Errorf("T = %q, %v", b, err)
	}
	a := job.Watchers[0].Actions[0]
	if a.Plugin != "tracker" || a.Name != "ticket" || a.Label != "tracker.ticket" || a.Timeout != 5*time.Second || a.Concurrency != 3 || a.When == nil || a.Command != nil {
		t.Errorf("%+v", a)
	}
	if d := cmp.Diff(&Retry{Attempts: 4, Backoff: 2 * time.Second}, a.Retry); d != "" {
		t.Error(d)
	}
	v := &scope.Values{Captures: map[string][]byte{"n": []byte("21"), "word": []byte("w\xff")}, Match: scope.Match{Number: 7}}
	if b, err := a.Args["summary"].Text.Bytes(v); err != nil || string(b) != "w\xff at 7" {
		t.Errorf("summary %q, %v", b, err)
	}
	if x, null, err := a.Args["priority"].Number.Eval(v); x != 42 || null || err != nil {
		t.Errorf("priority %v %v %v", x, null, err)
	}
	if b, err := a.Args["labels"].Texts[1].Bytes(v); err != nil || string(b) != "w\xff" {
		t.Errorf("labels %q, %v", b, err)
	}
	if m := a.Args["fields"].Map; m[0].Key != "b" || m[1].Key != "a" {
		t.Errorf("fields %v", m)
	}
	if !a.Args["urgent"].Bool || a.Args["due"].Duration != 36*time.Hour {
		t.Errorf("%+v %+v", a.Args["urgent"], a.Args["due"])
	}
}

func TestMissingFile(t *testing.T) {
	file, diags := Load([]string{filepath.Join(t.TempDir(), "none.hcl")}, Options{Actions: fakeActions{}})
	if file == nil || !diags.HasErrors() || scope.CodeOf(diags[0]) != CodeFile {
		t.Errorf("%v", diags)
	}
}

func FuzzLoad(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*/*.hcl")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range append(seeds, "../../examples/language/jobs.hcl") {
		src, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, src []byte) {
		path := filepath.Join(dir, "jobs.hcl")
		if err := os.WriteFile(path, src, 0o644); err != nil {
			t.Fatal(err)
		}
		file, diags := Load([]string{path}, Options{Actions: fakeActions{}})
		if file == nil {
			t.Fatal("neither a file nor diagnostics")
		}
		for _, d := range diags {
			if scope.CodeOf(d) == "" || d.Summary == "" {
				t.Errorf("%s has no code", d)
			}
			if d.Subject != nil && d.Subject.Filename == path && (d.Subject.Start.Byte < 0 || d.Subject.End.Byte > len(src) || d.Subject.Start.Byte > d.Subject.End.Byte) {
				t.Errorf("%s lies outside of the file", d)
			}
		}
		if diags.HasErrors() {
			return
		}
		for _, j := range file.Jobs {
			if j.Source == nil || j.Name == "" {
				t.Errorf("the job %+v passes", j)
			}
			for _, w := range j.Watchers {
				if w.Pattern == nil && w.OnEnd == nil {
					t.Errorf("the watcher %+v passes", w)
				}
				for _, a := range w.Actions {
					if a.Name == "run_command" && (a.Command == nil || a.Command.Safe == nil) {
						t.Errorf("the command of %+v is not proved", a)
					}
				}
			}
		}
	})
}
