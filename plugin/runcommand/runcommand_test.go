package runcommand

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/shared/schema"
	"github.com/jwhost/jwhost/shared/sdk"
	"github.com/jwhost/jwhost/shared/sdk/sdktest"
)

// The host reads the arguments that govern a command by these names and types.
func TestSchema(t *testing.T) {
	a := sdktest.Describe(t, Plugin()).Schema.Action("run_command")
	got := make(map[string]schema.Type)
	for _, attribute := range a.Attributes {
		got[attribute.Name] = attribute.Type
		if attribute.Doc == "" {
			t.Errorf("%s has no doc", attribute.Name)
		}
	}
	want := map[string]schema.Type{
		"command": schema.Command, "argv": schema.Argv, "stdin": schema.Text, "env": schema.Map, "dir": schema.Text,
		"shell": schema.Text, "output_limit": schema.Number, "keep": schema.Text, "allow": schema.Texts,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"command", "argv"}}, a.ExactlyOne); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a.Idempotent || a.Attribute("output_limit").Default != "500" || a.Attribute("keep").Default != "head" || a.Attribute("shell").Default != "sh" {
		t.Errorf("%+v", a)
	}
}

func TestRun(t *testing.T) {
	p := sdktest.Start(t, Plugin(), nil)
	for _, test := range []struct {
		name      string
		arguments map[string]any
		result    sdk.ExecResult
		err       error
		without   string
		executed  string
		want      string // the outcome's error
		kind      string
	}{
		{"command", map[string]any{"command": true, "env": map[string]string{"A": "b"}}, sdk.ExecResult{Output: []byte("out")}, nil, "", "command", "", ""},
		{"argv", map[string]any{"argv": true}, sdk.ExecResult{Output: []byte("out")}, nil, "", "argv", "", ""},
		{"fails", map[string]any{"command": true}, sdk.ExecResult{Output: []byte("out"), ExitCode: 4}, nil, "", "command", "exit code 4", ""},
		{"killed", map[string]any{"command": true}, sdk.ExecResult{Output: []byte("out"), Signal: "SIGSEGV"}, nil, "", "command", "ended by SIGSEGV", ""},
		{"refused", map[string]any{"command": true}, sdk.ExecResult{Output: []byte("out"), Kind: "refused", Error: "no"}, nil, "", "command", "no", "refused"},
		{"both", map[string]any{"command": true, "argv": true}, sdk.ExecResult{}, nil, "", "", "exactly one of", ""},
		{"neither", nil, sdk.ExecResult{}, nil, "", "", "exactly one of", ""},
		{"denied", map[string]any{"command": true}, sdk.ExecResult{}, nil, "exec", "", `grants = ["exec"]`, ""},
		{"host fails", map[string]any{"command": true}, sdk.ExecResult{}, errors.New("disk full"), "", "command", "disk full", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := p.Run(t, sdktest.Invocation{
				Action: "run_command", Arguments: test.arguments, Without: []string{test.without},
				Exec: func(context.Context, string) (sdk.ExecResult, error) { return test.result, test.err },
			})
			if r.Succeeded != (test.want == "") || !strings.Contains(r.Error, test.want) || r.Kind != test.kind || r.Text() != string(test.result.Output) {
				t.Errorf("%+v", r)
			}
			if got := strings.Join(r.Executed, " "); got != test.executed {
				t.Errorf("executed %q, want %q", got, test.executed)
			}
		})
	}
}
