package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/jwhost/jwhost/hcl/shellsafe"
	"github.com/jwhost/jwhost/host/supervise"
	"github.com/jwhost/jwhost/host/uv"
)

// A Runner runs commands on this machine.
type Runner struct {
	turns chan struct{}
	prep  *uv.Preparer
	log   hclog.Logger
}

// New returns a Runner that runs at most limit commands at once. prep is nil
// where uv was not found.
func New(limit int, prep *uv.Preparer, log hclog.Logger) *Runner {
	if log == nil {
		log = hclog.NewNullLogger()
	}
	return &Runner{turns: make(chan struct{}, max(limit, 1)), prep: prep, log: log}
}

// ErrKill, as the cause of a context's end, leaves its commands no time to end
// by themselves.
var ErrKill = errors.New("ended at once")

// errNoUV is the cause where a command needs uv and there is none.
var errNoUV = errors.New("uv was not found when jwhost started; install it with: jwhost uv install")

// Run runs one command. The error is a *shellsafe.Refusal where a text may not
// come where it should (nothing ran), a *uv.ResolveError where uv could not
// prepare, ctx's own where ctx ended, otherwise a failure of the machine. A
// command that could not be started is no error: Result.Exit.Error says why.
// When ctx ends while the command runs, its whole tree is ended, and the
// Result says what was seen of it beside the error.
func (r *Runner) Run(ctx context.Context, s Spec) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	folder, err := filepath.Abs(s.Folder)
	if err == nil {
		err = os.MkdirAll(folder, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("folder of the action: %w", err)
	}
	s.Folder = folder
	res := &Result{OutputFile: filepath.Join(folder, "output")}
	if res.Rendered, err = s.Command.Render(s.Values); err != nil {
		return nil, err
	}
	if err := s.Command.Admits(s.variables()); err != nil {
		return nil, err
	}
	var env []string
	if uv.Uses(s.Command) {
		if env, err = r.prepare(ctx, s, res); err != nil {
			return nil, err
		}
	}
	if env, err = s.environ(res.Rendered, env); err != nil {
		return nil, err
	}
	argv, err := arguments(res.Rendered)
	if err != nil {
		return nil, err
	}
	r.log.Debug("command", "argv", argv, "dir", s.Dir)

	select {
	case r.turns <- struct{}{}:
		defer func() { <-r.turns }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return res, r.supervised(ctx, s, argv, env, res)
}

// prepare makes uv ready and renders the command again with what that asks
// for. It returns variables to add.
func (r *Runner) prepare(ctx context.Context, s Spec, res *Result) ([]string, error) {
	if r.prep == nil {
		return nil, &uv.ResolveError{Command: "uv", Err: errNoUV}
	}
	env, err := s.environ(res.Rendered, nil)
	if err != nil {
		return nil, err
	}
	prepared, err := r.prep.Prepare(ctx, s.Command, s.Dir, env, s.Progress)
	if err != nil {
		return nil, err
	}
	res.UV = &prepared.Record
	res.Preparing = time.Duration(prepared.Seconds * float64(time.Second))
	res.Rendered, err = s.Command.Render(s.Values, prepared.Edits...)
	return prepared.Env, err
}

// supervised runs the command and fills the rest of the result in.
func (r *Runner) supervised(ctx context.Context, s Spec, argv, env []string, res *Result) error {
	if s.Started != nil {
		s.Started()
	}
	p, err := supervise.Start(ctx, filepath.Join(s.Folder, "supervise"), supervise.Spec{
		Argv: argv, Dir: s.Dir, Env: env, Stdin: res.Rendered.Stdin,
		Stdout: res.OutputFile, Stderr: res.OutputFile,
		Limit: s.Timeout, Tether: true, OutputCap: OutputCap,
	})
	if err != nil {
		return fmt.Errorf("the command could not be supervised: %w", err)
	}
	defer p.Close()
	if s.Output != nil {
		follow(ctx, res.OutputFile, p.Done(), s.Output)
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), ErrKill) {
			p.Kill()
		} else {
			p.Stop()
		}
	}
	exit, err := p.Exit(context.WithoutCancel(ctx)) // bounded: TERM, grace, KILL
	if err != nil {
		return fmt.Errorf("how the command ended is not known: %w", err)
	}
	res.Exit = exit
	res.Duration = exit.Ended.Sub(exit.Started)
	res.Help = help(exit, res.Rendered, env)
	if len(exit.Left) > 0 {
		r.log.Warn("processes of an action could not be ended", "processes", exit.Left)
	}
	res.Output, res.Truncated, err = excerpt(res.OutputFile, s.Limit, s.Keep)
	res.Truncated = res.Truncated || exit.Dropped > 0
	if err != nil {
		return fmt.Errorf("output of the command: %w", err)
	}
	return ctx.Err()
}

// arguments returns what is executed.
func arguments(rendered *shellsafe.Rendered) ([]string, error) {
	argv := []string{}
	switch rendered.Shell {
	case shellsafe.Sh:
		argv = append(argv, "/bin/sh", "-c", string(rendered.Line))
	case shellsafe.Bash:
		argv = append(argv, "bash", "-c", string(rendered.Line))
	default:
		for _, word := range rendered.Argv {
			argv = append(argv, string(word))
		}
	}
	for _, word := range argv {
		if reason := unfit(word); reason != "" {
			return nil, &shellsafe.Refusal{Value: []byte(word), Reason: "an argument of the command " + reason}
		}
	}
	return argv, nil
}
