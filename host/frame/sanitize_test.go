package frame

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSanitize(t *testing.T) {
	for _, test := range []struct{ name, in, plain, coloured string }{
		{"text", "a\tb é 漢", "a\tb é 漢", "a\tb é 漢"},
		{"colour", "\x1b[31mx\x1b[0my", "xy", "\x1b[31mx\x1b[0my"},
		{"colour left on", "\x1b[31mx", "x", "\x1b[31mx\x1b[0m"},
		{"colours of 24 bits", "\x1b[38;2;1;2;3mx\x1b[m", "x", "\x1b[38;2;1;2;3mx\x1b[m"},
		{"sgr0 of screen", "\x1b[31mx\x1b[m\x0fy", "xy", "\x1b[31mx\x1b[my"},
		{"cursor, title, link", "\x1b[2J\x1b]0;t\a\x1b]8;;u\x1b\\x", "x", "x"},
		{"private m", "\x1b[>4;1mx\x1b[?4mx", "xx", "xx"},
		{"endless SGR", "\x1b[" + strings.Repeat("1", maxSGR) + "mx", "x", "x"},
		{"controls", "a\bb\x00\x7f\r\n\x0f", "a^Hb^@^?^M^J^O", "a^Hb^@^?^M^J^O"},
		{"C1", "\xc2\x9b31m\xc2\x85", "<U+009B>31m<U+0085>", "<U+009B>31m<U+0085>"},
		{"no UTF-8", "a\xffb\xe2\x82", `a\xffb\xe2\x82`, `a\xffb\xe2\x82`},
		{"C1 in two parts", "\xc2\x1b[1m\x9b2J", `\xc2\x9b2J`, "\\xc2\x1b[1m\\x9b2J\x1b[0m"},
		{"direction", "a\u202eb", "a<U+202E>b", "a<U+202E>b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := string(Sanitize(nil, []byte(test.in), false)); got != test.plain {
				t.Errorf("plain: %q, want %q", got, test.plain)
			}
			if got := string(Sanitize([]byte("> "), []byte(test.in), true)); got != "> "+test.coloured {
				t.Errorf("coloured: %q, want %q", got, "> "+test.coloured)
			}
		})
	}
}

func FuzzSanitize(f *testing.F) {
	for _, s := range []string{"a", "\x1b[31mx", "\x1b]0;t\a", "\xc2\x1b[1m\x9b", "\x1b[\x1b[1;2m\x0f", "\x18\x1b[38:5:1m"} {
		f.Add([]byte(s))
	}
	colours := regexp.MustCompile("\x1b\\[[0-9:;]*m")
	f.Fuzz(func(t *testing.T, in []byte) {
		harmless := func(out []byte) {
			if !utf8.Valid(out) {
				t.Errorf("%q: %q is no UTF-8", in, out)
			}
			for _, r := range string(out) {
				if r != '\t' && r != '\\' && (r < ' ' || r > 0x7e) && hidden(r) {
					t.Errorf("%q: %q holds %U", in, out, r)
				}
			}
		}
		harmless(Sanitize(nil, in, false))
		harmless(colours.ReplaceAll(Sanitize(nil, in, true), nil))
	})
}
