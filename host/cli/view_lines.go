package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/frame"
)

// A notice is something that the host has to say of a watcher, which may come
// so often that not all of it is shown.
type notice struct {
	job     string
	mark    string
	colour  colour
	text    string
	details []string
}

type noticeKey struct{ job, watcher, action, outcome string }

// A limit bounds how often notices of one kind are shown: a token bucket in
// the time of the events.
type limit struct {
	tokens float64
	last   time.Time // something was shown or held
	held   int64
	latest notice // of those held
}

// notice shows n, or holds it where too many of its kind came. What is held
// is summed up by the next that is shown.
func (v *view) notice(k noticeKey, now time.Time, n notice) {
	l := v.limits.get(k, func() *limit { return &limit{tokens: burst, last: now} })
	l.tokens = min(burst, l.tokens+float64(now.Sub(l.last))/float64(perNotice))
	l.last = now
	l.latest = n
	l.held++
	if l.tokens >= 1 {
		v.release(l, now)
	}
}

// release shows the latest of the notices that are held, and how many others.
func (v *view) release(l *limit, now time.Time) {
	if l.held == 0 {
		return
	}
	n := l.latest
	if l.held > 1 {
		n.text += fmt.Sprintf(" (and %d before)", l.held-1)
	}
	l.held, l.last, l.latest = 0, now, notice{}
	l.tokens = max(0, l.tokens-1)
	v.say(n.job, n.mark, n.colour, n.text)
	for _, d := range n.details {
		v.say(n.job, v.marks.info, plainText, "  "+ansi.Strip(expandTabs(strings.TrimRight(d, "\r"))))
	}
}

// subject is the job's name before a sentence about it, where no column names
// it.
func (v *view) subject(job string) string {
	if v.names > 0 {
		return ""
	}
	return visible(job) + " "
}

// room is how many cells a line has for its text.
func (v *view) room() int {
	room := v.width - 2
	if v.names > 0 {
		room -= v.names + 1
	}
	return max(room, 10)
}

// say writes a line of the host, made harmless, over several lines where the
// terminal is narrow.
func (v *view) say(job, mark string, c colour, text string) {
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		pieces := []string{visible(line)}
		if v.terminal {
			pieces = nil
			for _, p := range wrap(visible(line), v.room()-2) {
				for _, p := range hardwrap(p, v.room()-2) {
					if len(pieces) > 0 || i > 0 {
						p = "  " + p
					}
					pieces = append(pieces, p)
				}
			}
		}
		for _, p := range pieces {
			v.line(job, mark, c, v.paint(textColour(c), p))
			mark = v.marks.info
		}
	}
}

// textColour is the colour of a host line's text: that of its mark where it is
// about something wrong.
func textColour(c colour) colour {
	if c == red || c == yellow || c == dim {
		return c
	}
	return plainText
}

// line writes one line: name, mark, text.
func (v *view) line(job, mark string, c colour, text string) {
	if v.status.on {
		v.out.WriteString("\r\x1b[K")
		v.status.on = false
		v.status.stale = true
	}
	prefix := v.prefix(job, mark, c)
	if text == "" {
		prefix = strings.TrimRight(prefix, " ")
	}
	v.out.WriteString(prefix)
	v.out.WriteString(text)
	v.out.WriteByte('\n')
}

// prefix is the beginning of a line up to its text.
func (v *view) prefix(job, mark string, c colour) string {
	mark = v.paint(c, mark) + " "
	if v.names == 0 {
		return mark
	}
	name := pad(v.shorten(visible(job), v.names), v.names)
	return v.paint(v.colours[job], name) + " " + mark
}

// flush returns what was written since the last flush, with the rewritten line
// of a terminal redrawn if it is time for it.
func (v *view) flush(now time.Time) string {
	if v.terminal && v.status.stale && now.Sub(v.status.drawn) >= redraw {
		v.drawStatus()
		v.status.drawn = now
	}
	s := v.out.String()
	v.out.Reset()
	return s
}

// drawStatus rewrites the last line of the terminal: the state of the progress
// bar that moved last.
func (v *view) drawStatus() {
	v.status.stale = false
	if v.status.on {
		v.out.WriteString("\r\x1b[K")
		v.status.on = false
	}
	if n := len(v.states.keys); n > 0 {
		key := v.states.keys[n-1]
		// One cell is left free: a full line would wrap.
		text := v.shorten(v.states.values[key], v.room()-1)
		v.out.WriteString(v.prefix(key.job, v.marks.bar, dim) + text)
		if strings.Contains(text, "\x1b") {
			v.out.WriteString("\x1b[0m")
		}
		v.status.on = true
	}
}

// display makes a line of a job fit for this screen.
func (v *view) display(e *event.Event) string {
	raw := e.Raw
	if raw == nil {
		raw = e.Line
	}
	note := ""
	if v.terminal && len(raw) > shownBytes {
		note = fmt.Sprintf("%s (%d bytes)", v.ellipsis(), len(raw))
		raw = raw[:shownBytes]
	}
	return expandTabs(string(frame.Sanitize(nil, raw, v.colour))) + note
}
