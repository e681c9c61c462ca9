package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/hcl/pattern"
	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/frame"
	"github.com/jwhost/jwhost/host/journal"
	"github.com/jwhost/jwhost/host/match"
	"github.com/jwhost/jwhost/host/series"
	"github.com/jwhost/jwhost/host/source"
	"github.com/jwhost/jwhost/host/watch"
)

const (
	// piece is how much of a chunk is read before a look at how large the step
	// has become.
	piece = 4 << 10
	// maxStep and maxStepBytes are how many tasks or events, and bytes of
	// tasks, one step may hold before it is committed, in the middle of a chunk
	// if need be.
	maxStep      = 1024
	maxStepBytes = 8 << 20
)

// A follower reads one job's output and turns it into triggers: bytes, lines,
// matches, decisions, one committed step after the other.
type follower struct {
	r        *run
	job      *job
	machines []*watch.Machine
	metrics  series.Set
	streams  map[string]*stream
	nearest  map[*watch.Machine]*nearest // of watchers that have not matched yet

	// The step under way: what the lines since the last commit came to.
	events []event.Event
	points []series.Point
	tasks  []journal.Task
	bytes  int // of the tasks' payloads
}

// A stream is one stream of the job on its way from bytes to matches.
type stream struct {
	name    string
	framer  *frame.Framer
	set     *match.Set
	readers []*watch.Machine // by the pattern's place in set
	pos     source.Position  // of the chunk that is read; the offset in it is the framer's
}

func newFollower(r *run, j *job) *follower {
	f := &follower{r: r, job: j, streams: map[string]*stream{}, nearest: map[*watch.Machine]*nearest{}}
	for _, w := range j.def.Watchers {
		m := watch.New(w, watch.State{})
		f.machines = append(f.machines, m)
		if w.Pattern != nil {
			f.nearest[m] = &nearest{}
		}
	}
	return f
}

func (f *follower) stream(name string) *stream {
	if s := f.streams[name]; s != nil {
		return s
	}
	s := &stream{name: name, framer: frame.New(0, 1)}
	var patterns []*pattern.Pattern
	for _, m := range f.machines {
		if m.Reads(name) {
			s.readers = append(s.readers, m)
			patterns = append(patterns, m.Watcher().Pattern)
		}
	}
	s.set = match.New(patterns)
	f.streams[name] = s
	return s
}

// follow reads the job's output to its end. An error is ctx's own, or one of
// the host.
func (f *follower) follow(ctx context.Context, src source.Job) error {
	for {
		if err := ctx.Err(); err != nil { // a job that never pauses gives Next no time to see it
			return err
		}
		chunk, err := src.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f.read(ctx, chunk); err != nil {
			return err
		}
	}
}

// read takes one chunk of bytes through to the commit of what it came to.
func (f *follower) read(ctx context.Context, c source.Chunk) error {
	s := f.stream(c.Stream)
	line := func(l frame.Line) { f.line(s, l, c.Time) }
	if c.Gap != nil {
		// What came before the gap is a line of its own, and offsets begin anew.
		s.framer.End(line)
		_, number := s.framer.Resume()
		s.framer = frame.New(c.Pos.Offset, number)
		f.events = append(f.events, event.Event{
			Type: event.SourceGap, Job: f.job.def.Name, Source: f.job.def.Source.Kind(), Stream: c.Stream,
			Reason: c.Gap.Reason, Bytes: c.Gap.Bytes,
		})
	}
	s.pos = c.Pos
	for part := range slices.Chunk(c.Data, piece) {
		s.framer.Feed(part, line)
		if max(len(f.tasks), len(f.events)) < maxStep && f.bytes < maxStepBytes {
			continue
		}
		if err := f.commit(ctx, s); err != nil {
			return err
		}
		if err := f.r.dispatch.Room(ctx); err != nil {
			return err
		}
	}
	if c.EOF {
		s.framer.End(line)
	}
	if err := f.commit(ctx, s); err != nil {
		return err
	}
	// Where too many tasks wait, so does the reading of output.
	return f.r.dispatch.Room(ctx)
}

// line shows a line to the watchers of its stream. What they record counts
// from the next line on, so that their order in the file does not matter.
func (f *follower) line(s *stream, l frame.Line, at time.Time) {
	if f.r.o.Output {
		f.events = append(f.events, event.Event{
			Type: event.JobOutput, Job: f.job.def.Name, Stream: s.name, Number: l.Number,
			Line: slices.Clone(l.Text), Raw: slices.Clone(l.Raw), Partial: l.State,
		})
	}
	var points []series.Point
	var before map[string]scope.Metric
	s.set.Line(l.Text, func(i int, loc []int) {
		m := s.readers[i]
		if before == nil {
			before = f.metrics.Snapshot()
		}
		delete(f.nearest, m)
		step := m.Line(m.NewMatch(l.Text, loc, s.name, l.Number, at), f.job.scope(), before)
		points = append(points, step.Points...)
		f.take(m.Watcher(), step)
	})
	for _, p := range points {
		f.metrics.Add(p)
	}
	for m, near := range f.nearest {
		if m.Reads(s.name) {
			near.see(m.Watcher().Pattern, l)
		}
	}
}

// end tells the watchers of the job's end.
func (f *follower) end(ctx context.Context) error {
	metrics := f.metrics.Snapshot()
	for _, m := range f.machines {
		f.take(m.Watcher(), m.End(f.job.scope(), metrics, time.Now()))
	}
	return f.commit(ctx, &stream{name: "end", framer: frame.New(0, 1)})
}

// report sums up what did not trigger.
func (f *follower) report() {
	for _, m := range f.machines {
		suppressed := m.State().Suppressed
		for _, reason := range []string{watch.When, watch.Cooldown, watch.MaxTriggers, watch.Error} {
			if n := suppressed[reason]; n > 0 {
				f.r.rec.emit(event.Event{
					Type: event.WatcherSuppressed, Job: f.job.def.Name, Watcher: m.Watcher().Name, Reason: reason, Count: n,
				})
			}
		}
	}
}

// neverMatched names the watchers that no line of the job matched.
func (f *follower) neverMatched() {
	for _, m := range f.machines {
		if near := f.nearest[m]; near != nil {
			f.r.rec.emit(f.warning("never-matched", m.Watcher(), near.message(f.r.secrets.RedactCut)))
		}
	}
}

// take adds what a watcher came to, to the step.
func (f *follower) take(w *jobfile.Watcher, step watch.Step) {
	job := f.job.def.Name
	if step.Warning != "" {
		f.events = append(f.events, f.warning("condition", w, step.Warning))
	}
	for _, p := range step.Points {
		f.points = append(f.points, p)
		f.events = append(f.events, event.Event{Type: event.MetricRecorded, Job: job, Watcher: w.Name, Name: p.Name, Value: p.Value})
	}
	t := step.Trigger
	if t == nil {
		return
	}
	f.events = append(f.events, event.Event{
		Type: event.WatcherTriggered, Job: job, Watcher: w.Name, Trigger: t.Number, Where: where(w.Range),
		Stream: t.Values.Match.Stream, Number: t.Values.Match.Number, Line: t.Values.Match.Line, Captures: watch.Shown(w, t.Values.Captures),
	})
	for _, i := range t.Actions {
		a := w.Actions[i]
		// One queue per watcher and job keeps the order. An action that may
		// run side by side with itself has given that up, and has its own.
		queue := job + "/" + w.Name
		if a.Concurrency > 1 {
			queue = fmt.Sprintf("%s/%d", queue, i)
		}
		payload, err := json.Marshal(delivery{job, w.Name, i, t.Number, t.Values})
		if err != nil { // there is nothing in it that JSON cannot hold
			f.events = append(f.events, f.warning("internal", w, fmt.Sprintf("trigger %d cannot be written: %v", t.Number, err)))
			continue
		}
		id := fmt.Sprintf("%s/%s/%s/%d/%d", f.r.id, job, w.Name, t.Number, i)
		f.tasks = append(f.tasks, journal.Task{ID: id, Queue: queue, Width: a.Concurrency, Payload: payload})
		f.bytes += len(payload)
	}
}

func (f *follower) warning(code string, w *jobfile.Watcher, message string) event.Event {
	return event.Event{
		Type: event.Warning, Code: code, Job: f.job.def.Name, Watcher: w.Name, Message: message, Where: where(w.Range),
	}
}

// commit writes the step down, then shows it, then hands its tasks out: what
// is not written did not happen.
func (f *follower) commit(ctx context.Context, s *stream) error {
	if len(f.tasks) > 0 || len(f.points) > 0 {
		states := make([]watch.State, len(f.machines))
		for i, m := range f.machines {
			states[i] = m.State()
		}
		state, err := json.Marshal(states)
		if err != nil {
			return fmt.Errorf("job %s: the watchers' state cannot be written: %w", f.job.def.Name, err)
		}
		record := journal.Record{Stream: f.job.def.Name + "/" + s.name, Pos: s.pos, State: state, Points: f.points, Tasks: f.tasks}
		record.Pos.Offset, _ = s.framer.Resume()
		if _, err := f.r.journal.Append(ctx, []journal.Record{record}); err != nil {
			return fmt.Errorf("job %s: %w", f.job.def.Name, err)
		}
	}
	for _, e := range f.events {
		f.r.rec.emit(e)
	}
	for i := range f.tasks {
		f.r.dispatch.Enqueued(&f.tasks[i])
	}
	clear(f.events)
	f.events, f.points, f.tasks, f.bytes = f.events[:0], nil, nil, 0
	return nil
}
