package jobfile

import (
	"bufio"
	"bytes"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// unclosed replaces what the parser says of a quote, a heredoc or a block that
// is not closed, and of all that follows it, by one complaint at the place
// where it was opened. src ends where the parser stopped.
func unclosed(diags hcl.Diagnostics, body *hclsyntax.Body, src []byte) hcl.Diagnostics {
	for i, d := range diags {
		// before are the complaints about the lines before.
		before := func(at hcl.Range) (kept hcl.Diagnostics) {
			for k, o := range diags {
				if k != i && o.Subject != nil && o.Subject.Start.Line < at.Start.Line {
					kept = append(kept, o)
				}
			}
			return kept
		}
		say := func(at hcl.Range, summary, detail string) hcl.Diagnostics {
			return append(before(at), &hcl.Diagnostic{Severity: hcl.DiagError, Subject: at.Ptr(), Extra: CodeSyntax, Summary: summary, Detail: detail})
		}
		if d.Subject == nil {
			continue
		}
		switch d.Summary {
		case "Invalid multi-line string":
			kept := before(*d.Subject)
			at, what := openQuote(d.Subject, src)
			switch {
			case what == "" && len(kept) > 0:
				return kept
			case what == "":
				return append(kept, d)
			case what == `"`:
				return say(at, "A quoted text that does not end",
					`Its closing quote is missing. A quote inside is written \". A text of several lines is a heredoc: <<-EOT, the lines, and EOT.`)
			default:
				return say(at, what+" is not closed", "What it begins ends at a }. For the two characters themselves write "+what[:1]+what+".")
			}
		case "Unterminated template string":
			if at, marker, ok := openHeredoc(src, body); ok {
				return say(at, "A heredoc that does not end", "A line that holds "+marker+" and nothing else ends it.")
			}
		case "Unclosed configuration block":
			at := *d.Subject
			if b := openBlock(body); b != nil {
				at = b.DefRange()
			}
			return say(at, "A block that does not end", "Its closing brace is missing, judging by the indentation.")
		}
	}
	return diags
}

// openQuote finds what is open at the end of the line in which a range begins:
// a quote, or "${" or "%{" in a quoted text; "" if nothing is.
func openQuote(r *hcl.Range, src []byte) (at hcl.Range, what string) {
	start := lineStart(src, r.Start)
	line := lineAt(src, r.Start)
	span := func(from, to int) hcl.Range {
		at := hcl.Range{Filename: r.Filename, Start: r.Start, End: r.Start}
		at.Start.Byte, at.Start.Column = start+from, column(line[:from])
		at.End.Byte, at.End.Column = start+to, column(line[:to])
		return at
	}
	var opened []int // quotes, "${" and "%{" that wait for their end
	for i := 0; i < len(line); i++ {
		inText := len(opened) > 0 && line[opened[len(opened)-1]] == '"'
		rest := line[i:]
		switch {
		case inText && rest[0] == '\\':
			i++
		case inText && (strings.HasPrefix(rest, "$${") || strings.HasPrefix(rest, "%%{")):
			i += 2
		case inText && (strings.HasPrefix(rest, "${") || strings.HasPrefix(rest, "%{")):
			opened = append(opened, i)
			i++
		case inText && rest[0] == '"', !inText && len(opened) > 0 && rest[0] == '}':
			opened = opened[:len(opened)-1]
		case rest[0] == '"':
			opened = append(opened, i)
		}
	}
	for _, i := range opened {
		if line[i] != '"' {
			return span(i, i+2), line[i : i+2]
		}
	}
	if len(opened) > 0 {
		return span(opened[0], len(line)), `"`
	}
	return at, ""
}

// column is that of the place after a text, from 1, as HCL counts.
func column(before string) int {
	sc := hcl.NewRangeScanner([]byte(before), "", bufio.ScanLines)
	if !sc.Scan() {
		return 1
	}
	return sc.Range().End.Column
}

var heredoc = regexp.MustCompile(`<<-?([A-Za-z_][\w-]*)[ \t]*\r?\n`)

// openHeredoc finds the first heredoc without a last line.
func openHeredoc(src []byte, body *hclsyntax.Body) (at hcl.Range, marker string, ok bool) {
	from := body.SrcRange.Start
	text := src[min(from.Byte, len(src)):]
	for _, m := range heredoc.FindAllSubmatchIndex(text, -1) {
		marker := string(text[m[2]:m[3]])
		ends := regexp.MustCompile(`(?m)^[ \t]*` + regexp.QuoteMeta(marker) + `[ \t]*\r?$`)
		if ends.Match(text[m[1]:]) {
			continue
		}
		start := bytes.LastIndexByte(text[:m[0]], '\n') + 1
		pos := hcl.Pos{Line: from.Line + bytes.Count(text[:m[0]], []byte("\n")), Column: column(string(text[start:m[0]])), Byte: from.Byte + m[0]}
		end := pos
		end.Byte += m[3] - m[0]
		end.Column += m[3] - m[0]
		return hcl.Range{Filename: body.SrcRange.Filename, Start: pos, End: end}, marker, true
	}
	return at, "", false
}

// openBlock finds the innermost block whose closing brace is indented
// otherwise than the block: most likely the brace of another one.
func openBlock(body *hclsyntax.Body) *hclsyntax.Block {
	for _, b := range body.Blocks {
		if b.CloseBraceRange.Start.Line == b.TypeRange.Start.Line || b.CloseBraceRange.Start.Column == b.TypeRange.Start.Column && !b.CloseBraceRange.Empty() {
			continue
		}
		if inner := openBlock(b.Body); inner != nil {
			return inner
		}
		return b
	}
	return nil
}
