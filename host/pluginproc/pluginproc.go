// Package pluginproc finds, launches, supervises and drains plugin processes.
// An invocation goes in; updates and an outcome come out, or a typed error
// that says the process died.
package pluginproc

import (
	"context"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/jwhost/jwhost/shared/schema"
)

// A Catalog knows every plugin that a file can name: the bundled ones and,
// by their source, others. It implements jobfile.Actions.
type Catalog struct{}

// NewCatalog returns a Catalog. bundled are the schemas of the plugins that
// this binary serves itself as `plugin serve NAME`. cache is the folder for
// answers to Describe, kept by checksum ("" for none).
func NewCatalog(bundled []*schema.Plugin, cache string, log hclog.Logger) *Catalog {
	panic("unwritten")
}

// Bundled implements jobfile.Actions.
func (c *Catalog) Bundled() []*schema.Plugin { panic("unwritten") }

// Describe implements jobfile.Actions.
func (c *Catalog) Describe(name, source string) (*schema.Plugin, error) { panic("unwritten") }

// A Config is one plugin of a run.
type Config struct {
	Name   string
	Source string // "": bundled
	Grants []string
	Values []byte // the config block as JSON
}

// Hooks tell of a plugin's process.
type Hooks struct {
	Started func(plugin string, pid int, version string)
	Exited  func(plugin string, pid int, reason string)
	Refused func(plugin string, reason string)
}

// A Manager owns the plugin processes of one run.
type Manager struct{}

// NewManager returns a Manager; nothing is started yet. Sockets live below
// a private folder of the manager's own.
func NewManager(c *Catalog, plugins []Config, hooks Hooks, log hclog.Logger) (*Manager, error) {
	panic("unwritten")
}

// An Invocation is one attempt of an action.
type Invocation struct {
	ID        string // the idempotency key: the same at each attempt
	Attempt   int
	Action    string
	Arguments []byte // JSON object by attribute
	Types     map[string]schema.Type
	Captures  map[string][]byte
	Env       map[string][]byte
	Job       Job
	Match     Match
	Watcher   string
	Trigger   int64
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

// An Update is news from a running invocation.
type Update struct {
	Message string // progress
	Output  []byte
}

// Services are the host's answers to one invocation's calls; a call without
// its grant never reaches them.
type Services interface {
	// Exec runs what was rendered for the Command or Argv attribute.
	Exec(ctx context.Context, attribute string, output func([]byte)) (ExecResult, error)
	// ReadLogs hands out the last lines of the job's stream ("stdout", "stderr", "" both).
	ReadLogs(ctx context.Context, stream string, lines int, out func([]byte) error) error
	// CancelJob ends the invocation's job.
	CancelJob(ctx context.Context, reason string) error
	// Metrics returns the job's metrics.
	Metrics(ctx context.Context) (map[string]Metric, error)
}

// Metric sums up one metric.
type Metric struct {
	Last, Min, Max, Mean float64
	Count                int64
}

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

// A DiedError says that the plugin's process ended or broke while it had the
// invocation; Started is false where the plugin never got it.
type DiedError struct {
	Plugin  string
	Reason  string // exit status and the last lines of its stderr
	Started bool
}

func (e *DiedError) Error() string { return "plugin " + e.Plugin + ": " + e.Reason }

// Run runs one attempt: it starts the plugin's process if need be (with
// backoff after a crash), sends the invocation and serves its calls. A ctx
// that ends cancels the invocation. The error is a *DiedError, ctx's own, or
// one that says why the plugin cannot start.
func (m *Manager) Run(ctx context.Context, plugin string, inv Invocation, s Services, update func(Update)) (Outcome, error) {
	panic("unwritten")
}

// Validate asks a plugin to check an action's constant arguments: diagnostics
// by attribute.
func (m *Manager) Validate(ctx context.Context, plugin, action string, arguments []byte) ([]Diagnostic, error) {
	panic("unwritten")
}

// Configure starts a plugin and configures it: diagnostics by config attribute.
func (m *Manager) Configure(ctx context.Context, plugin string) ([]Diagnostic, error) {
	panic("unwritten")
}

// A Diagnostic is a plugin's complaint.
type Diagnostic struct {
	Warning   bool
	Summary   string
	Detail    string
	Attribute string
}

// Close drains and ends all plugin processes; ctx bounds the wait.
func (m *Manager) Close(ctx context.Context) error { panic("unwritten") }
