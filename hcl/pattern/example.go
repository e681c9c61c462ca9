package pattern

import (
	"regexp/syntax"
	"strings"
	"unicode"
)

// Example returns a line that the pattern matches with the given text in the
// given group (0: as the whole match), checked with the regexp itself; false
// where none was found.
func (p *Pattern) Example(group int, text string) (line string, ok bool) {
	if group < 0 || group > len(p.Captures) {
		return "", false
	}
	for _, s := range styles {
		lines := []string{text}
		switch {
		case group > 0 && text == "":
			lines = []string{s.write(p.Syntax, group), s.around(p.Syntax, group, text)}
		case group > 0:
			lines = []string{s.around(p.Syntax, group, text)}
		}
		for _, line := range lines {
			for _, line := range []string{strings.TrimSpace(line), line, " " + line + " ", "a" + line + "a"} {
				if p.captures(line, group, text) {
					return line, true
				}
			}
		}
	}
	return "", false
}

// captures reports whether the pattern finds the text in the group of a line.
func (p *Pattern) captures(line string, group int, text string) bool {
	found := p.Regexp.FindStringSubmatch(line)
	return found != nil && found[group] == text && !strings.Contains(line, "\n")
}

// A style is a way to write a text that an expression matches.
type style struct {
	favourites string // characters to take where there is a choice
	any        string // for a dot
	times      int    // for what may stand there or not
}

var styles = []style{
	{"0a ", " ", 1}, {"a0 ", " ", 1}, {"0a ", "a", 0}, {"a0 ", "a", 0}, {" a0", ".", 1}, {"-.:", "-", 0}, {"-.:", "-", 1},
}

// around writes what re matches with text in the place of the group.
func (s style) around(re *syntax.Regexp, group int, text string) string {
	if re.Op == syntax.OpCapture && re.Cap == group {
		return text
	}
	var b strings.Builder
	if re.Op == syntax.OpRepeat {
		for range re.Min - 1 {
			b.WriteString(s.write(re.Sub[0], 0))
		}
	}
	for _, sub := range re.Sub {
		switch {
		case has(sub, group):
			b.WriteString(s.around(sub, group, text))
		case re.Op == syntax.OpConcat:
			b.WriteString(s.write(sub, 0))
		}
	}
	return b.String()
}

// has reports whether the group is in re.
func has(re *syntax.Regexp, group int) bool {
	if re.Op == syntax.OpCapture && re.Cap == group {
		return true
	}
	for _, sub := range re.Sub {
		if has(sub, group) {
			return true
		}
	}
	return false
}

// write writes a text that re matches, without the group where it can.
func (s style) write(re *syntax.Regexp, without int) string {
	times := 1 // what stands below re
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return strings.ToLower(string(re.Rune))
		}
		return string(re.Rune)
	case syntax.OpCharClass:
		return s.pick(re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return s.any
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if !has(sub, without) {
				return s.write(sub, without)
			}
		}
		return s.write(re.Sub[0], without)
	case syntax.OpStar, syntax.OpQuest, syntax.OpRepeat:
		times = max(re.Min, s.times)
		if has(re.Sub[0], without) || re.Op == syntax.OpRepeat && re.Max == 0 {
			times = re.Min
		}
	}
	var b strings.Builder
	for range times {
		for _, sub := range re.Sub {
			b.WriteString(s.write(sub, without))
		}
	}
	return b.String()
}

// pick chooses a character of a class, given as pairs of its ranges' ends.
func (s style) pick(class []rune) string {
	for _, r := range s.favourites {
		for i := 0; i < len(class); i += 2 {
			if class[i] <= r && r <= class[i+1] {
				return string(r)
			}
		}
	}
	for i := 0; i < len(class); i += 2 {
		for r := class[i]; r <= min(class[i+1], class[i]+0xff); r++ {
			if unicode.IsPrint(r) {
				return string(r)
			}
		}
	}
	if len(class) == 0 {
		return ""
	}
	return string(class[0])
}
