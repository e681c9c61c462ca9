package host

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/host/event"
)

func want(t testing.TB, got []string, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// shellJob is a job of a shell command, with the rest of its block.
func shellJob(name, command, rest string) string {
	return "job \"" + name + "\" {\n  source \"local\" {\n    command = <<-X\n" + command + "\nX\n  }\n" + rest + "\n}\n"
}

const failing = `
  watcher "w" {
    pattern = "x"
    action "run_command" {
      command = "exit 3"
    }
  }`

func TestHowARunEnds(t *testing.T) {
	strict := func(o *Options) { o.StrictActions = true }
	for _, c := range []struct {
		name, text, status string
		code               int
		change             []func(*Options)
	}{
		{"all succeed", shellJob("a", "true", "") + shellJob("b", "true", ""), StatusSucceeded, ExitSucceeded, nil},
		{"a job fails", shellJob("a", "true", "") + shellJob("b", "exit 3", ""), StatusFailed, ExitJobFailed, nil},
		{"a job is killed", shellJob("a", "kill -9 $$", ""), StatusFailed, ExitJobFailed, nil},
		{"a job takes too long", shellJob("a", "sleep 300", `time_limit = "100ms"`), StatusFailed, ExitJobFailed, nil},
		{"a dependency fails", shellJob("a", "exit 3", "") + shellJob("b", "true", "depends_on = [job.a]"), StatusFailed, ExitJobFailed, nil},
		{"an action fails", shellJob("a", "echo x", failing), StatusSucceeded, ExitSucceeded, nil},
		{"an action fails, strictly", shellJob("a", "echo x", failing), StatusFailed, ExitActionFailed, []func(*Options){strict}},
		{"a job and an action fail, strictly", shellJob("a", "echo x; exit 1", failing), StatusFailed, ExitJobFailed, []func(*Options){strict}},
		{"an action succeeds at last, strictly", shellJob("a", "echo x", `
  watcher "w" {
    pattern = "x"
    action "run_command" {
      command = "test -e DIR/flag || { touch DIR/flag; exit 1; }"
      retry {
        attempts = 2
        backoff  = "1ms"
      }
    }
  }`), StatusSucceeded, ExitSucceeded, []func(*Options){strict}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			start(t, c.text, c.change...).exits(c.status, c.code)
		})
	}
}

func TestAJobThatCannotStart(t *testing.T) {
	tr := start(t, `
job "a" {
  source "local" {
    argv = ["/no/such/program"]
  }
  watcher "ended" {
    on_end {
      states = ["failed"]
    }
    action "read" {}
  }
  watcher "other" {
    pattern = "x"
  }
}
`+shellJob("b", "true", "depends_on = [job.a]"))
	tr.exits(StatusFailed, ExitJobFailed)
	got := tr.briefs(event.JobStarted, event.JobEnded, event.WatcherTriggered, event.ActionFinished)
	want(t, got, "job.ended a failed", "watcher.triggered a ended #1", "job.ended b skipped", "action.finished a ended #1 read @1 succeeded")
}

func TestStateFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tr := start(t, shellJob("a", "touch DIR/ran", ""), func(o *Options) { o.StateDir = filepath.Join(file, "state") })
	tr.exits(StatusFailed, ExitHost)
	if tr.err == nil || !strings.Contains(tr.err.Error(), "--state") {
		t.Errorf("error: %v", tr.err)
	}
	if _, err := os.Stat(filepath.Join(tr.dir, "ran")); err == nil || len(tr.events) > 0 {
		t.Error("something was started")
	}
}

func TestDependencies(t *testing.T) {
	const note = "echo $JOB_ID | sed 's/.*\\.//' >> DIR/order"
	tr := start(t, shellJob("last", note, "depends_on = [job.left, job.right]")+
		shellJob("left", "sleep 0.1; "+note, "depends_on = [job.first]")+
		shellJob("right", note, "depends_on = [job.first]")+
		shellJob("first", note, "")+
		shellJob("broken", "exit 1", "depends_on = [job.first]")+
		shellJob("never", note, "depends_on = [job.right, job.broken]")+
		shellJob("nor", note, "depends_on = [job.never]"))
	tr.exits(StatusFailed, ExitJobFailed)
	b, err := os.ReadFile(filepath.Join(tr.dir, "order"))
	if err != nil {
		t.Fatal(err)
	}
	want(t, strings.Fields(string(b)), "first", "right", "left", "last")
	ends := map[string]string{}
	for _, e := range tr.all(of(event.JobEnded)) {
		ends[e.Job] = e.State
	}
	if d := cmp.Diff(map[string]string{
		"first": "succeeded", "left": "succeeded", "right": "succeeded", "last": "succeeded",
		"broken": "failed", "never": "skipped", "nor": "skipped",
	}, ends); d != "" {
		t.Error(d)
	}
}

// stubborn is a job that begins, and ends when it is asked to.
const stubborn = "trap 'echo asked; exit 0' TERM; echo begun; while :; do sleep 0.02; done"

func TestStop(t *testing.T) {
	tr := start(t, shellJob("a", stubborn, `
  watcher "begun" {
    pattern = "begun"
    action "note" {
      file  = "DIR/notes"
      sleep = "300ms"
    }
  }
  watcher "asked" {
    pattern = "asked"
    action "log_event" {
      message = "delivered"
    }
  }
  watcher "end" {
    on_end {}
    action "log_event" {
      message = "not for a job that was cancelled"
    }
  }
  watcher "cancelled" {
    on_end {
      states = ["cancelled"]
    }
    action "log_event" {
      message = "${job.state}"
    }
  }`)+shellJob("b", "true", "depends_on = [job.a]"), withOutput)
	tr.await("the job", line("begun"))
	tr.await("the action", of(event.ActionStarted))
	tr.signals <- Stop
	tr.exits(StatusInterrupted, ExitInterrupted)
	ends := tr.briefs(event.JobEnded)
	want(t, ends, "job.ended a cancelled exit=0", "job.ended b skipped")
	for watcher, n := range map[string]int{"begun": 1, "asked": 1, "end": 0, "cancelled": 1} {
		if got := tr.all(both(of(event.ActionFinished), by(watcher))); len(got) != n || n > 0 && got[0].Outcome != event.Succeeded {
			t.Errorf("actions of %s: %v", watcher, got)
		}
	}
}

func TestKill(t *testing.T) {
	for name, text := range map[string]string{
		"deaf":     shellJob("a", "trap '' TERM; echo begun; while :; do sleep 0.02; done", ""),
		"spamming": "job \"a\" {\n  source \"local\" {\n    argv = " + self("spam") + "\n  }\n" + failing + "\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := start(t, text+shellJob("b", "true", "depends_on = [job.a]"))
			tr.await("the job", of(event.JobStarted))
			tr.signals <- Stop
			if name == "spamming" {
				tr.signals <- Kill
			} else {
				time.Sleep(50 * time.Millisecond)
				tr.signals <- Kill
			}
			tr.exits(StatusInterrupted, ExitInterrupted)
			if ends := tr.all(of(event.JobEnded)); len(ends) != 2 || ends[0].State != "cancelled" || ends[1].State != "skipped" {
				t.Errorf("ends: %v", tr.briefs(event.JobEnded))
			}
		})
	}
}

func TestKillEndsActions(t *testing.T) {
	tr := start(t, shellJob("a", "echo x; echo x; sleep 300", `
  watcher "command" {
    pattern = "x"
    action "run_command" {
      command = "trap 'touch DIR/asked' TERM; echo $$ > DIR/pid; while :; do sleep 0.02; done"
    }
  }
  watcher "plugin" {
    pattern = "x"
    action "hang" {
      retry {
        attempts = 3
      }
    }
  }`))
	tr.await("the plugin", both(of(event.ActionStarted), by("plugin")))
	for _, err := os.Stat(filepath.Join(tr.dir, "pid")); err != nil; _, err = os.Stat(filepath.Join(tr.dir, "pid")) {
		time.Sleep(10 * time.Millisecond)
	}
	tr.signals <- Kill
	tr.exits(StatusInterrupted, ExitInterrupted)
	got := tr.all(of(event.ActionFinished))
	if len(got) != 2 {
		t.Fatalf("%d attempts have finished", len(got))
	}
	for _, e := range got {
		if e.Outcome != event.Interrupted || e.Attempt != 1 || e.Trigger != 1 {
			t.Errorf("%s", brief(e))
		}
	}
	if _, err := os.Stat(filepath.Join(tr.dir, "asked")); err == nil {
		t.Error("the command had time to end by itself")
	}
	if got := tr.all(func(e event.Event) bool { return e.Code == "not-delivered" }); len(got) != 1 || !strings.HasPrefix(got[0].Message, "2 ") {
		t.Errorf("what was not delivered: %v", got)
	}
}

func TestTheEndOfTheContextIsAKill(t *testing.T) {
	file, c := load(t, shellJob("a", "echo begun; sleep 300", ""))
	ctx, cancel := context.WithCancel(t.Context())
	var ends []string
	result, _, err := Run(ctx, file, Options{StateDir: t.TempDir(), Plugins: c, Events: func(e event.Event) {
		switch e.Type {
		case event.JobStarted:
			cancel()
		case event.JobEnded:
			ends = append(ends, brief(e))
		}
	}})
	if err != nil || result.ExitCode != ExitInterrupted {
		t.Errorf("%+v, %v", result, err)
	}
	want(t, ends, "job.ended a cancelled SIGKILL")
}

func TestDetach(t *testing.T) {
	for name, signals := range map[string][]Signal{"at once": {Detach}, "and then killed": {Detach, Kill}} {
		t.Run(name, func(t *testing.T) {
			tr := start(t, shellJob("a", "echo begun; while [ ! -e DIR/go ]; do sleep 0.02; done; touch DIR/went-on", `
  watcher "w" {
    pattern = "begun"
    action "run_command" {
      command = "sleep 300"
    }
  }`)+shellJob("b", "touch DIR/ran", "depends_on = [job.a]"))
			tr.await("the action", of(event.ActionStarted))
			for _, s := range signals {
				tr.signals <- s
			}
			tr.exits(StatusInterrupted, ExitInterrupted)
			want(t, tr.briefs(event.JobEnded), "job.ended b skipped")
			if err := os.WriteFile(filepath.Join(tr.dir, "go"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			for range 600 {
				if _, err := os.Stat(filepath.Join(tr.dir, "went-on")); err == nil {
					return
				}
				time.Sleep(50 * time.Millisecond)
			}
			t.Error("the job did not go on")
		})
	}
}

// TestSignalsAtAnyTime: whenever a signal comes, the run ends in order and
// leaves nothing behind.
func TestSignalsAtAnyTime(t *testing.T) {
	for i := range rounds(12, 200) {
		tr := start(t, shellJob("a", "echo x; sleep 0.1; echo x; exit 0", failing)+shellJob("b", "echo x; sleep 0.05", failing+"\ndepends_on = [job.a]"))
		time.Sleep(time.Duration(i%40) * 10 * time.Millisecond)
		s := []Signal{Stop, Kill, Detach}[i%3]
		tr.signals <- s
		tr.end()
		if ends := tr.all(of(event.JobEnded)); len(ends) != 2 && s != Detach {
			t.Errorf("%d jobs have ended", len(ends))
		}
	}
}

// rounds is how often a test repeats: few times, or many where JWHOST_LONG is
// set.
func rounds(few, many int) int {
	if os.Getenv("JWHOST_LONG") != "" {
		return many
	}
	return few
}
