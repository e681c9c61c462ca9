package pattern

import (
	"errors"
	"fmt"
	"maps"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"

	"github.com/agext/levenshtein"
)

// explain turns the parser's error into complaints: one for each construct of
// other engines, or else one about what the parser met first.
func explain(source string, cause error) []*Error {
	var errs []*Error
	for t := range tokens(source) {
		if f := isForeign(t.text); f != nil {
			errs = append(errs, at(t, t.text+" is not supported: "+f.what, f.instead))
		}
	}
	if len(errs) > 0 {
		return errs
	}
	var met *syntax.Error
	if !errors.As(cause, &met) {
		return []*Error{{InNames: -1, Summary: "Invalid pattern", Detail: cause.Error()}}
	}
	t := place(source, met)
	summary, detail := describe(met.Code, t.text)
	return []*Error{at(t, summary, detail)}
}

func at(t token, summary, detail string) *Error {
	return &Error{t.at, len(t.text), -1, summary, detail}
}

// place finds where the parser was. It says the text and not the place, and of
// parentheses the whole pattern.
func place(source string, met *syntax.Error) token {
	var open []token
	class := -1
	for t := range tokens(source) {
		switch {
		case t.text[0] == '(' && !isFlag(t.text):
			open = append(open, t)
		case t.text == ")" && len(open) > 0:
			open = open[:len(open)-1]
		case t.text == ")" && met.Code == syntax.ErrUnexpectedParen:
			return t
		}
		if met.Code == syntax.ErrTrailingBackslash && t.text == `\` {
			return t
		}
		if holdsText(met.Code) && strings.HasPrefix(source[t.at:], met.Expr) {
			return token{met.Expr, t.at}
		}
		if i := strings.Index(t.text, met.Expr); class < 0 && i > 0 && t.text[0] == '[' {
			class = t.at + i
		}
	}
	switch {
	case met.Code == syntax.ErrMissingParen && len(open) > 0:
		return open[len(open)-1]
	case holdsText(met.Code) && class >= 0:
		return token{met.Expr, class}
	}
	return token{}
}

// isFlag reports whether what looks like the opening of a group is complete: (?i).
func isFlag(opening string) bool { return strings.HasSuffix(opening, ")") }

// holdsText reports whether the parser's error holds a piece of the pattern.
func holdsText(code syntax.ErrorCode) bool {
	switch code {
	case syntax.ErrMissingParen, syntax.ErrUnexpectedParen, syntax.ErrTrailingBackslash, syntax.ErrInvalidUTF8,
		syntax.ErrLarge, syntax.ErrNestingDepth:
		return false
	}
	return true
}

// describe says what is wrong with a text and what to write instead.
func describe(code syntax.ErrorCode, text string) (summary, detail string) {
	switch code {
	case syntax.ErrMissingParen:
		return "A parenthesis is not closed", `Close the group with ), or write \( for the character.`
	case syntax.ErrUnexpectedParen:
		return "A parenthesis closes nothing", `Take it away, or write \) for the character.`
	case syntax.ErrMissingBracket:
		return "A class is not closed", `Close it with ], or write \[ for the character.`
	case syntax.ErrMissingRepeatArgument:
		return fmt.Sprintf("Nothing stands before %s", text),
			fmt.Sprintf(`It repeats what stands before it: write .%[1]s for any text, \%[1]s for the character.`, text[:1])
	case syntax.ErrInvalidRepeatOp:
		return fmt.Sprintf("%s repeats a repeat", text), "Write one of them, or put what is repeated into a group: (?:x{2})+."
	case syntax.ErrInvalidRepeatSize:
		return fmt.Sprintf("%s is no count", text),
			"A repeat goes from the smaller number to the larger one, to 1000 at most; repeats within repeats are multiplied."
	case syntax.ErrTrailingBackslash:
		return "A backslash at the end", `Write \\ for the character.`
	case syntax.ErrInvalidEscape:
		return fmt.Sprintf("%s has no meaning", text), escapeAdvice(text)
	case syntax.ErrInvalidCharRange, syntax.ErrInvalidCharClass:
		return fmt.Sprintf("%s is no class or range of characters", text), classAdvice(text)
	case syntax.ErrInvalidNamedCapture:
		_, name, _ := strings.Cut(strings.TrimSuffix(text, ">"), "<")
		return fmt.Sprintf("%s names no group", text),
			fmt.Sprintf("A name is a letter or _, then letters, digits and _: write (?P<%s>…).", wellForm(name))
	case syntax.ErrInvalidPerlOp:
		return fmt.Sprintf("%s opens no group", text),
			`Groups are (…), (?:…), (?P<name>…) and with flags (?i:…); write \( for the character.`
	case syntax.ErrInvalidUTF8:
		return "The pattern is not UTF-8", "Save the file as UTF-8."
	case syntax.ErrLarge:
		return "The pattern is too large", "Counted repeats are written out: count less far, or write * or +."
	case syntax.ErrNestingDepth:
		return "The pattern is nested too deeply", "Take groups away."
	}
	return "Invalid pattern", code.String()
}

func escapeAdvice(text string) string {
	switch {
	case strings.HasPrefix(text, `\x`):
		return `Write two digits, \x1b, or a code point in braces, \x{20ac}.`
	case text == `\E`:
		return `\E ends what \Q began, and nothing did.`
	case len(text) == 2 && strings.IndexByte("dDsSwW", text[1]) >= 0:
		return fmt.Sprintf("A class cannot be the end of a range: write - first or last, as in [%s-].", text)
	}
	return fmt.Sprintf(`Write %s for the character, \\%[1]s for a backslash before it.`, strings.TrimPrefix(text, `\`))
}

func classAdvice(text string) string {
	switch {
	case strings.HasPrefix(text, "[:"):
		posix := []string{"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word", "xdigit"}
		return nearest("[:%s:]", strings.Trim(text, "[:^]"), posix)
	case strings.HasPrefix(text, `\p`), strings.HasPrefix(text, `\P`):
		known := slices.Concat(slices.Sorted(maps.Keys(unicode.Categories)), slices.Sorted(maps.Keys(unicode.Scripts)))
		return nearest(text[:2]+"{%s}", strings.Trim(text[2:], "{^}"), known)
	}
	low, high, _ := strings.Cut(text, "-")
	return fmt.Sprintf(`It goes from the smaller character to the larger one: write %s-%s, or \- for the character.`, high, low)
}

// nearest proposes the name that is most like the given one.
func nearest(form, name string, known []string) string {
	best, distance := "", len(name)/2+1
	for _, k := range known {
		if d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(k), nil); d < distance {
			best, distance = k, d
		}
	}
	if best != "" {
		return "Did you mean " + fmt.Sprintf(form, best) + "?"
	}
	return "There is " + fmt.Sprintf(form, known[0]) + ", " + fmt.Sprintf(form, known[1]) + " and so on."
}
