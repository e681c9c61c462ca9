package journal

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/host/source"
)

func TestMemory(t *testing.T) { testStore(t, func() Store { return new(Memory) }) }

// testStore is the suite that each implementation passes.
func testStore(t *testing.T, open func() Store) {
	for name, test := range map[string]func(*testing.T, Store){
		"streams stand where the last record left them":  testStreams,
		"tasks come in order and once":                   testOrder,
		"a task given back comes first, after its delay": testNak,
		"one that waits is overtaken in a wide queue":    testOvertaking,
		"a claim that ends gives the task to the next":   testExpiry,
		"dead tasks come no more":                        testDead,
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { test(t, open()) }) })
	}
}

func TestMemoryKeepsDeadTasks(t *testing.T) {
	m := new(Memory)
	add(t, m, "q", "1")
	tasks, _ := claim(t, m, "q", 1)
	if err := m.Dead(t.Context(), tasks[0], "no such host"); err != nil {
		t.Fatal(err)
	}
	dead := m.DeadTasks()
	if len(dead) != 1 || dead[0].Task.ID != "1" || dead[0].Reason != "no such host" {
		t.Errorf("dead: %+v", dead)
	}
}

func add(t *testing.T, s Store, queue string, ids ...string) {
	t.Helper()
	var r Record
	for _, id := range ids {
		r.Tasks = append(r.Tasks, Task{ID: id, Queue: queue, Payload: []byte(id)})
	}
	if _, err := s.Append(t.Context(), []Record{r}); err != nil {
		t.Fatal(err)
	}
}

// claim returns the claimed tasks and what they are, as "id@attempt".
func claim(t *testing.T, s Store, queue string, n int) ([]*Task, []string) {
	t.Helper()
	tasks, err := s.Claim(t.Context(), queue, n, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, task := range tasks {
		names = append(names, fmt.Sprintf("%s@%d", task.ID, task.Attempt))
	}
	return tasks, names
}

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func testStreams(t *testing.T, s Store) {
	first, err := s.Append(t.Context(), []Record{{Stream: "a", Pos: source.Position{Offset: 1}}, {Stream: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Append(t.Context(), []Record{{Stream: "a", Pos: source.Position{Epoch: 1, Offset: 7}, State: []byte("x")}})
	if err != nil || second <= first {
		t.Fatalf("records %d, then %d (%v)", first, second, err)
	}
	got, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]StreamState{
		"a": {source.Position{Epoch: 1, Offset: 7}, []byte("x")},
		"b": {},
	}, got); d != "" {
		t.Error(d)
	}
}

func testOrder(t *testing.T, s Store) {
	add(t, s, "q", "1", "2", "3")
	add(t, s, "other", "x")
	tasks, got := claim(t, s, "q", 2)
	want(t, got, "1@1", "2@1")
	_, got = claim(t, s, "q", 9)
	want(t, got, "3@1")
	if err := s.Ack(t.Context(), tasks[0], "succeeded"); err != nil {
		t.Fatal(err)
	}
	if err := s.Ack(t.Context(), tasks[0], "succeeded"); !errors.Is(err, ErrNotOwned) {
		t.Errorf("a second Ack: %v", err)
	}
	_, got = claim(t, s, "q", 9)
	want(t, got)
}

func testNak(t *testing.T, s Store) {
	add(t, s, "q", "1", "2")
	tasks, _ := claim(t, s, "q", 1)
	if err := s.Nak(t.Context(), tasks[0], time.Second); err != nil {
		t.Fatal(err)
	}
	_, got := claim(t, s, "q", 2)
	want(t, got) // 2 must not overtake 1
	time.Sleep(time.Second)
	_, got = claim(t, s, "q", 2)
	want(t, got, "1@2", "2@1")
}

func testExpiry(t *testing.T, s Store) {
	add(t, s, "q", "1")
	tasks, _ := claim(t, s, "q", 1)
	time.Sleep(45 * time.Second)
	if err := s.Extend(t.Context(), tasks[0], time.Minute); err != nil {
		t.Fatal(err)
	}
	time.Sleep(45 * time.Second)
	_, got := claim(t, s, "q", 1)
	want(t, got)
	time.Sleep(15 * time.Second)
	_, got = claim(t, s, "q", 1)
	want(t, got, "1@2")
	if err := s.Ack(context.Background(), tasks[0], "succeeded"); !errors.Is(err, ErrNotOwned) {
		t.Errorf("the first owner's Ack: %v", err)
	}
}

func testDead(t *testing.T, s Store) {
	add(t, s, "q", "1", "2")
	tasks, _ := claim(t, s, "q", 1)
	if err := s.Dead(t.Context(), tasks[0], "no such host"); err != nil {
		t.Fatal(err)
	}
	_, got := claim(t, s, "q", 2)
	want(t, got, "2@1")
}

func testOvertaking(t *testing.T, s Store) {
	for _, id := range []string{"1", "2", "3"} {
		task := Task{ID: id, Queue: "q", Width: 2}
		if _, err := s.Append(t.Context(), []Record{{Tasks: []Task{task}}}); err != nil {
			t.Fatal(err)
		}
	}
	tasks, _ := claim(t, s, "q", 1)
	if err := s.Nak(t.Context(), tasks[0], time.Second); err != nil {
		t.Fatal(err)
	}
	_, got := claim(t, s, "q", 1)
	want(t, got, "2@1")
	time.Sleep(time.Second)
	_, got = claim(t, s, "q", 2)
	want(t, got, "1@2", "3@1")
}
