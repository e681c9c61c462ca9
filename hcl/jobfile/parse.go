package jobfile

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/jwhost/jwhost/hcl/scope"
)

// parse reads one file. Its complaints about syntax are HCL's, the commonest
// ones in our words and with the corrected line.
func (l *loader) parse(path string) *hclsyntax.Body {
	src, err := os.ReadFile(path)
	if err != nil {
		l.diags = append(l.diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Cannot read " + path, Detail: err.Error() + ".", Extra: CodeFile, Subject: &hcl.Range{Filename: path},
		})
		return nil
	}
	f, diags := hclsyntax.ParseConfig(src, path, hcl.InitialPos)
	l.file.Sources[path] = f
	body, ok := f.Body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	if !diags.HasErrors() {
		l.syntax(diags, body, src)
		return body
	}
	// A quote or a brace that is not closed swallows what follows, so the file
	// is read again in pieces, from one block at the margin to the next.
	all := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, SrcRange: body.SrcRange, EndRange: body.EndRange}
	for _, r := range pieces(src, path) {
		f, diags := hclsyntax.ParseConfig(r.SliceBytes(src), path, r.Start)
		piece, ok := f.Body.(*hclsyntax.Body)
		if !ok {
			continue
		}
		l.syntax(diags, piece, src[:r.End.Byte])
		l.heal(piece, diags, src)
		maps.Copy(all.Attributes, piece.Attributes)
		all.Blocks = append(all.Blocks, piece.Blocks...)
	}
	return all
}

var atMargin = regexp.MustCompile(`(?m)^(?:variable|plugin|watcher|job)[ \t]+"[^"\n]*"[ \t]*\{|^locals[ \t]*\{`)

// pieces cuts a file where a line begins with a block of the top level.
func pieces(src []byte, path string) []hcl.Range {
	var out []hcl.Range
	at := hcl.InitialPos
	cut := func(end int) {
		r := hcl.Range{Filename: path, Start: at, End: at}
		r.End.Byte = end
		if n := bytes.Count(src[at.Byte:end], []byte("\n")); n > 0 {
			r.End.Line, r.End.Column = at.Line+n, 1
		}
		if end > at.Byte {
			out = append(out, r)
		}
		at = r.End
	}
	for _, m := range atMargin.FindAllIndex(src, -1) {
		cut(m[0])
	}
	cut(len(src))
	return out
}

// heal parses what comes after a fault once more, block by block: after the
// first fault of a file HCL's parser reports no others.
func (l *loader) heal(body *hclsyntax.Body, diags hcl.Diagnostics, src []byte) {
	fault := len(src)
	for _, d := range diags {
		if d.Subject != nil {
			fault = min(fault, d.Subject.Start.Byte)
		}
	}
	for i, b := range body.Blocks {
		switch r := whole(b); {
		case b.CloseBraceRange.Empty() || !r.CanSliceBytes(src) || r.End.Byte <= fault:
		case r.Start.Byte <= fault:
			l.heal(b.Body, diags, src)
		default:
			f, diags := hclsyntax.ParseConfig(r.SliceBytes(src), r.Filename, r.Start)
			again, ok := f.Body.(*hclsyntax.Body)
			if !ok || len(again.Blocks) != 1 {
				continue
			}
			body.Blocks[i] = again.Blocks[0]
			l.syntax(diags, again, src)
			l.heal(again.Blocks[0].Body, diags, src)
		}
	}
}

// syntax takes the parser's complaints over. src ends where the parser stopped.
func (l *loader) syntax(diags hcl.Diagnostics, body *hclsyntax.Body, src []byte) {
	diags = unclosed(diags, body, src)
	line := func(d *hcl.Diagnostic) string {
		return fmt.Sprintf("%s:%d", d.Subject.Filename, d.Subject.Start.Line)
	}
	var kept hcl.Diagnostics
	for _, d := range diags {
		if d.Subject == nil || !explain(d, src) {
			kept = append(kept, d)
			continue
		}
		if !l.explained[line(d)] { // else its correction shows this one too
			l.explained[line(d)] = true
			l.faults = append(l.faults, d)
		}
		if c := scope.CodeOf(d); c == CodeOneLineBlock || c == CodeSyntax {
			l.hard = append(l.hard, *d.Subject)
		} else {
			l.soft = append(l.soft, *d.Subject)
		}
	}
	for _, d := range kept {
		d.Extra = CodeSyntax
		if d.Subject == nil {
			l.faults = append(l.faults, d)
			continue
		}
		if l.explained[line(d)] {
			continue // a consequence
		}
		l.explained[line(d)] = true
		l.hard = append(l.hard, *d.Subject)
		l.faults = append(l.faults, d)
	}
}

var (
	bareDuration = regexp.MustCompile(`^(\s*\w+\s*=\s*)([0-9][0-9.]*(?:ms|s|m|h|d)[0-9a-z.]*)(\s*(?:(?:#|//).*)?)$`)
	colon        = regexp.MustCompile(`^\s*([A-Za-z_][\w-]*)\s*:\s*(\S.*)$`)
	wordOperator = regexp.MustCompile(`^(?:and|or)\b`)
	oneLine      = regexp.MustCompile(`^\s*([A-Za-z_][\w-]*(?:\s+(?:"[^"]*"|[A-Za-z_][\w-]*))*)\s*\{(.*)\}\s*(?:(?:#|//).*)?$`)
)

// explain puts a complaint of the parser into our words; false where it has
// no better ones.
func explain(d *hcl.Diagnostic, src []byte) bool {
	line := lineAt(src, d.Subject.Start)
	say := func(code Code, summary, why, fixed string) bool {
		d.Summary, d.Detail, d.Extra = summary, why+"\n\n"+indent(fixed), code
		return true
	}
	switch d.Summary {
	case "Invalid escape sequence":
		return say(CodeBackslash, "A single backslash in a quoted text",
			"In a quoted text a backslash is written twice (in a heredoc once). Write:", doubleBackslashes(line))
	case "Invalid template control keyword", "Invalid template directive":
		start := *d.Subject
		if d.Context != nil {
			start = *d.Context
		}
		i := start.Start.Byte - lineStart(src, d.Subject.Start)
		if i < 0 || i+2 > len(line) || line[i:i+2] != "%{" {
			return false
		}
		*d.Subject = start
		d.Context = nil
		return say(CodeDirective, "%{ begins a directive of the template",
			"For the two characters %{ themselves write %%{:", doublePercents(line))
	case "Invalid single-argument block definition":
		m := oneLine.FindStringSubmatch(line)
		var args []string
		if m != nil {
			args = splitArguments(m[2])
		}
		fixed := "name {\n  first  = …\n  second = …\n}"
		if len(args) > 0 {
			fixed = m[1] + " {\n  " + strings.Join(args, "\n  ") + "\n}"
		}
		return say(CodeOneLineBlock, "A block of one line holds one argument",
			"A block with more arguments is written over several lines:", fixed)
	case "Argument definition required":
		return say(CodeOneLineBlock, "A block of one line holds one argument",
			"A block that holds other blocks is written over several lines:", "name {\n  block {\n    …\n  }\n}")
	case "Argument or block definition required":
		if m := colon.FindStringSubmatch(line); m != nil {
			return say(CodeSyntax, "An equals sign is missing", "A value is given by an equals sign:", m[1]+" = "+m[2])
		}
	case "Missing newline after argument":
		i := d.Subject.Start.Byte - lineStart(src, d.Subject.Start)
		if i < 0 || i > len(line) {
			return false
		}
		if m := wordOperator.FindString(line[i:]); m != "" {
			return say(CodeSyntax, m+" is no operator", "Conditions are joined by && and ||:",
				line[:i]+map[string]string{"and": "&&", "or": "||"}[m]+line[i+len(m):])
		}
		if strings.HasPrefix(line[i:], "=") {
			return say(CodeSyntax, "One equals sign compares nothing", "To ask whether two values are equal write ==:",
				line[:i]+"="+line[i:])
		}
		if m := bareDuration.FindStringSubmatch(strings.TrimRight(line, "\r")); m != nil {
			return say(CodeDuration, "A duration is a text", "Write it in quotes:", m[1]+`"`+m[2]+`"`+m[3])
		}
	}
	return false
}

// line is the line in which a range begins.
func (l *loader) line(at hcl.Range) string {
	f := l.file.Sources[at.Filename]
	if f == nil {
		return ""
	}
	return lineAt(f.Bytes, at.Start)
}

func lineStart(src []byte, at hcl.Pos) int {
	return bytes.LastIndexByte(src[:min(at.Byte, len(src))], '\n') + 1
}

func lineAt(src []byte, at hcl.Pos) string {
	start := lineStart(src, at)
	line, _, _ := bytes.Cut(src[start:], []byte("\n"))
	return strings.TrimRight(string(line), "\r")
}

// indent shows a correction: each line two spaces in.
func indent(s string) string {
	lines := strings.Split(s, "\n")
	common := len(lines[0]) - len(strings.TrimLeft(lines[0], " \t"))
	for i, line := range lines {
		lines[i] = "  " + line[min(common, len(line)-len(strings.TrimLeft(line, " \t"))):]
	}
	return strings.Join(lines, "\n")
}

// doubleBackslashes doubles the backslashes in the quoted texts of a line that
// begin no escape of HCL's.
func doubleBackslashes(line string) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(line); i++ {
		c := line[i]
		b.WriteByte(c)
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted && i+1 < len(line):
			if next := line[i+1]; strings.IndexByte(`nrt"\uU`, next) >= 0 {
				b.WriteByte(next)
				i++
			} else {
				b.WriteByte('\\')
			}
		}
	}
	return b.String()
}

var directive = regexp.MustCompile(`(^|[^%])(%\{)(~?\s*(?:if|else|endif|for|endfor)\b)?`)

// doublePercents doubles the percent sign of each %{ of a line that begins no
// directive.
func doublePercents(line string) string {
	return directive.ReplaceAllStringFunc(line, func(m string) string {
		if strings.HasSuffix(m, "%{") {
			return strings.Replace(m, "%{", "%%{", 1)
		}
		return m
	})
}

// splitArguments splits the inside of a one-line block into its arguments.
func splitArguments(s string) []string {
	tokens, diags := hclsyntax.LexExpression([]byte(s), "", hcl.Pos{Line: 1, Column: 1})
	if diags.HasErrors() {
		return nil
	}
	var args []string
	depth, from := 0, 0
	cut := func(to int) {
		if a := strings.Trim(s[from:to], " \t,;"); a != "" {
			args = append(args, a)
		}
		from = to
	}
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl, hclsyntax.TokenOQuote:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd, hclsyntax.TokenCQuote:
			depth--
		case hclsyntax.TokenIdent:
			if depth == 0 && i+1 < len(tokens) && tokens[i+1].Type == hclsyntax.TokenEqual {
				cut(t.Range.Start.Byte)
			}
		}
	}
	cut(len(s))
	return args
}

// trusted reports whether what the checks say of a place is worth reading: the
// innermost block round it, or the file, has no fault of syntax of its own.
func (l *loader) trusted(d *hcl.Diagnostic) bool {
	if d.Subject == nil {
		return true
	}
	at := l.innermost(*d.Subject)
	if scope.CodeOf(d) == CodeUnknownBlock { // said by the block round it
		at = l.round(at)
	}
	return !slices.ContainsFunc(l.hard, func(h hcl.Range) bool {
		return h.Filename == d.Subject.Filename && l.innermost(h) == at
	})
}

// innermost returns the innermost block that holds the place, or nil.
func (l *loader) innermost(at hcl.Range) *hclsyntax.Block {
	var found *hclsyntax.Block
	for blocks := l.blocks; ; {
		i := slices.IndexFunc(blocks, func(b *hclsyntax.Block) bool { return contains(whole(b), at) })
		if i < 0 {
			return found
		}
		found, blocks = blocks[i], blocks[i].Body.Blocks
	}
}

// round returns the block that a block stands in, or nil.
func (l *loader) round(b *hclsyntax.Block) *hclsyntax.Block {
	var found *hclsyntax.Block
	for blocks := l.blocks; b != nil; {
		i := slices.IndexFunc(blocks, func(o *hclsyntax.Block) bool { return contains(whole(o), b.TypeRange) })
		if i < 0 || blocks[i] == b {
			break
		}
		found, blocks = blocks[i], blocks[i].Body.Blocks
	}
	return found
}

// broken reports whether a text inside the range was not understood.
func (l *loader) broken(r hcl.Range) bool {
	return slices.ContainsFunc(l.soft, func(s hcl.Range) bool {
		return contains(r, s) || r.Filename == s.Filename && r.End.Byte == s.Start.Byte // 30m, of which r is 30
	})
}

func contains(outer, inner hcl.Range) bool {
	return outer.Filename == inner.Filename && outer.Start.Byte <= inner.Start.Byte &&
		(inner.Start.Byte < outer.End.Byte || inner.End.Byte == outer.End.Byte)
}

// whole is the range of a block from its type to its closing brace.
func whole(b *hclsyntax.Block) hcl.Range { return hcl.RangeBetween(b.TypeRange, b.CloseBraceRange) }

func (l *loader) error(code Code, at hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	d := scope.Error(code, at, summary, fmt.Sprintf(format, args...))
	l.diags = append(l.diags, d)
	return d
}

func (l *loader) warn(code Code, at hcl.Range, summary, format string, args ...any) {
	l.error(code, at, summary, format, args...).Severity = hcl.DiagWarning
}
