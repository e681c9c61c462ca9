package journal

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Memory is a journal and a queue that end with the process. The zero value
// is ready.
type Memory struct {
	mu      sync.Mutex
	seq     Seq
	streams map[string]StreamState
	queues  map[string][]*entry
	dead    []Dead
}

// An entry is a task in its queue.
type entry struct {
	Task
	owner *Task     // the claim that holds it, nil: none
	until time.Time // when that claim ends
	after time.Time // not to be claimed before
}

// keptDead is how many dead tasks are remembered: memory does not grow without
// bound because a receiver is down.
const keptDead = 1024

// A Dead is a task that could not be delivered.
type Dead struct {
	Task   Task
	Reason string
}

var _ Store = (*Memory)(nil)

// Append implements Journal.
func (m *Memory) Append(_ context.Context, records []Record) (Seq, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.streams == nil {
		m.streams = map[string]StreamState{}
		m.queues = map[string][]*entry{}
	}
	for _, r := range records {
		m.seq++
		m.streams[r.Stream] = StreamState{r.Pos, r.State}
		for _, t := range r.Tasks {
			m.queues[t.Queue] = append(m.queues[t.Queue], &entry{Task: t})
		}
	}
	return m.seq, nil
}

// Load implements Journal.
func (m *Memory) Load(context.Context) (map[string]StreamState, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := make(map[string]StreamState, len(m.streams))
	for name, s := range m.streams {
		c[name] = s
	}
	return c, nil
}

// Claim implements Queue.
func (m *Memory) Claim(_ context.Context, queue string, n int, visible time.Duration) ([]*Task, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	var claimed []*Task
	for _, e := range m.queues[queue] {
		if len(claimed) >= n {
			break
		}
		if e.after.After(now) {
			if e.Width > 1 {
				continue
			}
			break
		}
		if e.owner != nil && e.until.After(now) {
			continue
		}
		e.Attempt++
		t := e.Task
		e.owner, e.until = &t, now.Add(visible)
		claimed = append(claimed, &t)
	}
	return claimed, nil
}

// Extend implements Queue.
func (m *Memory) Extend(_ context.Context, t *Task, visible time.Duration) error {
	return m.owned(t, func(e *entry) { e.until = time.Now().Add(visible) })
}

// Ack implements Queue.
func (m *Memory) Ack(_ context.Context, t *Task, _ string) error {
	return m.owned(t, m.remove)
}

// Nak implements Queue.
func (m *Memory) Nak(_ context.Context, t *Task, delay time.Duration) error {
	return m.owned(t, func(e *entry) { e.owner, e.after = nil, time.Now().Add(delay) })
}

// Dead implements Queue.
func (m *Memory) Dead(_ context.Context, t *Task, reason string) error {
	return m.owned(t, func(e *entry) {
		m.remove(e)
		if len(m.dead) == keptDead {
			m.dead = slices.Delete(m.dead, 0, 1)
		}
		m.dead = append(m.dead, Dead{e.Task, reason})
	})
}

// DeadTasks returns the latest tasks that Dead ended, oldest first.
func (m *Memory) DeadTasks() []Dead {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.dead)
}

// owned calls f with the entry that t is the claim of.
func (m *Memory) owned(t *Task, f func(*entry)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.queues[t.Queue] {
		if e.owner == t {
			f(e)
			return nil
		}
	}
	return ErrNotOwned
}

func (m *Memory) remove(e *entry) {
	q := m.queues[e.Queue]
	i := slices.Index(q, e)
	q = slices.Delete(q, i, i+1)
	if len(q) == 0 {
		delete(m.queues, e.Queue)
		return
	}
	m.queues[e.Queue] = q
}
