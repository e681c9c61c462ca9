// Package runcommand is the bundled plugin with the action run_command. It
// knows no more of commands than any other plugin: the host proves and renders
// them, and runs them when the action asks.
package runcommand

import (
	"context"

	"github.com/jwhost/jwhost/shared/handshake"
	"github.com/jwhost/jwhost/shared/schema"
	"github.com/jwhost/jwhost/shared/sdk"
)

// Arguments of run_command. All but the command are read by the host, which
// runs it.
type Arguments struct {
	Command sdk.Command `jw:"command,group=command" doc:"A line for the shell. Captures in it stay words: text of the job never becomes code." example:"uv run python analyze.py --loss ${loss}"`
	Argv    sdk.Argv    `jw:"argv,group=command" doc:"A program and its arguments, without a shell." example:"[\"uv\", \"run\", \"analyze.py\", loss]"`

	Stdin       string            `jw:"stdin" doc:"What the command reads from its standard input; nothing without it." example:"${match.line}"`
	Env         map[string]string `jw:"env" doc:"Variables beside those of the job. Every capture is there anyway, as JW_ and its name in capitals." example:"{ RESUME = ckpt }"`
	Dir         string            `jw:"dir,constant" doc:"Working directory; the job's without it." example:"analysis"`
	Shell       string            `jw:"shell,constant" oneof:"sh,bash" default:"sh" doc:"The shell that runs command." example:"bash"`
	OutputLimit float64           `jw:"output_limit,constant" default:"500" doc:"How many characters of the output the outcome keeps; the run's folder has all of it." example:"2000"`
	Keep        string            `jw:"keep,constant" oneof:"head,tail" default:"head" doc:"Which end of a longer output is kept." example:"tail"`
	Allow       []string          `jw:"allow,constant" doc:"The only programs that may run, by name; without it all may." example:"[\"uv\", \"uvx\", \"python\"]"`
}

// Plugin returns the plugin.
func Plugin() sdk.Plugin {
	return sdk.Plugin{
		Name:    "run_command",
		Version: handshake.Version,
		Grants:  []string{schema.GrantExec},
		Actions: []sdk.Action{sdk.NewAction("run_command", "Runs a command where the job lives.", run)},
	}
}

func run(ctx context.Context, inv *sdk.Invocation, args Arguments) (sdk.Result, error) {
	var command sdk.Runnable = args.Command
	if args.Argv.Given() {
		command = args.Argv
	}
	result, err := inv.Exec(ctx, command)
	if err != nil {
		return sdk.Result{}, err
	}
	return sdk.Done(result)
}
