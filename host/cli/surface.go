package cli

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/jwhost/jwhost/host"
	"github.com/jwhost/jwhost/host/event"
)

// A surface shows a run while it goes on.
type surface interface {
	event(event.Event)  // in order, never concurrently
	signal(host.Signal) // someone asked the run to end
	log() io.Writer     // for whole lines of the log
	end(host.Result)    // the run is over; nothing comes after
}

// A textSurface is the terminal, or a file that is read like one.
type textSurface struct {
	out    *outlet
	ticker *time.Ticker
	stop   chan struct{}
	gone   chan struct{}

	mu   sync.Mutex
	view *view
}

func newTextSurface(v *view, w io.Writer) *textSurface {
	t := &textSurface{out: newOutlet(w), view: v, ticker: time.NewTicker(redraw), stop: make(chan struct{}), gone: make(chan struct{})}
	go t.tick()
	return t
}

// write writes what f returns, one at a time.
func (t *textSurface) write(f func(*view) string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := f(t.view); s != "" {
		io.WriteString(t.out, s)
	}
}

func (t *textSurface) tick() {
	defer close(t.gone)
	for {
		select {
		case now := <-t.ticker.C:
			t.write(func(v *view) string { return v.tick(now) })
		case <-t.stop:
			return
		}
	}
}

func (t *textSurface) event(e event.Event) { t.write(func(v *view) string { return v.event(e) }) }

func (t *textSurface) signal(s host.Signal) {
	t.write(func(v *view) string { return v.signal(s, time.Now()) })
}

func (t *textSurface) log() io.Writer {
	return lineWriter(func(line string) {
		t.write(func(v *view) string { return v.log(line, time.Now()) })
	})
}

func (t *textSurface) end(r host.Result) {
	t.ticker.Stop()
	close(t.stop)
	<-t.gone
	t.write(func(v *view) string { return v.summary(r) })
	t.out.Close()
}

// A jsonSurface prints one object a line, and says everything else elsewhere.
type jsonSurface struct {
	out    *outlet
	stderr io.Writer
	buf    []byte
}

func newJSONSurface(w, stderr io.Writer) *jsonSurface {
	return &jsonSurface{out: newOutlet(w), stderr: stderr}
}

func (j *jsonSurface) event(e event.Event) {
	if e.Progress { // for people, and not in the record
		return
	}
	j.buf = append(e.AppendJSON(j.buf[:0]), '\n')
	j.out.Write(j.buf)
}

func (j *jsonSurface) signal(s host.Signal) {
	switch s {
	case host.Stop:
		fmt.Fprintln(j.stderr, "jwhost: stopping the jobs; a second Ctrl-C ends all at once")
	case host.Kill:
		fmt.Fprintln(j.stderr, "jwhost: ending everything at once")
	case host.Detach:
		fmt.Fprintln(j.stderr, "jwhost: hung up: leaving the jobs running")
	}
}

func (j *jsonSurface) log() io.Writer { return j.stderr }

func (j *jsonSurface) end(host.Result) { j.out.Close() }

// A lineWriter calls a function for each line of what is written to it. hclog
// writes whole lines.
type lineWriter func(string)

func (f lineWriter) Write(p []byte) (int, error) {
	for line := range bytes.SplitSeq(bytes.TrimRight(p, "\n"), []byte("\n")) {
		f(string(line))
	}
	return len(p), nil
}
