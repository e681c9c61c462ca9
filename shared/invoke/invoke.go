// Package invoke is the host's half of one Run: it sends an invocation to a
// plugin, passes on news and log lines, answers the plugin's calls within its
// grants, and returns the outcome. host/pluginproc runs it against processes,
// sdk/sdktest against a plugin in the same one.
package invoke

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/jwhost/jwhost/shared/contract"

	pb "github.com/jwhost/jwhost/shared/proto/jwhost/plugin/v1"
)

// Services are the host's answers to one invocation's calls; a call without
// its grant never reaches them. A *contract.CallError reaches the plugin as it
// is. All methods end with ctx, which is the invocation's.
type Services interface {
	// Exec runs what was rendered for the Command or Argv attribute. output,
	// where it is not nil, takes output as it comes, and may block.
	Exec(ctx context.Context, attribute string, output func([]byte)) (contract.ExecResult, error)
	// ReadLogs hands out the last lines of the job's stream ("stdout", "stderr", "" both).
	ReadLogs(ctx context.Context, stream string, lines int, out func([]byte) error) error
	// CancelJob ends the invocation's job.
	CancelJob(ctx context.Context, reason string) error
	// Metrics returns the job's metrics.
	Metrics(ctx context.Context) (map[string]contract.Metric, error)
}

// A Host is what an invocation meets at the host's side.
type Host struct {
	Plugin   string // the name in the file, for what to do about a missing grant
	Services Services
	Update   func(contract.Update)   // called in order; may be nil
	Log      func(*contract.LogLine) // called in order; may be nil
}

// A BrokenError says that a Run ended without an outcome: gRPC's status says
// why. The plugin may have died, or may have answered with an error of gRPC.
type BrokenError struct {
	Status *status.Status
	Sent   bool // the invocation was handed to gRPC: the plugin may have it
}

func (e *BrokenError) Error() string {
	return fmt.Sprintf("%s: %s", e.Status.Code(), e.Status.Message())
}

// Outcome returns the failure that the error means where the plugin lives.
func (e *BrokenError) Outcome() contract.Outcome {
	message := fmt.Sprintf("the plugin ended the invocation with gRPC's %s: %s", e.Status.Code(), e.Status.Message())
	switch e.Status.Code() {
	case codes.OK:
		message = "the plugin ended the invocation without an outcome"
	case codes.Unimplemented:
		message = "the plugin does not serve Run of jwhost.plugin.v1: " + e.Status.Message()
	case codes.ResourceExhausted:
		message = "a message between jwhost and the plugin is over 16 MiB, the limit: " + e.Status.Message()
	}
	return contract.Outcome{Error: message}
}

const (
	// maxCalls is how many calls of one invocation can be under way at once.
	maxCalls = 16
	// maxChunk is the size of a part of an answer.
	maxChunk = 256 << 10
)

// Run carries out one invocation. The error is ctx's own if it ended first,
// else a *BrokenError. No call is under way any more when Run returns.
func Run(ctx context.Context, client pb.PluginServiceClient, inv *contract.Invocation, host Host) (contract.Outcome, error) {
	r := &run{host: host, grants: inv.Grants, calls: make(map[int64]*call)}
	defer r.running.Wait()
	runCtx, cancel := context.WithCancel(ctx)
	defer cancel()

	stream, err := client.Run(runCtx)
	if err != nil {
		return broken(ctx, err, false)
	}
	r.ctx, r.stream = runCtx, stream
	message := *inv
	if deadline, ok := ctx.Deadline(); ok {
		message.Deadline = deadline
	}
	// io.EOF means that the stream is over, and Recv knows why.
	if err := r.send(contract.InvocationToProto(&message)); err != nil && !errors.Is(err, io.EOF) {
		return broken(ctx, err, false)
	}
	for {
		m, err := stream.Recv()
		if err != nil {
			return broken(ctx, err, true)
		}
		if o := m.GetOutcome(); o != nil {
			outcome := contract.OutcomeFromProto(o)
			if !outcome.Succeeded && ctx.Err() != nil {
				return contract.Outcome{}, ctx.Err() // it failed because of that
			}
			return outcome, nil
		}
		r.take(m)
	}
}

// broken tells the end of ctx from other ends.
func broken(ctx context.Context, err error, sent bool) (contract.Outcome, error) {
	s := status.New(codes.OK, "")
	if !errors.Is(err, io.EOF) {
		s, _ = status.FromError(err)
	}
	if deadline, ok := ctx.Deadline(); ok && s.Code() == codes.DeadlineExceeded && time.Until(deadline) < time.Second {
		<-ctx.Done() // the plugin's clock was the first to say so
	}
	if ctx.Err() != nil {
		return contract.Outcome{}, ctx.Err()
	}
	return contract.Outcome{}, &BrokenError{Status: s, Sent: sent}
}

// A run is one Run under way. Only Run's goroutine receives; any may send.
type run struct {
	host    Host
	grants  []string
	ctx     context.Context
	stream  grpc.BidiStreamingClient[pb.RunRequest, pb.RunResponse]
	running sync.WaitGroup

	sending sync.Mutex

	mu    sync.Mutex
	calls map[int64]*call
}

// A call of the plugin, under way.
type call struct {
	id     int64
	ctx    context.Context // the run's, ended by the plugin's cancel
	cancel context.CancelFunc
	more   chan struct{} // the plugin got a chunk
}

func (r *run) send(m *pb.RunRequest) error {
	r.sending.Lock()
	defer r.sending.Unlock()
	return r.stream.Send(m)
}

// take deals with a message of the plugin that is no outcome. It never waits
// for a call to be carried out.
func (r *run) take(m *pb.RunResponse) {
	if update, ok := contract.UpdateFromProto(m); ok {
		if r.host.Update != nil {
			r.host.Update(update)
		}
		return
	}
	switch m := m.GetMessage().(type) {
	case *pb.RunResponse_Log:
		if r.host.Log != nil {
			r.host.Log(contract.LogFromProto(m.Log))
		}
	case *pb.RunResponse_More:
		if c := r.call(m.More.GetCallId()); c != nil {
			select {
			case c.more <- struct{}{}:
			default: // it asked twice for one chunk
			}
		}
	case *pb.RunResponse_Cancel:
		if c := r.call(m.Cancel.GetCallId()); c != nil {
			c.cancel()
		}
	case *pb.RunResponse_Call:
		r.begin(m.Call)
	}
}

// call returns the call of that id, or nil.
func (r *run) call(id int64) *call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls[id]
}

// begin starts to carry out a call, or refuses it.
func (r *run) begin(m *pb.HostCall) {
	id, what, err := contract.CallFromProto(m)
	if err == nil {
		err = r.permit(what)
	}
	c := &call{id: id, more: make(chan struct{}, 1)}
	c.ctx, c.cancel = context.WithCancel(r.ctx)
	if err == nil {
		r.mu.Lock()
		switch _, twice := r.calls[id]; {
		case twice:
			err = &contract.CallError{Code: contract.CodeInvalid, Message: fmt.Sprintf("a call with the id %d is under way", id)}
		case len(r.calls) == maxCalls:
			err = &contract.CallError{Code: contract.CodeInvalid, Message: fmt.Sprintf("%d calls of this invocation are under way, the most there can be", maxCalls)}
		default:
			r.calls[id] = c
		}
		r.mu.Unlock()
	}
	if err != nil {
		c.cancel()
		// Sent here, not by a goroutine: a plugin that asks without end and
		// reads no answer waits for itself.
		_ = r.send(answer(id, err))
		return
	}
	r.running.Go(func() {
		defer c.cancel()
		result := r.carryOut(c, what)
		r.mu.Lock()
		delete(r.calls, id)
		r.mu.Unlock()
		_ = r.send(result) // a stream that is over is Recv's to report
	})
}

// permit refuses what was not granted.
func (r *run) permit(what contract.Call) error {
	grant := what.Grant()
	if slices.Contains(r.grants, grant) {
		return nil
	}
	var all []string
	for _, g := range append(slices.Clone(r.grants), grant) {
		all = append(all, fmt.Sprintf("%q", g))
	}
	return &contract.CallError{
		Code:    contract.CodeDenied,
		Message: fmt.Sprintf("plugin %q was not granted %s", r.host.Plugin, grant),
		Grant:   grant,
		Remedy:  fmt.Sprintf("add this line to the block plugin %q: grants = [%s]", r.host.Plugin, strings.Join(all, ", ")),
	}
}

func (r *run) carryOut(c *call, what contract.Call) *pb.RunRequest {
	switch what := what.(type) {
	case contract.Exec:
		var output func([]byte)
		if what.Live {
			output = func(data []byte) { _ = r.chunks(c, data) }
		}
		result, err := r.host.Services.Exec(c.ctx, what.Attribute, output)
		if err != nil {
			return answer(c.id, err)
		}
		return contract.ExecResultToProto(c.id, &result)
	case contract.ReadLogs:
		err := r.host.Services.ReadLogs(c.ctx, what.Stream, what.Lines, func(data []byte) error { return r.chunks(c, data) })
		if err != nil {
			return answer(c.id, err)
		}
		return contract.ReadLogsResultToProto(c.id)
	case contract.CancelJob:
		if err := r.host.Services.CancelJob(c.ctx, what.Reason); err != nil {
			return answer(c.id, err)
		}
		return contract.CancelJobResultToProto(c.id)
	default:
		metrics, err := r.host.Services.Metrics(c.ctx)
		if err != nil {
			return answer(c.id, err)
		}
		return contract.MetricsToProto(c.id, metrics)
	}
}

// chunks sends data in parts, each after the plugin asked for it: what a
// plugin has not read piles up nowhere, and one slow call holds up no other.
func (r *run) chunks(c *call, data []byte) error {
	for part := range slices.Chunk(data, maxChunk) {
		if err := r.send(contract.ChunkToProto(c.id, part)); err != nil {
			return err
		}
		select {
		case <-c.more:
		case <-c.ctx.Done():
			return c.ctx.Err()
		}
	}
	return nil
}

func answer(id int64, err error) *pb.RunRequest {
	var call *contract.CallError
	if !errors.As(err, &call) {
		call = &contract.CallError{Code: contract.CodeFailed, Message: err.Error()}
	}
	return contract.ErrorToProto(id, call)
}
