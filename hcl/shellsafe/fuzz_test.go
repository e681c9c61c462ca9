package shellsafe

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"
)

// hostileTexts are texts that would do something wherever they are read as more
// than text.
var hostileTexts = []string{
	"", " ", "a b", "*", "?", "[a-z]*", "~", "~root", "-n", "--help", "-1", "1", "1.5", "+3", ".", "..", "/", "../x", "'", "''", `"`, `\`, `\\`, "`", "$", "$$",
	"$(touch pwned)", "`touch pwned`", "${HOME}", "$HOME", "$((1))", "; touch pwned", "| touch pwned", "& touch pwned", "&& touch pwned", "\ntouch pwned\n", "\n",
	"'; touch pwned; '", `"; touch pwned; "`, `'"; touch pwned; "'`, `\'; touch pwned; \'`, `\"; touch pwned; #`, "#", "# x", "!", "!!", "{a,b}", "{1..3}", "a=b", "=",
	"EOF", "\nEOF\n", "\nEOF\ntouch pwned\n", "EOF\n", "\tEOF", "E", "OF", "E12", ")", "(", "))", "]]", "]", "}", "${", "$(", "$((", "a[$(touch pwned)]", "x:-$(touch pwned)",
	"\x01", "\x7f", "\x80", "\xff\xfe", "\r", "\t", "\x1b[31m", "é", "\u2028", "jwhole0n00000z", "jwhole", "%s%n", "%", "0x10", "08", "1e5", "-1e5", "true", "if", "done", "esac",
	"$'\\x27'", `\x27`, `a\`, `$'`, `$"`, "<<EOF", "> pwned", "< /etc/passwd", ">&2", "<(touch pwned)", "PATH=.", "1\n2", strings.Repeat("a", 300),
}

func FuzzCheck(f *testing.F) {
	for _, line := range accepted {
		line, bash := strings.CutPrefix(line, "bash:")
		f.Add(line, bash, "$(touch pwned)")
	}
	for _, r := range refused {
		f.Add(strings.TrimPrefix(strings.TrimPrefix(r.line, "bash:"), "sh:"), true, "'\n")
	}
	for _, line := range six {
		f.Add(line, false, `"`)
	}
	for _, text := range hostileTexts {
		f.Add("echo ${x} \"${x}\" '${x}' $(echo ${x}) $${y:-${x}}\ncat <<EOF\n${x}\nEOF\n", false, text)
	}
	f.Fuzz(func(t *testing.T, line string, bash bool, text string) {
		if len(line) > 4000 || !balanced(line) {
			return
		}
		shell := Sh
		if bash {
			shell = Bash
		}
		in := input(shell, line)
		c, problems := Check(in)
		for _, p := range problems {
			wellFormed(t, in, p)
		}
		if c == nil {
			return
		}
		c.Programs()
		for _, text := range append([]string{text}, hostileTexts...) {
			sameShape(t, in, c, text)
		}
	})
}

// balanced reports whether parts can read the template.
func balanced(s string) bool {
	s = strings.ReplaceAll(s, "$${", "")
	for {
		at := strings.Index(s, "${")
		if at < 0 {
			return true
		}
		end := strings.Index(s[at:], "}")
		if end < 0 {
			return false
		}
		s = s[at+end+1:]
	}
}

// wellFormed checks that a problem points into the command.
func wellFormed(t *testing.T, in Input, p Problem) {
	t.Helper()
	if p.Code == "" || p.Summary == "" || strings.Contains(p.Summary+p.Detail, "jwhole0n0") && !strings.Contains(in.source(), "jwhole") {
		t.Errorf("%s: a problem without a text, or with a token: %+v", in.source(), p)
	}
	if p.Where.Attr == "line" && len(in.Line) > 0 {
		part := in.Line[p.Where.Part]
		if p.Where.Start < 0 || p.Where.End < p.Where.Start || part.Hole == nil && p.Where.End > len(part.Text) {
			t.Errorf("%s: a problem points outside: %+v", in.source(), p)
		}
	}
}

// render puts the same text into every placeholder.
func render(c *Command, text string, edits ...Edit) (*Rendered, error) {
	return c.Render(func(*Hole) ([]byte, error) { return []byte(text), nil }, edits...)
}

// sameShape renders and parses again: the tree must be that of the template.
func sameShape(t *testing.T, in Input, c *Command, text string) {
	t.Helper()
	r, err := render(c, text)
	if err != nil {
		var refusal *Refusal
		if !errors.As(err, &refusal) {
			t.Fatalf("%s with %q: %v", in.source(), text, err)
		}
		return
	}
	for _, lang := range []syntax.LangVariant{syntax.LangBash, syntax.LangPOSIX} {
		if lang == syntax.LangPOSIX && in.Shell == Bash {
			continue
		}
		want, err := parseAs(c.line.text, lang)
		if err != nil {
			t.Fatalf("%s: %v", in.source(), err)
		}
		got, err := parseAs(strings.ToValidUTF8(string(r.Line), "ÿ"), lang) // the parser wants UTF-8, shells do not
		if err != nil {
			t.Fatalf("%s with %q: %s: %v", in.source(), text, r.Line, err)
		}
		if a, b := shape(want), shape(got); a != b {
			t.Fatalf("%s with %q: %s\n%s\n%s", in.source(), text, r.Line, a, b)
		}
	}
	if bytes.Contains(r.Line, []byte("jwhole0n0000")) && !strings.Contains(in.source()+text, "jwhole") {
		t.Errorf("%s: a token is left: %s", in.source(), r.Line)
	}
}

// shape is a tree without its texts.
func shape(f *syntax.File) string {
	var b strings.Builder
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case nil:
			b.WriteString(")")
		case *syntax.Word:
			b.WriteString("word ")
			for _, p := range n.Parts {
				syntax.Walk(p, func(n syntax.Node) bool {
					switch n := n.(type) {
					case *syntax.CmdSubst, *syntax.ProcSubst:
						fmt.Fprintf(&b, "%T ", n)
					case *syntax.Stmt:
						fmt.Fprintf(&b, "stmt %d ", len(n.Redirs))
					case *syntax.CallExpr:
						fmt.Fprintf(&b, "call %d %d ", len(n.Assigns), len(n.Args))
					}
					return true
				})
			}
			return false
		case *syntax.CallExpr:
			fmt.Fprintf(&b, "call %d %d(", len(n.Assigns), len(n.Args))
		case *syntax.ParenArithm, *syntax.UnaryArithm, *syntax.Lit:
			// (-1) for a number
			return true
		default:
			fmt.Fprintf(&b, "%T(", n)
		}
		return true
	})
	return strings.ReplaceAll(b.String(), ")", "")
}

func FuzzRender(f *testing.F) {
	const line = "echo ${x} a${x}b \"${x}\" '${x}' $(echo ${x}) \"$(echo \"${x}\")\" $${y:-${x}} \"$${y:-${x}}\" `echo ${x}` `echo 'a ${x}'`\nv=${x} cat <<EOF\n${x} $(echo '${x}')\nEOF\ncase ${x} in ${x}) echo ${x} ;; esac\n"
	in := input(Sh, line)
	c, problems := Check(in)
	if c == nil {
		f.Fatal(problems)
	}
	for _, text := range hostileTexts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { sameShape(t, in, c, string(text)) })
}
