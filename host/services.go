package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/hcl/shellsafe"
	"github.com/jwhost/jwhost/host/command"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/pluginproc"
	"github.com/jwhost/jwhost/host/source"
	"github.com/jwhost/jwhost/host/uv"
)

// services are the host's answers to the calls of one attempt.
type services struct {
	*attempt
	clock  *clock // nil: the action has no command
	folder string // of the attempt

	// A plugin may ask for its command again, and while it runs: one after the
	// other they have their turn. The rest is of those that have ended.
	exec     sync.Mutex
	commands int
	duration time.Duration // of the commands themselves
	uv       *event.UV     // what the last of them ran in
	log      string        // the file with the full output of the last of them
	keep     bool          // the folder holds output that was not shown whole
}

var _ pluginproc.Services = (*services)(nil)

// Exec implements pluginproc.Services: it runs what the file gave for the
// attribute, and nothing else.
func (s *services) Exec(ctx context.Context, attribute string, output func([]byte)) (pluginproc.ExecResult, error) {
	c := s.action.Command
	if c == nil || c.Attribute != attribute {
		return pluginproc.ExecResult{}, fmt.Errorf("action %s has no command in %q", s.action.Label, attribute)
	}
	s.exec.Lock()
	defer s.exec.Unlock()
	s.commands++
	left := s.clock.pause()
	var used time.Duration
	defer func() { s.clock.resume(used) }()

	spec, err := s.spec(c)
	if err != nil {
		return pluginproc.ExecResult{}, err
	}
	spec.Timeout, spec.Output = left, output
	result, err := s.r.commands.Run(ctx, *spec)
	if err == nil {
		used = result.Duration
		s.duration += used
		s.log = result.OutputFile
		s.keep = s.keep || result.Truncated
		if u := result.UV; u != nil {
			s.uv = &event.UV{Python: u.Python, LockHash: u.LockHash, Resolved: u.Resolved}
		}
	}
	return s.result(ctx, result, err)
}

// spec is the command as the file has it, in the job's folder and environment.
func (s *services) spec(c *jobfile.Command) (*command.Spec, error) {
	spec := &command.Spec{
		Command: c.Safe, Values: scope.Holes(s.values, c.Templates...),
		Dir: commandDir(s.r.file, s.job.def, s.action), Env: s.job.env, Captures: s.values.Captures,
		Limit: 500, Keep: command.KeepHead, Folder: s.folder,
		Progress: s.r.progress(s.job, s.watcher),
	}
	if s.commands > 1 {
		spec.Folder = filepath.Join(s.folder, strconv.Itoa(s.commands))
	}
	args := s.action.Args
	if a := args["output_limit"]; a != nil {
		limit, _, err := a.Number.Eval(s.values)
		if err != nil {
			return nil, fmt.Errorf("output_limit: %w", err)
		}
		spec.Limit = int(limit)
	}
	if a := args["keep"]; a != nil {
		keep, err := a.Text.Bytes(s.values)
		if err != nil {
			return nil, fmt.Errorf("keep: %w", err)
		}
		spec.Keep = string(keep)
	}
	return spec, nil
}

// result tells the plugin how its command ended.
func (s *services) result(ctx context.Context, r *command.Result, err error) (pluginproc.ExecResult, error) {
	var refusal *shellsafe.Refusal
	var resolve *uv.ResolveError
	switch {
	case errors.As(err, &refusal):
		return pluginproc.ExecResult{Kind: event.Refused, Error: err.Error()}, nil
	case errors.As(err, &resolve):
		return pluginproc.ExecResult{Kind: event.Failed, Phase: "resolve", Error: err.Error(), Output: []byte(resolve.Output)}, nil
	case ctx.Err() != nil:
		return pluginproc.ExecResult{}, ctx.Err()
	case err != nil:
		return pluginproc.ExecResult{Kind: event.Failed, Error: err.Error()}, nil
	}
	out := pluginproc.ExecResult{
		ExitCode: r.Exit.Code, Signal: r.Exit.Signal, Output: r.Output, Truncated: r.Truncated, Duration: r.Duration,
	}
	out.Error = r.Help
	switch {
	case r.Exit.Error != "":
		out.Kind, out.Error = event.Failed, r.Exit.Error
	case r.Exit.Stopped:
		out.Kind, out.Error = event.Cancelled, "its supervisor was told to end it, not by this jwhost"
	case r.Exit.TimedOut:
		out.Kind, out.Error = event.TimedOut, fmt.Sprintf("it did not end within %s", s.action.Timeout)
	}
	return out, nil
}

// ReadLogs implements pluginproc.Services.
func (s *services) ReadLogs(_ context.Context, stream string, lines int, out func([]byte) error) error {
	src := s.job.output()
	if src == nil { // it could not start, and wrote nothing
		return nil
	}
	return src.LastLines(stream, lines, out)
}

// CancelJob implements pluginproc.Services. A job that has ended is left at
// that.
func (s *services) CancelJob(_ context.Context, reason string) error {
	if !s.job.stop(source.Cancelled) {
		return nil
	}
	message := "cancels the job"
	if reason != "" {
		message += ": " + reason
	}
	s.r.rec.warn("cancel-job", s.job.def.Name, s.watcher.Name, message)
	return nil
}

// clean removes what the attempt left behind, unless somebody may want to read
// its output.
func (s *services) clean() {
	if !s.keep {
		os.RemoveAll(s.folder)
	}
}

// Metrics implements pluginproc.Services.
func (s *services) Metrics(context.Context) (map[string]pluginproc.Metric, error) {
	out := make(map[string]pluginproc.Metric, len(s.values.Metrics))
	for name, m := range s.values.Metrics {
		out[name] = pluginproc.Metric(m)
	}
	return out, nil
}
