package host

import (
	"sync"
	"time"

	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/secret"
)

// A recorder numbers the events of a run and hands them on, secrets masked.
// What comes before the run begins is held back until then.
type recorder struct {
	run     string
	secrets *secret.Store
	sink    func(event.Event)

	mu    sync.Mutex
	begun bool
	held  []event.Event
	seq   int64
}

// begin hands on the first event of the run, which happened at the given time,
// and what was held back.
func (r *recorder) begin(e event.Event, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Time = at
	r.send(e)
	for _, held := range r.held {
		r.send(held)
	}
	r.begun, r.held = true, nil
}

func (r *recorder) emit(e event.Event) {
	r.mask(&e)
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Time = time.Now()
	if !r.begun {
		r.held = append(r.held, e)
		return
	}
	r.send(e)
}

func (r *recorder) send(e event.Event) {
	e.Run = r.run
	if !e.Progress {
		r.seq++
		e.Seq = r.seq
	}
	r.sink(e)
}

func (r *recorder) mask(e *event.Event) {
	e.Line = r.secrets.Redact(e.Line)
	e.Raw = r.secrets.Redact(e.Raw)
	if e.Truncated {
		e.Output = r.secrets.RedactCut(e.Output)
	} else {
		e.Output = r.secrets.Redact(e.Output)
	}
	e.Error = r.secrets.RedactString(e.Error)
	e.Message = r.secrets.RedactString(e.Message)
	e.Reason = r.secrets.RedactString(e.Reason)
	if len(e.Captures) > 0 {
		// The map belongs to the watcher: its own texts stay as they are.
		masked := make(map[string][]byte, len(e.Captures))
		for name, text := range e.Captures {
			masked[name] = r.secrets.Redact(text)
		}
		e.Captures = masked
	}
}

// warn emits a warning about a job and a watcher, "" for none.
func (r *recorder) warn(code, job, watcher, message string) {
	r.emit(event.Event{Type: event.Warning, Code: code, Job: job, Watcher: watcher, Message: message})
}
