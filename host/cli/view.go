package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jwhost/jwhost/host"
	"github.com/jwhost/jwhost/host/event"
)

const (
	nameCells  = 16                     // of a job's name at most
	redraw     = 100 * time.Millisecond // of the line that is rewritten
	burst      = 5                      // notices of one kind that are shown at once;
	perNotice  = time.Second            // afterwards one in this time
	tailLines  = 5                      // of a failed action's output
	shownBytes = 8 << 10                // of a job's line, on a terminal
)

// A view turns events into the text that a person reads. It has no clock and
// writes nowhere: the same events and ticks give the same text.
//
// Each line of a job is `name │ text`, of the host `name ◆ text`: no other
// line has the bar in that column, and no mark of the host is a bar, so that
// nothing that a job prints can be taken for the host's word. With one job
// there is no name.
type view struct {
	screen
	marks marks
	plan  plan
	quiet bool // no job output
	tally *tally

	names   int               // cells of the column of names; 0 with one job
	colours map[string]colour // of the jobs

	states index[streamKey, string] // the latest state of each progress bar
	status struct {
		on    bool      // a rewritten line stands on the terminal
		stale bool      // it is not what it should be
		drawn time.Time // last
	}
	limits index[noticeKey, *limit]
	warned map[string]bool

	out strings.Builder
}

// pluginStopped is the reason of a plugin's end that the host asked for.
const pluginStopped = "stopped"

type streamKey struct{ job, stream string }

// newView returns a view of a run of the plan.
func newView(s screen, p plan, quiet bool) *view {
	v := &view{screen: s, marks: s.marks(), plan: p, quiet: quiet, tally: newTally(p),
		colours: map[string]colour{}, warned: map[string]bool{}}
	for i, j := range p.jobs {
		v.colours[j.name] = jobColours[i%len(jobColours)]
		if len(p.jobs) > 1 {
			v.names = max(v.names, min(nameCells, ansi.StringWidth(j.name)))
		}
	}
	return v
}

// event returns what is to be written for e.
func (v *view) event(e event.Event) string {
	v.tally.add(&e)
	switch e.Type {
	case event.RunStarted:
		v.say("", v.marks.start, bold, fmt.Sprintf("run %s of %s", visible(e.Run), title(v.plan.files)))
	case event.JobStarted:
		v.say(e.Job, v.marks.start, bold, v.subject(e.Job)+"started")
	case event.JobOutput:
		v.output(&e)
	case event.JobEnded:
		v.jobEnded(&e)
	case event.WatcherTriggered:
		v.notice(noticeKey{e.Job, e.Watcher, "", ""}, e.Time, v.triggered(&e))
	case event.ActionFinished:
		v.notice(noticeKey{e.Job, e.Watcher, e.Action, e.Outcome}, e.Time, v.finished(&e))
	case event.PluginRefused:
		v.say("", v.marks.fail, red, fmt.Sprintf("plugin %s: %s", visible(e.Plugin), e.Reason))
	case event.PluginExited:
		if e.Reason != pluginStopped {
			v.say("", v.marks.warn, yellow, fmt.Sprintf("plugin %s ended: %s", visible(e.Plugin), e.Reason))
		}
	case event.SourceGap:
		lost := "some output was lost"
		if e.Bytes >= 0 {
			lost = plural(e.Bytes, "byte") + " of output were lost"
		}
		v.say(e.Job, v.marks.warn, yellow, v.subject(e.Job)+lost+": "+e.Reason)
	case event.Warning:
		v.warning(&e)
	}
	return v.flush(e.Time)
}

// tick returns what is to be written because time went on.
func (v *view) tick(now time.Time) string {
	for _, k := range v.limits.keys {
		if l := v.limits.values[k]; l.held > 0 && now.Sub(l.last) >= perNotice {
			v.release(l, now)
		}
	}
	return v.flush(now)
}

// log returns what is to be written for a line of a log.
func (v *view) log(line string, now time.Time) string {
	v.say("", v.marks.info, dim, line)
	return v.flush(now)
}

// signal returns what is to be written when a person asked the run to end.
func (v *view) signal(s host.Signal, now time.Time) string {
	jobs := strings.Join(v.tally.runningJobs(), ", ")
	if jobs == "" {
		jobs = "no job"
	}
	actions := ""
	if n := v.tally.runningActions(); n > 0 {
		actions = ", then " + plural(n, "running action")
	}
	if v.terminal && !v.status.on {
		v.out.WriteString("\r\x1b[K") // the terminal has written ^C there
	}
	switch s {
	case host.Stop:
		v.say("", v.marks.warn, yellow, fmt.Sprintf("stopping %s%s; a second Ctrl-C ends all at once", jobs, actions))
	case host.Kill:
		v.say("", v.marks.warn, yellow, "ending everything at once")
	case host.Detach:
		v.say("", v.marks.warn, yellow, fmt.Sprintf("hung up: leaving %s running", jobs))
	}
	return v.flush(now)
}

// warning shows a warning once. That a watcher never matched stands in the
// table.
func (v *view) warning(e *event.Event) {
	if e.Code == neverMatched {
		return
	}
	if e.Progress {
		v.say(e.Job, v.marks.info, plainText, e.Message)
		return
	}
	key := strings.Join([]string{e.Code, e.Job, e.Watcher, e.Message}, "\x00")
	if v.warned[key] {
		return
	}
	v.warned[key] = true
	v.say(e.Job, v.marks.warn, yellow, e.Message)
}

// output shows a line of a job, or keeps the state of a progress bar.
func (v *view) output(e *event.Event) {
	if v.quiet {
		return
	}
	key := streamKey{e.Job, e.Stream}
	text := v.display(e)
	if e.Partial {
		v.states.get(key, func() string { return "" })
		v.states.values[key] = text
		// The latest comes last, and is the one that is shown.
		v.states.keys = append(slices.DeleteFunc(v.states.keys, func(k streamKey) bool { return k == key }), key)
		v.status.stale = true
		return
	}
	v.dropState(key)
	v.jobLine(e.Job, text)
}

// dropState forgets the state of a progress bar; it returns the last one.
func (v *view) dropState(key streamKey) (last string, ok bool) {
	if last, ok = v.states.values[key]; ok {
		delete(v.states.values, key)
		v.states.keys = slices.DeleteFunc(v.states.keys, func(k streamKey) bool { return k == key })
		v.status.stale = true
	}
	return last, ok
}

// jobLine writes a line of a job, in pieces where the terminal would break it:
// what the terminal puts into the first column must never be the job's.
func (v *view) jobLine(job, text string) {
	pieces := []string{text}
	if v.terminal {
		pieces = hardwrap(text, v.room())
	}
	for _, piece := range pieces {
		v.line(job, v.marks.bar, dim, piece)
	}
}

func (v *view) jobEnded(e *event.Event) {
	for _, stream := range []string{"stdout", "stderr"} {
		if last, ok := v.dropState(streamKey{e.Job, stream}); ok {
			v.jobLine(e.Job, last)
		}
	}
	for _, k := range v.limits.keys {
		if k.job == e.Job && k.action == "" {
			v.release(v.limits.values[k], e.Time)
		}
	}
	text := v.subject(e.Job) + strings.ReplaceAll(visible(e.State), "_", " ")
	if how := ending(e.ExitCode, e.Signal); how != "" && e.State != event.Succeeded {
		text += " (" + how + ")"
	}
	if t := v.tally.jobs.values[e.Job]; !t.started.IsZero() {
		text += " after " + duration(e.Time.Sub(t.started))
	}
	v.say(e.Job, v.marks.end, stateColour(e.State), text)
}

// ending says how a process ended: "exit code 1", "SIGKILL".
func ending(code *int, signal string) string {
	switch {
	case signal != "":
		return visible(signal)
	case code != nil:
		return fmt.Sprintf("exit code %d", *code)
	}
	return ""
}

func stateColour(state string) colour {
	switch state {
	case event.Succeeded:
		return green
	case "skipped", "cancelled":
		return yellow
	}
	return red
}

// triggered tells of a trigger: "metric_extractor #3: loss=0.5 accuracy=0.9".
func (v *view) triggered(e *event.Event) notice {
	text := fmt.Sprintf("%s #%d", visible(e.Watcher), e.Trigger)
	sep := ": "
	for _, name := range v.plan.captures(e.Job, e.Watcher) {
		if value, ok := e.Captures[name]; ok {
			text += sep + visible(name) + "=" + v.shorten(quoted(value), 40)
			sep = " "
		}
	}
	if len(e.Captures) == 0 && v.quiet && len(e.Line) > 0 {
		text += ": " + v.shorten(quoted(e.Line), 60)
	}
	return notice{job: e.Job, mark: v.marks.trigger, colour: blue, text: text}
}

// finished tells of an attempt of an action that ended.
func (v *view) finished(e *event.Event) notice {
	n := notice{job: e.Job, mark: v.marks.ok, colour: green}
	n.text = fmt.Sprintf("%s #%d %s", visible(e.Watcher), e.Trigger, visible(e.Action))
	output := strings.Split(strings.TrimSpace(string(e.Output)), "\n")
	if e.Outcome == event.Succeeded {
		n.text += " " + duration(e.Duration)
		if output[0] != "" {
			n.text += ": " + v.shorten(visible(ansi.Strip(output[0])), 60)
		}
		return n
	}
	n.mark, n.colour = v.marks.fail, red
	n.text += " " + outcomeText(e.Outcome)
	if e.Attempt > 1 {
		n.text += fmt.Sprintf(" at attempt %d", e.Attempt)
	}
	if e.Duration > 0 {
		n.text += " after " + duration(e.Duration)
	}
	reason, more, _ := strings.Cut(strings.TrimSpace(e.Error), "\n")
	if reason == "" {
		reason = ending(e.ExitCode, e.Signal)
	}
	if reason != "" {
		n.text += ": " + reason
	}
	if e.Where != "" {
		n.text += " (" + e.Where + ")"
	}
	if more != "" {
		n.details = strings.Split(more, "\n")
	} else if output[0] != "" {
		n.details = output[max(0, len(output)-tailLines):]
	}
	if e.Log != "" {
		n.details = append(slices.Clip(n.details), "log: "+e.Log)
	}
	return n
}

// outcomeText is the outcome of an action that did not succeed, as a verb.
func outcomeText(outcome string) string {
	switch outcome {
	case event.TimedOut:
		return "timed out"
	case event.Refused, event.Cancelled, event.Interrupted:
		return "was " + outcome
	case event.Dead:
		return "failed for good"
	}
	return visible(outcome)
}
