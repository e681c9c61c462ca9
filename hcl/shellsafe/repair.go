package shellsafe

import (
	"cmp"
	"slices"
	"strings"
)

// A repair changes the author's command into one that passes.
type repair struct {
	attr        string
	index, part int
	at          int    // offset in the part's text
	text        string // to insert there; or
	instead     []Part // what replaces the part, a placeholder
}

// insertion puts text into a part of the line.
func insertion(part, at int, text string) repair {
	return repair{attr: "line", part: part, at: at, text: text}
}

// codeReads are the expressions by which code of a language reads a variable
// of the environment, and how a string is left and entered again around them.
var codeReads = map[string]struct{ expression, leave, enter string }{
	"python": {`__import__("os").environ["NAME"]`, ` + `, ` + `},
	"perl":   {`$ENV{NAME}`, ` . `, ` . `},
	"node":   {`process.env.NAME`, ` + `, ` + `},
	"ruby":   {`ENV["NAME"]`, ` + `, ` + `},
	"awk":    {`ENVIRON["NAME"]`, ` `, ` `},
	"jq":     {`env.NAME`, ` + `, ` + `},
	"sh":     {`"$NAME"`, ``, ``},
	"php":    {`getenv("NAME")`, ` . `, ` . `},
	"lua":    {`os.getenv("NAME")`, ` .. `, ` .. `},
	"julia":  {`ENV["NAME"]`, ` * `, ` * `},
}

// repair notes how a refused placeholder in code can be written: the code
// reads the text from the environment.
func (c *checker) repair(o origin, why refusal) {
	reads, ok := codeReads[why.lang]
	if !ok || why.kind != kindCode || why.arg == nil || o.slot == nil || why.piece == nil || why.piece.slot != o.slot || o.env == "" {
		return
	}
	open, alone := quoteBefore(*why.arg, o.slot)
	if alone {
		return // the placeholder is all of the code
	}
	text := strings.ReplaceAll(reads.expression, "NAME", o.env)
	switch {
	case open != "" && why.lang == "sh":
		if open == `"` {
			text = "${" + o.env + "}"
		} else {
			text = open + text + open
		}
	case open != "":
		text = open + reads.leave + text + reads.enter + open
	}
	switch o.slot.place {
	case placeSingle:
		text = strings.ReplaceAll(text, `'`, `'\''`)
	case placeDouble:
		text = doubleEscapes.Replace(text)
	case placeVerbatim:
	default:
		return
	}
	c.repairs = append(c.repairs, repair{attr: o.slot.where.Attr, index: o.slot.where.Index, part: o.slot.where.Part, instead: []Part{{Text: text}}})
}

// quoteBefore returns the quote of the string literal that a slot stands in
// within code, "" if in none, and whether the slot is all of the code.
func quoteBefore(a arg, s *slot) (open string, alone bool) {
	var b strings.Builder
	alone = true
	for _, p := range a.pieces {
		alone = alone && (p.slot == s || p.known() && strings.TrimSpace(p.text) == "")
	}
	for _, p := range a.pieces {
		if p.slot == s {
			break
		}
		if p.slot == nil && p.known() {
			b.WriteString(p.text)
		}
	}
	code := b.String()
	for i := 0; i < len(code); i++ {
		switch ch := code[i]; {
		case ch == '\\':
			i++
		case open == "" && (ch == '\'' || ch == '"'):
			open = string(ch)
			if strings.HasPrefix(code[i:], strings.Repeat(open, 3)) {
				open = strings.Repeat(open, 3)
				i += 2
			}
		case open != "" && strings.HasPrefix(code[i:], open):
			i += len(open) - 1
			open = ""
		}
	}
	return open, alone
}

// explain gives every problem the corrected command, if there is one that
// passes.
func (c *checker) explain() {
	if !c.failed() || len(c.repairs) == 0 {
		return
	}
	in := c.in.repaired(c.repairs)
	if check(in).failed() {
		return
	}
	fixed := in.source()
	for i := range c.problems {
		if p := &c.problems[i]; !p.Warning {
			p.Fixed, p.Edits = fixed, corrections(c.repairs)
		}
	}
}

// corrections returns the repairs in the order of the text, each once.
func corrections(list []repair) []Correction {
	var out []Correction
	for _, r := range list {
		e := Correction{Where{r.attr, r.index, r.part, r.at, r.at}, r.text}
		for _, p := range r.instead {
			e.Text += p.Text
		}
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Correction) int {
		return cmp.Or(cmp.Compare(a.Where.Index, b.Where.Index), cmp.Compare(a.Where.Part, b.Where.Part), cmp.Compare(a.Where.Start, b.Where.Start))
	})
	return out
}

// repaired returns the input with the repairs made.
func (in Input) repaired(list []repair) Input {
	list = slices.Clone(list)
	// From the end, so that offsets stay right.
	slices.SortStableFunc(list, func(a, b repair) int { return cmp.Or(cmp.Compare(b.part, a.part), cmp.Compare(b.at, a.at)) })
	list = slices.CompactFunc(list, func(a, b repair) bool {
		return a.attr == b.attr && a.index == b.index && a.part == b.part && a.at == b.at && a.instead != nil && b.instead != nil
	})
	out := in
	out.Line = slices.Clone(in.Line)
	out.Argv = slices.Clone(in.Argv)
	for i := range out.Argv {
		out.Argv[i] = slices.Clone(out.Argv[i])
	}
	for _, r := range list {
		var parts []Part
		switch r.attr {
		case "line":
			parts = out.Line
		case "argv":
			parts = out.Argv[r.index]
		default:
			continue
		}
		if r.part >= len(parts) {
			continue
		}
		if r.instead != nil {
			parts = slices.Replace(parts, r.part, r.part+1, r.instead...)
		} else if p := parts[r.part]; p.Hole == nil && r.at <= len(p.Text) {
			parts[r.part].Text = p.Text[:r.at] + r.text + p.Text[r.at:]
		}
		if r.attr == "line" {
			out.Line = parts
		} else {
			out.Argv[r.index] = parts
		}
	}
	return out
}

// source shows the command as the author would write it in a template:
// ${name} are placeholders, $${…} is the shell's.
func (in Input) source() string {
	one := func(parts []Part) string {
		var b strings.Builder
		for _, p := range parts {
			if p.Hole != nil {
				b.WriteString(placeholder(p.Hole))
			} else {
				b.WriteString(escapeTemplate(p.Text))
			}
		}
		return b.String()
	}
	if in.Argv == nil {
		return one(in.Line)
	}
	var words []string
	for _, word := range in.Argv {
		words = append(words, hclString(one(word)))
	}
	return "[" + strings.Join(words, ", ") + "]"
}

func escapeTemplate(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(s)
}

func hclString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(s) + `"`
}
