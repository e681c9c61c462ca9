package pluginproc

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"

	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/invoke"
	"github.com/jwhost/jwhost/shared/schema"
)

// supervised is one plugin of a run, through all its processes.
//
// It starts at the first use. A first start that fails is final, as is a config
// that the plugin refuses. A process that ends by itself is started anew at the
// next use, later each time until one lives to give an outcome.
type supervised struct {
	manager *Manager
	config  Config
	log     hclog.Logger

	mu       sync.Mutex
	process  *process
	starting *start        // nil: none under way
	refused  *RefusedError // final
	warned   []Diagnostic  // of the config
	started  bool          // at least once
	failures int           // starts that failed and crashes, since the last outcome
	next     time.Time     // no start before
}

// A start is one under way; err is set when done is closed.
type start struct {
	done chan struct{}
	err  error
}

const (
	firstBackoff = 100 * time.Millisecond
	lastBackoff  = 30 * time.Second
	// maxFailures is how often in a row a plugin that had started may fail to
	// start again.
	maxFailures = 8
)

func newSupervised(m *Manager, config Config) *supervised {
	return &supervised{manager: m, config: config, log: m.log.Named("plugin." + config.Name)}
}

// grants returns what the plugin may ask: a bundled one what it wants, another
// what the file says.
func (p *supervised) grants() []string {
	if p.config.Source != "" {
		return p.config.Grants
	}
	if s := p.manager.catalog.bundledSchema(p.config.Name); s != nil {
		return s.Grants
	}
	return nil
}

// checkedSchema returns the schema that the file was checked with, or nil.
func (p *supervised) checkedSchema() *schema.Plugin {
	if p.config.Source == "" {
		return p.manager.catalog.bundledSchema(p.config.Name)
	}
	return p.manager.catalog.known(p.config.Name, p.config.Source)
}

// warnings returns what the plugin said of its config.
func (p *supervised) warnings() []Diagnostic {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.warned
}

// ready returns a process that takes invocations, and starts one if there is
// none. All who wait share one start; ctx ends the wait and not the start.
func (p *supervised) ready(ctx context.Context) (*process, error) {
	for {
		p.mu.Lock()
		if p.refused != nil {
			defer p.mu.Unlock()
			return nil, p.refused
		}
		if p.process != nil && !p.process.exited() {
			defer p.mu.Unlock()
			return p.process, nil
		}
		if p.process != nil {
			gone := p.process.gone
			p.mu.Unlock()
			select {
			case <-gone:
				continue
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		s := p.starting
		if s == nil {
			s = &start{done: make(chan struct{})}
			p.starting = s
			p.manager.work.Go(func() { p.start(s) })
		}
		p.mu.Unlock()
		select {
		case <-s.done:
			if s.err != nil {
				return nil, s.err
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// start starts and configures a process, when its time has come.
func (p *supervised) start(s *start) {
	ctx := p.manager.ctx
	p.mu.Lock()
	wait := time.Until(p.next)
	p.mu.Unlock()
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	process, warnings, err := p.launch(ctx)
	hooks := p.manager.hooks
	if err == nil && hooks.Started != nil {
		hooks.Started(p.config.Name, process.child.pid, process.schema.Version)
	}
	p.mu.Lock()
	p.starting = nil
	s.err = p.settle(process, warnings, err)
	refused := p.refused
	p.mu.Unlock()
	if refused != nil && hooks.Refused != nil {
		hooks.Refused(p.config.Name, refused.Reason)
	}
	close(s.done)
}

// settle takes the result of a start and returns the error of those who wait
// for it.
func (p *supervised) settle(process *process, warnings []Diagnostic, err error) error {
	if err == nil {
		p.process, p.warned, p.started = process, warnings, true
		p.log.Debug("started", "pid", process.child.pid, "version", process.schema.Version)
		p.manager.work.Go(func() { p.watch(process) })
		return nil
	}
	if p.manager.ctx.Err() != nil {
		return errClosed
	}
	p.failed()
	var refused *RefusedError
	if !errors.As(err, &refused) {
		if p.started && p.failures <= maxFailures {
			p.log.Debug("it could not be started again", "error", err)
			return &DiedError{Plugin: p.config.Name, Reason: "it could not be started again: " + err.Error()}
		}
		refused = &RefusedError{Plugin: p.config.Name, Reason: "it can't be started: " + err.Error()}
	}
	p.refused = refused
	return refused
}

// failed puts off the next start.
func (p *supervised) failed() {
	p.failures++
	p.next = time.Now().Add(min(firstBackoff<<min(p.failures-1, 16), lastBackoff))
}

// launch starts a process, checks that it is what the file was checked with,
// and configures it.
func (p *supervised) launch(ctx context.Context) (*process, []Diagnostic, error) {
	if ctx.Err() != nil {
		return nil, nil, errClosed
	}
	find := func() (*executable, error) { return findExecutable(p.config.Name, p.config.Source) }
	if p.config.Source == "" {
		find = func() (*executable, error) { return bundledExecutable(p.config.Name) }
	}
	e, err := find()
	if err != nil {
		return nil, nil, err
	}
	process, err := launch(ctx, e, p.manager.sockets.path, p.log)
	if err != nil {
		return nil, nil, err
	}
	warnings, err := p.prepare(ctx, process)
	if err != nil {
		if process.exited() {
			err = fmt.Errorf("%w: %s", err, process.child.exitedReason)
		}
		process.stop(0)
		return nil, nil, err
	}
	return process, warnings, nil
}

func (p *supervised) prepare(ctx context.Context, process *process) ([]Diagnostic, error) {
	if checked := p.checkedSchema(); checked != nil && p.config.Source != "" && !reflect.DeepEqual(checked, process.schema) {
		return nil, &RefusedError{Plugin: p.config.Name, Reason: "it describes itself otherwise than when the file was checked: it has been changed, so start again"}
	}
	diagnostics, err := process.configure(ctx, p.config.Values)
	if err != nil {
		return nil, err
	}
	for _, d := range diagnostics {
		if !d.Warning {
			return nil, &RefusedError{Plugin: p.config.Name, Reason: "it refuses its config: " + sentence(d), Diagnostics: diagnostics}
		}
	}
	return diagnostics, nil
}

func sentence(d Diagnostic) string {
	text := d.Summary
	if d.Attribute != "" {
		text = d.Attribute + ": " + text
	}
	if d.Detail != "" {
		text += ": " + d.Detail
	}
	return text
}

// watch waits for the end of a process and says what it was.
func (p *supervised) watch(process *process) {
	defer close(process.gone)
	<-process.child.exited
	reason := process.child.exitedReason
	wanted := process.stopping.Load()
	if wanted {
		reason = "stopped"
	} else {
		process.stop(0) // what go-plugin holds of it
	}
	if p.manager.hooks.Exited != nil {
		p.manager.hooks.Exited(p.config.Name, process.child.pid, reason)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.process = nil
	if !wanted {
		p.failed()
		p.log.Debug("its process ended by itself", "pid", process.child.pid, "reason", reason)
	}
}

// stop ends the process, if there is one.
func (p *supervised) stop() {
	p.mu.Lock()
	process := p.process
	p.mu.Unlock()
	if process != nil {
		process.stop(stopGrace)
	}
}

// invoke carries out one attempt in a process.
func (p *supervised) invoke(ctx context.Context, process *process, inv *Invocation, s Services, update func(Update)) (Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.manager.ctx, cancel)()
	log := p.log.With("action", inv.Action, "job", inv.Job.Name, "watcher", inv.Watcher)
	outcome, err := invoke.Run(ctx, process.service, inv, invoke.Host{
		Plugin:   p.config.Name,
		Services: s,
		Update:   update,
		Log:      func(l *contract.LogLine) { logLine(log, l) },
	})
	if err == nil {
		p.mu.Lock()
		p.failures, p.next = 0, time.Time{}
		p.mu.Unlock()
		return outcome, nil
	}
	var broken *invoke.BrokenError
	if !errors.As(err, &broken) {
		if p.manager.ctx.Err() != nil {
			return Outcome{}, errClosed
		}
		return Outcome{}, err
	}
	return p.broken(ctx, process, broken)
}

// broken tells a plugin that died from one that answered with an error of gRPC.
func (p *supervised) broken(ctx context.Context, process *process, broken *invoke.BrokenError) (Outcome, error) {
	died := &DiedError{Plugin: p.config.Name, Started: broken.Sent}
	code := broken.Status.Code()
	lost := code == codes.Unavailable || code == codes.Canceled
	if lost || process.conn.GetState() != connectivity.Ready {
		// The connection is closed before the process is reaped.
		select {
		case <-process.child.exited:
		case <-time.After(time.Second):
		case <-ctx.Done():
			return Outcome{}, ctx.Err()
		}
	}
	switch {
	case process.exited():
		died.Reason = "its process ended: " + process.child.exitedReason
	case lost && process.conn.GetState() != connectivity.Ready:
		process.child.kill()
		died.Reason = "its connection broke: " + broken.Status.Message()
	default:
		return broken.Outcome(), nil
	}
	return Outcome{}, died
}

// logLine writes a line that an action logged.
func logLine(log hclog.Logger, l *contract.LogLine) {
	var fields []any
	for name, value := range l.Fields {
		fields = append(fields, clean([]byte(name)), clean([]byte(value)))
	}
	log.Log(hclog.LevelFromString(l.Level), strings.TrimSpace(clean([]byte(l.Message))), fields...)
}
