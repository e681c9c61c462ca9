package shellsafe

import (
	"path"
	"strings"

	"github.com/jwhost/jwhost/hcl/proof"
)

// line checks a shell line that stands in words of a command, as a line of
// its own. What of it is not known is proved or refused by its meaning.
func (w *walker) line(args []arg, s span, r running) {
	var words []string
	for i := s.from; i < s.to && i < len(args); i++ {
		a := args[i]
		if i == s.from {
			a = a.from(s.offset)
		}
		text, known := a.line()
		if !known {
			if w.constantElsewhere(a) {
				w.add(Problem{Code: "variable-in-code", Where: a.where, Summary: "This shell line is not known before it runs",
					Detail: "A line for a shell is checked like the command itself, so it must be written out in one place."})
			}
			return
		}
		words = append(words, text)
	}
	if len(words) == 0 || !w.numbersOnly(words...) {
		return
	}
	shell := w.shell
	if name, known := args[0].literal(); known {
		switch path.Base(name) {
		case "eval", "trap", "command", "builtin":
		case "bash":
			shell = Bash
		default:
			shell = Sh
		}
	}
	w.innerLine(strings.Join(words, " "), shell, args[s.from].where, r.stdin)
}

// numbersOnly reports whether the placeholders in a line hold numbers: if not,
// the line was refused, and there is no more to say of it.
func (w *walker) numbersOnly(words ...string) bool {
	for _, word := range words {
		for _, s := range w.tokens.in(word) {
			if _, ok := proof.Contained(s.hole.Language, plainNumber()); !ok && !s.hole.Unsafe {
				return false
			}
		}
	}
	return true
}

// constantElsewhere reports whether an argument holds nothing but the
// author's text, though not one that is known here.
func (w *walker) constantElsewhere(a arg) bool {
	for _, p := range a.pieces {
		if p.exp != nil && !p.known() && !p.exp.author && !p.exp.number {
			return false
		}
	}
	return true
}

// innerLine checks a line inside another.
func (w *walker) innerLine(text, shell string, at Where, stdin *source) {
	if w.depth >= maxDepth {
		w.add(Problem{Code: "depth", Where: at, Summary: "Too many shell lines inside each other"})
		return
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	w.depth++
	defer func() { w.depth-- }()
	t := &template{text: text, attr: at.Attr, outer: &at}
	f := w.parse(t, shell)
	if f == nil {
		return
	}
	inner := &walker{checker: w.checker, t: t, shell: shell, inner: true, seen: map[*slot]bool{}}
	inner.gather(f, w.vars)
	inner.file(f, stdin)
}

// reads proves what a program that reads code finds on its standard input.
func (w *walker) reads(at arg, name, lang string, stdin *source) {
	if stdin == nil {
		return
	}
	m := meaning{kind: kindCode, lang: lang}
	where := at.where
	why := refusal{at: where, code: "capture-in-code", kind: kindCode, lang: lang, piped: true,
		what: languages[lang].title + " that " + path.Base(name) + " reads from " + stdin.what}
	w.prove(stdin.origins, m.admits(), why)
	if stdin.known && lang == "sh" && w.numbersOnly(stdin.text) {
		shell := Sh
		if path.Base(name) == "bash" {
			shell = Bash
		}
		place := stdin.where
		if place == (Where{}) {
			place = where
		}
		w.innerLine(stdin.text, shell, place, nil)
	}
}
