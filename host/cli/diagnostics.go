package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/hashicorp/hcl/v2"

	"github.com/jwhost/jwhost/hcl/scope"
)

type diagnostics = hcl.Diagnostics

// A jsonDiagnostic is one of `validate --json`; docs/events.md promises it.
type jsonDiagnostic struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Code     string `json:"code"`
}

// writeJSON prints the diagnostics as one object.
func writeJSON(w io.Writer, diags diagnostics) error {
	list := []jsonDiagnostic{}
	for _, d := range diags {
		j := jsonDiagnostic{Severity: severity(d), Summary: d.Summary, Detail: d.Detail, Code: code(d)}
		if d.Subject != nil {
			j.File, j.Line, j.Column = shownPath(d.Subject.Filename), d.Subject.Start.Line, d.Subject.Start.Column
		}
		list = append(list, j)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Diagnostics []jsonDiagnostic `json:"diagnostics"`
	}{list})
}

func severity(d *hcl.Diagnostic) string {
	if d.Severity == hcl.DiagWarning {
		return "warning"
	}
	return "error"
}

// code is the stable name of what a diagnostic complains of. What HCL's own
// parser says is about syntax.
func code(d *hcl.Diagnostic) string {
	if c := scope.CodeOf(d); c != "" {
		return string(c)
	}
	return "syntax"
}

// countDiagnostics is "3 errors, 1 warning".
func countDiagnostics(diags diagnostics) string {
	errors, warnings := 0, 0
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			errors++
		} else {
			warnings++
		}
	}
	var parts []string
	if errors > 0 {
		parts = append(parts, plural(errors, "error"))
	}
	if warnings > 0 {
		parts = append(parts, plural(warnings, "warning"))
	}
	return strings.Join(parts, ", ")
}

// shownPath is a file's path as a person in the current folder writes it.
func shownPath(path string) string {
	wd, err := os.Getwd()
	if err != nil || !filepath.IsAbs(path) {
		return path
	}
	if rel, err := filepath.Rel(wd, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// snippetLines is how many lines of the file are shown of one diagnostic.
const snippetLines = 4

// writeDiagnostics prints the diagnostics with the lines of the files that
// they are about. No value of any variable is printed: it could be a secret.
func (s screen) writeDiagnostics(w io.Writer, diags diagnostics, sources map[string]*hcl.File) {
	for _, d := range diags {
		var b strings.Builder
		s.diagnostic(&b, d, sources)
		io.WriteString(w, b.String())
	}
}

func (s screen) diagnostic(b *strings.Builder, d *hcl.Diagnostic, sources map[string]*hcl.File) {
	c := red
	if d.Severity == hcl.DiagWarning {
		c = yellow
	}
	place := ""
	if d.Subject != nil && d.Subject.Start.Line > 0 { // else the file as a whole
		place = fmt.Sprintf("%s:%d:%d: ", visible(shownPath(d.Subject.Filename)), d.Subject.Start.Line, d.Subject.Start.Column)
	}
	head := place + severity(d) + ": " + visible(d.Summary)
	for i, line := range wrap(head, s.width-2) {
		if i == 0 {
			label := place + severity(d) + ":"
			if rest, ok := strings.CutPrefix(line, label); ok {
				line = s.paint(bold, place) + s.paint(c, severity(d)+":") + s.paint(bold, rest)
			}
			fmt.Fprintln(b, line)
			continue
		}
		fmt.Fprintln(b, "  "+s.paint(bold, line))
	}
	b.WriteByte('\n')
	if place != "" {
		if f := sources[d.Subject.Filename]; f != nil {
			s.snippet(b, f.Bytes, *d.Subject, c)
		}
	}
	if d.Detail != "" {
		for line := range strings.SplitSeq(strings.TrimRight(d.Detail, "\n"), "\n") {
			if strings.HasPrefix(line, "  ") { // to be copied
				fmt.Fprintln(b, "  "+visible(expandTabs(line)))
				continue
			}
			for _, piece := range wrap(visible(expandTabs(line)), s.width-2) {
				fmt.Fprintln(b, strings.TrimRight("  "+piece, " "))
			}
		}
		b.WriteByte('\n')
	}
}

// snippet prints the lines of src that r covers, each with a mark below what
// is meant. A long line is shown from shortly before that.
func (s screen) snippet(b *strings.Builder, src []byte, r hcl.Range, c colour) {
	if r.Start.Byte > len(src) || r.End.Byte > len(src) || r.End.Byte < r.Start.Byte {
		return
	}
	gutter := len(fmt.Sprint(r.End.Line)) + 2
	bar := s.paint(dim, s.marks().bar)
	start := bytes.LastIndexByte(src[:r.Start.Byte], '\n') + 1
	for n := range snippetLines {
		end := len(src)
		if i := bytes.IndexByte(src[start:], '\n'); i >= 0 {
			end = start + i
		}
		text := bytes.TrimSuffix(src[start:end], []byte("\r"))
		from, to := min(r.Start.Byte, start+len(text)), min(r.End.Byte, start+len(text))
		if n > 0 { // marked from the line's text on
			from = start + len(text) - len(bytes.TrimLeft(text, " \t"))
		}
		line, mark := s.window(string(text), from-start, max(to-start, from-start), s.width-gutter-3)
		number := s.paint(dim, padLeft(fmt.Sprint(r.Start.Line+n), gutter))
		fmt.Fprintf(b, "%s %s %s\n", number, bar, line)
		fmt.Fprintf(b, "%s %s %s\n", strings.Repeat(" ", gutter), bar, s.paint(c, mark))
		if start = end + 1; r.End.Byte <= end || start > len(src) {
			break
		}
		if n == snippetLines-1 {
			fmt.Fprintf(b, "%s %s %s\n", strings.Repeat(" ", gutter), bar, s.ellipsis())
		}
	}
	b.WriteByte('\n')
}

// window returns the part of a line that fits into width cells and holds the
// bytes [from, to), and a line of marks that stand below them.
func (s screen) window(line string, from, to, width int) (text, mark string) {
	width = max(width, 20)
	before := visible(expandTabs(line[:from]))
	// Tabs in the middle are rare: one space each keeps the columns simple.
	meant := visible(strings.ReplaceAll(line[from:to], "\t", " "))
	after := visible(strings.ReplaceAll(line[to:], "\t", " "))
	if ansi.StringWidth(before+meant+after) > width {
		if room := width / 3; ansi.StringWidth(before) > room {
			before = ansi.TruncateLeft(before, ansi.StringWidth(before)-room+1, s.ellipsis())
		}
	}
	indent := ansi.StringWidth(before)
	marked := min(max(ansi.StringWidth(meant), 1), width-indent)
	return s.shorten(before+meant+after, width), strings.Repeat(" ", indent) + strings.Repeat("^", max(marked, 1))
}
