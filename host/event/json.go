package event

import (
	"encoding/base64"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Types lists every type of event, in the order of docs/events.md.
var Types = []Type{
	RunStarted, RunEnded,
	JobStarted, JobOutput, JobEnded,
	WatcherTriggered, WatcherSuppressed, MetricRecorded,
	ActionStarted, ActionFinished,
	PluginStarted, PluginExited, PluginRefused,
	SourceGap, Warning,
}

// MarshalJSON implements json.Marshaler; see [Event.AppendJSON].
func (e Event) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

// AppendJSON appends the event as one JSON object, as docs/events.md promises:
// the fields of its type in a fixed order, on one line. No control character
// stands in it, so it is harmless on a terminal.
func (e Event) AppendJSON(b []byte) []byte {
	o := object{append(b, '{')}
	o.text("type", string(e.Type))
	o.text("time", e.Time.Format(time.RFC3339Nano))
	o.text("run", e.Run)
	o.integer("seq", e.Seq)
	switch e.Type {
	case RunStarted:
		o.texts("files", e.Files)
	case RunEnded:
		o.texts("files", e.Files)
		o.text("status", e.Status)
		o.integerIf("exit_code", e.ExitCode)
	case JobStarted:
		o.text("job", e.Job)
		o.text("job_id", e.JobID)
		o.text("source", e.Source)
		o.text("dir", e.Dir)
	case JobOutput:
		o.text("job", e.Job)
		o.text("stream", e.Stream)
		o.bytes("line", e.Line)
		o.integer("number", e.Number)
	case JobEnded:
		o.text("job", e.Job)
		o.text("job_id", e.JobID)
		o.text("state", e.State)
		o.integerIf("exit_code", e.ExitCode)
		o.textIf("signal", e.Signal)
	case WatcherTriggered:
		o.text("job", e.Job)
		o.text("watcher", e.Watcher)
		o.integer("trigger", e.Trigger)
		if e.Stream != "" { // else the job's end triggered, and no line
			o.text("stream", e.Stream)
			o.integer("number", e.Number)
			o.bytes("line", e.Line)
		}
		o.captures("captures", e.Captures)
	case WatcherSuppressed:
		o.text("job", e.Job)
		o.text("watcher", e.Watcher)
		o.text("reason", e.Reason)
		o.integer("count", e.Count)
	case MetricRecorded:
		o.text("job", e.Job)
		o.text("watcher", e.Watcher)
		o.text("name", e.Name)
		o.float("value", e.Value)
	case ActionStarted:
		o.attempt(&e)
	case ActionFinished:
		o.attempt(&e)
		o.text("outcome", e.Outcome)
		o.integerIf("exit_code", e.ExitCode)
		o.float("duration", e.Duration.Seconds())
		o.bytes("output", e.Output)
		o.boolean("truncated", e.Truncated)
		o.textIf("phase", e.Phase)
		o.textIf("error", e.Error)
		if e.UV != nil {
			o.uv("uv", e.UV)
		}
	case PluginStarted:
		o.text("plugin", e.Plugin)
		o.integer("pid", int64(e.PID))
		o.text("version", e.Version)
	case PluginExited:
		o.text("plugin", e.Plugin)
		o.integer("pid", int64(e.PID))
		o.textIf("version", e.Version)
		o.text("reason", e.Reason)
	case PluginRefused:
		o.text("plugin", e.Plugin)
		o.text("reason", e.Reason)
	case SourceGap:
		o.text("job", e.Job)
		o.textIf("source", e.Source)
		o.text("reason", e.Reason)
		o.integer("bytes", e.Bytes)
	case Warning:
		o.text("code", e.Code)
		o.text("message", e.Message)
		o.textIf("job", e.Job)
		o.textIf("watcher", e.Watcher)
	}
	return append(o.b, '}')
}

// attempt writes the fields that name one attempt of an action.
func (o *object) attempt(e *Event) {
	o.text("job", e.Job)
	o.text("watcher", e.Watcher)
	o.integer("trigger", e.Trigger)
	o.text("action", e.Action)
	o.text("id", e.ID)
	o.integer("attempt", int64(e.Attempt))
}

// An object is a JSON object that is being written.
type object struct{ b []byte }

func (o *object) key(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(appendString(o.b, name), ':')
}

func (o *object) text(name, s string) {
	o.key(name)
	o.b = appendString(o.b, s)
}

func (o *object) textIf(name, s string) {
	if s != "" {
		o.text(name, s)
	}
}

// bytes writes text that a job or a command printed. A twin with the original
// follows where some of it is not UTF-8.
func (o *object) bytes(name string, p []byte) {
	o.key(name)
	o.b = appendString(o.b, p)
	if !utf8.Valid(p) {
		o.text(name+"_b64", base64.StdEncoding.EncodeToString(p))
	}
}

func (o *object) texts(name string, list []string) {
	o.key(name)
	o.b = append(o.b, '[')
	for i, s := range list {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = appendString(o.b, s)
	}
	o.b = append(o.b, ']')
}

// captures writes an object of texts, by name. Its twin holds the original of
// those only that are not UTF-8.
func (o *object) captures(name string, m map[string][]byte) {
	names := slices.Sorted(maps.Keys(m))
	o.key(name)
	inner := object{append(o.b, '{')}
	for _, k := range names {
		inner.key(k)
		inner.b = appendString(inner.b, m[k])
	}
	o.b = append(inner.b, '}')

	names = slices.DeleteFunc(names, func(k string) bool { return utf8.Valid(m[k]) })
	if len(names) == 0 {
		return
	}
	o.key(name + "_b64")
	inner = object{append(o.b, '{')}
	for _, k := range names {
		inner.text(k, base64.StdEncoding.EncodeToString(m[k]))
	}
	o.b = append(inner.b, '}')
}

func (o *object) uv(name string, u *UV) {
	o.key(name)
	inner := object{append(o.b, '{')}
	inner.textIf("python", u.Python)
	inner.textIf("lock_hash", u.LockHash)
	inner.key("resolved")
	resolved := object{append(inner.b, '{')}
	for _, p := range slices.Sorted(maps.Keys(u.Resolved)) {
		resolved.text(p, u.Resolved[p])
	}
	o.b = append(resolved.b, "}}"...)
}

func (o *object) integer(name string, n int64) {
	o.key(name)
	o.b = strconv.AppendInt(o.b, n, 10)
}

func (o *object) integerIf(name string, n *int) {
	if n != nil {
		o.integer(name, int64(*n))
	}
}

func (o *object) boolean(name string, v bool) {
	o.key(name)
	o.b = strconv.AppendBool(o.b, v)
}

// float writes a number, or a string for the three that JSON lacks.
func (o *object) float(name string, f float64) {
	o.key(name)
	switch {
	case math.IsNaN(f):
		o.b = append(o.b, `"NaN"`...)
	case math.IsInf(f, 1):
		o.b = append(o.b, `"+Inf"`...)
	case math.IsInf(f, -1):
		o.b = append(o.b, `"-Inf"`...)
	case f != 0 && (math.Abs(f) < 1e-6 || math.Abs(f) >= 1e21):
		o.b = strconv.AppendFloat(o.b, f, 'e', -1, 64)
	default:
		o.b = strconv.AppendFloat(o.b, f, 'f', -1, 64)
	}
}

const hex = "0123456789abcdef"

// appendString appends a JSON string. Invalid bytes become U+FFFD; every
// control character is escaped, also DEL and U+0080 to U+009F, which JSON
// would let pass and some terminals obey.
func appendString[T string | []byte](b []byte, s T) []byte {
	b = append(b, '"')
	start := 0 // of what is copied as it is
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < 0x7f && c != '"' && c != '\\' {
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
			if r > 0x9f && (r != utf8.RuneError || size > 1) && r != '\u2028' && r != '\u2029' {
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\t':
			b = append(b, '\\', 't')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == utf8.RuneError:
			b = append(b, "\ufffd"...)
		default:
			b = append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		}
		i += size
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
