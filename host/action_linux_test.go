package host

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jwhost/jwhost/host/event"
)

func TestOrderOfActions(t *testing.T) {
	const watcher = `
  watcher %q {
    pattern = "x (?P<n>\\d+)"
    action "note" {
      file  = "DIR/notes"
      sleep = "5ms"
      text  = "%[1]s first $${n}"
    }
    action "run_command" {
      when    = n != 2
      command = "echo '%[1]s second' $${n} >> DIR/notes"
    }
    action "note" {
      file = "DIR/notes"
      text = "%[1]s third $${n}"
    }
  }`
	text := strings.ReplaceAll(fmt.Sprintf(watcher, "a")+fmt.Sprintf(watcher, "b"), "$${", "${")
	tr := start(t, shellJob("j", "for i in 1 2 3; do echo x $i; done", text))
	tr.exits(StatusSucceeded, ExitSucceeded) // and the check of every run: no two of a watcher at once, none out of order
	b, err := os.ReadFile(filepath.Join(tr.dir, "notes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []string{"a", "b"} {
		var got []string
		for l := range strings.Lines(string(b)) {
			if _, what, ok := strings.Cut(l, w+" "); ok {
				got = append(got, strings.TrimSpace(what))
			}
		}
		want(t, got, "first 1", "second 1", "third 1", "first 2", "third 2", "first 3", "second 3", "third 3")
	}
	for _, e := range tr.all(of(event.ActionFinished)) {
		if e.Outcome != event.Succeeded {
			t.Errorf("%s", brief(e))
		}
	}
}

func TestConcurrency(t *testing.T) {
	tr := start(t, shellJob("j", "for i in 1 2 3 4 5 6 7 8 9; do echo x; done", `
  watcher "wide" {
    pattern = "x"
    action "note" {
      file        = "DIR/notes"
      sleep       = "50ms"
      concurrency = 3
    }
  }
  watcher "narrow" {
    pattern = "x"
    action "note" {
      file  = "DIR/notes"
      sleep = "5ms"
    }
  }`))
	tr.exits(StatusSucceeded, ExitSucceeded)
	running, most := map[string]int{}, map[string]int{}
	for _, e := range tr.all(of(event.ActionStarted, event.ActionFinished)) {
		if e.Type == event.ActionFinished {
			running[e.Watcher]--
			continue
		}
		running[e.Watcher]++
		most[e.Watcher] = max(most[e.Watcher], running[e.Watcher])
	}
	if most["wide"] < 2 || most["wide"] > 3 || most["narrow"] != 1 {
		t.Errorf("most at once: %v", most)
	}
}

func TestMaxActions(t *testing.T) {
	watchers := ""
	for i := range 6 {
		watchers += fmt.Sprintf(`
  watcher "w%d" {
    pattern = "x"
    action "run_command" {
      command = "echo + >> DIR/notes; sleep 0.1; echo - >> DIR/notes"
      timeout = "10s"
    }
  }`, i)
	}
	tr := start(t, shellJob("j", "echo x", watchers), func(o *Options) { o.MaxActions = 2 })
	tr.exits(StatusSucceeded, ExitSucceeded)
	b, _ := os.ReadFile(filepath.Join(tr.dir, "notes"))
	running, most := 0, 0
	for _, c := range strings.Fields(string(b)) {
		if c == "+" {
			running++
		} else {
			running--
		}
		most = max(most, running)
	}
	if len(b) != 24 || most > 2 {
		t.Errorf("%d commands at once:\n%s", most, b)
	}
}

func TestStatesOfTheEnd(t *testing.T) {
	states := []string{"", "succeeded", "failed", "cancelled", "timeout"}
	watchers := ""
	for _, s := range states {
		chosen, name := "", "any"
		if s != "" {
			chosen, name = fmt.Sprintf("states = [%q]", s), s
		}
		watchers += fmt.Sprintf(`
  watcher %q {
    on_end {
      %s
    }
    action "log_event" {
      message = "${job.state} ${job.exit_code}"
    }
  }
  watcher "latest_%[1]s" {
    pattern = "saved (?P<ckpt>\\S+)"
    on_end {
      %[2]s
    }
    action "log_event" {
      message = "${ckpt} ${prev.ckpt} ${match.number}"
    }
  }`, name, chosen)
	}
	watchers += `
  watcher "never" {
    pattern = "nothing of the kind"
    on_end {}
    action "log_event" {
      message = "never"
    }
  }
  watcher "giving_up" {
    pattern = "give up"
    action "cancel_job" {}
  }`
	const saves = "echo saved 1; echo saved 2; echo saved 3; "
	for state, c := range map[string]struct{ command, rest, message string }{
		"succeeded": {saves, "", "succeeded 0"},
		"failed":    {saves + "exit 7", "", "failed 7"},
		"cancelled": {saves + "echo give up; sleep 300", "", "cancelled "},
		"timeout":   {saves + "sleep 300", `time_limit = "300ms"`, "timeout "},
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			tr := start(t, shellJob("j", c.command, c.rest+watchers))
			tr.end()
			var got []string
			for _, e := range tr.all(both(of(event.ActionFinished), func(e event.Event) bool { return e.Action == "log_event" })) {
				got = append(got, e.Watcher+": "+string(e.Output))
			}
			slices.Sort(got)
			var expected []string
			if state != "cancelled" {
				expected = append(expected, "any: "+c.message, "latest_any: 3 2 3")
			}
			expected = append(expected, "latest_"+state+": 3 2 3", state+": "+c.message)
			slices.Sort(expected)
			want(t, got, expected...)
		})
	}
}

func TestAPluginThatHangs(t *testing.T) {
	tr := start(t, shellJob("j", "echo x; echo x", `
  watcher "hangs" {
    pattern = "x"
    action "hang" {
      timeout = "100ms"
    }
  }
  watcher "retried" {
    pattern      = "x"
    max_triggers = 1
    action "hang" {
      timeout = "100ms"
      retry {
        attempts = 2
        backoff  = "1ms"
      }
    }
  }
  watcher "other" {
    pattern = "x"
    action "note" {
      file = "DIR/notes"
      text = "ok"
    }
  }`))
	tr.exits(StatusSucceeded, ExitSucceeded)
	for watcher, outcomes := range map[string][]string{
		"hangs":   {"timed_out", "timed_out"},
		"retried": {"timed_out", "dead"},
		"other":   {"succeeded", "succeeded"},
	} {
		var got []string
		for _, e := range tr.all(both(of(event.ActionFinished), by(watcher))) {
			got = append(got, e.Outcome)
			if e.Outcome != event.Succeeded && !strings.Contains(e.Error, "within 100ms") {
				t.Errorf("%s", brief(e))
			}
		}
		want(t, got, outcomes...)
	}
}

func TestACommandAskedForTwice(t *testing.T) {
	tr := start(t, shellJob("j", "echo x", `
  watcher "w" {
    pattern = "x"
    action "twice" {
      command = "echo run >> DIR/notes; wc -l < DIR/notes"
    }
  }`))
	tr.end()
	got := tr.briefs(event.ActionFinished)
	if len(got) != 1 || !strings.Contains(got[0], "1\n<nil>2\n<nil>") {
		t.Errorf("%q", got)
	}
}

func TestAFailureKeepsItsOutput(t *testing.T) {
	tr := start(t, shellJob("j", "echo x", `
  watcher "failed" {
    pattern = "x"
    action "run_command" {
      command = "echo why; exit 3"
    }
  }
  watcher "killed" {
    pattern = "x"
    action "run_command" {
      command = "kill -9 $$"
    }
  }
  watcher "long" {
    pattern = "x"
    action "run_command" {
      command      = "seq 1000"
      output_limit = 10
    }
  }
  watcher "short" {
    pattern = "x"
    action "run_command" {
      command = "echo all"
    }
  }`))
	tr.end()
	for _, e := range tr.all(of(event.ActionFinished)) {
		b, _ := os.ReadFile(e.Log)
		ok := false
		switch e.Watcher {
		case "failed":
			ok = string(b) == "why\n" && *e.ExitCode == 3
		case "killed":
			ok = e.Outcome == event.Failed && e.ExitCode == nil && strings.Contains(e.Error, "SIGKILL")
		case "long":
			ok = len(b) == 3893 && e.Truncated && string(e.Output) == "1\n2\n3\n4\n5\n"
		case "short":
			ok = e.Log == "" && string(e.Output) == "all\n"
		}
		if !ok {
			t.Errorf("%s; log %s", brief(e), e.Log)
		}
	}
	if folders, _ := filepath.Glob(filepath.Join(tr.result.Dir, "actions", "*short*")); len(folders) > 0 {
		t.Errorf("left behind: %v", folders)
	}
}

// TestPluginsKilledAtRandom kills the plugin's process again and again while
// its actions run.
func TestPluginsKilledAtRandom(t *testing.T) {
	old := redeliverAfter
	redeliverAfter = 10 * time.Millisecond
	t.Cleanup(func() { redeliverAfter = old })
	kills := rounds(30, 300)
	tr := start(t, shellJob("j", "i=0; while [ ! -e DIR/stop ]; do i=$((i+1)); echo tick $i; sleep 0.02; done", `
  watcher "idempotent" {
    pattern = "tick"
    action "note" {
      file  = "DIR/idempotent"
      sleep = "15ms"
    }
  }
  watcher "retried" {
    pattern = "tick"
    action "note_once" {
      file  = "DIR/retried"
      sleep = "15ms"
      retry {
        attempts = 100
        backoff  = "1ms"
      }
    }
  }
  watcher "once" {
    pattern = "tick"
    action "note_once" {
      file  = "DIR/once"
      sleep = "15ms"
    }
  }
  watcher "wide" {
    pattern = "tick"
    action "note" {
      file        = "DIR/wide"
      sleep       = "15ms"
      concurrency = 4
      retry {
        attempts = 100
        backoff  = "1ms"
      }
    }
  }`))
	killed, random := 0, rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	for killed < kills {
		started := tr.all(both(of(event.PluginStarted), func(e event.Event) bool { return e.Plugin == "trial" }))
		if len(started) == killed {
			time.Sleep(time.Millisecond)
			continue
		}
		time.Sleep(time.Duration(random.IntN(60)) * time.Millisecond)
		if err := syscall.Kill(started[killed].PID, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		killed++
	}
	if err := os.WriteFile(filepath.Join(tr.dir, "stop"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tr.exits(StatusSucceeded, ExitSucceeded)

	triggers := map[string]int64{}
	for _, e := range tr.all(of(event.WatcherTriggered)) {
		triggers[e.Watcher] = e.Trigger
	}
	outcomes := map[string]map[string][]string{} // by watcher and id
	for _, e := range tr.all(of(event.ActionFinished)) {
		if outcomes[e.Watcher] == nil {
			outcomes[e.Watcher] = map[string][]string{}
		}
		outcomes[e.Watcher][e.ID] = append(outcomes[e.Watcher][e.ID], e.Outcome)
	}
	died := 0
	for watcher, n := range triggers {
		if int64(len(outcomes[watcher])) != n {
			t.Errorf("%s: %d triggers, %d actions", watcher, n, len(outcomes[watcher]))
		}
		notes := map[string]int{}
		b, _ := os.ReadFile(filepath.Join(tr.dir, watcher))
		for l := range strings.Lines(string(b)) {
			notes[strings.Fields(l)[0]]++
		}
		for id, got := range outcomes[watcher] {
			died += len(got) - 1
			last := got[len(got)-1]
			switch watcher {
			case "retried", "wide":
				if last != event.Succeeded {
					t.Errorf("%s ends %s", id, last)
				}
			case "idempotent":
				if last != event.Succeeded && len(got) != redeliveries+1 {
					t.Errorf("%s ends %s after %d attempts", id, last, len(got))
				}
			case "once":
				if len(got) != 1 || notes[id] > 1 {
					t.Errorf("%s had %d attempts, and ran %d times", id, len(got), notes[id])
				}
			}
			if last == event.Succeeded && notes[id] == 0 || notes[id] > len(got) {
				t.Errorf("%s: %d attempts, and it ran %d times", id, len(got), notes[id])
			}
		}
	}
	t.Logf("%d kills, %d triggers of each watcher, %d attempts again", killed, triggers["once"], died)
	if died == 0 {
		t.Error("no kill met an action")
	}
}
