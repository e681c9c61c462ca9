// Package host runs the jobs of a file, watches their output and acts on it.
// A checked jobfile.File goes in; events come out.
//
// A line's way through it: [source.Job.Next] yields bytes (follow.go), package
// frame cuts them into lines, package match finds what matches, package watch
// decides, the step is committed to the journal, package dispatch hands its
// tasks to attempts (action.go), and a plugin process runs them.
package host

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/pluginproc"
	"github.com/jwhost/jwhost/host/secret"
)

// A Signal asks a run to end.
type Signal int

// Signals of a run.
const (
	Stop   Signal = iota // end the jobs, then deliver what is left
	Kill                 // end everything now
	Detach               // leave the jobs running
)

// Options of a run.
type Options struct {
	StateDir      string            // where runs are kept
	MaxActions    int               // commands at once; 0: max(4, 2 × cores)
	StrictActions bool              // a failed action makes the exit code ExitActionFailed
	Output        bool              // job.output events are wanted
	Events        func(event.Event) // called in order, never concurrently
	Signals       <-chan Signal
	Secrets       *secret.Store // what is masked; the log should write through its Writer; nil: a new one
	Log           hclog.Logger  // nil: none
	Plugins       *pluginproc.Catalog
}

// Exit codes of a run.
const (
	ExitSucceeded    = 0
	ExitJobFailed    = 1
	ExitUsage        = 2
	ExitActionFailed = 3
	ExitHost         = 4
	ExitInterrupted  = 130
)

// How a run ends.
const (
	StatusSucceeded   = "succeeded"
	StatusFailed      = "failed"
	StatusInterrupted = "interrupted"
)

// A Result is how a run ended.
type Result struct {
	Status   string
	ExitCode int
	Dir      string // the run's folder
}

// Run runs a file's jobs to their ends and delivers what they triggered. The
// end of ctx is a Kill. The error is one of jwhost itself (state folder, disk):
// the jobs go on then. Diagnostics are about plugins' configuration; with errors
// among them nothing was started, and there was no event.
func Run(ctx context.Context, file *jobfile.File, o Options) (Result, hcl.Diagnostics, error) {
	if o.Secrets == nil {
		o.Secrets = secret.New(os.Getenv)
	}
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	r, err := newRun(ctx, file, o)
	if err != nil {
		return Result{Status: StatusFailed, ExitCode: ExitHost}, nil, err
	}
	defer r.closePlugins()
	return r.run(ctx)
}

// where says where something stands in the files: "jobs.hcl:22".
func where(at hcl.Range) string {
	return fmt.Sprintf("%s:%d", filepath.Base(at.Filename), at.Start.Line)
}
