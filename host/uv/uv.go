// Package uv finds, installs, prepares and isolates uv for the commands that
// use it. A checked command and its folder go in; the edits that make its uv
// commands run offline in an environment of their own come out.
package uv

import (
	"context"

	"github.com/hashicorp/go-hclog"

	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// A Tool is a uv binary.
type Tool struct {
	Path    string // the real binary, no shim
	Version string
}

// NotFound says where uv was looked for.
type NotFound struct{ Looked []string }

func (e *NotFound) Error() string { panic("unwritten") }

// Find looks for uv as DESIGN says: PATH, ~/.local/bin, ~/.cargo/bin,
// $UV_INSTALL_DIR, a login shell's PATH. env is a complete environment.
func Find(ctx context.Context, env []string) (Tool, error) { panic("unwritten") }

// Install puts the pinned uv into dir (default ~/.local/bin) and returns it.
func Install(ctx context.Context, env []string, dir string, progress func(string)) (Tool, error) {
	panic("unwritten")
}

// Uses reports whether the command runs uv in one of its forms.
func Uses(cmd *shellsafe.Command) bool { panic("unwritten") }

// A Preparer makes ready what uv commands need, once for each environment.
type Preparer struct{}

// New returns a Preparer that keeps environments below dir.
func New(tool Tool, dir string, log hclog.Logger) *Preparer { panic("unwritten") }

// Prepared is what was found and done for one command in one folder.
type Prepared struct {
	Edits   []shellsafe.Edit
	Env     []string // to add to the command's
	Record  Record
	Seconds float64 // spent preparing, 0 if it was ready
}

// A Record says in what a command ran.
type Record struct {
	Python   string            `json:"python,omitempty"`
	LockHash string            `json:"lock_hash,omitempty"`
	Resolved map[string]string `json:"resolved,omitempty"` // package -> version
}

// A ResolveError is a failure to prepare: phase "resolve".
type ResolveError struct {
	Command string // the uv command that failed
	Output  string // what uv said
	Err     error
}

func (e *ResolveError) Error() string { panic("unwritten") }

// Prepare makes the command's uv environments ready (under its own limit of
// 10 minutes) and returns the edits to run it with. Calls for the same
// environment share the work. progress is told what takes time.
func (p *Preparer) Prepare(ctx context.Context, cmd *shellsafe.Command, dir string, env []string, progress func(string)) (*Prepared, error) {
	panic("unwritten")
}
