package host

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/host/command"
	"github.com/jwhost/jwhost/host/dispatch"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/journal"
	"github.com/jwhost/jwhost/host/pluginproc"
	"github.com/jwhost/jwhost/host/secret"
	"github.com/jwhost/jwhost/host/source"
	"github.com/jwhost/jwhost/host/uv"
)

// drainPlugins bounds how long plugins may take to end when a run is over.
const drainPlugins = 5 * time.Second

// A run is one run of a file.
type run struct {
	id   string
	dir  string // of the run, below the state folder
	file *jobfile.File
	o    Options
	log  hclog.Logger

	rec      *recorder
	secrets  *secret.Store
	journal  journal.Store
	dispatch *dispatch.Dispatcher
	plugins  *pluginproc.Manager
	commands *command.Runner
	uv       *uv.Tool // nil: not found, or nothing needs it
	preparer *uv.Preparer

	began         time.Time
	jobs          map[string]*job
	preparing     sync.WaitGroup
	end           context.CancelCauseFunc // ends attempts and followers now
	stopped       atomic.Bool
	failedActions atomic.Int64
}

// Why a run ends, if not by a fault. The end of its context has causes of its
// own, and is a Kill.
var (
	errOver     = errors.New("the run is over")
	errKilled   = command.ErrKill
	errDetached = errors.New("the jobs are left running")
)

// A fault is why jwhost itself cannot go on.
type fault struct{ error }

func (f fault) Unwrap() error { return f.error }

// leftRunning reports whether the jobs go on when the run ends for that cause.
func leftRunning(cause error) bool {
	var f fault
	return errors.Is(cause, errDetached) || errors.As(cause, &f)
}

// newRun makes everything ready that a run needs; no job starts.
func newRun(ctx context.Context, file *jobfile.File, o Options) (*run, error) {
	now := time.Now()
	id := newID(now)
	r := &run{
		id: id, dir: filepath.Join(o.StateDir, "runs", id), file: file, o: o, log: o.Log,
		secrets: o.Secrets, journal: new(journal.Memory), began: now, jobs: map[string]*job{},
	}
	r.rec = &recorder{run: id, secrets: r.secrets, sink: o.Events}
	// A job may print a secret before any action asks for it.
	for _, s := range file.Secrets {
		if _, err := r.secrets.Lookup(s.Name); err != nil {
			return nil, err
		}
	}
	if usesUV(file) {
		tool, err := uv.Find(ctx, os.Environ())
		if err != nil {
			return nil, err
		}
		r.uv = &tool
		r.preparer = uv.New(tool, filepath.Join(o.StateDir, "uv"), r.log.Named("uv"))
	}
	most := o.MaxActions
	if most <= 0 {
		most = max(4, 2*runtime.NumCPU())
	}
	r.commands = command.New(most, r.preparer, r.log.Named("command"))
	for _, def := range file.Jobs {
		j := &job{def: def, id: id + "." + def.Name, done: make(chan struct{})}
		env, err := r.environ(def, j.id)
		if err != nil {
			return nil, fmt.Errorf("job %s: %w", def.Name, err)
		}
		j.env = env
		r.jobs[def.Name] = j
	}
	for _, j := range file.Jobs {
		if err := os.MkdirAll(r.jobFolder(j), 0o700); err != nil {
			return nil, fmt.Errorf("the run's folder cannot be made: %w; name another state folder with --state", err)
		}
	}
	if err := r.openPlugins(); err != nil {
		return nil, err
	}
	return r, nil
}

// newID returns a run's id: the time, so that runs sort, and chance.
func newID(now time.Time) string {
	return now.UTC().Format("20060102-150405") + "-" + strings.ToLower(rand.Text()[:6])
}

// jobFolder is where a job's supervisor keeps its files and output.
func (r *run) jobFolder(j *jobfile.Job) string { return filepath.Join(r.dir, "jobs", j.Name) }

// run runs the jobs and delivers what they trigger.
func (r *run) run(ctx context.Context) (Result, hcl.Diagnostics, error) {
	ctx, r.end = context.WithCancelCause(ctx)
	r.dispatch = dispatch.New(ctx, r.journal, r.attempt)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer r.end(errOver)
	configuring, hurry := context.WithCancel(ctx)
	defer hurry()
	watching.Go(func() { r.obey(ctx, hurry) })
	watching.Go(func() { r.check(ctx, r.dispatch.Failure(ctx)) })

	diags := r.configure(configuring)
	if diags.HasErrors() {
		os.RemoveAll(r.dir)
		return Result{Status: StatusFailed, ExitCode: ExitUsage}, diags, nil
	}
	r.rec.begin(event.Event{Type: event.RunStarted, Files: r.file.Paths}, r.began)
	r.runJobs(ctx)
	r.check(ctx, r.dispatch.Drain(ctx))
	r.end(errOver)
	r.dispatch.Wait()
	r.preparing.Wait()

	result, err := r.result(context.Cause(ctx))
	if err != nil {
		r.rec.warn("host", "", "", err.Error())
	}
	if n := r.dispatch.Pending(); n > 0 {
		r.rec.warn("not-delivered", "", "", fmt.Sprintf("%d actions were not run to their end", n))
	}
	r.closePlugins()
	r.rec.emit(event.Event{Type: event.RunEnded, Files: r.file.Paths, Status: result.Status, ExitCode: &result.ExitCode})
	return result, diags, err
}

// runJobs runs all jobs, those that depend on none side by side.
func (r *run) runJobs(ctx context.Context) {
	var wg sync.WaitGroup
	for _, def := range r.file.Jobs {
		wg.Go(func() { r.runJob(ctx, r.jobs[def.Name]) })
	}
	wg.Wait()
}

// check ends the run where jwhost itself cannot go on.
func (r *run) check(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		r.end(fault{err})
	}
}

// obey carries out what the run is asked for until it is over. hurry ends the
// wait for plugins that start before the jobs do.
func (r *run) obey(ctx context.Context, hurry func()) {
	signals := r.o.Signals
	for {
		select {
		case <-ctx.Done():
			return
		case s, ok := <-signals:
			switch {
			case !ok:
				signals = nil
			case s == Stop:
				r.stopped.Store(true)
				hurry()
				for _, j := range r.jobs {
					j.stop(source.Cancelled)
				}
			case s == Detach:
				r.end(errDetached)
			default:
				r.end(errKilled)
			}
		}
	}
}

// result sums up a run that ended for the given cause. The error is jwhost's
// own.
func (r *run) result(cause error) (Result, error) {
	var f fault
	switch {
	case errors.As(cause, &f):
		return Result{StatusFailed, ExitHost, r.dir}, f.error
	case r.stopped.Load() || !errors.Is(cause, errOver):
		return Result{StatusInterrupted, ExitInterrupted, r.dir}, nil
	}
	for _, j := range r.jobs {
		if j.state != source.Succeeded {
			return Result{StatusFailed, ExitJobFailed, r.dir}, nil
		}
	}
	if r.o.StrictActions && r.failedActions.Load() > 0 {
		return Result{StatusFailed, ExitActionFailed, r.dir}, nil
	}
	return Result{StatusSucceeded, ExitSucceeded, r.dir}, nil
}

// closePlugins ends the plugins' processes; again is harmless.
func (r *run) closePlugins() {
	ctx, cancel := context.WithTimeout(context.Background(), drainPlugins)
	defer cancel()
	if err := r.plugins.Close(ctx); err != nil {
		r.log.Warn("plugins did not end in order", "error", err)
	}
}
