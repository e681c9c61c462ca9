// Package command runs the command of an action where its job lives. A proved
// command and the texts of its placeholders go in; exit code and output come
// out.
//
// The steps of a run, in [Runner.Run]: the command is rendered, so that a text
// that may not stand where it should refuses it before anything happens; what
// it needs of uv is made ready; it waits for its turn; it is rendered again
// with the edits of package uv, and handed to package supervise, which ends its
// whole tree with it.
package command

import (
	"time"

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
	Timeout  time.Duration     // of the command itself; 0: none
	Limit    int               // of Output, in characters
	Keep     string            // KeepHead or KeepTail
	Folder   string            // of this attempt: supervisor's files, full output
	Started  func()            // the command itself starts now (uv is ready)
	Progress func(string)      // what takes time before it: "uv: preparing …"
	Output   func([]byte)      // output as it comes; the bytes are valid during the call
}

// What Spec.Keep keeps of an output that is too long.
const (
	KeepHead = "head"
	KeepTail = "tail"
)

// OutputCap is how many bytes of a command's output are kept in OutputFile.
const OutputCap = 64 << 20

// A Result is how a command ended.
type Result struct {
	Exit       supervise.Exit
	Duration   time.Duration // of the command itself
	Output     []byte        // stdout and stderr in order of arrival, up to Limit
	Truncated  bool          // Output is not all of it
	OutputFile string        // the full output, up to OutputCap
	UV         *uv.Record    // nil: no uv in it
	Preparing  time.Duration // spent on uv before it; not in Duration
	Rendered   *shellsafe.Rendered
	// Help says what a status means that only shells and kernels know (126,
	// 127, SIGKILL), and what to do. "" otherwise.
	Help string
}
