package frame

import "bytes"

// The bytes that control sequences (ECMA-48) are made of.
const (
	escape  = 0x1b
	bell    = 0x07
	cancel  = 0x18
	sub     = 0x1a
	shiftIn = 0x0f
)

// strip appends raw without its control sequences to dst.
//
// Only those that begin with ESC are taken out. The one-byte forms of the C1
// set (0x80 to 0x9f) are parts of characters in UTF-8, and their two-byte
// forms (U+009B for CSI) are written by nothing today, but stand in text that
// was encoded twice: there a false "OSC" would swallow the line.
func strip(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, escape)
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		raw = raw[i+sequence(raw[i:]):]
	}
}

// sequence returns the length of the control sequence that raw, a part of one
// line, begins with. One that is broken off reaches as far as its bytes are
// possible; the end of the line bounds every sequence.
func sequence(raw []byte) int {
	if len(raw) < 2 {
		return len(raw)
	}
	switch c := raw[1]; {
	case c == '[':
		return shifted(raw, csi(raw))
	case c == ']':
		return controlString(raw, true)
	case c == 'P', c == 'X', c == '^', c == '_': // DCS, SOS, PM, APC
		return controlString(raw, false)
	case 0x20 <= c && c <= 0x2f: // ESC ( B and its like
		i := span(raw, 2, 0x20, 0x2f)
		return shifted(raw, one(raw, i, 0x30, 0x7e))
	case 0x30 <= c && c <= 0x7e: // ESC 7, ESC M
		return 2
	}
	return 1
}

// csi returns the length of ESC [ parameters intermediates final.
func csi(raw []byte) int {
	i := span(raw, 2, 0x30, 0x3f)
	i = span(raw, i, 0x20, 0x2f)
	return one(raw, i, 0x40, 0x7e)
}

// controlString returns the length of a string that ST (ESC \) ends, or BEL if
// it is an OSC. Another sequence breaks it off, as terminals do.
func controlString(raw []byte, osc bool) int {
	for i := 2; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == bell && osc, c == cancel, c == sub:
			return i + 1
		case c == escape && i+1 < len(raw) && raw[i+1] == '\\':
			return i + 2
		case c == escape:
			return i
		}
	}
	return len(raw)
}

// span skips the bytes from lo to hi that stand at i.
func span(raw []byte, i int, lo, hi byte) int {
	for i < len(raw) && lo <= raw[i] && raw[i] <= hi {
		i++
	}
	return i
}

// one skips one byte from lo to hi at i.
func one(raw []byte, i int, lo, hi byte) int {
	if i < len(raw) && lo <= raw[i] && raw[i] <= hi {
		i++
	}
	return i
}

// shifted adds an SI right after a sequence to it: sgr0 of the terminals
// linux and screen is "\x1b[m\x0f".
func shifted(raw []byte, n int) int {
	if n < len(raw) && raw[n] == shiftIn {
		n++
	}
	return n
}
