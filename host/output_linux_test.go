package host

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/host/event"
)

// TestOutputOfARealJob is TestChunksDoNotMatter with a real job, its files, the
// file system's news of them, and a real plugin.
func TestOutputOfARealJob(t *testing.T) {
	for seed := range uint64(rounds(3, 100)) {
		data := output(rand.New(rand.NewPCG(seed, 2)))
		path := filepath.Join(t.TempDir(), "data")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(modelled, `command = "true"`, "argv = "+self("write", path, fmt.Sprint(seed)), 1)
		tr := start(t, text)
		tr.exits(StatusSucceeded, ExitSucceeded)
		var got []string
		for _, e := range tr.all(both(of(event.MetricRecorded, event.WatcherTriggered, event.ActionStarted), by("loss"))) {
			switch e.Type {
			case event.MetricRecorded:
				got = append(got, fmt.Sprintf("loss=%v", e.Value))
			case event.WatcherTriggered:
				got = append(got, fmt.Sprintf("loss#%d %d %q", e.Trigger, e.Number, e.Captures["loss"]))
			}
		}
		var expected []string
		for _, l := range model(map[string][]byte{"stdout": data}) {
			if !strings.HasPrefix(l, "loss/") { // the order of actions is checked for every run
				expected = append(expected, l)
			}
		}
		if d := cmp.Diff(expected, got); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
		triggers, actions := len(tr.all(of(event.WatcherTriggered))), len(tr.all(of(event.ActionFinished)))
		if triggers != actions {
			t.Errorf("%d triggers, %d actions", triggers, actions)
		}
	}
}

// TestBackpressure: a job that triggers far faster than its action is done is
// not held up, memory stays bounded, and every action is delivered.
func TestBackpressure(t *testing.T) {
	triggers := rounds(6000, 50000)
	ended := filepath.Join(t.TempDir(), "ended")
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	before, most := memory.HeapAlloc, uint64(0)
	delivered, atEnd := map[string]int{}, -1
	tr := start(t, shellJob("j", fmt.Sprintf("head -c %d /dev/zero | tr '\\0' x | fold -w 1000; touch %s", 1000*triggers, ended), `
  watcher "slow" {
    pattern = "x+"
    action "stamp" {
      concurrency = 8
    }
  }
  watcher "slower" {
    pattern      = "x+"
    max_triggers = 2000
    action "stamp" {}
  }`), func(o *Options) {
		o.Events = func(e event.Event) { // and keeps none of them
			if e.Type != event.ActionFinished || e.Outcome != event.Succeeded {
				return
			}
			delivered[e.Watcher]++
			if _, err := os.Stat(ended); err == nil && atEnd < 0 {
				atEnd = delivered["slow"]
			}
			if delivered["slow"]%500 == 0 {
				runtime.ReadMemStats(&memory)
				most = max(most, memory.HeapAlloc-min(before, memory.HeapAlloc))
			}
		}
	})
	tr.exits(StatusSucceeded, ExitSucceeded)
	if delivered["slow"] != triggers || delivered["slower"] != 2000 {
		t.Errorf("delivered: %v of %d", delivered, triggers)
	}
	if atEnd < 0 || atEnd > triggers/2 {
		t.Errorf("the job ended when %d of %d actions were done: it was held up", atEnd, triggers)
	}
	if most > 128<<20 {
		t.Errorf("%d MiB of memory", most>>20)
	}
	t.Logf("the job ended when %d of %d actions were done; at most %d MiB", atEnd, triggers, most>>20)
}

// TestLongLinesAreBounded: what waits is counted in bytes, too.
func TestLongLinesAreBounded(t *testing.T) {
	lines := rounds(5, 600)
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var most uint64
	tr := start(t, shellJob("j", fmt.Sprintf("for i in $(seq %d); do head -c 1000000 /dev/zero | tr '\\0' x; echo; done", lines), `
  watcher "w" {
    pattern = "(?P<a>x+)"
    action "note" {
      file  = "DIR/notes"
      sleep = "10ms"
    }
  }`), func(o *Options) {
		events := o.Events
		o.Events = func(e event.Event) {
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc-min(before.HeapAlloc, now.HeapAlloc))
			e.Line, e.Captures = nil, nil
			events(e)
		}
	})
	tr.exits(StatusSucceeded, ExitSucceeded)
	if got := len(tr.all(of(event.ActionFinished))); got != lines {
		t.Errorf("%d actions for %d lines", got, lines)
	}
	if most > 600<<20 {
		t.Errorf("%d MiB of memory", most>>20)
	}
	t.Logf("at most %d MiB", most>>20)
}
