package local

import (
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// changes tells which of some files were written to, the first first. It
// remembers each of them once, however slowly it is asked.
type changes struct {
	events *fsnotify.Watcher // nil: the system gives none, only polling is left
	names  []string
	done   chan struct{}

	mu    sync.Mutex
	order []int         // indices of names
	some  chan struct{} // holds a value if order is not empty
}

// watch watches files of a folder.
func watch(folder string, names ...string) *changes {
	c := &changes{names: names, some: make(chan struct{}, 1), done: make(chan struct{})}
	events, err := fsnotify.NewWatcher()
	if err == nil {
		if err = events.Add(folder); err != nil {
			events.Close()
		}
	}
	if err != nil { // too many watchers, mostly
		close(c.done)
		return c
	}
	c.events = events
	go c.run()
	return c
}

// interval is how often to look without an event.
func (c *changes) interval() time.Duration {
	if c.events == nil {
		return 50 * time.Millisecond
	}
	return time.Second
}

func (c *changes) run() {
	defer close(c.done)
	for {
		select {
		case e, ok := <-c.events.Events:
			if !ok {
				return
			}
			if i := slices.Index(c.names, filepath.Base(e.Name)); i >= 0 {
				c.add(i)
			}
		case _, ok := <-c.events.Errors:
			if !ok {
				return
			}
			for i := range c.names { // events were lost
				c.add(i)
			}
		}
	}
}

func (c *changes) add(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Contains(c.order, i) {
		return
	}
	c.order = append(c.order, i)
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

func (c *changes) close() {
	if c.events != nil {
		c.events.Close()
	}
	<-c.done
}
