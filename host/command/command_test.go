package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/jwhost/jwhost/hcl/proof"
	"github.com/jwhost/jwhost/hcl/shellsafe"
	"github.com/jwhost/jwhost/host/supervise"
)

// cache is uv's cache of this package's tests.
var cache string

// The test binary is the supervisor of its commands as well.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "supervise" {
		os.Exit(supervise.Main(os.Args[2]))
	}
	dir, err := os.MkdirTemp("", "jwhost-command-")
	if err != nil {
		panic(err)
	}
	_ = os.Chmod(dir, 0o755)
	cache = filepath.Join(dir, "cache")
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			println(err.Error())
			code = 1
		}
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// missing skips a test for want of something, or fails it where everything has
// to be there.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("JWHOST_REQUIRE_ALL") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// parts makes the parts of a command from a text with {name} for a hole.
func parts(text string) []shellsafe.Part {
	var out []shellsafe.Part
	at := 0
	for _, m := range hole.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		out = append(out, shellsafe.Part{Text: text[at:m[0]]},
			shellsafe.Part{Hole: &shellsafe.Hole{Name: name, Env: "JW_" + strings.ToUpper(name), Language: proof.Any()}})
		at = m[1]
	}
	return append(out, shellsafe.Part{Text: text[at:]})
}

var hole = regexp.MustCompile(`\{([a-z]+)\}`)

// check proves a command.
func check(t *testing.T, in shellsafe.Input) *shellsafe.Command {
	t.Helper()
	if in.Shell == "" {
		in.Shell = shellsafe.Sh
	}
	cmd, problems := shellsafe.Check(in)
	for _, p := range problems {
		if !p.Warning {
			t.Fatalf("%s: %s", p.Summary, p.Detail)
		}
	}
	return cmd
}

func line(t *testing.T, text string) *shellsafe.Command {
	t.Helper()
	return check(t, shellsafe.Input{Line: parts(text)})
}

func argv(t *testing.T, words ...string) *shellsafe.Command {
	t.Helper()
	in := shellsafe.Input{}
	for _, w := range words {
		in.Argv = append(in.Argv, parts(w))
	}
	return check(t, in)
}

// spec is a command with room for whatever it says.
func spec(t *testing.T, cmd *shellsafe.Command, captures map[string][]byte) Spec {
	t.Helper()
	return Spec{
		Command: cmd,
		Values:  func(h *shellsafe.Hole) ([]byte, error) { return captures[h.Name], nil },
		Dir:     t.TempDir(), Env: os.Environ(), Captures: captures,
		Timeout: time.Minute, Limit: 500, Keep: KeepHead, Folder: t.TempDir(),
	}
}

func run(t *testing.T, s Spec) *Result {
	t.Helper()
	res, err := New(4, nil, nil).Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestRun(t *testing.T) {
	hostile := []byte("x $(touch marker) `touch marker`; ' \" \\ é \xff")
	s := spec(t, line(t, "echo out {msg}; echo err >&2; pwd; printenv JW_MSG; exit 3"), map[string][]byte{"msg": hostile})
	started, live := 0, bytes.Buffer{}
	s.Started = func() { started++ }
	s.Output = func(b []byte) { live.Write(b) }
	res := run(t, s)
	dir, _ := filepath.EvalSymlinks(s.Dir)
	want := fmt.Sprintf("out %s\nerr\n%s\n%s\n", hostile, dir, hostile)
	if string(res.Output) != want || res.Truncated {
		t.Errorf("output %q, not %q; truncated %v", res.Output, want, res.Truncated)
	}
	if live.String() != want || started != 1 {
		t.Errorf("live %q, started %d times", live.String(), started)
	}
	if res.Exit.Code != 3 || res.Duration <= 0 || res.UV != nil || res.Help != "" {
		t.Errorf("%+v", res)
	}
	if full, err := os.ReadFile(res.OutputFile); err != nil || string(full) != want {
		t.Errorf("full output %q, %v", full, err)
	}
	if left, _ := os.ReadDir(s.Dir); len(left) != 0 {
		t.Errorf("the job's folder holds %v", left)
	}
}

func TestArgvAndStdin(t *testing.T) {
	in := shellsafe.Input{Argv: [][]shellsafe.Part{parts("cat"), parts("-"), parts("/dev/null")}, Stdin: parts("in: {msg}")}
	res := run(t, spec(t, check(t, in), map[string][]byte{"msg": []byte("a\x00b")}))
	if string(res.Output) != "in: a\x00b" || res.Exit.Code != 0 {
		t.Errorf("%q, %+v", res.Output, res.Exit)
	}
	res = run(t, spec(t, argv(t, "printf", "%s|", "{msg}", "$HOME"), map[string][]byte{"msg": []byte("a b")}))
	if string(res.Output) != "a b|$HOME|" {
		t.Errorf("%q", res.Output)
	}
}

func TestBash(t *testing.T) {
	if _, err := os.Stat("/bin/bash"); err != nil {
		missing(t, "no bash")
	}
	cmd := check(t, shellsafe.Input{Shell: shellsafe.Bash, Line: parts("[[ a == a ]] && echo $BASH_VERSION")})
	if res := run(t, spec(t, cmd, nil)); res.Exit.Code != 0 || len(res.Output) < 2 {
		t.Errorf("%q, %+v", res.Output, res.Exit)
	}
}

// What execve cannot carry is in a file; the command goes on without it.
func TestCapturesBeyondExecve(t *testing.T) {
	large := bytes.Repeat([]byte("l"), argumentLimit)
	captures := map[string][]byte{"nul": []byte("a\x00b"), "large": large, "small": []byte("s")}
	for i := range 8 { // each is small enough, together they are not
		captures[fmt.Sprintf("part%d", i)] = bytes.Repeat([]byte("p"), 100<<10)
	}
	s := spec(t, line(t, `env | grep -c ^JW_PART; env | grep ^JW_PART | grep -c FILE=; cat "$JW_NUL_FILE" | tr '\0' 0; wc -c < "$JW_LARGE_FILE"; echo "$JW_SMALL${JW_NUL-unset}"`), captures)
	s.Env = append(s.Env, "JW_NUL=of somebody else")
	res := run(t, s)
	if want := fmt.Sprintf("8\n3\na0b%d\nsunset\n", len(large)); string(res.Output) != want {
		t.Errorf("%q, not %q", res.Output, want)
	}
	if info, err := os.Stat(filepath.Join(s.Folder, "JW_NUL")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestRefusals(t *testing.T) {
	for name, value := range map[string][]byte{"NUL": []byte("a\x00"), "too long": bytes.Repeat([]byte("l"), argumentLimit)} {
		for _, cmd := range []*shellsafe.Command{line(t, "touch here; echo {msg}"), argv(t, "touch", "here", "x{msg}")} {
			s := spec(t, cmd, map[string][]byte{"msg": value})
			_, err := New(1, nil, nil).Run(t.Context(), s)
			if _, ok := errors.AsType[*shellsafe.Refusal](err); !ok {
				t.Errorf("%s: %v", name, err)
			}
			if left, _ := os.ReadDir(s.Dir); len(left) != 0 {
				t.Errorf("%s: something ran", name)
			}
		}
	}
	failure := errors.New("no such secret")
	s := spec(t, line(t, "echo {msg}"), nil)
	s.Values = func(*shellsafe.Hole) ([]byte, error) { return nil, failure }
	if _, err := New(1, nil, nil).Run(t.Context(), s); !errors.Is(err, failure) {
		t.Errorf("values' own error: %v", err)
	}
}

func TestExcerpt(t *testing.T) {
	const text = "aé\xff€𝄞z" // 6 characters
	tests := []struct {
		limit     int
		keep      string
		want      string
		truncated bool
	}{
		{0, KeepHead, "", true},
		{1, KeepHead, "a", true},
		{3, KeepHead, "aé\xff", true},
		{5, KeepHead, "aé\xff€𝄞", true},
		{6, KeepHead, text, false},
		{500, KeepHead, text, false},
		{0, KeepTail, "", true},
		{1, KeepTail, "z", true},
		{3, KeepTail, "€𝄞z", true},
		{5, KeepTail, "é\xff€𝄞z", true},
		{6, KeepTail, text, false},
		{500, KeepTail, text, false},
	}
	file := filepath.Join(t.TempDir(), "output")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		got, truncated, err := excerpt(file, test.limit, test.keep)
		if err != nil || string(got) != test.want || truncated != test.truncated {
			t.Errorf("%d characters of the %s: %q, %v, %v", test.limit, test.keep, got, truncated, err)
		}
	}
	if got, truncated, err := excerpt(file+".gone", 5, KeepHead); got != nil || truncated || err != nil {
		t.Errorf("no file: %q, %v, %v", got, truncated, err)
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add([]byte("aé\xff"), 2)
	f.Add([]byte("\xe2\x82"), 1)
	f.Fuzz(func(t *testing.T, text []byte, limit int) {
		limit = min(max(limit, 0), len(text)+1)
		head, tail := firstCharacters(text, limit), lastCharacters(text, limit)
		if !bytes.HasPrefix(text, head) || !bytes.HasSuffix(text, tail) {
			t.Fatal("no part of the text")
		}
		if n := bytes.Runes(text); len(bytes.Runes(head)) != min(limit, len(n)) {
			t.Fatalf("%d characters of %d, asked for %d", len(bytes.Runes(head)), len(n), limit)
		}
	})
}

func TestMuchOutput(t *testing.T) {
	const size = 10 << 20
	s := spec(t, line(t, fmt.Sprintf("head -c %d /dev/zero | tr '\\0' x; echo end", size)), nil)
	s.Keep, s.Limit = KeepTail, 5
	seen := 0
	s.Output = func(b []byte) { seen += len(b) }
	res := run(t, s)
	if string(res.Output) != "xend\n" || !res.Truncated || seen != size+4 {
		t.Errorf("%q, truncated %v, %d bytes live", res.Output, res.Truncated, seen)
	}
}

func TestOutputCap(t *testing.T) {
	s := spec(t, line(t, fmt.Sprintf("head -c %d /dev/zero", OutputCap+1000)), nil)
	res := run(t, s)
	info, err := os.Stat(res.OutputFile)
	if err != nil || info.Size() != OutputCap || !res.Truncated || res.Exit.Dropped != 1000 || res.Exit.Code != 0 {
		t.Errorf("%v, %v, %+v", info.Size(), err, res.Exit)
	}
}

func TestTimeout(t *testing.T) {
	s := spec(t, line(t, "sleep 100 & echo $!; sleep 100"), nil)
	s.Timeout = 200 * time.Millisecond
	res := run(t, s)
	if !res.Exit.TimedOut {
		t.Errorf("%+v", res.Exit)
	}
	gone(t, strings.TrimSpace(string(res.Output)))
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := spec(t, line(t, "sleep 100 & echo $!; sleep 100"), nil)
	s.Output = func([]byte) { cancel() }
	res, err := New(1, nil, nil).Run(ctx, s)
	if !errors.Is(err, context.Canceled) || res == nil || !res.Exit.Stopped {
		t.Fatalf("%+v, %v", res, err)
	}
	gone(t, strings.TrimSpace(string(res.Output)))
	if res, err := New(1, nil, nil).Run(ctx, s); res != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %+v, %v", res, err)
	}
}

// gone checks that a process has ended.
func gone(t *testing.T, pid string) {
	t.Helper()
	if pid == "" {
		t.Fatal("no pid")
	}
	if stat, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil && !strings.Contains(string(stat), ") Z ") {
		t.Errorf("process %s is still there: %s", pid, stat)
	}
}

func TestNotFound(t *testing.T) {
	s := spec(t, line(t, "no-such-program x"), nil)
	if res := run(t, s); res.Exit.Code != 127 || !strings.Contains(res.Help, "not found; PATH is /") {
		t.Errorf("%+v", res)
	}
	if res := run(t, spec(t, line(t, "/"), nil)); res.Exit.Code != 126 || !strings.Contains(res.Help, "cannot be executed") {
		t.Errorf("%+v", res)
	}
	if res := run(t, spec(t, argv(t, "no-such-program"), nil)); !strings.Contains(res.Exit.Error, "no-such-program") || res.Exit.Code != -1 {
		t.Errorf("%+v", res.Exit)
	}
	s = spec(t, line(t, "echo"), nil)
	s.Dir = filepath.Join(s.Dir, "gone")
	if res := run(t, s); !strings.Contains(res.Exit.Error, "gone") {
		t.Errorf("%+v", res.Exit)
	}
	if res := run(t, spec(t, line(t, "kill -9 $$"), nil)); res.Exit.Signal != "SIGKILL" || res.Help == "" {
		t.Errorf("%+v", res)
	}
}

// No more commands run at once than were allowed.
func TestTurns(t *testing.T) {
	r := New(2, nil, nil)
	dir := t.TempDir()
	cmd := line(t, "mkdir $$; ls | wc -l; sleep 0.1; rmdir $$")
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 6 {
		s := spec(t, cmd, nil)
		s.Dir = dir
		wg.Go(func() {
			res, err := r.Run(t.Context(), s)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || strings.TrimSpace(string(res.Output)) > "2" {
				t.Errorf("%v, %q", err, res.Output)
			}
		})
	}
	wg.Wait()
}

func TestNoUV(t *testing.T) {
	_, err := New(1, nil, nil).Run(t.Context(), spec(t, line(t, "uvx cowsay"), nil))
	if !errors.Is(err, errNoUV) {
		t.Error(err)
	}
}
