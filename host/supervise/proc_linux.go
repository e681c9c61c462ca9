package supervise

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// A proc is a row of the process table.
type proc struct {
	ident
	parent, group, session int
	state                  byte
	name                   string
}

// ended reports whether p is only waiting to be reaped.
func (p proc) ended() bool { return p.state == 'Z' || p.state == 'X' }

// readProc reads /proc/PID/stat.
func readProc(pid int) (proc, error) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return proc{}, err
	}
	return parseStat(data)
}

// parseStat parses a line of proc_pid_stat(5). The name, in parentheses, may
// hold anything, also ")".
func parseStat(line []byte) (proc, error) {
	open, end := bytes.IndexByte(line, '('), bytes.LastIndexByte(line, ')')
	if open < 1 || end < open {
		return proc{}, fmt.Errorf("not a process: %q", line)
	}
	fields := strings.Fields(string(line[end+1:]))
	if len(fields) < 20 || len(fields[0]) != 1 {
		return proc{}, fmt.Errorf("not a process: %q", line)
	}
	p := proc{state: fields[0][0], name: string(line[open+1 : end])}
	var errs [5]error
	p.PID, errs[0] = strconv.Atoi(string(bytes.TrimSpace(line[:open])))
	p.parent, errs[1] = strconv.Atoi(fields[1])
	p.group, errs[2] = strconv.Atoi(fields[2])
	p.session, errs[3] = strconv.Atoi(fields[3])
	p.Start, errs[4] = strconv.ParseUint(fields[19], 10, 64)
	return p, errors.Join(errs[:]...)
}

// processes returns the process table. It is no snapshot: who needs all of a
// tree looks again until nothing is new.
func processes() map[int]proc {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	table := make(map[int]proc, len(names))
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if p, err := readProc(pid); err == nil {
			table[pid] = p
		}
	}
	return table
}

// describe returns a process's id and command line, for the person.
func (p proc) describe() string {
	line, _ := os.ReadFile("/proc/" + strconv.Itoa(p.PID) + "/cmdline")
	line = bytes.ReplaceAll(bytes.TrimRight(line, "\x00"), []byte{0}, []byte{' '})
	text := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError
	}, string(line))
	if text == "" {
		text = "[" + p.name + "]"
	}
	if r := []rune(text); len(r) > 200 {
		text = string(r[:199]) + "…"
	}
	return strconv.Itoa(p.PID) + " " + text
}

// boot names the time and place in which process ids mean something: this
// boot of this machine, this namespace.
func boot() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	ns, _ := os.Readlink("/proc/self/ns/pid")
	return strings.TrimSpace(string(id)) + " " + ns
}

// A handle is a process that can be signalled and waited for without the risk
// that it is another one by now.
type handle struct {
	ident
	file *os.File // a pidfd; nil before Linux 5.3
}

// hold returns a handle of a process; os.ErrProcessDone: it is gone.
func hold(id ident) (*handle, error) {
	h := &handle{ident: id}
	fd, err := unix.PidfdOpen(id.PID, 0)
	switch {
	case err == nil:
		_ = unix.SetNonblock(fd, true) // lets the poller wait for it
		h.file = os.NewFile(uintptr(fd), "pidfd")
	case errors.Is(err, unix.ESRCH):
		return nil, os.ErrProcessDone
	}
	if !h.alive() {
		h.close()
		return nil, os.ErrProcessDone
	}
	return h, nil
}

// alive reports whether the process has not ended.
func (h *handle) alive() bool {
	p, err := readProc(h.PID)
	return err == nil && p.Start == h.Start && !p.ended()
}

// Signal sends a signal. os.ErrProcessDone: the process is gone.
func (h *handle) Signal(sig os.Signal) error {
	s, ok := sig.(syscall.Signal)
	if !ok {
		return errors.ErrUnsupported
	}
	var err error
	if h.file == nil {
		if !h.alive() {
			return os.ErrProcessDone
		}
		err = unix.Kill(h.PID, s)
	} else {
		conn, e := h.file.SyscallConn()
		if e != nil {
			return e
		}
		if e := conn.Control(func(fd uintptr) { err = unix.PidfdSendSignal(int(fd), s, nil, 0) }); e != nil {
			return e
		}
	}
	if errors.Is(err, unix.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

// wait returns when the process ended or the handle was closed; stop ends it
// as well.
func (h *handle) wait(stop <-chan struct{}) {
	if h.file == nil {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for h.alive() {
			select {
			case <-tick.C:
			case <-stop:
				return
			}
		}
		return
	}
	conn, err := h.file.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Read(func(fd uintptr) bool {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, 0)
		return n > 0 || err != nil && !errors.Is(err, unix.EINTR)
	})
}

func (h *handle) close() {
	if h.file != nil {
		h.file.Close()
	}
}
