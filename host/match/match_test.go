package match

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/hcl/pattern"
)

var sources = []string{
	`Loss: ([\d.]+).*Accuracy: ([\d.]+)`,
	`ERROR|FAILED|Exception`,
	`(?i)kelvin`,
	`^\s*$`,
	`(a|b)?c+$`,
	`saved checkpoint (?P<ckpt>\S+)`,
}

func compile(t testing.TB) []*pattern.Pattern {
	var ps []*pattern.Pattern
	for _, s := range sources {
		p, errs := pattern.Compile(s, nil)
		if len(errs) > 0 {
			t.Fatal(errs[0])
		}
		ps = append(ps, p)
	}
	return append(ps, nil) // a watcher without a pattern
}

// hits is what plain regexp says: the reference.
func hits(text []byte) map[int][]int {
	want := map[int][]int{}
	for i, s := range sources {
		if loc := regexp.MustCompile(s).FindSubmatchIndex(text); loc != nil {
			want[i] = loc
		}
	}
	return want
}

func check(t *testing.T, set *Set, text []byte) {
	t.Helper()
	got, last := map[int][]int{}, -1
	set.Line(text, func(i int, loc []int) {
		if i <= last {
			t.Errorf("%q: pattern %d came after %d", text, i, last)
		}
		last = i
		got[i] = loc
	})
	if d := cmp.Diff(hits(text), got); d != "" {
		t.Errorf("%q: %s", text, d)
	}
}

func TestLine(t *testing.T) {
	set := New(compile(t))
	for _, text := range []string{
		"", " \t", "Loss: 0.5 Accuracy: 0.9", "x Loss: 1.2.3 y Accuracy: .", "Loss: ", "FAILED: Exception ERROR",
		"\u212aELVIN and kelvin", "bccc", "saved checkpoint a/b c", "\xff\x00 saved checkpoint \xfe",
	} {
		check(t, set, []byte(text))
	}
}

// FuzzLine compares the set with plain regexp.
func FuzzLine(f *testing.F) {
	f.Add([]byte("Loss: 0.5 Accuracy: 0.9"))
	f.Add([]byte("\u212aelvin\xffcc"))
	set := New(compile(f))
	f.Fuzz(func(t *testing.T, text []byte) { check(t, set, text) })
}
