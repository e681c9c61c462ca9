// Package journal holds what must not be lost: how far each stream was read,
// the watchers' states, what metrics recorded, what triggered, and the queue
// of actions that follow from it. One [Record] is one atomic step of one
// stream. What is here now lives in memory; the interfaces are those of any
// store.
package journal

import (
	"context"
	"errors"
	"time"

	"github.com/jwhost/jwhost/host/series"
	"github.com/jwhost/jwhost/host/source"
)

// A Seq numbers the records of a journal, from 1.
type Seq int64

// A Record moves one stream forward; its tasks are enqueued in the same step.
type Record struct {
	Stream string // "job/stdout"
	Pos    source.Position
	State  []byte // of the watchers that read the stream, as JSON
	Points []series.Point
	Tasks  []Task
}

// A Task is one action to run: the unit of delivery.
type Task struct {
	ID      string // the idempotency key, the same at each attempt
	Queue   string // tasks of one queue are handed out in order
	Width   int    // tasks of the queue that may be under way at once; over 1, one that waits is overtaken
	Attempt int    // from 1; set by Claim
	Payload []byte // what to do, as JSON
}

// Journal keeps records.
type Journal interface {
	// Append writes all records or none.
	Append(ctx context.Context, records []Record) (Seq, error)
	// Load returns the latest state of every stream.
	Load(ctx context.Context) (map[string]StreamState, error)
}

// A StreamState is where a stream stands.
type StreamState struct {
	Pos   source.Position
	State []byte
}

// Queue hands out tasks at least once: a claimed task is its claimer's until
// it is acknowledged or the time it was claimed for ends.
type Queue interface {
	// Claim hands out up to n tasks of the queue in order, for the time
	// visible. No task that comes after one that waits is handed out, unless
	// the one that waits has a Width over 1.
	Claim(ctx context.Context, queue string, n int, visible time.Duration) ([]*Task, error)
	// Extend prolongs a claim.
	Extend(ctx context.Context, t *Task, visible time.Duration) error
	// Ack ends a task.
	Ack(ctx context.Context, t *Task, outcome string) error
	// Nak gives a task back, to be claimed again after the delay.
	Nak(ctx context.Context, t *Task, delay time.Duration) error
	// Dead ends a task that cannot be delivered, and keeps it.
	Dead(ctx context.Context, t *Task, reason string) error
}

// A Store is a journal with its queue: a record's tasks are in the queue as soon
// as the record is written.
type Store interface {
	Journal
	Queue
}

// ErrNotOwned answers a call about a task whose claim has ended.
var ErrNotOwned = errors.New("the task's claim has ended")
