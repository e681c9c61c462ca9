package shellsafe

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// parse returns the tree of a line, as bash reads it. A line for sh must be
// the same tree to a POSIX shell: /bin/sh is dash on one machine and bash on
// the next.
func (c *checker) parse(t *template, shell string) *syntax.File {
	bash, bashErr := parseAs(t.text, syntax.LangBash)
	if shell == Bash {
		if bashErr != nil {
			c.syntaxError(t, bashErr, "bash")
			return nil
		}
		return bash
	}
	posix, posixErr := parseAs(t.text, syntax.LangPOSIX)
	if bashErr == nil {
		if found := c.bashOnly(t, bash); found {
			return nil
		}
	}
	switch {
	case posixErr != nil:
		c.syntaxError(t, posixErr, "sh")
		return nil
	case bashErr != nil:
		c.syntaxError(t, bashErr, "a /bin/sh that is bash")
		return nil
	}
	if at, same := sameTree(posix, bash); !same {
		start, end := offsets(at)
		c.add(Problem{Code: "bash-only", Where: t.where(start, end),
			Summary: "This means one thing to a POSIX shell and another to bash",
			Detail:  "/bin/sh is dash on some machines and bash on others, so a command for sh must mean the same to both. Write `shell = \"bash\"` to have it run by bash."})
		return nil
	}
	return bash
}

func parseAs(text string, lang syntax.LangVariant) (*syntax.File, error) {
	return syntax.NewParser(syntax.Variant(lang), syntax.KeepComments(true)).Parse(strings.NewReader(text), "")
}

// syntaxError tells why the text is no command.
func (c *checker) syntaxError(t *template, err error, shell string) {
	at, message := syntax.Pos{}, err.Error()
	var parse syntax.ParseError
	var lang syntax.LangError
	switch {
	case errors.As(err, &parse):
		at, message = parse.Pos, parse.Text
	case errors.As(err, &lang):
		at, message = lang.Pos, fmt.Sprintf("%s is not part of the language of sh", lang.Feature)
	}
	for _, s := range t.slots {
		message = strings.ReplaceAll(message, s.token, placeholder(s.hole))
	}
	start := int(at.Offset())
	end := min(start+1, len(t.text))
	if from, to, s := c.tokens.next(t.text[min(start, len(t.text)):]); s != nil && from == 0 {
		end = start + to
	}
	c.add(Problem{Code: "syntax", Where: t.where(start, end),
		Summary: "Not a valid command: " + message,
		Detail:  "The command is read as " + shell + " reads it, before any job starts."})
}

func offsets(n syntax.Node) (start, end int) {
	if n == nil || reflect.ValueOf(n).IsNil() {
		return 0, 0
	}
	return int(n.Pos().Offset()), int(n.End().Offset())
}

// bashOnly refuses what only bash understands, with the way to write it.
func (c *checker) bashOnly(t *template, f *syntax.File) (found bool) {
	syntax.Walk(f, func(n syntax.Node) bool {
		if n == nil || found {
			return false
		}
		what, instead := bashConstruct(n)
		if what == "" {
			return true
		}
		found = true
		start, end := offsets(n)
		detail := "/bin/sh need not be bash, and other shells take this for something else. Write `shell = \"bash\"` to have the command run by bash"
		if instead != "" {
			detail += ", or " + instead
		}
		c.add(Problem{Code: "bash-only", Where: t.where(start, end), Summary: what + " is known to bash only", Detail: detail + "."})
		return false
	})
	return found
}

// bashConstruct names a construct of bash that sh does not have, and what sh
// has instead.
func bashConstruct(n syntax.Node) (what, instead string) {
	switch n := n.(type) {
	case *syntax.TestClause:
		return "[[ … ]]", "use [ … ]"
	case *syntax.ArithmCmd:
		return "(( … ))", "use [ … ] or $(( … ))"
	case *syntax.LetClause:
		return "let", "use x=$(( … ))"
	case *syntax.TimeClause:
		return "the keyword time", "use /usr/bin/time or `command time`, a program"
	case *syntax.CoprocClause:
		return "coproc", "use a pipe"
	case *syntax.ProcSubst:
		return "a process substitution", "use a pipe"
	case *syntax.ExtGlob:
		return "an extended pattern", ""
	case *syntax.ArrayExpr:
		return "an array", "use the positional parameters: set -- …"
	case *syntax.CStyleLoop:
		return "for (( … ))", "use while"
	case *syntax.DeclClause:
		switch n.Variant.Value {
		case "export", "readonly", "local":
		default:
			return n.Variant.Value, "assign with x=…"
		}
	case *syntax.FuncDecl:
		if n.RsrvWord {
			return "the keyword function", "write name() { …; }"
		}
	case *syntax.ForClause:
		if n.Select {
			return "select", ""
		}
		if n.Braces {
			return "a loop with braces", "use do … done"
		}
	case *syntax.BinaryCmd:
		if n.Op == syntax.PipeAll {
			return "|&", "use 2>&1 |"
		}
	case *syntax.Redirect:
		switch n.Op {
		case syntax.WordHdoc:
			return "<<<", "use a here-document or a pipe"
		case syntax.RdrAll, syntax.AppAll:
			return n.Op.String(), "use > … 2>&1"
		}
		if n.N != nil && strings.HasPrefix(n.N.Value, "{") {
			return "{name} before a redirection", "use a number"
		}
	case *syntax.SglQuoted:
		if n.Dollar {
			return "$'…'", "use '…', or printf for control characters"
		}
	case *syntax.DblQuoted:
		if n.Dollar {
			return "$\"…\"", "use \"…\""
		}
	case *syntax.Assign:
		if n.Append {
			return "+=", "write x=${x}…"
		}
		if n.Index != nil {
			return "an array", "use several variables"
		}
	case *syntax.ArithmExp:
		if n.Bracket {
			return "$[ … ]", "use $(( … ))"
		}
	case *syntax.ParamExp:
		switch {
		case n.Excl:
			return "${!…}", ""
		case n.Index != nil:
			return "an array", "use several variables"
		case n.Repl != nil:
			return "${…/…/…}", "use sed"
		case n.Slice != nil:
			return "${…:…:…}", "use cut"
		case n.Names != 0:
			return "${!…*}", ""
		case n.Exp != nil && (n.Exp.Op == syntax.OtherParamOps || n.Exp.Op >= syntax.UpperFirst && n.Exp.Op <= syntax.LowerAll):
			return "${…" + n.Exp.Op.String() + "}", "use tr"
		}
	case *syntax.CaseItem:
		if n.OpPos.IsValid() && n.Op != syntax.Break {
			return n.Op.String() + " in case", ""
		}
	case *syntax.Word:
		if hasBraces(n) {
			return "a brace expansion", "write the words out, or quote the braces"
		}
	}
	return "", ""
}

// hasBraces reports whether bash expands {a,b} or {1..3} in the word.
func hasBraces(n *syntax.Word) bool {
	split := &syntax.Word{Parts: slices.Clone(n.Parts)}
	syntax.SplitBraces(split)
	return slices.ContainsFunc(split.Parts, func(p syntax.WordPart) bool {
		_, ok := p.(*syntax.BraceExp)
		return ok
	})
}

// sameTree compares two trees of one text by types, operators and literal
// texts. It returns a node of the second where they differ.
func sameTree(a, b *syntax.File) (at syntax.Node, same bool) {
	x, y := outline(a), outline(b)
	for i := range y {
		if i >= len(x) || x[i].text != y[i].text {
			return y[i].node, false
		}
	}
	return b, len(x) == len(y)
}

type outlined struct {
	text string
	node syntax.Node
}

// outline lists a tree's nodes in order.
func outline(f *syntax.File) []outlined {
	var list []outlined
	note := func(n syntax.Node, format string, args ...any) {
		list = append(list, outlined{fmt.Sprintf(format, args...), n})
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case nil:
			note(nil, ")")
		case *syntax.DeclClause: // export A=b: a plain command to POSIX
			note(n, "call (")
			note(n.Variant, "word %s )", n.Variant.Value)
			for _, a := range n.Args {
				outlineAssign(a, note)
			}
			note(n, ")")
			return false
		case *syntax.CallExpr:
			note(n, "call (")
			if len(n.Args) == 0 || !isDeclaration(n.Args[0].Lit()) {
				return true
			}
			for _, a := range n.Assigns {
				note(a, "assign %s", rawText(a))
			}
			for _, w := range n.Args {
				note(w, "word %s )", rawText(w))
			}
			note(n, ")")
			return false
		case *syntax.Lit:
			note(n, "lit %q", n.Value)
		case *syntax.SglQuoted:
			note(n, "single %t %q", n.Dollar, n.Value)
		case *syntax.DblQuoted:
			note(n, "double %t", n.Dollar)
		case *syntax.BinaryCmd:
			note(n, "binary %v", n.Op)
		case *syntax.Redirect:
			note(n, "redirect %v", n.Op)
		case *syntax.Stmt:
			note(n, "stmt %t %t %t", n.Negated, n.Background, n.Coprocess)
		case *syntax.ParamExp:
			note(n, "param %t %t %t %t", n.Short, n.Excl, n.Length, n.Exp != nil)
		case *syntax.CmdSubst:
			note(n, "subst %t", n.Backquotes)
		case *syntax.BinaryArithm:
			note(n, "arithm %v", n.Op)
		case *syntax.UnaryArithm:
			note(n, "unary %v %t", n.Op, n.Post)
		case *syntax.Comment:
			note(n, "comment")
		default:
			note(n, "%T", n)
		}
		return true
	})
	return list
}

func outlineAssign(a *syntax.Assign, note func(syntax.Node, string, ...any)) {
	note(a, "word %s )", rawText(a))
}

func isDeclaration(name string) bool {
	switch name {
	case "export", "readonly", "local":
		return true
	}
	return false
}

// rawText prints a node in the one form that the printer gives it.
func rawText(n syntax.Node) string {
	var b strings.Builder
	switch n := n.(type) {
	case *syntax.Assign:
		if n.Name != nil {
			b.WriteString(n.Name.Value)
			if !n.Naked {
				b.WriteByte('=')
			}
		}
		if n.Value != nil {
			b.WriteString(rawText(n.Value))
		}
	default:
		if syntax.NewPrinter().Print(&b, n) != nil {
			return fmt.Sprintf("%T", n)
		}
	}
	return b.String()
}
