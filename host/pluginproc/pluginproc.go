// Package pluginproc finds, launches, supervises and drains plugin processes.
// An invocation goes in; updates and an outcome come out, or a typed error
// that says the process died.
//
// A plugin is taken for hostile: nothing that it prints, answers or does not
// answer harms the host, and no process of it outlives the host.
package pluginproc

import (
	"fmt"

	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/invoke"
)

// A Config is one plugin of a run.
type Config struct {
	Name   string
	Source string // "": bundled
	Grants []string
	Values []byte // the config block as JSON; contract.EncodeArguments writes it
}

// Hooks tell of a plugin's process. Each may be nil.
type Hooks struct {
	Started func(plugin string, pid int, version string)
	Exited  func(plugin string, pid int, reason string)
	Refused func(plugin string, reason string)
}

type (
	// An Invocation is one attempt of an action. Deadline and Grants are the
	// Manager's to set.
	Invocation = contract.Invocation
	// Job is what an invocation says of its job.
	Job = contract.Job
	// Match is the line that triggered.
	Match = contract.Match
	// An Outcome is how an attempt ended, as the plugin says.
	Outcome = contract.Outcome
	// An Update is news from a running invocation.
	Update = contract.Update
	// Metric sums up one metric.
	Metric = contract.Metric
	// An ExecResult is how a command ended.
	ExecResult = contract.ExecResult
	// A Diagnostic is a plugin's complaint.
	Diagnostic = contract.Diagnostic
	// Services are the host's answers to one invocation's calls; a call
	// without its grant never reaches them.
	Services = invoke.Services
)

// A DiedError says that the plugin's process ended or broke while it had the
// invocation; Started is false where the plugin never got it.
type DiedError struct {
	Plugin  string
	Reason  string // exit status and the last lines of its stderr
	Started bool
}

func (e *DiedError) Error() string { return fmt.Sprintf("plugin %q: %s", e.Plugin, e.Reason) }

// A RefusedError says why a plugin can't be used. It is found once and then
// answers every use.
type RefusedError struct {
	Plugin      string
	Reason      string
	Diagnostics []Diagnostic // of its config, if that is why
}

func (e *RefusedError) Error() string { return fmt.Sprintf("plugin %q: %s", e.Plugin, e.Reason) }
