package frame

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// lines frames the chunks of one stream.
func lines(chunks ...[]byte) []Line {
	var got []Line
	f := New(0, 1)
	for _, c := range chunks {
		f.Feed(c, keep(&got))
	}
	f.End(keep(&got))
	return got
}

func keep(got *[]Line) func(Line) {
	return func(l Line) {
		l.Raw, l.Text = append([]byte{}, l.Raw...), append([]byte{}, l.Text...)
		*got = append(*got, l)
	}
}

func TestLines(t *testing.T) {
	plain := func(offset, number int64, s string) Line {
		return Line{Offset: offset, Number: number, Raw: []byte(s), Text: []byte(s)}
	}
	state := func(offset, number int64, s string) Line {
		l := plain(offset, number, s)
		l.State = true
		return l
	}
	for _, test := range []struct {
		name, in string
		want     []Line
	}{
		{"nothing", "", nil},
		{"one", "a\n", []Line{plain(0, 1, "a")}},
		{"no newline at the end", "a\nb", []Line{plain(0, 1, "a"), plain(2, 2, "b")}},
		{"empty lines", "\n\na", []Line{plain(0, 1, ""), plain(1, 2, ""), plain(2, 3, "a")}},
		{"crlf", "a\r\nb\r\n", []Line{plain(0, 1, "a"), plain(3, 2, "b")}},
		{"crlf through a terminal", "a\r\r\nb", []Line{plain(0, 1, "a"), plain(4, 2, "b")}},
		{"progress", "10%\r20%\rdone\n", []Line{state(0, 1, "10%"), state(4, 1, "20%"), plain(8, 1, "done")}},
		{"tqdm", "\r10%\r20%\n\rx", []Line{state(1, 1, "10%"), plain(5, 1, "20%"), plain(10, 2, "x")}},
		{"cr at the end", "10%\r", []Line{state(0, 1, "10%")}},
		{"crs at the end", "a\n\r\r", []Line{plain(0, 1, "a")}},
		{"nul", "a\x00b\n", []Line{plain(0, 1, "a\x00b")}},
		{"invalid UTF-8", "a\xff\xc3\x9b\x9b1m\n", []Line{plain(0, 1, "a\xff\xc3\x9b\x9b1m")}},
		{"backspace", "a\bb\n", []Line{plain(0, 1, "a\bb")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, lines([]byte(test.in))); diff != "" {
				t.Errorf("lines of %q (-want +got):\n%s", test.in, diff)
			}
		})
	}
}

func TestText(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"colour", "\x1b[1;31mERROR\x1b[0m: x", "ERROR: x"},
		{"colour with colons", "\x1b[38:2::1:2:3mx\x1b[m", "x"},
		{"private", "\x1b[?25l\x1b[?2026hx\x1b[>4;1m", "x"},
		{"erase", "\x1b[2K\x1b[1Gx", "x"},
		{"intermediate", "\x1b[2 qx", "x"},
		{"tput sgr0", "\x1b(B\x1b[mx", "x"},
		{"sgr0 of screen", "\x1b[31mx\x1b[m\x0fy", "xy"},
		{"shift in by itself", "x\x0fy", "x\x0fy"},
		{"keypad, cursor", "\x1b=\x1b7x\x1b8\x1bM", "x"},
		{"hyperlink, ST", "\x1b]8;;https://a/\x1b\\x\x1b]8;;\x1b\\y", "xy"},
		{"hyperlink, BEL", "\x1b]8;;https://a/\ax\x1b]8;;\ay", "xy"},
		{"title", "\x1b]0;Ünïcode\ax", "x"},
		{"title without end", "a\x1b]0;title", "a"},
		{"string broken by a sequence", "a\x1b]0;title\x1b[31mb", "ab"},
		{"string broken by CAN", "a\x1b]0;title\x18b", "ab"},
		{"DCS holds BEL", "a\x1bPq\a#0\x1b\\b", "ab"},
		{"APC PM SOS", "\x1b_a\x1b\\1\x1b^b\x1b\\2\x1bXc\x1b\\3", "123"},
		{"CSI broken off", "a\x1b[31", "a"},
		{"CSI broken by text", "a\x1b[3é", "aé"},
		{"CSI broken by a control", "a\x1b[3\bb", "a\bb"},
		{"ESC at the end", "a\x1b", "a"},
		{"ESC ESC", "\x1b\x1b[1mx", "x"},
		{"ESC before a character", "\x1bé", "é"},
		{"C1 bytes are UTF-8", "š\xc2\x9b1m\xc2\x9dx", "š\xc2\x9b1m\xc2\x9dx"},
		{"text encoded twice", "\x1b[1mâ\xc2\x80\xc2\x9dx", "â\xc2\x80\xc2\x9dx"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := lines([]byte(test.in + "\nnext\n"))
			if len(got) != 2 {
				t.Fatalf("%q: %d lines, want 2", test.in, len(got))
			}
			if string(got[0].Text) != test.want || string(got[0].Raw) != test.in {
				t.Errorf("%q: text %q of raw %q, want %q", test.in, got[0].Text, got[0].Raw, test.want)
			}
			if string(got[1].Text) != "next" {
				t.Errorf("%q swallowed the next line: %q", test.in, got[1].Text)
			}
		})
	}
}

func TestLongLines(t *testing.T) {
	long := strings.Repeat("x", MaxLine)
	for _, test := range []struct {
		in    string
		cut   bool
		state bool
	}{
		{long + "\n", false, false},
		{long + "y\n", true, false},
		{long + long + long + "\r\n", true, false},
		{long + "y\r", true, true},
	} {
		for _, size := range []int{len(test.in) + 1, 4096} {
			got := lines(slices(test.in+"z\n", size)...)
			if len(got) != 2 {
				t.Fatalf("%d bytes: %d lines, want 2", len(test.in), len(got))
			}
			l := got[0]
			if string(l.Raw) != long || l.Cut != test.cut || l.State != test.state {
				t.Errorf("%d bytes: raw of %d bytes, cut %v, state %v", len(test.in), len(l.Raw), l.Cut, l.State)
			}
			if n := got[1]; string(n.Raw) != "z" || n.Offset != int64(len(test.in)) || n.Cut {
				t.Errorf("after %d bytes: %+v", len(test.in), n)
			}
		}
	}
}

func slices(s string, size int) (chunks [][]byte) {
	for len(s) > size {
		chunks = append(chunks, []byte(s[:size]))
		s = s[size:]
	}
	return append(chunks, []byte(s))
}

func TestPartial(t *testing.T) {
	f := New(0, 1)
	none := func(l Line) { t.Errorf("unexpected line %q", l.Raw) }
	f.Feed([]byte("pass"), none)
	f.Feed([]byte("word: \r"), none)
	if got := string(f.Partial()); got != "password: " {
		t.Errorf("Partial is %q", got)
	}
	if offset, number := f.Resume(); offset != 0 || number != 1 {
		t.Errorf("Resume is %d, %d", offset, number)
	}
}

// stream generates bytes in which what matters here is frequent.
func stream() *rapid.Generator[[]byte] {
	piece := rapid.SampledFrom([]string{
		"a", "loss 0.5", "\n", "\r", "\r\n", "\r\r\n", "\x1b", "\x1b[", "31m", "\x1b[0m", "\x1b]8;;x", "\a", "\x1b\\",
		"\x1b(B", "\x0f", "\x00", "\xff", "é", "\xc2", "\x9b", "\x18",
	})
	return rapid.Custom(func(t *rapid.T) []byte {
		return []byte(strings.Join(rapid.SliceOf(piece).Draw(t, "pieces"), ""))
	})
}

func checks(t *testing.T, prop func(*rapid.T)) {
	if os.Getenv("JWHOST_LONG") == "" {
		rapid.Check(t, prop)
		return
	}
	for range 100 {
		rapid.Check(t, prop)
	}
}

// The same bytes give the same lines however they are divided.
func TestDivision(t *testing.T) {
	checks(t, func(t *rapid.T) {
		in := stream().Draw(t, "stream")
		var chunks [][]byte
		for rest := in; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "n")
			chunks = append(chunks, rest[:n])
			rest = rest[n:]
		}
		if diff := cmp.Diff(lines(in), lines(chunks...)); diff != "" {
			t.Fatalf("%q in %d parts (-whole +parts):\n%s", in, len(chunks), diff)
		}
	})
}

// A framer that goes on where another one says loses and repeats no line.
func TestResume(t *testing.T) {
	checks(t, func(t *rapid.T) {
		in := stream().Draw(t, "stream")
		at := rapid.IntRange(0, len(in)).Draw(t, "at")
		var got []Line
		f := New(0, 1)
		f.Feed(in[:at], keep(&got))
		offset, number := f.Resume()
		f = New(offset, number)
		f.Feed(in[offset:], keep(&got))
		f.End(keep(&got))
		if diff := cmp.Diff(lines(in), got); diff != "" {
			t.Fatalf("%q resumed at %d (-whole +resumed):\n%s", in, at, diff)
		}
	})
}

func FuzzFrame(f *testing.F) {
	for _, s := range []string{"", "a\nb", "a\r\nb\rc\r", "\x1b[31mx\x1b[0m\n", "\x1b]8;;u\x1b\\x\n\x1b]0", "\x1b[3\xc2\x9b\x00\n"} {
		f.Add([]byte(s), 1)
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, in []byte, size int) {
		whole := lines(in)
		if size > 0 {
			if diff := cmp.Diff(whole, lines(slices(string(in), size)...)); diff != "" {
				t.Errorf("%q by %d (-whole +parts):\n%s", in, size, diff)
			}
		}
		for _, l := range whole {
			if !bytes.Equal(l.Raw, in[l.Offset:l.Offset+int64(len(l.Raw))]) {
				t.Errorf("%q: %q does not stand at %d", in, l.Raw, l.Offset)
			}
			if n := int64(bytes.Count(in[:l.Offset], []byte("\n"))) + 1; n != l.Number {
				t.Errorf("%q: line at %d has number %d, want %d", in, l.Offset, l.Number, n)
			}
			if bytes.ContainsAny(l.Text, "\x1b\r\n") {
				t.Errorf("%q: text %q", in, l.Text)
			}
		}
	})
}

// No line without control sequences costs an allocation.
func TestAllocations(t *testing.T) {
	block := bytes.Repeat([]byte("Epoch 3 Loss: 0.123 Accuracy: 0.9\n"), 1000)
	block = append(block, "the beginning of a line"...)
	f := New(0, 1)
	n := 0
	count := func(Line) { n++ }
	f.Feed(block, count)
	if allocs := testing.AllocsPerRun(10, func() { f.Feed(block, count) }); allocs > 0 {
		t.Errorf("%v allocations for 1000 lines", allocs)
	}
}

func BenchmarkFeed(b *testing.B) {
	for _, kind := range []struct{ name, line string }{
		{"plain", "2026-01-02T03:04:05 INFO train step %d loss 0.1234 acc 0.98\n"},
		{"colours", "\x1b[32mINFO\x1b[0m train step %d \x1b[1mloss\x1b[0m 0.1234\n"},
		{"progress", " 42%%|####      | %d/1000 [00:01<00:02, 3.1it/s]\r"},
	} {
		b.Run(kind.name, func(b *testing.B) {
			var block []byte
			for i := 0; len(block) < 256<<10; i++ {
				block = fmt.Appendf(block, kind.line, i)
			}
			f := New(0, 1)
			n := 0
			b.SetBytes(int64(len(block)))
			b.ReportAllocs()
			for b.Loop() {
				f.Feed(block, func(Line) { n++ })
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}
