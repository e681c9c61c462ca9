package sdk

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/shared/schema"
)

type everything struct {
	Text     string            `jw:"text,required,sensitive" doc:"a text" example:"x"`
	Level    string            `jw:"level,constant" oneof:"low,high" default:"low"`
	Tags     []string          `jw:"tags" oneof:"a,b"`
	Number   float64           `jw:"number" default:"0.5"`
	Bool     bool              `jw:"bool" default:"true"`
	Wait     time.Duration     `jw:"wait" default:"1d12h"`
	Labels   map[string]string `jw:"labels"`
	Body     Pieces            `jw:"body" default:"none"`
	Command  Command           `jw:"command,group=what"`
	Argv     Argv              `jw:"argv,group=what"`
	Internal func()            `jw:"-"`
	_        int
}

func TestAttributes(t *testing.T) {
	fields, err := fieldsOf[everything]()
	if err != nil {
		t.Fatal(err)
	}
	want := []schema.Attribute{
		{Name: "text", Type: schema.Text, Required: true, Sensitive: true, Doc: "a text", Example: "x"},
		{Name: "level", Type: schema.Text, Constant: true, OneOf: []string{"low", "high"}, Default: "low"},
		{Name: "tags", Type: schema.Texts, OneOf: []string{"a", "b"}},
		{Name: "number", Type: schema.Number, Default: "0.5"},
		{Name: "bool", Type: schema.Bool, Default: "true"},
		{Name: "wait", Type: schema.Duration, Default: "1d12h"},
		{Name: "labels", Type: schema.Map},
		{Name: "body", Type: schema.Text, Pieces: true, Default: "none"},
		{Name: "command", Type: schema.Command},
		{Name: "argv", Type: schema.Argv},
	}
	if diff := cmp.Diff(want, fields.attributes()); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"command", "argv"}}, fields.groups()); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestDecode(t *testing.T) {
	fields, err := fieldsOf[everything]()
	if err != nil {
		t.Fatal(err)
	}
	var got everything
	err = fields.decode([]byte(`{"text":"t","level":"high","tags":["a"],"number":2,"bool":false,"wait":"90s","labels":{"k":"v"},"body":[{"text":"a"},{"text":"b","captured":true}],"argv":true,"newer":[1],"command":null}`), &got, complete)
	if err != nil {
		t.Fatal(err)
	}
	if got.Text != "t" || got.Level != "high" || got.Number != 2 || got.Bool || got.Wait != 90*time.Second || got.Labels["k"] != "v" ||
		got.Command.Given() || !got.Argv.Given() || got.Argv.name() != "argv" || len(got.Tags) != 1 {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff(Pieces{{Text: "a"}, {Text: "b", Captured: true}}, got.Body); diff != "" {
		t.Errorf("pieces (-want +got):\n%s", diff)
	}
	got = everything{}
	if err := fields.decode([]byte(`{"text":"t","command":true}`), &got, complete); err != nil {
		t.Fatal(err)
	}
	if got.Level != "low" || got.Number != 0.5 || !got.Bool || got.Wait != 36*time.Hour || len(got.Body) != 1 || got.Body[0].Text != "none" {
		t.Errorf("defaults: %+v", got)
	}
	if err := fields.decode(nil, &got, partial); err != nil {
		t.Errorf("nothing is constant: %v", err)
	}
	for raw, want := range map[string]string{
		`{}`:           `argument "text": it is required`,
		`{"text":"t"}`: `exactly one of ["command" "argv"] must be given; there are []`,
		`{"text":"t","command":true,"argv":true}`:      `there are ["command" "argv"]`,
		`{"text":5,"command":true}`:                    `argument "text": 5 is not of type text`,
		`{"text":"t","command":true,"level":"middle"}`: `"middle" is none of ["low" "high"]`,
		`{"text":"t","command":true,"tags":["c"]}`:     `"c" is none of ["a" "b"]`,
		`{"text":"t","command":true,"wait":5}`:         `5 is not of type duration`,
		`{"text":"t","command":true,"wait":"soon"}`:    `"soon" is not a duration`,
		`{"text":"t","command":true,"number":"5"}`:     `is not of type number`,
		`{"text":"t","command":true,"labels":["x"]}`:   `is not of type map`,
		`{"text":"t","command":true,"body":5}`:         `5 is not of type text`,
		`[]`:                                           "not a JSON object",
	} {
		if err := fields.decode([]byte(raw), new(everything), complete); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", raw, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"text":"t","command":true}`, `{`, `null`, `{"wait":"1d","labels":null,"tags":[null]}`} {
		f.Add([]byte(seed))
	}
	fields, err := fieldsOf[everything]()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got everything
		if fields.decode(raw, &got, complete) == nil && (got.Command.Given() == got.Argv.Given() || !json.Valid(raw)) {
			t.Errorf("%q is %+v", raw, got)
		}
	})
}

// Faults of a struct are told before anything is served, all at once.
func TestFaults(t *testing.T) {
	run := func(context.Context, *Invocation, struct {
		A int `jw:"a"`
		B string
		C string `jw:"c,optional"`
		d string `jw:"d"`
	}) (Result, error) {
		return Result{}, nil
	}
	text := func(context.Context, *Invocation, string) (Result, error) { return Result{}, nil }
	reserved := func(context.Context, *Invocation, struct {
		When string `jw:"when"`
	}) (Result, error) {
		return Result{}, nil
	}
	_, err := Plugin{Name: "p", Actions: []Action{NewAction("a", "", run), NewAction("b", "", text)}, Config: NewConfig(func(context.Context, everything) error { return nil })}.Schema()
	for _, want := range []string{
		`action "a": field A: a int can't be an argument`,
		`field B: it has no tag such as jw:"title"`,
		`field C: its jw tag says "optional"`,
		`field d: it has a jw tag but is not exported`,
		`action "b": its arguments are a string; they must be a struct`,
		"config: a config has no groups",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	if _, err := (Plugin{Name: "p", Actions: []Action{NewAction("a", "", reserved)}}).Schema(); err == nil || !strings.Contains(err.Error(), "belongs to jwhost") {
		t.Errorf("a reserved attribute: %v", err)
	}
}
