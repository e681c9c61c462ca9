package jobfile

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jwhost/jwhost/hcl/scope"
)

const manual = "../../docs/language.md"

func readManual(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Every example of the reference is a file that loads.
func TestReferenceExamples(t *testing.T) {
	blocks := regexp.MustCompile("(?ms)^```hcl\n(.*?)^```").FindAllStringSubmatch(readManual(t), -1)
	if len(blocks) < 5 {
		t.Fatalf("%d examples", len(blocks))
	}
	for i, b := range blocks {
		_, diags := load(t, Options{}, fmt.Sprintf("example%d.hcl", i), b[1])
		for _, d := range diags {
			if c := scope.CodeOf(d); c != CodeUnused {
				t.Errorf("%s\n%s", d, b[1])
			}
		}
	}
}

// The reference knows every function and every code.
func TestReferenceIsComplete(t *testing.T) {
	text := readManual(t)
	for _, f := range scope.Functions() {
		if !strings.Contains(text, "`"+f+"`") {
			t.Errorf("%s does not know the function %s", manual, f)
		}
	}
	for _, path := range []string{"codes.go", "../scope/code.go"} {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^\tCode\w+ +Code = "([a-z-]+)"`).FindAllStringSubmatch(string(src), -1) {
			if !strings.Contains(text, "`"+m[1]+"`") {
				t.Errorf("%s does not know the code %s", manual, m[1])
			}
		}
	}
}
