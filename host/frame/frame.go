// Package frame cuts the bytes of a stream into lines. Blocks of bytes come
// in, however they were read; [Line] values go out: the bytes as the job wrote
// them, the text for matching, offset and number. The same bytes always give
// the same lines.
//
// [Sanitize] makes a line fit for a terminal.
package frame

import "bytes"

// MaxLine is the length in bytes after which a line is cut.
const MaxLine = 1 << 20

// keepBuffer is the size of a buffer that a Framer keeps from line to line: a
// single long line does not cost its memory for the rest of the stream.
const keepBuffer = 256 << 10

// A Line is one line of a stream, without its end.
//
// "\n" ends a line, with any "\r" right before it ("\r\n"; a terminal makes
// "\r\r\n" of that). Other "\r" end a line as well, for a progress bar is
// written that way; an empty line is not made of them.
type Line struct {
	Offset int64  // of its first byte in the stream
	Number int64  // from 1: how many "\n" came before it, plus 1
	Raw    []byte // as the job wrote it
	Text   []byte // for matching: without control sequences; shares Raw where nothing was taken out
	// State is true for a line that was ended by a lone "\r": a state of a
	// progress bar, which the next one overwrites.
	State bool
	Cut   bool // longer than MaxLine: the rest is left out
}

// A Framer cuts one stream. Its output depends on the bytes alone, not on how
// they were divided among calls. It holds at most MaxLine bytes of a line and
// as many of its text.
type Framer struct {
	start  int64  // offset of the current line
	number int64  // of the current line
	next   int64  // offset of the byte that comes next
	held   []byte // the current line, as far as it came in earlier calls
	cut    bool   // of the current line more came than is held
	cr     bool   // "\r" came, and it is open what follows it
	text   []byte // of the last line that had control sequences
}

// New returns a framer of a stream whose next byte has the given offset and
// line number. A stream begins with New(0, 1).
func New(offset, number int64) *Framer {
	return &Framer{start: offset, next: offset, number: max(number, 1)}
}

// Feed adds bytes and calls line for each line that they complete. The Line's
// slices are valid during the call.
func (f *Framer) Feed(p []byte, line func(Line)) {
	base := f.next
	f.next += int64(len(p))
	i := 0
	if f.cr {
		i = f.afterCR(p, 0, nil, base, false, line)
	}
	// The next "\n", "\r" and ESC at or after i: each byte is searched for
	// once a block, not once a line.
	lf, cr, esc := -1, -1, -1
	for i < len(p) {
		lf = seek(p, i, lf, '\n')
		cr = seek(p, i, cr, '\r')
		esc = seek(p, i, esc, escape)
		switch end := min(lf, cr); {
		case end == len(p):
			f.hold(p[i:])
			i = len(p)
		case end == lf:
			f.emit(p[i:end], esc < end, false, base+int64(end)+1, line)
			i = end + 1
		default:
			i = f.afterCR(p, end, p[i:end], base, esc < end, line)
		}
	}
}

// afterCR ends the current line, which rest belongs to, at the "\r" that came
// before or stands at p[i], if it can be known yet how. It returns where the
// next line begins in p, whose first byte has the offset base.
func (f *Framer) afterCR(p []byte, i int, rest []byte, base int64, esc bool, line func(Line)) int {
	for i < len(p) && p[i] == '\r' {
		i++
	}
	if i == len(p) {
		f.hold(rest)
		f.cr = true
		return i
	}
	state := p[i] != '\n'
	if !state {
		i++
	}
	f.emit(rest, esc, state, base+int64(i), line)
	return i
}

// seek returns the index of the first c in p[i:], given the last result, or
// len(p).
func seek(p []byte, i, last int, c byte) int {
	if last >= i {
		return last
	}
	if n := bytes.IndexByte(p[i:], c); n >= 0 {
		return i + n
	}
	return len(p)
}

// hold keeps a part of the current line for the next call.
func (f *Framer) hold(part []byte) {
	if room := MaxLine - len(f.held); len(part) > room {
		part = part[:room]
		f.cut = true
	}
	f.held = append(f.held, part...)
}

// emit hands out the current line, which ends with rest; the one after it
// begins at next.
func (f *Framer) emit(rest []byte, esc, state bool, next int64, line func(Line)) {
	raw := rest
	if len(f.held) > 0 || len(rest) > MaxLine {
		f.hold(rest)
		raw = f.held
		esc = bytes.IndexByte(raw, escape) >= 0
	}
	if len(raw) > 0 || !state {
		text := raw
		if esc {
			f.text = strip(f.text[:0], raw)
			text = f.text
		}
		line(Line{Offset: f.start, Number: f.number, Raw: raw, Text: text, State: state, Cut: f.cut})
	}
	f.held, f.text = reuse(f.held), reuse(f.text)
	f.cut, f.cr = false, false
	f.start = next
	if !state {
		f.number++
	}
}

func reuse(b []byte) []byte {
	if cap(b) > keepBuffer {
		return nil
	}
	return b[:0]
}

// End ends the stream: a last line without "\n" counts.
func (f *Framer) End(line func(Line)) {
	if len(f.held) > 0 {
		number := f.number
		f.emit(nil, false, f.cr, f.next, line)
		f.number = number
	}
	f.start, f.cr = f.next, false
}

// Partial returns the unfinished line, for display. It is valid until the
// next call.
func (f *Framer) Partial() []byte { return f.held }

// Resume returns where to start reading again so that nothing is lost: the
// offset and number of the first line that was not handed out.
func (f *Framer) Resume() (offset, number int64) { return f.start, f.number }
