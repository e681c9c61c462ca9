package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/journal"
	"github.com/jwhost/jwhost/host/secret"
)

// broken is a store that fails from some moment on.
type broken struct {
	journal.Memory
	append, ack bool
}

var errFull = errors.New("the disk is full")

func (b *broken) Append(ctx context.Context, r []journal.Record) (journal.Seq, error) {
	if b.append {
		return 0, errFull
	}
	return b.Memory.Append(ctx, r)
}

func (b *broken) Ack(ctx context.Context, t *journal.Task, outcome string) error {
	if b.ack {
		return errFull
	}
	return b.Memory.Ack(ctx, t, outcome)
}

// TestAJournalThatFails: the run ends at once, says why, and its jobs go on,
// also those that are silent.
func TestAJournalThatFails(t *testing.T) {
	for name, store := range map[string]*broken{"append": {append: true}, "ack": {ack: true}} {
		t.Run(name, func(t *testing.T) {
			const waiting = "while [ ! -e DIR/go ]; do sleep 0.02; done; touch DIR/"
			file, c := load(t, shellJob("busy", "while [ ! -e DIR/both-run ]; do sleep 0.02; done; echo x; "+waiting+"busy", `
  watcher "w" {
    pattern = "x"
    action "stamp" {}
  }`)+shellJob("silent", waiting+"silent", "")+shellJob("next", "touch DIR/next", "depends_on = [job.silent]"))
			var events []event.Event
			started, state := 0, t.TempDir()
			r, err := newRun(t.Context(), file, Options{
				StateDir: state, Plugins: c, Log: hclog.NewNullLogger(), Secrets: secret.New(os.Getenv),
				Events: func(e event.Event) {
					events = append(events, e)
					if e.Type == event.JobStarted {
						started++
					}
					if started == 2 {
						_ = os.WriteFile(filepath.Join(file.Dir, "both-run"), nil, 0o600)
					}
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer r.closePlugins()
			r.journal = store
			result, _, err := r.run(t.Context())
			if !errors.Is(err, errFull) || result.Status != StatusFailed || result.ExitCode != ExitHost {
				t.Errorf("%+v, %v", result, err)
			}
			said := false
			for _, e := range events {
				switch e.Type {
				case event.WatcherTriggered:
					if store.append {
						t.Errorf("what is not written did not happen: %s", brief(e))
					}
				case event.JobEnded:
					if e.Job != "next" || e.State != "skipped" {
						t.Errorf("%s", brief(e))
					}
				case event.Warning:
					said = said || e.Code == "host" && strings.Contains(e.Message, errFull.Error())
				}
			}
			if !said {
				t.Error("no event says why")
			}
			if err := os.WriteFile(filepath.Join(file.Dir, "go"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			appears(t, filepath.Join(file.Dir, "busy"))
			appears(t, filepath.Join(file.Dir, "silent"))
			nothingLeft(t, file.Dir, state)
			if _, err := os.Stat(filepath.Join(file.Dir, "next")); err == nil {
				t.Error("the next job was started")
			}
		})
	}
}

// appears waits for a file.
func appears(t testing.TB, path string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not appear", path)
		}
	}
}

// picky is a file with a third-party plugin, which refuses an empty greeting.
func picky(t testing.TB, greeting string) (text string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "picky")
	if err := os.WriteFile(path, fmt.Appendf(nil, "#!/bin/sh\nexec '%s' plugin serve picky\n", exe), 0o700); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`
plugin "picky" {
  source = %q
  config {
    greeting = %q
  }
}
`, path, greeting) + shellJob("j", "echo x; touch DIR/ran", `
  watcher "w" {
    pattern = "x"
    action "picky.greet" {}
  }`)
}

func TestAConfigThatIsRefused(t *testing.T) {
	tr := start(t, picky(t, ""))
	tr.exits(StatusFailed, ExitUsage)
	if len(tr.diags) != 1 || tr.diags[0].Subject.Start.Line != 5 {
		t.Errorf("diagnostics: %v", tr.diags)
	}
	if len(tr.events) > 0 {
		t.Errorf("events of a run that did not begin: %v", tr.events)
	}
	if _, err := os.Stat(filepath.Join(tr.dir, "ran")); err == nil {
		t.Error("the job ran")
	}
	if left, _ := filepath.Glob(filepath.Join(tr.state, "runs", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestThirdPartyPlugin(t *testing.T) {
	tr := start(t, picky(t, "hello"))
	tr.exits(StatusSucceeded, ExitSucceeded)
	want(t, tr.briefs(event.PluginStarted, event.ActionFinished), "plugin.started picky", "action.finished j w #1 picky.greet @1 succeeded hello")
}

// TestTheRunEndsWhileAPluginStarts: nobody waits for what is not needed.
func TestTheRunEndsWhileAPluginStarts(t *testing.T) {
	for name, s := range map[string]Signal{"stop": Stop, "kill": Kill, "detach": Detach} {
		t.Run(name, func(t *testing.T) {
			slow := filepath.Join(t.TempDir(), "picky")
			file, c := load(t, picky(t, "hello"))
			if err := os.WriteFile(slow, []byte("#!/bin/sh\nsleep 300\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			file.Plugins[0].Source = slow
			signals := make(chan Signal, 1)
			signals <- s
			var got []string
			begin := time.Now()
			result, _, err := Run(t.Context(), file, Options{StateDir: t.TempDir(), Plugins: c, Signals: signals, Events: func(e event.Event) {
				got = append(got, brief(e))
			}})
			if err != nil || result.ExitCode != ExitInterrupted {
				t.Errorf("%+v, %v", result, err)
			}
			if took := time.Since(begin); took > 30*time.Second { // the plugin has a minute
				t.Errorf("it took %v", took)
			}
			want(t, got, "run.started", "warning j job-end "+overBeforeStart, "job.ended j skipped", "run.ended interrupted exit=130")
		})
	}
}
