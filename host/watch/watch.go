// Package watch is the state machine of one watcher on one job: a matched
// line or the job's end goes in, metrics and a trigger come out. It has no
// clock and does no I/O, and its state can be written down and read back, so
// the same input always gives the same output.
package watch

import (
	"fmt"
	"slices"
	"time"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/host/series"
	"github.com/jwhost/jwhost/host/source"
)

// Why a match did not become a trigger.
const (
	When        = "when"
	Cooldown    = "cooldown"
	MaxTriggers = "max_triggers"
	Error       = "error"
)

// State is all that a Machine remembers. It can be written as JSON.
type State struct {
	Matches    int64            `json:"matches,omitempty"`
	Triggers   int64            `json:"triggers,omitempty"`
	Last       time.Time        `json:"last,omitzero"`        // of the last trigger
	Latest     *Match           `json:"latest,omitempty"`     // for prev.* and on_end
	Suppressed map[string]int64 `json:"suppressed,omitempty"` // by reason
	Warned     bool             `json:"warned,omitempty"`     // of a `when` that cannot be evaluated
}

// A Match is a line that the watcher's pattern matched.
type Match struct {
	Captures map[string][]byte `json:"captures,omitempty"` // by name, and all of them as c1, c2, … too
	Match    scope.Match       `json:"match"`
	Prev     map[string][]byte `json:"prev,omitempty"` // captures of the match before
}

// A Trigger is a watcher's decision to act.
type Trigger struct {
	Number  int64        // from 1, of this watcher on this job
	Values  scope.Values // what the actions' templates see
	Actions []int        // indexes of the watcher's actions to run, in order
}

// A Step is what came of one input.
type Step struct {
	Points  []series.Point
	Trigger *Trigger // nil: none
	Warning string   // to be shown, "" if none; a machine has one in its life
}

// A Machine is one watcher on one job.
type Machine struct {
	w     *jobfile.Watcher
	state State
}

// New returns the machine of a watcher in a state; the zero State is a new one.
func New(w *jobfile.Watcher, s State) *Machine { return &Machine{w: w, state: s} }

// Watcher returns the watcher that the machine is of.
func (m *Machine) Watcher() *jobfile.Watcher { return m.w }

// State returns the machine's state. It shares memory with the machine.
func (m *Machine) State() State { return m.state }

// Reads reports whether the watcher reads the stream.
func (m *Machine) Reads(stream string) bool {
	return m.w.Pattern != nil && (m.w.Output == jobfile.Both || m.w.Output == stream)
}

// NewMatch copies out of a line what its match captured. loc is as
// regexp.FindSubmatchIndex gives it; a group that took no part is the empty
// text.
func (m *Machine) NewMatch(text []byte, loc []int, stream string, number int64, at time.Time) Match {
	text = slices.Clone(text) // the captures are parts of this one copy
	p := m.w.Pattern
	captures := make(map[string][]byte, 2*len(p.Captures))
	for _, c := range p.Captures {
		value := []byte{}
		if from, to := loc[2*c.Group], loc[2*c.Group+1]; from >= 0 {
			value = text[from:to:to]
		}
		captures[fmt.Sprintf("c%d", c.Group)] = value
		captures[c.Key()] = value
	}
	return Match{
		Captures: captures,
		Match:    scope.Match{Line: text, Text: text[loc[0]:loc[1]], Number: number, Stream: stream, Time: at},
	}
}

// Shown returns captures as they are shown to people and plugins: each once,
// by its name if it has one.
func Shown(w *jobfile.Watcher, captures map[string][]byte) map[string][]byte {
	shown := make(map[string][]byte, len(captures))
	if w.Pattern != nil {
		for _, c := range w.Pattern.Captures {
			shown[c.Key()] = captures[c.Key()]
		}
	}
	return shown
}

// Line takes a matched line. The metrics are what was recorded before it.
func (m *Machine) Line(match Match, job scope.Job, metrics map[string]scope.Metric) Step {
	m.state.Matches++
	if m.state.Latest != nil {
		match.Prev = m.state.Latest.Captures
	}
	m.state.Latest = &match
	v := m.values(match, job, metrics)
	step := m.record(v)
	if m.w.OnEnd != nil {
		return step
	}
	return m.decide(step, v, match.Match.Time)
}

// End takes the job's end.
func (m *Machine) End(job scope.Job, metrics map[string]scope.Metric, at time.Time) Step {
	end := m.w.OnEnd
	if end == nil || !covers(end, job.State) || m.w.Pattern != nil && m.state.Latest == nil {
		return Step{}
	}
	match := Match{Match: scope.Match{Time: at}}
	if m.state.Latest != nil {
		match = *m.state.Latest
	}
	return m.decide(Step{}, m.values(match, job, metrics), at)
}

func (m *Machine) values(match Match, job scope.Job, metrics map[string]scope.Metric) *scope.Values {
	return &scope.Values{
		Captures: match.Captures,
		Prev:     match.Prev,
		Job:      job,
		Match:    match.Match,
		Watcher:  scope.Watcher{Name: m.w.Name, Triggers: m.state.Triggers},
		Metrics:  metrics,
	}
}

// record evaluates the watcher's metrics; what is no number records nothing.
func (m *Machine) record(v *scope.Values) Step {
	var step Step
	for _, metric := range m.w.Metrics {
		x, null, err := metric.Value.Eval(v)
		if err != nil {
			m.warn(&step, "metric %s: %v", metric.Name, err)
		}
		if !null && err == nil {
			step.Points = append(step.Points, series.Point{Watcher: m.w.Name, Name: metric.Name, Value: x})
		}
	}
	return step
}

// decide asks `when`, `cooldown` and `max_triggers`, in this order, and
// triggers if none of them objects.
func (m *Machine) decide(step Step, v *scope.Values, at time.Time) Step {
	if m.w.When != nil {
		ok, _, err := m.w.When.Eval(v)
		if err != nil {
			m.warn(&step, "when: %v", err)
			m.suppress(Error)
			return step
		}
		if !ok {
			m.suppress(When)
			return step
		}
	}
	if m.w.MaxTriggers > 0 && m.state.Triggers >= m.w.MaxTriggers {
		m.suppress(MaxTriggers)
		return step
	}
	if m.w.Cooldown > 0 && m.state.Triggers > 0 && at.Before(m.state.Last.Add(m.w.Cooldown)) {
		m.suppress(Cooldown)
		return step
	}
	m.state.Triggers++
	m.state.Last = at
	v.Watcher.Triggers = m.state.Triggers
	step.Trigger = &Trigger{Number: m.state.Triggers, Values: *v}
	for i, a := range m.w.Actions {
		if a.When != nil {
			ok, _, err := a.When.Eval(v)
			if err != nil {
				m.warn(&step, "when of %s: %v", a.Label, err)
			}
			if !ok || err != nil {
				continue
			}
		}
		step.Trigger.Actions = append(step.Trigger.Actions, i)
	}
	return step
}

func (m *Machine) suppress(reason string) {
	if m.state.Suppressed == nil {
		m.state.Suppressed = map[string]int64{}
	}
	m.state.Suppressed[reason]++
}

// warn adds a warning to the step, the first time that there is one.
func (m *Machine) warn(step *Step, format string, args ...any) {
	if !m.state.Warned {
		m.state.Warned = true
		step.Warning = fmt.Sprintf(format, args...)
	}
}

// covers reports whether a watcher with this on_end acts on the state; without
// a list of states that is every end but a cancellation.
func covers(e *jobfile.OnEnd, state string) bool {
	if len(e.States) == 0 {
		return state != source.Cancelled
	}
	return slices.Contains(e.States, state)
}
