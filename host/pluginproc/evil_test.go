package pluginproc

import (
	"context"
	"encoding/base64"
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/jwhost/jwhost/shared/handshake"

	pb "github.com/jwhost/jwhost/shared/proto/jwhost/plugin/v1"
)

// evils are plugins that break the rules, by the name they are served under.
var evils = map[string]func(){
	"evil":           func() { serveEvil(&evil{}) },
	"describe_raw":   func() { serveEvil(&evil{describe: raw("\x0a\x02\xff\xfe\x32\xff")}) },
	"describe_error": func() { serveEvil(&evil{describeErr: status.Error(codes.PermissionDenied, "go away")}) },
	"describe_hang":  func() { serveEvil(&evil{hang: true}) },
	"describe_huge": func() {
		serveEvil(&evil{describe: &pb.DescribeResponse{Name: "x", Actions: []*pb.Action{{Name: "a", Doc: strings.Repeat("x", 20<<20)}}}})
	},
	"describe_reserved": func() {
		serveEvil(&evil{describe: &pb.DescribeResponse{Name: "x", Actions: []*pb.Action{{Name: "a", Attributes: []*pb.Attribute{
			{Name: "timeout", Type: pb.AttributeType_ATTRIBUTE_TYPE_TEXT},
			{Name: "new", Type: 99},
		}}}}})
	},
	"describe_newer":  func() { serveEvil(&evil{describe: &pb.DescribeResponse{Name: "x", MinHost: "99.0.0"}}) },
	"describe_dies":   func() { serveEvil(&evil{dies: true}) },
	"configure_error": func() { serveEvil(&evil{configureErr: status.Error(codes.Internal, "\x1b[31mno")}) },
	"plain":           servePlain,
}

// raw is a message as it stands on the wire.
type raw string

// rawCodec sends raw messages as they are, others as protobuf.
type rawCodec struct{}

func (rawCodec) Marshal(v any) ([]byte, error) {
	if r, ok := v.(raw); ok {
		return []byte(r), nil
	}
	return proto.Marshal(v.(proto.Message))
}

func (rawCodec) Unmarshal(data []byte, v any) error { return proto.Unmarshal(data, v.(proto.Message)) }
func (rawCodec) Name() string                       { return "proto" }

var _ encoding.Codec = rawCodec{}

// evil serves the protocol's methods by hand, so that it can answer anything.
type evil struct {
	plugin.NetRPCUnsupportedPlugin
	describe     any
	describeErr  error
	configureErr error
	hang, dies   bool
}

func serveEvil(e *evil) {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  plugin.HandshakeConfig{ProtocolVersion: handshake.Protocol, MagicCookieKey: handshake.CookieKey, MagicCookieValue: handshake.CookieValue},
		VersionedPlugins: map[int]plugin.PluginSet{handshake.Protocol: {handshake.Name: e}},
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(options, grpc.ForceServerCodec(rawCodec{}), grpc.MaxRecvMsgSize(1<<30), grpc.MaxSendMsgSize(1<<30))...)
		},
		Logger: hclog.NewNullLogger(),
	})
}

func (e *evil) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, nil
}

func (e *evil) GRPCServer(_ *plugin.GRPCBroker, g *grpc.Server) error {
	unary := func(name string, answer func(ctx context.Context) (any, error)) grpc.StreamDesc {
		return grpc.StreamDesc{StreamName: name, ServerStreams: true, ClientStreams: true, Handler: func(_ any, s grpc.ServerStream) error {
			v, err := answer(s.Context())
			if err != nil {
				return err
			}
			return s.SendMsg(v)
		}}
	}
	g.RegisterService(&grpc.ServiceDesc{
		ServiceName: "jwhost.plugin.v1.PluginService",
		Streams: []grpc.StreamDesc{
			unary("Describe", func(ctx context.Context) (any, error) {
				if e.hang {
					<-ctx.Done()
				}
				if e.dies {
					fmt.Fprintln(os.NewFile(2, ""), "fatal error: all is lost")
					os.Exit(2)
				}
				if e.describe != nil || e.describeErr != nil {
					return e.describe, e.describeErr
				}
				return &pb.DescribeResponse{Name: "evil", Actions: []*pb.Action{{Name: "say", Flags: []pb.ActionFlag{77, 3}}}}, nil
			}),
			unary("Configure", func(context.Context) (any, error) {
				return &pb.ConfigureResponse{Diagnostics: []*pb.Diagnostic{{Severity: pb.DiagnosticSeverity_DIAGNOSTIC_SEVERITY_WARNING}}}, e.configureErr
			}),
			unary("Validate", func(context.Context) (any, error) { return raw("\xff\xff\xff"), nil }),
			{StreamName: "Run", ServerStreams: true, ClientStreams: true, Handler: func(_ any, s grpc.ServerStream) error {
				return e.run(s)
			}},
		},
	}, nil)
	return nil
}

func outcomeOf(o *pb.Outcome) *pb.RunResponse {
	return &pb.RunResponse{Message: &pb.RunResponse_Outcome{Outcome: o}}
}

func callOf(c *pb.HostCall) *pb.RunResponse {
	return &pb.RunResponse{Message: &pb.RunResponse_Call{Call: c}}
}

// run answers an invocation in the way its action names.
func (e *evil) run(s grpc.ServerStream) error {
	var first pb.RunRequest
	if err := s.RecvMsg(&first); err != nil {
		return err
	}
	good := outcomeOf(&pb.Outcome{Succeeded: true, Output: []byte("first")})
	receive := func() *pb.RunRequest {
		var m pb.RunRequest
		if err := s.RecvMsg(&m); err != nil {
			return nil
		}
		return &m
	}
	metrics := func(id int64) *pb.RunResponse {
		return callOf(&pb.HostCall{CallId: id, Call: &pb.HostCall_ReadMetrics{ReadMetrics: &pb.ReadMetricsCall{}}})
	}
	switch first.GetInvocation().GetAction() {
	case "twice":
		_ = s.SendMsg(good)
		return s.SendMsg(outcomeOf(&pb.Outcome{Error: "second"}))
	case "no_outcome":
		return nil
	case "status":
		return status.Error(codes.Unavailable, "not today")
	case "raw":
		return s.SendMsg(raw("\xff\xff\xff\xff\xff"))
	case "utf8":
		return s.SendMsg(raw("\x32\x04\x3a\x02\xff\xfe")) // outcome { error: "\xff\xfe" }
	case "huge":
		return s.SendMsg(outcomeOf(&pb.Outcome{Succeeded: true, Output: make([]byte, 17<<20)}))
	case "empty":
		_ = s.SendMsg(&pb.RunResponse{})
		_ = s.SendMsg(raw(""))
		_ = s.SendMsg(raw("\xfa\x3e\x01x")) // a field that nobody knows
		return s.SendMsg(good)
	case "negative":
		code := int32(math.MinInt32)
		return s.SendMsg(outcomeOf(&pb.Outcome{
			ExitCode: &code, Retryable: true, Kind: -5, RetryAfter: &durationpb.Duration{Seconds: math.MinInt64, Nanos: -7},
		}))
	case "contradiction":
		return s.SendMsg(outcomeOf(&pb.Outcome{Succeeded: true, Error: "and yet"}))
	case "ids":
		_ = s.SendMsg(&pb.RunResponse{Message: &pb.RunResponse_More{More: &pb.HostMore{CallId: 12345}}})
		_ = s.SendMsg(&pb.RunResponse{Message: &pb.RunResponse_Cancel{Cancel: &pb.HostCancel{CallId: -1}}})
		var said []string
		for _, m := range []*pb.RunResponse{
			metrics(0), metrics(-3), callOf(&pb.HostCall{CallId: 5}), callOf(nil),
			callOf(&pb.HostCall{CallId: 6, Call: &pb.HostCall_ReadLogs{ReadLogs: &pb.ReadLogsCall{Lines: math.MinInt64}}}),
			callOf(&pb.HostCall{CallId: 7, Call: &pb.HostCall_ReadLogs{ReadLogs: &pb.ReadLogsCall{Stream: "../..", Lines: 1}}}),
		} {
			if err := s.SendMsg(m); err != nil {
				return err
			}
			said = append(said, receive().GetResult().GetError().GetCode().String())
		}
		return s.SendMsg(outcomeOf(&pb.Outcome{Succeeded: true, Output: []byte(strings.Join(said, " "))}))
	case "many_calls":
		// 40 reads of logs whose chunks are never asked for, and one id twice.
		logs := func(id int64) *pb.RunResponse {
			return callOf(&pb.HostCall{CallId: id, Call: &pb.HostCall_ReadLogs{ReadLogs: &pb.ReadLogsCall{Lines: 1000}}})
		}
		for id := range int64(40) {
			if err := s.SendMsg(logs(max(1, id))); err != nil {
				return err
			}
		}
		refused := 0
		for range 40 {
			if receive().GetResult().GetError().GetCode() == pb.HostErrorCode_HOST_ERROR_CODE_INVALID {
				refused++
			}
		}
		return s.SendMsg(outcomeOf(&pb.Outcome{Succeeded: true, Output: fmt.Append(nil, refused)}))
	case "flood":
		for s.Context().Err() == nil {
			if err := s.SendMsg(&pb.RunResponse{Message: &pb.RunResponse_Progress{Progress: &pb.Progress{Message: "again"}}}); err != nil {
				return err
			}
		}
		return nil
	case "flood_calls":
		for id := int64(1); s.Context().Err() == nil; id++ {
			if err := s.SendMsg(metrics(id)); err != nil {
				return err
			}
		}
		return nil
	case "long_words":
		word := strings.Repeat("é", 1<<20)
		fields := map[string]string{word: word}
		for i := range 1000 {
			fields[fmt.Sprint(i)] = "\x1b[2J"
		}
		_ = s.SendMsg(&pb.RunResponse{Message: &pb.RunResponse_Progress{Progress: &pb.Progress{Message: word}}})
		_ = s.SendMsg(&pb.RunResponse{Message: &pb.RunResponse_Log{Log: &pb.LogLine{Level: 99, Message: word + "\x1b[2J", Fields: fields}}})
		return s.SendMsg(outcomeOf(&pb.Outcome{Error: word}))
	case "closes":
		os.Exit(9)
	}
	return s.SendMsg(good)
}

// servePlain shakes hands with a certificate and then serves without TLS.
func servePlain() {
	path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "plain")
	listener, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	config, _, err := newClientTLS()
	if err != nil {
		panic(err)
	}
	certificate := config.Certificates[0]
	fmt.Printf("1|%d|unix|%s|grpc|%s\n", handshake.Protocol, path, base64.RawStdEncoding.EncodeToString(certificate.Certificate[0]))
	g := grpc.NewServer()
	pb.RegisterPluginServiceServer(g, pb.UnimplementedPluginServiceServer{})
	go func() { _ = g.Serve(listener) }()
	time.Sleep(time.Hour)
}
