package host

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jwhost/jwhost/host/event"
)

// check holds the events of a run against what is true of every run.
func (tr *trial) check() {
	tr.t.Helper()
	if len(tr.events) == 0 {
		return // nothing was started
	}
	if first, last := tr.events[0], tr.events[len(tr.events)-1]; first.Type != event.RunStarted || last.Type != event.RunEnded {
		tr.t.Errorf("the run begins with %s and ends with %s", brief(first), brief(last))
	}
	c := checker{
		t: tr.t, wide: map[string]bool{}, began: map[string]bool{}, ended: map[string]bool{}, triggers: map[string]int64{},
		actions: map[string]*tried{}, lanes: map[string]*lane{}, plugins: map[int]bool{},
	}
	for _, j := range tr.file.Jobs {
		for _, w := range j.Watchers {
			for i, a := range w.Actions {
				c.wide[fmt.Sprintf("%s/%s/%d", j.Name, w.Name, i)] = a.Concurrency > 1
			}
		}
	}
	for i, e := range tr.events {
		if !e.Progress {
			c.seq++
			if e.Seq != c.seq {
				tr.t.Errorf("event %d has the number %d: %s", c.seq, e.Seq, brief(e))
			}
		}
		if e.Time.IsZero() || e.Time.Before(c.last) || e.Run == "" {
			tr.t.Errorf("event %d is of %v, the one before of %v: %s", i, e.Time, c.last, brief(e))
		}
		c.last = e.Time
		c.event(e)
	}
	c.over()
}

// A checker follows the events of a run.
type checker struct {
	t        testing.TB
	wide     map[string]bool // "job/watcher/action" that may run side by side
	seq      int64
	last     time.Time
	began    map[string]bool // jobs
	ended    map[string]bool
	triggers map[string]int64 // by job/watcher
	actions  map[string]*tried
	lanes    map[string]*lane
	plugins  map[int]bool // processes
}

// A tried is what is known of one action of one trigger, by its id.
type tried struct {
	action   string
	attempts int
	running  bool
	outcomes []string
}

// A lane is the actions of a watcher and job that are to keep their order.
type lane struct {
	last [2]int // trigger and action of the last one that began
	busy string
}

func (c *checker) event(e event.Event) {
	c.t.Helper()
	wrong := func(format string, args ...any) {
		c.t.Helper()
		c.t.Errorf("%s: %s", fmt.Sprintf(format, args...), brief(e))
	}
	switch e.Type {
	case event.JobStarted:
		if c.began[e.Job] || c.ended[e.Job] {
			wrong("the job has started")
		}
		c.began[e.Job] = true
	case event.JobOutput, event.MetricRecorded:
		if !c.began[e.Job] || c.ended[e.Job] {
			wrong("the job does not run")
		}
	case event.JobEnded:
		if c.ended[e.Job] {
			wrong("the job has ended")
		}
		c.ended[e.Job] = true
	case event.WatcherTriggered:
		w := e.Job + "/" + e.Watcher
		c.triggers[w]++
		if e.Trigger != c.triggers[w] {
			wrong("trigger %d of %s has another number", c.triggers[w], w)
		}
	case event.ActionStarted:
		c.started(&e, wrong)
	case event.ActionFinished:
		a := c.actions[e.ID]
		if a == nil || !a.running || e.Attempt != a.attempts {
			wrong("that attempt does not run")
			return
		}
		a.running = false
		a.outcomes = append(a.outcomes, e.Outcome)
		if l := c.lane(&e); l != nil {
			l.busy = ""
		}
	case event.PluginStarted:
		c.plugins[e.PID] = true
	case event.PluginExited:
		if !c.plugins[e.PID] {
			wrong("that process was not started")
		}
		delete(c.plugins, e.PID)
	}
}

func (c *checker) started(e *event.Event, wrong func(string, ...any)) {
	c.t.Helper()
	a := c.actions[e.ID]
	if a == nil {
		a = &tried{action: e.Action}
		c.actions[e.ID] = a
	}
	a.attempts++
	switch {
	case e.Trigger > c.triggers[e.Job+"/"+e.Watcher]:
		wrong("its trigger was not told")
	case a.running:
		wrong("the attempt before has not finished")
	case a.action != e.Action:
		wrong("the id is also that of a %s", a.action)
	case e.Attempt != a.attempts:
		wrong("it should be attempt %d", a.attempts)
	case a.attempts > 1 && !again(a.outcomes[len(a.outcomes)-1]):
		wrong("it had its final outcome %s", a.outcomes[len(a.outcomes)-1])
	}
	a.running = true
	if l := c.lane(e); l != nil {
		place := [2]int{int(e.Trigger), index(e)}
		switch {
		case l.busy != "" && l.busy != e.ID:
			wrong("%s runs", l.busy)
		case place[0] < l.last[0] || place[0] == l.last[0] && place[1] < l.last[1]:
			wrong("it comes after %v", l.last)
		case place == l.last && e.Attempt == 1:
			wrong("it comes twice")
		}
		l.last, l.busy = place, e.ID
	}
}

// again reports whether an attempt with that outcome may be followed by another.
func again(outcome string) bool { return outcome == event.Failed || outcome == event.TimedOut }

// index is the action's place in its watcher, the last part of its id.
func index(e *event.Event) int {
	var i int
	fmt.Sscan(e.ID[strings.LastIndex(e.ID, "/")+1:], &i)
	return i
}

// lane returns the lane of an action that keeps its order.
func (c *checker) lane(e *event.Event) *lane {
	w := e.Job + "/" + e.Watcher
	if c.wide[fmt.Sprintf("%s/%d", w, index(e))] {
		return nil
	}
	if c.lanes[w] == nil {
		c.lanes[w] = &lane{}
	}
	return c.lanes[w]
}

func (c *checker) over() {
	for id, a := range c.actions {
		if a.running || len(a.outcomes) != a.attempts {
			c.t.Errorf("%s: %d attempts have the outcomes %v", id, a.attempts, a.outcomes)
		}
	}
	for pid := range c.plugins {
		c.t.Errorf("the end of plugin process %d was not told", pid)
	}
}
