package shellsafe

import (
	"fmt"

	"github.com/jwhost/jwhost/hcl/proof"
)

// An optionWord is an argument that a program could read as an option, as it
// begins with captured text.
type optionWord struct {
	pieces []piece
	slot   *slot
}

// notOption admits what no program reads as an option. A negative number is
// one to a few, which take digits as options of a harmless kind.
var notOption = admit(`([^-].*)?|-[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?|-[0-9]+\.`)

// options finds the arguments that can become options.
func (w *walker) options(args []arg, v verdict) {
	for i := 1; i < len(args); i++ {
		if i >= len(v.options) || !v.options[i] || len(args[i].pieces) == 0 {
			continue
		}
		a := args[i]
		for len(a.pieces) > 0 && a.pieces[0].known() && a.pieces[0].text == "" {
			a.pieces = a.pieces[1:]
		}
		if len(a.pieces) == 0 {
			continue
		}
		first := a.pieces[0]
		switch {
		case first.slot != nil:
			if first.slot.hole.Unsafe {
				continue
			}
			w.cmd.words = append(w.cmd.words, optionWord{a.pieces, first.slot})
			witness, ok := proof.Contained(textsOf(a.pieces), notOption())
			if !ok {
				w.warnOption(slotOrigin(first.slot), witness, w.whereOf(first, a))
			}
		case first.exp != nil && !first.known() && first.exp.direct:
			for _, o := range withoutContent(first.exp.origins) {
				witness, ok := proof.Contained(o.lang, notOption())
				if ok {
					continue
				}
				w.warnOption(o, witness, w.whereOf(first, a))
				w.cmd.remember(o, admission{lang: notOption(), what: "a word that a program could read as an option"})
			}
		}
	}
}

// textsOf is every text that an argument can be.
func textsOf(pieces []piece) *proof.Language {
	var all []*proof.Language
	for _, p := range pieces {
		switch {
		case p.slot != nil:
			all = append(all, p.slot.hole.Language)
		case p.known():
			all = append(all, proof.Literal(p.text))
		default:
			all = append(all, anyText())
		}
	}
	return proof.Concat(all...)
}

// option refuses a text that a program would read as an option.
func (r *rendering) option(o optionWord) error {
	var word []byte
	for _, p := range o.pieces {
		switch {
		case p.slot != nil:
			word = append(word, r.texts[p.slot]...)
		case p.known():
			word = append(word, p.text...)
		}
		if len(word) > 0 && word[0] != '-' {
			return nil
		}
	}
	if notOption().Contains(word) {
		return nil
	}
	return o.slot.refuse(r.texts[o.slot], "begins with \"-\": the program would read it as an option")
}

// warnOption tells that a word could be read as an option.
func (c *checker) warnOption(o origin, witness string, at Where) {
	c.add(Problem{Warning: true, Code: "option", Where: at, Witness: witness,
		Summary: o.name + " could be read as an option",
		Detail: fmt.Sprintf("%s can be %s. A text that begins with \"-\" and is no negative number is refused when it comes, and nothing runs then. "+
			"Write -- before it if the program knows that, or give it with the option that takes it (--name=%s)."+alsoAs(o), o.name, quote(witness), o.name)})
}
