package pattern

import (
	"fmt"
	"regexp"
	"strings"
)

// A foreign construct is one that other engines know and RE2 does not.
type foreign struct {
	begin   string // of its token
	what    string
	instead string
}

// The longer beginnings come first.
var foreigners = []foreign{
	{"(?=", "look-ahead", "Match what follows as a part of the pattern: a capture holds its own group only, so `(\\d+)(?=ms)` becomes `(\\d+)ms`."},
	{"(?!", "negative look-ahead", "Name what may follow ([^x]), or ask in the watcher's when: `when = !can(regex(\"x\", match.line))`."},
	{"(?<=", "look-behind", "Match what precedes as a part of the pattern: a capture holds its own group only, so `(?<=loss=)(\\d+)` becomes `loss=(\\d+)`."},
	{"(?<!", "negative look-behind", "Name what may precede ((?:^|[^x])), or ask in the watcher's when: `when = !can(regex(\"x\", match.line))`."},
	{"(?>", "an atomic group", "RE2 never backtracks, so a plain group is as fast: write (?:…)."},
	{"(?|", "a branch reset", "Give each branch groups of its own, or put the alternatives into one group: (a|b)."},
	{"(?#", "a comment", "Put the comment into the file, after #."},
	{"(?(", "a condition", "Write the two cases as alternatives: (?:with (x)|without)."},
	{"(?R", "recursion", "Match as many levels as there are, one after the other."},
	{"(?&", "recursion", again},
	{"(?P>", "recursion", again},
	{"(?P=", "a backreference", backreference},
	{"(?'", "a name in quotes", "Write (?P<name>…)."},
	{`\k`, "a backreference", backreference},
	{`\g`, "a backreference", backreference},
	{`\Z`, "the end before a last newline", "A line has no newline at its end: write $."},
	{`\G`, "the end of the last match", "A watcher matches once a line: write ^, or leave it out."},
	{`\K`, "a new beginning of the match", "Put what you want to keep into a group: `loss=\\K\\d+` becomes `loss=(\\d+)`."},
	{`\R`, "any line break", "A pattern sees one line, without its line break: leave it out."},
	{`\h`, "white space within a line", `Write [ \t].`},
	{`\H`, "anything but white space within a line", `Write [^ \t].`},
	{`\V`, "anything but a line break", "Write a dot."},
	{`\N`, "anything but a line break", "Write a dot."},
	{`\C`, "any byte", "Write a dot: it matches an invalid byte as well."},
	{`\X`, "a character with its accents", `Write \PM\pM*.`},
	{`\e`, "the escape character", `Write \x1b. (A pattern sees a line without the colours of a terminal.)`},
	{`\c`, "a control character", `Write its number: \x1b.`},
	{`\u`, "a code point by number", `Write it in braces: \x{20ac}.`},
	{`\U`, "a code point by number", `Write it in braces: \x{1f600}.`},
	{`\y`, "a word's boundary", `Write \b.`},
	{`\Y`, "what is no word's boundary", `Write \B.`},
}

const again = "Write the group's expression once more."

const backreference = "Capture both and compare them in the watcher's when: `when = c1 == c2`."

// isForeign returns what a token means elsewhere, nil if it means something here.
func isForeign(t string) *foreign {
	for _, f := range foreigners {
		if strings.HasPrefix(t, f.begin) {
			return &f
		}
	}
	digit := func(i int) bool { return len(t) > i && t[i] >= '0' && t[i] <= '9' }
	switch {
	case t[0] == '\\' && digit(1) && t[1] != '0':
		return &foreign{what: "a backreference", instead: backreference}
	case strings.HasPrefix(t, "(?") && (digit(2) || digit(3)):
		return &foreign{what: "recursion", instead: again}
	case flags.MatchString(t) && strings.Trim(t, "(?imsU-:)") != "":
		return &foreign{what: "flags of other engines", instead: "There are i (any case), m (^ and $ at lines), s (a dot matches \\n) and U (lazy). Leave x and its comments out; u and a are always so."}
	case len(t) > 1 && strings.IndexByte("*+?{", t[0]) >= 0 && t[len(t)-1] == '+':
		return &foreign{what: "a possessive repeat", instead: fmt.Sprintf("RE2 never backtracks, so a plain one is as fast: write %s.", t[:len(t)-1])}
	}
	return nil
}

var flags = regexp.MustCompile(`^\(\?[A-Za-z-]+[:)]$`)
