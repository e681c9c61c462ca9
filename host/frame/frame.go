// Package frame cuts the bytes of a stream into lines.
package frame

// MaxLine is the length in bytes after which a line is cut.
const MaxLine = 1 << 20

// A Line is one line of a stream, without its end.
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
// they were divided among calls.
type Framer struct{}

// New returns a framer of a stream whose next byte has the given offset and
// line number.
func New(offset, number int64) *Framer { panic("unwritten") }

// Feed adds bytes and calls line for each line that they complete. The Line's
// slices are valid during the call.
func (f *Framer) Feed(p []byte, line func(Line)) { panic("unwritten") }

// End ends the stream: a last line without "\n" counts.
func (f *Framer) End(line func(Line)) { panic("unwritten") }

// Partial returns the unfinished line, for display.
func (f *Framer) Partial() []byte { panic("unwritten") }

// Resume returns where to start reading again so that nothing is lost: the
// offset and number of the first line that was not handed out.
func (f *Framer) Resume() (offset, number int64) { panic("unwritten") }
