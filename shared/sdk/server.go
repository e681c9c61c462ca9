package sdk

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/schema"

	pb "github.com/jwhost/jwhost/shared/proto/jwhost/plugin/v1"
)

// Server returns the plugin as the service of the protocol. Serve needs no
// help; it is for tests and for who serves in a way of his own.
func (p Plugin) Server() (pb.PluginServiceServer, error) {
	s, err := p.Schema()
	if err != nil {
		return nil, err
	}
	return &server{plugin: p, schema: s, level: hostLevel()}, nil
}

type server struct {
	pb.UnimplementedPluginServiceServer
	plugin Plugin
	schema *schema.Plugin
	level  hclog.Level
}

func (s *server) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	return contract.SchemaToProto(s.schema), nil
}

func (s *server) Configure(ctx context.Context, r *pb.ConfigureRequest) (*pb.ConfigureResponse, error) {
	if s.plugin.Config == nil {
		return &pb.ConfigureResponse{}, nil
	}
	err := guard(func() error { return s.plugin.Config.configure(ctx, r.GetConfigJson()) })
	if err == nil {
		return &pb.ConfigureResponse{}, nil
	}
	var diagnostics Diagnostics
	if !errors.As(err, &diagnostics) {
		diagnostics = Diagnostics{{Summary: err.Error()}}
	}
	return &pb.ConfigureResponse{Diagnostics: contract.DiagnosticsToProto(diagnostics)}, nil
}

func (s *server) Validate(ctx context.Context, r *pb.ValidateRequest) (*pb.ValidateResponse, error) {
	a := s.plugin.action(r.GetAction())
	if a == nil {
		return nil, status.Errorf(codes.NotFound, "plugin %s has no action %q", s.plugin.Name, r.GetAction())
	}
	if a.validate == nil {
		return &pb.ValidateResponse{}, nil
	}
	var diagnostics []Diagnostic
	err := guard(func() (err error) {
		diagnostics, err = a.validate(ctx, r.GetArgumentsJson())
		return err
	})
	if err != nil {
		diagnostics = append(diagnostics, Diagnostic{Summary: err.Error()})
	}
	return &pb.ValidateResponse{Diagnostics: contract.DiagnosticsToProto(diagnostics)}, nil
}

func (s *server) Run(stream grpc.BidiStreamingServer[pb.RunRequest, pb.RunResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	received, err := contract.InvocationFromProto(first)
	if err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	a := s.plugin.action(received.Action)
	if a == nil {
		return status.Errorf(codes.NotFound, "plugin %s has no action %q", s.plugin.Name, received.Action)
	}
	session := newSession(stream)
	go session.receive()
	inv := &Invocation{
		ID:        received.ID,
		Attempt:   received.Attempt,
		Action:    received.Action,
		Arguments: received.Arguments,
		Job:       received.Job,
		Match:     received.Match,
		Watcher:   received.Watcher,
		Trigger:   received.Trigger,
		Captures:  received.Captures,
		Env:       received.Env,
		Log:       newLog(session, s.level),
		grants:    received.Grants,
		session:   session,
	}
	var result Result
	err = guard(func() (err error) {
		result, err = a.run(stream.Context(), inv)
		return err
	})
	var panicked *panicError
	if errors.As(err, &panicked) {
		inv.Log.Error("the action panicked", "panic", panicked.value, "stack", panicked.stack)
	}
	return session.send(contract.OutcomeToProto(outcome(result, err)))
}

// A panicError is a panic of an author's function. The process lives on: other
// invocations are in flight.
type panicError struct {
	value any
	stack string
}

func (e *panicError) Error() string { return fmt.Sprintf("the plugin panicked: %v", e.value) }

// guard makes a panic of f an error.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{value: v, stack: string(debug.Stack())}
		}
	}()
	return f()
}
