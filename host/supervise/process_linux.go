package supervise

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A Process is a supervised process, seen by the host.
type Process struct {
	dir        string
	pid        int
	supervisor interface{ Signal(os.Signal) error }
	stop       chan struct{} // closed by Stop
	kill       chan struct{} // closed by Kill
	closed     chan struct{} // closed by Close
	once       struct{ stop, kill, closed sync.Once }
	onClose    func()
	done       chan struct{}
	exit       Exit // valid once done
}

func newProcess(dir string) *Process {
	return &Process{
		dir:  dir,
		stop: make(chan struct{}), kill: make(chan struct{}), closed: make(chan struct{}),
		done: make(chan struct{}),
	}
}

// Start starts a supervisor (this binary, as `supervise DIR`) and by it what
// spec says. dir is a folder of its own, made if need be. Start returns once
// the process runs or its failure is known: a program that cannot be started
// is no error but an [Exit] with Error. An error means that there could be no
// supervisor.
func Start(ctx context.Context, dir string, spec Spec) (*Process, error) {
	dir, err := prepare(dir, &spec)
	if err != nil {
		return nil, err
	}
	link, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	// /proc/self/exe is this very program, even if the file was replaced
	// by another version since.
	cmd := exec.Command("/proc/self/exe", command, dir)
	cmd.Args[0] = "jwhost"
	cmd.Dir = dir
	cmd.Env = environ
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	theirs.Close()
	if err != nil {
		link.Close()
		return nil, fmt.Errorf("the supervisor of %s could not be started: %w", dir, err)
	}
	p := newProcess(dir)
	p.supervisor = cmd.Process
	p.onClose = func() { link.Close() }

	cancelled := context.AfterFunc(ctx, p.Kill)
	var first report
	reports := gob.NewDecoder(link)
	err = gob.NewEncoder(link).Encode(&spec)
	if err == nil {
		err = reports.Decode(&first)
	}
	inTime := cancelled()
	if err != nil {
		link.Close()
		state := cmd.Wait()
		if !inTime {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("the supervisor of %s ended before it started anything (%v; %w)", dir, state, err)
	}
	p.pid = first.PID
	if first.Kind == ended {
		p.finish(first.Exit)
	}
	go p.follow(reports, link, cmd)
	if !inTime {
		p.Kill() // again: the first time it may not have listened yet
		return nil, ctx.Err()
	}
	return p, nil
}

// prepare checks the spec, makes it independent of where the supervisor runs,
// and makes the folder.
func prepare(dir string, spec *Spec) (string, error) {
	if len(spec.Argv) == 0 {
		return "", errors.New("no program to start")
	}
	if dir == "" {
		return "", errors.New("no folder for the supervisor")
	}
	for _, p := range []*string{&dir, &spec.Dir, &spec.Stdout, &spec.Stderr} {
		if *p == "" && p != &spec.Dir {
			continue
		}
		abs, err := filepath.Abs(*p)
		if err != nil {
			return "", err
		}
		*p = abs
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for _, name := range []string{processFile, exitFile} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return "", fmt.Errorf("the folder %s was used by another process before: %s is there", dir, name)
		}
	}
	return dir, nil
}

// socketPair returns the two ends of the link.
func socketPair() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	_ = unix.SetNonblock(fds[0], true)
	return os.NewFile(uintptr(fds[0]), "link"), os.NewFile(uintptr(fds[1]), "link"), nil
}

// follow waits for the end of a process of this host's own.
func (p *Process) follow(reports *gob.Decoder, link *os.File, cmd *exec.Cmd) {
	var last report
	for last.Kind != ended && reports.Decode(&last) == nil {
	}
	link.Close()
	select {
	case <-p.done: // it was never started
		_ = cmd.Wait()
		return
	case <-p.closed:
		// Not waited for: it may go on for days. Once it ended it is a
		// zombie until this program ends.
		_ = cmd.Process.Release()
		return
	default:
	}
	if last.Kind == ended {
		p.finish(last.Exit)
		_ = cmd.Wait()
		return
	}
	_ = cmd.Wait()
	p.recover()
}

// Attach finds the process of dir again after the host was restarted.
// fs.ErrNotExist: none was started there. Stop and Kill work; the tether is
// not renewed: an action ended with the host that started it.
func Attach(dir string) (*Process, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	p := newProcess(dir)
	if exit, err := readExit(dir); err == nil {
		p.finish(exit)
		return p, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var r processRecord
	if err := readRecord(filepath.Join(dir, processFile), &r, &r.Version); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("no process was started in %s: %w", dir, fs.ErrNotExist)
		}
		return nil, err
	}
	p.pid = r.Process.PID
	var supervisor *handle
	if r.Boot == boot() {
		supervisor, _ = hold(r.Supervisor)
	}
	if supervisor == nil {
		go p.recover()
		return p, nil
	}
	p.supervisor = supervisor
	p.onClose = supervisor.close
	go func() {
		supervisor.wait(p.closed)
		supervisor.close()
		select {
		case <-p.closed:
		default:
			p.recover()
		}
	}()
	return p, nil
}

// recover finds out what became of a process whose supervisor is gone.
func (p *Process) recover() {
	if exit, err := readExit(p.dir); err == nil {
		p.finish(exit)
		return
	}
	exit := Exit{Code: -1, Unknown: true, Error: "its supervisor was killed"}
	var r processRecord
	if err := readRecord(filepath.Join(p.dir, processFile), &r, &r.Version); err != nil {
		exit.Error += ", and it left no record of the process: " + err.Error()
	} else {
		exit.Started = r.Started
		if r.Boot != boot() {
			exit.Error = "the machine was restarted, or the process ran on another one"
		} else if !p.waitOrphan(r, &exit) {
			return
		}
	}
	exit.Ended = time.Now()
	_ = writeExit(p.dir, exit) // for the next one who asks; without it they find out the same
	p.finish(exit)
}

// waitOrphan waits for the end of a process that lost its supervisor, and ends
// it if asked to, or at once if it is an action. false: Close came first.
func (p *Process) waitOrphan(r processRecord, exit *Exit) bool {
	t := newTree(r.Process, false)
	if r.Tether {
		exit.Left = describeAll(t.end(r.Grace, p.kill))
		return true
	}
	child, err := hold(r.Process)
	if err != nil {
		return true
	}
	over := make(chan struct{})
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		child.wait(over)
	}()
	defer func() { close(over); child.close(); <-gone }()
	select {
	case <-gone:
		return true
	case <-p.closed:
		return false
	case <-p.stop:
	case <-p.kill:
		r.Grace = 0
	}
	exit.Stopped = true
	exit.Left = describeAll(t.end(r.Grace, p.kill))
	return true
}

func (p *Process) finish(e Exit) {
	p.exit = e
	close(p.done)
}

// PID is the process's id, 0 if it was never started. It is for the person's
// eye: to signal it, use Stop and Kill.
func (p *Process) PID() int { return p.pid }

// Done is closed when the process ended and Exit is known. What was left
// behind by an action has ended then too.
func (p *Process) Done() <-chan struct{} { return p.done }

// Exit waits for the end.
func (p *Process) Exit(ctx context.Context) (Exit, error) {
	select {
	case <-p.done:
		return p.exit, nil
	default:
	}
	select {
	case <-p.done:
		return p.exit, nil
	case <-ctx.Done():
		return Exit{}, ctx.Err()
	}
}

// Stop ends the process tree: TERM, grace, KILL. It returns at once.
func (p *Process) Stop() {
	p.once.stop.Do(func() { close(p.stop) })
	p.signal(unix.SIGTERM)
}

// Kill ends the process tree now. It returns at once.
func (p *Process) Kill() {
	p.once.kill.Do(func() { close(p.kill) })
	p.signal(unix.SIGUSR1)
}

// signal gives the supervisor an order. If it is gone, recover knows of the
// order by the channels.
func (p *Process) signal(sig os.Signal) {
	if p.supervisor != nil {
		_ = p.supervisor.Signal(sig)
	}
}

// Close lets go of the process: a job goes on, an action is ended. Done need
// not come after it.
func (p *Process) Close() error {
	p.once.closed.Do(func() {
		close(p.closed)
		if p.onClose != nil {
			p.onClose()
		}
	})
	return nil
}
