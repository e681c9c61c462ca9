package uv

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseTOML(t *testing.T) {
	doc, err := parseTOML([]byte(`# a comment
project.description = """
[project]
name = 'not this'
"""
[project] # the table
name = "demo" # and its name
version = '1.0'
dynamic = [
  "readme",   # one
  'classifiers', ["deep"],
]
requires = { x = "[y]" }
"odd key".sub = "tab\tA\\"

[[index]]
url = "https://one/simple"
[[index]]
url = "https://two/simple"
default = true
[tool.uv.workspace]
members = ["packages/*"]
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []setting{
		{table: "project", key: "description", line: 2, text: "\n[project]\nname = 'not this'\n"},
		{table: "project", key: "name", line: 7, text: "demo"},
		{table: "project", key: "version", line: 8, text: "1.0"},
		{table: "project", key: "dynamic", line: 9, list: []string{"readme", "classifiers"}},
		{table: "project", key: "requires", line: 13},
		{table: "project.odd key", key: "sub", line: 14, text: "tab\tA\\"},
		{table: "index#0", key: "url", line: 17, text: "https://one/simple"},
		{table: "index#1", key: "url", line: 19, text: "https://two/simple"},
		{table: "index#1", key: "default", line: 20, text: "true"},
		{table: "tool.uv.workspace", key: "members", line: 22, list: []string{"packages/*"}},
	}
	if diff := cmp.Diff(want, doc.settings, cmp.AllowUnexported(setting{})); diff != "" {
		t.Error(diff)
	}
	if head, ok := doc.table("tool.uv.workspace"); !ok || head.line != 21 {
		t.Errorf("header of the workspace: %+v, %v", head, ok)
	}
}

func TestParseTOMLErrors(t *testing.T) {
	for _, text := range []string{`a`, `a = `, `a = "x`, "a = \"x\ny\"", `[a`, `= 1`, `a = [1`, `a = '''x`, `"a`} {
		if _, err := parseTOML([]byte(text)); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func FuzzParseTOML(f *testing.F) {
	for _, seed := range []string{"a = 1", "[a.b]\nc = \"d\"\n", "[[x]]\ny = ['a', \"b\"]", "a = \"\\u00e9\\", "a = \"\"\"x\\\n  y\"\"\"", "a={b=[}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := parseTOML(data)
		if err == nil && doc == nil {
			t.Fatal("neither a document nor an error")
		}
	})
}
