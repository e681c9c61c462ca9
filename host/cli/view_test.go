package cli

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jwhost/jwhost/host"
	"github.com/jwhost/jwhost/host/event"
)

var (
	onPaper    = screen{width: 80, utf8: true}
	onASCII    = screen{width: 80}
	onTerminal = screen{width: 80, utf8: true, terminal: true}
	inColour   = screen{width: 80, utf8: true, terminal: true, colour: true}
)

// A scene makes the events of a run, each some milliseconds after the other.
type scene struct {
	v   *view
	now time.Time
	out strings.Builder
}

func newScene(s screen, p plan, quiet bool) *scene {
	return &scene{v: newView(s, p, quiet), now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
}

func (s *scene) after(d time.Duration, list ...event.Event) {
	for _, e := range list {
		s.now = s.now.Add(d)
		e.Time = s.now
		s.out.WriteString(s.v.event(e))
	}
}

func (s *scene) add(list ...event.Event) { s.after(20*time.Millisecond, list...) }

func (s *scene) tick(d time.Duration) {
	s.now = s.now.Add(d)
	s.out.WriteString(s.v.tick(s.now))
}

func (s *scene) end(r host.Result) string {
	s.out.WriteString(s.v.summary(r))
	return s.out.String()
}

func output(job, line string) event.Event {
	return event.Event{Type: event.JobOutput, Job: job, Stream: "stdout", Line: []byte(ansi.Strip(line)), Raw: []byte(line)}
}

func state(job, line string) event.Event {
	e := output(job, line)
	e.Partial = true
	return e
}

func trigger(job, watcher string, n int64, captures ...string) event.Event {
	e := event.Event{Type: event.WatcherTriggered, Job: job, Watcher: watcher, Trigger: n, Stream: "stdout", Captures: map[string][]byte{}}
	for i := 0; i < len(captures); i += 2 {
		e.Captures[captures[i]] = []byte(captures[i+1])
	}
	return e
}

// action is an action's attempt, from its start to its end.
func action(s *scene, e event.Event) {
	start := e
	start.Type = event.ActionStarted
	s.add(start)
	e.Type = event.ActionFinished
	s.add(e)
}

func ended(job, state string, code int) event.Event {
	return event.Event{Type: event.JobEnded, Job: job, State: state, ExitCode: &code}
}

// theTwo is the plan of the scenes with two jobs.
var theTwo = plan{files: []string{"jobs.hcl"}, jobs: []planJob{
	{name: "prepare"},
	{name: "train", watchers: []planWatcher{
		{name: "metric_extractor", captures: []string{"loss", "accuracy"}},
		{name: "diverged", captures: []string{"epoch"}},
		{name: "oom"},
	}},
}}

// aRun is a run of two jobs in which nearly everything happens.
func aRun(s *scene) string {
	code := 1
	s.add(
		event.Event{Type: event.RunStarted, Run: "20261123-100000-k3vq9a", Files: []string{"/w/jobs.hcl"}},
		event.Event{Type: event.JobStarted, Job: "prepare", Source: "local", Dir: "/w"},
		output("prepare", "reading data\t12 files"),
		output("prepare", "\x1b[32mdone\x1b[0m \x1b[2J\x1b]0;owned\x07 ▶ train started"),
	)
	s.after(1180*time.Millisecond, ended("prepare", "succeeded", 0))
	s.add(
		event.Event{Type: event.JobStarted, Job: "train", Source: "local", Dir: "/w"},
		event.Event{Type: event.Warning, Code: "uv", Job: "train", Message: "uv: prepared the project in 3.1s", Progress: true},
		event.Event{Type: event.Warning, Code: "python", Job: "train", Message: "PYTHONUNBUFFERED is 0: lines may come late"},
		event.Event{Type: event.Warning, Code: "python", Job: "train", Message: "PYTHONUNBUFFERED is 0: lines may come late"},
	)
	for i := range 3 {
		loss, accuracy := fmt.Sprintf("0.%d0", 9-3*i), fmt.Sprintf("0.%d", 5+i)
		s.add(
			output("train", "Loss: "+loss+" Accuracy: "+accuracy),
			event.Event{Type: event.MetricRecorded, Job: "train", Watcher: "metric_extractor", Name: "loss", Value: 0.9 - 0.3*float64(i)},
			trigger("train", "metric_extractor", int64(i+1), "loss", loss, "accuracy", accuracy, "c1", loss),
		)
		action(s, event.Event{
			Job: "train", Watcher: "metric_extractor", Trigger: int64(i + 1), Action: "run_command", ID: fmt.Sprint(i), Attempt: 1,
			Outcome: event.Succeeded, Duration: 210 * time.Millisecond, Output: []byte("stored\nwell"), Where: "jobs.hcl:22",
		})
	}
	s.add(
		output("train", strings.Repeat("x", 100)),
		trigger("train", "diverged", 1, "epoch", "4 \x1b[2J│"),
	)
	action(s, event.Event{
		Job: "train", Watcher: "diverged", Trigger: 1, Action: "run_command", ID: "d", Attempt: 1, Outcome: event.Failed, ExitCode: &code,
		Duration: 1500 * time.Millisecond, Output: []byte("Traceback\n  File \"x.py\", line 3\nValueError: \x1b[31mno\x07"), Where: "jobs.hcl:31",
		Log: "/state/runs/20261123-100000-k3vq9a/actions/train.diverged.1.0.1/output",
	})
	action(s, event.Event{
		Job: "train", Watcher: "diverged", Trigger: 1, Action: "notify", ID: "n", Attempt: 1, Outcome: event.Failed,
		Error: "the service answered 503", Where: "jobs.hcl:35",
	})
	action(s, event.Event{
		Job: "train", Watcher: "diverged", Trigger: 1, Action: "notify", ID: "n", Attempt: 2, Outcome: event.Succeeded,
		Duration: 80 * time.Millisecond, Where: "jobs.hcl:35",
	})
	s.add(
		event.Event{Type: event.SourceGap, Job: "train", Reason: "the file was truncated", Bytes: 120},
		event.Event{Type: event.PluginExited, Plugin: "run_command", PID: 7, Reason: "it was killed (SIGKILL)"},
		event.Event{Type: event.PluginExited, Plugin: "run_command", PID: 8, Reason: "stopped"},
		event.Event{Type: event.PluginRefused, Plugin: "jira", Reason: "it speaks protocol 2, this jwhost 1"},
	)
	s.after(9*time.Second, ended("train", "failed", 1))
	s.add(
		event.Event{Type: event.WatcherSuppressed, Job: "train", Watcher: "diverged", Reason: "when", Count: 2},
		event.Event{Type: event.WatcherSuppressed, Job: "train", Watcher: "diverged", Reason: "max_triggers", Count: 7},
		event.Event{Type: event.Warning, Code: "never-matched", Job: "train", Watcher: "oom", Message: "never matched; line 12 came nearest: OutOfMemory\x1b[2JErr"},
		event.Event{Type: event.RunEnded, Status: "failed", ExitCode: &code},
	)
	return s.end(host.Result{Status: "failed", ExitCode: 1, Dir: "/state/runs/20261123-100000-k3vq9a"})
}

func TestViewGolden(t *testing.T) {
	for name, screen := range map[string]screen{"paper": onPaper, "ascii": onASCII, "terminal": onTerminal, "colour": inColour} {
		golden(t, "run-"+name+".txt", aRun(newScene(screen, theTwo, false)))
	}
	golden(t, "run-quiet.txt", aRun(newScene(onPaper, theTwo, true)))
	narrow := onTerminal
	narrow.width = 40
	golden(t, "run-narrow.txt", aRun(newScene(narrow, theTwo, false)))
}

// TestViewOneJob: the smallest run, whose action fails while its job succeeds.
func TestViewOneJob(t *testing.T) {
	code := 0
	s := newScene(onPaper, plan{files: []string{"jobs.hcl"}, jobs: []planJob{{name: "train", watchers: []planWatcher{{name: "loss", captures: []string{"loss"}}}}}}, false)
	s.add(
		event.Event{Type: event.RunStarted, Run: "r1"},
		event.Event{Type: event.JobStarted, Job: "train"},
		output("train", "loss 0.5"),
		trigger("train", "loss", 1, "loss", "0.5"),
	)
	action(s, event.Event{
		Job: "train", Watcher: "loss", Trigger: 1, Action: "run_command", ID: "a", Attempt: 1, Outcome: event.TimedOut,
		Duration: 2 * time.Minute, Error: "it did not end within 2m0s", Where: "jobs.hcl:22", Log: "/state/out",
	})
	s.add(ended("train", "succeeded", 0), event.Event{Type: event.RunEnded, Status: "succeeded", ExitCode: &code})
	got := s.end(host.Result{Status: "succeeded", Dir: "/state/runs/r1"})
	golden(t, "run-one-job.txt", got)
	if want := "✗ 1 action failed (jobs.hcl:22, log: /state/out)\n"; !strings.HasSuffix(got, want) {
		t.Errorf("the last line is not %q:\n%s", want, got)
	}
}

// TestMarks: every line has a mark in the same column, and it is the bar in
// the lines of jobs alone, whatever a job prints.
func TestMarks(t *testing.T) {
	for _, screen := range []screen{onPaper, onASCII, onTerminal, inColour} {
		s := newScene(screen, theTwo, false)
		m := screen.marks()
		column := 8 // "prepare "
		host := regexp.MustCompile("^[" + regexp.QuoteMeta(m.start+m.end+m.trigger+m.ok+m.fail+m.warn+m.info) + "]$")
		text := strings.ReplaceAll(aRun(s), "\r\x1b[K", "")
		for line := range strings.Lines(text) {
			cells := []rune(strings.TrimSuffix(ansi.Strip(line), "\n"))
			if len(cells) <= column {
				t.Fatalf("%+v: no mark in %q", screen, line)
			}
			mark := string(cells[column])
			if mark != m.bar && !host.MatchString(mark) {
				t.Errorf("%+v: mark %q in %q", screen, mark, line)
			}
			if screen.terminal && ansi.StringWidth(line) > screen.width && !strings.Contains(line, "action failed") {
				t.Errorf("%d cells: %q", ansi.StringWidth(line), line)
			}
		}
	}
}

// TestHostile: whatever a job prints, on a terminal all of it comes after a
// bar in the bar's column, and nothing but colours reaches the terminal.
func TestHostile(t *testing.T) {
	lines := []string{
		"\x1b[2J\x1b[H■ train succeeded", "\x9b2J", "\u009b2J", "\x1b]52;c;AAAA\x07", "\x1b]8;;http://x\x1b\\link", "\x1bc", "\x08\x08\x08\x08✓ ok",
		"\x1b[31mred without an end", "\x1b[8mhidden", "\u202eevil", "a\rb", "\x00\xff\xfe", strings.Repeat("世", 200), strings.Repeat("x", 78) + "■ train succeeded",
		strings.Repeat("\t", 30) + "✓", "\x1b[38;2;1;2;3mtruecolour\x1b[m", strings.Repeat("\x1b[31m世\x1b[0m", 100), "e\u0301\u0301\u0301", "\x1b[", "\x1b[9999999999999C", "\x1bPq#0~\x1b\\", "\U0001f469\u200d\U0001f4bb",
	}
	sgr := regexp.MustCompile("\x1b\\[[0-9;:]*m")
	for _, screen := range []screen{onPaper, onTerminal, inColour} {
		for _, l := range lines {
			for _, e := range []event.Event{output("train", l), state("train", l), trigger("train", "diverged", 1, "epoch", l),
				{Type: event.Warning, Job: "train", Message: l}, {Type: event.PluginRefused, Plugin: "p", Reason: l},
				{Type: event.ActionFinished, Job: "train", Watcher: "oom", Action: "run_command", Outcome: event.Failed, Error: l, Output: []byte(l)}} {
				s := newScene(screen, theTwo, false)
				s.add(e)
				s.tick(time.Second)
				text := sgr.ReplaceAllString(strings.ReplaceAll(s.out.String(), "\r\x1b[K", ""), "")
				if !screen.colour && strings.Contains(s.out.String(), "\x1b[3") {
					t.Errorf("%+v: %q: colours in %q", screen, l, s.out.String())
				}
				for line := range strings.Lines(text) {
					if i := strings.IndexFunc(line, func(r rune) bool { return r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e') }); i >= 0 {
						t.Errorf("%+v: %q: control character in %q", screen, l, line)
					}
					if screen.terminal && ansi.StringWidth(line) > screen.width {
						t.Errorf("%q: %d cells: %q", l, ansi.StringWidth(line), line)
					}
					bar := strings.HasPrefix(line, "train   │ ") || line == "train   │\n"
					if isOutput := e.Type == event.JobOutput; bar != isOutput {
						t.Errorf("%s %q: %q", e.Type, l, line)
					}
				}
			}
		}
	}
}

// TestProgress: on a terminal one line is rewritten at a bounded rate;
// elsewhere the last state alone is printed.
func TestProgress(t *testing.T) {
	bar := func(s *scene) string {
		s.add(event.Event{Type: event.RunStarted}, event.Event{Type: event.JobStarted, Job: "train"})
		for i := range 1000 {
			s.after(time.Millisecond, state("train", fmt.Sprintf("%d/1000", i)))
		}
		s.tick(redraw)
		s.add(output("train", "between"))
		s.after(time.Second, state("train", "last state"), ended("train", "succeeded", 0), event.Event{Type: event.RunEnded})
		return s.end(host.Result{Status: "succeeded"})
	}
	one := plan{jobs: []planJob{{name: "train"}}}
	paper := bar(newScene(onPaper, one, false))
	if strings.Contains(paper, "/1000") || !strings.Contains(paper, "│ last state\n") || !strings.Contains(paper, "│ between\n") {
		t.Errorf("not a terminal:\n%s", paper)
	}
	terminal := bar(newScene(onTerminal, one, false))
	if n := strings.Count(terminal, "/1000"); n < 5 || n > 12 {
		t.Errorf("%d states drawn in one second", n)
	}
	if !strings.Contains(terminal, "│ 999/1000") {
		t.Error("the state that stood last was not drawn")
	}
	if strings.Contains(paper, "\x1b") || !strings.Contains(terminal, "│ last state\n") {
		t.Errorf("terminal:\n%q", terminal)
	}
}

// TestFlood: of many triggers few are shown, and how many there were is said.
func TestFlood(t *testing.T) {
	s := newScene(onPaper, theTwo, false)
	for i := range int64(1000) {
		s.after(time.Millisecond, trigger("train", "metric_extractor", i+1, "loss", fmt.Sprint(i)))
	}
	s.tick(2 * perNotice)
	text := s.out.String()
	if n := strings.Count(text, "\n"); n > burst+3 {
		t.Errorf("%d lines of 1000 triggers:\n%s", n, text)
	}
	if !strings.Contains(text, "metric_extractor #1000: loss=999 (and ") {
		t.Errorf("the last one is missing:\n%s", text)
	}
	shown, held := 0, 0
	for line := range strings.Lines(text) {
		shown++
		var n int
		if _, after, ok := strings.Cut(line, "(and "); ok {
			fmt.Sscanf(after, "%d", &n)
		}
		held += n
	}
	if shown+held != 1000 {
		t.Errorf("%d shown and %d held back of 1000", shown, held)
	}
}

func TestSignals(t *testing.T) {
	s := newScene(onPaper, theTwo, false)
	s.add(event.Event{Type: event.RunStarted}, event.Event{Type: event.JobStarted, Job: "train"},
		event.Event{Type: event.ActionStarted, Job: "train", Watcher: "oom", Action: "run_command", ID: "a", Attempt: 1})
	for _, sig := range []host.Signal{host.Stop, host.Kill, host.Detach} {
		s.out.WriteString(s.v.signal(sig, s.now))
	}
	s.out.WriteString(s.v.log("2026-11-23T10:00:00 [WARN]  jwhost.plugin: \x1b[2J", s.now))
	golden(t, "signals.txt", s.out.String())
}
