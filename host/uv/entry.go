package uv

import (
	"context"
	"errors"
	"sync"
	"time"
)

// An entry is what is known of one plan. Callers that need it at the same time
// share one piece of work; it ends early only when none of them waits any more.
type entry struct {
	mu     sync.Mutex
	inputs string // hash of the files that the result follows from
	result *readiness
	err    error
	failed time.Time
	call   *call // under way, or nil
}

// A call is work under way.
type call struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting map[int]func(string) // progress functions of those who wait
	next    int
	result  *readiness
	err     error
}

// get returns the plan's readiness, and the seconds spent until it stood: 0 if
// it did already.
func (e *entry) get(ctx context.Context, pl *plan, p *Preparer, progress func(string)) (*readiness, float64, error) {
	start := time.Now()
	inputs := pl.inputs()
	e.mu.Lock()
	if e.call == nil && e.inputs == inputs {
		if e.result != nil && (e.result.env.dir == "" || e.result.env.ready()) {
			defer e.mu.Unlock()
			return e.result, 0, nil
		}
		if e.err != nil && time.Since(e.failed) < keepFailure {
			defer e.mu.Unlock()
			return nil, 0, e.err
		}
	}
	c := e.call
	if c == nil {
		c = e.start(ctx, pl, p)
	}
	c.next++
	id := c.next
	if progress == nil {
		progress = func(string) {}
	}
	c.waiting[id] = progress
	e.mu.Unlock()

	select {
	case <-c.done:
		return c.result, time.Since(start).Seconds(), c.err
	case <-ctx.Done():
		e.mu.Lock()
		delete(c.waiting, id)
		if len(c.waiting) == 0 {
			c.cancel()
			if e.call == c {
				e.call = nil // who comes next starts anew
			}
		}
		e.mu.Unlock()
		return nil, time.Since(start).Seconds(), context.Cause(ctx)
	}
}

// start begins the work; e.mu is held.
func (e *entry) start(ctx context.Context, pl *plan, p *Preparer) *call {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c := &call{done: make(chan struct{}), cancel: cancel, waiting: map[int]func(string){}}
	e.call = c
	go func() {
		defer cancel()
		tell := func(text string) {
			e.mu.Lock()
			var all []func(string)
			for _, progress := range c.waiting {
				all = append(all, progress)
			}
			e.mu.Unlock()
			for _, progress := range all {
				progress(text)
			}
		}
		c.result, c.err = p.work(ctx, pl, tell)
		e.mu.Lock()
		if e.call == c {
			e.call = nil
			e.inputs = pl.inputs() // uv itself may have written uv.lock
			e.result, e.err, e.failed = c.result, c.err, time.Now()
			if errors.Is(c.err, context.Canceled) {
				e.err = nil
			}
		}
		e.mu.Unlock()
		close(c.done)
	}()
	return c
}
