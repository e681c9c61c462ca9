package host

import (
	"sync"
	"time"
)

// A clock ends an attempt when its time is up. It stands still while a command
// waits for its turn or for uv: an action's timeout is the action's own.
type clock struct {
	mu      sync.Mutex
	left    time.Duration
	since   time.Time // it runs since then; zero: it stands still
	timer   *time.Timer
	stopped bool
}

// startClock starts a clock that calls up, once, when it has run for d.
func startClock(d time.Duration, up func()) *clock {
	return &clock{left: d, since: time.Now(), timer: time.AfterFunc(d, up)}
}

// pause stops the clock and returns what is left, which is above zero.
func (c *clock) pause() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.since.IsZero() {
		c.timer.Stop()
		c.left -= time.Since(c.since)
		c.since = time.Time{}
	}
	return max(c.left, time.Millisecond)
}

// resume goes on after used of what was left is gone, with at least the time
// that a plugin needs to report.
func (c *clock) resume(used time.Duration) {
	const report = 10 * time.Second
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return
	}
	c.left = max(c.left-used, report)
	c.since = time.Now()
	c.timer.Reset(c.left)
}

// stop stops the clock for good.
func (c *clock) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
	c.timer.Stop()
}
