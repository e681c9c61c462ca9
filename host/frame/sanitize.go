package frame

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// reset is SGR 0: no colours.
const reset = "\x1b[0m"

// maxSGR bounds the length of a colour sequence that reaches a terminal.
const maxSGR = 64

// Sanitize appends raw, a line, to dst in a form that a terminal can be given:
// control sequences are dropped, except colours (SGR) if those are wanted,
// which are reset at the end; what else would act on a terminal is made
// visible: control characters (^G, ^[), C1 and direction marks (<U+202E>) and
// bytes that are no UTF-8 (\xff). Tabs stay.
func Sanitize(dst, raw []byte, colours bool) []byte {
	coloured := false
	for len(raw) > 0 {
		n := 0
		for n < len(raw) && (raw[n] >= ' ' && raw[n] < 0x7f || raw[n] == '\t') {
			n++
		}
		dst = append(dst, raw[:n]...)
		raw = raw[n:]
		if len(raw) == 0 {
			break
		}
		switch c := raw[0]; {
		case c == escape:
			n = sequence(raw)
			if m := sgr(raw[:n]); colours && m > 0 {
				dst = append(dst, raw[:m]...)
				coloured = string(raw[:m]) != reset && string(raw[:m]) != "\x1b[m"
			}
		case c < utf8.RuneSelf:
			dst = append(dst, '^', c^0x40)
			n = 1
		default:
			var r rune
			r, n = utf8.DecodeRune(raw)
			switch {
			case r == utf8.RuneError && n == 1:
				dst = fmt.Appendf(dst, `\x%02x`, c)
			case hidden(r):
				dst = fmt.Appendf(dst, "<U+%04X>", r)
			default:
				dst = append(dst, raw[:n]...)
			}
		}
		raw = raw[n:]
	}
	if coloured {
		dst = append(dst, reset...)
	}
	return dst
}

// sgr returns the length of the plain SGR sequence that seq begins with: ESC [
// numbers m, nothing private. 0: it is another one.
func sgr(seq []byte) int {
	if len(seq) < 3 || seq[1] != '[' {
		return 0
	}
	n := span(seq, 2, '0', ';') + 1 // digits, ":" and ";"
	if n > len(seq) || n > maxSGR || seq[n-1] != 'm' {
		return 0
	}
	return n
}

// hidden reports whether a terminal may act on r, or show what follows it in
// another order.
func hidden(r rune) bool {
	return r <= 0x9f || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}
