package host

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/source"
	"github.com/jwhost/jwhost/host/source/local"
)

// running is job.state until the job has ended.
const running = "running"

// A job is one job of a run.
type job struct {
	def  *jobfile.Job
	id   string
	env  []string
	done chan struct{} // closed once state is an end

	mu      sync.Mutex
	src     source.Job // nil before the start
	started time.Time
	state   string
	exit    *int
	stopped string // asked to end in this state before it had started
}

// scope is the job as expressions see it.
func (j *job) scope() scope.Job {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := scope.Job{
		ID: j.id, Name: j.def.Name, Dir: j.def.Dir, Source: j.def.Source.Kind(),
		State: j.state, ExitCode: j.exit, Attempt: 1,
	}
	if limit := j.def.TimeLimit; limit > 0 {
		left := max(limit-time.Since(j.started), 0).Seconds()
		s.TimeLeft = &left
	}
	return s
}

// stop asks the job to end: it ends in the given state.
func (j *job) stop(state string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.stopped = state
	if j.src != nil {
		j.src.Stop(state)
	}
}

// kill ends the job now.
func (j *job) kill() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.stopped = source.Cancelled
	if j.src != nil {
		j.src.Kill()
	}
}

// start starts the job unless it was asked to end before.
func (j *job) start(ctx context.Context, r *run) error {
	def, ok := j.def.Source.(*jobfile.Local)
	if !ok {
		return fmt.Errorf("a source of kind %s cannot be run", j.def.Source.Kind())
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	src, err := local.Start(ctx, local.Spec{
		Command: def.Command, Argv: def.Argv, Pty: def.Pty,
		Dir: j.def.Dir, Env: j.env, Limit: j.def.TimeLimit,
		Folder: filepath.Join(r.dir, "jobs", j.def.Name),
	})
	if err != nil {
		return err
	}
	j.src, j.started, j.state = src, time.Now(), running
	if j.stopped != "" {
		src.Stop(j.stopped)
	}
	return nil
}

// runJob takes a job from its dependencies to its end. An error is one of the
// host; the job goes on then.
func (r *run) runJob(ctx context.Context, j *job) error {
	defer close(j.done)
	for _, d := range j.def.DependsOn {
		before := r.jobs[d.Name]
		<-before.done
		if before.state != source.Succeeded {
			j.finish(r, source.End{State: source.Skipped, Reason: fmt.Sprintf("job %s did not succeed", d.Name)})
			return nil
		}
	}
	if j.isStopped() {
		j.finish(r, source.End{State: source.Skipped, Reason: "the run was ended before it started"})
		return nil
	}
	if err := j.start(ctx, r); err != nil {
		j.finish(r, source.End{State: source.Failed, Reason: err.Error()})
		return nil
	}
	defer j.src.Close()
	r.rec.emit(event.Event{Type: event.JobStarted, Job: j.def.Name, JobID: j.id, Source: j.def.Source.Kind(), Dir: j.def.Dir})
	r.prepare(ctx, j)
	f := newFollower(r, j)
	if err := f.follow(ctx, j.src); err != nil {
		return err
	}
	j.finish(r, j.src.End())
	return f.end(ctx)
}

func (j *job) isStopped() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.stopped != ""
}

// finish notes and tells how the job ended.
func (j *job) finish(r *run, end source.End) {
	j.mu.Lock()
	j.state, j.exit = end.State, end.ExitCode
	j.mu.Unlock()
	if end.Reason != "" {
		r.rec.warn("job-end", j.def.Name, "", end.Reason)
	}
	for _, p := range end.Left {
		r.rec.warn("left-behind", j.def.Name, "", "the job left a process running: "+p)
	}
	r.rec.emit(event.Event{
		Type: event.JobEnded, Job: j.def.Name, JobID: j.id, State: end.State, ExitCode: end.ExitCode, Signal: end.Signal,
	})
}
