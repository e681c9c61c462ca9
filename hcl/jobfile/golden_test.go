package jobfile

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/jwhost/jwhost/hcl/scope"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Each folder of testdata is a phenomenon: good*.hcl loads without a word,
// every other file says what stands in the golden file beside it. Of the
// folders safety and at-once, where package shellsafe speaks, only codes and
// places count.
func TestDiagnostics(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatal("no test data", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(path, "testdata/"), ".hcl"), func(t *testing.T) {
			golden, err := filepath.Abs(strings.TrimSuffix(path, ".hcl") + ".golden")
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(filepath.Dir(path))
			name := filepath.Base(path)
			file, diags := Load([]string{name}, Options{Actions: fakeActions{}})
			got := written(t, file, diags, !strings.Contains(path, "/safety/") && !strings.Contains(path, "/at-once/"))
			if strings.HasPrefix(name, "good") {
				if got != "" {
					t.Errorf("a good file has complaints:\n%s", got)
				}
				return
			}
			if len(diags) == 0 {
				t.Fatal("no complaint")
			}
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Errorf("(-want +got, or run with -update)\n%s", d)
			}
		})
	}
}

// written is the diagnostics, each with its code and range, and its words as
// text at width 80.
func written(t *testing.T, file *File, diags hcl.Diagnostics, words bool) string {
	t.Helper()
	var b bytes.Buffer
	w := hcl.NewDiagnosticTextWriter(&b, file.Sources, 80, false)
	for _, d := range diags {
		code := scope.CodeOf(d)
		if code == "" {
			t.Errorf("no code: %s", d)
		}
		if d.Expression != nil || d.EvalContext != nil {
			t.Errorf("values of variables would be printed: %s", d)
		}
		fmt.Fprintf(&b, "[%s]", code)
		if d.Subject != nil {
			fmt.Fprintf(&b, " %s:%d:%d-%d:%d", d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column, d.Subject.End.Line, d.Subject.End.Column)
			f := file.Sources[d.Subject.Filename]
			if f == nil || !d.Subject.CanSliceBytes(f.Bytes) {
				t.Errorf("the range %s is not in the file", d.Subject)
			} else if s := d.Subject.SliceBytes(f.Bytes); len(s) < 60 {
				fmt.Fprintf(&b, " %q", s)
			}
		}
		b.WriteByte('\n')
		if !words {
			continue
		}
		if err := w.WriteDiagnostic(d); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
