package host

import (
	"context"
	"fmt"
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

// killWait is how long the end of a job that was killed is waited for.
const killWait = 10 * time.Second

// A job is one job of a run.
type job struct {
	def  *jobfile.Job
	id   string
	env  []string
	done chan struct{} // closed once state is an end, or the run left the job

	mu      sync.Mutex
	src     source.Job // nil before the start
	started time.Time
	state   string
	exit    *int
	stopped string // the state that it was asked to end in
}

// scope is the job as expressions see it.
func (j *job) scope() scope.Job {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := scope.Job{
		ID: j.id, Name: j.def.Name, Dir: j.def.Dir, Source: j.def.Source.Kind(),
		State: j.state, ExitCode: j.exit, Attempt: 1,
	}
	if limit := j.def.TimeLimit; limit > 0 && !j.started.IsZero() {
		left := max(limit-time.Since(j.started), 0).Seconds()
		s.TimeLeft = &left
	}
	return s
}

// stop asks the job to end: it ends in the given state. false: it has ended.
func (j *job) stop(state string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state != "" && j.state != running {
		return false
	}
	j.stopped = state
	if j.src != nil {
		j.src.Stop(state)
	}
	return true
}

func (j *job) isStopped() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.stopped != ""
}

// output is what the job's output can be read from, nil if it never started.
func (j *job) output() source.Job {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.src
}

// start starts the job.
func (j *job) start(ctx context.Context, r *run) (source.Job, error) {
	def, ok := j.def.Source.(*jobfile.Local)
	if !ok {
		return nil, fmt.Errorf("a source of kind %s cannot be run", j.def.Source.Kind())
	}
	src, err := local.Start(ctx, local.Spec{
		Command: def.Command, Argv: def.Argv, Pty: def.Pty,
		Dir: j.def.Dir, Env: j.env, Limit: j.def.TimeLimit,
		Folder: r.jobFolder(j.def),
	})
	if err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.src, j.started, j.state = src, time.Now(), running
	if j.stopped != "" { // while it started
		src.Stop(j.stopped)
	}
	return src, nil
}

// runJob takes a job from its dependencies to its end.
func (r *run) runJob(ctx context.Context, j *job) {
	defer close(j.done)
	if reason := r.obstacle(ctx, j); reason != "" {
		j.finish(r, source.End{State: source.Skipped, Reason: reason})
		return
	}
	f := newFollower(r, j)
	src, err := j.start(ctx, r)
	switch {
	case err != nil && ctx.Err() != nil:
		j.finish(r, source.End{State: source.Skipped, Reason: overBeforeStart})
		return
	case err != nil:
		// Whoever waits for the job's end hears of this one, too.
		j.finish(r, source.End{State: source.Failed, Reason: err.Error()})
		r.check(ctx, f.end(ctx))
		f.report()
		return
	}
	defer src.Close()
	r.rec.emit(event.Event{Type: event.JobStarted, Job: j.def.Name, JobID: j.id, Source: j.def.Source.Kind(), Dir: j.def.Dir})
	r.prepare(ctx, j)
	if err := f.follow(ctx, src); err != nil {
		r.check(ctx, err)
		if !leftRunning(context.Cause(ctx)) {
			j.finish(r, killed(src))
		}
		f.report()
		return
	}
	j.finish(r, src.End())
	r.check(ctx, f.end(ctx))
	f.report()
	f.neverMatched()
}

// overBeforeStart is why a job was skipped that nothing else held up.
const overBeforeStart = "the run was ended before it started"

// obstacle waits for the jobs that j depends on. It says why j cannot start, ""
// if it can.
func (r *run) obstacle(ctx context.Context, j *job) string {
	var reason string
	for _, d := range j.def.DependsOn {
		before := r.jobs[d.Name]
		<-before.done
		if before.state != source.Succeeded {
			reason = fmt.Sprintf("job %s did not succeed", d.Name)
			break
		}
	}
	if ctx.Err() != nil || j.isStopped() {
		reason = overBeforeStart
	}
	return reason
}

// killed kills a job and waits for its end. Nobody reads its output any more.
func killed(src source.Job) source.End {
	src.Kill()
	ctx, cancel := context.WithTimeout(context.Background(), killWait)
	defer cancel()
	for ctx.Err() == nil {
		if _, err := src.Next(ctx); err != nil {
			break // io.EOF, most likely
		}
	}
	end := src.End()
	if end.State == "" {
		end = source.End{State: source.Lost, Reason: fmt.Sprintf("it was killed, and has not ended within %s", killWait)}
	}
	return end
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
