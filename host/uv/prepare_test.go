package uv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// A bench is a folder of actions with a Preparer for it.
type bench struct {
	t    *testing.T
	dir  string // of the commands
	envs string
	env  environ
	*Preparer
	mu   sync.Mutex
	said []string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	tool := requireUV(t)
	requireIndex(t)
	b := &bench{t: t, dir: t.TempDir(), envs: t.TempDir()}
	b.env = environ(os.Environ()).without("VIRTUAL_ENV", "CONDA_PREFIX").with("UV_CACHE_DIR=" + cache)
	b.Preparer = New(tool, b.envs, hclog.NewNullLogger())
	return b
}

func (b *bench) progress(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, text)
}

// ready prepares a line, and returns it as it will run.
func (b *bench) ready(line string) (*Prepared, string) {
	b.t.Helper()
	p, err := b.prepare(b.t.Context(), []shellsafe.Program{program(line)}, b.dir, b.env, b.progress)
	if err != nil {
		b.t.Fatalf("%s: %v", line, err)
	}
	return p, edited(line, p.Edits)
}

// do prepares a line, runs it, and returns all that it wrote.
func (b *bench) do(line string) (*Prepared, string) {
	b.t.Helper()
	p, ready := b.ready(line)
	out, err := b.sh(ready)
	if err != nil {
		b.t.Fatalf("%s: %v: %s", ready, err, out)
	}
	return p, out
}

func (b *bench) sh(line string) (string, error) {
	cmd := exec.Command("/bin/sh", "-c", line)
	cmd.Dir = b.dir
	cmd.Env = b.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// edited puts edits into a line.
func edited(line string, edits []shellsafe.Edit) string {
	for _, e := range slices.Backward(edits) {
		text := strings.Join(e.Words, " ")
		if e.Start == e.End {
			text += " "
		}
		line = line[:e.Start] + text + line[e.End:]
	}
	return line
}

const (
	pyproject = "[project]\nname = \"demo\"\nversion = \"0.1\"\nrequires-python = \">=3.9\"\ndependencies = [\"six\"]\n"
	where     = "import sys, six\nprint(sys.prefix)\nprint(*sys.argv[1:])\n"
)

func TestProject(t *testing.T) {
	b := newBench(t)
	write(t, b.dir, "pyproject.toml", pyproject, "where.py", where, "sub/x.txt", "")
	p, out := b.do("uv run where.py a {}")
	if !strings.HasPrefix(out, b.envs) {
		t.Errorf("ran in an environment that is not ours: %q", out)
	}
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) != 2 || lines[1] != "a {}" {
		t.Errorf("output %q", out)
	}
	if _, err := os.Stat(filepath.Join(b.dir, ".venv")); err == nil {
		t.Error("the job's .venv was touched")
	}
	if _, err := os.Stat(filepath.Join(b.dir, "uv.lock")); err != nil {
		t.Error("uv.lock was not made where the project lives")
	}
	if p.Seconds <= 0 || len(b.said) == 0 || !strings.HasPrefix(b.said[0], "uv: preparing `uv run where.py`") {
		t.Errorf("preparing took %v s and was told as %q", p.Seconds, b.said)
	}
	if p.Record.Resolved["six"] == "" || !strings.HasPrefix(p.Record.Python, "3.") || len(p.Record.LockHash) != 64 {
		t.Errorf("record %+v", p.Record)
	}
	p, line := b.ready("uv run where.py a {}")
	if p.Seconds != 0 || p.Record.Resolved["six"] == "" {
		t.Errorf("prepared again: %v s, %+v", p.Seconds, p.Record)
	}
	if !strings.Contains(line, " run --offline --quiet where.py") || !strings.HasPrefix(line, "env UV_PROJECT_ENVIRONMENT=") {
		t.Errorf("runs as %s", line)
	}

	// A change of the project is noticed.
	write(t, b.dir, "pyproject.toml", strings.Replace(pyproject, `"six"`, `"six", "cowsay"`, 1))
	p, _ = b.do("uv run where.py")
	if p.Record.Resolved["cowsay"] == "" {
		t.Errorf("record after the change: %+v", p.Record)
	}

	// Options have environments of their own.
	write(t, b.dir, "pyproject.toml", pyproject+"[project.optional-dependencies]\nextra = [\"cowsay\"]\n")
	with, _ := b.ready("uv run --extra extra where.py")
	without, _ := b.ready("uv run where.py")
	if with.Record.Resolved["cowsay"] == "" || without.Record.Resolved["cowsay"] != "" {
		t.Errorf("with the extra: %+v; without: %+v", with.Record, without.Record)
	}
}

// What is prepared runs with a dead index, in every form.
func TestDeadIndex(t *testing.T) {
	b := newBench(t)
	const dead = "http://127.0.0.1:9/simple"
	// The address of the index is part of uv's cache: warm it by an index that
	// leads to the real one and can be turned off.
	index := newRelay(t)
	b.env = b.env.with("UV_DEFAULT_INDEX="+index.URL+"/simple", "UV_CACHE_DIR="+t.TempDir(), "UV_HTTP_RETRIES=0")
	write(t, b.dir,
		"project/pyproject.toml", pyproject, "project/where.py", where,
		"req/requirements.txt", "six\n", "req/where.py", where,
		"script.py", "# /// script\n# dependencies = [\"six\"]\n# ///\n"+where)
	lines := []string{
		"uv run --directory project where.py",
		"uv run --directory req where.py",
		"uv run script.py",
		"uvx --from cowsay python -c pass",
		"uv run --with six --no-project python -c pass",
	}
	for _, line := range lines {
		b.ready(line)
	}
	index.off()
	fresh := New(b.tool, t.TempDir(), nil) // as after a restart, with no environments
	b.Preparer = fresh
	for _, line := range lines {
		if _, out := b.do(line); strings.Contains(out, "Resolved") {
			t.Errorf("%s: uv's progress is in the output: %s", line, out)
		}
	}
	b.env = b.env.with("UV_DEFAULT_INDEX=" + dead)
	start := time.Now()
	_, err := fresh.prepare(t.Context(), []shellsafe.Program{program("uvx pycowsay")}, b.dir, b.env, nil)
	r, ok := errors.AsType[*ResolveError](err)
	if !ok || !strings.Contains(r.Output, "127.0.0.1:9") {
		t.Fatalf("after %v: %v", time.Since(start), err)
	}
}

func TestScript(t *testing.T) {
	b := newBench(t)
	script := "# /// script\n# dependencies = [\"six\"]\n# ///\n" + where
	write(t, b.dir, "s.py", script, "pyproject.toml", "[project]\ndependencies = []\n") // a broken project does not matter
	p, out := b.do("uv run s.py 1")
	if !strings.HasPrefix(out, b.envs) || p.Record.Resolved["six"] == "" {
		t.Errorf("%q, %+v", out, p.Record)
	}
	if left, _ := filepath.Glob(filepath.Join(cache, "environments-v*", "s-*")); left != nil {
		t.Errorf("an environment in uv's cache: %v", left)
	}
	if p, _ := b.ready("uv run s.py 2"); p.Seconds != 0 {
		t.Error("prepared again")
	}
	write(t, b.dir, "s.py", script+"print('changed')\n")
	if p, out := b.do("uv run s.py 2"); p.Seconds != 0 || !strings.Contains(out, "changed") {
		t.Errorf("prepared again for a change of the code, or not run: %v s, %s", p.Seconds, out)
	}
	write(t, b.dir, "s.py", strings.Replace(script, `"six"`, `"six", "cowsay"`, 1))
	if p, _ := b.do("uv run --script s.py"); p.Record.Resolved["cowsay"] == "" {
		t.Errorf("the change of the metadata was not seen: %+v", p.Record)
	}
	if _, out := b.do("uv run --with cowsay s.py"); strings.Contains(out, "Installed") {
		t.Errorf("--with: %s", out)
	}
}

func TestTool(t *testing.T) {
	b := newBench(t)
	for _, line := range []string{"uvx cowsay -t hi", "uv tool run cowsay@6.1 -t hi", "python -m uv tool run --from cowsay cowsay -t hi", "no/such/python3 -m uv -q tool run cowsay -t hi"} {
		p, out := b.do(line)
		if !strings.Contains(out, "| hi |") || p.Record.Resolved["cowsay"] == "" {
			t.Errorf("%s: %s %+v", line, out, p.Record)
		}
	}
	_, line := b.ready("uvx --from cowsay notify --provider {}")
	out, err := b.sh(line)
	if err == nil || !strings.Contains(out, "notify") || !strings.Contains(out, "- cowsay") {
		t.Errorf("an executable that is not there: %v, %s", err, out)
	}
	if _, line := b.ready("uvx python -c pass"); !strings.Contains(line, "tool run --offline python") {
		t.Errorf("runs as %s", line)
	}
}

func TestRequirements(t *testing.T) {
	b := newBench(t)
	write(t, b.dir, "requirements.txt", "-r more.txt\n", "more.txt", "six\n", "where.py", where)
	p, out := b.do("uv run python where.py x")
	if !strings.Contains(out, cache) || p.Record.Resolved["six"] == "" {
		t.Errorf("%q, %+v", out, p.Record)
	}
	write(t, b.dir, "more.txt", "six\ncowsay\n")
	if p, _ := b.ready("uv run python where.py x"); p.Record.Resolved["cowsay"] == "" {
		t.Errorf("a change of requirements was not seen: %+v", p.Record)
	}
	// A pyproject.toml of linters is no project.
	write(t, b.dir, "pyproject.toml", "[tool.ruff]\nline-length = 100\n")
	if _, line := b.ready("uv run python where.py x"); !strings.Contains(line, "--with-requirements requirements.txt --isolated python where.py") {
		t.Errorf("runs as %s", line)
	}
	if _, err := os.Stat(filepath.Join(b.dir, ".venv")); err == nil {
		t.Error("a .venv was made")
	}
}

func TestBrokenProjects(t *testing.T) {
	b := newBench(t)
	tests := []struct{ pyproject, want string }{
		{"[project]\ndependencies = []\n", "name = "},
		{"[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"no such!!\"]\n", "pyproject.toml"},
		{"[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"six==0.0.0.1\"]\n", "six==0.0.0.1"},
	}
	for _, test := range tests {
		write(t, b.dir, "pyproject.toml", test.pyproject)
		_, err := b.prepare(t.Context(), []shellsafe.Program{program("uv run python -c pass")}, b.dir, b.env, nil)
		if _, ok := errors.AsType[*ResolveError](err); !ok || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.pyproject, err)
		}
	}
	// It is mended, and runs at once.
	write(t, b.dir, "pyproject.toml", pyproject)
	b.do("uv run python -c pass")
}

// Twenty actions at once on a cold environment, in two hosts' worth of
// Preparers, do one piece of work each.
func TestTogether(t *testing.T) {
	b := newBench(t)
	write(t, b.dir, "pyproject.toml", pyproject, "where.py", where)
	second := New(b.tool, b.envs, nil)
	var wg sync.WaitGroup
	for i := range 20 {
		p := []*Preparer{b.Preparer, second}[i%2]
		wg.Go(func() {
			got, err := p.prepare(t.Context(), []shellsafe.Program{program("uv run where.py")}, b.dir, b.env, b.progress)
			if err != nil {
				t.Error(err)
				return
			}
			if out, err := b.sh(edited("uv run where.py", got.Edits)); err != nil || !strings.HasPrefix(out, b.envs) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	if all, _ := filepath.Glob(filepath.Join(b.envs, "envs", "*", "demo-*")); len(all) > 0 {
		t.Logf("%v", all)
	}
	cfg, _ := filepath.Glob(filepath.Join(b.envs, "envs", "*", "*", "pyvenv.cfg"))
	if len(cfg) != 1 {
		t.Errorf("environments: %v", cfg)
	}
}

// A project whose folder cannot be written is resolved from a copy. Root can
// write everywhere, and lets somebody else try.
func TestUnwritable(t *testing.T) {
	if os.Geteuid() == 0 {
		asNobody(t)
		return
	}
	b := newBench(t)
	dir := filepath.Join(b.dir, "p")
	write(t, dir, "pyproject.toml", pyproject, "where.py", where)
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
	b.dir = dir
	for _, line := range []string{"uv run where.py", "uv run --project " + dir + " where.py"} {
		p, out := b.do(line)
		if !strings.HasPrefix(out, b.envs) || p.Record.Resolved["six"] == "" {
			t.Errorf("%s: %s", line, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "uv.lock")); err == nil {
		t.Error("a lock file where nothing can be written")
	}
	fmt.Println("resolved from a copy")
}

// asNobody runs this test again as a user who may do nothing.
func asNobody(t *testing.T) {
	t.Helper()
	tool := requireUV(t)
	requireIndex(t)
	dir, err := os.MkdirTemp("", "jwhost-nobody-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{"test": self, "bin/uv": tool.Path} {
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		executable(t, filepath.Join(dir, name), string(data))
	}
	home := filepath.Join(dir, "home")
	if err := errors.Join(os.Chmod(dir, 0o755), os.Mkdir(home, 0o700), os.Chown(home, 65534, 65534)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(dir, "test"), "-test.run=^"+t.Name()+"$")
	cmd.Dir = home
	cmd.Env = environ(os.Environ()).without("VIRTUAL_ENV", "UV_CACHE_DIR").
		with("HOME="+home, "TMPDIR="+home, "PATH="+dir+"/bin:/usr/bin:/bin")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "resolved from a copy") {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

// Actions run by the Python of the job's own environment.
func TestPythonOfJob(t *testing.T) {
	b := newBench(t)
	write(t, b.dir, "pyproject.toml", pyproject, ".venv/pyvenv.cfg", "home = /nowhere\n")
	b.do("uv run python -c pass") // an interpreter that is gone is no hindrance
	if got := pythonOfJob(b.dir); got != "" {
		t.Errorf("an interpreter that does not exist: %s", got)
	}
	python, err := exec.LookPath("/usr/bin/python3")
	if err != nil {
		missing(t, "no /usr/bin/python3")
	}
	write(t, b.dir, ".venv/pyvenv.cfg", "home = "+filepath.Dir(python)+"\n")
	if _, out := b.do("uv run python -c 'import sys;print(sys.base_prefix)'"); !strings.Contains(out, "/usr\n") {
		t.Errorf("ran by the Python in %s", out)
	}
}

// Who stops waiting leaves the work to the others, and the limit ends it.
func TestWaiting(t *testing.T) {
	b := newBench(t)
	b.env = b.env.with("UV_DEFAULT_INDEX=" + newHangingIndex(t).URL)
	b.limit = 2 * time.Second
	programs := []shellsafe.Program{program("uvx six")}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	started := make(chan struct{})
	leave := sync.OnceFunc(func() {
		close(started)
		cancel()
	})
	wg.Go(func() {
		if _, err := b.prepare(ctx, programs, b.dir, b.env, func(string) { leave() }); !errors.Is(err, context.Canceled) {
			t.Errorf("who left: %v", err)
		}
	})
	<-started
	_, err := b.prepare(t.Context(), programs, b.dir, b.env, nil)
	if _, ok := errors.AsType[*ResolveError](err); !ok || !strings.Contains(err.Error(), "longer than 2s") {
		t.Errorf("over the limit: %v", err)
	}
	wg.Wait()
	// The failure is remembered for a moment.
	start := time.Now()
	if _, again := b.prepare(t.Context(), programs, b.dir, b.env, nil); !errors.Is(again, err) || time.Since(start) > b.limit {
		t.Errorf("after the failure: %v", again)
	}
	// Work that nobody waits for ends.
	ctx, cancel = context.WithCancel(t.Context())
	fresh := New(b.tool, b.envs, nil)
	if _, err := fresh.prepare(ctx, programs, b.dir, b.env, func(string) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("alone: %v", err)
	}
	cancel()
}
