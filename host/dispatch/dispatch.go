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
	// backlog and backlogBytes are how many tasks, and bytes of them, may wait
	// before the followers of output have to: their bytes are safe in files, so
	// memory stays bounded and no job is held up.
	backlog      = 4096
	backlogBytes = 64 << 20
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
	bytes   int64         // of their payloads
	moved   chan struct{} // closed and replaced when a task ends
	err     error         // the queue's first failure
	workers sync.WaitGroup
}

// A lane is a queue that has something to do.
type lane struct {
	queue   string
	width   int // attempts side by side
	workers int // goroutines that serve it
	waiting int // tasks to claim
	later   int // tasks that wait for another attempt, and let others overtake them
}

// New returns a Dispatcher. The end of ctx cancels the attempts that are under
// way and starts no other.
func New(ctx context.Context, q journal.Queue, attempt Attempt) *Dispatcher {
	return &Dispatcher{ctx: ctx, queue: q, attempt: attempt, lanes: map[string]*lane{}, moved: make(chan struct{})}
}

// Enqueued tells of a task that the journal has put into its queue.
func (d *Dispatcher) Enqueued(t *journal.Task) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pending++
	d.bytes += int64(len(t.Payload))
	l := d.lanes[t.Queue]
	if l == nil {
		l = &lane{queue: t.Queue, width: max(t.Width, 1)}
		d.lanes[t.Queue] = l
	}
	d.enter(l)
}

// enter adds one task to claim to a lane, and a worker if it lacks one. d.mu is
// held.
func (d *Dispatcher) enter(l *lane) {
	l.waiting++
	if l.workers < l.width {
		l.workers++
		d.workers.Go(func() { d.work(l) })
	}
}

// work delivers a lane's tasks until none is left.
func (d *Dispatcher) work(l *lane) {
	for d.next(l) {
		tasks, err := d.queue.Claim(d.ctx, l.queue, 1, claimFor)
		switch {
		case err != nil:
			d.fail(err)
		case len(tasks) == 0: // the queue's clock is behind ours
			sleep(d.ctx, 10*time.Millisecond)
			d.again(l)
		default:
			d.deliver(l, tasks[0])
		}
	}
}

// next takes one task of the lane's account; without anything left it signs
// the worker off.
func (d *Dispatcher) next(l *lane) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if l.waiting > 0 && d.ctx.Err() == nil && d.err == nil {
		l.waiting--
		return true
	}
	l.workers--
	if l.workers == 0 && l.waiting == 0 && l.later == 0 {
		delete(d.lanes, l.queue)
	}
	return false
}

// deliver runs one attempt and settles the task.
func (d *Dispatcher) deliver(l *lane, t *journal.Task) {
	done := d.keep(t)
	v := d.attempt(d.ctx, t)
	done()

	ctx := context.WithoutCancel(d.ctx) // what happened is written down even at the end
	var err error
	switch {
	case v.Again:
		if err = d.queue.Nak(ctx, t, v.Delay); err == nil {
			d.retry(l, v.Delay)
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
	d.bytes -= int64(len(t.Payload))
	d.wake()
}

// retry puts a task that was given back on the lane's account when its delay
// is over. Where order counts, the lane's only worker waits with it.
func (d *Dispatcher) retry(l *lane, delay time.Duration) {
	if l.width == 1 {
		sleep(d.ctx, delay)
		d.again(l)
		return
	}
	d.mu.Lock()
	l.later++
	d.mu.Unlock()
	d.workers.Go(func() {
		sleep(d.ctx, delay)
		d.mu.Lock()
		defer d.mu.Unlock()
		l.later--
		d.enter(l)
	})
}

// again returns a task to the account of a lane whose worker goes on.
func (d *Dispatcher) again(l *lane) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l.waiting++
}

// keep prolongs the claim of a task until done is called. No Extend comes after
// that: the claim of a settled task has ended.
func (d *Dispatcher) keep(t *journal.Task) (done func()) {
	stop := make(chan struct{})
	var keeper sync.WaitGroup
	keeper.Go(func() {
		tick := time.NewTicker(claimFor / 2)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				if err := d.queue.Extend(context.WithoutCancel(d.ctx), t, claimFor); err != nil {
					d.fail(err)
					return
				}
			}
		}
	})
	return func() {
		close(stop)
		keeper.Wait()
	}
}

func (d *Dispatcher) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.err = err
		d.wake()
	}
}

// wake lets those look who wait for tasks to end. d.mu is held.
func (d *Dispatcher) wake() {
	close(d.moved)
	d.moved = make(chan struct{})
}

// Room waits until there is room for more tasks. The error is ctx's, or the
// queue's first failure.
func (d *Dispatcher) Room(ctx context.Context) error {
	return d.await(ctx, func() bool { return d.pending < backlog && d.bytes < backlogBytes })
}

// Drain waits until every task has ended. The error is ctx's, or the queue's
// first failure.
func (d *Dispatcher) Drain(ctx context.Context) error {
	return d.await(ctx, func() bool { return d.pending == 0 })
}

// await waits until enough reports true; d.mu is held when it is asked.
func (d *Dispatcher) await(ctx context.Context, enough func() bool) error {
	for {
		d.mu.Lock()
		done, moved, err := enough(), d.moved, d.err
		d.mu.Unlock()
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		}
	}
}

// Failure waits for the queue's first failure. The error is ctx's if there is
// none before its end.
func (d *Dispatcher) Failure(ctx context.Context) error {
	return d.await(ctx, func() bool { return false })
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
