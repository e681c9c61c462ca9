package pluginproc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/hashicorp/go-hclog"
)

const (
	// maxLine is the length in bytes of a line that is kept whole.
	maxLine = 64 << 10
	// tailLines and tailLine are how many lines of standard error are kept for
	// messages, and how much of each.
	tailLines = 12
	tailLine  = 400
	// loudLines is how many lines of standard output are warnings; the rest is
	// for who debugs.
	loudLines = 20
)

// lines takes what a plugin process prints: hclog's JSON lines go to the log at
// their level, others at info, or error where they are a crash; the last ones
// are kept.
type lines struct {
	log hclog.Logger

	mu      sync.Mutex
	last    []string
	printed int   // lines on standard output
	crash   crash // what the lines at hand are part of
}

// A crash is a text of several lines that is logged as errors.
type crash int

const (
	noCrash   crash = iota
	traceback       // of Python: indented lines and one that says what
	goPanic         // of Go: to the end
)

func newLines(log hclog.Logger) *lines { return &lines{log: log} }

// stderr returns a writer for standard error.
func (l *lines) stderr() *lineWriter { return &lineWriter{line: l.errLine} }

// stdout returns a writer for standard output after the handshake.
func (l *lines) stdout() *lineWriter { return &lineWriter{line: l.outLine} }

// tail returns the last lines of standard error.
func (l *lines) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.last, "\n")
}

func (l *lines) outLine(line []byte) {
	l.mu.Lock()
	l.printed++
	n := l.printed
	l.mu.Unlock()
	text := clean(line)
	switch {
	case n < loudLines:
		l.log.Warn("the plugin prints to standard output, which is not its own", "line", text)
	case n == loudLines:
		l.log.Warn("the plugin goes on printing to standard output; further lines are logged at debug", "line", text)
	default:
		l.log.Debug("standard output", "line", text)
	}
}

func (l *lines) errLine(line []byte) {
	if len(bytes.TrimSpace(line)) == 0 {
		return
	}
	level, message, fields, ok := parseHclog(line)
	l.mu.Lock()
	defer l.mu.Unlock()
	if ok {
		l.keep(message)
		l.log.Log(level, message, fields...)
		return
	}
	text := clean(line)
	l.keep(text)
	indented := text[0] == ' ' || text[0] == '\t'
	level = hclog.Info
	switch {
	case strings.HasPrefix(text, "Traceback (most recent call last)"):
		l.crash, level = traceback, hclog.Error
	case strings.HasPrefix(text, "panic: "), strings.HasPrefix(text, "fatal error: "):
		l.crash, level = goPanic, hclog.Error
	case l.crash == traceback:
		level = hclog.Error
		if !indented {
			l.crash = noCrash
		}
	case l.crash == goPanic:
		level = hclog.Error
	}
	l.log.Log(level, text)
}

// keep remembers a line for messages. A crash of Go says what it is first and
// where at length: the first lines of it stay.
func (l *lines) keep(text string) {
	if l.crash == goPanic && len(l.last) >= tailLines {
		return
	}
	if len(text) > tailLine {
		text = strings.ToValidUTF8(text[:tailLine], "") + "…"
	}
	l.last = append(l.last, text)
	if drop := len(l.last) - tailLines; drop > 0 {
		l.last = slices.Delete(l.last, 0, drop)
	}
}

// parseHclog reads a line of hclog's JSON form. Other JSON is not one.
func parseHclog(line []byte) (hclog.Level, string, []any, bool) {
	if line[0] != '{' {
		return 0, "", nil, false
	}
	var object map[string]any
	if json.Unmarshal(line, &object) != nil {
		return 0, "", nil, false
	}
	message, ok1 := object["@message"].(string)
	text, ok2 := object["@level"].(string)
	level := hclog.LevelFromString(text)
	if !ok1 || !ok2 || level == hclog.NoLevel || level >= hclog.Off {
		return 0, "", nil, false
	}
	var fields []any
	for name, value := range object {
		if !strings.HasPrefix(name, "@") {
			fields = append(fields, clean([]byte(name)), clean(fmt.Append(nil, value)))
		}
	}
	return level, clean([]byte(message)), fields, true
}

// clean makes a line of a plugin harmless on a terminal: control characters,
// which could move the cursor, become U+FFFD; tabs and newlines in a message stay.
func clean(line []byte) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' && r != '\n' {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(strings.TrimRight(string(line), "\r"), "\uFFFD"))
}

// A lineWriter hands on what is written to it line by line. The rest of a line
// over maxLine is dropped. One goroutine writes.
type lineWriter struct {
	line func([]byte)
	rest []byte
	long bool // rest is handed on; the line goes on
}

func (w *lineWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		part, after, whole := bytes.Cut(p, []byte("\n"))
		if room := maxLine - len(w.rest); !w.long && len(part) >= room {
			w.rest = append(w.rest, part[:room]...)
			w.hand()
			w.long = true
		} else if !w.long {
			w.rest = append(w.rest, part...)
		}
		if !whole {
			break
		}
		if !w.long {
			w.hand()
		}
		w.long = false
		p = after
	}
	return n, nil
}

// flush hands on a last line without newline.
func (w *lineWriter) flush() {
	if len(w.rest) > 0 {
		w.hand()
	}
}

func (w *lineWriter) hand() {
	w.line(w.rest)
	w.rest = w.rest[:0]
}
