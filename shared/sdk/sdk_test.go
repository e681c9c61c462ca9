package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/schema"
	"github.com/jwhost/jwhost/shared/sdk"
	"github.com/jwhost/jwhost/shared/sdk/sdktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type ticket struct {
	Title   string      `jw:"title,required"`
	Command sdk.Command `jw:"command"`
}

// Validate is asked for an action whose arguments have it.
func (t *ticket) Validate(context.Context) []sdk.Diagnostic {
	if t.Title == "bad" {
		return []sdk.Diagnostic{{Summary: "no good title", Attribute: "title"}}
	}
	return nil
}

type config struct {
	Project string `jw:"project,required"`
}

func plugin(action func(context.Context, *sdk.Invocation, ticket) (sdk.Result, error)) sdk.Plugin {
	return sdk.Plugin{
		Name: "jira", Version: "1.0.0", Grants: schema.Grants,
		Actions: []sdk.Action{sdk.NewAction("ticket", "opens a ticket", action, sdk.Idempotent, sdk.Cancels)},
		Config: sdk.NewConfig(func(_ context.Context, c config) error {
			switch c.Project {
			case "panic":
				panic("no such project")
			case "ERROR":
				return errors.New("the project is closed")
			case "DIAG":
				return sdk.Diagnostics{{Summary: "is closed", Detail: "ask for a key", Attribute: "project"}}
			}
			return nil
		}),
	}
}

func TestActions(t *testing.T) {
	code := 3
	for _, test := range []struct {
		name   string
		action func(context.Context, *sdk.Invocation, ticket) (sdk.Result, error)
		want   contract.Outcome
	}{
		{"output", func(_ context.Context, inv *sdk.Invocation, args ticket) (sdk.Result, error) {
			return sdk.Output(fmt.Sprintf("%s %d %s %q", args.Title, inv.Attempt, inv.Job.Name, inv.Captures["loss"])), nil
		}, contract.Outcome{Succeeded: true, Output: []byte(`broken 2 train "0.5\xff"`)}},
		{"error", func(context.Context, *sdk.Invocation, ticket) (sdk.Result, error) {
			return sdk.Output("so far"), errors.New("no way")
		}, contract.Outcome{Error: "no way", Output: []byte("so far")}},
		{"empty error", func(context.Context, *sdk.Invocation, ticket) (sdk.Result, error) {
			return sdk.Result{}, errors.New("")
		}, contract.Outcome{Error: "*errors.errorString"}},
		{"retry", func(context.Context, *sdk.Invocation, ticket) (sdk.Result, error) {
			return sdk.Result{}, fmt.Errorf("twice: %w", sdk.Retry(errors.New("busy"), time.Minute))
		}, contract.Outcome{Error: "twice: busy", Retryable: true, RetryAfter: time.Minute}},
		{"panic", func(context.Context, *sdk.Invocation, ticket) (sdk.Result, error) { panic(errors.New("oh")) },
			contract.Outcome{Error: "the plugin panicked: oh"}},
		{"exec", func(ctx context.Context, inv *sdk.Invocation, args ticket) (sdk.Result, error) {
			r, err := inv.Exec(ctx, args.Command)
			if err != nil {
				return sdk.Result{}, err
			}
			return sdk.Done(r)
		}, contract.Outcome{Error: "exit code 3", ExitCode: &code, Output: []byte("ran command")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := sdktest.Start(t, plugin(test.action), map[string]any{"project": "TRAIN"})
			r := p.Run(t, sdktest.Invocation{
				Action: "ticket", Attempt: 2, Arguments: map[string]any{"title": "broken", "command": true},
				Job: sdk.Job{Name: "train"}, Captures: map[string][]byte{"loss": []byte("0.5\xff")},
				Exec: func(_ context.Context, attribute string) (sdk.ExecResult, error) {
					return sdk.ExecResult{ExitCode: 3, Output: []byte("ran " + attribute)}, nil
				},
			})
			if diff := cmp.Diff(test.want, r.Outcome); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDone(t *testing.T) {
	for _, test := range []struct {
		r    sdk.ExecResult
		want string
	}{
		{sdk.ExecResult{}, "<nil>"},
		{sdk.ExecResult{ExitCode: 2}, "exit code 2"},
		{sdk.ExecResult{ExitCode: 137, Signal: "SIGKILL"}, "the command was ended by SIGKILL"},
		{sdk.ExecResult{Kind: "timed_out"}, "the command was not run to its end: timed_out"},
		{sdk.ExecResult{Kind: "refused", Error: "it starts with -"}, "it starts with -"},
	} {
		result, err := sdk.Done(test.r)
		if got := fmt.Sprint(err); got != test.want {
			t.Errorf("%+v: %s, want %s", test.r, got, test.want)
		}
		if result.Kind != test.r.Kind || (result.ExitCode == nil) != (test.r.Kind != "") {
			t.Errorf("%+v: %+v", test.r, result)
		}
	}
}

func TestHostServices(t *testing.T) {
	p := sdktest.Start(t, plugin(func(ctx context.Context, inv *sdk.Invocation, args ticket) (sdk.Result, error) {
		inv.Log.Named("sub").With("a", 1).Error("logged", "b", 2, "odd")
		inv.Progress("working")
		fmt.Fprint(inv, "live")
		var lines []string
		for line, err := range inv.Logs(ctx, "stdout", 2) {
			if err != nil {
				return sdk.Result{}, err
			}
			lines = append(lines, string(line))
		}
		if inv.Granted(schema.GrantMetricsRead) {
			return sdk.Result{}, errors.New("metrics.read is granted")
		}
		if _, err := inv.Metrics(ctx); !sdk.Denied(err) {
			return sdk.Result{}, fmt.Errorf("not denied: %w", err)
		}
		// A command whose context ends is ended.
		short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		defer cancel()
		if _, err := inv.Exec(short, args.Command); !errors.Is(err, context.DeadlineExceeded) {
			return sdk.Result{}, fmt.Errorf("a command without end: %w", err)
		}
		return sdk.Output(strings.Join(lines, "|")), inv.CancelJob(ctx, "enough")
	}), map[string]any{"project": "x"})
	r := p.Run(t, sdktest.Invocation{
		Action: "ticket", Arguments: map[string]any{"title": "x", "command": true}, Without: []string{"metrics.read"},
		Logs: map[string][]string{"stdout": {"one", "two", "three"}},
		Exec: func(ctx context.Context, _ string) (sdk.ExecResult, error) {
			<-ctx.Done()
			return sdk.ExecResult{}, ctx.Err()
		},
	})
	want := sdktest.Result{
		Outcome:   contract.Outcome{Succeeded: true, Output: []byte("two|three")},
		Progress:  []string{"working"},
		Live:      []byte("live"),
		Log:       []contract.LogLine{{Level: "error", Message: "sub: logged", Fields: map[string]string{"a": "1", "b": "2", "EXTRA_VALUE_AT_END": "odd"}}},
		Executed:  []string{"command"},
		Cancelled: []string{"enough"},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestConfigureAndValidate(t *testing.T) {
	p := sdktest.Describe(t, plugin(func(context.Context, *sdk.Invocation, ticket) (sdk.Result, error) { return sdk.Result{}, nil }))
	a := p.Schema.Action("ticket")
	if !a.Idempotent || !a.Cancels || !a.Validates || p.Schema.SDKVersion == "" || len(p.Schema.Config) != 1 {
		t.Errorf("schema %+v", p.Schema)
	}
	for _, test := range []struct {
		config map[string]any
		want   []sdk.Diagnostic
	}{
		{map[string]any{"project": "TRAIN"}, nil},
		{nil, []sdk.Diagnostic{{Summary: `argument "project": it is required`}}},
		{map[string]any{"project": "ERROR"}, []sdk.Diagnostic{{Summary: "the project is closed"}}},
		{map[string]any{"project": "DIAG"}, []sdk.Diagnostic{{Summary: "is closed", Detail: "ask for a key", Attribute: "project"}}},
		{map[string]any{"project": "panic"}, []sdk.Diagnostic{{Summary: "the plugin panicked: no such project"}}},
	} {
		if diff := cmp.Diff(test.want, p.Configure(t, test.config)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.config, diff)
		}
	}
	if diff := cmp.Diff([]sdk.Diagnostic{{Summary: "no good title", Attribute: "title"}}, p.Validate(t, "ticket", map[string]any{"title": "bad"})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := p.Validate(t, "ticket", nil); got != nil {
		t.Errorf("what is not constant is no fault: %v", got)
	}
}

// Authors' builds hold no host and no language.
func TestDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "github.com/jwhost/jwhost/shared/...", "github.com/jwhost/jwhost/plugin/runcommand", "github.com/jwhost/jwhost/plugin/logevent", "github.com/jwhost/jwhost/plugin/jobcontrol").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name := range strings.FieldsSeq(string(out)) {
		rest, ours := strings.CutPrefix(name, "github.com/jwhost/jwhost/")
		top, _, _ := strings.Cut(rest, "/")
		if ours && !slices.Contains([]string{"shared", "plugin"}, top) || strings.HasPrefix(name, "github.com/hashicorp/hcl") || strings.HasPrefix(name, "github.com/zclconf/") {
			t.Errorf("shared or a plugin depends on %s", name)
		}
	}
}
