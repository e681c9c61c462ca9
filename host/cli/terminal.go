package cli

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// A screen is what a surface can show.
type screen struct {
	width    int  // in cells
	terminal bool // lines can be rewritten, and break at width
	colour   bool
	utf8     bool
}

// defaultWidth is that of a file or a pipe.
const defaultWidth = 80

// screenOf says what f can show. getenv is that of the process; noColor is
// --no-color.
func screenOf(f *os.File, getenv func(string) string, noColor bool) screen {
	s := screen{width: defaultWidth, utf8: utf8Locale(getenv)}
	if f != nil && term.IsTerminal(int(f.Fd())) && getenv("TERM") != "dumb" {
		s.terminal = true
		s.colour = !noColor && getenv("NO_COLOR") == ""
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			s.width = w
		}
	}
	if w, err := strconv.Atoi(getenv("COLUMNS")); err == nil && w > 0 {
		s.width = w
	}
	s.width = max(s.width, 20)
	return s
}

// utf8Locale reports whether the locale's encoding is UTF-8. Where no locale
// is set at all (a container, a bare system) nearly every terminal is.
func utf8Locale(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}

// Marks stand at the left of every line of the host, in the column where a
// job's lines have bar. No other mark is like it.
type marks struct {
	bar, start, end, trigger, ok, fail, warn, info string
}

func (s screen) marks() marks {
	if s.utf8 {
		return marks{bar: "│", start: "▶", end: "■", trigger: "◆", ok: "✓", fail: "✗", warn: "!", info: "·"}
	}
	return marks{bar: "|", start: ">", end: "#", trigger: "*", ok: "+", fail: "x", warn: "!", info: "-"}
}

// A colour is an SGR parameter list.
type colour string

const (
	plainText colour = ""
	bold      colour = "1"
	dim       colour = "2"
	red       colour = "31"
	green     colour = "32"
	yellow    colour = "33"
	blue      colour = "34"
	magenta   colour = "35"
	cyan      colour = "36"
)

// jobColours are given to the jobs in turn. Red, green and yellow mean
// something elsewhere.
var jobColours = []colour{cyan, magenta, blue, "96", "95", "94"}

// paint colours text where the screen has colours.
func (s screen) paint(c colour, text string) string {
	if !s.colour || c == plainText || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}
