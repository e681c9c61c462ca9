package pluginproc

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"

	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/handshake"
	"github.com/jwhost/jwhost/shared/schema"

	pb "github.com/jwhost/jwhost/shared/proto/jwhost/plugin/v1"
)

// askTimeout is how long Describe, Configure and Validate may take each; tests
// have less patience.
var askTimeout = 10 * time.Second

// A process is a plugin process that has shaken hands and described itself.
type process struct {
	child    *child
	client   *plugin.Client
	conn     *grpc.ClientConn
	service  pb.PluginServiceClient
	schema   *schema.Plugin
	stopping atomic.Bool   // its end is our wish
	gone     chan struct{} // closed when its end has been told
}

// launch starts a plugin process and asks what it is. The error says what
// stage was not reached and why. Only ctx's end and the stages' own limits cut
// it short.
func launch(ctx context.Context, e *executable, sockets string, log hclog.Logger) (*process, error) {
	tlsConfig, certificate, err := newClientTLS()
	if err != nil {
		return nil, err
	}
	env := append(environ(), handshake.LogLevelEnv+"="+levelName(log))
	c := newChild(e.path, e.args, append(env, "PLUGIN_CLIENT_CERT="+string(certificate)), e.dir, log)
	p := &process{child: c, gone: make(chan struct{})}
	out, errs := c.lines.stdout(), c.lines.stderr()
	p.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  handshake.Protocol,
			MagicCookieKey:   handshake.CookieKey,
			MagicCookieValue: handshake.CookieValue,
		},
		VersionedPlugins: map[int]plugin.PluginSet{handshake.Protocol: {handshake.Name: &connection{}}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		SkipHostEnv:      true,
		TLSConfig:        tlsConfig,
		StartTimeout:     e.startTimeout(),
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: sockets},
		RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, _ string) (runner.Runner, error) {
			c.cmd.Env = append(c.cmd.Env, spec.Env...) // go-plugin's own variables
			return c, nil
		},
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(handshake.MaxMessage), grpc.MaxCallSendMsgSize(handshake.MaxMessage)),
			grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.DefaultConfig, MinConnectTimeout: askTimeout}),
		},
		SyncStdout: out,
		SyncStderr: errs,
		Logger:     hclog.NewNullLogger(), // we say what matters ourselves
	})

	stop := context.AfterFunc(ctx, c.kill)
	defer stop()
	err = p.connect(ctx, e)
	if err == nil {
		return p, nil
	}
	select {
	case <-c.exited:
	case <-time.After(200 * time.Millisecond): // it may be about to end
	}
	p.stop(0)
	switch fault := c.failure(); {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case fault != nil:
		return nil, withTail(fault, c)
	case p.exited() && !c.endedByUs:
		return nil, fmt.Errorf("%w: %s", err, c.exitedReason)
	}
	return nil, withTail(err, c)
}

// levelName returns the level that a logger logs at; one that logs nothing at
// all has none.
func levelName(log hclog.Logger) string {
	if level := log.GetLevel(); level != hclog.NoLevel {
		return level.String()
	}
	return hclog.Off.String()
}

func withTail(err error, c *child) error {
	if tail := c.lines.tail(); tail != "" {
		return fmt.Errorf("%w; it said last:\n%s", err, tail)
	}
	return err
}

// connect goes through the stages of a start.
func (p *process) connect(ctx context.Context, e *executable) error {
	begin := time.Now()
	if _, err := p.client.Start(); err != nil {
		switch {
		case p.child.ID() == "":
			return fmt.Errorf("its process could not be started: %w", startAdvice(e, err))
		case time.Since(begin) >= e.startTimeout():
			return fmt.Errorf("it did not shake hands within %v%s", e.startTimeout(), e.slowly())
		case strings.Contains(err.Error(), "Unrecognized remote plugin message"), strings.Contains(err.Error(), "exited before we could connect"):
			return errors.New("it ended before it shook hands")
		}
		return fmt.Errorf("it did not shake hands: %w", err)
	}
	protocol, err := p.client.Client()
	if err != nil {
		return fmt.Errorf("no connection after the handshake: %w", err)
	}
	raw, err := protocol.Dispense(handshake.Name)
	if err != nil {
		return fmt.Errorf("no connection after the handshake: %w", err)
	}
	p.conn = raw.(*grpc.ClientConn)
	p.service = pb.NewPluginServiceClient(p.conn)

	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	answer, err := p.service.Describe(ctx, &pb.DescribeRequest{HostVersion: handshake.Version})
	if err != nil {
		return fmt.Errorf("it shook hands but does not describe itself: %w", explain(err))
	}
	if p.schema, err = contract.SchemaFromProto(answer); err != nil {
		return fmt.Errorf("it describes itself wrongly: %w", err)
	}
	return checkMinHost(p.schema.MinHost)
}

// explain adds to an error of gRPC what the words of TLS mean.
func explain(err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "first record does not look like a TLS handshake"):
		return fmt.Errorf("it serves without TLS; it must serve with mutual TLS (%w)", err)
	case strings.Contains(text, "certificate signed by unknown authority"), strings.Contains(text, "certificate is not valid"), strings.Contains(text, "x509:"):
		return fmt.Errorf("it serves with another certificate than its handshake line has, or one that is not for localhost (%w)", err)
	case strings.Contains(text, "Unimplemented"):
		return fmt.Errorf("it does not serve jwhost.plugin.v1.PluginService (%w)", err)
	case strings.Contains(text, "DeadlineExceeded"):
		return fmt.Errorf("no answer within %v", askTimeout)
	}
	return err
}

// configure hands over the config block. Diagnostics with an error mean that
// the plugin can't be used.
func (p *process) configure(ctx context.Context, values []byte) ([]Diagnostic, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	answer, err := p.service.Configure(ctx, &pb.ConfigureRequest{ConfigJson: values})
	if err != nil {
		return nil, fmt.Errorf("it does not take its config: %w", explain(err))
	}
	return contract.DiagnosticsFromProto(answer.GetDiagnostics()), nil
}

// validate asks about an action's constant arguments.
func (p *process) validate(ctx context.Context, action string, arguments []byte) ([]Diagnostic, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	answer, err := p.service.Validate(ctx, &pb.ValidateRequest{Action: action, ArgumentsJson: arguments})
	if err != nil {
		return nil, fmt.Errorf("it does not check the arguments of %q: %w", action, explain(err))
	}
	return contract.DiagnosticsFromProto(answer.GetDiagnostics()), nil
}

// exited reports whether the process is gone.
func (p *process) exited() bool {
	select {
	case <-p.child.exited:
		return true
	default:
		return false
	}
}

// stop ends the process: politely, and after grace with its group. It returns
// when the process is gone and go-plugin is done with it, or when the kernel
// does not let it go.
func (p *process) stop(grace time.Duration) {
	p.stopping.Store(true)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.client.Kill() // asks; waits up to 2 s; kills
	}()
	if grace > 0 {
		select {
		case <-p.child.exited:
		case <-time.After(grace):
		}
	}
	p.child.kill()
	select {
	case <-done:
	case <-time.After(killWait):
	}
}

// connection implements plugin.GRPCPlugin: it hands out the connection.
type connection struct{ plugin.NetRPCUnsupportedPlugin }

func (*connection) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("the host asks, it does not serve")
}

func (*connection) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}
