// Package supervise is the small process that owns a local job or an action's
// command and outlives the host. A [Spec] goes in; output files and a durable
// [Exit] come out.
package supervise

import (
	"context"
	"time"
)

// A Spec is what to run and how.
type Spec struct {
	Argv      []string      // the program is looked up in Env's PATH
	Dir       string        // working directory
	Env       []string      // complete
	Stdin     []byte        // nil: /dev/null
	Stdout    string        // file, opened O_APPEND; the same as Stderr: one stream in order of arrival
	Stderr    string        //
	Pty       bool          // a terminal instead of files: its output goes to Stdout
	Limit     time.Duration // 0: none; then TERM, Grace, KILL with state TimedOut
	Grace     time.Duration // default 5s (actions), 10s (jobs)
	Tether    bool          // an action: the whole tree ends with the host, and with its first process
	OutputCap int64         // bytes of Stdout kept, the rest is read and dropped (Tether only); 0: no cap
}

// An Exit is how a process ended.
type Exit struct {
	Code                 int    // -1 if it was ended by a signal
	Signal               string // "SIGKILL", "" if none
	TimedOut             bool
	Stopped              bool   // by Stop or Kill
	Error                string // it could not be started: why
	Started              time.Time
	Ended                time.Time
	UserTime, SystemTime time.Duration
	MaxRSS               int64    // bytes
	Left                 []string // processes left behind: "1234 sleep 100" (jobs only)
}

// A Process is a supervised process.
type Process struct{}

// Start writes the spec into dir (a folder of its own, made if need be), and
// starts the supervisor: this binary, as `supervise DIR`. It returns once the
// process runs or its failure is known.
func Start(ctx context.Context, dir string, spec Spec) (*Process, error) { panic("unwritten") }

// Attach finds the process of dir again after the host was restarted.
func Attach(dir string) (*Process, error) { panic("unwritten") }

// Done is closed when the process ended and Exit is known.
func (p *Process) Done() <-chan struct{} { panic("unwritten") }

// Exit waits for the end.
func (p *Process) Exit(ctx context.Context) (Exit, error) { panic("unwritten") }

// Stop ends the process tree: TERM, grace, KILL. It returns at once.
func (p *Process) Stop() { panic("unwritten") }

// Kill ends the process tree now.
func (p *Process) Kill() { panic("unwritten") }

// Main is the supervisor's own main: `jwhost supervise DIR`. It returns the
// exit code.
func Main(dir string) int { panic("unwritten") }
