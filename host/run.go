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
	journal  *journal.Memory
	dispatch *dispatch.Dispatcher
	plugins  *pluginproc.Manager
	commands *command.Runner
	uv       *uv.Tool // nil: not found, or nothing needs it
	preparer *uv.Preparer

	jobs          map[string]*job
	preparing     sync.WaitGroup
	kill          context.CancelFunc // ends attempts and followers now
	interrupted   atomic.Bool
	detached      atomic.Bool
	failedActions atomic.Int64
}

// newRun makes everything ready that a run needs; no job starts.
func newRun(ctx context.Context, file *jobfile.File, o Options) (*run, error) {
	id := newID(time.Now())
	r := &run{
		id: id, dir: filepath.Join(o.StateDir, "runs", id), file: file, o: o, log: o.Log,
		secrets: secret.New(os.Getenv), journal: new(journal.Memory), jobs: map[string]*job{},
	}
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return nil, fmt.Errorf("the run's folder cannot be made: %w; name another state folder with --state", err)
	}
	r.rec = &recorder{run: id, secrets: r.secrets, sink: o.Events}
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
	if err := r.openPlugins(); err != nil {
		return nil, err
	}
	return r, nil
}

// newID returns a run's id: the time, so that runs sort, and chance.
func newID(now time.Time) string {
	return now.UTC().Format("20060102-150405") + "-" + strings.ToLower(rand.Text()[:6])
}

// run runs the jobs and delivers what they trigger.
func (r *run) run(ctx context.Context) (Result, error) {
	ctx, r.kill = context.WithCancel(ctx)
	defer r.kill()
	r.dispatch = dispatch.New(ctx, r.journal, r.attempt)
	over := make(chan struct{})
	defer close(over)
	go r.obey(over)

	r.rec.emit(event.Event{Type: event.RunStarted, Files: r.file.Paths})
	err := r.runJobs(ctx)
	if err == nil {
		err = r.dispatch.Drain(ctx)
	}
	r.kill()
	r.dispatch.Wait()
	r.preparing.Wait()
	switch {
	case r.detached.Load() || r.interrupted.Load() && errors.Is(err, context.Canceled):
		err = nil
	case err != nil:
		r.rec.warn("host", "", "", err.Error())
	}
	if n := r.dispatch.Pending(); n > 0 {
		r.rec.warn("not-delivered", "", "", fmt.Sprintf("%d actions were not run to their end", n))
	}
	result := r.result(err)
	r.closePlugins()
	r.rec.emit(event.Event{Type: event.RunEnded, Files: r.file.Paths, Status: result.Status, ExitCode: &result.ExitCode})
	return result, err
}

// runJobs runs all jobs, those that depend on none side by side.
func (r *run) runJobs(ctx context.Context) error {
	var wg sync.WaitGroup
	errs := make([]error, len(r.file.Jobs))
	for i, def := range r.file.Jobs {
		wg.Go(func() { errs[i] = r.runJob(ctx, r.jobs[def.Name]) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// obey carries out what the run is asked for until it is over.
func (r *run) obey(over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		case s := <-r.o.Signals:
			switch s {
			case Stop:
				r.interrupted.Store(true)
				for _, def := range r.file.Jobs {
					r.jobs[def.Name].stop(source.Cancelled)
				}
			case Kill:
				r.interrupted.Store(true)
				for _, def := range r.file.Jobs {
					r.jobs[def.Name].kill()
				}
				r.kill()
			case Detach:
				r.detached.Store(true)
				r.kill()
			}
		}
	}
}

// result sums the run up.
func (r *run) result(err error) Result {
	result := Result{Status: StatusSucceeded, ExitCode: ExitSucceeded, Dir: r.dir}
	for _, j := range r.jobs {
		if j.state != source.Succeeded {
			result.Status, result.ExitCode = StatusFailed, ExitJobFailed
		}
	}
	switch {
	case err != nil:
		result.Status, result.ExitCode = StatusFailed, ExitHost
	case r.interrupted.Load() || r.detached.Load():
		result.Status, result.ExitCode = StatusInterrupted, ExitInterrupted
	case result.ExitCode == ExitSucceeded && r.o.StrictActions && r.failedActions.Load() > 0:
		result.Status, result.ExitCode = StatusFailed, ExitActionFailed
	}
	return result
}

// close ends what newRun made, whatever became of the run.
func (r *run) close() { r.closePlugins() }

func (r *run) closePlugins() {
	ctx, cancel := context.WithTimeout(context.Background(), drainPlugins)
	defer cancel()
	if err := r.plugins.Close(ctx); err != nil {
		r.log.Warn("plugins did not end in order", "error", err)
	}
}
