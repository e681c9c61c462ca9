package local

import (
	"encoding/binary"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// changes tells which of some files were written to, the first first. It
// remembers each of them once, however slowly it is asked.
type changes struct {
	events *os.File // inotify; nil: the system gives none, only polling is left
	watch  []int32  // inotify's number of each file
	done   chan struct{}

	mu       sync.Mutex
	order    []int         // indices of the files that were written to
	some     chan struct{} // holds a value if order is not empty
	written  []bool        // since the last forget
	reopened []bool        // was opened after it had been written to
	buf      [4096]byte
}

// watch watches files. That there are no events is no error: mostly the user
// has too many watchers already.
func watch(names ...string) *changes {
	c := &changes{
		some: make(chan struct{}, 1), done: make(chan struct{}),
		written: make([]bool, len(names)), reopened: make([]bool, len(names)),
	}
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		close(c.done)
		return c
	}
	for _, name := range names {
		wd, err := unix.InotifyAddWatch(fd, name, unix.IN_MODIFY|unix.IN_OPEN)
		if err != nil {
			unix.Close(fd)
			close(c.done)
			return c
		}
		c.watch = append(c.watch, int32(wd))
	}
	c.events = os.NewFile(uintptr(fd), "inotify")
	go func() {
		defer close(c.done)
		if conn, err := c.events.SyscallConn(); err == nil {
			_ = conn.Read(func(fd uintptr) bool { // until close
				c.drain(int(fd))
				return false
			})
		}
	}()
	return c
}

// interval is how often to look without an event.
func (c *changes) interval() time.Duration {
	if c.events == nil {
		return 50 * time.Millisecond
	}
	return time.Second
}

// drain takes all events that there are.
func (c *changes) drain(fd int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		n, err := unix.Read(fd, c.buf[:])
		if err == unix.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return
		}
		// struct inotify_event: wd, mask, cookie, len, name[len]
		for b := c.buf[:n]; len(b) >= unix.SizeofInotifyEvent; {
			wd := int32(binary.NativeEndian.Uint32(b))
			mask := binary.NativeEndian.Uint32(b[4:])
			c.note(wd, mask)
			size := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(b[12:]))
			b = b[min(size, len(b)):]
		}
	}
}

func (c *changes) note(wd int32, mask uint32) {
	if mask&unix.IN_Q_OVERFLOW != 0 {
		for i := range c.watch {
			c.add(i)
		}
		return
	}
	i := slices.Index(c.watch, wd)
	if i < 0 {
		return
	}
	if mask&unix.IN_OPEN != 0 {
		c.reopened[i] = c.reopened[i] || c.written[i]
	}
	if mask&unix.IN_MODIFY != 0 {
		c.written[i] = true
		c.add(i)
	}
}

func (c *changes) add(i int) {
	if !slices.Contains(c.order, i) {
		c.order = append(c.order, i)
	}
	select {
	case c.some <- struct{}{}:
	default:
	}
}

// take returns the indices of the files that changed since the last call.
func (c *changes) take() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	order := c.order
	c.order = nil
	return order
}

// wasReopened reports whether, up to now, somebody opened file i after it had
// been written to, since forget was called. (Before Linux 6.8 the truncation
// of an empty file cannot be told from a write.)
func (c *changes) wasReopened(i int) bool {
	c.sync()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reopened[i]
}

// forget begins anew to look whether file i is opened again.
func (c *changes) forget(i int) {
	c.sync()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written[i], c.reopened[i] = false, false
}

// sync takes the events that have come by now.
func (c *changes) sync() {
	if c.events == nil {
		return
	}
	if conn, err := c.events.SyscallConn(); err == nil {
		_ = conn.Control(func(fd uintptr) { c.drain(int(fd)) })
	}
}

func (c *changes) close() {
	if c.events != nil {
		c.events.Close()
	}
	<-c.done
}
