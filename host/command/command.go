// Package command runs the command of an action where its job lives. A proved
// command and the texts of its placeholders go in; exit code and output come
// out.
package command

import (
	"context"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/jwhost/jwhost/hcl/shellsafe"
	"github.com/jwhost/jwhost/host/supervise"
	"github.com/jwhost/jwhost/host/uv"
)

// A Spec is one command to run.
type Spec struct {
	Command  *shellsafe.Command
	Values   shellsafe.Values
	Dir      string            // working directory
	Env      []string          // complete: the host's less VIRTUAL_ENV and CONDA_PREFIX, the job's, the action's, JOB_ID
	Captures map[string][]byte // become JW_<NAME>, or JW_<NAME>_FILE where execve can't carry them
	Timeout  time.Duration
	Limit    int          // of Output, in characters
	Keep     string       // "head" or "tail"
	Folder   string       // of this attempt: supervisor's files, full output
	Started  func()       // the command itself starts now (uv is ready)
	Progress func(string) // what takes time before it: "uv: preparing …"
	Output   func([]byte) // output as it comes
}

// A Result is how a command ended.
type Result struct {
	Exit       supervise.Exit
	Duration   time.Duration // of the command itself
	Output     []byte        // stdout and stderr in order of arrival, up to Limit
	Truncated  bool
	OutputFile string     // the full output
	UV         *uv.Record // nil: no uv in it
	Rendered   *shellsafe.Rendered
}

// A Runner runs commands on this machine.
type Runner struct{}

// New returns a Runner that runs at most max commands at once. prep is nil
// where uv was not found.
func New(max int, prep *uv.Preparer, log hclog.Logger) *Runner { panic("unwritten") }

// Run runs one command. The error is a *shellsafe.Refusal where a text may not
// come where it should (nothing ran), a *uv.ResolveError where uv could not
// prepare, otherwise a failure of the machine.
func (r *Runner) Run(ctx context.Context, s Spec) (*Result, error) { panic("unwritten") }
