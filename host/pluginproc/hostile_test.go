package pluginproc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jwhost/jwhost/shared/schema"
)

// Garbage at Run is a failed outcome, or a death; the host and the plugin's
// other invocations go on.
func TestGarbageAtRun(t *testing.T) {
	m, _, log := newTestManager(t)
	for _, test := range []struct {
		action string
		want   string // of the outcome's error; "" for success
		output string
	}{
		{"fine", "", "first"},
		{"twice", "", "first"},
		{"no_outcome", "ended the invocation without an outcome", ""},
		{"status", "gRPC's Unavailable: not today", ""},
		{"raw", "gRPC's Internal", ""},
		{"utf8", "gRPC's Internal", ""},
		{"huge", "over 16 MiB", ""},
		{"empty", "", "first"},
		{"contradiction", "and yet", ""},
		{"ids", "", strings.Repeat("HOST_ERROR_CODE_INVALID ", 2) + "HOST_ERROR_CODE_UNIMPLEMENTED" + strings.Repeat(" HOST_ERROR_CODE_INVALID", 3)},
		{"many_calls", "", "24"},
	} {
		within(t, test.action, func() {
			o, err := m.Run(t.Context(), "evil", invocation(test.action, `{}`), &testServices{}, nil)
			switch {
			case err != nil:
				t.Errorf("%s: %v", test.action, err)
			case o.Succeeded != (test.want == ""), !strings.Contains(o.Error, test.want), string(o.Output) != test.output:
				t.Errorf("%s: %+v, output %q; want error %q, output %q", test.action, o, o.Output, test.want, test.output)
			}
		})
	}

	o, err := m.Run(t.Context(), "evil", invocation("negative", `{}`), &testServices{}, nil)
	if err != nil || o.Succeeded || o.RetryAfter != 0 || o.Kind != "failed" || *o.ExitCode != -1<<31 {
		t.Errorf("negative numbers: %v, %+v", err, o)
	}
	longest := 0
	o, err = m.Run(t.Context(), "evil", invocation("long_words", `{}`), &testServices{}, func(u Update) { longest = max(longest, len(u.Message)) })
	if err != nil || len(o.Error) > 100<<10 || longest > 100<<10 {
		t.Errorf("long words: %v, %d and %d bytes", err, len(o.Error), longest)
	}
	if strings.Contains(log.String(), "\x1b") {
		t.Error("control sequences reach the log")
	}
	for _, action := range []string{"flood", "flood_calls"} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		within(t, action, func() {
			if _, err := m.Run(ctx, "evil", invocation(action, `{}`), &testServices{}, nil); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", action, err)
			}
		})
		cancel()
	}
	var died *DiedError
	if _, err := m.Run(t.Context(), "evil", invocation("closes", `{}`), &testServices{}, nil); !errors.As(err, &died) || !died.Started {
		t.Errorf("closes: %v", err)
	}
	if _, err := m.Validate(t.Context(), "evil", "say", nil); err != nil {
		t.Errorf("Validate of an action without the flag: %v", err)
	}
}

func TestGarbageAtValidate(t *testing.T) {
	source := script(t, "p", self(t, "evil"))
	m, _, _ := newTestManager(t, Config{Name: "third", Source: source})
	if _, err := m.Validate(t.Context(), "third", "say", []byte(`{}`)); err == nil || !strings.Contains(err.Error(), `plugin "third": it does not check the arguments of "say"`) {
		t.Errorf("garbage at Validate: %v", err)
	}
	if o, err := m.Run(t.Context(), "third", invocation("fine", `{}`), &testServices{}, nil); err != nil || !o.Succeeded {
		t.Errorf("after that: %v, %+v", err, o)
	}
}

// A plugin that can't be used is refused once, with a reason that says what to
// do, whatever uses it.
func TestRefused(t *testing.T) {
	patience := askTimeout
	askTimeout = 3 * time.Second
	defer func() { askTimeout = patience }()
	for _, test := range []struct{ name, body, want string }{
		{"hello", "echo hello world", `it printed "hello world" to its standard output before the handshake; standard output belongs to the handshake`},
		{"noise", "head -c 100000 /dev/zero | tr '\\0' x; sleep 100", "to its standard output before the handshake"},
		{"exits", "echo cannot find my glasses >&2; exit 3", "it ended before it shook hands: exit status 3; it said last:\ncannot find my glasses"},
		{"silent", "exit 0", "it ended before it shook hands: exit status 0"},
		{"netrpc", "echo '1|1|unix|/tmp/x|netrpc|'; sleep 100", "it must serve gRPC"},
		{"no_tls", "echo '1|1|unix|/tmp/x|grpc'; sleep 100", "it must serve with mutual TLS"},
		{"version", "echo '1|9|unix|/tmp/x|grpc|" + strings.Repeat("x", 60) + "'; sleep 100", "it speaks version 9 of the protocol; this jwhost speaks 1"},
		{"core", "echo '2|1|unix|/tmp/x|grpc|x'; sleep 100", "go-plugin's version 2"},
		{"address", "echo '1|1|tcp|10.1.2.3:80|grpc|x'; sleep 100", "it must be a unix socket or a loopback address"},
		{"long_path", "echo '1|1|unix|/" + strings.Repeat("x", 200) + "|grpc|x'; sleep 100", "the path of its socket is 201 bytes long"},
		{"bad_cert", "echo '1|1|unix|/tmp/x|grpc|" + strings.Repeat("A", 60) + "'; sleep 100", "error parsing server cert"},
		{"no_socket", "echo \"1|1|unix|/nowhere/x|grpc|$(printf '%s' \"$PLUGIN_CLIENT_CERT\" | grep -v -- -- | tr -d '\\n=')\"; sleep 100", "it shook hands but does not describe itself"},
		{"plain", self(t, "plain"), "it serves without TLS; it must serve with mutual TLS"},
		{"raw", self(t, "describe_raw"), "string field contains invalid UTF-8"},
		{"error", self(t, "describe_error"), "go away"},
		{"hangs", self(t, "describe_hang"), "no answer within 3s"},
		{"huge", self(t, "describe_huge"), "does not describe itself"},
		{"reserved", self(t, "describe_reserved"), "number 99, is none that this jwhost knows"},
		{"newer", self(t, "describe_newer"), "it needs jwhost 99.0.0 or newer"},
		{"dies", self(t, "describe_dies"), "exit status 2; it said last:\nfatal error: all is lost"},
		{"configure", self(t, "configure_error"), "it does not take its config"},
	} {
		source := script(t, test.name, test.body)
		m, news, _ := newTestManager(t, Config{Name: "third", Source: source})
		var refused *RefusedError
		for range 2 {
			within(t, test.name, func() {
				_, err := m.Run(t.Context(), "third", invocation("say", `{}`), &testServices{}, nil)
				if !errors.As(err, &refused) || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%s: %v\nwant %s", test.name, err, test.want)
				}
			})
		}
		if got := news.all(); len(got) != 1 || !strings.HasPrefix(got[0], "refused third: ") {
			t.Errorf("%s: news %q, want one refusal", test.name, got)
		}
	}
}

func TestStartTimeout(t *testing.T) {
	sockets, err := newSocketDir()
	if err != nil {
		t.Fatal(err)
	}
	defer sockets.remove()
	log, _ := newTestLog()
	e := &executable{path: script(t, "slow", "echo fetching >&2; sleep 1000"), dir: "/", script: true, limit: time.Second}
	within(t, "launch", func() {
		_, err = launch(t.Context(), e, sockets.path, log)
	})
	if want := "it did not shake hands within 1s (it is a script: its interpreter, or uv with its packages, may not have got to it); it said last:\nfetching"; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	e.limit = time.Minute
	within(t, "launch", func() {
		if _, err = launch(ctx, e, sockets.path, log); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a launch that is cut short: %v", err)
		}
	})
	e.path = "/nowhere/plugin"
	if _, err = launch(t.Context(), e, sockets.path, log); err == nil || !strings.Contains(err.Error(), "could not be started") {
		t.Errorf("a program that is not there: %v", err)
	}
	e.path, e.limit = script(t, "shebang", ""), 0
	if err := os.WriteFile(e.path, []byte("#!/nowhere/interpreter\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err = launch(t.Context(), e, sockets.path, log); err == nil || !strings.Contains(err.Error(), "the interpreter in its first line is not there") {
		t.Errorf("an interpreter that is not there: %v", err)
	}
}

// A program that changes after the file was checked is not used.
func TestChangedPlugin(t *testing.T) {
	source := script(t, "p", self(t, "good"))
	log, _ := newTestLog()
	c := NewCatalog(nil, "", log)
	if _, err := c.Describe("third", source); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(source, []byte("#!/bin/sh\n"+self(t, "evil")), 0o755); err != nil {
		t.Fatal(err)
	}
	m, err := NewManager(c, []Config{{Name: "third", Source: source}}, Hooks{}, log)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close(t.Context())
	if _, err := m.Configure(t.Context(), "third"); err == nil || !strings.Contains(err.Error(), "it has been changed") {
		t.Errorf("a changed plugin: %v", err)
	}
}

// Killed, stopped for ever, hung: whatever becomes of a plugin at whatever
// moment, each Run ends, and the next one is served.
func TestKilledAtRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	var mu sync.Mutex
	pid := 0
	s, err := good.Schema()
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewManager(NewCatalog([]*schema.Plugin{s}, "", nil), nil, Hooks{Started: func(_ string, p int, _ string) {
		mu.Lock()
		defer mu.Unlock()
		pid = p
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	var running sync.WaitGroup
	var outcomes, deaths atomic.Int64
	for worker := range 4 {
		running.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(worker)))
			for ctx.Err() == nil {
				inv := invocation("say", `{"to":"you"}`)
				short, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				switch random.IntN(4) {
				case 0:
					inv = invocation("exec", `{"command":true,"live":true}`)
				case 1:
					inv = invocation("ask", `{}`)
				case 2:
					short, cancel = context.WithTimeout(t.Context(), time.Duration(random.IntN(20))*time.Millisecond)
					inv = invocation("hang", `{}`)
				}
				_, err := m.Run(short, "good", inv, &testServices{output: make([]byte, 1<<20)}, func(Update) {})
				cancel()
				var died *DiedError
				switch {
				case err == nil:
					outcomes.Add(1)
				case errors.As(err, &died):
					deaths.Add(1)
				case !errors.Is(err, context.DeadlineExceeded):
					t.Errorf("%s: %v", inv.Action, err)
				}
			}
		})
	}
	running.Go(func() {
		random := rand.New(rand.NewPCG(2, 2))
		for ctx.Err() == nil {
			time.Sleep(time.Duration(random.IntN(150)) * time.Millisecond)
			mu.Lock()
			if victim := pid; victim != 0 {
				pid = 0
				_ = syscall.Kill(victim, syscall.SIGKILL)
			}
			mu.Unlock()
		}
	})
	within(t, "a plugin that is killed at random", running.Wait)
	// The last kill may not have been noticed yet.
	o, err := m.Run(t.Context(), "good", invocation("say", `{"to":"you"}`), &testServices{}, nil)
	var died *DiedError
	if errors.As(err, &died) {
		o, err = m.Run(t.Context(), "good", invocation("say", `{"to":"you"}`), &testServices{}, nil)
	}
	if err != nil || !o.Succeeded {
		t.Errorf("after all that: %v, %+v", err, o)
	}
	mu.Lock()
	victim := pid
	mu.Unlock()
	if victim == 0 {
		t.Fatal("no plugin is there to be stopped") // kill(0) would stop the tests
	}
	if err := syscall.Kill(victim, syscall.SIGSTOP); err != nil {
		t.Error(err)
	}
	waitStopped(t, victim)
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := m.Run(short, "good", invocation("say", `{"to":"you"}`), &testServices{}, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a stopped plugin: %v", err)
	}
	within(t, "Close with a stopped plugin", func() {
		if err := m.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	waitGone(t, victim)
	t.Logf("%d outcomes, %d deaths", outcomes.Load(), deaths.Load())
}

// waitStopped waits until every thread of a process is stopped.
func waitStopped(t *testing.T, pid int) {
	t.Helper()
	for range 1000 {
		running := 0
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		for _, path := range threads {
			stat, _ := os.ReadFile(path)
			if _, after, _ := strings.Cut(string(stat), ") "); !strings.HasPrefix(after, "T") {
				running++
			}
		}
		if len(threads) > 0 && running == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d does not stop", pid)
}

// beHost is a host that starts plugins, says which, and waits to be killed.
func beHost(sources []string) {
	s, err := good.Schema()
	if err != nil {
		panic(err)
	}
	configs := []Config{}
	names := []string{"good"}
	for i, source := range sources {
		name := fmt.Sprint("third", i)
		names = append(names, name)
		configs = append(configs, Config{Name: name, Source: source})
	}
	m, err := NewManager(NewCatalog([]*schema.Plugin{s}, "", nil), configs, Hooks{Started: func(_ string, pid int, _ string) { fmt.Println(pid) }}, nil)
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		go func() {
			_, _ = m.Run(context.Background(), name, invocation("wait", `{}`), &testServices{}, func(u Update) { fmt.Println(u.Message) })
		}()
	}
	select {}
}

// kill -9 of the host leaves no plugin: the one that it started itself dies by
// the kernel, one behind a shell or an interpreter by the pipe.
func TestHostKilled(t *testing.T) {
	source := script(t, "behind", strings.TrimPrefix(self(t, "good"), "exec ")+"\necho unreached")
	host := exec.Command(os.Args[0], "host", source)
	host.Stderr = os.Stderr
	out, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []int
	waiting := 0
	lines := bufio.NewScanner(out)
	for waiting < 2 && lines.Scan() {
		var pid int
		if _, err := fmt.Sscanf(lines.Text(), "waiting %d", &pid); err == nil {
			waiting++
		} else if _, err := fmt.Sscan(lines.Text(), &pid); err != nil {
			t.Fatalf("the host says %q", lines.Text())
		}
		pids = append(pids, pid)
	}
	if err := host.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = host.Wait()
	if len(pids) != 4 {
		t.Fatalf("pids %v", pids)
	}
	for _, pid := range pids {
		waitGone(t, pid)
	}
}
