package contract

import (
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/jwhost/jwhost/shared/proto/jwhost/plugin/v1"
)

var kindsToProto = map[string]pb.ExecKind{
	"":            pb.ExecKind_EXEC_KIND_UNSPECIFIED,
	KindRefused:   pb.ExecKind_EXEC_KIND_REFUSED,
	KindTimedOut:  pb.ExecKind_EXEC_KIND_TIMED_OUT,
	KindCancelled: pb.ExecKind_EXEC_KIND_CANCELLED,
	KindFailed:    pb.ExecKind_EXEC_KIND_FAILED,
}

var codesToProto = map[string]pb.HostErrorCode{
	CodeFailed:        pb.HostErrorCode_HOST_ERROR_CODE_UNSPECIFIED,
	CodeDenied:        pb.HostErrorCode_HOST_ERROR_CODE_DENIED,
	CodeInvalid:       pb.HostErrorCode_HOST_ERROR_CODE_INVALID,
	CodeUnimplemented: pb.HostErrorCode_HOST_ERROR_CODE_UNIMPLEMENTED,
}

var levelsToProto = map[string]pb.LogLevel{
	"trace": pb.LogLevel_LOG_LEVEL_TRACE,
	"debug": pb.LogLevel_LOG_LEVEL_DEBUG,
	"info":  pb.LogLevel_LOG_LEVEL_INFO,
	"warn":  pb.LogLevel_LOG_LEVEL_WARN,
	"error": pb.LogLevel_LOG_LEVEL_ERROR,
}

// InvocationToProto returns the first message of a Run.
func InvocationToProto(inv *Invocation) *pb.RunRequest {
	m := &pb.Invocation{
		Id:            valid(inv.ID),
		Attempt:       int32(inv.Attempt),
		Action:        valid(inv.Action),
		ArgumentsJson: inv.Arguments,
		Job: &pb.Job{
			Id:       valid(inv.Job.ID),
			Name:     valid(inv.Job.Name),
			Dir:      valid(inv.Job.Dir),
			Source:   valid(inv.Job.Source),
			State:    valid(inv.Job.State),
			ExitCode: exitCodeToProto(inv.Job.ExitCode),
		},
		Match: &pb.Match{
			Line:   inv.Match.Line,
			Text:   inv.Match.Text,
			Stream: valid(inv.Match.Stream),
			Number: inv.Match.Number,
			Time:   timeToProto(inv.Match.Time),
		},
		Watcher:  valid(inv.Watcher),
		Trigger:  inv.Trigger,
		Captures: bytesToProto(inv.Captures),
		Env:      bytesToProto(inv.Env),
		Deadline: timeToProto(inv.Deadline),
		Grants:   valids(inv.Grants),
	}
	if len(inv.Types) > 0 {
		m.Types = make(map[string]pb.AttributeType, len(inv.Types))
		for name, t := range inv.Types {
			m.Types[valid(name)] = typesToProto[t]
		}
	}
	return &pb.RunRequest{Message: &pb.RunRequest_Invocation{Invocation: m}}
}

// ChunkToProto returns a part of an answer.
func ChunkToProto(id int64, data []byte) *pb.RunRequest {
	return &pb.RunRequest{Message: &pb.RunRequest_Chunk{Chunk: &pb.HostChunk{CallId: id, Data: data}}}
}

// ExecResultToProto returns the end of an Exec. Output that is too large for a
// message is cut.
func ExecResultToProto(id int64, r *ExecResult) *pb.RunRequest {
	m := &pb.ExecResult{
		Kind:      kindsToProto[r.Kind],
		ExitCode:  int32(r.ExitCode),
		Signal:    valid(r.Signal),
		Output:    r.Output,
		Truncated: r.Truncated,
		Duration:  durationpb.New(r.Duration),
		Phase:     short(valid(r.Phase)),
		Error:     short(valid(r.Error)),
	}
	if len(m.Output) > maxOutput {
		m.Output, m.Truncated = m.Output[:maxOutput], true
	}
	return resultToProto(&pb.HostResult{CallId: id, Result: &pb.HostResult_Exec{Exec: m}})
}

// ReadLogsResultToProto returns the end of a ReadLogs.
func ReadLogsResultToProto(id int64) *pb.RunRequest {
	return resultToProto(&pb.HostResult{CallId: id, Result: &pb.HostResult_ReadLogs{ReadLogs: &pb.ReadLogsResult{}}})
}

// CancelJobResultToProto returns the end of a CancelJob.
func CancelJobResultToProto(id int64) *pb.RunRequest {
	return resultToProto(&pb.HostResult{CallId: id, Result: &pb.HostResult_CancelJob{CancelJob: &pb.CancelJobResult{}}})
}

// MetricsToProto returns the end of a ReadMetrics.
func MetricsToProto(id int64, metrics map[string]Metric) *pb.RunRequest {
	m := make(map[string]*pb.Metric, len(metrics))
	for name, metric := range metrics {
		m[valid(name)] = &pb.Metric{Last: metric.Last, Min: metric.Min, Max: metric.Max, Mean: metric.Mean, Count: metric.Count}
	}
	return resultToProto(&pb.HostResult{CallId: id, Result: &pb.HostResult_ReadMetrics{ReadMetrics: &pb.ReadMetricsResult{Metrics: m}}})
}

// ErrorToProto returns the end of a call that failed.
func ErrorToProto(id int64, e *CallError) *pb.RunRequest {
	return resultToProto(&pb.HostResult{CallId: id, Error: &pb.HostError{
		Code:    codesToProto[e.Code],
		Message: valid(e.Message),
		Grant:   valid(e.Grant),
		Remedy:  valid(e.Remedy),
	}})
}

func resultToProto(r *pb.HostResult) *pb.RunRequest {
	return &pb.RunRequest{Message: &pb.RunRequest_Result{Result: r}}
}

// CallToProto returns a call of the plugin.
func CallToProto(id int64, call Call) *pb.RunResponse {
	m := &pb.HostCall{CallId: id}
	switch c := call.(type) {
	case Exec:
		m.Call = &pb.HostCall_Exec{Exec: &pb.ExecCall{Attribute: valid(c.Attribute), Live: c.Live}}
	case ReadLogs:
		m.Call = &pb.HostCall_ReadLogs{ReadLogs: &pb.ReadLogsCall{Stream: valid(c.Stream), Lines: int64(c.Lines)}}
	case CancelJob:
		m.Call = &pb.HostCall_CancelJob{CancelJob: &pb.CancelJobCall{Reason: valid(c.Reason)}}
	case ReadMetrics:
		m.Call = &pb.HostCall_ReadMetrics{ReadMetrics: &pb.ReadMetricsCall{}}
	}
	return &pb.RunResponse{Message: &pb.RunResponse_Call{Call: m}}
}

// MoreToProto asks for the next chunk of a call.
func MoreToProto(id int64) *pb.RunResponse {
	return &pb.RunResponse{Message: &pb.RunResponse_More{More: &pb.HostMore{CallId: id}}}
}

// CancelToProto ends a call.
func CancelToProto(id int64) *pb.RunResponse {
	return &pb.RunResponse{Message: &pb.RunResponse_Cancel{Cancel: &pb.HostCancel{CallId: id}}}
}

// UpdateToProto returns news of the plugin.
func UpdateToProto(u Update) *pb.RunResponse {
	if u.Output != nil {
		return &pb.RunResponse{Message: &pb.RunResponse_Output{Output: &pb.Output{Data: u.Output}}}
	}
	return &pb.RunResponse{Message: &pb.RunResponse_Progress{Progress: &pb.Progress{Message: short(valid(u.Message))}}}
}

// LogToProto returns a line for the host's log.
func LogToProto(l *LogLine) *pb.RunResponse {
	m := &pb.LogLine{Level: levelsToProto[l.Level], Message: short(valid(l.Message))}
	if len(l.Fields) > 0 {
		m.Fields = make(map[string]string, len(l.Fields))
		for k, v := range l.Fields {
			m.Fields[short(valid(k))] = short(valid(v))
		}
	}
	return &pb.RunResponse{Message: &pb.RunResponse_Log{Log: m}}
}

// OutcomeToProto returns the last message of a Run. Output that is too large
// for a message is cut.
func OutcomeToProto(o *Outcome) *pb.RunResponse {
	m := &pb.Outcome{
		Succeeded: o.Succeeded,
		Retryable: o.Retryable,
		ExitCode:  exitCodeToProto(o.ExitCode),
		Output:    o.Output,
		Truncated: o.Truncated,
		Error:     short(valid(o.Error)),
		Phase:     short(valid(o.Phase)),
		Kind:      kindsToProto[o.Kind],
	}
	if o.RetryAfter > 0 {
		m.RetryAfter = durationpb.New(o.RetryAfter)
	}
	if len(m.Output) > maxOutput {
		m.Output, m.Truncated = m.Output[:maxOutput], true
	}
	return &pb.RunResponse{Message: &pb.RunResponse_Outcome{Outcome: m}}
}

// DiagnosticsToProto returns what a plugin complains of.
func DiagnosticsToProto(diagnostics []Diagnostic) []*pb.Diagnostic {
	var list []*pb.Diagnostic
	for _, d := range diagnostics {
		severity := pb.DiagnosticSeverity_DIAGNOSTIC_SEVERITY_ERROR
		if d.Warning {
			severity = pb.DiagnosticSeverity_DIAGNOSTIC_SEVERITY_WARNING
		}
		list = append(list, &pb.Diagnostic{
			Severity:  severity,
			Summary:   short(valid(d.Summary)),
			Detail:    short(valid(d.Detail)),
			Attribute: short(valid(d.Attribute)),
		})
	}
	return list
}

// valid makes a text that gRPC can carry: it refuses strings that are not
// UTF-8.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func valids(list []string) []string {
	var all []string
	for _, s := range list {
		all = append(all, valid(s))
	}
	return all
}

// short cuts a text of people to maxText bytes, at a rune.
func short(s string) string {
	if len(s) <= maxText {
		return s
	}
	cut := maxText
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

func exitCodeToProto(code *int) *int32 {
	if code == nil {
		return nil
	}
	n := int32(*code)
	return &n
}

func timeToProto(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func bytesToProto(m map[string][]byte) map[string][]byte {
	if len(m) == 0 {
		return nil
	}
	all := make(map[string][]byte, len(m))
	for k, v := range m {
		all[valid(k)] = v
	}
	return all
}
