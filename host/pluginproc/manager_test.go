package pluginproc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRun(t *testing.T) {
	t.Setenv("JWHOST_TEST_SECRET", "hunter2")
	m, news, log := newTestManager(t, Config{Name: "good", Values: []byte(`{"greeting":"moin"}`)})
	var updates []Update
	inv := invocation("say", `{"to":"world","from_the_future":1}`)
	inv.Attempt, inv.Captures = 2, map[string][]byte{"loss": []byte("0.5\xff")}
	o, err := m.Run(t.Context(), "good", inv, &testServices{}, func(u Update) { updates = append(updates, u) })
	if err != nil {
		t.Fatal(err)
	}
	if !o.Succeeded || !strings.HasPrefix(string(o.Output), "moin world, attempt 2 of id-1, env ") {
		t.Errorf("outcome %+v, output %q", o, o.Output)
	}
	if diff := cmp.Diff([]Update{{Message: "clearing its throat"}, {Output: []byte("hm")}}, updates); diff != "" {
		t.Errorf("updates (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"started good 1.2.3"}, news.all()); diff != "" {
		t.Errorf("news (-want +got):\n%s", diff)
	}
	if !strings.Contains(log.String(), "speaking: action=say job=train watcher=w to=world") || strings.Contains(log.String(), "not for this host") {
		t.Errorf("log:\n%s", log)
	}
}

func TestRunFailures(t *testing.T) {
	m, _, _ := newTestManager(t)
	for _, test := range []struct {
		action, arguments, want string
	}{
		{"say", `{}`, `argument "to": it is required`},
		{"say", `{"to":7}`, `argument "to": 7 is not of type text`},
		{"say", `[`, "the arguments are not a JSON object"},
		{"panic", `{}`, "the plugin panicked: at the disco"},
		{"nothing", `{}`, `plugin good has no action "nothing"`},
		{"exec", `{"command":false}`, "the file gives no such command"},
	} {
		o, err := m.Run(t.Context(), "good", invocation(test.action, test.arguments), &testServices{}, nil)
		if err != nil {
			t.Fatalf("%s: %v", test.action, err)
		}
		if o.Succeeded || !strings.Contains(o.Error, test.want) {
			t.Errorf("%s: outcome %+v, want an error with %q", test.action, o, test.want)
		}
	}
	inv := invocation("say", `{"to":"you"}`)
	inv.Captures = map[string][]byte{"line": make([]byte, 17<<20)}
	if o, err := m.Run(t.Context(), "good", inv, &testServices{}, nil); err != nil || !strings.Contains(o.Error, "over 16 MiB, the limit") {
		t.Errorf("an invocation that is too large: %v, %+v", err, o)
	}
	if _, err := m.Run(t.Context(), "nobody", invocation("say", `{}`), &testServices{}, nil); err == nil || !strings.Contains(err.Error(), "no such plugin") {
		t.Errorf("a plugin that is not there: %v", err)
	}
}

func TestHostCalls(t *testing.T) {
	m, _, _ := newTestManager(t)
	s := &testServices{output: bytes.Repeat([]byte("0123456789"), 1<<20)} // 10 MiB
	o, err := m.Run(t.Context(), "good", invocation("exec", `{"command":true}`), s, nil)
	if err != nil || !o.Succeeded || !bytes.Equal(o.Output, s.output) {
		t.Errorf("exec: %v, succeeded %v %s, %d bytes", err, o.Succeeded, o.Error, len(o.Output))
	}
	o, err = m.Run(t.Context(), "good", invocation("exec", `{"command":true,"live":true}`), s, nil)
	if err != nil || string(o.Output) != "10485760 live" {
		t.Errorf("live exec: %v, %+v", err, o)
	}
	s.output = make([]byte, 17<<20)
	o, err = m.Run(t.Context(), "good", invocation("exec", `{"command":true}`), s, nil)
	if err != nil || !o.Succeeded || !o.Truncated || len(o.Output) < 15<<20 {
		t.Errorf("exec with too much output: %v, succeeded %v %s, %d bytes", err, o.Succeeded, o.Error, len(o.Output))
	}
	o, err = m.Run(t.Context(), "good", invocation("ask", `{}`), s, nil)
	if err != nil || string(o.Output) != "<one><two><three> loss 0.25" {
		t.Errorf("ask: %v, %+v, output %q", err, o, o.Output)
	}
	if diff := cmp.Diff([]string{"seen enough"}, s.cancelled); diff != "" {
		t.Errorf("cancelled (-want +got):\n%s", diff)
	}
}

func TestGrants(t *testing.T) {
	source := script(t, "third", self(t, "good"))
	m, _, _ := newTestManager(t,
		Config{Name: "third", Source: source, Grants: []string{"logs.read"}, Values: []byte(`{}`)})
	o, err := m.Run(t.Context(), "third", invocation("ask", `{}`), &testServices{}, nil)
	want := `plugin "third" was not granted metrics.read; add this line to the block plugin "third": grants = ["logs.read", "metrics.read"]`
	if err != nil || o.Error != want {
		t.Errorf("%v, %+v\nwant %s", err, o, want)
	}
	s := &testServices{}
	if o, err = m.Run(t.Context(), "third", invocation("exec", `{"command":true}`), s, nil); err != nil || o.Succeeded || len(s.executed) > 0 {
		t.Errorf("exec without its grant: %v, %+v, executed %q", err, o, s.executed)
	}
}

func TestDeadline(t *testing.T) {
	m, _, _ := newTestManager(t)
	if _, err := m.Configure(t.Context(), "good"); err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{"wait", "hang"} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		within(t, action, func() {
			if _, err := m.Run(ctx, "good", invocation(action, `{}`), &testServices{}, nil); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v, want the deadline", action, err)
			}
		})
		cancel()
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := m.Run(ctx, "good", invocation("wait", `{}`), &testServices{}, func(Update) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if o, err := m.Run(t.Context(), "good", invocation("say", `{"to":"you"}`), &testServices{}, nil); err != nil || !o.Succeeded {
		t.Errorf("after that: %v, %+v", err, o)
	}
}

func TestCrashAndRestart(t *testing.T) {
	m, news, _ := newTestManager(t)
	_, err := m.Run(t.Context(), "good", invocation("crash", `{}`), &testServices{}, nil)
	var died *DiedError
	if !errors.As(err, &died) || !died.Started || !strings.Contains(died.Reason, "exit status 7") || !strings.Contains(died.Reason, "about to crash") {
		t.Fatalf("a crash: %v", err)
	}
	if o, err := m.Run(t.Context(), "good", invocation("say", `{"to":"again"}`), &testServices{}, nil); err != nil || !o.Succeeded {
		t.Fatalf("after a crash: %v, %+v", err, o)
	}

	// Killed amid three invocations, one of them with a call under way.
	var running sync.WaitGroup
	var kill sync.Once
	for range 3 {
		running.Go(func() {
			_, err := m.Run(t.Context(), "good", invocation("wait", `{}`), &testServices{}, func(u Update) {
				kill.Do(func() {
					var pid int
					if _, err := fmt.Sscanf(u.Message, "waiting %d", &pid); err != nil || pid == 0 {
						t.Error(u.Message, err)
						return
					}
					_ = syscall.Kill(pid, syscall.SIGKILL)
				})
			})
			var died *DiedError
			if !errors.As(err, &died) || !strings.Contains(died.Reason, "signal: killed") {
				t.Errorf("killed: %v", err)
			}
		})
	}
	within(t, "a killed plugin", running.Wait)
	if o, err := m.Run(t.Context(), "good", invocation("say", `{"to":"again"}`), &testServices{}, nil); err != nil || !o.Succeeded {
		t.Fatalf("after a kill: %v, %+v", err, o)
	}
	want := []string{"started good 1.2.3", "exited good: exit status 7; it said last:", "started good 1.2.3", "exited good: signal: killed", "started good 1.2.3"}
	if diff := cmp.Diff(want, news.all()); diff != "" {
		t.Errorf("news (-want +got):\n%s", diff)
	}
}

// What a plugin leaves behind ends with it, also where it holds the pipes.
func TestGroupIsKilled(t *testing.T) {
	m, _, _ := newTestManager(t)
	o, err := m.Run(t.Context(), "good", invocation("leave", `{}`), &testServices{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(o.Output), &pid); err != nil {
		t.Fatalf("%q: %v", o.Output, err)
	}
	within(t, "Close", func() {
		if err := m.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	waitGone(t, pid)
}

func TestClose(t *testing.T) {
	m, news, _ := newTestManager(t)
	running := make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		_, err := m.Run(context.Background(), "good", invocation("hang", `{}`), &testServices{}, nil)
		ended <- err
	}()
	go func() {
		for len(news.all()) == 0 {
			time.Sleep(time.Millisecond)
		}
		close(running)
	}()
	<-running
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	within(t, "Close", func() {
		if err := m.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close cut off an invocation and says %v", err)
		}
	})
	if err := <-ended; !errors.Is(err, errClosed) {
		t.Errorf("the invocation that was cut off: %v", err)
	}
	if _, err := m.Run(t.Context(), "good", invocation("say", `{}`), &testServices{}, nil); !errors.Is(err, errClosed) {
		t.Errorf("Run after Close: %v", err)
	}
	if _, err := os.Stat(m.sockets.path); !os.IsNotExist(err) {
		t.Errorf("the folder of sockets is still there: %v", err)
	}
	if diff := cmp.Diff([]string{"started good 1.2.3", "exited good: stopped"}, news.all()); diff != "" {
		t.Errorf("news (-want +got):\n%s", diff)
	}
}

func TestStandardOutput(t *testing.T) {
	m, _, log := newTestManager(t)
	o, err := m.Run(t.Context(), "good", invocation("print", `{}`), &testServices{}, nil)
	if err != nil || !o.Succeeded {
		t.Fatalf("%v, %+v", err, o)
	}
	if err := m.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`[WARN]  plugin.good: the plugin prints to standard output, which is not its own: line="print to os.Stdout"`,
		`[INFO]  plugin.good: print to os.Stderr`,
		`[INFO]  plugin.good: print of a child`,
		`[ERROR] plugin.good: Traceback (most recent call last)`,
		`[ERROR] plugin.good:   File x`,
		`[ERROR] plugin.good: ValueError: no`,
		`[INFO]  plugin.good: after`,
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s", want)
		}
	}
}

func TestConfigure(t *testing.T) {
	source := script(t, "p", self(t, "good"))
	m, news, _ := newTestManager(t,
		Config{Name: "good", Values: []byte(`{"refuse":true}`)},
		Config{Name: "third", Source: source})
	want := []Diagnostic{{Summary: "it wants no part in it", Attribute: "refuse"}}
	for range 2 {
		got, err := m.Configure(t.Context(), "good")
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	var refused *RefusedError
	if _, err := m.Run(t.Context(), "good", invocation("say", `{}`), &testServices{}, nil); !errors.As(err, &refused) {
		t.Errorf("Run of a plugin that refuses its config: %v", err)
	}
	if diff := cmp.Diff([]string{"refused good: it refuses its config: refuse: it wants no part in it"}, news.all()); diff != "" {
		t.Errorf("one refusal is told once (-want +got):\n%s", diff)
	}
	if got, err := m.Configure(t.Context(), "third"); err != nil || got != nil {
		t.Errorf("a good config: %v, %v", got, err)
	}
}

func TestValidate(t *testing.T) {
	m, news, _ := newTestManager(t)
	if got, err := m.Validate(t.Context(), "good", "wait", []byte(`{}`)); err != nil || got != nil || len(news.all()) > 0 {
		t.Errorf("an action that checks nothing starts no process: %v, %v, %q", got, err, news.all())
	}
	got, err := m.Validate(t.Context(), "good", "say", []byte(`{"to":"nobody"}`))
	if diff := cmp.Diff([]Diagnostic{{Summary: "nobody is not there", Attribute: "to"}}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if got, err := m.Validate(t.Context(), "good", "say", []byte(`{}`)); err != nil || got != nil {
		t.Errorf("what is not constant is no fault: %v, %v", got, err)
	}
	if _, err := m.Validate(t.Context(), "good", "sing", nil); err == nil {
		t.Error("an action that is not there is no error")
	}
}

// waitGone waits for the end of a process, reaped or not.
func waitGone(t *testing.T, pid int) {
	t.Helper()
	for range 1000 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return
		}
		if _, after, _ := strings.Cut(string(stat), ") "); strings.HasPrefix(after, "Z") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d lives on", pid)
}
