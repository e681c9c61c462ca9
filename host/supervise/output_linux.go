package supervise

import (
	"fmt"
	"os"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// A stdio holds what the child reads and writes.
type stdio struct {
	files  [3]*os.File // the child's; closed here once it runs
	copies []*copying
}

// openStdio opens the child's three files. Where nothing has to be counted or
// translated, the child writes its output files itself: nothing stands between
// that could block or lose it.
func openStdio(s *Spec) (io *stdio, err error) {
	io = &stdio{}
	defer func() {
		if err != nil {
			io.closeChild()
			io.finish(0)
		}
	}()
	if io.files[0], err = openInput(s.Stdin); err != nil {
		return io, err
	}
	if s.Pty {
		io.files[1], err = io.openPty(s)
		io.files[2] = io.files[1]
		return io, err
	}
	if io.files[1], err = io.openOutput(s, s.Stdout); err != nil {
		return io, err
	}
	if s.Stderr == s.Stdout {
		io.files[2] = io.files[1]
		return io, nil
	}
	io.files[2], err = io.openOutput(s, s.Stderr)
	return io, err
}

func (io *stdio) fds() []uintptr {
	return []uintptr{io.files[0].Fd(), io.files[1].Fd(), io.files[2].Fd()}
}

// closeChild closes our copies of the child's files.
func (io *stdio) closeChild() {
	for _, f := range io.files {
		if f != nil {
			f.Close() // twice does no harm
		}
	}
}

// finish waits until all output is in its file, at most the given time: a
// stranger may hold the other end. It returns how many bytes were dropped.
func (io *stdio) finish(most time.Duration) (dropped int64) {
	timeout := time.After(most)
	for _, c := range io.copies {
		select {
		case <-c.done:
		case <-timeout:
			_ = c.from.SetReadDeadline(time.Now())
			<-c.done
		}
		dropped += c.dropped
	}
	return dropped
}

// openInput returns a file that holds data and ends.
func openInput(data []byte) (*os.File, error) {
	if len(data) == 0 {
		return os.Open(os.DevNull)
	}
	r, w, err := pipe()
	if err != nil {
		return nil, err
	}
	_ = unix.SetNonblock(w, true)
	to := os.NewFile(uintptr(w), "stdin")
	go func() {
		_, _ = to.Write(data) // the child need not read all of it
		to.Close()
	}()
	return os.NewFile(uintptr(r), "stdin"), nil
}

func openFile(name string) (*os.File, error) {
	if name == "" {
		return os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the output file %s cannot be opened: %w", name, cause(err))
	}
	return f, nil
}

func (io *stdio) openOutput(s *Spec, name string) (*os.File, error) {
	file, err := openFile(name)
	if err != nil || !s.Tether || s.OutputCap <= 0 || name == "" {
		return file, err
	}
	r, w, err := pipe()
	if err != nil {
		file.Close()
		return nil, err
	}
	_ = unix.SetNonblock(r, true)
	io.copy(os.NewFile(uintptr(r), "output"), file, s.OutputCap)
	return os.NewFile(uintptr(w), "output"), nil
}

// ptySize is that of a child's terminal: wide, so that what programs fold to
// the width of a terminal stays on one line for the patterns.
var ptySize = pty.Winsize{Rows: 50, Cols: 200}

func (io *stdio) openPty(s *Spec) (*os.File, error) {
	file, err := openFile(s.Stdout)
	if err != nil {
		return nil, err
	}
	master, slave, err := pty.Open()
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("no terminal could be opened for pty = true: %w", err)
	}
	_ = pty.Setsize(slave, &ptySize)
	// pty.Open leaves a master that blocks, and no deadline would end a read.
	fd, err := unix.FcntlInt(master.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	master.Close()
	if err != nil {
		file.Close()
		slave.Close()
		return nil, os.NewSyscallError("dup", err)
	}
	_ = unix.SetNonblock(fd, true)
	limit := int64(0)
	if s.Tether {
		limit = s.OutputCap
	}
	io.copy(os.NewFile(uintptr(fd), "terminal"), file, limit)
	return slave, nil
}

// pipe returns a pipe whose ends block: one of them goes to the child.
func pipe() (r, w int, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return 0, 0, os.NewSyscallError("pipe2", err)
	}
	return fds[0], fds[1], nil
}

// A copying copies what the child writes to a file.
type copying struct {
	from    *os.File
	done    chan struct{}
	dropped int64 // valid once done
}

// copy starts to copy to file until the child's end is closed. After limit
// bytes (0: none), or where the disk is full, it reads on and drops: the child
// is never blocked for long.
func (io *stdio) copy(from, file *os.File, limit int64) {
	c := &copying{from: from, done: make(chan struct{})}
	io.copies = append(io.copies, c)
	go func() {
		defer close(c.done)
		defer from.Close()
		defer file.Close()
		buf := make([]byte, 64<<10)
		kept := int64(0)
		for {
			n, err := from.Read(buf)
			part := buf[:n]
			if limit > 0 {
				part = part[:min(int64(n), limit-kept)]
			}
			written := 0
			if len(part) > 0 {
				written, _ = file.Write(part)
			}
			kept += int64(written)
			c.dropped += int64(n - written)
			if err != nil { // EOF; EIO of a terminal that nobody has open; the deadline
				return
			}
		}
	}()
}
