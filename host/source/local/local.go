// Package local is the source of jobs that are processes of this machine. A
// [Spec] goes in; the job runs under a supervisor of its own, which outlives
// the host, and writes its output to files. Chunks of those files come out as
// the job writes them, then its end.
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/jwhost/jwhost/host/source"
	"github.com/jwhost/jwhost/host/supervise"
)

// A Spec is a local job.
type Spec struct {
	Command string // for /bin/sh -c, or
	Argv    []string
	Pty     bool // on a terminal; its output is one stream, "stdout"
	Dir     string
	Env     []string // complete
	Limit   time.Duration
	Folder  string // of this job in the run's folder: supervisor's files and output
}

// Names of a job's output files in its folder.
const (
	outFile = "out"
	errFile = "err"
)

// Start starts the job. The error, for the person, says why it could not be
// started: the program, its folder, or the job's folder.
func Start(ctx context.Context, s Spec) (source.Job, error) {
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return nil, err
	}
	spec := supervise.Spec{
		Argv: s.Argv, Dir: s.Dir, Env: s.Env, Pty: s.Pty, Limit: s.Limit,
		Stdout: filepath.Join(s.Folder, outFile),
	}
	if s.Command != "" {
		spec.Argv = []string{"/bin/sh", "-c", s.Command}
	}
	streams, files := []string{"stdout"}, []string{spec.Stdout}
	if !s.Pty {
		spec.Stderr = filepath.Join(s.Folder, errFile)
		streams, files = append(streams, "stderr"), append(files, spec.Stderr)
	}

	// The files are followed before anything is written to them.
	j := &job{limit: s.Limit, closed: make(chan struct{})}
	for i, stream := range streams {
		t, err := openTail(stream, files[i])
		if err != nil {
			j.Close()
			return nil, err
		}
		j.tails = append(j.tails, t)
	}
	j.changes = watch(files...)
	p, err := supervise.Start(ctx, s.Folder, spec)
	if err != nil {
		j.Close()
		return nil, err
	}
	j.process = p
	select {
	case <-p.Done():
		if exit, _ := p.Exit(ctx); exit.Error != "" && !exit.Unknown {
			j.Close()
			return nil, errors.New(exit.Error)
		}
	default:
	}
	j.poll = time.NewTicker(j.changes.interval())
	j.buf = make([]byte, mark+block)
	return j, nil
}

// block is how much is read at once.
const block = 256 << 10

// A job is a running local job.
type job struct {
	process *supervise.Process
	limit   time.Duration
	tails   []*tail
	changes *changes
	poll    *time.Ticker // finds what no event told
	buf     []byte
	ready   []int         // tails that may have more to read, in order of arrival
	next    *source.Chunk // was read, but a gap is told before it
	passes  int           // over the files since the process ended
	ended   int           // tails whose EOF was told

	mu      sync.Mutex
	stopped string // the state asked for by Stop

	closed chan struct{}
	once   sync.Once
}

// passes over the files that are made after the process ended: what it wrote
// last is never missed.
const passes = 2

// Next implements [source.Job]. It waits by events of the file system; reading
// is all it does with the files, so however slow the caller, the job is not
// blocked, and no more than one block is in memory.
func (j *job) Next(ctx context.Context) (source.Chunk, error) {
	for {
		chunk, ok, err := j.read()
		if ok || err != nil {
			return chunk, err
		}
		switch {
		case j.passes > passes:
			return j.eof()
		case j.passes > 0:
			if err := j.pass(); err != nil {
				return source.Chunk{}, err
			}
			continue
		}
		select {
		case <-ctx.Done():
			return source.Chunk{}, ctx.Err()
		case <-j.closed:
			return source.Chunk{}, os.ErrClosed
		case <-j.changes.some:
			j.ready = append(j.ready, j.changes.take()...)
		case <-j.poll.C:
			j.allReady()
		case <-j.process.Done():
			if err := j.pass(); err != nil {
				return source.Chunk{}, err
			}
		}
	}
}

// read reads the next chunk of what is ready, if there is any.
func (j *job) read() (source.Chunk, bool, error) {
	if c := j.next; c != nil {
		j.next = nil
		return *c, true, nil
	}
	for len(j.ready) > 0 {
		i := j.ready[0]
		j.ready = j.ready[1:]
		t := j.tails[i]
		c, ok, err := t.read(j.buf)
		if err != nil {
			return source.Chunk{}, false, fmt.Errorf("%s of the job cannot be read: %w", t.stream, err)
		}
		if !ok {
			continue
		}
		j.ready = append(j.ready, i) // after the others
		switch {
		case c.Gap != nil:
			j.changes.forget(i)
		case c.Pos.Offset == 0 && j.changes.wasReopened(i):
			// Truncated before anything of it was read: the bytes do
			// not show it.
			j.next = &c
			gap := t.truncated()
			gap.Pos = c.Pos
			return gap, true, nil
		}
		return c, true, nil
	}
	return source.Chunk{}, false, nil
}

// pass begins another pass over the files of a process that ended, up to their
// present ends: what it left behind may write on forever.
func (j *job) pass() error {
	j.passes++
	if j.passes > passes {
		return nil
	}
	for _, t := range j.tails {
		if err := t.bound(); err != nil {
			return err
		}
	}
	j.allReady()
	return nil
}

func (j *job) allReady() {
	j.ready = j.ready[:0]
	for i := range j.tails {
		j.ready = append(j.ready, i)
	}
}

// eof tells the end of one stream after the other, then the job's.
func (j *job) eof() (source.Chunk, error) {
	if j.ended == len(j.tails) {
		return source.Chunk{}, io.EOF
	}
	t := j.tails[j.ended]
	j.ended++
	return source.Chunk{Stream: t.stream, Pos: t.pos, Time: time.Now(), EOF: true}, nil
}

// End implements [source.Job].
func (j *job) End() source.End {
	select {
	case <-j.process.Done():
	default:
		return source.End{}
	}
	exit, _ := j.process.Exit(context.Background())
	j.mu.Lock()
	defer j.mu.Unlock()
	return end(exit, j.stopped, j.limit)
}

// end is the end of a job whose process ended so.
func end(exit supervise.Exit, stopped string, limit time.Duration) source.End {
	e := source.End{Signal: exit.Signal, Left: exit.Left}
	if exit.Code >= 0 {
		e.ExitCode = &exit.Code
	}
	switch {
	case exit.Unknown:
		e.State, e.Reason = source.Lost, "how the job ended is not known: "+exit.Error
	case exit.Error != "":
		e.State, e.Reason = source.Failed, exit.Error
	case exit.TimedOut:
		e.State, e.Reason = source.Timeout, fmt.Sprintf("its time limit of %s was over", short(limit))
	case exit.Stopped && stopped != "":
		e.State = stopped
	case exit.Stopped:
		e.State, e.Reason = source.Cancelled, "its supervisor was told to end it, not by this jwhost"
	case exit.Code == 0:
		e.State = source.Succeeded
	case exit.Signal == "SIGKILL":
		e.State, e.Reason = source.Failed, "it was killed by SIGKILL, not by jwhost: this is how the kernel ends what takes too much memory"
	default:
		e.State = source.Failed
	}
	return e
}

// short writes a duration without the zeros at its end: 12h, not 12h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Stop implements [source.Job].
func (j *job) Stop(state string) {
	j.note(state)
	j.process.Stop()
}

// Kill implements [source.Job].
func (j *job) Kill() {
	j.note(source.Cancelled)
	j.process.Kill()
}

// note keeps the first state that was asked for.
func (j *job) note(state string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stopped == "" {
		j.stopped = state
	}
}

// Close implements [source.Job]. A Next under way returns os.ErrClosed.
func (j *job) Close() error {
	j.once.Do(func() {
		close(j.closed)
		for _, t := range j.tails {
			t.file.Close()
		}
		if j.changes != nil {
			j.changes.close()
		}
		if j.poll != nil {
			j.poll.Stop()
		}
		if j.process != nil {
			j.process.Close()
		}
	})
	return nil
}
