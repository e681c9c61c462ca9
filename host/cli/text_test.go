package cli

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/host/frame"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain é 世":          "plain é 世",
		"\x1b[2J":            `\x1b[2J`,
		"a\tb\nc\r":          `a\tb\nc\r`,
		"\u009b2J\x7f":       `\x9b2J\x7f`,
		"\xff":               `\xff`,
		"\u202e\u2066\u200f": `\u202e\u2066\u200f`,
		"👩\u200d💻":           "👩\u200d💻",
	} {
		if got := visible(in); got != want {
			t.Errorf("visible(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"0.5": "0.5", "": `""`, "a b": `"a b"`, `a"b`: `"a\"b"`, "a=b": `"a=b"`} {
		if got := quoted(in); got != want {
			t.Errorf("quoted(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestHardwrap(t *testing.T) {
	for _, tc := range []struct {
		in    string
		width int
		want  []string
	}{
		{"", 4, []string{""}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"世界世界", 5, []string{"世界", "世界"}},
		{"ab\x1b[31mcdef\x1b[0mgh", 4, []string{"ab\x1b[31mcd\x1b[0m", "\x1b[31mef\x1b[0mgh"}},
		{"\x1b[1m\x1b[31mabcdef", 4, []string{"\x1b[1m\x1b[31mabcd\x1b[0m", "\x1b[1m\x1b[31mef\x1b[0m"}},
		{"世", 1, []string{"世"}}, // there is no narrower piece
	} {
		if diff := cmp.Diff(tc.want, hardwrap(tc.in, tc.width)); diff != "" {
			t.Errorf("hardwrap(%q, %d) (-want +got):\n%s", tc.in, tc.width, diff)
		}
	}
}

func FuzzHardwrap(f *testing.F) {
	f.Add("ab\x1b[31mcdef\x1b[0mgh 世界 👩\u200d💻 e\u0301", 4)
	f.Add("\x1b", 1)
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = 2 + int(uint(width)%100)
		s = string(frame.Sanitize(nil, []byte(s), true))
		pieces := hardwrap(s, width)
		if got, want := ansi.Strip(strings.Join(pieces, "")), ansi.Strip(s); got != want {
			t.Fatalf("%q became %q", want, got)
		}
		for _, p := range pieces {
			if w := ansi.StringWidth(p); w > width {
				t.Fatalf("%d cells in %q, width %d", w, p, width)
			}
		}
	})
}

func TestWrap(t *testing.T) {
	got := wrap("one two three\n  code that is long stays\n\nlast", 8)
	want := []string{"one two", "three", "  code that is long stays", "", "last"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestExpandTabs(t *testing.T) {
	for in, want := range map[string]string{"a\tb": "a       b", "\t\t": strings.Repeat(" ", 16), "12345678\tx": "12345678        x", "世\tx": "世      x"} {
		if got := expandTabs(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		210 * time.Millisecond: "0.21s", 999 * time.Millisecond: "1.0s", 12345 * time.Millisecond: "12.3s", 59949 * time.Millisecond: "59.9s",
		59960 * time.Millisecond: "1m00s", 192 * time.Second: "3m12s", 123 * time.Minute: "2h03m", -1: "0s", 0: "0s", 3600 * time.Microsecond: "4ms",
	} {
		if got := duration(d); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}

func TestChart(t *testing.T) {
	var c chart
	for i := range 100_000 {
		c.add(float64(i))
	}
	if got, want := c.line(8, true), "▁▂▃▄▅▆▇█"; got != want {
		t.Errorf("rising: %s, want %s", got, want)
	}
	if got := c.line(8, false); got != "_.-=+*%#" {
		t.Errorf("ASCII: %s", got)
	}
	if len(c.points) > chartPoints || c.min != 0 || c.max != 99_999 || c.last != 99_999 || c.count != 100_000 {
		t.Errorf("%d points, %v", len(c.points), c)
	}
	for _, tc := range []struct {
		values []float64
		want   string
	}{
		{[]float64{1}, "▅"},
		{[]float64{3, 3, 3}, "▅▅▅"},
		{[]float64{0, 1, math.NaN(), math.Inf(1), 0}, "▁█▁"},
		{[]float64{-math.MaxFloat64, math.MaxFloat64}, "▁█"},
		{[]float64{math.NaN()}, ""},
	} {
		var c chart
		for _, v := range tc.values {
			c.add(v)
		}
		if got := c.line(40, true); got != tc.want {
			t.Errorf("%v: %q, want %q", tc.values, got, tc.want)
		}
	}
}

func TestDurations(t *testing.T) {
	var d durations
	for i := range 10_001 {
		d.add(time.Duration(i) * time.Millisecond)
	}
	if m := d.median(); m < 4800*time.Millisecond || m > 5200*time.Millisecond || d.max != 10*time.Second || len(d.kept) > durationsKept {
		t.Errorf("median %s, max %s, %d kept", m, d.max, len(d.kept))
	}
}

func TestScreen(t *testing.T) {
	env := func(m map[string]string) func(string) string { return func(k string) string { return m[k] } }
	for _, tc := range []struct {
		env  map[string]string
		want screen
	}{
		{nil, screen{width: 80, utf8: true}},
		{map[string]string{"COLUMNS": "100", "LANG": "C"}, screen{width: 100}},
		{map[string]string{"LC_ALL": "de_DE.UTF-8", "LANG": "C"}, screen{width: 80, utf8: true}},
		{map[string]string{"COLUMNS": "3", "LC_CTYPE": "C.utf8"}, screen{width: 20, utf8: true}},
	} {
		f, err := os.Create(filepath.Join(t.TempDir(), "f"))
		if err != nil {
			t.Fatal(err)
		}
		if got := screenOf(f, env(tc.env), false); got != tc.want {
			t.Errorf("%v: %+v, want %+v", tc.env, got, tc.want)
		}
		f.Close()
	}
}
