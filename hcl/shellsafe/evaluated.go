package shellsafe

import (
	"reflect"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/jwhost/jwhost/hcl/proof"
)

// arithmetic walks an expression that the shell computes. bash evaluates a
// variable's text there as an expression in turn, and a[$(reboot)] is one: so
// nothing but an integer may come in, by placeholder, expansion or name.
func (w *walker) arithmetic(x syntax.ArithmExpr, let bool) {
	if x == nil || reflect.ValueOf(x).IsNil() {
		return
	}
	switch x := x.(type) {
	case *syntax.BinaryArithm:
		w.arithmetic(x.X, let)
		w.arithmetic(x.Y, let)
	case *syntax.UnaryArithm:
		w.arithmetic(x.X, let)
	case *syntax.ParenArithm:
		w.arithmetic(x.X, let)
	case *syntax.Word:
		w.number(x, "arithmetic", let)
	default:
		w.unknownNode(x)
	}
}

// number visits a word that is evaluated.
func (w *walker) number(n *syntax.Word, what string, plain bool) {
	start, end := offsets(n)
	at := w.t.where(start, end)
	why := refusal{at: at, code: "arithmetic", kind: kindInteger, what: what}

	if name := n.Lit(); syntax.ValidName(name) && len(w.tokens.in(name)) == 0 {
		w.evaluatedName(name, why, map[string]bool{})
		return
	}
	w.prove(withoutContent(w.origins(n)), integer(), why)
	for _, part := range n.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			for _, s := range w.tokens.in(part.Value) {
				w.setPlace(s, placeNumber)
				s.plain = s.plain || plain
				w.gluedNumber(s, part.Value)
			}
		case *syntax.DblQuoted, *syntax.SglQuoted:
			w.walkInside(n) // their tokens get no place
			return
		case *syntax.ParamExp:
			w.placeParam(part, setting{quoted: true})
		case *syntax.CmdSubst:
			w.placeSubst(part, setting{quoted: true})
		case *syntax.ArithmExp:
			w.arithmetic(part.X, plain)
		default:
			w.unknownNode(part)
		}
	}
}

// gluedNumber refuses a number that would be part of another: 0x${n}, a${n};
// and in a line inside a word, where no parentheses can stand around it, one
// whose sign would meet another (x-${n} with -1 is x--1).
func (w *walker) gluedNumber(s *slot, word string) {
	if word != s.token {
		w.refusePlace(s, "in the middle of a number or name", "It would be another number, or another variable.", "Put it between blanks or operators.")
	} else if before, _, _ := strings.Cut(w.t.text, s.token); w.nested() && (strings.HasSuffix(before, "-") || strings.HasSuffix(before, "+")) {
		if _, ok := proof.Contained(s.hole.Language, admitDigits()); !ok {
			w.refusePlace(s, "right after a sign", "With a sign of its own it would be -- or ++, which changes a variable.", "Put a blank before it.")
		}
	}
}

var admitDigits = admit(`[0-9]+`)

// evaluatedName proves what a variable holds that is evaluated by its name,
// and what those hold that its text names in turn: y=x; $((y)).
func (w *walker) evaluatedName(name string, why refusal, seen map[string]bool) {
	if seen[name] {
		return
	}
	seen[name] = true
	why.via = name
	w.prove(withoutContent(w.vars.reach(name)), integer(), why)
	var texts []string
	for _, a := range w.vars.assigned[name] {
		if a.word != nil {
			text, _ := literalWord(a.word)
			texts = append(texts, text)
		}
	}
	if text, ok := w.fileVariable(name); ok {
		texts = append(texts, text)
	}
	for _, text := range texts {
		for _, next := range identifier.FindAllString(text, -1) {
			w.evaluatedName(next, why, seen)
		}
	}
}

var identifier = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// integerVariables are bash's own variables whose assignments it evaluates.
var integerVariables = []string{"RANDOM", "SRANDOM", "SECONDS", "OPTIND", "LINENO", "HISTCMD", "BASHPID", "EUID", "UID", "PPID"}

// test walks the operands of [[ … ]].
func (w *walker) test(x syntax.TestExpr) {
	switch x := x.(type) {
	case *syntax.ParenTest:
		w.test(x.X)
	case *syntax.Word:
		w.place(x, setting{})
	case *syntax.UnaryTest:
		switch x.Op {
		case syntax.TsVarSet, syntax.TsRefVar:
			w.evaluatedOperand(x.X, x.Op.String(), false)
		default:
			w.test(x.X)
		}
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
			w.evaluatedOperand(x.X, x.Op.String(), true)
			w.evaluatedOperand(x.Y, x.Op.String(), true)
		case syntax.TsMatch, syntax.TsMatchShort, syntax.TsNoMatch, syntax.TsReMatch:
			w.test(x.X)
			if y, ok := x.Y.(*syntax.Word); ok {
				w.place(y, setting{pattern: true})
			}
		case syntax.AndTest, syntax.OrTest, syntax.TsNewer, syntax.TsOlder, syntax.TsDevIno, syntax.TsBefore, syntax.TsAfter:
			w.test(x.X)
			w.test(x.Y)
		default:
			w.unknownNode(x)
		}
	default:
		w.unknownNode(x)
	}
}

// evaluatedOperand is an operand of [[ … ]] that bash evaluates: a number
// (whole), or the name of a variable of which it evaluates the index.
func (w *walker) evaluatedOperand(x syntax.TestExpr, op string, whole bool) {
	n, ok := x.(*syntax.Word)
	if !ok {
		w.test(x)
		return
	}
	start, end := offsets(n)
	why := refusal{at: w.t.where(start, end), code: "arithmetic", kind: kindInteger, what: "an operand of " + op}
	w.prove(withoutContent(w.origins(n)), integer(), why)
	if name, known := literalWord(n); known && whole && syntax.ValidName(name) && len(w.tokens.in(name)) == 0 {
		w.evaluatedName(name, why, map[string]bool{})
	}
	w.place(n, setting{})
}

// assignedVariables asks of every variable that the line assigns whether its
// name makes its text more than text, and the same of the files it writes.
func (w *walker) assignedVariables() {
	for name, os := range w.vars.written {
		if !codeFile.MatchString(name) {
			continue
		}
		for _, o := range os {
			o.content = false
			w.prove([]origin{o}, plainNumber(), refusal{at: w.t.where(0, len(w.t.text)), code: "capture-in-code", kind: kindCode, piped: true,
				what: "code: programs run " + name})
		}
	}
	for name, list := range w.vars.assigned {
		os := withoutContent(w.vars.reach(name))
		if len(os) == 0 {
			continue
		}
		at := w.t.where(list[0].pos, list[0].pos+len(name))
		if why := whyVariable(name); why != "" {
			w.prove(os, plainNumber(), refusal{at: at, code: "capture-in-variable", kind: kindCode, what: "the variable " + name, note: name + ": " + why + "."})
		}
		if why, ok := w.vars.declared[name]; ok && w.vars.isArray[name] {
			w.prove(os, noText(), refusal{at: why, code: "capture-in-code", kind: kindRefused, what: "the array " + name + ", of which bash evaluates what declare or local assign"})
		}
	}
	for name, declared := range w.vars.integers {
		w.evaluatedName(name, refusal{at: declared, code: "arithmetic", kind: kindInteger, what: "the variable " + name + ", an integer"}, map[string]bool{})
	}
}

// unknownNode refuses whatever captured text is below a node that no table
// here knows. Tokens below it get no place.
func (w *walker) unknownNode(n syntax.Node) {
	start, end := offsets(n)
	for _, o := range withoutContent(w.origins(n)) {
		if o.slot == nil {
			w.refuse(o, "", refusal{at: w.t.where(start, end), code: "capture-place", kind: kindRefused,
				what: "a construct that jwhost does not know (" + strings.TrimPrefix(reflect.TypeOf(n).String(), "*syntax.") + ")"})
		}
	}
}
