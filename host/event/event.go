// Package event holds the one event type that every surface reads: the
// terminal, `run --json`, the record on disk. docs/events.md is its promise.
package event

import "time"

// A Type names what happened.
type Type string

// The types of events.
const (
	RunStarted        Type = "run.started"
	RunEnded          Type = "run.ended"
	JobStarted        Type = "job.started"
	JobOutput         Type = "job.output"
	JobEnded          Type = "job.ended"
	WatcherTriggered  Type = "watcher.triggered"
	WatcherSuppressed Type = "watcher.suppressed"
	MetricRecorded    Type = "metric.recorded"
	ActionStarted     Type = "action.started"
	ActionFinished    Type = "action.finished"
	PluginStarted     Type = "plugin.started"
	PluginExited      Type = "plugin.exited"
	PluginRefused     Type = "plugin.refused"
	SourceGap         Type = "source.gap"
	Warning           Type = "warning"
)

// Outcomes of one attempt of an action.
const (
	Succeeded   = "succeeded"
	Failed      = "failed"
	TimedOut    = "timed_out"
	Refused     = "refused"
	Cancelled   = "cancelled"
	Interrupted = "interrupted"
	Dead        = "dead"
)

// UV is the Python environment that a command ran in.
type UV struct {
	Python   string            // version
	LockHash string            // SHA-256 of uv.lock in hex, "" if there is none
	Resolved map[string]string // package to version
}

// An Event is one thing that happened in a run. Only the fields of its type
// are set and written.
type Event struct {
	Type Type
	Time time.Time
	Run  string
	Seq  int64

	Files    []string // run.*
	Status   string   // run.ended: succeeded, failed, interrupted
	ExitCode *int     // run.ended, job.ended, action.finished

	Job    string
	JobID  string
	Source string // job.started, source.*
	Dir    string // job.started
	State  string // job.ended
	Signal string // job.ended

	Stream string // job.output, watcher.triggered
	Line   []byte // job.output, watcher.triggered
	Number int64  // job.output, watcher.triggered: from 1

	Watcher  string
	Trigger  int64             // from 1
	Captures map[string][]byte // the original bytes
	Reason   string            // watcher.suppressed, plugin.*, source.*
	Count    int64             // watcher.suppressed

	Name  string  // metric.recorded
	Value float64 // metric.recorded

	Action    string
	ID        string // of the action
	Attempt   int
	Outcome   string
	Duration  time.Duration // written in seconds
	Output    []byte
	Truncated bool
	Phase     string // "resolve"
	Error     string
	UV        *UV // what a command ran in, where uv made it

	Plugin  string
	PID     int
	Version string

	Bytes   int64 // source.gap
	Code    string
	Message string

	// For surfaces of this process only, never written.
	Where    string // "jobs.hcl:22": where the watcher or action stands
	Log      string // action.finished: the file that holds the full output, "" if none
	Progress bool   // a Warning that only says what takes time; not recorded
	Partial  bool   // job.output: a state of a progress bar
	Raw      []byte // job.output: with its control sequences
}
