package pluginproc

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/hashicorp/go-hclog"
)

// A Manager owns the plugin processes of one run. Its methods may be called
// from any goroutine.
type Manager struct {
	catalog *Catalog
	hooks   Hooks
	log     hclog.Logger
	sockets *socketDir

	ctx    context.Context // ends when nothing may go on
	cancel context.CancelFunc
	work   sync.WaitGroup // starts, and watches of processes

	mu      sync.Mutex
	plugins map[string]*supervised
	calls   sync.WaitGroup // guarded by mu against a start after closing
	closed  bool
}

var errClosed = errors.New("the run is over")

// NewManager returns a Manager; nothing is started yet. Sockets live below
// a private folder of the manager's own; those of dead hosts are removed.
func NewManager(c *Catalog, plugins []Config, hooks Hooks, log hclog.Logger) (*Manager, error) {
	if log == nil {
		log = hclog.NewNullLogger()
	}
	sweepSockets()
	sockets, err := newSocketDir()
	if err != nil {
		return nil, err
	}
	m := &Manager{
		catalog: c,
		hooks:   hooks,
		log:     log,
		sockets: sockets,
		plugins: make(map[string]*supervised),
	}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	for _, config := range plugins {
		m.plugins[config.Name] = newSupervised(m, config)
	}
	return m, nil
}

// plugin returns the plugin of that name; a bundled one needs no Config.
func (m *Manager) plugin(name string) (*supervised, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.plugins[name]
	if p == nil {
		if m.catalog.bundledSchema(name) == nil {
			return nil, &RefusedError{Plugin: name, Reason: "there is no such plugin"}
		}
		p = newSupervised(m, Config{Name: name})
		m.plugins[name] = p
	}
	return p, nil
}

// begin counts a call in; done counts it out.
func (m *Manager) begin() (done func(), err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, errClosed
	}
	m.calls.Add(1)
	return m.calls.Done, nil
}

// Run runs one attempt: it starts the plugin's process if need be (with
// backoff after a crash), sends the invocation and serves its calls. A ctx
// that ends cancels the invocation. The error is a *DiedError, ctx's own, or
// one that says why the plugin cannot start, a *RefusedError where it never
// will.
func (m *Manager) Run(ctx context.Context, plugin string, inv Invocation, s Services, update func(Update)) (Outcome, error) {
	done, err := m.begin()
	if err != nil {
		return Outcome{}, err
	}
	defer done()
	p, err := m.plugin(plugin)
	if err != nil {
		return Outcome{}, err
	}
	inv.Grants = p.grants()
	for tries := 0; ; tries++ {
		process, err := p.ready(ctx)
		if err != nil {
			return Outcome{}, err
		}
		outcome, err := p.invoke(ctx, process, &inv, s, update)
		// A process that ended while idle may not have been missed yet.
		var died *DiedError
		if tries < 2 && errors.As(err, &died) && !died.Started {
			continue
		}
		return outcome, err
	}
}

// Validate asks a plugin to check an action's constant arguments: diagnostics
// by attribute. Actions that check nothing are not asked.
func (m *Manager) Validate(ctx context.Context, plugin, action string, arguments []byte) ([]Diagnostic, error) {
	done, err := m.begin()
	if err != nil {
		return nil, err
	}
	defer done()
	p, err := m.plugin(plugin)
	if err != nil {
		return nil, err
	}
	if s := p.checkedSchema(); s != nil {
		a := s.Action(action)
		if a == nil {
			return nil, fmt.Errorf("plugin %q has no action %q", plugin, action)
		}
		if !a.Validates {
			return nil, nil
		}
	}
	process, err := p.ready(ctx)
	if err != nil {
		return nil, err
	}
	diagnostics, err := process.validate(ctx, action, arguments)
	if err != nil {
		return nil, fmt.Errorf("plugin %q: %w", plugin, err)
	}
	return diagnostics, nil
}

// Configure starts a plugin and configures it: diagnostics by config attribute.
// A plugin that cannot be started is an error.
func (m *Manager) Configure(ctx context.Context, plugin string) ([]Diagnostic, error) {
	done, err := m.begin()
	if err != nil {
		return nil, err
	}
	defer done()
	p, err := m.plugin(plugin)
	if err != nil {
		return nil, err
	}
	_, err = p.ready(ctx)
	var refused *RefusedError
	if errors.As(err, &refused) && len(refused.Diagnostics) > 0 {
		return refused.Diagnostics, nil
	}
	if err != nil {
		return nil, err
	}
	return p.warnings(), nil
}

// Close drains and ends all plugin processes; ctx bounds the wait for
// invocations that are under way. The error is ctx's own if some were cut off.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		m.work.Wait()
		return nil
	}
	m.closed = true
	m.mu.Unlock()

	drained := make(chan struct{})
	go func() {
		m.calls.Wait()
		close(drained)
	}()
	var err error
	select {
	case <-drained:
	case <-ctx.Done():
		err = ctx.Err()
	}
	m.cancel() // starts, backoffs and what is still under way
	<-drained

	var stopping sync.WaitGroup
	m.mu.Lock()
	for _, p := range m.plugins {
		stopping.Go(p.stop)
	}
	m.mu.Unlock()
	stopping.Wait()
	m.work.Wait()
	if fault := m.sockets.remove(); fault != nil {
		m.log.Warn("the folder of the plugins' sockets stays", "path", m.sockets.path, "error", fault)
	}
	return err
}
