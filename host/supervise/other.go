//go:build !linux

package supervise

import (
	"context"
	"errors"
)

// Supervision stands on Linux's subreaper, /proc and pidfds. Elsewhere the
// package compiles, and Start says that it cannot.
var errSystem = errors.New("jobs and commands of this machine can be run on Linux only")

// A Process is a supervised process, seen by the host.
type Process struct{}

// Start always fails on this system.
func Start(context.Context, string, Spec) (*Process, error) { return nil, errSystem }

// Attach always fails on this system.
func Attach(string) (*Process, error) { return nil, errSystem }

// PID returns 0.
func (*Process) PID() int { return 0 }

// Done returns nil.
func (*Process) Done() <-chan struct{} { return nil }

// Exit fails.
func (*Process) Exit(context.Context) (Exit, error) { return Exit{}, errSystem }

// Stop does nothing.
func (*Process) Stop() {}

// Kill does nothing.
func (*Process) Kill() {}

// Close does nothing.
func (*Process) Close() error { return nil }

// Main fails.
func Main(string) int { return 2 }
