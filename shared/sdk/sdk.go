// Package sdk is what the author of a plugin imports. A Plugin goes in: for
// each action a struct that says what arguments it takes and a function that
// carries it out. Serve makes it a plugin process: schema, handshake, gRPC,
// logging, cancellation and the host's services.
//
//	type Ticket struct {
//		Title string `jw:"title,required" doc:"first line of the ticket"`
//	}
//
//	func ticket(ctx context.Context, inv *sdk.Invocation, args Ticket) (sdk.Result, error) {
//		…
//		return sdk.Output("opened TRAIN-7"), nil
//	}
//
//	func main() {
//		sdk.Serve(sdk.Plugin{
//			Name:    "jira",
//			Version: "1.0.0",
//			Actions: []sdk.Action{sdk.NewAction("ticket", "opens a ticket", ticket)},
//		})
//	}
//
// Package sdktest runs actions in an author's tests.
package sdk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/handshake"
	"github.com/jwhost/jwhost/shared/schema"
)

// A Plugin is what Serve serves.
type Plugin struct {
	Name    string // letters, digits, "_", "-"
	Version string // semantic version: "1.2.3"
	MinHost string // oldest jwhost it works with; "": any
	Actions []Action
	Config  *Config  // made by NewConfig; nil: takes no config
	Grants  []string // host services it wants: schema.GrantExec, …
}

// Schema returns what the plugin says of itself. The error names each fault of
// its structs and names.
func (p Plugin) Schema() (*schema.Plugin, error) {
	s := &schema.Plugin{
		Name:       p.Name,
		Version:    p.Version,
		SDKVersion: handshake.Version,
		MinHost:    p.MinHost,
		Grants:     p.Grants,
	}
	var faults []error
	if p.Config != nil {
		s.Config = p.Config.attributes
		faults = append(faults, p.Config.err)
	}
	for _, a := range p.Actions {
		s.Actions = append(s.Actions, a.schema)
		faults = append(faults, a.err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	return s, nil
}

// action returns the action of that name, or nil.
func (p Plugin) action(name string) *Action {
	for i := range p.Actions {
		if p.Actions[i].schema.Name == name {
			return &p.Actions[i]
		}
	}
	return nil
}

// An Action is one thing that a plugin can do; NewAction makes it.
type Action struct {
	schema   schema.Action
	err      error // of the struct
	run      func(ctx context.Context, inv *Invocation) (Result, error)
	validate func(ctx context.Context, arguments []byte) ([]Diagnostic, error)
}

// An Option sets a property of an action; pass the function itself.
type Option func(*schema.Action)

// Idempotent is the Option of an action that may be delivered again after a
// crash: doing it twice does no harm.
func Idempotent(a *schema.Action) { a.Idempotent = true }

// Cancels is the Option of an action that ends the job that triggered it.
func Cancels(a *schema.Action) { a.Cancels = true }

// NewAction returns the action that run carries out. Args is a struct; each of
// its exported fields is an argument and has a tag
//
//	jw:"name"              and after commas
//	   required            must be given
//	   sensitive           may hold secrets
//	   constant            takes no text of the job
//	   group=G             exactly one argument of group G is given
//	doc:"…" example:"…"    for people
//	default:"…"            where the file gives none
//	oneof:"a,b"            the only texts allowed
//
// and one of the types string, Pieces, float64, bool, time.Duration, []string,
// map[string]string, Command and Argv. The context ends with the action's
// deadline or when it is cancelled.
//
// If Args or *Args is a Validator, what is constant of the arguments is
// checked before a job starts.
func NewAction[Args any](name, doc string, run func(ctx context.Context, inv *Invocation, args Args) (Result, error), options ...Option) Action {
	a := Action{schema: schema.Action{Name: name, Doc: doc}}
	fields, err := fieldsOf[Args]()
	if err != nil {
		a.err = fmt.Errorf("action %q: %w", name, err)
		return a
	}
	a.schema.Attributes, a.schema.ExactlyOne = fields.attributes(), fields.groups()
	a.run = func(ctx context.Context, inv *Invocation) (Result, error) {
		var args Args
		if err := fields.decode(inv.Arguments, &args, complete); err != nil {
			return Result{}, err
		}
		return run(ctx, inv, args)
	}
	if _, ok := any(new(Args)).(Validator); ok {
		a.schema.Validates = true
		a.validate = func(ctx context.Context, arguments []byte) ([]Diagnostic, error) {
			var args Args
			if err := fields.decode(arguments, &args, partial); err != nil {
				return nil, err
			}
			return any(&args).(Validator).Validate(ctx), nil
		}
	}
	for _, option := range options {
		option(&a.schema)
	}
	return a
}

// A Validator checks arguments before a job starts. Only those that hold no
// text of the job are known then; the others are zero.
type Validator interface {
	Validate(ctx context.Context) []Diagnostic
}

// A Diagnostic is a complaint about a file; Attribute says where.
type Diagnostic = contract.Diagnostic

// Diagnostics is an error that says what is wrong with a config, by attribute.
type Diagnostics []Diagnostic

func (d Diagnostics) Error() string {
	if len(d) == 0 {
		return "nothing is wrong"
	}
	text := d[0].Summary
	if d[0].Attribute != "" {
		text = d[0].Attribute + ": " + text
	}
	if len(d) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(d)-1)
	}
	return text
}

// A Config is what a plugin's `config` block holds; NewConfig makes it.
type Config struct {
	attributes []schema.Attribute
	err        error
	configure  func(ctx context.Context, values []byte) error
}

// NewConfig returns the config that configure takes, before the first action.
// Values is a struct with tags as for NewAction, without groups and commands.
// The error is a Diagnostics where it is about one attribute.
func NewConfig[Values any](configure func(ctx context.Context, values Values) error) *Config {
	fields, err := fieldsOf[Values]()
	if err == nil && fields.groups() != nil {
		err = errors.New("a config has no groups")
	}
	if err != nil {
		return &Config{err: fmt.Errorf("config: %w", err)}
	}
	return &Config{
		attributes: fields.attributes(),
		configure: func(ctx context.Context, raw []byte) error {
			var values Values
			if err := fields.decode(raw, &values, complete); err != nil {
				return err
			}
			return configure(ctx, values)
		},
	}
}

// A Result is what an action leaves, whether it succeeded or not. An action
// fails by returning an error with it.
type Result struct {
	Output    []byte // what the user sees
	Truncated bool   // Output is not all there was
	ExitCode  *int   // of a program that it ran
	Kind      string // of a command that did not end by itself: ExecResult.Kind
	Phase     string // ExecResult.Phase
}

// Output returns the Result of an action that has this to say.
func Output(text string) Result { return Result{Output: []byte(text)} }

// Retry marks a failure that may be none next time, after at least that long;
// 0 leaves it to the host. Whether there is a next time is for the file to say.
func Retry(err error, after time.Duration) error { return &retryError{err: err, after: after} }

type retryError struct {
	err   error
	after time.Duration
}

func (e *retryError) Error() string { return e.err.Error() }
func (e *retryError) Unwrap() error { return e.err }

// A CallError says why the host did not do what an action asked of it.
type CallError = contract.CallError

// Denied reports whether err is a host call without its grant.
func Denied(err error) bool {
	var call *CallError
	return errors.As(err, &call) && call.Code == contract.CodeDenied
}
