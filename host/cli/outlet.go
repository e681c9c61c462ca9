package cli

import (
	"io"
	"sync"
)

// outletBytes is how much may wait to be written. Who has more to say waits:
// a stopped terminal slows the run's reading down, never its jobs.
const outletBytes = 1 << 20

// An outlet writes in the background, so that many small writes become few,
// and one of them is never late.
type outlet struct {
	w    io.Writer
	done chan struct{}

	mu      sync.Mutex
	changed sync.Cond
	buf     []byte
	closed  bool
	err     error // of w: the rest is dropped
}

func newOutlet(w io.Writer) *outlet {
	o := &outlet{w: w, done: make(chan struct{})}
	o.changed.L = &o.mu
	go o.drain()
	return o
}

// Write implements io.Writer; it does not report errors of w, as a run goes on
// when nobody reads it any more.
func (o *outlet) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.buf) > outletBytes && o.err == nil {
		o.changed.Wait()
	}
	if o.err == nil {
		o.buf = append(o.buf, p...)
		o.changed.Broadcast()
	}
	return len(p), nil
}

func (o *outlet) drain() {
	defer close(o.done)
	var spare []byte
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		for len(o.buf) == 0 && !o.closed {
			o.changed.Wait()
		}
		if len(o.buf) == 0 {
			return
		}
		full := o.buf
		o.buf = spare[:0]
		o.changed.Broadcast()
		o.mu.Unlock()
		_, err := o.w.Write(full)
		o.mu.Lock()
		spare = full
		if err != nil {
			o.err, o.buf = err, nil
			o.changed.Broadcast()
		}
	}
}

// Close writes what is left.
func (o *outlet) Close() {
	o.mu.Lock()
	o.closed = true
	o.changed.Broadcast()
	o.mu.Unlock()
	<-o.done
}
