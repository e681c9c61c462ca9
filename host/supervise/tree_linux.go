package supervise

import (
	"errors"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// killFor bounds how long killing a tree is tried: a process in an
// uninterruptible wait does not die.
const killFor = 10 * time.Second

// A tree is a process and what descends from it.
type tree struct {
	root ident
	// own: the root is this process, which is no member itself. Being the
	// subreaper, it is the ancestor of all that descend from it. Otherwise
	// who lost its parents is known by the root's session, or because it
	// was seen before.
	own   bool
	known map[int]ident
}

func newTree(root ident, own bool) *tree {
	return &tree{root: root, own: own, known: map[int]ident{}}
}

// members returns those who are alive, parents before their children.
func (t *tree) members() []proc {
	table := processes()
	children := map[int][]proc{}
	for _, p := range table {
		children[p.parent] = append(children[p.parent], p)
	}
	var found []proc
	seen := map[int]bool{}
	add := func(p proc) {
		if !seen[p.PID] {
			seen[p.PID] = true
			found = append(found, p)
		}
	}
	root, running := table[t.root.PID]
	running = running && root.Start == t.root.Start
	switch {
	case t.own:
		add(root)
	case running:
		add(root)
		fallthrough
	default:
		for pid, id := range t.known {
			if p := table[pid]; p.ident == id {
				add(p)
			}
		}
		// A session's number is not given away while the session has a
		// member. So if the root's number is another process now, the
		// root's session is gone; else the session is the root's.
		if _, taken := table[t.root.PID]; running || !taken {
			for _, p := range table {
				if p.session == t.root.PID {
					add(p)
				}
			}
		}
	}
	for i := 0; i < len(found); i++ {
		for _, c := range children[found[i].PID] {
			add(c)
		}
	}
	if t.own {
		found = found[1:]
	} else {
		for _, p := range found {
			t.known[p.PID] = p.ident
		}
	}
	return slices.DeleteFunc(found, proc.ended)
}

// signal sends sig to all members, and says how many there are and how many of
// them it may not signal.
func (t *tree) signal(sig syscall.Signal) (members []proc, refused int) {
	members = t.members()
	if sig == unix.SIGKILL && t.own {
		t.killGroups(members)
	}
	for _, p := range members {
		h, err := hold(p.ident)
		if err != nil {
			continue
		}
		if errors.Is(h.Signal(sig), os.ErrPermission) {
			refused++
		}
		h.close()
	}
	return members, refused
}

// killGroups kills the process groups of our own children. The kernel does
// that in one step, so that no fork escapes it. The number of such a group is
// certain: its member, our child, keeps it until we reap that child, which
// happens in the goroutine that calls this.
func (t *tree) killGroups(members []proc) {
	var done []int
	for _, p := range members {
		if p.parent == t.root.PID && p.group > 1 && p.group != unix.Getpgrp() && !slices.Contains(done, p.group) {
			done = append(done, p.group)
			_ = unix.Kill(-p.group, unix.SIGKILL)
		}
	}
}

// terminate asks all members to end. Those who are stopped are woken, for they
// could not.
func (t *tree) terminate() {
	t.signal(unix.SIGTERM)
	t.signal(unix.SIGCONT)
}

// end ends the tree from outside: TERM, grace, KILL until nobody is left.
// hurry cuts the grace short. It returns who could not be ended.
func (t *tree) end(grace time.Duration, hurry <-chan struct{}) []proc {
	const step = 20 * time.Millisecond
	t.terminate()
	deadline := time.After(grace)
	for wait := true; wait && len(t.members()) > 0; {
		select {
		case <-deadline:
			wait = false
		case <-hurry:
			wait = false
		case <-time.After(step):
		}
	}
	for start := time.Now(); ; time.Sleep(step) {
		members, refused := t.signal(unix.SIGKILL)
		if len(members) == refused || time.Since(start) > killFor {
			return members
		}
	}
}

func describeAll(procs []proc) []string {
	var texts []string
	for _, p := range procs {
		texts = append(texts, p.describe())
	}
	return texts
}
