package supervise

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestExit(t *testing.T) {
	for _, test := range []struct {
		script string
		code   int
		signal string
	}{
		{"exit 0", 0, ""},
		{"exit 3", 3, ""},
		{"kill -9 $$", -1, "SIGKILL"},
		{"kill -15 $$", -1, "SIGTERM"},
	} {
		t.Run(test.script, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			e := run(t, dir, sh(dir, test.script))
			if e.Code != test.code || e.Signal != test.signal || e.Error != "" || e.Stopped || e.TimedOut || e.MaxRSS == 0 {
				t.Errorf("%+v", e)
			}
			if r := record(t, dir); r.Process.PID == 0 || r.Supervisor.PID == 0 {
				t.Errorf("%+v", r)
			}
			again, err := Attach(filepath.Join(dir, "s"))
			if err != nil {
				t.Fatal(err)
			}
			if a := wait(t, again); a.Code != e.Code || a.Signal != e.Signal || !a.Ended.Equal(e.Ended) {
				t.Errorf("attached: %+v, want %+v", a, e)
			}
		})
	}
}

func TestCannotStart(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file("plain", "#!/bin/sh\n", 0o600)
	file("lost", "#!/no/such/interpreter -x\n", 0o700)
	file("dos", "#!/bin/sh\r\n", 0o700)
	file("text", "hello\n", 0o700)
	for _, test := range []struct {
		argv0, dir, path, want string
	}{
		{"no-such", dir, "/usr/bin:/bin", "no-such: not found in PATH (/usr/bin:/bin)"},
		{"no-such", dir, "", "no-such: not found: PATH is not set"},
		{"plain", dir, dir, "plain: permission denied: " + dir + "/plain is not executable (chmod +x)"},
		{"./plain", dir, "", "./plain: permission denied: it is not executable (chmod +x)"},
		{"./none", dir, "", "./none: no such file"},
		{"./lost", dir, "", "./lost: its first line names /no/such/interpreter, which does not exist"},
		{"./dos", dir, "", `./dos: its first line names /bin/sh\r, which does not exist`},
		{"./text", dir, "", "./text: no program: a script needs a first line like #!/bin/sh"},
		{dir, dir, "", dir + ": is a folder"},
		{"sh", dir + "/none", "/bin", "the folder " + dir + "/none does not exist"},
		{"sh", dir + "/plain", "/bin", dir + "/plain is not a folder"},
		{"a\x00b", dir, "/bin", "argument 0 holds a NUL byte, which no program can be given"},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			s := Spec{Argv: []string{test.argv0}, Dir: test.dir}
			if test.path != "" {
				s.Env = []string{"PATH=" + test.path}
			}
			e := run(t, t.TempDir(), s)
			if e.Error != test.want || e.Code != -1 {
				t.Errorf("got %q, code %d\nwant %q", e.Error, e.Code, test.want)
			}
		})
	}
}

func TestStartErrors(t *testing.T) {
	if _, err := Start(t.Context(), t.TempDir(), Spec{}); err == nil {
		t.Error("no program: no error")
	}
	dir := t.TempDir()
	run(t, dir, sh(dir, "exit 0"))
	if _, err := Start(t.Context(), filepath.Join(dir, "s"), sh(dir, "exit 0")); err == nil || !strings.Contains(err.Error(), "used by another process") {
		t.Errorf("a used folder: %v", err)
	}
	if _, err := Attach(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no process was started") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Start(t.Context(), "/proc/x", sh(dir, "exit 0")); err == nil {
		t.Error("a folder that cannot be made: no error")
	}
	dir = t.TempDir()
	s := sh(dir, "exit 0")
	s.Stdout = filepath.Join(dir, "none", "out")
	if e := run(t, dir, s); !strings.Contains(e.Error, "output file") {
		t.Errorf("no output file: %+v", e)
	}
}

// What a program is given arrives as it is, and a long path is no problem.
func TestArguments(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long/", 40), "a\xffb\nc")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s := sh(dir, `pwd; printf '%s|' "$X" "$@"; cat`, "a\xff\nb", "", "-n")
	s.Env = append(s.Env, "X=\xfe\n$(x)")
	s.Stdin = []byte(strings.Repeat("\x00\xff\n", 100_000))
	if e := run(t, dir, s); e.Code != 0 {
		t.Fatalf("%+v", e)
	}
	if got, want := read(t, dir, "out"), dir+"\n\xfe\n$(x)|a\xff\nb||-n|"+string(s.Stdin); got != want {
		t.Errorf("got %.400q", got)
	}
}

// Nothing of the host is in the child but what the Spec says, and nothing of
// the environment on disk or in the supervisor.
func TestClean(t *testing.T) {
	dir := t.TempDir()
	fd, err := unix.Open(dir, unix.O_RDONLY, 0) // without close-on-exec, as from a careless parent
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	s := sh(dir, `ls -l /proc/self/fd; cat; sleep 1000`)
	s.Env = append(s.Env, "SECRET=swordfish")
	p := start(t, dir, s)
	r := record(t, dir)
	proc := fmt.Sprintf("/proc/%d/", r.Supervisor.PID)
	fds, _ := os.ReadDir(proc + "fd")
	for _, f := range fds {
		if to, _ := os.Readlink(proc + "fd/" + f.Name()); strings.HasPrefix(to, dir) {
			t.Errorf("the supervisor holds %s", to)
		}
	}
	if env := read(t, proc+"environ"); env != strings.Join(append(environ, ""), "\x00") {
		t.Errorf("the supervisor's environment: %q", env)
	}
	eventually(t, "the child's list", func() bool { return strings.Contains(read(t, dir, "out"), " 2 -> ") })
	if out := read(t, dir, "out"); strings.Contains(out, "-> "+dir+"\n") || !strings.Contains(out, "0 -> /dev/null") {
		t.Errorf("the child's files:\n%s", out)
	}
	p.Kill()
	wait(t, p)
	_ = filepath.WalkDir(filepath.Join(dir, "s"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(read(t, path), "swordfish") {
			t.Errorf("%s holds the environment", path)
		}
		return err
	})
}

// What a child of a shell that ended writes a moment later is still output.
func TestSettle(t *testing.T) {
	bash := need(t, "bash")
	for _, tether := range []bool{false, true} {
		dir := t.TempDir()
		s := sh(dir, "")
		s.Argv = []string{bash, "-c", `exec > >(sleep 0.1; cat); echo last line`}
		s.Tether = tether
		if e := run(t, dir, s); e.Code != 0 || e.Left != nil {
			t.Errorf("%+v", e)
		}
		if got := read(t, dir, "out"); got != "last line\n" {
			t.Errorf("output %q", got)
		}
	}
}

func TestManyStarts(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 100 {
		dir := t.TempDir()
		wg.Go(func() {
			p, err := Start(t.Context(), filepath.Join(dir, "s"), sh(dir, `echo "$1"`, fmt.Sprint(i)))
			if err != nil {
				t.Error(err)
				return
			}
			e, _ := p.Exit(t.Context())
			out, _ := os.ReadFile(filepath.Join(dir, "out"))
			if e.Code != 0 || string(out) != fmt.Sprintln(i) {
				t.Errorf("%d: %q, %+v", i, out, e)
			}
		})
	}
	wg.Wait()
}

func TestParseStat(t *testing.T) {
	const line = "42 (a) b (c)) S 7 8 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 1 2\n"
	got, err := parseStat([]byte(line))
	want := proc{ident: ident{42, 12345}, parent: 7, group: 8, session: 9, state: 'S', name: "a) b (c)"}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzParseStat(f *testing.F) {
	self, _ := os.ReadFile("/proc/self/stat")
	f.Add(self)
	f.Add([]byte(") ("))
	f.Add([]byte("1 (x) S"))
	f.Fuzz(func(t *testing.T, line []byte) {
		if p, err := parseStat(line); err == nil && p.state == 0 {
			t.Errorf("%q has no state", line)
		}
	})
}

func TestDurable(t *testing.T) {
	dir := t.TempDir()
	want := Exit{Code: 3, Left: []string{"1 a"}, Started: time.Now().UTC().Truncate(0)}
	if err := writeExit(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := readExit(dir)
	if err != nil || got.Code != 3 || got.Left[0] != "1 a" || !got.Started.Equal(want.Started) {
		t.Errorf("%+v, %v", got, err)
	}
	for content, want := range map[string]string{`{"version":2}`: "another version", `{"ver`: "damaged"} {
		if err := os.WriteFile(filepath.Join(dir, exitFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Attach(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", content, err)
		}
	}
}

// What an action costs beside its command.
func BenchmarkStart(b *testing.B) {
	for _, tether := range []bool{false, true} {
		b.Run(fmt.Sprintf("tether=%v", tether), func(b *testing.B) {
			dir := b.TempDir()
			for i := 0; b.Loop(); i++ {
				s := sh(dir, "exit 0")
				s.Tether = tether
				p, err := Start(b.Context(), filepath.Join(dir, fmt.Sprint(i)), s)
				if err != nil {
					b.Fatal(err)
				}
				<-p.Done()
			}
		})
	}
}

// Before Linux 5.3 there are no pidfds.
func TestHandle(t *testing.T) {
	for _, pidfd := range []bool{true, false} {
		dir := t.TempDir()
		p := start(t, dir, sh(dir, "exec sleep 1000"))
		h, err := hold(record(t, dir).Process)
		if err != nil {
			t.Fatal(err)
		}
		defer h.close()
		if !pidfd {
			h.close()
			h.file = nil
		}
		if _, err := hold(ident{h.PID, h.Start + 1}); !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("a process with this id that started later: %v", err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			h.wait(nil)
		}()
		if err := h.Signal(unix.SIGKILL); err != nil {
			t.Error(err)
		}
		<-ended
		if e := wait(t, p); e.Signal != "SIGKILL" || e.Stopped {
			t.Errorf("%+v", e)
		}
		if err := h.Signal(unix.SIGKILL); !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("signal to a process that ended: %v", err)
		}
	}
}

func TestTooLong(t *testing.T) {
	s := Spec{Argv: []string{"/bin/true", strings.Repeat("x", 200<<10)}}
	if e := run(t, t.TempDir(), s); e.Error != "/bin/true: its arguments and environment are too long for the system" {
		t.Errorf("%+v", e)
	}
}
