// Package uv finds, installs, prepares and isolates uv for the commands that
// use it. A checked command and its folder go in; the edits that make its uv
// commands run offline in an environment of their own come out.
//
// The way through the package: form.go reads what a command asks of uv,
// plan.go decides what has to be made ready for it, prepare.go has that done
// once for everybody who needs it, and project.go, script.go and tool.go do it.
// find.go and install.go bring the uv binary itself.
package uv

import (
	"fmt"
	"strings"

	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// A Tool is a uv binary.
type Tool struct {
	Path    string // the real binary, no shim
	Version string
}

// Oldest is the oldest uv that can do what this package asks of it:
// environments of our own for scripts (`uv run --active --script`).
const Oldest = "0.7.0"

// NotFound says where uv was looked for.
type NotFound struct{ Looked []string }

func (e *NotFound) Error() string {
	var b strings.Builder
	b.WriteString("uv was not found; looked in:")
	for _, place := range e.Looked {
		b.WriteString("\n  " + place)
	}
	b.WriteString("\ninstall it with: jwhost uv install")
	return b.String()
}

// A ResolveError is a failure to prepare: phase "resolve".
type ResolveError struct {
	Command string // the uv command that failed
	Output  string // what uv said
	Err     error
}

func (e *ResolveError) Error() string {
	text := fmt.Sprintf("uv could not prepare `%s`", e.Command)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if e.Output != "" {
		text += "\n" + e.Output
	}
	return text
}

// Unwrap returns the cause: an *exec.ExitError, a *ProjectError or a context's
// error.
func (e *ResolveError) Unwrap() error { return e.Err }

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
	LockHash string            `json:"lock_hash,omitempty"` // SHA-256 of uv.lock, in hex
	Resolved map[string]string `json:"resolved,omitempty"`  // package -> version
}

// Uses reports whether the command runs uv in one of its forms.
func Uses(cmd *shellsafe.Command) bool {
	for _, p := range cmd.Programs() {
		if _, ok := readForm(p.Words); ok {
			return true
		}
	}
	return false
}
