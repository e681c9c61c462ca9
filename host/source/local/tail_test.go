package local

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// All that a tail returns, with "|" for a gap.
func drain(t *testing.T, tail *tail, buf []byte) string {
	t.Helper()
	var got strings.Builder
	for {
		c, ok, err := tail.read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return got.String()
		}
		if c.Gap != nil {
			got.WriteString("|")
		}
		got.Write(c.Data)
	}
}

func TestTail(t *testing.T) {
	long := strings.Repeat("0123456789", 20)
	type step struct {
		truncate bool
		at       int64 // where write goes; -1: the end
		write    string
		want     string
		epoch    int64
	}
	for _, test := range []struct {
		name  string
		steps []step
	}{
		{"grows", []step{{at: -1, write: "a", want: "a"}, {at: -1, write: long, want: long}, {at: -1, write: "b\n", want: "b\n"}}},
		{"truncated", []step{{at: -1, write: "abc", want: "abc"}, {truncate: true, want: "|", epoch: 1}, {at: -1, write: "d", want: "d", epoch: 1}}},
		{"truncated, longer than before", []step{{at: -1, write: long, want: long}, {truncate: true, at: -1, write: "x" + long, want: "|x" + long, epoch: 1}}},
		{"truncated twice", []step{
			{at: -1, write: "abc", want: "abc"},
			{truncate: true, at: -1, write: "12", want: "|12", epoch: 1},
			{truncate: true, at: -1, write: "3", want: "|3", epoch: 2},
		}},
		{"written over", []step{{at: -1, write: long, want: long}, {at: 190, write: "xxxxxxxxxxyy", want: "|yy"}}},
		{"written over before the mark", []step{{at: -1, write: long, want: long}, {at: 100, write: "x", want: ""}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "f")
			tail, err := openTail("stdout", name)
			if err != nil {
				t.Fatal(err)
			}
			defer tail.file.Close()
			f, err := os.OpenFile(name, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for i, s := range test.steps {
				if s.truncate {
					f.Truncate(0)
				}
				at := s.at
				if at < 0 {
					info, _ := f.Stat()
					at = info.Size()
				}
				f.WriteAt([]byte(s.write), at)
				if got := drain(t, tail, make([]byte, mark+7)); got != s.want || tail.pos.Epoch != s.epoch {
					t.Errorf("step %d: %q in epoch %d, want %q in %d", i, got, tail.pos.Epoch, s.want, s.epoch)
				}
			}
		})
	}
}

func TestBound(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	tail, err := openTail("stdout", name)
	if err != nil {
		t.Fatal(err)
	}
	defer tail.file.Close()
	buf := make([]byte, mark+7)
	os.WriteFile(name, []byte("0123456789"), 0o600)
	tail.bound()
	os.WriteFile(name, []byte("0123456789more"), 0o600)
	if got := drain(t, tail, buf); got != "0123456789" {
		t.Errorf("up to the end: %q", got)
	}
	tail.bound()
	if got := drain(t, tail, buf); got != "more" {
		t.Errorf("up to the next end: %q", got)
	}
}
