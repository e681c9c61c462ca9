// Package contract holds what travels between host and plugin as plain Go
// types, and their conversions to and from the protocol. Messages of the other
// side go in and checked values come out: an invalid one is an error or
// cleaned, never a panic. Messages that go out are always such that gRPC can
// carry them, whatever bytes they are made of.
package contract

import (
	"time"

	"github.com/jwhost/jwhost/shared/schema"
)

// An Invocation is one attempt of an action.
type Invocation struct {
	ID        string // the idempotency key: the same at each attempt
	Attempt   int    // from 1
	Action    string
	Arguments []byte // JSON object by attribute; EncodeArguments writes it
	Types     map[string]schema.Type
	Captures  map[string][]byte
	Env       map[string][]byte
	Job       Job
	Match     Match
	Watcher   string
	Trigger   int64
	Deadline  time.Time // zero: none
	Grants    []string  // what the plugin may ask of the host
}

// Job is what an invocation says of its job.
type Job struct {
	ID, Name, Dir, Source, State string
	ExitCode                     *int
}

// Match is the line that triggered.
type Match struct {
	Line, Text []byte
	Stream     string
	Number     int64
	Time       time.Time
}

// An Outcome is how an attempt ended, as the plugin says.
type Outcome struct {
	Succeeded  bool
	Retryable  bool
	RetryAfter time.Duration
	ExitCode   *int
	Output     []byte
	Truncated  bool
	Error      string
	Phase      string
	Kind       string // "", or what the host's Exec said: "refused", "timed_out", "cancelled"
}

// An Update is news from a running invocation: a line that says what it is
// doing, or output as it comes.
type Update struct {
	Message string
	Output  []byte
}

// Metric sums up one metric.
type Metric struct {
	Last, Min, Max, Mean float64
	Count                int64
}

// Kinds of an ExecResult.
const (
	KindRefused   = "refused"   // text of the job may not come where it should; nothing ran
	KindTimedOut  = "timed_out" //
	KindCancelled = "cancelled" //
	KindFailed    = "failed"    // it could not start, or not be prepared
)

// An ExecResult is how a command ended.
type ExecResult struct {
	ExitCode  int
	Signal    string
	Output    []byte
	Truncated bool
	Duration  time.Duration
	Kind      string // "", "refused", "timed_out", "cancelled", "failed" (uv could not prepare, or it could not start)
	Phase     string // "resolve"
	Error     string
}

// A Diagnostic is a plugin's complaint about a file.
type Diagnostic struct {
	Warning   bool
	Summary   string
	Detail    string
	Attribute string // "": the whole block
}

// A LogLine is a line for the host's log.
type LogLine struct {
	Level   string // trace, debug, info, warn, error
	Message string
	Fields  map[string]string
}

// A Call is what a plugin asks of the host: one of the types below.
type Call interface {
	// Grant is the grant that the call needs.
	Grant() string
}

// Calls of a plugin.
type (
	// Exec runs the command of an attribute.
	Exec struct {
		Attribute string
		Live      bool // output is wanted as it comes
	}
	// ReadLogs wants the last lines of the job.
	ReadLogs struct {
		Stream string // "stdout", "stderr", "" both
		Lines  int
	}
	// CancelJob ends the job.
	CancelJob struct{ Reason string }
	// ReadMetrics wants the job's metrics.
	ReadMetrics struct{}
)

// Grant implements Call.
func (Exec) Grant() string        { return schema.GrantExec }
func (ReadLogs) Grant() string    { return schema.GrantLogsRead }
func (CancelJob) Grant() string   { return schema.GrantJobControl }
func (ReadMetrics) Grant() string { return schema.GrantMetricsRead }

// Codes of a CallError.
const (
	CodeFailed        = "failed"        // the host tried and could not
	CodeDenied        = "denied"        // the grant is missing
	CodeInvalid       = "invalid"       // the call makes no sense
	CodeUnimplemented = "unimplemented" // the host is too old for it
)

// A CallError says why the host did not do what a plugin asked.
type CallError struct {
	Code    string
	Message string
	Grant   string // CodeDenied: the one that is missing
	Remedy  string // what to do; CodeDenied: the line for the plugin block
}

// Error says what is wrong and what to do.
func (e *CallError) Error() string {
	if e.Remedy == "" {
		return e.Message
	}
	return e.Message + "; " + e.Remedy
}
