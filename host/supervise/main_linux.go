package supervise

import (
	"encoding/gob"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// linkFD is the supervisor's end of the link.
const linkFD = 3

// Main is the supervisor's own main: `jwhost supervise DIR`, started by
// [Start]. It returns the exit code.
func Main(dir string) int {
	if _, err := unix.GetsockoptInt(linkFD, unix.SOL_SOCKET, unix.SO_TYPE); err != nil {
		fmt.Fprintln(os.Stderr, "jwhost supervise: this is how jwhost starts its own supervisors; it is nothing to type")
		return 2
	}
	unix.CloseOnExec(linkFD)
	closeInherited()
	_ = os.WriteFile("/proc/self/comm", []byte("jwhost-super"), 0) // else ps shows "exe"
	_ = unix.SetNonblock(linkFD, true)
	link := os.NewFile(linkFD, "link")

	// Before there is a child, so that neither its end nor an order is missed.
	s := supervisor{dir: dir, children: make(chan os.Signal, 1), orders: make(chan os.Signal, 16)}
	signal.Notify(s.children, unix.SIGCHLD)
	signal.Notify(s.orders, unix.SIGTERM, unix.SIGUSR1,
		unix.SIGHUP, unix.SIGINT, unix.SIGQUIT) // these are for the host: nothing happens

	if err := gob.NewDecoder(link).Decode(&s.spec); err != nil {
		return 1 // the host is gone already
	}
	reports := gob.NewEncoder(link)
	err := s.start()
	if err == nil {
		_ = reports.Encode(report{Kind: running, PID: s.child.PID})
		if s.spec.Tether {
			gone := make(chan struct{})
			s.hostGone = gone
			go func() {
				_, _ = link.Read(make([]byte, 1)) // nothing ever comes but the end
				close(gone)
			}()
		}
		s.run()
	} else {
		s.exit.Code, s.exit.Error = -1, err.Error()
		s.exit.Ended = time.Now()
	}
	// The disk first: who hears of the end may rely on the file.
	err = writeExit(dir, s.exit)
	_ = reports.Encode(report{Kind: ended, Exit: s.exit})
	if err != nil {
		return 1
	}
	return 0
}

// closeInherited closes what the host was given without close-on-exec by its
// own parent: a supervisor would hold a stranger's lock or pipe for days. All
// that this program opened itself is marked.
func closeInherited() {
	names, _ := os.ReadDir("/proc/self/fd")
	for _, n := range names {
		fd, err := strconv.Atoi(n.Name())
		if err != nil || fd <= linkFD {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			unix.Close(fd)
		}
	}
}

// Times of a supervisor.
const (
	// settle is how long processes that outlive the first one are waited
	// for before they count as left behind: `> >(tee log)` has to write
	// its last lines.
	settle = 300 * time.Millisecond
	// leftGrace is the grace for what an action left behind.
	leftGrace = time.Second
	// drain bounds the wait for output once the processes are gone.
	drain = time.Second
)

// A phase is how far the end of the tree has come.
type phase int

const (
	living   phase = iota // the first process runs
	settling              // it ended, others have not yet
	asked                 // they were sent TERM
	killing               // KILL is sent again and again
	finished
)

// A supervisor owns a tree of processes. All its state belongs to one
// goroutine, which alone reaps and signals: a child's id cannot be given away
// between looking and signalling.
type supervisor struct {
	dir      string
	spec     Spec
	children chan os.Signal  // SIGCHLD
	orders   chan os.Signal  // SIGTERM: stop, SIGUSR1: kill
	hostGone <-chan struct{} // nil without Tether

	io        *stdio
	child     ident // the first process
	tree      *tree
	phase     phase
	alarm     *time.Timer // of the phase: limit, settle, grace, next round
	killed    time.Time   // since when
	reaped    bool        // the first process was
	childless bool
	exit      Exit
}

// start starts the child and puts its identity on disk.
func (s *supervisor) start() (err error) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	self, err := readProc(os.Getpid())
	if err != nil {
		return err
	}
	s.tree = newTree(self.ident, true)
	s.exit.Started = time.Now()
	if s.io, err = openStdio(&s.spec); err != nil {
		return err
	}
	s.child.PID, err = startChild(&s.spec, s.io.fds())
	s.io.closeChild()
	if err != nil {
		s.io.finish(drain)
		return err
	}
	// It is a zombie at worst, for only we reap it. Where others' processes
	// are hidden (hidepid), a setuid program is unknown: no start time is
	// written then, which no process has.
	if child, err := readProc(s.child.PID); err == nil {
		s.child = child.ident
	}
	// An action does not outlive the machine: what is not on disk when that
	// crashes, nobody will look for.
	err = writeRecord(filepath.Join(s.dir, processFile), processRecord{
		Version: recordVersion, Boot: boot(), Supervisor: self.ident, Process: s.child,
		Started: s.exit.Started, Tether: s.spec.Tether, Grace: s.spec.grace(),
	}, !s.spec.Tether)
	if err != nil {
		s.alarm = time.NewTimer(0)
		s.kill()
		s.run()
		return fmt.Errorf("it was started and killed, for its identity could not be written down: %w", err)
	}
	return nil
}

// run waits for the end of the tree.
func (s *supervisor) run() {
	if s.alarm == nil {
		s.alarm = time.NewTimer(s.spec.Limit)
		if s.spec.Limit <= 0 {
			s.alarm.Stop()
		}
	}
	s.reap()
	for s.phase != finished {
		select {
		case <-s.children:
			s.reap()
		case order := <-s.orders:
			switch order {
			case unix.SIGTERM:
				s.stop(&s.exit.Stopped)
			case unix.SIGUSR1:
				s.exit.Stopped = s.exit.Stopped || !s.reaped
				s.kill()
			}
		case <-s.hostGone:
			s.hostGone = nil
			s.stop(&s.exit.HostGone)
		case <-s.alarm.C:
			s.ring()
		}
	}
	s.alarm.Stop()
	s.exit.Dropped = s.io.finish(drain)
}

// reap takes the ends of all children that ended.
func (s *supervisor) reap() {
	for {
		var status unix.WaitStatus
		var usage unix.Rusage
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG, &usage)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil || pid == 0:
			s.childless = err == unix.ECHILD
			s.look()
			return
		case pid == s.child.PID:
			s.reaped = true
			s.exit.Ended = time.Now()
			s.exit.Code = status.ExitStatus() // -1 if by a signal
			if status.Signaled() {
				s.exit.Signal = unix.SignalName(status.Signal())
			}
			s.exit.UserTime = time.Duration(usage.Utime.Nano())
			s.exit.SystemTime = time.Duration(usage.Stime.Nano())
			s.exit.MaxRSS = usage.Maxrss << 10
		}
	}
}

// look decides what follows from who is left.
func (s *supervisor) look() {
	switch {
	case s.reaped && s.childless:
		s.phase = finished
	case s.reaped && s.phase == living:
		s.phase = settling
		s.alarm.Reset(settle)
	}
}

// ring is called when the phase's time is over.
func (s *supervisor) ring() {
	switch s.phase {
	case living:
		s.stop(&s.exit.TimedOut)
	case settling:
		if !s.spec.Tether {
			s.leave(s.tree.members())
			return
		}
		s.ask(leftGrace)
	case asked, killing:
		s.kill()
	}
}

// stop begins to end the tree, for the given reason, unless that was begun or
// the first process has ended by itself.
func (s *supervisor) stop(reason *bool) {
	if s.phase == living {
		*reason = true
		s.ask(s.spec.grace())
	}
}

// ask sends TERM and leaves the tree its grace.
func (s *supervisor) ask(grace time.Duration) {
	s.phase = asked
	s.alarm.Reset(grace)
	s.tree.terminate()
}

// kill sends KILL to all, and comes back by the alarm until nobody is left:
// who forks faster than the process table is read is met in the next round.
func (s *supervisor) kill() {
	if s.phase == settling && !s.spec.Tether {
		return // what a job leaves is left alone
	}
	if s.phase != killing {
		s.phase = killing
		s.killed = time.Now()
	}
	members, refused := s.tree.signal(unix.SIGKILL)
	if len(members) > 0 && len(members) == refused || time.Since(s.killed) > killFor {
		s.leave(members)
		return
	}
	s.alarm.Reset(5 * time.Millisecond)
	s.reap()
}

// leave ends the supervision while others go on.
func (s *supervisor) leave(members []proc) {
	s.exit.Left = describeAll(members)
	s.phase = finished
	if !s.reaped {
		s.exit.Code, s.exit.Unknown, s.exit.Ended = -1, true, time.Now()
		s.exit.Error = "it could not be killed"
		members = slices.DeleteFunc(members, func(p proc) bool { return p.ident != s.child })
		if len(members) > 0 {
			s.exit.Error += fmt.Sprintf(" (state %c)", members[0].state)
		}
	}
}
