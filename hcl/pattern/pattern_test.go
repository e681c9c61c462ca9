package pattern

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustCompile(t testing.TB, source string, names ...string) *Pattern {
	t.Helper()
	p, errs := Compile(source, names)
	for _, err := range errs {
		t.Fatal(source, err)
	}
	return p
}

func TestCaptures(t *testing.T) {
	tests := []struct {
		source string
		names  []string
		want   string // name of each group, with a # if it is a number
	}{
		{`x`, nil, ""},
		{`x`, []string{}, ""},
		{`(x) (\d+)`, nil, " #"},
		{`Loss: ([\d.]+).*Accuracy: ([\d.]+)`, []string{"loss", "accuracy"}, "loss# accuracy#"},
		{`Epoch (?P<epoch>\d+) Loss: (?P<loss>[\d.]+)`, nil, "epoch# loss#"},
		{`(?<ckpt>\S+)`, nil, "ckpt"},
		{`(a)(\d)(b)`, []string{"a", "_", "_b"}, "a # _b"},
		{`(a)(?P<n>\d)(b)`, []string{"a", "b"}, "a n# b"},
		{`(a)(?P<_>\d)(b)`, []string{"a", "b"}, "a # b"},
		{`(?:a)(?i:b)(c)\(x\)[(](?i)(d)\Q(\E`, []string{"c", "d"}, "c d"},
		{`[]()](a)`, []string{"a"}, "a"},
		{`[^]()[:alpha:](](a)`, []string{"a"}, "a"},
		{`(a)(b)`, []string{"c1", "c2"}, "c1 c2"},
		{`(a)(b)`, []string{"file", "x_files"}, "file x_files"},

		// What is a number.
		{`(\d+)(\.\d+)([+-]?\d*)(\d+)?([\d.]+e[+-]\d+)`, nil, "# #  # #"}, // a sign alone is none,
		{`(?i)(nan|inf)(-?infinity|\d)([\d.e+-]+)(0x\d+)(\d+%)`, nil, "# #   "},
		{`()(\d{0})(\b)`, nil, "  "},
		{`(-?\d[\d.]*|nan)`, nil, "#"},
		{`(\pN+)`, nil, ""}, // other scripts' digits
	}
	for _, test := range tests {
		p, errs := Compile(test.source, test.names)
		if errs != nil {
			t.Errorf("%s: %v", test.source, errs[0])
			continue
		}
		var got []string
		for i, c := range p.Captures {
			if c.Group != i+1 {
				t.Errorf("%s: group %d in place %d", test.source, c.Group, i)
			}
			if c.Numeric {
				c.Name += "#"
			}
			got = append(got, c.Name)
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: %q, want %q", test.source, got, test.want)
		}
	}
}

func TestLookup(t *testing.T) {
	p := mustCompile(t, `(?P<loss>\d+) (x)(?P<_>y)`)
	for name, group := range map[string]int{"loss": 1, "c1": 1, "c2": 2, "c3": 3, "c4": 0, "C1": 0, "c01": 0, "": 0, "_": 0, "Loss": 0} {
		if c, ok := p.Lookup(name); c.Group != group || ok != (group > 0) {
			t.Errorf("%q is group %d, %t", name, c.Group, ok)
		}
	}
}

// The complaints: where, and the words that matter.
func TestErrors(t *testing.T) {
	tests := []struct {
		source string
		names  []string
		want   []string // "what of the source, or [index of names]: words"
	}{
		// Of other engines.
		{`a(?=b)`, nil, []string{"(?=: look-ahead: part of the pattern"}},
		{`[(?=](?!b)`, nil, []string{"(?!: negative look-ahead: when"}},
		{`(?<=loss=)(\d+)`, nil, []string{"(?<=: look-behind: part of the pattern"}},
		{`(?<!x)(\d+)`, nil, []string{"(?<!: negative look-behind: when"}},
		{`(a)\1`, nil, []string{`\1: backreference: c1 == c2`}},
		{`(?P<a>a)(?P=a)`, nil, []string{`(?P=a): backreference: c1 == c2`}},
		{`(?P<a>a)\k<a>`, nil, []string{`\k<a>: backreference: c1 == c2`}},
		{`(a)\g{1}`, nil, []string{`\g{1}: backreference: c1 == c2`}},
		{`a++b`, nil, []string{"++: possessive: write +"}},
		{`a?+b`, nil, []string{"?+: possessive: write ?"}},
		{`a{2,3}+b`, nil, []string{"{2,3}+: possessive: write {2,3}"}},
		{`(?>a+)`, nil, []string{"(?>: atomic: (?:…)"}},
		{`a\Z`, nil, []string{`\Z: the end: write $`}},
		{`\G`, nil, []string{`\G: last match: write ^`}},
		{`a\Kb`, nil, []string{`\K: beginning: group`}},
		{`\R\h\H\N\X\e`, nil, []string{`\R: line break: leave it out`, `\h: white space: [ \t]`, `\H: white space: [^ \t]`, `\N: line break: a dot`, `\X: accents: \PM\pM*`, `\e: escape: \x1b`}},
		{`\u20ac`, nil, []string{`\u: code point: \x{20ac}`}},
		{`(?#x)a`, nil, []string{"(?#x): comment: #"}},
		{`(?x) a`, nil, []string{"(?x): flags: Leave x"}},
		{`(?ix:a)`, nil, []string{"(?ix:: flags: Leave x"}},
		{`(?'a'x)`, nil, []string{"(?'a': name in quotes: (?P<name>…)"}},
		{`(?|a|b)`, nil, []string{"(?|: branch reset: one group"}},
		{`(a)?(?(1)b|c)`, nil, []string{"(?(: condition: alternatives"}},
		{`a(?R)`, nil, []string{"(?R): recursion: levels"}},
		{`(a)(?1)(?+1)(?-1)(?&a)(?P>a)`, nil, []string{"(?1): recursion: once more", "(?+1): recursion: once more", "(?-1): recursion: once more", "(?&a): recursion: once more", "(?P>a): recursion: once more"}},
		{`(?=a)b(?!c)`, nil, []string{"(?=: look-ahead: part", "(?!: negative: when"}}, // all at once

		// Mistakes.
		{`a(b`, nil, []string{"(: not closed: )"}},
		{`(a(?:b)(c`, nil, []string{"(: not closed: )"}},
		{`(?P<a>b`, nil, []string{"(?P<a>: not closed: )"}},
		{`a)b)`, nil, []string{"): closes nothing: \\)"}},
		{`a[b`, nil, []string{"[b: not closed: ]"}},
		{`[]`, nil, []string{"[]: not closed: ]"}},
		{`[a[z-a]`, nil, []string{"z-a: range: a-z"}},
		{`[[:spac:]]`, nil, []string{"[:spac:]: class: [:space:]"}},
		{`\d\p{Grek}`, nil, []string{`\p{Grek}: class: \p{Greek}`}},
		{`\p{Foo}`, nil, []string{`\p{Foo}: class: \p{`}},
		{`*.log`, nil, []string{`*: before *: .* for any text`}},
		{`a|+`, nil, []string{`+: before +: \+ for the character`}},
		{`a**`, nil, []string{`**: repeats a repeat: group`}},
		{`a{2}{3}`, nil, []string{`{2}{3}: repeats a repeat: group`}},
		{`a{1001}`, nil, []string{`{1001}: no count: 1000 at most`}},
		{`a{3,2}`, nil, []string{`{3,2}: no count: smaller`}},
		{`(?:a{100}){100}`, nil, []string{`{100}: no count: multiplied`}},
		{`\m`, nil, []string{`\m: no meaning: \\m`}},
		{`a\_\\\m`, nil, []string{`\m: no meaning: \\m`}},
		{`[a-\d]`, nil, []string{`\d: no meaning: [\d-]`}},
		{`\E`, nil, []string{`\E: no meaning: \Q`}},
		{`\xzz`, nil, []string{`\xzz: no meaning: two digits`}},
		{`a\`, nil, []string{`\: backslash: \\`}},
		{"a\xff", nil, []string{`: UTF-8: UTF-8`}},
		{`(?z)`, nil, []string{"(?z): flags: There are i"}},
		{`(?-)`, nil, []string{"(?-): opens no group: (?:…)"}},
		{`(?P<a-b>x)`, nil, []string{"(?P<a-b>: names no group: (?P<a_b>…)"}},
		{`(?P<>x)`, nil, []string{"(?P<>: names no group: (?P<value>…)"}},
		{strings.Repeat(`(`, 1001) + strings.Repeat(`)`, 1001), nil, []string{": nested: groups"}},
		{strings.Repeat(`(?:x{1000}){1}`, 4000), nil, []string{": too large: less far"}},

		// Names in the pattern.
		{`(?P<null>x)`, nil, []string{"null: called null: is_null"}},
		{`(?P<job>x)(?P<var>x)`, nil, []string{"job: called job: job_name", "var: called var: var_text"}},
		{`(?P<JOB_ID>x)`, nil, []string{"JOB_ID: called JOB_ID: id"}},
		{`(?P<1a>x)`, nil, []string{`1a: no name: _1a`}},
		{`(?P<a>x)(?P<b>x)(?P<a>x)`, nil, []string{"a: Two captures: a_2"}},
		{`(?P<a>x)(?P<A>x)`, nil, []string{"A: case only: JW_A"}},
		{`(?P<x>x)(?P<x_file>x)`, nil, []string{"x_file: beside x: x_path"}},
		{`(?P<x_file>x)(?P<x>x)`, nil, []string{"x: beside x_file: x_path"}},
		{`(?P<X>x)(?P<x_File>x)`, nil, []string{"x_File: beside X: x_path"}},
		{`(x)(?P<c2_file>x)`, nil, []string{"c2_file: beside c2: c2_path"}},
		{`(?P<c2>x)(?P<c3_file>x)`, nil, []string{"c2: called c2: group 1"}},
		{`(?P<C1>x)`, nil, []string{"C1: called C1: c1 already"}},

		// Names in capture_groups.
		{`(x)(y)`, []string{"a-b", "true"}, []string{"[0]: no name: a_b", "[1]: called true: is_true"}},
		{`(x)(y)`, []string{"", "ä"}, []string{"[0]: Empty name: _", "[1]: no name: value"}},
		{`(x)(y)`, []string{"x", "x"}, []string{"[1]: Two captures: x_2"}},
		{`(x)(?P<a>y)`, []string{"a"}, []string{"[0]: Two captures: a_2"}},
		{`(x)(y)`, []string{"x", "x_file"}, []string{"[1]: beside x: x_path"}},
		{`(x)(y)`, []string{"c2", "c1"}, []string{"[0]: called c2: group 1", "[1]: called c1: group 2"}},
		{`(x)(y)`, []string{"a"}, []string{"(: 1 name for 2 groups: 2 unnamed groups"}},
		{`(x)(?:z)(?P<z>z)`, []string{"a", "b", "secret"}, []string{"[1]: 3 names for 1 group: 1 more named"}},
		{`x`, []string{"a"}, []string{"[0]: 1 name for 0 groups: in parentheses"}},
		{`(x)`, []string{}, []string{"(: 0 names for 1 group: (?:…)"}},
		{`(x)`, []string{"null", "b"}, []string{"[1]: 2 names for 1 group: Take this", "[0]: called null: is_null"}},
	}
	for _, test := range tests {
		p, errs := Compile(test.source, test.names)
		if p != nil || len(errs) != len(test.want) {
			t.Errorf("%.60s: %v, want %q", test.source, errs, test.want)
			continue
		}
		for i, err := range errs {
			where := test.source[err.Offset:][:err.Length]
			if err.InNames >= 0 {
				where = fmt.Sprintf("[%d]", err.InNames)
			}
			want := strings.SplitN(test.want[i], ": ", 3)
			if where != want[0] || !strings.Contains(err.Summary, want[1]) || !strings.Contains(err.Detail, want[2]) {
				t.Errorf("%.60s at %q: %v, want %q", test.source, where, err, test.want[i])
			}
		}
	}
}

// Offsets where the same text stands more than once.
func TestErrorOffsets(t *testing.T) {
	for source, offset := range map[string]int{
		`\((?=a)`:          2,
		`[(?=](?=a)`:       5,
		`\Q(?=\E(?=a)`:     7,
		`\\m\m`:            3,
		`[[:digit:]z-a]`:   10,
		`(a(b)`:            0,
		`(a)(b`:            3,
		`a)`:               1,
		`(?i)a)`:           5,
		`[)])`:             3,
		`ab\`:              2,
		`é(?=a)`:           2,
		`(?P<n>x)(?P<n>y)`: 12,
	} {
		_, errs := Compile(source, nil)
		if len(errs) != 1 || errs[0].Offset != offset {
			t.Errorf("%s: %+v, want %d", source, errs, offset)
		}
	}
}

func TestExample(t *testing.T) {
	tests := []struct {
		source string
		group  int
		text   string
		want   string // "no": none
	}{
		{`Loss: ([\d.]+).*Accuracy: ([\d.]+)`, 1, ".", "Loss: . Accuracy: 0"},
		{`Loss: ([\d.]+).*Accuracy: ([\d.]+)`, 2, "..", "Loss: 0 Accuracy: .."},
		{`Loss: (.*)`, 1, ";", "Loss: ;"},
		{`^msg=(.*)$`, 1, "$(touch x)", "msg=$(touch x)"},
		{`\berror\b: (\S+)`, 1, "`", "error: `"},
		{`(?i)LOSS (\w+)`, 1, "a", "loss a"},
		{`(\d+)?x`, 1, "", "x"},
		{`(\d+)|x`, 1, "", "x"},
		{`(?:(\d+),){0,3};`, 1, "", ";"},
		{`(?:(\d+),){2,3};`, 1, "7", "0,7,;"},
		{`(a|(b))+`, 2, "b", "b"},
		{`((a)b)+`, 2, "a", "ab"},
		{`x(?s)(.)`, 1, "\n", "no"}, // no line holds it
		{`(\d+?)`, 1, "00", "no"},   // never captured, though the group could hold it
		{`(\d+)`, 1, "x", "no"},
		{`(\d+)`, 0, "12", "12"},
		{`\bx\b`, 0, "x", "x"},
		{`\Bx\B`, 0, "x", "axa"},
		{`x`, 2, "x", "no"},
		{`x`, -1, "x", "no"},
		{`a{3}([b-d]{2})[x-z]`, 1, "cd", "aaacdx"},
		{`(x)[^\x00-\x{10FFFF}]`, 1, "x", "no"},
		{`(x){0}y`, 1, "", "y"},
		{`\[(\w+)\]\s+(.*)`, 2, "-rf", "[0] -rf"},
		{`(.*)\r`, 1, "a", "a\r"},
		{`(\x{FFFD})`, 1, "\uFFFD", "\uFFFD"},
	}
	for _, test := range tests {
		line, ok := mustCompile(t, test.source).Example(test.group, test.text)
		if !ok {
			line = "no"
		}
		if line != test.want {
			t.Errorf("%s with %q in group %d: %q, want %q", test.source, test.text, test.group, line, test.want)
		}
	}
}

func TestLiterals(t *testing.T) {
	tests := []struct {
		source string
		fold   bool
		want   []string
	}{
		{`Loss: ([\d.]+).*Accuracy: ([\d.]+)`, false, []string{"Accuracy: "}},
		{`OutOfMemoryError|memory allocation failed`, false, []string{"OutOfMemoryError", "memory allocation failed"}},
		{`ERROR|FAILED|Exception`, false, []string{"ERROR", "Exception", "FAILED"}},
		{`(?i)warn`, true, []string{"warn"}},
		{`(?i)loss`, true, []string{"loss", "losſ", "loſs", "loſſ"}},
		{`(?i)12: é`, false, []string{"12: É", "12: é"}},
		{`[Ll]ist`, true, []string{"list"}},
		{`X (?i:warn)Y`, true, []string{"x warny"}},
		{`.*`, false, nil},
		{`\d+`, false, nil},
		{`a|\d`, false, nil},
		{`(a)?`, false, nil},
		{`foo(bar)?`, false, []string{"foo"}},
		{`foo(bar)?: x`, false, []string{"foo: x", "foobar: x"}},
		{`(?:foo|ba[rz]) qux`, false, []string{"bar qux", "baz qux", "foo qux"}},
		{`\bError\b: (.*)$`, false, []string{"Error: "}},
		{`x(?:ab\d)+`, false, []string{"ab"}},
		{`(?:ab){3}`, false, []string{"ababab"}},
		{`(?:ab){2,3}`, false, []string{"ab"}},
		{`(?:abc\d|d\def)x`, false, []string{"abc", "ef"}},
		{`ab\x{FFFD}c`, false, []string{"ab"}}, // an invalid byte is not written so
		{`ab[\x{FFFD}x]c`, false, []string{"ab"}},
		{`^a\x{D800}`, false, []string{"a"}},
		{`[^\x00-\x{10FFFF}]`, false, nil},
		{`\Q.*\E`, false, []string{".*"}},
	}
	for _, test := range tests {
		texts, fold := mustCompile(t, test.source).Literals()
		if diff := cmp.Diff(test.want, texts); diff != "" || fold != test.fold {
			t.Errorf("%s: %t %s", test.source, fold, diff)
		}
	}
}

func TestNearest(t *testing.T) {
	p := mustCompile(t, `Loss: ([\d.]+).*Accuracy: ([\d.]+)`)
	for line, want := range map[string]int{
		"":                              0,
		"epoch 3":                       0,
		"Loss: nan":                     1,
		"loss: 0.3 accuracy: n/a":       2,
		"Loss: 0.3 Accuracy: 0.9":       2,
		"Accuracy: 0.9":                 1,
		"Accuracy: 0.9 Loss: 0.1":       1,
		"Loss=0.3 Accuracy: 0.9":        1,
		"\xffLOSS: \x00 Accuracy: \xff": 2,
	} {
		if got := p.Nearest([]byte(line)); got != want {
			t.Errorf("%q: %d, want %d", line, got, want)
		}
	}
	for pattern, want := range map[string]int{`a(b|c)d`: 1, `(?:foo|bar)+ x`: 2, `.*`: 0} {
		if got := mustCompile(t, pattern).Nearest([]byte("acd bar x")); got != want {
			t.Errorf("%s: %d, want %d", pattern, got, want)
		}
	}
}

// Whatever comes in, complaints point into it; and what compiles keeps its promises.
func FuzzCompile(f *testing.F) {
	for _, source := range []string{
		`Loss: ([\d.]+).*Accuracy: ([\d.]+)`, `(?P<a>x)(?P<a_file>y)(z)`, `(?=a)\1(?P=b)\k<c>a++(?x)`, `[[:spac:]]\p{Grek}`, `\Q(\E[](](a)`,
		`(?i)k(s)+|a{2,3}?`, `(((`, `a)`, `\`, `(?P<`, `[^]`, `x{,3}{1}`, "\xff(", `^\x{D800}(x)?`,
	} {
		f.Add(source, "a,b", "Loss: 0.5 Accuracy: 1\xff")
	}
	f.Fuzz(func(t *testing.T, source, list, line string) {
		if len(source) > 200 || len(line) > 200 {
			return
		}
		var names []string
		if list != "" {
			names = strings.Split(list, ",")
		}
		p, errs := Compile(source, names)
		if (p == nil) != (len(errs) > 0) {
			t.Fatal(p, errs)
		}
		for _, err := range errs {
			if err.Offset < 0 || err.Length < 0 || err.Offset+err.Length > len(source) || err.InNames >= max(1, len(names)) {
				t.Errorf("%+v points out of %q", err, source)
			}
			if err.Summary == "" || err.Detail == "" {
				t.Errorf("%q: %+v", source, err)
			}
		}
		if p == nil {
			return
		}
		if len(groups(source)) != p.Regexp.NumSubexp() {
			t.Errorf("%q: %d groups were found of %d", source, len(groups(source)), p.Regexp.NumSubexp())
		}
		if p.Regexp.MatchString(line) {
			texts, fold := p.Literals()
			within := line
			if fold {
				within = toLower(line)
			}
			if texts != nil && !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(within, text) }) {
				t.Errorf("%q matches %q, which holds none of %q", source, line, texts)
			}
			if got := p.Nearest([]byte(line)); got != len(p.pieces) {
				t.Errorf("%q matches %q, which holds %d of %d pieces", source, line, got, len(p.pieces))
			}
		}
		for group := range p.Captures {
			if example, ok := p.Example(group+1, line); ok && !regexp.MustCompile(source).MatchString(example) {
				t.Errorf("%q does not match its example %q", source, example)
			}
		}
	})
}
