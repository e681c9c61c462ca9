package dispatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/jwhost/jwhost/host/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a dispatcher over a journal in memory that notes what it attempts.
type rig struct {
	*Dispatcher
	journal *journal.Memory
	mu      sync.Mutex
	log     []string
}

func newRig(ctx context.Context, attempt func(*rig, *journal.Task) Verdict) *rig {
	r := &rig{journal: new(journal.Memory)}
	r.Dispatcher = New(ctx, r.journal, func(_ context.Context, t *journal.Task) Verdict {
		r.note("%s@%d", t.ID, t.Attempt)
		return attempt(r, t)
	})
	return r
}

func (r *rig) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log = append(r.log, fmt.Sprintf(format, args...))
}

func (r *rig) add(t *testing.T, queue string, width int, ids ...string) {
	t.Helper()
	for _, id := range ids {
		task := journal.Task{ID: id, Queue: queue, Width: width}
		if _, err := r.journal.Append(t.Context(), []journal.Record{{Tasks: []journal.Task{task}}}); err != nil {
			t.Fatal(err)
		}
		r.Enqueued(&task)
	}
}

func (r *rig) drained(t *testing.T, want ...string) {
	t.Helper()
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Wait()
	if d := cmp.Diff(want, r.log); d != "" {
		t.Error(d)
	}
	if len(r.lanes) != 0 {
		t.Errorf("%d lanes are left", len(r.lanes))
	}
}

func TestOrderWithinAQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t.Context(), func(r *rig, task *journal.Task) Verdict {
			time.Sleep(time.Second)
			return Verdict{Outcome: "succeeded"}
		})
		r.add(t, "q", 1, "1", "2", "3")
		r.drained(t, "1@1", "2@1", "3@1")
	})
}

func TestASlowQueueHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t.Context(), func(r *rig, task *journal.Task) Verdict {
			if task.Queue == "slow" {
				time.Sleep(time.Hour)
			}
			r.note("%s ends", task.ID)
			return Verdict{Outcome: "succeeded"}
		})
		r.add(t, "slow", 1, "s")
		synctest.Wait()
		r.add(t, "fast", 1, "f")
		r.drained(t, "s@1", "f@1", "f ends", "s ends")
	})
}

func TestRetryKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := newRig(t.Context(), func(r *rig, task *journal.Task) Verdict {
			if task.ID == "1" && task.Attempt < 3 {
				return Verdict{Again: true, Delay: time.Minute}
			}
			return Verdict{Outcome: "succeeded"}
		})
		r.add(t, "q", 1, "1", "2")
		r.drained(t, "1@1", "1@2", "1@3", "2@1")
		if waited := time.Since(start); waited < 2*time.Minute {
			t.Errorf("two delays of a minute took %v", waited)
		}
	})
}

func TestDeadTasksAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t.Context(), func(*rig, *journal.Task) Verdict { return Verdict{Dead: "no such host"} })
		r.add(t, "q", 1, "1", "2")
		r.drained(t, "1@1", "2@1")
		if n := len(r.journal.DeadTasks()); n != 2 {
			t.Errorf("%d dead tasks", n)
		}
	})
}

func TestWidth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		running, most := 0, 0
		r := newRig(t.Context(), func(*rig, *journal.Task) Verdict {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			running--
			mu.Unlock()
			return Verdict{}
		})
		for i := range 20 {
			r.add(t, "q", 3, fmt.Sprint(i))
		}
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.Wait()
		if most != 3 {
			t.Errorf("%d attempts side by side, want 3", most)
		}
	})
}

func TestOneThatWaitsIsOvertakenWhereOrderDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t.Context(), func(r *rig, task *journal.Task) Verdict {
			switch {
			case task.ID == "1" && task.Attempt < 3:
				return Verdict{Again: true, Delay: time.Hour}
			case task.ID == "2" && task.Attempt < 2:
				return Verdict{Again: true, Delay: time.Second}
			}
			time.Sleep(time.Minute)
			return Verdict{}
		})
		begin := time.Now()
		r.add(t, "q", 2, "1", "2", "3", "4", "5")
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.Wait()
		slices.Sort(r.log)
		if d := cmp.Diff([]string{"1@1", "1@2", "1@3", "2@1", "2@2", "3@1", "4@1", "5@1"}, r.log); d != "" {
			t.Error(d)
		}
		if took := time.Since(begin); took != 2*time.Hour+time.Minute {
			t.Errorf("all took %v: one that waits held up the others", took)
		}
		if len(r.lanes) != 0 {
			t.Errorf("%d lanes are left", len(r.lanes))
		}
	})
}

func TestRoomCountsBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		r := newRig(t.Context(), func(*rig, *journal.Task) Verdict { <-gate; return Verdict{} })
		task := journal.Task{ID: "long", Queue: "q", Payload: make([]byte, backlogBytes)}
		if _, err := r.journal.Append(t.Context(), []journal.Record{{Tasks: []journal.Task{task}}}); err != nil {
			t.Fatal(err)
		}
		r.Enqueued(&task)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := r.Room(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a full backlog has room: %v", err)
		}
		close(gate)
		if err := r.Room(t.Context()); err != nil {
			t.Error(err)
		}
		r.Wait()
	})
}

func TestALongAttemptKeepsItsClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t.Context(), func(r *rig, task *journal.Task) Verdict {
			time.Sleep(3 * claimFor) // it ends at the very moment of an Extend
			return Verdict{Outcome: "succeeded"}
		})
		r.add(t, "q", 2, "1")
		r.drained(t, "1@1")
	})
}

func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		r := newRig(t.Context(), func(*rig, *journal.Task) Verdict { <-gate; return Verdict{} })
		for i := range backlog {
			r.add(t, "q", 1, fmt.Sprint(i))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := r.Room(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a full backlog has room: %v", err)
		}
		gate <- struct{}{}
		if err := r.Room(t.Context()); err != nil {
			t.Error(err)
		}
		close(gate)
		if err := r.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestTheEndCancelsAttemptsAndStartsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r := newRig(ctx, func(*rig, *journal.Task) Verdict { <-ctx.Done(); return Verdict{Outcome: "cancelled"} })
		r.add(t, "q", 1, "1", "2")
		r.add(t, "later", 1, "3")
		synctest.Wait()
		cancel()
		r.Wait()
		if r.Pending() != 1 {
			t.Errorf("%d tasks are left, want the one that was not started", r.Pending())
		}
	})
}

// broken fails at every Ack.
type broken struct{ journal.Memory }

func (*broken) Ack(context.Context, *journal.Task, string) error { return errors.New("disk full") }

func TestAFailingQueueIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := new(broken)
		d := New(t.Context(), q, func(context.Context, *journal.Task) Verdict { return Verdict{} })
		tasks := []journal.Task{{ID: "1", Queue: "q"}, {ID: "2", Queue: "q"}}
		if _, err := q.Append(t.Context(), []journal.Record{{Tasks: tasks}}); err != nil {
			t.Fatal(err)
		}
		d.Enqueued(&tasks[0])
		d.Enqueued(&tasks[1])
		if err := d.Drain(t.Context()); err == nil || err.Error() != "disk full" {
			t.Errorf("Drain: %v", err)
		}
		d.Wait()
	})
}
