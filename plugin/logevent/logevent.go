// Package logevent is the bundled plugin with the action log_event, whose
// message becomes its outcome's output and so an event.
package logevent

import (
	"context"

	"github.com/hashicorp/go-hclog"

	"github.com/jwhost/jwhost/shared/handshake"
	"github.com/jwhost/jwhost/shared/sdk"
)

// Arguments of log_event.
type Arguments struct {
	Message string `jw:"message,required" doc:"What to say." example:"epoch ${epoch}: loss ${loss}"`
	Level   string `jw:"level,constant" oneof:"debug,info,warn,error" default:"info" doc:"How much it matters in jwhost's own log." example:"warn"`
}

// Plugin returns the plugin.
func Plugin() sdk.Plugin {
	return sdk.Plugin{
		Name:    "log_event",
		Version: handshake.Version,
		Actions: []sdk.Action{sdk.NewAction("log_event", "Writes a line into the run's events.", run, sdk.Idempotent)},
	}
}

func run(_ context.Context, inv *sdk.Invocation, args Arguments) (sdk.Result, error) {
	inv.Log.Log(hclog.LevelFromString(args.Level), args.Message, "job", inv.Job.Name, "watcher", inv.Watcher)
	return sdk.Output(args.Message), nil
}
