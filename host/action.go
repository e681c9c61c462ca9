package host

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/hcl/shellsafe"
	"github.com/jwhost/jwhost/host/dispatch"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/journal"
	"github.com/jwhost/jwhost/host/pluginproc"
)

const (
	// redeliveries is how often an idempotent action without `retry` is
	// delivered again when its plugin dies with it.
	redeliveries = 3
	// longestBackoff bounds the pause between two attempts.
	longestBackoff = time.Hour
)

// redeliverAfter is the pause before that; tests have less patience.
var redeliverAfter = time.Second

// A delivery is a task's payload: one action of one trigger.
type delivery struct {
	Job     string       `json:"job"`
	Watcher string       `json:"watcher"`
	Action  int          `json:"action"` // index among the watcher's
	Trigger int64        `json:"trigger"`
	Values  scope.Values `json:"values"`
}

// An attempt is one attempt of an action on its way to its outcome.
type attempt struct {
	r       *run
	job     *job
	watcher *jobfile.Watcher
	action  *jobfile.Action
	trigger int64
	values  *scope.Values
	id      string
	number  int // from 1
}

// attempt runs one attempt of a task and says what becomes of the task.
func (r *run) attempt(ctx context.Context, t *journal.Task) dispatch.Verdict {
	a, err := r.open(t)
	if err != nil {
		r.failedActions.Add(1)
		r.rec.warn("internal", "", "", fmt.Sprintf("action %s cannot be read back: %v", t.ID, err))
		return dispatch.Verdict{Dead: err.Error()}
	}
	e := event.Event{
		Job: a.job.def.Name, Watcher: a.watcher.Name, Trigger: a.trigger, Action: a.action.Label,
		ID: a.id, Attempt: a.number, Where: where(a.action.Range),
	}
	e.Type = event.ActionStarted
	r.rec.emit(e)
	o := a.run(ctx)
	verdict := a.judge(&o)
	if !verdict.Again && o.Outcome != event.Succeeded {
		r.failedActions.Add(1)
	}
	e.Type = event.ActionFinished
	e.Outcome, e.ExitCode, e.Duration = o.Outcome, o.ExitCode, o.duration
	e.Output, e.Truncated, e.Phase, e.Error, e.UV, e.Log = o.Output, o.Truncated, o.Phase, o.Error, o.uv, o.log
	r.rec.emit(e)
	return verdict
}

// open finds what a task is about.
func (r *run) open(t *journal.Task) (*attempt, error) {
	var d delivery
	if err := json.Unmarshal(t.Payload, &d); err != nil {
		return nil, err
	}
	j := r.jobs[d.Job]
	if j == nil {
		return nil, fmt.Errorf("there is no job %q", d.Job)
	}
	d.Values.Secret = r.secrets.Lookup
	for _, w := range j.def.Watchers {
		if w.Name == d.Watcher && d.Action < len(w.Actions) {
			return &attempt{r, j, w, w.Actions[d.Action], d.Trigger, &d.Values, t.ID, t.Attempt}, nil
		}
	}
	return nil, fmt.Errorf("there is no watcher %q with an action %d", d.Watcher, d.Action)
}

// An outcome is how an attempt ended.
type outcome struct {
	Outcome    string
	ExitCode   *int
	Output     []byte
	Truncated  bool
	Phase      string
	Error      string
	duration   time.Duration // of the commands, where there were any
	log        string        // the file that holds its full output, "" if none
	uv         *event.UV     // what it ran in
	retryAfter time.Duration // the plugin's wish
	died       bool          // the plugin's process ended with it
}

// run renders the arguments, hands the invocation to the plugin and waits for
// its outcome.
func (a *attempt) run(ctx context.Context) outcome {
	inv, err := a.invocation()
	var refusal *shellsafe.Refusal
	switch {
	case errors.As(err, &refusal):
		return outcome{Outcome: event.Refused, Error: err.Error()}
	case err != nil:
		return outcome{Outcome: event.Failed, Error: err.Error()}
	}
	s := &services{attempt: a, folder: a.folder()}
	defer s.clean()
	if a.action.Command == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, a.action.Timeout, errTimeout)
		defer cancel()
	} else { // its time stands still now and then: there is no deadline to tell the plugin
		var cancel context.CancelCauseFunc
		ctx, cancel = context.WithCancelCause(ctx)
		defer cancel(nil)
		s.clock = startClock(a.action.Timeout, func() { cancel(errTimeout) })
		defer s.clock.stop()
	}
	begin := time.Now()
	got, err := a.r.plugins.Run(ctx, a.action.Plugin, *inv, s, func(u pluginproc.Update) {
		if u.Message != "" {
			a.r.log.Info(u.Message, "action", a.action.Label, "job", a.job.def.Name)
		}
	})
	o := a.outcome(ctx, got, err)
	o.uv, o.duration = s.uv, s.duration
	if s.commands == 0 {
		o.duration = time.Since(begin)
	}
	if o.Outcome != event.Succeeded {
		s.keep = true // for whoever looks for the reason
	}
	if s.keep {
		o.log = s.log
	}
	return o
}

var errTimeout = errors.New("timeout")

// outcome says how the attempt ended: as the plugin says, if it said anything.
func (a *attempt) outcome(ctx context.Context, got pluginproc.Outcome, err error) outcome {
	var died *pluginproc.DiedError
	switch {
	case err == nil:
	case errors.Is(context.Cause(ctx), errTimeout):
		return outcome{Outcome: event.TimedOut, Error: fmt.Sprintf("it did not end within %s", a.action.Timeout)}
	case ctx.Err() != nil:
		return outcome{Outcome: event.Interrupted, Error: "the run was ended"}
	default:
		return outcome{Outcome: event.Failed, Error: err.Error(), died: errors.As(err, &died)}
	}
	o := outcome{
		Outcome: got.Kind, ExitCode: got.ExitCode, Output: got.Output, Truncated: got.Truncated,
		Phase: got.Phase, Error: got.Error, retryAfter: got.RetryAfter,
	}
	switch {
	case got.Succeeded:
		o.Outcome = event.Succeeded
	case o.Outcome == "":
		o.Outcome = event.Failed
	}
	if o.ExitCode != nil && *o.ExitCode < 0 { // a signal ended it
		o.ExitCode = nil
	}
	return o
}

// judge says whether the action is delivered again. The last failure of one
// with `retry` makes it a dead one.
func (a *attempt) judge(o *outcome) dispatch.Verdict {
	switch o.Outcome {
	case event.Failed, event.TimedOut:
	default:
		return dispatch.Verdict{Outcome: o.Outcome}
	}
	if retry := a.action.Retry; retry != nil {
		if a.number < retry.Attempts {
			return dispatch.Verdict{Again: true, Delay: max(backoff(retry.Backoff, a.number), min(o.retryAfter, longestBackoff))}
		}
		reason := cmp.Or(o.Error, o.Outcome)
		o.Outcome = event.Dead
		return dispatch.Verdict{Outcome: event.Dead, Dead: reason}
	}
	if o.died && a.action.Schema.Idempotent && a.number <= redeliveries {
		return dispatch.Verdict{Again: true, Delay: backoff(redeliverAfter, a.number)}
	}
	return dispatch.Verdict{Outcome: o.Outcome}
}

// backoff is the pause after the attempt of that number: it doubles.
func backoff(first time.Duration, number int) time.Duration {
	d := first
	for range number - 1 {
		if d = 2 * d; d >= longestBackoff {
			return longestBackoff
		}
	}
	return d
}

// folder is where the attempt's command keeps its files.
func (a *attempt) folder() string {
	name := strings.ReplaceAll(strings.TrimPrefix(a.id, a.r.id+"/"), "/", ".")
	return filepath.Join(a.r.dir, "actions", fmt.Sprintf("%s.%d", name, a.number))
}
