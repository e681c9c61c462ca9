package supervise

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// endLeft ends what a job left behind.
func endLeft(t *testing.T, e Exit) {
	t.Helper()
	for _, l := range e.Left {
		id, _, _ := strings.Cut(l, " ")
		pid, err := strconv.Atoi(id)
		if err != nil {
			t.Errorf("left: %q", l)
			continue
		}
		_ = unix.Kill(pid, unix.SIGKILL)
	}
}

func gone(t *testing.T, ids []ident) {
	t.Helper()
	for _, id := range ids {
		eventually(t, "the end of "+strconv.Itoa(id.PID), func() bool { return !alive(id) })
	}
}

// stubborn writes its pid, and those of a child in the group, a child in a
// session of its own, and a daemon that forked twice: four processes, all of
// which ignore TERM and HUP.
const stubborn = `
trap '' TERM HUP
echo $$ >> pids
(echo $(exec sh -c 'echo $PPID') >> pids; while :; do sleep 30; done) &
setsid sh -c 'echo $$ >> pids; while :; do sleep 30; done' &
(setsid sh -c '(echo $(exec sh -c "echo \$PPID") >> pids; while :; do sleep 30; done) & exit' &)
`

func TestLimit(t *testing.T) {
	for _, tether := range []bool{false, true} {
		dir := t.TempDir()
		s := sh(dir, stubborn+"while :; do sleep 30; done")
		s.Limit, s.Grace, s.Tether = 700*time.Millisecond, 300*time.Millisecond, tether
		p := start(t, dir, s)
		ids := pids(t, dir, 4)
		e := wait(t, p)
		if !e.TimedOut || e.Stopped || e.Code != -1 || e.Signal != "SIGKILL" || e.Left != nil {
			t.Errorf("tether %v: %+v", tether, e)
		}
		gone(t, ids)
	}
}

func TestStop(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, sh(dir, `trap 'echo bye; exit 5' TERM; echo $$ > pids; while :; do sleep 0.01; done`))
	pids(t, dir, 1)
	p.Stop()
	if e := wait(t, p); !e.Stopped || e.Code != 5 || e.TimedOut {
		t.Errorf("%+v", e)
	}
	if got := read(t, dir, "out"); got != "bye\n" {
		t.Errorf("output %q", got)
	}
	p.Stop()
	p.Kill()
}

// A process that is stopped cannot hear TERM until it is woken.
func TestStopStopped(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, sh(dir, `echo $$ > pids; kill -STOP $$`))
	id := pids(t, dir, 1)[0]
	eventually(t, "the stop", func() bool { q, _ := readProc(id.PID); return q.state == 'T' })
	p.Stop()
	if e := wait(t, p); !e.Stopped || e.Signal != "SIGTERM" {
		t.Errorf("%+v", e)
	}
}

func TestKill(t *testing.T) {
	dir := t.TempDir()
	s := sh(dir, stubborn+"while :; do sleep 30; done")
	s.Grace = time.Hour
	p := start(t, dir, s)
	ids := pids(t, dir, 4)
	p.Stop()
	p.Kill()
	if e := wait(t, p); !e.Stopped || e.Signal != "SIGKILL" {
		t.Errorf("%+v", e)
	}
	gone(t, ids)
}

func TestStartCancelled(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, filepath.Join(dir, "s"), sh(dir, "sleep 1000")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if p, err := Attach(filepath.Join(dir, "s")); err == nil {
		wait(t, p)
	}
}

// What a job leaves goes on and is named; what an action leaves is ended.
func TestLeft(t *testing.T) {
	for _, tether := range []bool{false, true} {
		dir := t.TempDir()
		s := sh(dir, stubborn+`while [ $(wc -l < pids) -lt 4 ]; do sleep 0.01; done; exit 4`)
		s.Tether = tether
		p := start(t, dir, s)
		ids := pids(t, dir, 4)
		e := wait(t, p)
		if e.Code != 4 || e.Stopped {
			t.Errorf("tether %v: %+v", tether, e)
		}
		if tether {
			if e.Left != nil {
				t.Errorf("left: %q", e.Left)
			}
			gone(t, ids)
			continue
		}
		// The three shells and the sleep of each.
		if n := len(slices.DeleteFunc(slices.Clone(ids), func(id ident) bool { return !alive(id) })); n != 3 {
			t.Errorf("%d of 3 processes go on", n)
		}
		if len(e.Left) < 3 || !strings.Contains(strings.Join(e.Left, "\n"), "sleep 30") {
			t.Errorf("left: %q", e.Left)
		}
		endLeft(t, e)
		gone(t, ids)
	}
}

func TestLargeTree(t *testing.T) {
	dir := t.TempDir()
	s := sh(dir, `i=0; while [ $i -lt 50 ]; do
		sh -c 'trap "" TERM; echo $$ >> pids; sleep 1000 & setsid sleep 1000 & wait; wait' &
		i=$((i+1)); done; sleep 1000`)
	s.Grace = 100 * time.Millisecond
	p := start(t, dir, s)
	ids := pids(t, dir, 50)
	supervisor := record(t, dir).Supervisor
	eventually(t, "150 processes", func() bool { return len(newTree(supervisor, true).members()) >= 150 })
	for _, m := range newTree(supervisor, true).members() {
		ids = append(ids, m.ident)
	}
	p.Stop()
	if e := wait(t, p); !e.Stopped || e.Left != nil {
		t.Errorf("%+v", e)
	}
	gone(t, ids)
}

// Processes that fork while they are killed, in sessions of their own.
func TestForking(t *testing.T) {
	dir := t.TempDir()
	s := sh(dir, `for i in 1 2 3; do
		setsid sh -c 'trap "" TERM HUP; n=0; while [ $n -lt 3000 ]; do setsid sleep 1000 & sleep 1000 & n=$((n+1)); done; wait' &
	done; echo $$ > pids; wait`)
	p := start(t, dir, s)
	pids(t, dir, 1)
	supervisor := record(t, dir).Supervisor
	eventually(t, "a hundred processes", func() bool { return len(newTree(supervisor, true).members()) > 100 })
	p.Kill()
	if e := wait(t, p); e.Left != nil || !e.Stopped {
		t.Errorf("%+v", e)
	}
}

// startHost starts another program that starts a script, for killing it.
func startHost(t *testing.T, dir, kind, script string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "host", filepath.Join(dir, "s"), kind, script)
	cmd.Dir = dir
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line := make([]byte, 100)
	n, _ := out.Read(line)
	if got := string(line[:n]); got != "started <nil>\n" {
		t.Fatalf("host: %q", got)
	}
	return cmd
}

func TestHostKilled(t *testing.T) {
	for _, kind := range []string{"action", "job"} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			cmd := startHost(t, dir, kind, stubborn+"while :; do sleep 30; done")
			ids := pids(t, dir, 4)
			cmd.Process.Kill()
			cmd.Wait()
			p, err := Attach(filepath.Join(dir, "s"))
			if err != nil {
				t.Fatal(err)
			}
			if kind == "job" {
				time.Sleep(200 * time.Millisecond)
				for _, id := range ids {
					if !alive(id) {
						t.Errorf("process %d of the job is gone", id.PID)
					}
				}
				p.Stop()
			}
			e := wait(t, p)
			if e.HostGone != (kind == "action") || e.Stopped != (kind == "job") || e.Signal != "SIGKILL" {
				t.Errorf("%+v", e)
			}
			gone(t, ids)
		})
	}
}

// A host that lets go of a job can come back to it.
func TestClose(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, sh(dir, `echo $$ > pids; while [ ! -e go ]; do sleep 0.01; done; exit 6`))
	pids(t, dir, 1)
	p.Close()
	again, err := Attach(filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	third, err := Attach(filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	third.Close()
	if again.PID() != p.PID() {
		t.Errorf("pid %d, was %d", again.PID(), p.PID())
	}
	os.WriteFile(filepath.Join(dir, "go"), nil, 0o600)
	if e := wait(t, again); e.Code != 6 {
		t.Errorf("%+v", e)
	}
}

func TestSupervisorKilled(t *testing.T) {
	const script = stubborn + `while [ ! -e go ]; do sleep 0.01; done`
	killSupervisor := func(t *testing.T, dir string) {
		h, err := hold(record(t, dir).Supervisor)
		if err != nil {
			t.Fatal(err)
		}
		defer h.close()
		h.Signal(unix.SIGKILL)
	}
	unknown := func(t *testing.T, e Exit) {
		t.Helper()
		if !e.Unknown || e.Code != -1 || e.Error != "its supervisor was killed" {
			t.Errorf("%+v", e)
		}
	}
	t.Run("job", func(t *testing.T) {
		dir := t.TempDir()
		p := start(t, dir, sh(dir, script))
		ids := pids(t, dir, 4)
		killSupervisor(t, dir)
		time.Sleep(100 * time.Millisecond)
		for _, id := range ids {
			if !alive(id) {
				t.Errorf("process %d of the job is gone", id.PID)
			}
		}
		os.WriteFile(filepath.Join(dir, "go"), nil, 0o600)
		unknown(t, wait(t, p))
		tree := newTree(ids[0], false)
		for _, id := range ids {
			tree.known[id.PID] = id
		}
		tree.end(0, nil)
	})
	t.Run("job, attached later and stopped", func(t *testing.T) {
		dir := t.TempDir()
		p := start(t, dir, sh(dir, strings.ReplaceAll(script, "setsid", "")))
		ids := pids(t, dir, 4)
		p.Close()
		killSupervisor(t, dir)
		again, err := Attach(filepath.Join(dir, "s"))
		if err != nil {
			t.Fatal(err)
		}
		again.Kill()
		e := wait(t, again)
		unknown(t, e)
		if !e.Stopped || e.Left != nil {
			t.Errorf("%+v", e)
		}
		gone(t, ids)
	})
	t.Run("action", func(t *testing.T) {
		dir := t.TempDir()
		s := sh(dir, script)
		s.Tether, s.Grace = true, 100*time.Millisecond
		p := start(t, dir, s)
		ids := pids(t, dir, 4)
		killSupervisor(t, dir)
		unknown(t, wait(t, p))
		// The daemon alone, which had no tie to the others but the
		// supervisor, cannot be found any more.
		for _, id := range ids {
			if q, err := readProc(id.PID); err == nil && q.session != ids[0].PID && q.parent == 1 {
				unix.Kill(id.PID, unix.SIGKILL)
			}
		}
		gone(t, ids)
	})
}

func TestRestarted(t *testing.T) {
	dir := t.TempDir()
	self, err := readProc(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for boot, want := range map[string]string{
		"another": "the machine was restarted, or the process ran on another one",
		boot():    "its supervisor was killed",
	} {
		// Both ids are in use, by a process that started at another time.
		other := ident{self.PID, self.Start + 1}
		name := filepath.Join(dir, processFile)
		if err := writeRecord(name, processRecord{Version: 1, Boot: boot, Supervisor: other, Process: other, Tether: true}, false); err != nil {
			t.Fatal(err)
		}
		p, err := Attach(dir)
		if err != nil {
			t.Fatal(err)
		}
		if e, _ := p.Exit(t.Context()); e.Error != want || !e.Unknown {
			t.Errorf("%+v, want %q", e, want)
		}
		os.Remove(filepath.Join(dir, exitFile))
	}
}
