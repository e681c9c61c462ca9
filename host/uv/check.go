package uv

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// A ProjectError says what a pyproject.toml lacks that uv demands.
type ProjectError struct {
	File    string   // the pyproject.toml
	Line    int      // of its [project]
	Missing []string // "name", "version"
	Add     []string // the lines to add below [project]
}

func (e *ProjectError) Error() string {
	return fmt.Sprintf("%s:%d: uv demands that [project] has a %s: add below it\n  %s",
		e.File, e.Line, strings.Join(e.Missing, " and a "), strings.Join(e.Add, "\n  "))
}

// CheckProject looks for what uv would refuse in the project of a folder: the
// nearest pyproject.toml, from the folder upward. The error is a
// *ProjectError. No project, or a file that cannot be read, is no error here.
func CheckProject(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	project := above(dir, "pyproject.toml")
	if project == "" {
		return nil
	}
	file := filepath.Join(project, "pyproject.toml")
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	doc, err := parseTOML(data)
	if err != nil {
		return nil
	}
	head, ok := doc.table("project")
	if !ok {
		return nil
	}
	e := &ProjectError{File: file, Line: head.line}
	if _, ok := doc.get("project", "name"); !ok {
		e.Missing = append(e.Missing, "name")
		e.Add = append(e.Add, fmt.Sprintf("name = %q", packageName(filepath.Base(project))))
	}
	_, version := doc.get("project", "version")
	dynamic, _ := doc.get("project", "dynamic")
	if !version && !slices.Contains(dynamic.list, "version") {
		e.Missing = append(e.Missing, "version")
		e.Add = append(e.Add, `version = "0.1.0"`)
	}
	if e.Missing == nil {
		return nil
	}
	return e
}

// CheckCommand is CheckProject for every `uv run` of a command in the folder
// that it runs in, as far as that is known before it runs.
func CheckCommand(cmd *shellsafe.Command, dir string, env []string) error {
	return checkPrograms(cmd.Programs(), dir, env)
}

func checkPrograms(programs []shellsafe.Program, dir string, env []string) error {
	for _, prog := range programs {
		f, ok := readForm(prog.Words)
		if !ok {
			continue
		}
		if p := newPlan(Tool{}, prog, f, dir, env); p.project != "" {
			if err := CheckProject(p.project); err != nil {
				return err
			}
		}
	}
	return nil
}

// packageName makes a name that uv accepts from a folder's.
func packageName(folder string) string {
	name := strings.Trim(noName.ReplaceAllString(strings.ToLower(folder), "-"), "-")
	if name == "" {
		return "actions"
	}
	return name
}

var noName = regexp.MustCompile(`[^a-z0-9]+`)

// declaresProject reports whether the pyproject.toml of a folder has a
// [project]; many hold the settings of linters only.
func declaresProject(dir string) bool {
	data, err := os.ReadFile(filepath.Join(dir, "pyproject.toml"))
	if err != nil {
		return false
	}
	doc, err := parseTOML(data)
	if err != nil {
		return true // uv says what is wrong with it
	}
	_, ok := doc.table("project")
	return ok
}

// metadata returns the block of a script's own metadata (PEP 723), "" if it
// has none. ok is false where the script cannot be read.
func metadata(path string) (block string, ok bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", false
	}
	return scriptBlock(data), true
}

// scriptBlock finds the block, by the lines that PEP 723 gives: "# /// script",
// lines that start with "#", and the last "# ///" of them.
func scriptBlock(data []byte) string {
	var block []string
	end := 0
	for line := range bytes.Lines(data) {
		text := strings.TrimRight(string(line), "\r\n")
		switch {
		case block == nil && text == "# /// script":
			block = []string{text}
		case block == nil:
		case text == "#" || strings.HasPrefix(text, "# "):
			block = append(block, text)
			if text == "# ///" {
				end = len(block)
			}
		case end > 0:
			return strings.Join(block[:end], "\n")
		default:
			block = nil
		}
	}
	return strings.Join(block[:end], "\n")
}
