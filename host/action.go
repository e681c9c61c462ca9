package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
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
	"github.com/jwhost/jwhost/host/watch"
	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/schema"
)

const (
	// redeliveries is how often an idempotent action without `retry` is
	// delivered again when its plugin dies with it.
	redeliveries = 3
	// redeliverAfter is the pause before that.
	redeliverAfter = time.Second
	// longestBackoff bounds the pause between two attempts.
	longestBackoff = time.Hour
)

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
		r.rec.warn("internal", "", "", fmt.Sprintf("action %s cannot be read back: %v", t.ID, err))
		return dispatch.Verdict{Dead: err.Error()}
	}
	e := event.Event{
		Job: a.job.def.Name, Watcher: a.watcher.Name, Trigger: a.trigger, Action: a.action.Label,
		ID: a.id, Attempt: a.number, Where: where(a.action.Range),
	}
	e.Type = event.ActionStarted
	r.rec.emit(e)
	begin := time.Now()
	o := a.run(ctx)
	if o.duration == 0 {
		o.duration = time.Since(begin)
	}
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
	duration   time.Duration // of the command, where there was one
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
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	clock := startClock(a.action.Timeout, func() { cancel(errTimeout) })
	defer clock.stop()
	s := &services{attempt: a, clock: clock, folder: a.folder()}
	defer s.clean()
	got, err := a.r.plugins.Run(ctx, a.action.Plugin, *inv, s, func(u pluginproc.Update) {
		if u.Message != "" {
			a.r.log.Info(u.Message, "action", a.action.Label, "job", a.job.def.Name)
		}
	})
	return a.outcome(ctx, s, got, err)
}

var errTimeout = errors.New("timeout")

// outcome says how the attempt ended, from what the plugin says and what the
// host has seen of its command itself.
func (a *attempt) outcome(ctx context.Context, s *services, got pluginproc.Outcome, err error) outcome {
	o := outcome{
		ExitCode: got.ExitCode, Output: got.Output, Truncated: got.Truncated, Phase: got.Phase, Error: got.Error,
		duration: s.duration, uv: s.uv, retryAfter: got.RetryAfter,
	}
	var died *pluginproc.DiedError
	switch {
	case context.Cause(ctx) == errTimeout:
		o.Outcome, o.Error = event.TimedOut, fmt.Sprintf("it did not end within %s", a.action.Timeout)
	case ctx.Err() != nil:
		o.Outcome, o.Error = event.Cancelled, "the run was ended"
	case err != nil:
		o.Outcome, o.Error = event.Failed, err.Error()
		o.died = errors.As(err, &died)
	case got.Succeeded:
		o.Outcome = event.Succeeded
	case got.Kind != "":
		o.Outcome = got.Kind
	default:
		o.Outcome = event.Failed
	}
	if o.Outcome != event.Succeeded {
		s.keep = true // for whoever looks for the reason
	}
	if s.keep {
		o.log = s.log
	}
	return o
}

// judge says whether the action is delivered again.
func (a *attempt) judge(o *outcome) dispatch.Verdict {
	switch o.Outcome {
	case event.Failed, event.TimedOut:
	default:
		return dispatch.Verdict{Outcome: o.Outcome}
	}
	if retry := a.action.Retry; retry != nil {
		if a.number < retry.Attempts {
			return dispatch.Verdict{Again: true, Delay: max(backoff(retry.Backoff, a.number), o.retryAfter)}
		}
		o.Outcome = event.Dead
		return dispatch.Verdict{Outcome: event.Dead, Dead: o.Error}
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

// invocation renders the action's arguments. The command is rendered too, so
// that a text that may not stand in it is refused before the plugin hears of
// it; the plugin gets its attribute's name alone.
func (a *attempt) invocation() (*pluginproc.Invocation, error) {
	if c := a.action.Command; c != nil {
		if _, err := c.Safe.Render(scope.Holes(a.values, c.Templates...)); err != nil {
			return nil, err
		}
	}
	arguments := make(map[string]any, len(a.action.Args))
	types := make(map[string]schema.Type, len(a.action.Args))
	for name, arg := range a.action.Args {
		if a.action.Command != nil && (name == "env" || name == "stdin") {
			continue // they are the command's, and may hold secrets
		}
		value, err := a.argument(arg)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if value != nil {
			arguments[name], types[name] = value, arg.Attribute.Type
		}
	}
	b, err := contract.EncodeArguments(arguments)
	if err != nil {
		return nil, err
	}
	v := a.values
	return &pluginproc.Invocation{
		ID: a.id, Attempt: a.number, Action: a.action.Name, Arguments: b, Types: types,
		Captures: watch.Shown(a.watcher, v.Captures), Watcher: a.watcher.Name, Trigger: a.trigger,
		Job: pluginproc.Job{
			ID: v.Job.ID, Name: v.Job.Name, Dir: v.Job.Dir, Source: v.Job.Source, State: v.Job.State, ExitCode: v.Job.ExitCode,
		},
		Match: pluginproc.Match{
			Line: v.Match.Line, Text: v.Match.Text, Stream: v.Match.Stream, Number: v.Match.Number, Time: v.Match.Time,
		},
	}, nil
}

// argument renders one argument as package contract encodes it; nil for a
// number that is none.
func (a *attempt) argument(arg *jobfile.Arg) (any, error) {
	text := func(t *scope.Template) (string, error) {
		b, err := t.Bytes(a.values)
		return string(b), err
	}
	switch arg.Attribute.Type {
	case schema.Command, schema.Argv:
		return true, nil
	case schema.Text:
		if arg.Attribute.Pieces {
			return a.pieces(arg.Text)
		}
		return text(arg.Text)
	case schema.Texts:
		list := make([]string, len(arg.Texts))
		for i, t := range arg.Texts {
			var err error
			if list[i], err = text(t); err != nil {
				return nil, err
			}
		}
		return list, nil
	case schema.Map:
		m := make(map[string]string, len(arg.Map))
		for _, item := range arg.Map {
			var err error
			if m[item.Key], err = text(item.Value); err != nil {
				return nil, err
			}
		}
		return m, nil
	case schema.Number:
		x, null, err := arg.Number.Eval(a.values)
		if null || err != nil {
			return nil, err
		}
		return x, nil
	case schema.Bool:
		return arg.Bool, nil
	case schema.Duration:
		return arg.Duration, nil
	}
	return nil, fmt.Errorf("an attribute of type %q", arg.Attribute.Type)
}

// pieces renders a text so that its reader can tell what is the job's own text
// from what the author wrote or the host knows.
func (a *attempt) pieces(t *scope.Template) (contract.Pieces, error) {
	pieces := make(contract.Pieces, 0, len(t.Parts))
	for _, part := range t.Parts {
		if part.Expr == nil {
			pieces = append(pieces, contract.Piece{Text: part.Text})
			continue
		}
		one := scope.Template{Parts: []scope.Part{part}, Range: part.Range}
		b, err := one.Bytes(a.values)
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, contract.Piece{Text: string(b), Captured: !part.Trusted && !part.Unsafe})
	}
	return pieces, nil
}

// clean removes what an attempt left behind unless its output did not fit.
func (s *services) clean() {
	if !s.keep {
		os.RemoveAll(s.folder)
	}
}
