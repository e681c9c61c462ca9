package host

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/jwhost/jwhost/host/supervise"
	"github.com/jwhost/jwhost/plugin/jobcontrol"
	"github.com/jwhost/jwhost/plugin/logevent"
	"github.com/jwhost/jwhost/plugin/runcommand"
	"github.com/jwhost/jwhost/shared/schema"
	"github.com/jwhost/jwhost/shared/sdk"
)

// The test binary is a whole jwhost: it is the supervisor, it serves plugins,
// and its jobs are this binary too where they have to be exact.
func TestMain(m *testing.M) {
	args := os.Args[1:]
	switch {
	case len(args) == 2 && args[0] == "supervise":
		os.Exit(supervise.Main(args[1]))
	case len(args) == 3 && args[0] == "plugin" && args[1] == "serve":
		for _, p := range append(plugins(), pickyPlugin()) {
			if p.Name == args[2] {
				sdk.Serve(p)
			}
		}
	case len(args) > 1 && args[0] == "job":
		if err := beJob(args[1], args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	default:
		goleak.VerifyTestMain(m)
	}
}

// plugins are those that this binary bundles: the product's, and one whose
// actions behave in all ways that an action can.
func plugins() []sdk.Plugin {
	return []sdk.Plugin{
		runcommand.Plugin(), logevent.Plugin(), jobcontrol.Plugin(),
		{
			Name: "trial", Version: "0.0.1", Grants: schema.Grants,
			Actions: []sdk.Action{
				sdk.NewAction("stamp", "says when it has it", stamp, sdk.Idempotent),
				sdk.NewAction("note", "writes its id into a file", note, sdk.Idempotent),
				sdk.NewAction("note_once", "the same, but not to be done twice", note),
				sdk.NewAction("hang", "does not end and does not listen", hang),
				sdk.NewAction("fail", "fails with a text", fail),
				sdk.NewAction("twice", "runs its command twice at once", twice),
				sdk.NewAction("read", "reads the job's last lines", read),
			},
		},
	}
}

// pickyPlugin is one that a file has to configure.
func pickyPlugin() sdk.Plugin {
	greeting := ""
	return sdk.Plugin{
		Name: "picky", Version: "0.0.1",
		Config: sdk.NewConfig(func(_ context.Context, c struct {
			Greeting string `jw:"greeting"`
		}) error {
			if greeting = c.Greeting; greeting == "" {
				return sdk.Diagnostics{{Summary: "it wants to greet", Attribute: "greeting"}}
			}
			return nil
		}),
		Actions: []sdk.Action{sdk.NewAction("greet", "greets", func(context.Context, *sdk.Invocation, none) (sdk.Result, error) {
			return sdk.Output(greeting), nil
		})},
	}
}

type none struct{}

// stamp says when it was called, in nanoseconds.
func stamp(_ context.Context, _ *sdk.Invocation, args struct {
	Text string `jw:"text"`
}) (sdk.Result, error) {
	return sdk.Output(fmt.Sprintf("%d %s", time.Now().UnixNano(), args.Text)), nil
}

type noteArgs struct {
	File  string        `jw:"file,required,constant"`
	Sleep time.Duration `jw:"sleep"`
	Text  string        `jw:"text"`
}

// note appends a line to a file when it begins.
func note(ctx context.Context, inv *sdk.Invocation, args noteArgs) (sdk.Result, error) {
	f, err := os.OpenFile(args.File, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return sdk.Result{}, err
	}
	defer f.Close()
	if _, err := fmt.Fprintf(f, "%s %d %s\n", inv.ID, inv.Attempt, args.Text); err != nil {
		return sdk.Result{}, err
	}
	select {
	case <-ctx.Done():
	case <-time.After(args.Sleep):
	}
	return sdk.Output(args.Text), ctx.Err()
}

func hang(_ context.Context, inv *sdk.Invocation, _ none) (sdk.Result, error) {
	inv.Progress("hanging")
	select {}
}

// fail fails with a text, after it said it wherever it could.
func fail(_ context.Context, inv *sdk.Invocation, args struct {
	Text string `jw:"text,sensitive"`
	Cut  bool   `jw:"cut"`
	Die  bool   `jw:"die"`
}) (sdk.Result, error) {
	inv.Progress("progress " + args.Text)
	inv.Log.Warn("warning " + args.Text)
	fmt.Fprintln(os.Stderr, "stderr", args.Text)
	r := sdk.Output("output " + args.Text)
	if args.Cut {
		r.Output, r.Truncated = r.Output[:len(r.Output)-3], true
	}
	if args.Die {
		time.Sleep(50 * time.Millisecond) // what it said is on its way
		os.Exit(7)
	}
	return r, errors.New("error " + args.Text)
}

func twice(ctx context.Context, inv *sdk.Invocation, args struct {
	Command sdk.Command `jw:"command,required"`
}) (sdk.Result, error) {
	outputs := make(chan string)
	for range 2 {
		go func() {
			r, err := inv.Exec(ctx, args.Command)
			outputs <- fmt.Sprint(string(r.Output), err, r.Error)
		}()
	}
	return sdk.Output(<-outputs + <-outputs), nil
}

func read(ctx context.Context, inv *sdk.Invocation, _ none) (sdk.Result, error) {
	var lines []string
	for line, err := range inv.Logs(ctx, "", 10) {
		if err != nil {
			return sdk.Result{}, err
		}
		lines = append(lines, string(line))
	}
	return sdk.Output(strings.Join(lines, "|")), nil
}

// beJob is a job of a test.
func beJob(name string, args []string) error {
	switch name {
	case "write": // FILE SEED: writes a file in parts, now and then with a pause
		b, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		seed, _ := strconv.ParseUint(args[1], 10, 64)
		for random := rand.New(rand.NewPCG(seed, 0)); len(b) > 0; {
			n := min(1+random.IntN(4000), len(b))
			if random.IntN(4) > 0 {
				n = min(n, 1+random.IntN(8))
			}
			if _, err := os.Stdout.Write(b[:n]); err != nil {
				return err
			}
			b = b[n:]
			if random.IntN(8) == 0 {
				time.Sleep(time.Duration(random.IntN(2000)) * time.Microsecond)
			}
		}
	case "tick": // COUNT PAUSE: writes lines that say when they were written
		count, _ := strconv.Atoi(args[0])
		pause, err := time.ParseDuration(args[1])
		if err != nil {
			return err
		}
		for range count {
			time.Sleep(pause)
			fmt.Printf("tick %d\n", time.Now().UnixNano())
		}
	case "spam": // writes without a pause until it is ended
		line := []byte(strings.Repeat("nothing to see here\n", 1000))
		for {
			if _, err := os.Stdout.Write(line); err != nil {
				return err
			}
		}
	}
	return nil
}

// self is a list of the language that runs a job of beJob.
func self(args ...string) string {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	var quoted []string
	for _, a := range slices.Concat([]string{exe, "job"}, args) {
		quoted = append(quoted, strconv.Quote(a))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
