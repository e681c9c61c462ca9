package jobfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
)

// TestCorrections checks what a refusal tells to write: it is the attribute as
// the file must have it, and it passes.
func TestCorrections(t *testing.T) {
	for name, test := range map[string]struct{ attribute, want string }{
		"single quotes": {
			`command = "python3 -c 'print(\"${msg}\")'"`,
			`command = "python3 -c 'print(\"\" + __import__(\"os\").environ[\"JW_MSG\"] + \"\")'"`,
		},
		"double quotes": {
			`command = "python3 -c \"print('${msg}', '%%{x} \\n')\" ${ msg }"`,
			`command = "python3 -c \"print('' + __import__(\\\"os\\\").environ[\\\"JW_MSG\\\"] + '', '%%{x} \\n')\" ${ msg }"`,
		},
		"constants stay": {
			`command = "${var.py} -c 'print(\"${~ msg ~}\", \"${var.py}\")' $${HOME} \"${upper(msg)}\""`,
			`command = "${var.py} -c 'print(\"\" + __import__(\"os\").environ[\"JW_MSG\"] + \"\", \"${var.py}\")' $${HOME} \"${upper(msg)}\""`,
		},
		"a variable in braces": {
			`command = "sh -c 'echo \"a ${msg}\"'"`,
			`command = "sh -c 'echo \"a $${JW_MSG}\"'"`,
		},
		"an unquoted variable": {
			`command = "rm -- $JW_MSG x $${JW_MSG}"`,
			`command = "rm -- \"$JW_MSG\" x \"$${JW_MSG}\""`,
		},
		"heredoc": {
			"command = <<-EOT\n  python3 -c 'import re\n  print(\"${msg}\", r\"\\d\")'\n  rm -- $JW_MSG\nEOT",
			"command = <<-EOT\n  python3 -c 'import re\n  print(\"\" + __import__(\"os\").environ[\"JW_MSG\"] + \"\", r\"\\d\")'\n  rm -- \"$JW_MSG\"\nEOT",
		},
		"argv": {
			`argv = [var.py, "-c", "print('${msg}', '\\d')", msg]`,
			`argv = [var.py, "-c", "print('' + __import__(\"os\").environ[\"JW_MSG\"] + '', '\\d')", msg]`,
		},
		"what comes from a variable":              {`command = "${var.line}"`, ""},
		"a capture of which nothing is in quotes": {`argv = ["python3", "-c", msg]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			diags := loadAction(t, test.attribute)
			if !diags.HasErrors() {
				t.Fatal("not refused")
			}
			for _, d := range diags.Errs() {
				_, fixed, _ := strings.Cut(d.(*hcl.Diagnostic).Detail, "\n\nWrite instead:\n\n")
				fixed = strings.TrimPrefix(strings.ReplaceAll(fixed, "\n  ", "\n"), "  ")
				if d := cmp.Diff(test.want, fixed); d != "" {
					t.Error("(-want +got)\n", d)
				}
			}
			if test.want == "" {
				return
			}
			if diags := loadAction(t, test.want); diags.HasErrors() {
				t.Errorf("the correction is refused: %s", diags)
			}
		})
	}
}

// loadAction loads a file whose only action has the attribute.
func loadAction(t *testing.T, attribute string) hcl.Diagnostics {
	t.Helper()
	path := filepath.Join(t.TempDir(), "jobs.hcl")
	src := `
variable "py" {
  default = "python3"
}
variable "line" {
  default = "rm -- $JW_MSG"
}
job "a" {
  source "local" { command = "true" }
  watcher "w" {
    pattern = "(?P<msg>.*)"
    action "run_command" {
` + attribute + `
    }
  }
}
`
	if err := os.WriteFile(path, []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	_, diags := Load([]string{path}, Options{Actions: fakeActions{}})
	return diags
}
