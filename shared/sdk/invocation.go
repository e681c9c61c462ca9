package sdk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/jwhost/jwhost/shared/contract"
)

// An Invocation is one attempt of an action, and the way to the host.
//
// Its methods may be called from any goroutine while the action runs.
type Invocation struct {
	// ID is the same at every attempt: an idempotency key.
	ID string
	// Attempt counts from 1.
	Attempt int
	// Action is the name of the action.
	Action string
	// Arguments is the JSON object that the action's struct was read from.
	Arguments []byte
	// Job is the job whose output, or end, triggered.
	Job Job
	// Match is the line that triggered; empty where the job's end did.
	Match Match
	// Watcher is the name of the watcher.
	Watcher string
	// Trigger is the number of its trigger, from 1.
	Trigger int64
	// Captures has the original bytes of what the pattern captured, by name.
	Captures map[string][]byte
	// Env is the environment that a command has beside the host's.
	Env map[string][]byte
	// Log writes to the host's log.
	Log hclog.Logger

	grants  []string
	session *session
}

type (
	// Job is what an invocation says of its job.
	Job = contract.Job
	// Match is the line that triggered.
	Match = contract.Match
	// Metric sums up one metric of the job.
	Metric = contract.Metric
	// ExecResult is how a command ended.
	ExecResult = contract.ExecResult
)

// Granted reports whether the file grants the plugin that service:
// schema.GrantExec, ….
func (inv *Invocation) Granted(grant string) bool { return slices.Contains(inv.grants, grant) }

// Progress tells the user, in one line, what the action is doing.
func (inv *Invocation) Progress(message string) {
	// A failure to send is the end of the invocation, which ctx tells.
	_ = inv.session.send(contract.UpdateToProto(contract.Update{Message: message}))
}

// Write sends output to who watches live; it is no part of the Result.
func (inv *Invocation) Write(p []byte) (int, error) {
	const part = 256 << 10
	for data := range slices.Chunk(p, part) {
		if err := inv.session.send(contract.UpdateToProto(contract.Update{Output: data})); err != nil {
			return 0, fmt.Errorf("the invocation is over: %w", err)
		}
	}
	return len(p), nil
}

// Exec runs the command of an argument to its end, where the job lives, and
// returns how it ended; ExecResult.Kind says whether it ran at all. It needs
// the grant "exec". When ctx ends the command is ended.
func (inv *Invocation) Exec(ctx context.Context, command Runnable) (ExecResult, error) {
	return inv.ExecLive(ctx, command, nil)
}

// ExecLive is Exec with output handed on as it comes, in parts that need not be
// lines. It waits for output to return; the command may not.
func (inv *Invocation) ExecLive(ctx context.Context, command Runnable, output func([]byte)) (ExecResult, error) {
	if !command.Given() {
		return ExecResult{}, errors.New("the file gives no such command")
	}
	call := contract.Exec{Attribute: command.name(), Live: output != nil}
	result, err := inv.session.call(ctx, call, func(data []byte) bool {
		if output != nil {
			output(data)
		}
		return true
	})
	if err != nil {
		return ExecResult{}, err
	}
	r, ok := result.(*ExecResult)
	if !ok {
		return ExecResult{}, errors.New("the host's answer is not that of a command")
	}
	return *r, nil
}

// Done makes an action's result of how its command ended: output, exit code,
// and an error unless the exit code is 0.
func Done(r ExecResult) (Result, error) {
	result := Result{Output: r.Output, Truncated: r.Truncated, Kind: r.Kind, Phase: r.Phase}
	switch {
	case r.Kind != "":
		reason := r.Error
		if reason == "" {
			reason = "the command was not run to its end: " + r.Kind
		}
		return result, errors.New(reason)
	case r.Signal != "":
		result.ExitCode = &r.ExitCode
		return result, because(fmt.Sprintf("the command was ended by %s", r.Signal), r.Error)
	case r.ExitCode != 0:
		result.ExitCode = &r.ExitCode
		return result, because(fmt.Sprintf("exit code %d", r.ExitCode), r.Error)
	}
	result.ExitCode = &r.ExitCode
	return result, nil
}

// because adds what the host knows of a failure, "" if nothing.
func because(failure, reason string) error {
	if reason != "" {
		failure += ": " + reason
	}
	return errors.New(failure)
}

// Logs hands out the last lines of the job's stream ("stdout", "stderr", ""
// for both), without their newlines. A line is valid until the next one. It
// needs the grant "logs.read".
func (inv *Invocation) Logs(ctx context.Context, stream string, lines int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var rest []byte
		wanted := true
		_, err := inv.session.call(ctx, contract.ReadLogs{Stream: stream, Lines: lines}, func(data []byte) bool {
			for wanted {
				line, after, whole := bytes.Cut(data, []byte("\n"))
				if !whole {
					rest = append(rest, data...)
					break
				}
				if len(rest) > 0 {
					line = append(rest, line...)
					rest = rest[:0]
				}
				data = after
				wanted = yield(line, nil)
			}
			return wanted
		})
		switch {
		case !wanted:
		case err != nil:
			yield(nil, err)
		case len(rest) > 0:
			yield(rest, nil)
		}
	}
}

// CancelJob ends the job that triggered; reason is said to the user. It needs
// the grant "job.control".
func (inv *Invocation) CancelJob(ctx context.Context, reason string) error {
	_, err := inv.session.call(ctx, contract.CancelJob{Reason: reason}, nil)
	return err
}

// Metrics returns the job's metrics so far, by name. It needs the grant
// "metrics.read".
func (inv *Invocation) Metrics(ctx context.Context) (map[string]Metric, error) {
	result, err := inv.session.call(ctx, contract.ReadMetrics{}, nil)
	if err != nil {
		return nil, err
	}
	metrics, _ := result.(map[string]Metric)
	return metrics, nil
}

// outcome makes what an action returned the last message of its Run.
func outcome(r Result, err error) *contract.Outcome {
	o := &contract.Outcome{
		Succeeded: err == nil,
		Output:    r.Output,
		Truncated: r.Truncated,
		ExitCode:  r.ExitCode,
		Kind:      r.Kind,
		Phase:     r.Phase,
	}
	if err == nil {
		return o
	}
	o.Error = err.Error()
	if o.Error == "" {
		o.Error = fmt.Sprintf("%T", err)
	}
	var retry *retryError
	if errors.As(err, &retry) {
		o.Retryable, o.RetryAfter = true, max(0, retry.after)
	}
	return o
}

// callTimeout is how long a call that was cancelled waits for its result.
const callTimeout = 10 * time.Second
