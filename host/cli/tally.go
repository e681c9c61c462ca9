package cli

import (
	"time"

	"github.com/jwhost/jwhost/host/event"
)

// A tally adds up a run's events for the table at its end, in memory that
// grows with the file and not with the events.
type tally struct {
	started, ended time.Time
	jobs           index[string, *jobTally]
	watchers       index[watcherKey, *watcherTally]
	actions        index[actionKey, *actionTally]
	metrics        index[metricKey, *chart]
	gaps           int64 // bytes lost
}

type watcherKey struct{ job, watcher string }

type actionKey struct{ job, watcher, action, where string }

type metricKey struct{ job, name string }

type jobTally struct {
	started, ended time.Time
	state          string // "" while it has not ended
	exitCode       *int
	signal         string
}

type watcherTally struct {
	triggers   int64
	suppressed index[string, *int64] // by reason
	never      string                // says that it never matched, and what came nearest
}

type actionTally struct {
	outcomes  index[string, *int64] // of attempts
	retried   int64                 // attempts after the first
	failures  int64                 // actions whose last attempt did not succeed
	running   int
	durations durations
	log       string // of the last failure
}

// An index is a map that remembers in which order its keys came.
type index[K comparable, V any] struct {
	keys   []K
	values map[K]V
}

// get returns the value of k, which make makes at first.
func (x *index[K, V]) get(k K, make func() V) V {
	v, ok := x.values[k]
	if !ok {
		if x.values == nil {
			x.values = map[K]V{}
		}
		v = make()
		x.values[k] = v
		x.keys = append(x.keys, k)
	}
	return v
}

func zero[T any]() *T { return new(T) }

// newTally knows the jobs and watchers of the plan from the start, so that the
// table shows what never happened as well.
func newTally(p plan) *tally {
	t := &tally{}
	for _, j := range p.jobs {
		t.jobs.get(j.name, zero)
		for _, w := range j.watchers {
			t.watchers.get(watcherKey{j.name, w.name}, zero)
		}
	}
	return t
}

func (t *tally) watcher(e *event.Event) *watcherTally {
	return t.watchers.get(watcherKey{e.Job, e.Watcher}, zero)
}

func (t *tally) action(e *event.Event) *actionTally {
	return t.actions.get(actionKey{e.Job, e.Watcher, e.Action, e.Where}, zero)
}

func (t *tally) add(e *event.Event) {
	switch e.Type {
	case event.RunStarted:
		t.started = e.Time
	case event.RunEnded:
		t.ended = e.Time
	case event.JobStarted:
		t.jobs.get(e.Job, zero).started = e.Time
	case event.JobEnded:
		j := t.jobs.get(e.Job, zero)
		j.ended, j.state, j.exitCode, j.signal = e.Time, e.State, e.ExitCode, e.Signal
	case event.WatcherTriggered:
		t.watcher(e).triggers++
	case event.WatcherSuppressed:
		*t.watcher(e).suppressed.get(e.Reason, zero) += e.Count
	case event.MetricRecorded:
		t.metrics.get(metricKey{e.Job, e.Name}, zero).add(e.Value)
	case event.ActionStarted:
		a := t.action(e)
		a.running++
		if e.Attempt > 1 { // the attempt before did not succeed, but was not the last
			a.retried++
			a.failures--
		}
	case event.ActionFinished:
		a := t.action(e)
		a.running--
		*a.outcomes.get(e.Outcome, zero)++
		a.durations.add(e.Duration)
		if e.Outcome != event.Succeeded {
			a.failures++
			a.log = e.Log
		}
	case event.SourceGap:
		t.gaps += max(e.Bytes, 0)
	case event.Warning:
		if e.Code == neverMatched {
			t.watcher(e).never = e.Message
		}
	}
}

// neverMatched is the code of the warning about a watcher that saw no match
// until its job ended.
const neverMatched = "never-matched"

// runningJobs names the jobs that have started and not ended.
func (t *tally) runningJobs() []string {
	var names []string
	for _, name := range t.jobs.keys {
		if j := t.jobs.values[name]; !j.started.IsZero() && j.state == "" {
			names = append(names, name)
		}
	}
	return names
}

// runningActions counts the actions under way.
func (t *tally) runningActions() int {
	n := 0
	for _, a := range t.actions.values {
		n += a.running
	}
	return n
}
