package sdk

import (
	"fmt"
	"io"
	"os"

	"github.com/hashicorp/go-hclog"

	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/handshake"
)

// hostLevel returns the level that the host logs at.
func hostLevel() hclog.Level {
	if level := hclog.LevelFromString(os.Getenv(handshake.LogLevelEnv)); level != hclog.NoLevel {
		return level
	}
	return hclog.Info
}

// newLog returns a logger that writes to the host's log through an
// invocation's stream.
func newLog(s *session, level hclog.Level) hclog.Logger {
	log := hclog.NewInterceptLogger(&hclog.LoggerOptions{Level: level, Output: io.Discard})
	log.RegisterSink(&logSink{session: s, level: level})
	return log
}

// logSink implements hclog.SinkAdapter.
type logSink struct {
	session *session
	level   hclog.Level
}

// Accept implements hclog.SinkAdapter.
func (l *logSink) Accept(name string, level hclog.Level, message string, args ...any) {
	if level < l.level || level >= hclog.Off {
		return
	}
	line := &contract.LogLine{Level: level.String(), Message: message}
	if name != "" {
		line.Message = name + ": " + message
	}
	if len(args) > 0 {
		line.Fields = make(map[string]string)
	}
	for len(args) > 0 {
		if len(args) == 1 {
			line.Fields[hclog.MissingKey] = text(args[0])
			break
		}
		line.Fields[text(args[0])] = text(args[1])
		args = args[2:]
	}
	_ = l.session.send(contract.LogToProto(line)) // after the end of the invocation nobody listens
}

func text(v any) string {
	if f, ok := v.(hclog.Format); ok && len(f) > 0 {
		if format, ok := f[0].(string); ok {
			return fmt.Sprintf(format, f[1:]...)
		}
	}
	return fmt.Sprint(v)
}
