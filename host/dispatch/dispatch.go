// Package dispatch delivers tasks: what the journal's queues hold goes in,
// attempts come out, in order within a queue, side by side among queues, again
// after a delay where an attempt asks for it.
package dispatch

import (
	"context"
	"sync"
	"time"

	"github.com/jwhost/jwhost/host/journal"
)

const (
	// claimFor is how long a task is ours before another could take it; a
	// running attempt prolongs it.
	claimFor = 5 * time.Minute
	// backlog is how many tasks may wait before the followers of output have
	// to: their bytes are safe in files, so memory stays bounded and no job is
	// held up.
	backlog = 4096
)

// A Verdict says what becomes of a task after an attempt.
type Verdict struct {
	Outcome string
	Again   bool          // deliver it once more, after
	Delay   time.Duration //
	Dead    string        // why it could not be delivered at its last attempt, "" otherwise
}

// An Attempt runs one attempt of a task.
type Attempt func(context.Context, *journal.Task) Verdict

// A Dispatcher hands tasks to attempts.
type Dispatcher struct {
	ctx     context.Context
	queue   journal.Queue
	attempt Attempt

	mu      sync.Mutex
	lanes   map[string]*lane
	pending int           // tasks that have not ended
	moved   chan struct{} // closed and replaced when a task ends
	err     error         // the queue's first failure
	workers sync.WaitGroup
}

// A lane is a queue that has something to do.
type lane struct {
	queue     string
	width     int       // attempts side by side
	workers   int       // goroutines that serve it
	waiting   int       // tasks to claim
	notBefore time.Time // the next one waits for another attempt
}

// New returns a Dispatcher. The end of ctx cancels the attempts that are under
// way and starts no other.
func New(ctx context.Context, q journal.Queue, attempt Attempt) *Dispatcher {
	return &Dispatcher{ctx: ctx, queue: q, attempt: attempt, lanes: map[string]*lane{}, moved: make(chan struct{})}
}

// Enqueued tells of a task that the journal has put into a queue, of which up
// to width tasks are attempted side by side.
func (d *Dispatcher) Enqueued(queue string, width int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pending++
	l := d.lanes[queue]
	if l == nil {
		l = &lane{queue: queue, width: max(width, 1)}
		d.lanes[queue] = l
	}
	l.waiting++
	if l.workers < l.width {
		l.workers++
		d.workers.Go(func() { d.work(l) })
	}
}

// work delivers a lane's tasks until none is left.
func (d *Dispatcher) work(l *lane) {
	for {
		wait, ok := d.next(l)
		switch {
		case !ok:
			return
		case wait > 0:
			sleep(d.ctx, wait)
			continue
		}
		tasks, err := d.queue.Claim(d.ctx, l.queue, 1, claimFor)
		switch {
		case err != nil:
			d.fail(err)
		case len(tasks) == 0: // the next task waits after all
			d.again(l, 0)
		default:
			d.deliver(l, tasks[0])
		}
	}
}

// next takes one task of the lane's account, or says how long it still waits;
// without anything left it signs the worker off.
func (d *Dispatcher) next(l *lane) (wait time.Duration, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if l.waiting == 0 || d.ctx.Err() != nil || d.err != nil {
		l.workers--
		if l.workers == 0 && l.waiting == 0 {
			delete(d.lanes, l.queue)
		}
		return 0, false
	}
	if wait := time.Until(l.notBefore); wait > 0 {
		return wait, true
	}
	l.waiting--
	return 0, true
}

// deliver runs one attempt and settles the task.
func (d *Dispatcher) deliver(l *lane, t *journal.Task) {
	settled := make(chan struct{})
	go d.keep(t, settled)
	v := d.attempt(d.ctx, t)
	close(settled)

	ctx := context.WithoutCancel(d.ctx) // what happened is written down even at the end
	var err error
	switch {
	case v.Again:
		if err = d.queue.Nak(ctx, t, v.Delay); err == nil {
			d.again(l, v.Delay)
			return
		}
	case v.Dead != "":
		err = d.queue.Dead(ctx, t, v.Dead)
	default:
		err = d.queue.Ack(ctx, t, v.Outcome)
	}
	if err != nil {
		d.fail(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pending--
	close(d.moved)
	d.moved = make(chan struct{})
}

// again returns a task to the lane's account.
func (d *Dispatcher) again(l *lane, delay time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l.waiting++
	l.notBefore = time.Now().Add(delay)
}

// keep prolongs the claim of a task until it is settled.
func (d *Dispatcher) keep(t *journal.Task, settled <-chan struct{}) {
	tick := time.NewTicker(claimFor / 2)
	defer tick.Stop()
	for {
		select {
		case <-settled:
			return
		case <-tick.C:
			if err := d.queue.Extend(context.WithoutCancel(d.ctx), t, claimFor); err != nil {
				d.fail(err)
				return
			}
		}
	}
}

func (d *Dispatcher) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.err = err
		close(d.moved)
		d.moved = make(chan struct{})
	}
}

// Room waits until there is room for more tasks. The error is ctx's, or the
// queue's first failure.
func (d *Dispatcher) Room(ctx context.Context) error { return d.below(ctx, backlog) }

// Drain waits until every task has ended. The error is ctx's, or the queue's
// first failure.
func (d *Dispatcher) Drain(ctx context.Context) error { return d.below(ctx, 1) }

func (d *Dispatcher) below(ctx context.Context, n int) error {
	for {
		d.mu.Lock()
		pending, moved, err := d.pending, d.moved, d.err
		d.mu.Unlock()
		if pending < n || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		}
	}
}

// Pending returns how many tasks have not ended.
func (d *Dispatcher) Pending() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.pending
}

// Wait waits for the attempts under way after the Dispatcher's context ended.
func (d *Dispatcher) Wait() { d.workers.Wait() }

func sleep(ctx context.Context, t time.Duration) {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
