package cli

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// visible makes text from outside harmless and unambiguous on one line:
// whatever a terminal could obey, or could show in another order, is written
// as an escape. It is for texts that stand within the host's own lines; for
// whole lines of a job see frame.
func visible[T string | []byte](text T) string {
	var b strings.Builder
	for s := string(text); len(s) > 0; {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r != '\u200d' && unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}

// visibleLines is visible for text of several lines.
func visibleLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = visible(l)
	}
	return strings.Join(lines, "\n")
}

// quoted is visible with quotation marks where the text would else run into
// what stands beside it.
func quoted[T string | []byte](text T) string {
	s := visible(text)
	if s == "" || strings.ContainsAny(s, " \"'=,") || s != string(text) {
		return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
	}
	return s
}

// shorten cuts text to so many cells.
func (s screen) shorten(text string, width int) string {
	return ansi.Truncate(text, max(width, 1), s.ellipsis())
}

func (s screen) ellipsis() string {
	if s.utf8 {
		return "…"
	}
	return "~"
}

// pad fills text with spaces to so many cells.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}

// padLeft fills text with spaces on its left.
func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-ansi.StringWidth(text))) + text
}

// expandTabs replaces tabs by spaces up to the next column that 8 divides.
func expandTabs(text string) string {
	if !strings.Contains(text, "\t") {
		return text
	}
	var b strings.Builder
	column := 0
	for i, part := range strings.Split(text, "\t") {
		if i > 0 {
			n := 8 - column%8
			b.WriteString(strings.Repeat(" ", n))
			column += n
		}
		b.WriteString(part)
		column += ansi.StringWidth(part)
	}
	return b.String()
}

// hardwrap cuts text with SGR sequences into pieces of at most width cells.
// Each piece sets the colours that it begins in and resets them at its end, so
// that something else can stand between two pieces.
func hardwrap(text string, width int) []string {
	if len(text) <= width { // cells are never more than bytes
		return []string{text}
	}
	width = max(width, 1)
	var (
		pieces []string
		piece  strings.Builder
		cells  int
		style  string // the sequences since the last reset
		state  byte
	)
	end := func() {
		if style != "" {
			piece.WriteString("\x1b[0m")
		}
		pieces = append(pieces, piece.String())
		piece.Reset()
		piece.WriteString(style)
		cells = 0
	}
	for len(text) > 0 {
		seq, w, n, next := ansi.DecodeSequence(text, state, nil)
		state = next
		text = text[n:]
		if w == 0 && strings.HasPrefix(seq, "\x1b") {
			style += seq
			if seq == "\x1b[0m" || seq == "\x1b[m" {
				style = ""
			}
		}
		if cells+w > width && cells > 0 {
			end()
		}
		piece.WriteString(seq)
		cells += w
	}
	end()
	return pieces
}

// wrap breaks text without colours at spaces into lines of at most width
// cells. Lines that begin with a space (code) are left alone.
func wrap(text string, width int) []string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			lines = append(lines, line)
			continue
		}
		lines = append(lines, strings.Split(wordwrap(line, width), "\n")...)
	}
	return lines
}

// wordwrap breaks one paragraph at its spaces only, never inside a path, an
// option or a quoted word.
func wordwrap(text string, width int) string {
	var b strings.Builder
	cells := 0
	for i, word := range strings.Split(text, " ") {
		w := ansi.StringWidth(word)
		switch {
		case i == 0:
		case cells+1+w > width:
			b.WriteByte('\n')
			cells = 0
		default:
			b.WriteByte(' ')
			cells++
		}
		b.WriteString(word)
		cells += w
	}
	return b.String()
}

// plural is "1 job", "2 jobs".
func plural[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// duration writes d as a person would: 4ms, 0.21s, 12.3s, 3m12s, 2h03m.
func duration(d time.Duration) string {
	switch {
	case d < time.Millisecond/2:
		return "0s"
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%dms", d.Round(time.Millisecond).Milliseconds())
	case d < 995*time.Millisecond:
		return fmt.Sprintf("%.2fs", d.Seconds())
	case d < 59950*time.Millisecond:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Hour:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	default:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	}
}
