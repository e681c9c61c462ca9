package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/host/frame"
	"github.com/jwhost/jwhost/host/source"
)

func code(n int) *int { return &n }

func TestEnd(t *testing.T) {
	for _, test := range []struct {
		command string
		limit   time.Duration
		act     func(source.Job)
		want    source.End
	}{
		{command: "exit 0", want: source.End{State: source.Succeeded, ExitCode: code(0)}},
		{command: "exit 3", want: source.End{State: source.Failed, ExitCode: code(3)}},
		{command: "kill -TERM $$", want: source.End{State: source.Failed, Signal: "SIGTERM"}},
		{
			command: "kill -KILL $$",
			want: source.End{
				State: source.Failed, Signal: "SIGKILL",
				Reason: "it was killed by SIGKILL, not by jwhost: this is how the kernel ends what takes too much memory",
			},
		},
		{
			command: "sleep 1000", limit: 100 * time.Millisecond,
			want: source.End{State: source.Timeout, Signal: "SIGTERM", Reason: "its time limit of 100ms was over"},
		},
		{
			command: "sleep 1000", act: func(j source.Job) { j.Stop(source.Timeout); j.Kill() },
			want: source.End{State: source.Timeout},
		},
		{
			command: "sleep 1000", act: func(j source.Job) { j.Stop(source.Cancelled) },
			want: source.End{State: source.Cancelled, Signal: "SIGTERM"},
		},
		{
			command: "sleep 1000", act: source.Job.Kill,
			want: source.End{State: source.Cancelled, Signal: "SIGKILL"},
		},
	} {
		t.Run(test.command, func(t *testing.T) {
			t.Parallel()
			j := start(t, Spec{Command: test.command, Limit: test.limit})
			if test.act != nil {
				test.act(j)
			}
			got := collect(t, j, nil).end
			if test.want.Signal == "" { // TERM or KILL, whichever came first
				got.Signal = ""
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCannotStart(t *testing.T) {
	for _, test := range []struct {
		spec Spec
		want string
	}{
		{Spec{Argv: []string{"no-such"}, Env: []string{"PATH=/bin"}}, "no-such: not found in PATH (/bin)"},
		{Spec{Command: "true", Dir: "/no/such"}, "the folder /no/such does not exist"},
	} {
		test.spec.Folder = t.TempDir()
		if _, err := Start(t.Context(), test.spec); err == nil || err.Error() != test.want {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
	if _, err := Start(t.Context(), Spec{Command: "true", Folder: "/proc/none"}); err == nil {
		t.Error("a folder that cannot be made: no error")
	}
}

func TestOutput(t *testing.T) {
	const python = `import sys
w = sys.stdout.buffer
w.write(b"\r 10%\r 20%\n\x1b[31mred\x1b[0m\n\xff\xfe\x00\n" + b"x" * 3000000 + b"\nno newline")
w.flush()`
	for _, test := range []struct {
		name     string
		spec     Spec
		out, err string
	}{
		{"two streams", Spec{Command: "echo a; echo b >&2; echo c"}, "a\nc\n", "b\n"},
		{"dash opens stderr", Spec{Argv: []string{"dash", "-c", "echo a > /dev/stderr"}}, "", "a\n"},
		{"bash opens stderr", Spec{Argv: []string{"bash", "-c", "echo a > /dev/stderr"}}, "", "a\n"},
		{"nothing", Spec{Command: ":"}, "", ""},
		{"bytes", Spec{Argv: []string{"python3", "-c", python}}, "\r 10%\r 20%\n\x1b[31mred\x1b[0m\n\xff\xfe\x00\n" + strings.Repeat("x", 3000000) + "\nno newline", ""},
		{"terminal", Spec{Argv: []string{"python3", "-c", "import sys; print(sys.stdout.isatty(), sys.stderr.isatty(), sys.stdin.isatty()); print('e', file=sys.stderr)"}, Pty: true}, "True True False\r\ne\r\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if len(test.spec.Argv) > 0 {
				need(t, test.spec.Argv[0])
			}
			o := collect(t, start(t, test.spec), nil)
			// (Before Linux 6.8 what opens /dev/stderr again has a gap.)
			if opens := strings.Contains(test.name, "opens"); o.end.State != source.Succeeded || o.gaps != nil && !opens {
				t.Errorf("%+v, gaps %v", o.end, o.gaps)
			}
			if o.text["stdout"] != test.out || o.text["stderr"] != test.err {
				t.Errorf("stdout %.200q of %d bytes, want %.200q of %d\nstderr %q, want %q",
					o.text["stdout"], len(o.text["stdout"]), test.out, len(test.out), o.text["stderr"], test.err)
			}
		})
	}
}

// A chunk's position is that of its bytes in the file.
func TestPositions(t *testing.T) {
	folder := t.TempDir()
	j := start(t, Spec{Command: "for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 0.01; done", Folder: folder})
	name := filepath.Join(folder, outFile)
	collect(t, j, func(c source.Chunk) {
		all, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if c.Stream == "stdout" && !bytes.HasPrefix(all[c.Pos.Offset:], c.Data) {
			t.Errorf("%q does not stand at %d", c.Data, c.Pos.Offset)
		}
	})
}

// A reader who keeps up gets the streams in the order in which the job wrote.
func TestOrder(t *testing.T) {
	dir := t.TempDir()
	j := start(t, Spec{Dir: dir, Command: `
		turn() { echo $1; while [ ! -e $1 ]; do sleep 0.005; done; }
		for i in 1 2 3; do turn out$i; turn err$i >&2; done`})
	var got []string
	o := collect(t, j, func(c source.Chunk) {
		if name := strings.TrimSpace(string(c.Data)); name != "" {
			got = append(got, name)
			os.WriteFile(filepath.Join(dir, name), nil, 0o600)
		}
	})
	if want := []string{"out1", "err1", "out2", "err2", "out3", "err3"}; !cmp.Equal(got, want) || o.end.State != source.Succeeded {
		t.Errorf("%q, %+v", got, o.end)
	}
}

// What was written last is never missed, however short a job lives.
func TestLastLine(t *testing.T) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, 16)
	dir, folder := t.TempDir(), t.TempDir()
	for i := range 200 {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			j, err := Start(t.Context(), Spec{
				Command: fmt.Sprintf("echo out %d; printf 'err %d' >&2", i, i), Dir: dir, Env: os.Environ(),
				Folder: filepath.Join(folder, fmt.Sprint(i)),
			})
			if err != nil {
				t.Error(err)
				return
			}
			defer j.Close()
			o := collect(t, j, nil)
			if o.text["stdout"] != fmt.Sprintf("out %d\n", i) || o.text["stderr"] != fmt.Sprintf("err %d", i) {
				t.Errorf("%d: %q", i, o.text)
			}
		})
	}
	wg.Wait()
}

func TestTruncated(t *testing.T) {
	folder, dir := t.TempDir(), t.TempDir()
	j := start(t, Spec{Folder: folder, Dir: dir, Command: `
		echo one; echo two; echo three
		while [ ! -e go ]; do sleep 0.005; done
		echo again > /dev/stdout
		echo last`})
	o := collect(t, j, func(c source.Chunk) {
		if bytes.HasSuffix(c.Data, []byte("three\n")) {
			os.WriteFile(filepath.Join(dir, "go"), nil, 0o600)
		}
		if bytes.Contains(c.Data, []byte("again")) && (c.Pos.Epoch != 1 || c.Pos.Offset != 0) {
			t.Errorf("%q at %+v", c.Data, c.Pos)
		}
	})
	if got := o.text["stdout"]; got != "one\ntwo\nthree\nagain\nlast\n" {
		t.Errorf("stdout %q", got)
	}
	if len(o.gaps) != 1 || o.gaps[0].Pos.Epoch != 1 || o.gaps[0].Gap.Bytes != -1 {
		t.Errorf("gaps: %+v", o.gaps)
	}
}

// What was truncated before it could be read is said to be lost, too.
func TestTruncatedUnread(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		command, out string
		gaps         int
	}{
		{"echo lost; echo again > /dev/stdout; echo last", "again\nlast\n", 1},
		{"echo lost; echo lost > /dev/stdout; echo again > /dev/stdout", "again\n", 1},
		{"echo kept; echo again >> /dev/stdout", "kept\nagain\n", 1}, // not to be told from the others
		{"echo kept; head -c 1 /dev/stdout; echo again", "kept\nkagain\n", 1},
	} {
		folder := t.TempDir()
		j := start(t, Spec{Dir: dir, Folder: folder, Command: test.command})
		<-j.(*job).process.Done()
		o := collect(t, j, nil)
		if o.text["stdout"] != test.out || len(o.gaps) != test.gaps {
			t.Errorf("%s: stdout %q, gaps %+v", test.command, o.text["stdout"], o.gaps)
		}
	}
}

// What is left behind and writes on holds nothing up.
func TestLeftBehind(t *testing.T) {
	dir := t.TempDir()
	j := start(t, Spec{Dir: dir, Command: "(while [ ! -e go ]; do echo more; done) & echo $! > pid; exit 2"})
	o := collect(t, j, nil)
	if *o.end.ExitCode != 2 || len(o.end.Left) == 0 || !strings.HasPrefix(o.text["stdout"], "more\n") {
		t.Errorf("%+v, output %.20q", o.end, o.text["stdout"])
	}
	os.WriteFile(filepath.Join(dir, "go"), nil, 0o600)
}

// A line is there when it was written, not at the next poll.
func TestPush(t *testing.T) {
	dir := t.TempDir()
	j := start(t, Spec{Dir: dir, Command: "while :; do while [ ! -e go ]; do sleep 0.001; done; rm go; date +%s%N; done"})
	if j.(*job).changes.events == nil {
		if os.Getenv("JWHOST_REQUIRE_ALL") != "" {
			t.Fatal("the system gives no events of files")
		}
		t.Skip("the system gives no events of files")
	}
	j.(*job).poll.Stop()
	for range 20 {
		os.WriteFile(filepath.Join(dir, "go"), nil, 0o600)
		came := make(chan struct{})
		go func() {
			defer close(came)
			for {
				c, err := j.Next(t.Context())
				if err != nil || len(c.Data) > 0 {
					return
				}
			}
		}()
		soon(t, "a line without polling", came)
	}
}

// Without events of files, polling finds all.
func TestPoll(t *testing.T) {
	folder := t.TempDir()
	j := start(t, Spec{Folder: folder, Command: "echo a; sleep 0.2; echo b >&2; sleep 0.2; echo c"}).(*job)
	j.changes.close()
	none := watch(filepath.Join(folder, "none"), filepath.Join(folder, "none"))
	if none.events != nil {
		t.Error("events of a file that is not there")
	}
	j.changes = none
	j.poll.Reset(none.interval())
	o := collect(t, j, nil)
	if o.text["stdout"] != "a\nc\n" || o.text["stderr"] != "b\n" || len(o.order) < 3 {
		t.Errorf("%q in %q", o.text, o.order)
	}
}

// A job is not blocked by who reads slowly, and its output is not in memory.
func TestLarge(t *testing.T) {
	size := int64(100 << 20)
	if os.Getenv("JWHOST_LONG") != "" {
		size = 1 << 30
	}
	line := "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n"
	j := start(t, Spec{Command: fmt.Sprintf("yes '%s' | head -c %d", strings.TrimSpace(line), size)})
	soon(t, "the job's end while nobody reads", j.(*job).process.Done())

	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f := frame.New(0, 1)
	lines, bad := int64(0), 0
	count := func(l frame.Line) {
		lines++
		if string(l.Raw) != line[:len(line)-1] {
			bad++
		}
	}
	for {
		c, err := j.Next(t.Context())
		if err != nil {
			break
		}
		if c.Stream == "stdout" {
			f.Feed(c.Data, count)
		}
	}
	runtime.ReadMemStats(&after)
	if want := size / int64(len(line)); lines != want || bad > 0 {
		t.Errorf("%d lines, want %d; %d are wrong", lines, want, bad)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
		t.Errorf("%d MB were allocated for %d MB of output", grown>>20, size>>20)
	}
}

func TestNextCancelled(t *testing.T) {
	j := start(t, Spec{Command: "sleep 1000"})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := j.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Next: %v", err)
	}
	if e := j.End(); e.State != "" {
		t.Errorf("End before the end: %+v", e)
	}
	j.Stop(source.Cancelled)
	if o := collect(t, j, nil); o.end.State != source.Cancelled {
		t.Errorf("%+v", o.end)
	}
}

func TestClose(t *testing.T) {
	folder := t.TempDir()
	j, err := Start(t.Context(), Spec{Command: "while [ ! -e go ]; do sleep 0.005; done; echo done > end", Dir: folder, Env: os.Environ(), Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan error)
	go func() {
		_, err := j.Next(t.Context())
		closed <- err
	}()
	time.Sleep(10 * time.Millisecond)
	j.Close()
	j.Close()
	if err := <-closed; !errors.Is(err, os.ErrClosed) {
		t.Errorf("Next: %v", err)
	}
	os.WriteFile(filepath.Join(folder, "go"), nil, 0o600)
	for range 5000 {
		if _, err := os.Stat(filepath.Join(folder, "exit.json")); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if _, err := os.Stat(filepath.Join(folder, "end")); err != nil {
		t.Errorf("the job did not go on: %v", err)
	}
}
