package proof

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

func parse(t testing.TB, pattern string) *syntax.Regexp {
	t.Helper()
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	return re
}

// The languages that this repository's commands admit, and a few more.
var (
	number = Match(`[+-]?[0-9]+(\.[0-9]+)?`)
	lower  = Match(`[a-z]*`)
	line   = Match(`.*`)
	name   = Match(`[^/\x00.][^/\x00]*|\.[^/\x00.][^/\x00]*|\.\.[^/\x00]+`)
)

func TestGroupContained(t *testing.T) {
	tests := []struct {
		pattern string
		group   int
		in      *Language
		witness string // "ok": contained
	}{
		// What a group's own text can be.
		{`loss (\d+)`, 1, number, "ok"},
		{`loss (\d+\.\d+)`, 1, number, "ok"},
		{`loss ([\d.]+)`, 1, number, "."},
		{`loss (\d*)`, 1, number, ""},
		{`loss (.*)`, 1, lower, ";"},
		{`loss (.*)`, 1, Any(), "ok"},
		{`loss (\S+)`, 1, number, ";"},
		{`loss (\w+)`, 1, number, "a"},
		{`loss ([^;$]+)`, 1, number, "`"},
		{`(\d{2})\d`, 0, Match(`[0-9]{2}`), "000"},
		{`x(\d{1000})`, 1, number, "ok"},
		{`x(\d{1000})`, 1, Match(`[0-9]{999}`), strings.Repeat("0", 1000)},
		{`x(\d{2,4})`, 1, Match(`[0-9]{2,3}`), "0000"},
		{`x(\d{3,})`, 1, Match(`[0-9]{3}`), "0000"},
		{`(a|bc|)`, 1, Match(`a|bc|`), "ok"},
		{`(a|bc|)`, 1, Match(`a|b|bc`), ""},
		{`x(ab)c`, 1, Literal("ab"), "ok"},
		{`x(ab)c`, 1, Literal("a"), "ab"},
		{`x(ab)c`, 1, Literal("abc"), "ab"},
		{`(?U)(\d+)`, 1, number, "ok"},
		{`(.*)`, 1, name, ""},
		{`(.+)`, 1, name, "/"},
		{`([\w.]+)`, 1, name, "."},
		{`([\w.][\w.]+)`, 1, name, ".."},
		{`([\w.]{3,})`, 1, name, "ok"},
		{`([^\x00-\x{10FFFF}])`, 1, Union(), "ok"},

		// The whole match.
		{`a(b)c`, 0, Literal("abc"), "ok"},
		{`a(b)?c`, 0, Literal("abc"), "ac"},

		// A group that a match can go without is empty then.
		{`x(\d+)?`, 1, number, ""},
		{`x(?:(\d+),)?`, 1, number, ""},
		{`x(?:(\d+),)*`, 1, number, ""},
		{`x(?:(\d+),)+`, 1, number, "ok"},
		{`x(?:(\d+),){0,3}`, 1, number, ""},
		{`x(?:(\d+),){0}`, 1, number, ""},
		{`x(?:(\d+),){1,3}`, 1, number, "ok"},
		{`(\d+)|x`, 1, number, ""},
		{`(\d+)|(x)`, 2, Literal("x"), ""},
		{`((\d+)|x)`, 1, Match(`[0-9]+|x`), "ok"},
		{`((\d+)|x)`, 2, number, ""},
		{`(((a)b)?c)?`, 3, Literal("a"), ""},
		{`(?:(a)|(b))+`, 1, Match(`a?`), "ok"},
		{`(?:(a)b|(a)c)`, 2, Match(`a`), ""},

		// Assertions are left out, and what remains is kept.
		{`^(\d+)$`, 1, number, "ok"},
		{`(^\d+$)`, 1, number, "ok"},
		{`(\d\b+)`, 1, number, "ok"},
		{`(^$)`, 1, Literal(""), "ok"},
		{`(\Ba\b|\A|\z|(?m:^|$))`, 1, Match(`a?`), "ok"},
		{`(\b)`, 1, number, ""},

		// What `.` and the classes hold.
		{`(.)`, 1, Match(`[^\r\n]`), "\r"},
		{`(.)`, 1, Match(`[^\x00\n]`), "\x00"},
		{`(.)`, 1, Match(`[^\n]`), "ok"},
		{`(?s)(.)`, 1, Match(`[^\n]`), "\n"},
		{`(?s)(.)`, 1, Match(`(?s).`), "ok"},
		{`(?s:.)(.)`, 1, line, "ok"},
		{`([^a])`, 1, line, "\n"},
		{`(\s)`, 1, Match(`[ \t\n\f]`), "\r"},
		{`(\D)`, 1, line, "\n"},
		{`(.)`, 1, Match(`[\x00-\x{FFFC}\x{FFFE}-\x{10FFFF}]`), "\uFFFD"},
		{`(.)`, 1, Match(`[\x00-\x{10FFFE}]`), "\U0010FFFF"},
		{`(.)`, 1, Match(`[\x01-\x{D7FF}\x{E000}-\x{10FFFF}]`), "\x00"},
		{`([a-f])`, 1, Match(`[a-e]`), "f"},
		{`([a-f])`, 1, Match(`[b-f]`), "a"},
		{`([a-f])`, 1, Match(`[a-ce-f]`), "d"},
		{`(.)`, 1, Match(`[\x00-\x{1FFF}\x{2001}-\x{10FFFF}]`), "\u2000"},

		// No text holds a surrogate; in a pattern it is U+FFFD.
		{`^\x{D800}`, 0, Union(), "\uFFFD"},
		{`^\x{D800}`, 0, Literal("\uFFFD"), "ok"},
		{`([\x{D800}-\x{DFFF}])`, 1, Match(`\x{FFFD}?`), "ok"},

		{`([\x{D900}-\x{E100}])`, 1, Union(), "\uE000"},
		{`([\x{DFFF}-\x{E100}])`, 1, Match(`[\x{E000}-\x{E100}]`), "ok"},
		{`(.)`, 1, Match(`[\x00-\x{DFFF}\x{E001}-\x{10FFFF}]`), "\uE000"},

		// Folding adds the whole orbit.
		{`(?i)(k)`, 1, Match(`[kK]`), "\u212A"},
		{`(?i)(s)`, 1, Match(`[sS]`), "ſ"},
		{`(?i)([j-l])`, 1, Match(`[j-lJ-L]`), "\u212A"},
		{`(?i)(k)`, 1, Match(`[kK\x{212A}]`), "ok"},
		{`(?i)(k)`, 1, Match(`(?i)K`), "ok"},
		{`(?i)(\x{212A})`, 1, Match(`(?i)k`), "ok"},
		{`(?i)(ok)`, 1, Match(`[a-z]+`), "Ok"},
		{`(?i)(nan)`, 1, Match(`nan|NaN|NAN`), "Nan"},
		{`(k)`, 1, Match(`(?i)K`), "ok"},
		{`(?i:x)(k)`, 1, Literal("k"), "ok"},

		// A group in a repeat: its last time round.
		{`(?:(\d|x),)+`, 1, number, "x"},
		{`(\d,)+`, 1, Match(`[0-9],`), "ok"},
		{`((\d),)+`, 0, Match(`[0-9],`), "0,0,"},

		// The alphabet is cut where either side makes a difference.
		{`([a-z]{2})`, 1, Match(`[a-m][a-z]|[n-y][a-z]|z[a-y]`), "zz"},
		{`([a-z]*)`, 1, Match(`([a-y]|z+[a-y])*`), "z"},
		{`([ab]*)`, 1, Match(`(a|b)*a(a|b)|`), "a"},
		{`([ab]*)`, 1, Match(`b*(abb*)*a?`), "aa"},
		{`(a+)`, 1, Match(`(aa)*|(aaa)*|a`), "aaaaa"},

		// Short comes before readable.
		{`((?:\x00|;;)aaa)`, 1, Union(), "\x00aaa"},
		{`((?:\x00|;|a)[\x01b])`, 1, Union(), ";b"},
	}
	for _, test := range tests {
		l := OfGroup(parse(t, test.pattern), test.group)
		witness, ok := Contained(l, test.in)
		if ok {
			if witness != "" {
				t.Errorf("%s: contained, yet has the witness %q", test.pattern, witness)
			}
			witness = "ok"
		}
		if want := test.witness; witness != want {
			t.Errorf("group %d of %s: %q, want %q", test.group, test.pattern, witness, want)
		}
	}
}

// What a capture holds at run time is in the language of its group.
func TestOfGroupHoldsCaptures(t *testing.T) {
	lines := []string{
		"", "a", "ab", "abab", "k", "\u212A", "K", "12,3,", "x", "x1,", "\r", "\x00", "\n", "\xff\xfe",
		"\uFFFD", "a\xffb", "loss: 0.5 acc: nan", "naïve ſ", "a\nb", "ab\r\n", "\xed\xa0\x80",
	}
	patterns := []string{
		`(.*)`, `(?s)(.*)`, `(.)(.)`, `^(.*)$`, `(?m)^(.*)$`, `(a)|(b)`, `(?:(a)|(b))*`, `((a)|(b))+`,
		`(?i)(k)`, `(?i)([j-l])`, `(\d+)?x?`, `(?:(\d+),){0,2}`, `(a*)*`, `(a|ab)(b*)`, `(|a)+`, `(\W)`,
		`(\x{FFFD})`, `^\x{FFFD}`, `^\x{D800}`, `^a\x{D800}`, `([^\n])`, `loss: (\S+)`, `(?i)(ſ)`, `(a??)(b?)`,
		`(\b)(\B)?`, `([[:alpha:]]+)`, `(\pL+)`, `(?i)(\pL)`,
	}
	for _, pattern := range patterns {
		re, tree := regexp.MustCompile(pattern), parse(t, pattern)
		for _, line := range lines {
			for n, text := range re.FindStringSubmatch(line) {
				if !OfGroup(tree, n).Contains([]byte(text)) {
					t.Errorf("group %d of %s captured %q, which it cannot hold", n, pattern, text)
				}
			}
		}
	}
}

func TestContains(t *testing.T) {
	tests := []struct {
		l    *Language
		text string
		want bool
	}{
		{Any(), "", true},
		{Any(), "a\n\x00\xff", true},
		{Literal(""), "", true},
		{Literal(""), "a", false},
		{Literal("a.b"), "a.b", true},
		{Literal("a.b"), "axb", false},
		{Literal("a.b"), "a.", false},
		{Literal("a.b"), "a.bc", false},
		{Literal("a\xff"), "a\xfe", true}, // any invalid byte is U+FFFD
		{Literal("\uFFFD"), "\xff", true},
		{Literal("\uFFFD"), "\xe2\x82", false}, // two of them
		{Match(`a|b`), "a", true},
		{Match(`a|b`), "ab", false},
		{Match(`(?i)k`), "\u212A", true},
		{Match(`.`), "\r", true},
		{Match(`.`), "\n", false},
		{Union(), "", false},
		{Union(Literal("a"), Literal("b"), Literal("c")), "a", true},
		{Union(Literal("a"), Literal("b"), Literal("c")), "b", true},
		{Union(Literal("a"), Literal("b"), Literal("c")), "c", true},
		{Union(Literal("a"), Literal("b")), "", false},
		{Concat(), "", true},
		{Concat(), "a", false},
		{Concat(Match(`a+`), Literal("-"), Match(`b?`)), "aa-", true},
		{Concat(Match(`a+`), Literal("-"), Match(`b?`)), "aa-b", true},
		{Concat(Match(`a+`), Literal("-"), Match(`b?`)), "-b", false},
		{Concat(Literal("a"), Union(), Literal("b")), "ab", false},
		{Concat(Match(`a|b`), Match(`c|d`)), "bc", true},
		{Concat(Match(`a|b`), Match(`c|d`)), "b", false},
	}
	for _, test := range tests {
		if got := test.l.Contains([]byte(test.text)); got != test.want {
			t.Errorf("%v holds %q: %t", test.l.tree, test.text, got)
		}
	}
}

func TestContainedOfJoined(t *testing.T) {
	option := Concat(Literal("-"), Any())
	tests := []struct {
		a, b    *Language
		witness string
	}{
		{Union(), Union(), "ok"},
		{Union(), Literal("x"), "ok"},
		{Literal("x"), Union(), "x"},
		{Any(), Union(), ""},
		{Any(), Any(), "ok"},
		{number, Union(number, lower), "ok"},
		{lower, Union(number, lower), "ok"},
		{Union(number, lower), number, ""},
		{Union(number, lower), lower, "0"},
		{Union(lower, number), Match(`(?s)[^-].*|-[0-9].*|`), "ok"},
		{Concat(Literal("--eval="), number), option, "ok"},
		{Concat(Match(`-*`), number), option, "0"},
		{Concat(lower, number), Match(`[a-z0-9.]+`), "-0"},
	}
	for _, test := range tests {
		witness, ok := Contained(test.a, test.b)
		if ok {
			witness = "ok"
		}
		if witness != test.witness {
			t.Errorf("%v in %v: %q, want %q", test.a.tree, test.b.tree, witness, test.witness)
		}
	}
}

// Sizes at which an answer must come soon, and be no wrong yes.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second or two")
	}
	tests := []struct {
		pattern string
		in      *Language
		want    bool
	}{
		{`((a{0,100}){0,10})`, lower, true},
		{`((((a{0,10}){0,10}){0,10}))`, lower, true},
		{`((?:a?){1000})`, lower, true},
		{`((?:a*){1000})`, lower, true},
		{`(\pL{1000})`, lower, false},
		{`((?:[a-z]{1,10}\.){1,90})`, lower, false},
		{`(` + strings.Repeat(`a?`, 5000) + `)`, lower, false},                        // too much work: as any text
		{`(` + strings.Repeat(`(?:a{0,100}){0,10}`, 40) + `)`, line, false},           // too large: as any text
		{`(` + strings.Repeat(`(?:a{0,100}){0,10}`, 40) + `)`, Match(`(?s).*`), true}, // any text may come here
		{`((?:a|b)*)`, Match(`(a|b)*a(a|b){14}`), false},
		{`((?:a|b)*)`, Match(`(a|b)*a(a|b){14}|[ab]{0,20}`), false}, // a witness of 21 runes
		{`(` + strings.Repeat(`(?:`, 900) + `a` + strings.Repeat(`)?`, 900) + `)`, lower, true},
	}
	for _, test := range tests {
		if _, ok := Contained(OfGroup(parse(t, test.pattern), 1), test.in); ok != test.want {
			t.Errorf("%.60s: %t, want %t", test.pattern, ok, test.want)
		}
	}
}

// What is not known, too large or too much work is taken for any text.
func TestConservative(t *testing.T) {
	large := `(` + strings.Repeat(`(?:a{0,100}){0,10}`, 60) + `)`
	for _, l := range []*Language{OfGroup(parse(t, `(a)`), 2), OfGroup(parse(t, large), 1)} {
		if _, ok := Contained(Any(), l); !ok {
			t.Errorf("%.60v is not any text", l.tree)
		}
	}
	hard := Match(`(a|b)*a(a|b){10}|(?s).*[^ab].*`)
	everything := Union(Any(), Match(`(?s).*a.{10}`))
	tests := []struct {
		a, b *Language
		work int
		want bool
	}{
		{Match(`[ab]{50}`), hard, 1000, false},
		{Match(`[ab]{50}`), hard, maxWork, false},
		{Match(`[ab]{50}a[ab]{10}`), hard, maxWork, true},
		{Match(`[ab]{50}a[ab]{10}`), hard, 1000, false}, // and would be one
		{Match(`a{1000}a{1000}`), Any(), 1000, true},    // as any text is
		{Match(`a`), everything, maxWork, true},
		{Any(), everything, 1000, false}, // too much even as any text
	}
	for _, test := range tests {
		if witness, ok := contained(test.a, test.b, test.work); ok != test.want {
			t.Errorf("%v in %v with %d units of work: %q, %t", test.a.tree, test.b.tree, test.work, witness, ok)
		}
	}
}

func TestMatchPanics(t *testing.T) {
	for _, expr := range []string{`(`, `^a`, `a$`, `\b`, `(?m)$`, `a(b|\B)`, `\A`, `\z`} {
		func() {
			defer func() {
				if msg, _ := recover().(string); !strings.HasPrefix(msg, "proof: ") {
					t.Errorf("Match(%s) panicked with %q", expr, msg)
				}
			}()
			Match(expr)
		}()
	}
}

func TestSize(t *testing.T) {
	for _, pattern := range []string{
		`a`, `abcdefghij`, `a*b+c?`, `[a-z]`, `\pL`, `(?i)\pL{100}`, `a{1000}`, `(?:a{10}b?){2,100}`, `(?:ab|cd|){3,}`, `(a(b(c)?)?)*`, `x{0}`,
	} {
		tree := parse(t, pattern)
		got, want := size(tree), len(language(tree).prog.Inst)
		if got < want/2 || got > 2*want {
			t.Errorf("%s: about %d instructions, there are %d", pattern, got, want)
		}
	}
}

// What is hostile is counted as work: long ways without reading (the two
// first), many letters, many and large sets of b's instructions.
func TestWork(t *testing.T) {
	tests := []struct {
		a, b  string
		least int
	}{
		{`(?:a?){1000}`, `[a-z]*`, 500_000},
		{`(?:a*){300}`, `[a-z]*`, 90_000},
		{`\pL{100}`, `[a-z]*`, 100 * 600},
		{`[ab]{12}`, `(a|b)*a(a|b){10}|[ab]*`, 50_000},
	}
	for _, test := range tests {
		a, b := Match(test.a).prog, Match(test.b).prog
		if _, _, done := search(a, b, test.least); done {
			t.Errorf("%s in %s was no more work than %d", test.a, test.b, test.least)
		}
		if _, _, done := search(a, b, 10*test.least); !done {
			t.Errorf("%s in %s was more work than %d", test.a, test.b, 10*test.least)
		}
	}
}

// A rune for each interval between the cuts, and a readable one.
func TestAlphabet(t *testing.T) {
	tests := []struct {
		expr string
		want string
	}{
		{``, ";\uE000\uFFFD\U00010000"},
		{`a`, ";A`a|\uE000\uFFFD\U00010000"},
		{`[a-c]\x20`, "\x00 ;a|\uE000\uFFFD\U00010000"},
		{`[\x{80}-\x{BF}\x{2000}-\x{2010}]`, ";¡À‐‑\uE000\uFFFD\U00010000"},
		{`[\x{A0}\x{A1}\x{2000}-\x{200F}]`, ";¡¢\u2000‐\uE000\uFFFD\U00010000"},
	}
	for _, test := range tests {
		runes := alphabet(Match(test.expr).prog)
		slices.Sort(runes)
		want := []rune(test.want)
		slices.Sort(want)
		if !slices.Equal(runes, want) {
			t.Errorf("%s: %q, want %q", test.expr, string(runes), string(want))
		}
	}
}

func TestCost(t *testing.T) {
	for _, order := range [][]string{
		{"", ";", "$", "a", "z", "A", "0", "+", " ", "é", "\n", ";;", "a;", "\x00;", ";;;"},
		{" ", "€", "\uFFFD", ";;"},
		{" ", "€", "\u2028", ";;"},
	} {
		for i := range order[1:] {
			if price(order[i]) >= price(order[i+1]) {
				t.Errorf("%q costs no less than %q", order[i], order[i+1])
			}
		}
	}
}
