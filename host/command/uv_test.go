package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jwhost/jwhost/host/uv"
)

// A yard is a Runner with a real uv, and a job's folder.
type yard struct {
	t    *testing.T
	tool uv.Tool
	dir  string
	envs string
	env  []string
	*Runner
}

var found = sync.OnceValues(func() (uv.Tool, error) { return uv.Find(context.Background(), os.Environ()) })

func newYard(t *testing.T) *yard {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: real uv")
	}
	tool, err := found()
	if err != nil {
		missing(t, err.Error())
	}
	y := &yard{t: t, tool: tool, dir: t.TempDir(), envs: t.TempDir()}
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "VIRTUAL_ENV=") && !strings.HasPrefix(setting, "CONDA_PREFIX=") {
			y.env = append(y.env, setting)
		}
	}
	y.env = append(y.env, "UV_CACHE_DIR="+cache)
	y.Runner = New(4, uv.New(tool, y.envs, nil), nil)
	if err := packages(y); err != nil {
		missing(t, "the packages of the tests cannot be fetched: "+err.Error())
	}
	return y
}

var once sync.Once
var fetched error

// packages fetches what all tests use into their cache.
func packages(y *yard) error {
	once.Do(func() {
		cmd := exec.Command(y.tool.Path, "run", "--no-project", "--with", "six", "--with", "cowsay", "python", "-c", "pass")
		cmd.Env = y.env
		if out, err := cmd.CombinedOutput(); err != nil {
			fetched = fmt.Errorf("%w: %s", err, out)
		}
	})
	return fetched
}

func (y *yard) write(files ...string) {
	y.t.Helper()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(y.dir, files[i])
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(files[i+1]), 0o644))
		if err != nil {
			y.t.Fatal(err)
		}
	}
}

func (y *yard) spec(text string, captures map[string][]byte) Spec {
	y.t.Helper()
	s := spec(y.t, line(y.t, text), captures)
	s.Dir, s.Env, s.Limit = y.dir, y.env, 2000
	return s
}

// do runs a line that has to succeed.
func (y *yard) do(text string, captures map[string][]byte) *Result {
	y.t.Helper()
	res, err := y.Run(y.t.Context(), y.spec(text, captures))
	if err != nil {
		y.t.Fatalf("%s: %v", text, err)
	}
	if res.Exit.Code != 0 {
		y.t.Fatalf("%s: status %d: %s%s", res.Rendered.Line, res.Exit.Code, res.Output, res.Exit.Error)
	}
	return res
}

const (
	project = "[project]\nname = \"demo\"\nversion = \"0.1\"\nrequires-python = \">=3.9\"\ndependencies = [\"six\"]\n"
	where   = "import sys, six\nprint(sys.prefix, *sys.argv[1:])\n"
	script  = "# /// script\n# dependencies = [\"six\"]\n# ///\n" + where
)

func TestForms(t *testing.T) {
	y := newYard(t)
	y.write("p/pyproject.toml", project, "p/where.py", where, "p/script.py", script, "p/b/x.py", where,
		"r/requirements.txt", "six\n", "r/where.py", where)
	y.dir = filepath.Join(y.dir, "p")
	msg := map[string][]byte{"msg": []byte("it's $(touch here) \"x\""), "loss": []byte("0.50")}
	tests := []struct{ line, want string }{
		{"uv run where.py {msg}", "{envs} {msg}"},
		{"uv run python where.py '{msg}' \"{msg}\"", "{envs} {msg} {msg}"},
		{"uv run python -c 'import six, sys; print(sys.prefix)' > out.txt && cat out.txt", "{envs}"},
		{"timeout 20 env A=b uv run --quiet python where.py {msg}", "{envs} {msg}"},
		{"A=b uv run where.py; echo $?", "{envs}"},
		{"cd b && uv run x.py {msg}", "{envs} {msg}"},
		{"python -m uv run where.py", "{envs}"},
		{"/no/such/python3 -m uv run where.py {msg}", "{envs} {msg}"},
		{"uv run script.py {msg}", "{envs} {msg}"},
		{"cd ../r; uv run where.py {msg}", "{cache} {msg}"},
		{"uvx cowsay -t {msg}", "| {msg} |"},
		{"uv tool run --from cowsay cowsay -t {msg} | head -2 | tail -1", "| {msg} |"},
		{"echo {msg} | uv run python -c 'import six, sys; print(sys.stdin.read())'", "{msg}"},
	}
	for _, test := range tests {
		res := y.do(test.line, msg)
		out := string(res.Output)
		want := strings.ReplaceAll(test.want, "{msg}", string(msg["msg"]))
		switch {
		case strings.HasPrefix(want, "{envs}"):
			if !strings.HasPrefix(out, y.envs) {
				t.Errorf("%s: not in an environment of ours: %s", test.line, out)
			}
			want = strings.TrimPrefix(want, "{envs}")
		case strings.HasPrefix(want, "{cache}"):
			if !strings.HasPrefix(out, cache) {
				t.Errorf("%s: not in an isolated environment: %s", test.line, out)
			}
			want = strings.TrimPrefix(want, "{cache}")
		}
		if !strings.Contains(out, want) {
			t.Errorf("%s: %q, not %q", test.line, out, want)
		}
		if strings.Contains(out, "Installed") || strings.Contains(out, "Resolved") {
			t.Errorf("%s: uv's progress is in the output: %s", test.line, out)
		}
		if res.UV == nil || !strings.HasPrefix(res.UV.Python, "3.") || len(res.UV.Resolved) == 0 {
			t.Errorf("%s: %+v", test.line, res.UV)
		}
	}
	if _, err := os.Stat(filepath.Join(y.dir, ".venv")); err == nil {
		t.Error("a .venv was made")
	}
	if _, err := os.Stat(filepath.Join(y.dir, "here")); err == nil {
		t.Error("captured text ran")
	}
	// What the program ends with comes through uv.
	res, err := y.Run(t.Context(), y.spec("uv run python -c 'import sys; sys.exit(7)'", nil))
	if err != nil || res.Exit.Code != 7 || res.Preparing != 0 {
		t.Errorf("%+v, %v", res, err)
	}
	// An error of uv itself is shown.
	res, err = y.Run(t.Context(), y.spec("uv run no-such-program", nil))
	if err != nil || res.Exit.Code == 0 || !strings.Contains(string(res.Output), "no-such-program") {
		t.Errorf("%+v, %v", res, err)
	}
}

// What failed to prepare does not run, and takes none of its time.
func TestResolveFails(t *testing.T) {
	y := newYard(t)
	y.write("pyproject.toml", "[project]\ndependencies = []\n")
	s := y.spec("touch ran; uv run python -c pass", nil)
	s.Timeout = time.Millisecond
	s.Started = func() { t.Error("it started") }
	_, err := y.Run(t.Context(), s)
	r, ok := errors.AsType[*uv.ResolveError](err)
	if !ok || !strings.Contains(r.Error(), "name = ") || !strings.Contains(r.Error(), "version = ") {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(y.dir); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

// Preparing counts neither in the timeout nor in the duration.
func TestPreparingIsNotTimed(t *testing.T) {
	y := newYard(t)
	y.write("pyproject.toml", project)
	var said []string
	s := y.spec("uv run python -c 'import six'", nil)
	s.Progress = func(text string) { said = append(said, text) }
	res, err := y.Run(t.Context(), s)
	if err != nil || res.Exit.Code != 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	if res.Preparing <= 0 || res.Duration <= 0 || len(said) == 0 {
		t.Errorf("prepared for %v, ran for %v, said %q", res.Preparing, res.Duration, said)
	}
}

// An action beside a running job leaves the job's environment alone.
func TestJobsEnvironment(t *testing.T) {
	y := newYard(t)
	y.write("pyproject.toml", strings.Replace(project, `"six"`, `"six==1.17.0"`, 1))
	job := exec.Command(y.tool.Path, "run", "python", "-c", "import six, sys; print(six.__version__, flush=True); sys.stdin.read(); import importlib.metadata as m; print(m.version('six'))")
	job.Dir, job.Env = y.dir, y.env
	in, err1 := job.StdinPipe()
	out, err2 := job.StdoutPipe()
	if err := errors.Join(err1, err2, job.Start()); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if version, err := lines.ReadString('\n'); err != nil || version != "1.17.0\n" {
		t.Fatalf("%q, %v", version, err)
	}
	y.write("pyproject.toml", strings.Replace(project, `"six"`, `"six==1.16.0"`, 1))
	if res := y.do("uv run python -c 'import six; print(six.__version__)'", nil); string(res.Output) != "1.16.0\n" {
		t.Errorf("the action has six %s", res.Output)
	}
	in.Close()
	rest, _ := io.ReadAll(lines)
	if err := job.Wait(); err != nil || string(rest) != "1.17.0\n" {
		t.Errorf("the job has six %q, %v", rest, err)
	}
}

// Twenty actions at once on a cold environment.
func TestManyAtOnce(t *testing.T) {
	y := newYard(t)
	y.write("pyproject.toml", project, "where.py", where)
	var wg sync.WaitGroup
	var mu sync.Mutex
	prefixes := map[string]int{}
	for i := range 20 {
		s := y.spec("uv run where.py {n}", map[string][]byte{"n": fmt.Append(nil, i)})
		wg.Go(func() {
			res, err := y.Run(t.Context(), s)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || res.Exit.Code != 0 {
				t.Errorf("%+v, %v", res, err)
				return
			}
			prefix, n, _ := strings.Cut(strings.TrimSpace(string(res.Output)), " ")
			prefixes[prefix]++
			if n != fmt.Sprint(i) {
				t.Errorf("%d printed %q", i, n)
			}
		})
	}
	wg.Wait()
	if len(prefixes) != 1 {
		t.Errorf("environments: %v", prefixes)
	}
}

// Whatever uv started ends with the action.
func TestTimeoutThroughUV(t *testing.T) {
	y := newYard(t)
	y.write("pyproject.toml", project)
	y.do("uv run python -c pass", nil)
	s := y.spec("uv run python -c 'import os, time; print(os.getpid(), flush=True); time.sleep(100)'", nil)
	s.Timeout = 2 * time.Second
	res, err := y.Run(t.Context(), s)
	if err != nil || !res.Exit.TimedOut {
		t.Fatalf("%+v, %v", res, err)
	}
	gone(t, strings.TrimSpace(string(res.Output)))
}
