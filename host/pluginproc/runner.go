package pluginproc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin/runner"

	"github.com/jwhost/jwhost/shared/handshake"
)

// A child is the operating system's side of a plugin process: it implements
// go-plugin's runner.Runner. The process leads a group of its own, has no
// standard input, holds the read end of the lifeline, and dies with the host.
// go-plugin sees nothing of what it prints but a handshake line that is one.
type child struct {
	cmd      *exec.Cmd
	log      hclog.Logger
	lines    *lines   // what it prints
	lifeline *os.File // our end
	stdout   *os.File
	stderr   *os.File

	handshake    *io.PipeReader // for go-plugin
	toGoPlugin   *io.PipeWriter
	reading      sync.WaitGroup
	exited       chan struct{} // it was waited for and its output is read
	exitedReason string        // then: its exit status and what it said last
	endedByUs    bool          // then: kill ended it

	mu     sync.Mutex
	pid    int // 0 until it is started
	killed bool
	reaped bool
	fault  error // of its handshake
}

var _ runner.Runner = (*child)(nil)

// newChild prepares a process; Start starts it.
func newChild(path string, args, env []string, dir string, log hclog.Logger) *child {
	cmd := exec.Command(path, args...)
	cmd.Env, cmd.Dir = env, dir
	c := &child{cmd: cmd, log: log, lines: newLines(log), exited: make(chan struct{})}
	c.handshake, c.toGoPlugin = io.Pipe()
	return c
}

// Start implements runner.Runner.
func (c *child) Start(context.Context) error {
	var files []*os.File
	pipe := func() (*os.File, *os.File, error) {
		r, w, err := os.Pipe()
		if err == nil {
			files = append(files, r, w)
		}
		return r, w, err
	}
	outRead, outWrite, err1 := pipe()
	errRead, errWrite, err2 := pipe()
	lifeRead, lifeWrite, err3 := pipe()
	if err := errors.Join(err1, err2, err3); err != nil {
		for _, f := range files {
			_ = f.Close()
		}
		return fmt.Errorf("pipes for the plugin: %w", err)
	}
	c.stdout, c.stderr, c.lifeline = outRead, errRead, lifeWrite
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = nil, outWrite, errWrite // nil: /dev/null
	c.cmd.ExtraFiles = []*os.File{lifeRead}                           // descriptor 3
	c.cmd.Env = append(c.cmd.Env, handshake.LifelineEnv+"=3")
	setProcessGroup(c.cmd)

	started := make(chan error)
	go c.live(started)
	err := <-started
	for _, f := range []*os.File{outWrite, errWrite, lifeRead} {
		_ = f.Close()
	}
	if err != nil {
		for _, f := range []*os.File{outRead, errRead, lifeWrite} {
			_ = f.Close()
		}
		return err
	}
	return nil
}

// live starts the process and waits for its end, in one thread of its own: the
// kernel sends the death signal when the thread that started it ends.
func (c *child) live(started chan<- error) {
	runtime.LockOSThread() // never unlocked: the thread ends with us
	if err := c.cmd.Start(); err != nil {
		started <- err
		return
	}
	c.mu.Lock()
	c.pid = c.cmd.Process.Pid
	if c.killed {
		killGroup(c.pid)
	}
	c.mu.Unlock()
	c.reading.Go(c.readStdout)
	c.reading.Go(c.readStderr)
	started <- nil

	waitForExit(c.pid)
	// The group's number is ours as long as its leader is not reaped.
	c.mu.Lock()
	killGroup(c.pid)
	err := c.cmd.Wait()
	c.reaped = true
	status, _ := c.cmd.ProcessState.Sys().(syscall.WaitStatus)
	c.endedByUs = c.killed && status.Signaled() && status.Signal() == syscall.SIGKILL
	c.mu.Unlock()

	// What left the group may hold the pipes for ever.
	read := make(chan struct{})
	go func() { c.reading.Wait(); close(read) }()
	select {
	case <-read:
	case <-time.After(time.Second):
	}
	_ = c.stdout.Close()
	_ = c.stderr.Close()
	_ = c.lifeline.Close()
	<-read
	c.exitedReason = c.reason(err)
	close(c.exited)
}

// reason says how the process ended and what it said last.
func (c *child) reason(err error) string {
	reason := "exit status 0"
	if err != nil {
		reason = err.Error() // "exit status 1", "signal: killed"
	}
	if tail := c.lines.tail(); tail != "" {
		reason += "; it said last:\n" + tail
	}
	return reason
}

// fail records why the handshake is none, and ends the process.
func (c *child) fail(err error) {
	c.mu.Lock()
	if c.fault == nil {
		c.fault = err
	}
	c.mu.Unlock()
	_ = c.toGoPlugin.CloseWithError(err)
	c.kill()
}

// failure returns what fail recorded.
func (c *child) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fault
}

// kill ends the process and its group, and does not wait.
func (c *child) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.killed = true
	if c.pid != 0 && !c.reaped {
		killGroup(c.pid)
	}
}

// readStdout hands the handshake line to go-plugin, and everything after it to
// the log.
func (c *child) readStdout() {
	defer c.toGoPlugin.Close()
	in := bufio.NewReaderSize(c.stdout, maxLine)
	first, err := in.ReadSlice('\n')
	if err != nil && len(first) == 0 {
		return
	}
	if err := checkHandshake(string(first)); err != nil {
		c.fail(err)
		return
	}
	if _, err := c.toGoPlugin.Write(first); err != nil {
		return
	}
	_ = c.toGoPlugin.Close()
	w := c.lines.stdout()
	_, _ = io.Copy(w, in)
	w.flush()
}

func (c *child) readStderr() {
	w := c.lines.stderr()
	_, _ = io.Copy(w, c.stderr)
	w.flush()
}

// checkHandshake says what is wrong with the first line of standard output,
// which go-plugin would say less clearly or not at all:
// 1|PROTOCOL|NETWORK|ADDRESS|grpc|CERTIFICATE.
func checkHandshake(line string) error {
	parts := strings.Split(strings.TrimSpace(line), "|")
	core, err := strconv.Atoi(parts[0])
	if len(parts) < 4 || err != nil {
		return fmt.Errorf("it printed %.200q to its standard output before the handshake; standard output belongs to the handshake, so print to standard error", strings.TrimSpace(line))
	}
	switch {
	case core != 1:
		return fmt.Errorf("its handshake line is of go-plugin's version %d; this jwhost knows 1", core)
	case parts[1] != strconv.Itoa(handshake.Protocol):
		return fmt.Errorf("it speaks version %.20s of the protocol; this jwhost speaks %d: use a plugin or a jwhost of the other's age", parts[1], handshake.Protocol)
	case len(parts) < 5 || parts[4] != "grpc":
		return errors.New("its handshake line does not say grpc; it must serve gRPC")
	case len(parts) < 6 || parts[5] == "":
		return errors.New("its handshake line has no certificate; it must serve with mutual TLS, with PLUGIN_CLIENT_CERT as the only client it trusts")
	}
	return checkAddress(parts[2], parts[3])
}

// checkAddress admits what is on this machine.
func checkAddress(network, address string) error {
	switch network {
	case "unix":
		if len(address) > socketPath {
			return fmt.Errorf("the path of its socket is %d bytes long, at most %d can be: make it in the folder that PLUGIN_UNIX_SOCKET_DIR names", len(address), socketPath)
		}
		return nil
	case "tcp":
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsLoopback() {
			return nil
		}
	}
	return fmt.Errorf("it listens on %.40q, %.100q; it must be a unix socket or a loopback address", network, address)
}

// Diagnose implements runner.Runner.
func (c *child) Diagnose(context.Context) string { return "" }

// Stdout implements runner.Runner: the handshake line and nothing else.
func (c *child) Stdout() io.ReadCloser { return c.handshake }

// Stderr implements runner.Runner. We read the real one: go-plugin's reader
// panics on hclog lines with a message that is no text.
func (c *child) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

// Name implements runner.Runner.
func (c *child) Name() string { return c.cmd.Path }

// ID implements runner.Runner.
func (c *child) ID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pid == 0 {
		return ""
	}
	return strconv.Itoa(c.pid)
}

// Wait implements runner.Runner.
func (c *child) Wait(ctx context.Context) error {
	select {
	case <-c.exited:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Kill implements runner.Runner. A process that the kernel does not let go is
// left behind after a while.
func (c *child) Kill(context.Context) error {
	c.kill()
	select {
	case <-c.exited:
		return nil
	case <-time.After(killWait):
		return fmt.Errorf("process %s does not end", c.ID())
	}
}

// killWait is how long a killed process may take to be gone.
const killWait = 5 * time.Second

// PluginToHost implements runner.Runner.
func (c *child) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

// HostToPlugin implements runner.Runner.
func (c *child) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}
