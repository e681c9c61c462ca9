package shellsafe

import (
	"regexp"
	"strconv"
	"strings"
)

// A place is how the text of a placeholder is put into the line.
type place int

const (
	placeNone     place = iota // not seen by the walk
	placeRefused               // seen, and refused
	placeBare                  // a word or part of one, without quotes: becomes one quoted word
	placeDouble                // in "…"
	placeSingle                // in '…'
	placeHeredoc               // in a here-document, as an expansion of a variable of ours
	placeVerbatim              // as it is: an argument, standard input, a here-document with a quoted delimiter
	placeNumber                // in arithmetic
)

var integerText = regexp.MustCompile(`^[+-]?[0-9]+$`)

// put quotes the text of a slot for its place.
func (r *rendering) put(s *slot, names *int) (text, how string, err error) {
	value := string(r.texts[s])
	p := s.place
	if p == placeNumber && integerText.MatchString(value) {
		if s.plain || value[0] != '-' && value[0] != '+' {
			return value, "number", nil
		}
		return "(" + value + ")", "number", nil // x-(-1), not x--1
	}
	if s.variable || p == placeNumber || r.spill && p != placeVerbatim {
		*names++
		name := r.ours + strconv.Itoa(*names)
		if len(name)+1+len(value) > MaxArgument {
			return "", "", s.tooLong(r.texts[s])
		}
		r.out.Env[name] = r.texts[s]
		expansion := "${" + name + "}"
		switch p {
		case placeBare:
			expansion = `"` + expansion + `"`
		case placeSingle:
			expansion = `'"` + expansion + `"'`
		}
		return expansion, "variable", nil
	}
	switch p {
	case placeBare:
		return quoteSingle(value), "word", nil
	case placeSingle:
		return strings.ReplaceAll(value, `'`, `'\''`), "single quotes", nil
	case placeDouble:
		if plainQuoted.MatchString(value) {
			return value, "double quotes", nil
		}
		// Out of the double quotes, and in again. A backslash before $ would do
		// but in a locale (Shift JIS, Big5) where a backslash can be the second
		// byte of a character whose first one the text ends with.
		return `"` + quoteSingle(value) + `"`, "double quotes", nil
	default:
		return value, "verbatim", nil
	}
}

// plainQuoted are texts that mean themselves in double quotes.
var plainQuoted = regexp.MustCompile(`^[ !#%-\[\]-_a-~]*$`)

var doubleEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`")

// quoteSingle makes one word of a text, whatever it holds.
func quoteSingle(s string) string { return `'` + strings.ReplaceAll(s, `'`, `'\''`) + `'` }

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// quoteWord quotes a word of the host's if it needs it.
func quoteWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return quoteSingle(s)
}

// ourVariables chooses the beginning of the names of our variables, so that
// none is the author's or a capture's.
func (c *checker) ourVariables() string {
	texts := c.in.texts()
	for name := range c.in.Captures {
		texts = append(texts, name)
	}
	prefix := "JW_H"
	for anyContains(texts, prefix) {
		prefix += "_"
	}
	return prefix
}
