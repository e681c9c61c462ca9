package contract

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/jwhost/jwhost/shared/handshake"
	"github.com/jwhost/jwhost/shared/schema"

	pb "github.com/jwhost/jwhost/shared/proto/jwhost/plugin/v1"
)

const (
	// maxText is the length in bytes that a message, summary or field of a
	// log line can have; the rest is cut.
	maxText = 64 << 10
	// maxOutput is what of an outcome's output fits a message beside its
	// texts.
	maxOutput = handshake.MaxMessage - 512<<10
	// maxFields and maxDiagnostics are as many as are kept of one message.
	maxFields      = 64
	maxDiagnostics = 256
	// maxLines is as many lines as ReadLogs hands out.
	maxLines = 1 << 20
)

var (
	kindsFromProto  = invert(kindsToProto)
	codesFromProto  = invert(codesToProto)
	levelsFromProto = invert(levelsToProto)
)

// InvocationFromProto returns the invocation of a Run's first message.
func InvocationFromProto(r *pb.RunRequest) (*Invocation, error) {
	m := r.GetInvocation()
	if m == nil {
		return nil, fmt.Errorf("the first message of a Run is %T; it must be the invocation", r.GetMessage())
	}
	inv := &Invocation{
		ID:        m.GetId(),
		Attempt:   int(m.GetAttempt()),
		Action:    m.GetAction(),
		Arguments: m.GetArgumentsJson(),
		Types:     make(map[string]schema.Type, len(m.GetTypes())),
		Captures:  m.GetCaptures(),
		Env:       m.GetEnv(),
		Job: Job{
			ID:     m.GetJob().GetId(),
			Name:   m.GetJob().GetName(),
			Dir:    m.GetJob().GetDir(),
			Source: m.GetJob().GetSource(),
			State:  m.GetJob().GetState(),
		},
		Match: Match{
			Line:   m.GetMatch().GetLine(),
			Text:   m.GetMatch().GetText(),
			Stream: m.GetMatch().GetStream(),
			Number: m.GetMatch().GetNumber(),
			Time:   timeFromProto(m.GetMatch().GetTime()),
		},
		Watcher:  m.GetWatcher(),
		Trigger:  m.GetTrigger(),
		Deadline: timeFromProto(m.GetDeadline()),
		Grants:   m.GetGrants(),
	}
	if m.GetJob() != nil {
		inv.Job.ExitCode = exitCodeFromProto(m.GetJob().ExitCode)
	}
	for name, t := range m.GetTypes() {
		inv.Types[name] = typesFromProto[t] // "": a newer host's
	}
	return inv, nil
}

// ResultFromProto returns a call's result: *ExecResult, map[string]Metric or
// nil; or a *CallError.
func ResultFromProto(m *pb.HostResult) (any, error) {
	if e := m.GetError(); e != nil {
		code, ok := codesFromProto[e.GetCode()]
		if !ok {
			code = CodeFailed
		}
		return nil, &CallError{Code: code, Message: e.GetMessage(), Grant: e.GetGrant(), Remedy: e.GetRemedy()}
	}
	switch r := m.GetResult().(type) {
	case *pb.HostResult_Exec:
		return &ExecResult{
			ExitCode:  int(r.Exec.GetExitCode()),
			Signal:    r.Exec.GetSignal(),
			Output:    r.Exec.GetOutput(),
			Truncated: r.Exec.GetTruncated(),
			Duration:  durationFromProto(r.Exec.GetDuration()),
			Kind:      kindFromProto(r.Exec.GetKind()),
			Phase:     r.Exec.GetPhase(),
			Error:     r.Exec.GetError(),
		}, nil
	case *pb.HostResult_ReadMetrics:
		metrics := make(map[string]Metric, len(r.ReadMetrics.GetMetrics()))
		for name, metric := range r.ReadMetrics.GetMetrics() {
			metrics[name] = Metric{
				Last: metric.GetLast(), Min: metric.GetMin(), Max: metric.GetMax(), Mean: metric.GetMean(), Count: metric.GetCount(),
			}
		}
		return metrics, nil
	default:
		return nil, nil
	}
}

// CallFromProto returns a call and its id. The error is a *CallError for the
// plugin.
func CallFromProto(m *pb.HostCall) (int64, Call, error) {
	id := m.GetCallId()
	invalid := func(format string, args ...any) (int64, Call, error) {
		return id, nil, &CallError{Code: CodeInvalid, Message: fmt.Sprintf(format, args...)}
	}
	if id < 1 {
		return invalid("a call's id is %d; it must be at least 1", id)
	}
	switch c := m.GetCall().(type) {
	case *pb.HostCall_Exec:
		return id, Exec{Attribute: short(c.Exec.GetAttribute()), Live: c.Exec.GetLive()}, nil
	case *pb.HostCall_ReadLogs:
		stream, lines := c.ReadLogs.GetStream(), c.ReadLogs.GetLines()
		if stream != "" && stream != "stdout" && stream != "stderr" {
			return invalid("there is no stream %.80q: stdout, stderr, or empty for both", stream)
		}
		if lines < 1 {
			return invalid("%d lines were asked for; at least 1", lines)
		}
		return id, ReadLogs{Stream: stream, Lines: int(min(lines, maxLines))}, nil
	case *pb.HostCall_CancelJob:
		return id, CancelJob{Reason: short(c.CancelJob.GetReason())}, nil
	case *pb.HostCall_ReadMetrics:
		return id, ReadMetrics{}, nil
	default:
		return id, nil, &CallError{
			Code:    CodeUnimplemented,
			Message: "this jwhost (" + handshake.Version + ") does not know the call",
			Remedy:  "a newer one may",
		}
	}
}

// UpdateFromProto returns the news in a plugin's message, if it is news.
func UpdateFromProto(r *pb.RunResponse) (Update, bool) {
	switch m := r.GetMessage().(type) {
	case *pb.RunResponse_Progress:
		return Update{Message: short(m.Progress.GetMessage())}, true
	case *pb.RunResponse_Output:
		return Update{Output: m.Output.GetData()}, len(m.Output.GetData()) > 0
	default:
		return Update{}, false
	}
}

// LogFromProto returns a line for the log.
func LogFromProto(m *pb.LogLine) *LogLine {
	level, ok := levelsFromProto[m.GetLevel()]
	if !ok {
		level = "info"
	}
	l := &LogLine{Level: level, Message: short(m.GetMessage())}
	for k, v := range m.GetFields() {
		if l.Fields == nil {
			l.Fields = make(map[string]string)
		}
		if len(l.Fields) == maxFields {
			break
		}
		l.Fields[short(k)] = short(v)
	}
	return l
}

// OutcomeFromProto returns an attempt's outcome. An outcome that contradicts
// itself counts as a failure.
func OutcomeFromProto(m *pb.Outcome) Outcome {
	o := Outcome{
		Succeeded:  m.GetSucceeded(),
		Retryable:  m.GetRetryable(),
		RetryAfter: max(0, durationFromProto(m.GetRetryAfter())),
		Output:     m.GetOutput(),
		Truncated:  m.GetTruncated(),
		Error:      short(m.GetError()),
		Phase:      short(m.GetPhase()),
		Kind:       kindFromProto(m.GetKind()),
	}
	if m != nil {
		o.ExitCode = exitCodeFromProto(m.ExitCode)
	}
	if o.Succeeded && (o.Kind != "" || o.Error != "") {
		o.Succeeded = false
	}
	if !o.Succeeded && o.Error == "" && o.Kind == "" && o.ExitCode == nil {
		o.Error = "the plugin gave no reason"
	}
	return o
}

// DiagnosticsFromProto returns what a plugin complains of. One without a
// summary is kept: it may be an error.
func DiagnosticsFromProto(list []*pb.Diagnostic) []Diagnostic {
	var diagnostics []Diagnostic
	for _, m := range list[:min(len(list), maxDiagnostics)] {
		d := Diagnostic{
			Warning:   m.GetSeverity() == pb.DiagnosticSeverity_DIAGNOSTIC_SEVERITY_WARNING,
			Summary:   short(m.GetSummary()),
			Detail:    short(m.GetDetail()),
			Attribute: short(m.GetAttribute()),
		}
		if d.Summary == "" {
			d.Summary = "The plugin found a fault"
		}
		diagnostics = append(diagnostics, d)
	}
	return diagnostics
}

// kindFromProto returns KindFailed for a kind that is not known: it is none of
// success.
func kindFromProto(k pb.ExecKind) string {
	kind, ok := kindsFromProto[k]
	if !ok {
		return KindFailed
	}
	return kind
}

func exitCodeFromProto(code *int32) *int {
	if code == nil {
		return nil
	}
	n := int(*code)
	return &n
}

func timeFromProto(t *timestamppb.Timestamp) time.Time {
	if t == nil || !t.IsValid() {
		return time.Time{}
	}
	return t.AsTime()
}

// durationFromProto saturates, as AsDuration does.
func durationFromProto(d *durationpb.Duration) time.Duration {
	if d == nil || !d.IsValid() {
		return 0
	}
	return d.AsDuration()
}
