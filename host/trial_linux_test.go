package host

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/pluginproc"
	"github.com/jwhost/jwhost/shared/schema"
)

// A trial is a run of a file under test.
type trial struct {
	t       testing.TB
	dir     string // of the file
	state   string
	file    *jobfile.File
	signals chan Signal
	log     strings.Builder

	mu     sync.Mutex
	events []event.Event
	more   chan struct{} // closed and replaced at each event

	done   chan struct{} // then:
	result Result
	diags  hcl.Diagnostics
	err    error
}

// catalog knows the plugins of this binary.
func catalog(t testing.TB) *pluginproc.Catalog {
	t.Helper()
	var schemas []*schema.Plugin
	for _, p := range plugins() {
		s, err := p.Schema()
		if err != nil {
			t.Fatal(err)
		}
		schemas = append(schemas, s)
	}
	return pluginproc.NewCatalog(schemas, "", nil)
}

// load checks a file, in a folder of its own. DIR in it is that folder.
func load(t testing.TB, text string) (*jobfile.File, *pluginproc.Catalog) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "jobs.hcl")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "DIR", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	c := catalog(t)
	file, diags := jobfile.Load([]string{path}, jobfile.Options{Actions: c})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return file, c
}

// start starts a run of the text. At the test's end it is over, nothing of it
// is left running, and its events make sense.
func start(t testing.TB, text string, change ...func(*Options)) *trial {
	t.Helper()
	file, c := load(t, text)
	tr := &trial{
		t: t, file: file, dir: file.Dir, state: t.TempDir(),
		signals: make(chan Signal, 8), more: make(chan struct{}), done: make(chan struct{}),
	}
	log := hclog.New(&hclog.LoggerOptions{Level: hclog.Info, Output: &tr.log, DisableTime: true})
	o := Options{StateDir: tr.state, Events: tr.event, Signals: tr.signals, Log: log, Plugins: c}
	for _, f := range change {
		f(&o)
	}
	go func() {
		defer close(tr.done)
		tr.result, tr.diags, tr.err = Run(t.Context(), file, o)
	}()
	t.Cleanup(func() {
		select {
		case tr.signals <- Kill:
		default:
		}
		within(t, "the run", tr.done)
		nothingLeft(t, tr.dir, tr.state)
		for _, e := range tr.all(of(event.PluginStarted)) {
			if err := syscall.Kill(e.PID, 0); err == nil {
				t.Errorf("the plugin %s is left running: %d", e.Plugin, e.PID)
			}
		}
		tr.check()
		if t.Failed() {
			t.Logf("log:\n%s", &tr.log)
			for _, e := range tr.events[:min(len(tr.events), 300)] {
				t.Logf("%s", brief(e))
			}
		}
	})
	return tr
}

func (tr *trial) event(e event.Event) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.events = append(tr.events, e)
	close(tr.more)
	tr.more = make(chan struct{})
}

// all returns the events so far that match.
func (tr *trial) all(match func(event.Event) bool) []event.Event {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	var found []event.Event
	for _, e := range tr.events {
		if match(e) {
			found = append(found, e)
		}
	}
	return found
}

// await waits for the first event that matches.
func (tr *trial) await(what string, match func(event.Event) bool) event.Event {
	tr.t.Helper()
	timeout := time.After(patience)
	for next := 0; ; {
		tr.mu.Lock()
		events, more := tr.events[next:], tr.more
		tr.mu.Unlock()
		for _, e := range events {
			if match(e) {
				return e
			}
		}
		next += len(events)
		select {
		case <-more:
		case <-tr.done:
			if len(tr.all(match)) == 0 {
				tr.t.Fatalf("it is over without: %s", what)
			}
		case <-timeout:
			tr.t.Fatalf("it does not come: %s", what)
		}
	}
}

// end waits for the run's end and returns its events.
func (tr *trial) end() []event.Event {
	tr.t.Helper()
	within(tr.t, "the run", tr.done)
	return tr.events
}

// exits waits for the run's end and checks how it ended.
func (tr *trial) exits(status string, code int) {
	tr.t.Helper()
	tr.end()
	if tr.result.Status != status || tr.result.ExitCode != code {
		tr.t.Errorf("it ended %s with %d (%v), want %s with %d", tr.result.Status, tr.result.ExitCode, tr.err, status, code)
	}
}

// nothingLeft waits until no process has to do with a run's folders.
func nothingLeft(t testing.TB, dir, state string) {
	t.Helper()
	for deadline := time.Now().Add(patience / 4); ; time.Sleep(10 * time.Millisecond) {
		left := leftRunningIn(dir, state)
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("left running:\n%s", strings.Join(left, "\n"))
			return
		}
	}
}

// leftRunningIn names the jobs and supervisors of a run.
func leftRunningIn(dir, state string) []string {
	var left []string
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range folders {
		cwd, _ := os.Readlink(p + "/cwd")
		line, _ := os.ReadFile(p + "/cmdline")
		if strings.HasPrefix(cwd, dir) || strings.Contains(string(line), state) {
			left = append(left, fmt.Sprintf("%s: %s in %s", p, strings.ReplaceAll(string(line), "\x00", " "), cwd))
		}
	}
	return left
}

// patience is how long a test waits for what comes.
const patience = 3 * time.Minute

func within(t testing.TB, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatalf("%s does not end", what)
	}
}

// brief is an event as tests compare it: what is always the same of it.
func brief(e event.Event) string {
	words := []string{string(e.Type)}
	add := func(format string, x any) {
		if s := fmt.Sprintf(format, x); s != "" && s != "0" && s != "#0" && s != "@0" {
			words = append(words, s)
		}
	}
	add("%s", e.Job)
	add("%s", e.Watcher)
	add("#%d", e.Trigger)
	add("%s", e.Action)
	add("@%d", e.Attempt)
	add("%s", e.Outcome)
	add("%s", e.State)
	add("%s", e.Status)
	add("%s", e.Name)
	add("%s", e.Plugin)
	add("%s", e.Code)
	if e.ExitCode != nil {
		words = append(words, fmt.Sprintf("exit=%d", *e.ExitCode))
	}
	add("%s", e.Signal)
	add("%s", e.Reason)
	add("%.200s", e.Line)
	add("%.200s", e.Output)
	add("%s", e.Phase)
	add("%s", e.Error)
	add("%s", e.Message)
	return strings.Join(words, " ")
}

// briefs are the events of the types, in order.
func (tr *trial) briefs(types ...event.Type) []string {
	var list []string
	for _, e := range tr.all(of(types...)) {
		list = append(list, brief(e))
	}
	return list
}

// of matches events of the types.
func of(types ...event.Type) func(event.Event) bool {
	return func(e event.Event) bool { return slices.Contains(types, e.Type) }
}

// both matches what all of them match.
func both(matches ...func(event.Event) bool) func(event.Event) bool {
	return func(e event.Event) bool {
		return !slices.ContainsFunc(matches, func(m func(event.Event) bool) bool { return !m(e) })
	}
}

// by matches events of a watcher.
func by(watcher string) func(event.Event) bool {
	return func(e event.Event) bool { return e.Watcher == watcher }
}

// line matches a line of a job's output.
func line(text string) func(event.Event) bool {
	return func(e event.Event) bool { return e.Type == event.JobOutput && string(e.Line) == text }
}

// withOutput asks for events of the job's output.
func withOutput(o *Options) { o.Output = true }
