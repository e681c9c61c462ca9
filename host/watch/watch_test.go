package watch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/host/series"
	"github.com/jwhost/jwhost/host/source"
	"github.com/jwhost/jwhost/host/watch"
	"github.com/jwhost/jwhost/shared/schema"
)

// actions is the one action that the tests need.
type actions struct{}

func (actions) Bundled() []*schema.Plugin {
	return []*schema.Plugin{{Name: "logevent", Actions: []schema.Action{{
		Name: "log_event", Attributes: []schema.Attribute{{Name: "message", Type: schema.Text}},
	}}}}
}

func (actions) Describe(string, string) (*schema.Plugin, error) { return nil, errors.New("no plugins") }

// load returns the machines of the watchers in the text.
func load(t *testing.T, watchers string) []*watch.Machine {
	t.Helper()
	path := filepath.Join(t.TempDir(), "jobs.hcl")
	text := "job \"train\" {\n  source \"local\" {\n    command = \"true\"\n  }\n" + watchers + "\n}\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	file, diags := jobfile.Load([]string{path}, jobfile.Options{Actions: actions{}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var machines []*watch.Machine
	for _, w := range file.Jobs[0].Watchers {
		machines = append(machines, watch.New(w, watch.State{}))
	}
	return machines
}

// replay shows lines, one a second, and then the end to the machines; it tells
// what came of it.
type replay struct {
	machines []*watch.Machine
	metrics  series.Set
	now      time.Time
	number   int64
	log      []string
}

func newReplay(machines []*watch.Machine) *replay {
	return &replay{machines: machines, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

func (r *replay) lines(lines ...string) {
	for _, text := range lines {
		r.number++
		r.now = r.now.Add(time.Second)
		before := r.metrics.Snapshot()
		var points []series.Point
		for _, m := range r.machines {
			if !m.Reads("stdout") {
				continue
			}
			if loc := m.Watcher().Pattern.Regexp.FindSubmatchIndex([]byte(text)); loc != nil {
				match := m.NewMatch([]byte(text), loc, "stdout", r.number, r.now)
				step := m.Line(match, scope.Job{Name: "train", State: "running"}, before)
				points = append(points, step.Points...)
				r.note(m, step)
			}
		}
		for _, p := range points {
			r.metrics.Add(p)
		}
	}
}

func (r *replay) end(state string) {
	for _, m := range r.machines {
		r.note(m, m.End(scope.Job{Name: "train", State: state}, r.metrics.Snapshot(), r.now))
	}
}

func (r *replay) note(m *watch.Machine, s watch.Step) {
	name := m.Watcher().Name
	for _, p := range s.Points {
		r.log = append(r.log, fmt.Sprintf("%s records %s=%v", name, p.Name, p.Value))
	}
	if s.Warning != "" {
		r.log = append(r.log, fmt.Sprintf("%s warns", name))
	}
	if t := s.Trigger; t != nil {
		r.log = append(r.log, fmt.Sprintf("%s #%d at line %d runs %v", name, t.Number, t.Values.Match.Number, t.Actions))
	}
}

func (r *replay) want(t *testing.T, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, r.log); d != "" {
		t.Error(d)
	}
}

func TestEveryMatchTriggersOnce(t *testing.T) {
	r := newReplay(load(t, `
  watcher "w" {
    pattern = "loss (?P<loss>[0-9.]+)"
  }`))
	r.lines("loss 1 loss 2", "no", "loss 3")
	r.want(t, "w #1 at line 1 runs []", "w #2 at line 3 runs []")
}

func TestCapturesAreTheOriginalBytes(t *testing.T) {
	m := load(t, `
  watcher "w" {
    pattern        = "(a)?(b)(?P<rest>.*)"
    capture_groups = ["first", "_"]
  }`)[0]
	text := []byte("xb\xff\x00 0.50")
	match := m.NewMatch(text, m.Watcher().Pattern.Regexp.FindSubmatchIndex(text), "stdout", 1, time.Time{})
	want := map[string][]byte{
		"first": {}, "c1": {}, "c2": []byte("b"), "rest": []byte("\xff\x00 0.50"), "c3": []byte("\xff\x00 0.50"),
	}
	if d := cmp.Diff(want, match.Captures); d != "" {
		t.Error(d)
	}
	copy(text, "overwritten")
	if d := cmp.Diff(want, match.Captures); d != "" {
		t.Errorf("the captures share the line's memory: %s", d)
	}
}

func TestCooldownAndMaxTriggers(t *testing.T) {
	machines := load(t, `
  watcher "w" {
    pattern      = "x"
    cooldown     = "3s"
    max_triggers = 2
  }`)
	r := newReplay(machines)
	r.lines("x", "x", "x", "x", "x", "x", "x", "x")
	r.want(t, "w #1 at line 1 runs []", "w #2 at line 4 runs []")
	want := map[string]int64{watch.Cooldown: 2, watch.MaxTriggers: 4}
	if d := cmp.Diff(want, machines[0].State().Suppressed); d != "" {
		t.Error(d)
	}
}

func TestWhenSeesWhatWasRecordedBeforeTheLine(t *testing.T) {
	const recorder = `
  watcher "recorder" {
    pattern = "loss (?P<loss>[0-9.]+)"
    metrics = { loss = loss }
  }`
	const judge = `
  watcher "judge" {
    pattern = "loss (?P<loss>[0-9.]+)"
    when    = loss > 2 * metric.loss.min
  }`
	for _, order := range []string{recorder + judge, judge + recorder} {
		machines := load(t, order)
		r := newReplay(machines)
		r.lines("loss 1", "loss 1.5", "loss 2.5", "loss 0.1")
		var triggers []string
		for _, l := range r.log {
			if strings.HasPrefix(l, "judge") {
				triggers = append(triggers, l)
			}
		}
		if d := cmp.Diff([]string{"judge #1 at line 3 runs []"}, triggers); d != "" {
			t.Error(d)
		}
		for _, m := range machines {
			if m.Watcher().Name == "judge" && m.State().Suppressed[watch.When] != 3 {
				t.Errorf("suppressed: %v", m.State().Suppressed)
			}
		}
	}
}

func TestPrevIsTheMatchBefore(t *testing.T) {
	r := newReplay(load(t, `
  watcher "w" {
    pattern = "loss (?P<loss>[0-9.]+)"
    when    = loss > prev.loss
  }`))
	r.lines("loss 1", "loss 0.5", "loss 0.7")
	r.want(t, "w #1 at line 3 runs []")
}

func TestMetricsAreRecordedAtEveryMatch(t *testing.T) {
	r := newReplay(load(t, `
  watcher "w" {
    pattern      = "loss (?P<loss>\\S+)"
    metrics      = { loss = loss }
    max_triggers = 1
  }`))
	r.lines("loss 1", "loss nan", "loss many", "loss 2")
	r.want(t, "w records loss=1", "w #1 at line 1 runs []", "w records loss=NaN", "w records loss=2")
}

func TestActionsHaveTheirOwnWhen(t *testing.T) {
	r := newReplay(load(t, `
  watcher "w" {
    pattern = "loss (?P<loss>[0-9.]+)"
    action "log_event" {
      message = "always"
    }
    action "log_event" {
      when    = loss > 1
      message = "high"
    }
  }`))
	r.lines("loss 1", "loss 2")
	r.want(t, "w #1 at line 1 runs [0]", "w #2 at line 2 runs [0 1]")
}

func TestOnEnd(t *testing.T) {
	const watchers = `
  watcher "any" {
    on_end {}
  }
  watcher "failure" {
    on_end {
      states = ["failed", "timeout"]
    }
  }
  watcher "checkpoint" {
    pattern = "saved (?P<file>\\S+)"
    on_end {}
  }`
	for _, c := range []struct {
		lines []string
		state string
		want  []string
	}{
		{nil, source.Succeeded, []string{"any #1 at line 0 runs []"}},
		{nil, source.Failed, []string{"any #1 at line 0 runs []", "failure #1 at line 0 runs []"}},
		{nil, source.Cancelled, nil},
		{[]string{"saved a", "saved b", "x"}, source.Succeeded, []string{"any #1 at line 0 runs []", "checkpoint #1 at line 2 runs []"}},
	} {
		r := newReplay(load(t, watchers))
		r.lines(c.lines...)
		r.end(c.state)
		r.want(t, c.want...)
	}
}

// TestStateIsAllThatAMachineRemembers writes every machine down and reads it
// back after each line: nothing may change.
func TestStateIsAllThatAMachineRemembers(t *testing.T) {
	const watchers = `
  watcher "loss" {
    pattern  = "loss (?P<loss>[0-9.]+)"
    metrics  = { loss = loss }
    when     = loss > prev.loss || watcher.triggers == 0
    cooldown = "2s"
  }
  watcher "last" {
    pattern = "loss (?P<loss>[0-9.]+)"
    on_end {}
  }`
	lines := []string{"loss 3", "loss 4", "x", "loss 5", "loss 1", "loss 2", "loss 3"}
	whole := newReplay(load(t, watchers))
	whole.lines(lines...)
	whole.end(source.Succeeded)

	r := newReplay(load(t, watchers))
	for _, l := range lines {
		r.lines(l)
		for i, m := range r.machines {
			b, err := json.Marshal(m.State())
			if err != nil {
				t.Fatal(err)
			}
			var s watch.State
			if err := json.Unmarshal(b, &s); err != nil {
				t.Fatal(err)
			}
			r.machines[i] = watch.New(m.Watcher(), s)
		}
	}
	r.end(source.Succeeded)
	r.want(t, whole.log...)
}

func TestOneWarningPerWatcher(t *testing.T) {
	m := load(t, `
  watcher "w" {
    pattern = "loss (?P<loss>\\S+)"
    metrics = {
      a = tonumber(loss)
      b = tonumber(loss)
    }
    when = tonumber(loss) > 1
  }`)
	r := newReplay(m)
	r.lines("loss many", "loss more", "loss 2")
	r.want(t, "w warns", "w records a=2", "w records b=2", "w #1 at line 3 runs []")
	if n := m[0].State().Suppressed[watch.Error]; n != 2 {
		t.Errorf("%d conditions failed", n)
	}
}
