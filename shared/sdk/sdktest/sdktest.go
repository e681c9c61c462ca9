// Package sdktest runs a plugin's actions in the author's tests: in the test's
// own process, but over real gRPC and with the host's own half of the protocol.
// A plugin and what its host would know go in; the outcome comes out, with all
// that the action said and asked on the way.
//
//	p := sdktest.Start(t, plugin, map[string]any{"project": "TRAIN"})
//	r := p.Run(t, sdktest.Invocation{Action: "ticket", Arguments: map[string]any{"title": "x"}})
package sdktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/handshake"
	"github.com/jwhost/jwhost/shared/invoke"
	"github.com/jwhost/jwhost/shared/schema"
	"github.com/jwhost/jwhost/shared/sdk"

	pb "github.com/jwhost/jwhost/shared/proto/jwhost/plugin/v1"
)

// A Plugin is a plugin that is served for a test.
type Plugin struct {
	Schema *schema.Plugin // what it says of itself, as the host reads it
	client pb.PluginServiceClient
}

// Start serves a plugin until the test ends and configures it; config is nil
// without a config block. Values have the Go types of the SDK's structs.
func Start(t testing.TB, p sdk.Plugin, config map[string]any) *Plugin {
	t.Helper()
	started := Describe(t, p)
	for _, d := range started.Configure(t, config) {
		if !d.Warning {
			t.Fatalf("the plugin refuses its config: %s: %s %s", d.Attribute, d.Summary, d.Detail)
		}
	}
	return started
}

// Describe serves a plugin until the test ends and asks what it is; it is not
// configured yet.
func Describe(t testing.TB, p sdk.Plugin) *Plugin {
	t.Helper()
	server, err := p.Server()
	if err != nil {
		t.Fatalf("the plugin can't be served: %v", err)
	}
	listener := bufconn.Listen(1 << 20)
	g := grpc.NewServer(grpc.MaxRecvMsgSize(handshake.MaxMessage), grpc.MaxSendMsgSize(handshake.MaxMessage))
	pb.RegisterPluginServiceServer(g, server)
	var serving sync.WaitGroup
	serving.Go(func() { _ = g.Serve(listener) })
	conn, err := grpc.NewClient("passthrough:plugin",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(handshake.MaxMessage), grpc.MaxCallSendMsgSize(handshake.MaxMessage)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		g.Stop()
		serving.Wait()
	})
	started := &Plugin{client: pb.NewPluginServiceClient(conn)}
	answer, err := started.client.Describe(t.Context(), &pb.DescribeRequest{HostVersion: handshake.Version})
	if err != nil {
		t.Fatalf("Describe: %v", err)
	}
	if started.Schema, err = contract.SchemaFromProto(answer); err != nil {
		t.Fatalf("Describe: %v", err)
	}
	return started
}

// Configure hands the plugin a config block and returns what it complains of.
func (p *Plugin) Configure(t testing.TB, config map[string]any) []sdk.Diagnostic {
	t.Helper()
	raw := arguments(t, "config", p.Schema.Config, config)
	answer, err := p.client.Configure(t.Context(), &pb.ConfigureRequest{ConfigJson: raw})
	if err != nil {
		t.Fatalf("Configure: %v", err)
	}
	return contract.DiagnosticsFromProto(answer.GetDiagnostics())
}

// Validate hands the plugin the constant arguments of an action and returns
// what it complains of.
func (p *Plugin) Validate(t testing.TB, action string, values map[string]any) []sdk.Diagnostic {
	t.Helper()
	raw := arguments(t, action, p.action(t, action).Attributes, values)
	answer, err := p.client.Validate(t.Context(), &pb.ValidateRequest{Action: action, ArgumentsJson: raw})
	if err != nil {
		t.Fatalf("Validate: %v", err)
	}
	return contract.DiagnosticsFromProto(answer.GetDiagnostics())
}

// An Invocation is what a test has a plugin do, and what its host would know.
type Invocation struct {
	Action    string
	Arguments map[string]any // of the Go types of the SDK's struct; true for a command
	ID        string         // "" for one made up
	Attempt   int            // 0 for 1
	Job       sdk.Job
	Match     sdk.Match
	Captures  map[string][]byte
	Timeout   time.Duration // 0 for a minute

	// Without lists grants that the plugin wants and does not get.
	Without []string
	// Exec carries out a command; nil: every command succeeds.
	Exec func(ctx context.Context, attribute string) (sdk.ExecResult, error)
	// Logs are the job's lines by stream; "" is both.
	Logs map[string][]string
	// Metrics are the job's metrics.
	Metrics map[string]sdk.Metric
}

// A Result is how an invocation ended and what happened on the way.
type Result struct {
	contract.Outcome
	Progress  []string
	Live      []byte             // what the action wrote to its Invocation
	Log       []contract.LogLine // of Invocation.Log
	Executed  []string           // attributes whose commands were run
	Cancelled []string           // reasons for which the job was cancelled
}

// Run has the plugin carry out an invocation. An action that fails is a Result;
// one that breaks the protocol or does not end fails the test.
func (p *Plugin) Run(t testing.TB, i Invocation) Result {
	t.Helper()
	a := p.action(t, i.Action)
	inv := &contract.Invocation{
		ID:        i.ID,
		Attempt:   max(1, i.Attempt),
		Action:    i.Action,
		Arguments: arguments(t, i.Action, a.Attributes, i.Arguments),
		Types:     make(map[string]schema.Type),
		Captures:  i.Captures,
		Job:       i.Job,
		Match:     i.Match,
		Watcher:   "test",
		Trigger:   1,
		Grants:    slices.DeleteFunc(slices.Clone(p.Schema.Grants), func(g string) bool { return slices.Contains(i.Without, g) }),
	}
	if inv.ID == "" {
		inv.ID = t.Name()
	}
	for _, attribute := range a.Attributes {
		inv.Types[attribute.Name] = attribute.Type
	}
	if i.Timeout == 0 {
		i.Timeout = time.Minute
	}
	ctx, cancel := context.WithTimeout(t.Context(), i.Timeout)
	defer cancel()
	var r Result
	services := &services{invocation: i}
	outcome, err := invoke.Run(ctx, p.client, inv, invoke.Host{
		Plugin:   p.Schema.Name,
		Services: services,
		Update: func(u contract.Update) {
			if u.Message != "" {
				r.Progress = append(r.Progress, u.Message)
			}
			r.Live = append(r.Live, u.Output...)
		},
		Log: func(l *contract.LogLine) { r.Log = append(r.Log, *l) },
	})
	if err != nil {
		t.Fatalf("action %q: %v", i.Action, err)
	}
	r.Outcome, r.Executed, r.Cancelled = outcome, services.executed, services.cancelled
	return r
}

func (p *Plugin) action(t testing.TB, name string) *schema.Action {
	t.Helper()
	a := p.Schema.Action(name)
	if a == nil {
		t.Fatalf("plugin %q has no action %q", p.Schema.Name, name)
	}
	return a
}

// arguments encodes values, which must be of the schema's attributes.
func arguments(t testing.TB, what string, attributes []schema.Attribute, values map[string]any) []byte {
	t.Helper()
	for name := range values {
		if !slices.ContainsFunc(attributes, func(a schema.Attribute) bool { return a.Name == name }) {
			t.Fatalf("%s has no attribute %q", what, name)
		}
	}
	raw, err := contract.EncodeArguments(values)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(raw) {
		t.Fatalf("%s: arguments that are no JSON: %s", what, raw)
	}
	return raw
}

// services answer calls with what the test gave.
type services struct {
	invocation Invocation

	mu        sync.Mutex
	executed  []string
	cancelled []string
}

func (s *services) Exec(ctx context.Context, attribute string, output func([]byte)) (sdk.ExecResult, error) {
	if _, given := s.invocation.Arguments[attribute]; !given {
		return sdk.ExecResult{}, &contract.CallError{Code: contract.CodeInvalid, Message: fmt.Sprintf("the invocation has no command %q", attribute)}
	}
	s.mu.Lock()
	s.executed = append(s.executed, attribute)
	s.mu.Unlock()
	if s.invocation.Exec == nil {
		return sdk.ExecResult{}, nil
	}
	r, err := s.invocation.Exec(ctx, attribute)
	if err == nil && output != nil {
		output(r.Output)
	}
	return r, err
}

func (s *services) ReadLogs(_ context.Context, stream string, lines int, out func([]byte) error) error {
	all := s.invocation.Logs[stream]
	for _, line := range all[max(0, len(all)-lines):] {
		if err := out([]byte(strings.TrimSuffix(line, "\n") + "\n")); err != nil {
			return err
		}
	}
	return nil
}

func (s *services) CancelJob(_ context.Context, reason string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancelled = append(s.cancelled, reason)
	return nil
}

func (s *services) Metrics(context.Context) (map[string]sdk.Metric, error) {
	return s.invocation.Metrics, nil
}

// Text returns the outcome's output without space around it.
func (r Result) Text() string { return string(bytes.TrimSpace(r.Output)) }
