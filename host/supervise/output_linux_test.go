package supervise

import (
	"strings"
	"testing"
)

func TestOutput(t *testing.T) {
	for _, test := range []struct {
		name, script string
		spec         func(*Spec)
		out, err     string
		dropped      int64
	}{
		{name: "two files", script: "echo a; echo b >&2", out: "a\n", err: "b\n"},
		{name: "one file", script: "echo a; echo b >&2; echo c", spec: together, out: "a\nb\nc\n"},
		{name: "one pipe", script: "echo a; echo b >&2; echo c", spec: capped(100), out: "a\nb\nc\n"},
		{name: "cap", script: "echo abc; echo def >&2", spec: capped(5), out: "abc\nd", dropped: 3},
		{name: "cap, two pipes", script: "echo abc; echo def >&2", spec: func(s *Spec) { s.Tether, s.OutputCap = true, 2 }, out: "ab", err: "de", dropped: 4},
		{name: "beyond the cap nothing blocks", script: "yes | head -c 3000000", spec: capped(4), out: "y\ny\n", dropped: 3000000 - 4},
		{name: "opened again", script: "echo a > /dev/stderr; echo b >/dev/stdout", spec: capped(100), out: "a\nb\n"},
		{name: "opened again, files", script: "echo a; echo b > /dev/stderr; echo c > /dev/stdout", out: "c\n", err: "b\n"},
		{name: "not UTF-8, NUL, no newline", script: `printf 'a\000\377'`, spec: capped(100), out: "a\x00\xff"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := sh(dir, test.script)
			if test.spec != nil {
				test.spec(&s)
			}
			e := run(t, dir, s)
			if e.Code != 0 || e.Dropped != test.dropped {
				t.Errorf("%+v", e)
			}
			if got := read(t, dir, "out"); got != test.out {
				t.Errorf("stdout %q, want %q", got, test.out)
			}
			if s.Stderr != s.Stdout {
				if got := read(t, dir, "err"); got != test.err {
					t.Errorf("stderr %q, want %q", got, test.err)
				}
			}
		})
	}
}

func together(s *Spec) { s.Stderr = s.Stdout }

func capped(n int64) func(*Spec) {
	return func(s *Spec) { s.Stderr, s.Tether, s.OutputCap = s.Stdout, true, n }
}

func TestPty(t *testing.T) {
	for range 20 { // the last lines get lost most easily
		dir := t.TempDir()
		s := sh(dir, `tty -s && echo in; test -t 1 && test -t 2 && stty size < /dev/tty; yes end | head -n 2000; echo last >&2`)
		s.Pty = true
		if e := run(t, dir, s); e.Code != 0 {
			t.Fatalf("%+v", e)
		}
		got := read(t, dir, "out")
		if want := "50 200\r\n" + strings.Repeat("end\r\n", 2000) + "last\r\n"; got != want {
			t.Fatalf("%d bytes, want %d: %.40q … %q", len(got), len(want), got, got[max(0, len(got)-40):])
		}
	}
}

// What a program on a terminal leaves behind cannot hold up its end.
func TestPtyLeft(t *testing.T) {
	dir := t.TempDir()
	s := sh(dir, `echo a; trap '' HUP; sleep 1000 & echo b`)
	s.Pty = true
	p := start(t, dir, s)
	e := wait(t, p)
	if got := read(t, dir, "out"); e.Code != 0 || got != "a\r\nb\r\n" {
		t.Errorf("%q, %+v", got, e)
	}
	if len(e.Left) == 0 || !strings.Contains(strings.Join(e.Left, ","), "sleep 1000") {
		t.Errorf("left: %q", e.Left)
	}
	endLeft(t, e)
}
