package shellsafe

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// expand says what an expansion in a word can hold. It neither judges nor
// remembers; place does.
func (w *walker) expand(part syntax.WordPart, c setting) piece {
	start, end := offsets(part)
	p := piece{start: start, end: end, unquoted: !c.quoted}
	e := &expansion{source: w.source(start, end)}
	p.exp = e
	switch part := part.(type) {
	case *syntax.ParamExp:
		if simpleParam(part) {
			name := part.Param.Value
			f := w.vars.at(name, start)
			e.origins, e.author, e.direct = f.origins, f.author, true
			e.number = len(name) == 1 && strings.Contains("?#$!", name)
			if f.constant && !(p.unquoted && c.split && w.vars.opaqueSplit(f.text)) {
				e.constant, p.text = true, f.text
			}
			return p
		}
		if part.Length {
			e.number = true
			return p
		}
		e.origins, e.direct = w.origins(part), true
	case *syntax.ArithmExp:
		e.number = true // place proves what is evaluated
	default:
		e.origins = indirect(w.origins(part))
	}
	return p
}

// simpleParam reports whether an expansion is $x or ${x}.
func simpleParam(p *syntax.ParamExp) bool {
	return p.Param != nil && !p.Excl && !p.Length && !p.Width && p.Index == nil && p.Slice == nil && p.Repl == nil && p.Names == 0 && p.Exp == nil
}

// place visits a word of the template: every token in it gets a place, every
// expansion in it is walked, and captured text that is not quoted is refused.
func (w *walker) place(n *syntax.Word, c setting) {
	if n == nil {
		return
	}
	if !c.quoted && hasBraces(n) {
		if os := w.origins(n); len(os) > 0 {
			start, end := offsets(n)
			w.refuseBraces(w.t.where(start, end), os)
			for _, s := range w.tokens.in(w.raw(n)) {
				s.place = placeRefused
			}
		}
	}
	bracket := false // an open [ of a pattern
	w.placeParts(n.Parts, c, &bracket)
}

// raw is the template's text of a node, tokens included.
func (w *walker) raw(n syntax.Node) string {
	start, end := offsets(n)
	return w.t.text[min(start, len(w.t.text)):min(end, len(w.t.text))]
}

func (w *walker) placeParts(parts []syntax.WordPart, c setting, bracket *bool) {
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			switch {
			case c.heredoc:
				w.placeText(part.Value, placeHeredoc)
			case c.quoted:
				w.placeText(part.Value, placeDouble)
			default:
				w.placeBare(part.Value, c, bracket)
			}
		case *syntax.SglQuoted:
			if !part.Dollar {
				w.placeText(part.Value, placeSingle)
			}
		case *syntax.DblQuoted:
			if part.Dollar { // its tokens get no place
				w.walkInside(&syntax.Word{Parts: part.Parts})
				continue
			}
			inner := c
			inner.quoted, inner.split, inner.pattern = true, false, false
			w.placeParts(part.Parts, inner, bracket)
		case *syntax.ParamExp:
			w.placeParam(part, c)
		case *syntax.CmdSubst:
			w.placeSubst(part, c)
		case *syntax.ArithmExp:
			w.arithmetic(part.X, false)
		case *syntax.ProcSubst:
			w.processSubstitution(part)
		case *syntax.ExtGlob:
			// The parser keeps its text as it is: tokens get no place, and what
			// expansions there do cannot be told.
			if strings.ContainsAny(part.Pattern.Value, "$`") && (w.captured || w.in.Allow != nil) {
				start, end := offsets(part)
				w.add(Problem{Code: "capture-place", Where: w.t.where(start, end), Summary: "An expansion in an extended pattern",
					Detail: "What " + w.source(start, end) + " expands is not looked into. Write it as a `case` with several patterns, or assign it to a variable before and test that."})
			}
		default:
			w.unknownNode(part)
		}
	}
}

// placeText gives the tokens of quoted text their place.
func (w *walker) placeText(s string, p place) {
	for _, slot := range w.tokens.in(s) {
		w.setPlace(slot, p)
	}
}

// placeBare gives the tokens of unquoted text their place. Inside the brackets
// of a pattern quoting means something else in every shell.
func (w *walker) placeBare(s string, c setting, bracket *bool) {
	for s != "" {
		i, j, slot := w.tokens.next(s)
		text := s
		if slot != nil {
			text = s[:i]
		}
		for k := 0; k < len(text); k++ {
			switch text[k] {
			case '\\':
				k++
			case '[':
				*bracket = true
			case ']':
				*bracket = false
			}
		}
		if slot == nil {
			return
		}
		if *bracket && (c.split || c.pattern) && strings.Contains(s[j:], "]") {
			slot.place = placeRefused
			w.refusePlace(slot, "between the brackets of a pattern",
				"An unquoted [ … ] is a pattern for file names, and quoting counts for nothing inside it.",
				"Put the brackets in quotes too: \"["+placeholder(slot.hole)+"]\".")
		} else {
			w.setPlace(slot, placeBare)
		}
		s = s[j:]
	}
}

// setPlace says how the text of a slot will be quoted, unless what stands
// right before it in the author's text would change the quotes.
func (w *walker) setPlace(s *slot, p place) {
	w.seen[s] = true
	if w.nested() {
		w.nestedPlace(s, p)
		return
	}
	if s.place == placeRefused {
		return
	}
	if p != placeSingle {
		before := w.t.text[:s.start]
		slashes := len(before) - len(strings.TrimRight(before, `\`))
		dollar := strings.HasSuffix(before, "$") && (len(before)-1-len(strings.TrimRight(before[:len(before)-1], `\`)))%2 == 0
		switch {
		case slashes%2 == 1 || w.back && slashes > 0:
			s.place = placeRefused
			w.refusePlace(s, "right after a backslash", "The backslash would take the quoting off.", "Take the backslash away: no escaping is needed.")
			return
		case dollar || w.back && strings.HasSuffix(before, "$"):
			return // unplaced: part of a name
		}
	}
	s.place = p
	s.variable = s.variable || w.back || p == placeHeredoc
}

// nestedPlace looks at a number in a line inside a word. There it stands as
// plain digits (the quotes around it are the outer line's), so it must not
// grow together with what is beside it into something else.
func (w *walker) nestedPlace(s *slot, p place) {
	if p != placeBare || s.hole.Unsafe {
		return
	}
	before, after, _ := strings.Cut(w.t.text, s.token)
	word := before[strings.LastIndexAny(before, " \t\n;&|()<>")+1:]
	way := "Give it as an argument: sh -c '… \"$1\" …' _ " + placeholder(s.hole) + "."
	switch {
	case strings.HasPrefix(after, "<") || strings.HasPrefix(after, ">"):
		w.refusePlace(s, "right before a redirection", "Its digits would be the number of a file.", way)
	case strings.HasPrefix(word, "~") && !strings.Contains(word, "/"):
		w.refusePlace(s, "right after ~", "It would choose a folder of bash's, or a user's.", way)
	case strings.Contains(word, "{"):
		w.refusePlace(s, "in braces", "bash makes several words of {1..9}.", way)
	}
}

// placeParam visits a parameter expansion.
func (w *walker) placeParam(n *syntax.ParamExp, c setting) {
	start, end := offsets(n)
	at := w.t.where(start, end)
	if n.Param == nil || strings.Contains(n.Param.Value, w.tokens.stem) {
		return // a name made of captured text: its tokens get no place
	}
	f := w.vars.at(n.Param.Value, start)
	direct := withoutContent(f.origins)
	if len(direct) > 0 && !n.Length {
		switch {
		case n.Excl:
			w.prove(direct, integer(), refusal{at: at, code: "variable-name", kind: kindInteger, what: "the name of a variable"})
		case n.Exp != nil && n.Exp.Op == syntax.OtherParamOps && n.Exp.Word.Lit() != "Q":
			w.prove(direct, noText(), refusal{at: at, code: "capture-in-code", kind: kindRefused, what: "a text that bash expands again"})
		case (c.split || c.pattern) && !c.quoted:
			if slices.ContainsFunc(direct, func(o origin) bool { return !o.made }) {
				w.refuseUnquoted(n, at, direct)
			} else {
				w.warnUnquotedSubst(at, w.source(start, end), direct)
			}
		}
	}
	w.arithmetic(n.Index, false)
	if n.Slice != nil {
		w.arithmetic(n.Slice.Offset, false)
		w.arithmetic(n.Slice.Length, false)
	}
	if n.Exp != nil && n.Exp.Word != nil && n.Exp.Op != syntax.OtherParamOps {
		inner := c
		switch n.Exp.Op {
		case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
			inner.pattern = true
		}
		w.placeOperand(n.Exp.Word, inner)
	}
	if n.Repl != nil {
		// Its tokens get no place: & and \ mean something in a replacement.
		w.walkInside(n.Repl.Orig)
		w.walkInside(n.Repl.With)
	}
}

// placeOperand visits the word of ${x:-word}, ${x#word}. Shells disagree about
// quotes there, so text stands as an expansion of a variable of ours.
func (w *walker) placeOperand(n *syntax.Word, c setting) {
	if c.quoted && (c.pattern || hasQuotes(n)) {
		w.walkInside(n) // quotes or a pattern inside quotes: no form is literal in every shell
		return
	}
	w.place(n, c)
	if w.nested() {
		return
	}
	for _, s := range w.tokens.in(w.raw(n)) {
		if s.place != placeNone && s.place != placeRefused && s.place != placeNumber {
			s.variable = true
		}
	}
}

func hasQuotes(n *syntax.Word) bool {
	for _, p := range n.Parts {
		switch p.(type) {
		case *syntax.SglQuoted, *syntax.DblQuoted:
			return true
		}
	}
	return false
}

// walkInside walks the expansions of a word whose own tokens get no place.
func (w *walker) walkInside(n *syntax.Word) {
	if n == nil || len(n.Parts) == 0 {
		return
	}
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			w.placeSubst(n, setting{})
			return false
		case *syntax.ProcSubst:
			w.processSubstitution(n)
			return false
		case *syntax.ArithmExp:
			w.arithmetic(n.X, false)
			return false
		case *syntax.ParamExp:
			w.placeParam(n, setting{quoted: true})
			return false
		}
		return true
	})
}

// placeSubst visits a command substitution.
func (w *walker) placeSubst(n *syntax.CmdSubst, c setting) {
	if os := withoutContent(w.origins(n)); len(os) > 0 && c.split && !c.quoted {
		start, end := offsets(n)
		w.warnUnquotedSubst(w.t.where(start, end), w.source(start, end), os)
	}
	if !n.Backquotes {
		w.substitution(n.Stmts, w.back)
		return
	}
	if c.quoted {
		// `…` inside "…": which quotes belong to whom differs by shell.
		for _, s := range w.tokens.in(w.raw(n)) {
			if !w.nested() {
				s.place = placeRefused
				w.refusePlace(s, "in backquotes inside double quotes", "Shells disagree about the quotes in there.", "Write $( … ) instead of ` … `.")
			}
		}
	}
	w.substitution(n.Stmts, true)
}
