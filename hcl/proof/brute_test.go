package proof

import (
	"fmt"
	"os"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// texts are all texts of up to three of these letters; enough to tell apart
// the expressions below, which are made of the same letters.
var texts = func() []string {
	letters := []string{"a", "b", "k", "\u212A", "\r", "\n", "\xff"}
	all := []string{""}
	for level, n := all, 0; n < 3; n++ {
		var longer []string
		for _, text := range level {
			for _, letter := range letters {
				longer = append(longer, text+letter)
			}
		}
		all, level = append(all, longer...), longer
	}
	return all
}()

// expression draws an expression without assertions.
func expression() *rapid.Generator[string] {
	leaf := rapid.SampledFrom([]string{
		`a`, `b`, `ab`, `k`, `(?i:k)`, `(?i:K)`, `(?i:[j-l])`, `.`, `(?s:.)`, `[ab]`, `[^a]`, `[^\n]`,
		`\r`, `\s`, `\n`, `\x{FFFD}`, `[a-k]`, `\pL`, `\x{212A}`, `(?:)`, `[^\x00-\x{10FFFF}]`,
	})
	return rapid.Deferred(func() *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			sub := func() string { return expression().Draw(t, "sub") }
			switch rapid.IntRange(0, 9).Draw(t, "op") {
			case 0:
				return sub() + sub()
			case 1:
				return "(?:" + sub() + "|" + sub() + ")"
			case 2:
				suffix := rapid.SampledFrom([]string{"*", "+", "?", "*?", "{2}", "{0,2}", "{1,}", "{0}"})
				return "(?:" + sub() + ")" + suffix.Draw(t, "suffix")
			case 3:
				return "(" + sub() + ")"
			default:
				return leaf.Draw(t, "leaf")
			}
		})
	})
}

func whole(expr string) *regexp.Regexp { return regexp.MustCompile(`\A(?:` + expr + `)\z`) }

// check runs a property some hundred times, and ten times as often if JWHOST_LONG is set.
func check(t *testing.T, property func(*rapid.T)) {
	n := 5
	if os.Getenv("JWHOST_LONG") != "" {
		n = 50
	}
	for range n {
		rapid.Check(t, property)
	}
}

func TestContainsAsEngineDoes(t *testing.T) {
	check(t, func(t *rapid.T) {
		expr := expression().Draw(t, "expr")
		l, re := Match(expr), whole(expr)
		for _, text := range texts {
			if got, want := l.Contains([]byte(text)), re.MatchString(text); got != want {
				t.Fatalf("%s holds %q: %t, the engine says %t", expr, text, got, want)
			}
		}
	})
}

func TestContainedAsEngineDoes(t *testing.T) {
	check(t, func(t *rapid.T) {
		a, b := expression().Draw(t, "a"), expression().Draw(t, "b")
		inA, inB := whole(a), whole(b)
		witness, ok := Contained(Match(a), Match(b))
		if !ok && (!inA.MatchString(witness) || inB.MatchString(witness)) {
			t.Fatalf("%s in %s: %q is no witness", a, b, witness)
		}
		for _, text := range texts {
			if !inA.MatchString(text) || inB.MatchString(text) {
				continue
			}
			if ok {
				t.Fatalf("%s in %s: contained, but %q", a, b, text)
			}
			if price(text) < price(witness) {
				t.Fatalf("%s in %s: %q would be better than %q", a, b, text, witness)
			}
		}
	})
}

func price(text string) (sum int64) {
	for _, r := range text {
		sum += cost(r)
	}
	return sum
}

// Whatever a group captures is in its language, however assertions, greed and
// repeats decide which text that is.
func TestOfGroupAsEngineDoes(t *testing.T) {
	around := rapid.SampledFrom([]string{"%s", "(%s)", "(%s)?", "(?:(%s)|b)*", "(?:(%s),?){0,2}", "^%s$", `\b(%s)\B`, "(?m:^(%s)$)", "(?U:(%s)+)", "(?:(%s))+?(%s)", "(%s)|(%s)"})
	check(t, func(t *rapid.T) {
		pattern := around.Draw(t, "around")
		for strings.Contains(pattern, "%s") {
			pattern = strings.Replace(pattern, "%s", expression().Draw(t, "expr"), 1)
		}
		re := regexp.MustCompile(pattern)
		tree, _ := syntax.Parse(pattern, syntax.Perl)
		groups := make([]*Language, re.NumSubexp()+1)
		for n := range groups {
			groups[n] = OfGroup(tree, n)
		}
		for _, text := range texts {
			for n, captured := range re.FindStringSubmatch(text) {
				if !groups[n].Contains([]byte(captured)) {
					t.Fatalf("group %d of %s captured %q of %q, which it cannot hold", n, pattern, captured, text)
				}
			}
		}
	})
}

func FuzzOfGroup(f *testing.F) {
	for _, pattern := range []string{`(.*)`, `(?i)loss: ([\d.]+)`, `(a)|(b)*`, `^\x{D800}`, `(?:(\d+),){0,3}`, `(?s)(.)(?m:$)`} {
		f.Add(pattern, []byte("Loss: 0.5,\xff\n"))
	}
	f.Fuzz(func(t *testing.T, pattern string, line []byte) {
		re, err := regexp.Compile(pattern)
		if err != nil || len(pattern) > 200 || len(line) > 200 {
			return
		}
		tree := parse(t, pattern)
		for n, text := range re.FindSubmatch(line) {
			if !OfGroup(tree, n).Contains(text) {
				t.Errorf("group %d of %q captured %q, which it cannot hold", n, pattern, text)
			}
		}
	})
}

func FuzzContained(f *testing.F) {
	f.Add(`[0-9.]+`, `[+-]?[0-9]+(\.[0-9]+)?`, "1.2.3")
	f.Add(`(?i)k`, `[kK]`, "\u212A")
	f.Add(`.*`, `[^\r]*`, "\r")
	f.Add(`(a|b)*a(a|b){5}`, `(ab?)*`, "ab")
	f.Fuzz(func(t *testing.T, a, b, text string) {
		inA, errA := regexp.Compile(`\A(?:` + a + `)\z`)
		inB, errB := regexp.Compile(`\A(?:` + b + `)\z`)
		if errA != nil || errB != nil || len(a)+len(b) > 100 || len(text) > 100 {
			return
		}
		lb, err := match(b)
		if err != nil { // b asserts something
			return
		}
		la := OfGroup(parse(t, `(?:`+a+`)`), 0)
		witness, ok := Contained(la, lb)
		switch {
		case ok && inA.MatchString(text) && !inB.MatchString(text):
			t.Errorf("%q in %q: contained, but %q", a, b, text)
		case !ok && witness != "" && (!la.Contains([]byte(witness)) || lb.Contains([]byte(witness))):
			t.Errorf("%q in %q: %q is no witness", a, b, witness)
		case !utf8.ValidString(witness):
			t.Errorf("%q in %q: the witness %q is not valid UTF-8", a, b, witness)
		}
	})
}

func match(expr string) (l *Language, err error) {
	defer func() {
		if e := recover(); e != nil {
			err = fmt.Errorf("%v", e)
		}
	}()
	return Match(expr), nil
}
