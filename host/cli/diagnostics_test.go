package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/jwhost/jwhost/hcl/scope"
)

const aFile = `job "train" {
	source "local" {
		command = "echo ${msg} and a long text that goes on beyond the width of any screen: 0123456789 0123456789 ${other} 0123456789 0123456789 0123456789"
	}
  watcher "世界" { pattern = <<-EOT
    one
    two
    three
    four
    five
    EOT
  }
}
`

// at is the range of the first occurrence of text in aFile.
func at(text string) *hcl.Range {
	i := strings.Index(aFile, text)
	pos := func(n int) hcl.Pos {
		before := aFile[:n]
		return hcl.Pos{Byte: n, Line: strings.Count(before, "\n") + 1, Column: len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1}
	}
	return &hcl.Range{Filename: "jobs.hcl", Start: pos(i), End: pos(i + len(text))}
}

func someDiagnostics() diagnostics {
	return diagnostics{
		{Severity: hcl.DiagError, Subject: at("${msg}"), Summary: "Captured text would become code of sh in a command that is not quoted as it should be", Extra: scope.Code("capture-in-code"),
			Detail: "It can hold \"$(touch x)\", and the shell would run that. Give it as an argument, where it stays text:\n\n  echo \"$JW_MSG\" and a long text that goes on beyond the width of any screen: 0123456789\n\nThe variable JW_MSG holds it."},
		{Severity: hcl.DiagWarning, Subject: at("${other}"), Summary: "A value that starts with \"-\" could be read as an option", Detail: "Write -- before it."},
		{Severity: hcl.DiagError, Subject: at("世界"), Summary: "A name holds letters, digits, \"_\" and \"-\"", Detail: "\x1b[2J is no letter."},
		{Severity: hcl.DiagError, Subject: at("one\n    two\n    three\n    four\n    five"), Summary: "Several lines"},
		{Severity: hcl.DiagError, Summary: "No place", Detail: "--var x=1 names a variable that the files do not declare."},
		// A secret in the context of the evaluation must not be printed.
		{Severity: hcl.DiagError, Subject: &hcl.Range{Filename: "gone.hcl", Start: hcl.Pos{Line: 3, Column: 1, Byte: 9999}, End: hcl.Pos{Line: 3, Column: 1, Byte: 9999}},
			Summary: "A file that is not there", EvalContext: &hcl.EvalContext{Variables: map[string]cty.Value{"password": cty.StringVal("hunter2")}}},
	}
}

func TestDiagnosticsGolden(t *testing.T) {
	sources := map[string]*hcl.File{"jobs.hcl": {Bytes: []byte(aFile)}, "gone.hcl": {}}
	for name, s := range map[string]screen{"paper": onPaper, "ascii": onASCII, "colour": inColour, "narrow": {width: 50, utf8: true}} {
		var out bytes.Buffer
		s.writeDiagnostics(&out, someDiagnostics(), sources)
		golden(t, "diagnostics-"+name+".txt", out.String())
		if strings.Contains(out.String(), "hunter2") {
			t.Error("a value was printed")
		}
		for line := range strings.Lines(out.String()) {
			if code := strings.HasPrefix(line, "    echo"); ansi.StringWidth(line) > s.width && !code {
				t.Errorf("%s: %d cells: %s", name, ansi.StringWidth(line), line)
			}
		}
	}
	var out bytes.Buffer
	if err := writeJSON(&out, someDiagnostics()); err != nil {
		t.Fatal(err)
	}
	if err := writeJSON(&out, nil); err != nil {
		t.Fatal(err)
	}
	golden(t, "diagnostics.json", out.String())
	if got := countDiagnostics(someDiagnostics()); got != "5 errors, 1 warning" {
		t.Error(got)
	}
}
