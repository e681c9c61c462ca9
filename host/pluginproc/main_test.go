package pluginproc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"go.uber.org/goleak"

	"github.com/jwhost/jwhost/shared/schema"
	"github.com/jwhost/jwhost/shared/sdk"
)

// The test binary is a jwhost of sorts: `plugin serve NAME` serves the plugins
// of these tests, `host` is a host to be killed.
func TestMain(m *testing.M) {
	args := os.Args[1:]
	switch {
	case len(args) == 3 && args[0] == "plugin" && args[1] == "serve":
		serveTestPlugin(args[2])
	case len(args) >= 1 && args[0] == "host":
		beHost(args[1:])
	default:
		goleak.VerifyTestMain(m)
	}
}

func serveTestPlugin(name string) {
	if serve, ok := evils[name]; ok {
		serve()
		return
	}
	sdk.Serve(good)
}

// good is a plugin that keeps the rules, as far as its actions let it.
var good = sdk.Plugin{
	Name:    "good",
	Version: "1.2.3",
	Grants:  schema.Grants,
	Config: sdk.NewConfig(func(_ context.Context, c goodConfig) error {
		if c.Refuse {
			return sdk.Diagnostics{{Summary: "it wants no part in it", Attribute: "refuse"}}
		}
		greeting = c.Greeting
		return nil
	}),
	Actions: []sdk.Action{
		sdk.NewAction("say", "says hello", say, sdk.Idempotent),
		sdk.NewAction("exec", "runs a command", execute),
		sdk.NewAction("ask", "asks for logs and metrics, and cancels", ask),
		sdk.NewAction("wait", "waits for its context", wait),
		sdk.NewAction("hang", "does not end", func(context.Context, *sdk.Invocation, none) (sdk.Result, error) { select {} }),
		sdk.NewAction("crash", "ends the process", func(context.Context, *sdk.Invocation, none) (sdk.Result, error) {
			fmt.Fprintln(os.Stderr, "about to crash")
			time.Sleep(50 * time.Millisecond) // go-plugin carries os.Stderr
			os.Exit(7)
			return sdk.Result{}, nil
		}),
		sdk.NewAction("panic", "panics", func(context.Context, *sdk.Invocation, none) (sdk.Result, error) { panic("at the disco") }),
		sdk.NewAction("print", "prints", printing),
		sdk.NewAction("leave", "leaves a child behind", leave),
	},
}

type (
	goodConfig struct {
		Greeting string `jw:"greeting" default:"hello"`
		Refuse   bool   `jw:"refuse"`
	}
	none    struct{}
	sayArgs struct {
		To string `jw:"to,required"`
	}
	execArgs struct {
		Command sdk.Command `jw:"command,required"`
		Live    bool        `jw:"live"`
	}
)

// Validate complains of a name.
func (a sayArgs) Validate(context.Context) []sdk.Diagnostic {
	if a.To == "nobody" {
		return []sdk.Diagnostic{{Summary: "nobody is not there", Attribute: "to"}}
	}
	return nil
}

var greeting string

func say(_ context.Context, inv *sdk.Invocation, args sayArgs) (sdk.Result, error) {
	inv.Progress("clearing its throat")
	_, _ = inv.Write([]byte("hm"))
	inv.Log.Warn("speaking", "to", args.To)
	inv.Log.Trace("not for this host")
	return sdk.Output(fmt.Sprintf("%s %s, attempt %d of %s, env %d", greeting, args.To, inv.Attempt, inv.ID, len(os.Environ()))), nil
}

func execute(ctx context.Context, inv *sdk.Invocation, args execArgs) (sdk.Result, error) {
	live := 0
	var output func([]byte)
	if args.Live {
		output = func(p []byte) {
			live += len(p)
			// A call amid another's chunks must not wait for them.
			if _, err := inv.Metrics(ctx); err != nil {
				panic(err)
			}
		}
	}
	r, err := inv.ExecLive(ctx, args.Command, output)
	if err != nil {
		return sdk.Result{}, err
	}
	result, err := sdk.Done(r)
	if args.Live {
		result.Output = fmt.Appendf(nil, "%d live", live)
	}
	return result, err
}

func ask(ctx context.Context, inv *sdk.Invocation, _ none) (sdk.Result, error) {
	var out bytes.Buffer
	for line, err := range inv.Logs(ctx, "stderr", 3) {
		if err != nil {
			return sdk.Result{}, err
		}
		fmt.Fprintf(&out, "<%s>", line)
	}
	for range inv.Logs(ctx, "stdout", 100000) {
		break // the rest is not wanted
	}
	metrics, err := inv.Metrics(ctx)
	if err != nil {
		return sdk.Result{}, err
	}
	fmt.Fprintf(&out, " loss %v", metrics["loss"].Min)
	if err := inv.CancelJob(ctx, "seen enough"); err != nil {
		return sdk.Result{}, err
	}
	return sdk.Result{Output: out.Bytes()}, nil
}

func wait(ctx context.Context, inv *sdk.Invocation, _ none) (sdk.Result, error) {
	inv.Progress(fmt.Sprint("waiting ", os.Getpid()))
	<-ctx.Done()
	return sdk.Result{}, ctx.Err()
}

func printing(context.Context, *sdk.Invocation, none) (sdk.Result, error) {
	fmt.Println("print to os.Stdout")
	fmt.Fprintln(os.Stderr, "print to os.Stderr")
	_ = exec.Command("/bin/sh", "-c", "echo print to descriptor 1 >&1; echo '{\"@message\": 1, \"@level\": []}' >&2").Run()
	child := exec.Command("/bin/sh", "-c", "echo print of a child")
	child.Stdout = os.NewFile(1, "fd1")
	_ = child.Run()
	_, _ = os.NewFile(2, "fd2").WriteString("Traceback (most recent call last)\n  File x\nValueError: no\nafter\n")
	return sdk.Output("printed"), nil
}

func leave(context.Context, *sdk.Invocation, none) (sdk.Result, error) {
	child := exec.Command("/bin/sleep", "1000")
	child.Stdout, child.Stderr = os.NewFile(1, "fd1"), os.NewFile(2, "fd2")
	if err := child.Start(); err != nil {
		return sdk.Result{}, err
	}
	return sdk.Output(fmt.Sprint(child.Process.Pid)), nil
}

// testServices are the host's services of a test.
type testServices struct {
	output   []byte // of every command, in parts
	executed []string

	mu        sync.Mutex
	cancelled []string
}

func (s *testServices) Exec(ctx context.Context, attribute string, output func([]byte)) (ExecResult, error) {
	s.executed = append(s.executed, attribute)
	if output != nil {
		for part := range slices.Chunk(s.output, 1<<20) {
			output(part)
		}
	}
	return ExecResult{Output: s.output, Duration: time.Second}, ctx.Err()
}

func (s *testServices) ReadLogs(_ context.Context, stream string, lines int, out func([]byte) error) error {
	if stream == "stderr" {
		return errors.Join(out([]byte("one\ntw")), out([]byte("o\nthree")))
	}
	for range lines {
		if err := out(bytes.Repeat([]byte("x"), 1000)); err != nil {
			return err
		}
		if err := out([]byte("\n")); err != nil {
			return err
		}
	}
	return nil
}

func (s *testServices) CancelJob(_ context.Context, reason string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancelled = append(s.cancelled, reason)
	return nil
}

func (s *testServices) Metrics(context.Context) (map[string]Metric, error) {
	return map[string]Metric{"loss": {Min: 0.25, Count: 3}}, nil
}

// A told collects what a Manager tells.
type told struct {
	mu   sync.Mutex
	news []string
}

func (t *told) add(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.news = append(t.news, fmt.Sprintf(format, args...))
}

func (t *told) all() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.news)
}

func (t *told) hooks() Hooks {
	return Hooks{
		Started: func(plugin string, _ int, version string) { t.add("started %s %s", plugin, version) },
		Exited:  func(plugin string, _ int, reason string) { t.add("exited %s: %s", plugin, firstLine(reason)) },
		Refused: func(plugin, reason string) { t.add("refused %s: %s", plugin, reason) },
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// A logBuffer is a log that a test reads.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newTestLog() (hclog.Logger, *logBuffer) {
	b := new(logBuffer)
	return hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: b, DisableTime: true}), b
}

// newTestManager returns a Manager that is closed at the test's end.
func newTestManager(t testing.TB, configs ...Config) (*Manager, *told, *logBuffer) {
	t.Helper()
	s, err := good.Schema()
	if err != nil {
		t.Fatal(err)
	}
	bundled := []*schema.Plugin{s}
	for name := range evils {
		bundled = append(bundled, &schema.Plugin{Name: name, Actions: []schema.Action{{Name: "say"}}, Grants: schema.Grants})
	}
	log, buffer := newTestLog()
	news := new(told)
	m, err := NewManager(NewCatalog(bundled, t.TempDir(), log), configs, news.hooks(), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := m.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
		if t.Failed() {
			t.Logf("log:\n%s", buffer)
		}
	})
	return m, news, buffer
}

// script writes an executable shell script and returns its path.
func script(t testing.TB, name, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// self is a line of shell that becomes a plugin of this binary.
func self(t testing.TB, name string) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("exec '%s' plugin serve %s", path, name)
}

func invocation(action string, arguments string) Invocation {
	return Invocation{ID: "id-1", Attempt: 1, Action: action, Arguments: []byte(arguments), Job: Job{Name: "train"}, Watcher: "w", Trigger: 1}
}

// within fails the test if f takes longer than anybody would wait.
func within(t testing.TB, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(60 * time.Second):
		buffer := make([]byte, 1<<20)
		t.Fatalf("%s does not end\n%s", what, buffer[:runtime.Stack(buffer, true)])
	}
}
