package schema

import (
	"strings"
	"testing"
	"time"
)

func TestCheck(t *testing.T) {
	text := func(name string) Attribute { return Attribute{Name: name, Type: Text} }
	with := func(attributes ...Attribute) *Plugin {
		return &Plugin{Name: "p", Actions: []Action{{Name: "a", Attributes: attributes}}}
	}
	for _, test := range []struct {
		name string
		p    *Plugin
		want string // of the error; "" for none
	}{
		{"good", with(text("title"), Attribute{Name: "wait", Type: Duration, Default: "1d12h"}, Attribute{Name: "n", Type: Number, Default: "0.5"}), ""},
		{"no name", &Plugin{}, "is not a name"},
		{"bad name", &Plugin{Name: "a b"}, "is not a name"},
		{"long version", &Plugin{Name: "p", Version: strings.Repeat("1", 200)}, "version is over 128 bytes"},
		{"bad action", &Plugin{Name: "p", Actions: []Action{{Name: "a.b"}}}, `action "a.b": not a name`},
		{"two actions", &Plugin{Name: "p", Actions: []Action{{Name: "a"}, {Name: "a"}}}, "there twice"},
		{"too many actions", &Plugin{Name: "p", Actions: make([]Action, 1000)}, "at most 256"},
		{"too many attributes", with(make([]Attribute, 1000)...), "at most 256"},
		{"reserved", with(text("timeout")), "belongs to jwhost"},
		{"reserved in config", &Plugin{Name: "p", Config: []Attribute{text("timeout")}}, ""},
		{"command in config", &Plugin{Name: "p", Config: []Attribute{{Name: "c", Type: Command}}}, "a config block holds no commands"},
		{"two attributes", with(text("x"), text("x")), "there twice"},
		{"bad attribute", with(text("x-y")), "not a name"},
		{"bad type", with(Attribute{Name: "x", Type: "list"}), `type "list" is none`},
		{"required default", with(Attribute{Name: "x", Type: Text, Required: true, Default: "y"}), "its default means nothing"},
		{"one of numbers", with(Attribute{Name: "x", Type: Number, OneOf: []string{"1"}}), "only texts can be one of a few"},
		{"default none of", with(Attribute{Name: "x", Type: Text, OneOf: []string{"a"}, Default: "b"}), "is none of"},
		{"default no number", with(Attribute{Name: "x", Type: Number, Default: "NaN"}), "is not a number"},
		{"default no bool", with(Attribute{Name: "x", Type: Bool, Default: "yes"}), "neither true nor false"},
		{"default no duration", with(Attribute{Name: "x", Type: Duration, Default: "5"}), "is not a duration"},
		{"default of texts", with(Attribute{Name: "x", Type: Texts, Default: "5"}), "has no default"},
		{"group of one", &Plugin{Name: "p", Actions: []Action{{Name: "a", Attributes: []Attribute{text("x")}, ExactlyOne: [][]string{{"x"}}}}}, "needs two attributes"},
		{"group of nobody", &Plugin{Name: "p", Actions: []Action{{Name: "a", ExactlyOne: [][]string{{"x", "y"}}}}}, "an attribute that is not there"},
		{"group with required", &Plugin{Name: "p", Actions: []Action{{
			Name: "a", Attributes: []Attribute{text("x"), {Name: "y", Type: Text, Required: true}}, ExactlyOne: [][]string{{"x", "y"}},
		}}}, "is required, yet one of a group"},
	} {
		err := test.p.Check()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "1h30m": 90 * time.Minute, "2d": 48 * time.Hour, "1d12h": 36 * time.Hour, "0d": 0, "-5s": -5 * time.Second, "250ms": 250 * time.Millisecond,
		"106751d": 106751 * 24 * time.Hour,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "5", "d", "-1d", "1d-5h", "1d+5h", "1.5d", "1d2d", "106752d", "106751d99h", "99999999999d", "2 d", "1h2d"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q passes as %v", text, got)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"90s", "1d12h", "2d", "d", "-1d", "106751d23h47m16s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err == nil && d < 0 && !strings.HasPrefix(text, "-") {
			t.Errorf("%q is %v", text, d)
		}
	})
}
