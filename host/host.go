// Package host runs the jobs of a file, watches their output and acts on it.
// A checked jobfile.File goes in; events come out.
package host

import (
	"context"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/hcl/v2"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/pluginproc"
)

// A Signal asks a run to end.
type Signal int

// Signals of a run.
const (
	Stop   Signal = iota // stop the jobs in order, drain actions
	Kill                 // end everything now
	Detach               // leave the jobs running
)

// Options of a run.
type Options struct {
	StateDir      string // DESIGN section 7
	MaxActions    int    // commands at once; 0: max(4, 2 × cores)
	StrictActions bool
	Output        bool              // job.output events are wanted
	Events        func(event.Event) // called in order, never concurrently
	Signals       <-chan Signal
	Log           hclog.Logger
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

// A Result is how a run ended.
type Result struct {
	Status   string // succeeded, failed, interrupted
	ExitCode int
	Dir      string // the run's folder
}

// Run runs a file's jobs to their ends. The error is one of jwhost itself
// (state folder, disk): the jobs go on then.
func Run(ctx context.Context, file *jobfile.File, o Options) (Result, error) { panic("unwritten") }

// Preflight checks what depends on the machine: uv, folders, secrets.
func Preflight(ctx context.Context, file *jobfile.File, o Options) hcl.Diagnostics {
	panic("unwritten")
}
