package sdk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/jwhost/jwhost/shared/handshake"

	pb "github.com/jwhost/jwhost/shared/proto/jwhost/plugin/v1"
)

// Serve serves the plugin until the host ends it; a plugin's main calls it
// first of all. Standard output belongs to the handshake: what a program
// prints there once it is served goes to the host's log. A plugin that can't be
// served ends the process with exit code 1.
func Serve(p Plugin) {
	if err := serve(p); err != nil {
		fmt.Fprintf(os.Stderr, "plugin %s: %v\n", p.Name, err)
		os.Exit(1)
	}
}

func serve(p Plugin) error {
	server, err := p.Server()
	if err != nil {
		return err
	}
	if os.Getenv(handshake.CookieKey) != handshake.CookieValue {
		return fmt.Errorf("this program is a plugin of jwhost and is started by it: name it as the source of a block plugin %q", p.Name)
	}
	if os.Getenv("PLUGIN_CLIENT_CERT") == "" {
		return errors.New("the host sent no certificate (PLUGIN_CLIENT_CERT); a connection without mutual TLS is refused")
	}
	if err := watchLifeline(); err != nil {
		return err
	}
	if err := divertStdout(); err != nil {
		return fmt.Errorf("standard output could not be kept for the handshake: %w", err)
	}
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  handshake.Protocol,
			MagicCookieKey:   handshake.CookieKey,
			MagicCookieValue: handshake.CookieValue,
		},
		VersionedPlugins: map[int]plugin.PluginSet{
			handshake.Protocol: {handshake.Name: &served{server: server}},
		},
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(options, grpc.MaxRecvMsgSize(handshake.MaxMessage), grpc.MaxSendMsgSize(handshake.MaxMessage))...)
		},
		Logger: hclog.New(&hclog.LoggerOptions{
			Name:       "go-plugin",
			Level:      max(hostLevel(), hclog.Warn), // its own affairs
			Output:     os.Stderr,
			JSONFormat: true,
		}),
	})
	return nil
}

// served implements plugin.GRPCPlugin.
type served struct {
	plugin.NetRPCUnsupportedPlugin
	server pb.PluginServiceServer
}

func (s *served) GRPCServer(_ *plugin.GRPCBroker, g *grpc.Server) error {
	pb.RegisterPluginServiceServer(g, s.server)
	return nil
}

func (s *served) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("a plugin serves, it does not ask")
}

// watchLifeline ends the process when the host is gone: the pipe that only the
// host holds open reaches its end.
func watchLifeline() error {
	number := os.Getenv(handshake.LifelineEnv)
	if number == "" {
		return nil // a host of another make
	}
	fd, err := strconv.Atoi(number)
	if err != nil || fd < 3 {
		return fmt.Errorf("%s=%q is not the number of a pipe", handshake.LifelineEnv, number)
	}
	lifeline := os.NewFile(uintptr(fd), "lifeline")
	go func() {
		_, _ = io.Copy(io.Discard, lifeline)
		os.Exit(0)
	}()
	return nil
}
