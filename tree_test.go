package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/jwhost/jwhost"

// A goPackage is what `go list` says of a package.
type goPackage struct {
	ImportPath   string
	Name         string
	Doc          string
	Imports      []string
	TestImports  []string
	XTestImports []string
	GoFiles      []string
}

// packages lists the packages of this module.
func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Name,Doc,Imports,TestImports,XTestImports,GoFiles", "./...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var list []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// room is the top folder of a package: hcl, host, plugin, shared; "" of main.
func room(importPath string) string {
	rest, ok := strings.CutPrefix(importPath, module+"/")
	if !ok {
		return ""
	}
	top, _, _ := strings.Cut(rest, "/")
	return top
}

// TestImportDirections: the language knows nothing of running, what plugins
// import nothing of either, and bundled plugins nothing that a third party
// cannot have.
func TestImportDirections(t *testing.T) {
	allowed := map[string][]string{
		"shared": {"shared"},
		"hcl":    {"hcl", "shared"},
		"plugin": {"plugin", "shared"},
		"host":   {"host", "hcl", "shared"},
	}
	for _, p := range packages(t) {
		may, ok := allowed[room(p.ImportPath)]
		if !ok {
			continue
		}
		for _, i := range p.Imports {
			if strings.HasPrefix(i, module) && !slices.Contains(may, room(i)) {
				t.Errorf("%s imports %s: %s may import %s only", p.ImportPath, i, room(p.ImportPath), strings.Join(may, ", "))
			}
		}
		if room(p.ImportPath) == "plugin" {
			for _, i := range p.Imports {
				if room(i) == "plugin" {
					t.Errorf("%s imports %s: plugins do not import each other", p.ImportPath, i)
				}
			}
		}
	}
}

// TestSDK: who writes a plugin does not build the host.
func TestSDK(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./shared/sdk").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.FieldsSeq(string(out)) {
		if top := room(dep); top != "" && top != "shared" || strings.HasPrefix(dep, "github.com/hashicorp/hcl/") {
			t.Errorf("shared/sdk needs %s", dep)
		}
	}
}

func TestPackages(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) == 0 {
			continue // tests alone
		}
		generated := strings.Contains(p.ImportPath, "/shared/proto/")
		if p.Doc == "" && !generated {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
		if slices.Contains([]string{"util", "utils", "common", "helpers", "types", "misc", "base"}, p.Name) {
			t.Errorf("%s: a package's name is its job", p.ImportPath)
		}
	}
}

// files lists the files below dirs with one of the extensions, less what git
// does not hold: builds, environments, caches.
func files(t *testing.T, dir string, extensions ...string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || slices.Contains([]string{"bin", "node_modules", "__pycache__"}, d.Name())) {
			return filepath.SkipDir
		}
		if !d.IsDir() && slices.Contains(extensions, filepath.Ext(name)) {
			list = append(list, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLicense(t *testing.T) {
	text := read(t, "LICENSE")
	for _, want := range []string{"Apache License", "Version 2.0, January 2004", "END OF TERMS AND CONDITIONS"} {
		if !strings.Contains(text, want) {
			t.Errorf("LICENSE lacks %q", want)
		}
	}
}

// TestLinks: what the pages link to exists, headings included.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)
	for _, page := range files(t, ".", ".md") {
		for _, m := range link.FindAllStringSubmatch(withoutCode(read(t, page)), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			to := page
			if target != "" {
				to = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s, which does not exist", page, m[1])
				continue
			}
			if anchor != "" && !slices.Contains(anchors(read(t, to)), anchor) {
				t.Errorf("%s links to %s: there is no such heading", page, m[1])
			}
		}
	}
}

// withoutCode is a page less its blocks of code.
func withoutCode(page string) string {
	var b strings.Builder
	code := false
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "```") {
			code = !code
		} else if !code {
			b.WriteString(line)
		}
	}
	return b.String()
}

// anchors are the names of a page's headings, as GitHub makes them.
func anchors(page string) []string {
	drop := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	var list []string
	for line := range strings.Lines(withoutCode(page)) {
		if heading := strings.TrimLeft(line, "#"); heading != line && strings.HasPrefix(heading, " ") {
			name := drop.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
			list = append(list, strings.ReplaceAll(name, " ", "-"))
		}
	}
	return list
}

// TestExamplesAreRun: each example's folder, or one above it, is named by a
// test that runs what is there.
func TestExamplesAreRun(t *testing.T) {
	var tests strings.Builder
	for _, name := range files(t, ".", ".go", ".txtar") {
		if strings.HasSuffix(name, "_test.go") && name != "tree_test.go" || strings.HasSuffix(name, ".txtar") {
			tests.WriteString(read(t, name))
		}
	}
	named := func(folder string) bool {
		// "examples/uv", or "examples", "uv"; from a test beside it "uv" or "uv/jobs.hcl".
		below := strings.TrimPrefix(folder, "examples/")
		return slices.ContainsFunc([]string{
			folder,
			`"` + strings.ReplaceAll(folder, "/", `", "`) + `"`,
			`"` + below + `"`,
			`"` + below + `/`,
		}, func(s string) bool { return strings.Contains(tests.String(), s) })
	}
	folders := map[string]bool{}
	for _, name := range files(t, "examples", ".hcl", ".go", ".py") {
		if !strings.HasSuffix(name, "_test.go") {
			folders[filepath.ToSlash(filepath.Dir(name))] = true
		}
	}
	for folder := range folders {
		found := false
		for f := folder; f != "examples" && f != "."; f = path.Dir(f) {
			found = found || named(f)
		}
		if !found {
			t.Errorf("no test names %s: every example is run by one", folder)
		}
	}
}

// TestFinished: nothing is left for later in the code.
func TestFinished(t *testing.T) {
	left := regexp.MustCompile(`\b(TODO|FIXME|XXX)\b|panic\("unwritten"\)|errors\.New\("unwritten"\)`)
	for _, name := range files(t, ".", ".go", ".py", ".hcl") {
		if name == "tree_test.go" {
			continue
		}
		for i, line := range strings.Split(read(t, name), "\n") {
			if left.MatchString(line) {
				t.Errorf("%s:%d: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	}
}
