package contract

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/jwhost/jwhost/shared/handshake"
	"github.com/jwhost/jwhost/shared/schema"

	pb "github.com/jwhost/jwhost/shared/proto/jwhost/plugin/v1"
)

// wire sends a message through the wire format.
func wire[M proto.Message](t testing.TB, m M) M {
	t.Helper()
	raw, err := proto.Marshal(m)
	if err != nil {
		t.Fatalf("%T can't be sent: %v", m, err)
	}
	back := m.ProtoReflect().New().Interface()
	if err := proto.Unmarshal(raw, back); err != nil {
		t.Fatal(err)
	}
	return back.(M)
}

func ptr(n int) *int { return &n }

func TestSchema(t *testing.T) {
	want := &schema.Plugin{
		Name: "jira", Version: "1.2.3", SDKVersion: "0.1.0", MinHost: "0.1.0",
		Config: []schema.Attribute{{Name: "project", Type: schema.Text, Required: true}},
		Actions: []schema.Action{{
			Name: "ticket", Doc: "opens one",
			Attributes: []schema.Attribute{
				{Name: "body", Type: schema.Text, Pieces: true},
				{Name: "title", Type: schema.Text, Sensitive: true, OneOf: []string{"a", "b"}, Default: "a", Doc: "d", Example: "e"},
				{Name: "n", Type: schema.Number, Constant: true},
				{Name: "b", Type: schema.Bool}, {Name: "d", Type: schema.Duration}, {Name: "t", Type: schema.Texts},
				{Name: "m", Type: schema.Map}, {Name: "c", Type: schema.Command}, {Name: "v", Type: schema.Argv},
			},
			ExactlyOne: [][]string{{"c", "v"}},
			Idempotent: true, Cancels: true, Validates: true,
		}, {Name: "other"}},
		Grants: []string{"exec", "teleport"},
	}
	got, err := SchemaFromProto(wire(t, SchemaToProto(want)))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := SchemaFromProto(&pb.DescribeResponse{Name: "x", Config: []*pb.Attribute{nil}}); err == nil {
		t.Error("an attribute without a type passes")
	}
}

func TestInvocation(t *testing.T) {
	want := &Invocation{
		ID: "id", Attempt: 3, Action: "ticket", Arguments: []byte(`{"title":"x"}`),
		Types:    map[string]schema.Type{"title": schema.Text},
		Captures: map[string][]byte{"loss": []byte("\xff\x00")},
		Env:      map[string][]byte{"A": []byte("b")},
		Job:      Job{ID: "j", Name: "train", Dir: "/d", Source: "local", State: "failed", ExitCode: ptr(-9)},
		Match:    Match{Line: []byte("l\xff"), Text: []byte("t"), Stream: "stderr", Number: 1 << 40, Time: time.Unix(1, 5).UTC()},
		Watcher:  "w", Trigger: 7, Deadline: time.Unix(100, 0).UTC(), Grants: []string{"exec"},
	}
	got, err := InvocationFromProto(wire(t, InvocationToProto(want)))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	odd := &Invocation{ID: "\xff", Job: Job{Dir: "/d\xfe"}, Captures: map[string][]byte{"\xff": nil}, Types: map[string]schema.Type{"x": "newer"}}
	got, err = InvocationFromProto(wire(t, InvocationToProto(odd)))
	if err != nil || got.Job.Dir != "/d\uFFFD" || !got.Deadline.IsZero() || got.Job.ExitCode != nil {
		t.Errorf("%v, %+v", err, got)
	}
	for _, m := range []*pb.RunRequest{nil, {}, ChunkToProto(1, nil)} {
		if _, err := InvocationFromProto(m); err == nil {
			t.Errorf("%v passes as an invocation", m)
		}
	}
}

func TestOutcome(t *testing.T) {
	for _, want := range []Outcome{
		{Succeeded: true, Output: []byte("\xffx"), Truncated: true, ExitCode: ptr(0)},
		{Retryable: true, RetryAfter: time.Minute, Error: "busy"},
		{ExitCode: ptr(3)},
		{Kind: KindTimedOut, Phase: "resolve", Error: "e"},
	} {
		got := OutcomeFromProto(wire(t, OutcomeToProto(&want)).GetOutcome())
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	for _, test := range []struct {
		m    *pb.Outcome
		want Outcome
	}{
		{nil, Outcome{Error: "the plugin gave no reason"}},
		{&pb.Outcome{Succeeded: true, Error: "x"}, Outcome{Error: "x"}},
		{&pb.Outcome{Kind: 99}, Outcome{Kind: KindFailed}},
		{&pb.Outcome{Error: "x", RetryAfter: &durationpb.Duration{Seconds: -5}}, Outcome{Error: "x"}},
		{&pb.Outcome{Error: "x", RetryAfter: &durationpb.Duration{Seconds: math.MaxInt64}}, Outcome{Error: "x"}},
	} {
		if diff := cmp.Diff(test.want, OutcomeFromProto(test.m)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.m, diff)
		}
	}
	big := wire(t, OutcomeToProto(&Outcome{Output: make([]byte, 32<<20), Error: strings.Repeat("é", 1<<20)}))
	if n := proto.Size(big); n > handshake.MaxMessage || !big.GetOutcome().GetTruncated() || !utf8.ValidString(big.GetOutcome().GetError()) {
		t.Errorf("an outcome of %d bytes", n)
	}
}

func TestCalls(t *testing.T) {
	for _, want := range []Call{
		Exec{Attribute: "command", Live: true}, ReadLogs{Stream: "stderr", Lines: 5}, CancelJob{Reason: "r"}, ReadMetrics{},
	} {
		id, got, err := CallFromProto(wire(t, CallToProto(4, want)).GetCall())
		if id != 4 || err != nil || got != want {
			t.Errorf("%d, %+v, %v; want %+v", id, got, err, want)
		}
	}
	for _, want := range []any{
		&ExecResult{ExitCode: 3, Signal: "SIGKILL", Output: []byte("\xff"), Truncated: true, Duration: time.Second, Kind: KindRefused, Phase: "resolve", Error: "e"},
		map[string]Metric{"loss": {Last: 1, Min: math.Inf(-1), Max: 2, Mean: 1.5, Count: 4}},
		&CallError{Code: CodeDenied, Message: "m", Grant: "exec", Remedy: "r"},
	} {
		var m *pb.RunRequest
		switch want := want.(type) {
		case *ExecResult:
			m = ExecResultToProto(1, want)
		case map[string]Metric:
			m = MetricsToProto(1, want)
		case *CallError:
			m = ErrorToProto(1, want)
		}
		got, err := ResultFromProto(wire(t, m).GetResult())
		if err != nil {
			got = err
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestDiagnosticsAndLog(t *testing.T) {
	want := []Diagnostic{{Summary: "s", Detail: "d", Attribute: "a"}, {Warning: true, Summary: "w"}}
	got := DiagnosticsFromProto(wire(t, &pb.ValidateResponse{Diagnostics: DiagnosticsToProto(want)}).GetDiagnostics())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	line := &LogLine{Level: "warn", Message: "m", Fields: map[string]string{"a": "b"}}
	if diff := cmp.Diff(line, LogFromProto(wire(t, LogToProto(line)).GetLog())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEncodeArguments(t *testing.T) {
	got, err := EncodeArguments(map[string]any{
		"text": "a<b>\xff", "number": 0.5, "bool": true, "wait": 90 * time.Minute, "texts": []string{"x", "\xff"}, "map": map[string]string{"k": "v"}, "command": true,
		"body": Pieces{{Text: "a"}, {Text: "\xff", Captured: true}},
	})
	want := `{"body":[{"text":"a"},{"text":"` + "\uFFFD" + `","captured":true}],"bool":true,"command":true,"map":{"k":"v"},"number":0.5,"text":"a<b>` + "\uFFFD" + `","texts":["x","` + "\uFFFD" + `"],"wait":"1h30m0s"}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	for _, bad := range []any{math.NaN(), math.Inf(1), 5, nil, []byte("x")} {
		if got, err := EncodeArguments(map[string]any{"x": bad}); err == nil {
			t.Errorf("%v passes as %s", bad, got)
		}
	}
}

// What comes from the other side is never a panic, and what is made of it can
// be sent again.
func FuzzFromProto(f *testing.F) {
	add := func(m proto.Message) {
		raw, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	code := int32(-1)
	add(SchemaToProto(&schema.Plugin{Name: "p", Actions: []schema.Action{{Name: "a", Attributes: []schema.Attribute{{Name: "x", Type: schema.Text}}}}}))
	add(&pb.DescribeResponse{Name: "p", Actions: []*pb.Action{{ExactlyOne: []*pb.ExactlyOne{{}}, Flags: []pb.ActionFlag{-1}, Attributes: []*pb.Attribute{{Type: -1}}}}})
	add(InvocationToProto(&Invocation{ID: "x", Captures: map[string][]byte{"a": {0xff}}, Job: Job{ExitCode: ptr(1)}}))
	add(ExecResultToProto(1, &ExecResult{}))
	add(MetricsToProto(1, map[string]Metric{"x": {}}))
	add(ErrorToProto(-1, &CallError{Code: CodeDenied}))
	add(CallToProto(1, ReadLogs{Lines: -1}))
	add(OutcomeToProto(&Outcome{ExitCode: ptr(1)}))
	add(&pb.RunResponse{Message: &pb.RunResponse_Outcome{Outcome: &pb.Outcome{ExitCode: &code, RetryAfter: &durationpb.Duration{Seconds: math.MinInt64}}}})
	add(LogToProto(&LogLine{Fields: map[string]string{"a": "b"}}))
	f.Add([]byte("\x32\x04\x3a\x02\xff\xfe"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var describe pb.DescribeResponse
		if proto.Unmarshal(raw, &describe) == nil {
			if s, err := SchemaFromProto(&describe); err == nil {
				again, err := SchemaFromProto(wire(t, SchemaToProto(s)))
				if diff := cmp.Diff(s, again); diff != "" || err != nil {
					t.Errorf("%v (-want +got):\n%s", err, diff)
				}
			}
		}
		var request pb.RunRequest
		if proto.Unmarshal(raw, &request) == nil {
			if inv, err := InvocationFromProto(&request); err == nil {
				wire(t, InvocationToProto(inv))
			}
			if result := request.GetResult(); result != nil {
				_, _ = ResultFromProto(result)
			}
		}
		var response pb.RunResponse
		if proto.Unmarshal(raw, &response) == nil {
			_, _ = UpdateFromProto(&response)
			LogFromProto(response.GetLog())
			if o := response.GetOutcome(); o != nil {
				outcome := OutcomeFromProto(o)
				if outcome.RetryAfter < 0 || outcome.Succeeded && outcome.Kind != "" {
					t.Errorf("%+v", outcome)
				}
				wire(t, OutcomeToProto(&outcome))
			}
			if _, call, err := CallFromProto(response.GetCall()); err == nil {
				wire(t, CallToProto(1, call))
			}
		}
		var validate pb.ValidateResponse
		if proto.Unmarshal(raw, &validate) == nil {
			DiagnosticsFromProto(validate.GetDiagnostics())
		}
	})
}

func FuzzEncodeArguments(f *testing.F) {
	f.Add("x", "\xff<&>", 0.5, int64(5))
	f.Add("", "", math.Inf(1), int64(-1))
	f.Fuzz(func(t *testing.T, name, text string, number float64, wait int64) {
		raw, err := EncodeArguments(map[string]any{name: text, name + "n": number, name + "d": time.Duration(wait), name + "t": []string{text}, name + "m": map[string]string{text: text}})
		if err == nil && (!json.Valid(raw) || !utf8.Valid(raw)) {
			t.Errorf("%q", raw)
		}
	})
}
