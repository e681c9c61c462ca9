// Package local is the source of jobs that are processes of this machine: it
// runs one under a supervisor and follows the files that its output goes to.
package local

import (
	"context"
	"time"

	"github.com/jwhost/jwhost/host/source"
)

// A Spec is a local job.
type Spec struct {
	Command string // for /bin/sh -c, or
	Argv    []string
	Pty     bool
	Dir     string
	Env     []string // complete
	Limit   time.Duration
	Folder  string // of this job in the run's folder: supervisor's files and output
}

// Start starts the job.
func Start(ctx context.Context, s Spec) (source.Job, error) { panic("unwritten") }
