package uv

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
)

// A step is one run of uv that prepares something.
type step struct {
	bin      string
	args     []string
	dir      string
	env      environ
	log      hclog.Logger
	progress func(string) // gets uv's own lines as they come; may be nil
}

// A stepError is a step that failed.
type stepError struct {
	err    error
	output string // the last lines that uv said
}

func (e *stepError) Error() string { return e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

// run runs a step and returns what it wrote to its standard output. The error
// is ctx's own or a *stepError.
func (s step) run(ctx context.Context) (stdout string, err error) {
	cmd := exec.CommandContext(ctx, s.bin, s.args...)
	cmd.Dir = s.dir
	cmd.Env = s.env.with("UV_NO_PROGRESS=1", "NO_COLOR=1").without("FORCE_COLOR", "CLICOLOR_FORCE")
	tree(cmd)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	var out bytes.Buffer
	cmd.Stdout = &out
	said := &tail{progress: s.progress}
	cmd.Stderr = said

	start := time.Now()
	runtime.LockOSThread() // for tree
	defer runtime.UnlockOSThread()
	err = cmd.Start()
	if err == nil {
		err = cmd.Wait()
		// uv may have ended before its build backends did.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	said.flush()
	s.log.Debug("uv", "args", hidePasswords(strings.Join(s.args, " ")), "dir", s.dir, "took", time.Since(start), "error", err)
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // it ended well; something that it left held its pipes
	}
	if err != nil {
		return "", &stepError{err, said.String()}
	}
	return out.String(), nil
}

// steps runs the same step offline and then online, or the other way round.
func (s step) steps(ctx context.Context, onlineFirst bool) (stdout string, err error) {
	offline := s
	offline.args = insertOffline(s.args)
	if slices.Equal(offline.args, s.args) {
		return s.run(ctx)
	}
	if onlineFirst {
		stdout, err = s.run(ctx)
		if _, failed := errors.AsType[*stepError](err); failed {
			if out, again := offline.run(ctx); again == nil {
				return out, nil
			}
		}
		return stdout, err
	}
	offline.progress = nil
	stdout, err = offline.run(ctx)
	if _, failed := errors.AsType[*stepError](err); failed {
		return s.run(ctx)
	}
	return stdout, err
}

// insertOffline puts --offline behind the subcommand, unless it is there.
func insertOffline(args []string) []string {
	if slices.Contains(args, "--offline") {
		return args
	}
	n := 1
	if args[0] == "tool" {
		n = 2
	}
	return slices.Insert(slices.Clone(args), n, "--offline")
}

// A tail keeps the last lines of what is written to it.
type tail struct {
	progress func(string)
	lines    []string
	rest     []byte
}

const tailLines = 40

func (t *tail) Write(data []byte) (int, error) {
	t.rest = append(t.rest, data...)
	for {
		line, rest, ok := bytes.Cut(t.rest, []byte("\n"))
		if !ok && len(t.rest) < bufio.MaxScanTokenSize {
			return len(data), nil
		}
		t.add(string(line))
		t.rest = rest
	}
}

func (t *tail) add(line string) {
	line = strings.TrimRight(line, " \r\t")
	if line == "" {
		return
	}
	if len(t.lines) == tailLines {
		t.lines = t.lines[1:]
	}
	t.lines = append(t.lines, line)
	if t.progress != nil && strings.TrimSpace(line) != "" {
		t.progress("uv: " + strings.TrimSpace(line))
	}
}

func (t *tail) flush() {
	if len(t.rest) > 0 {
		t.add(string(t.rest))
		t.rest = nil
	}
}

func (t *tail) String() string { return strings.Join(t.lines, "\n") }
