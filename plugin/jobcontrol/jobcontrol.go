// Package jobcontrol is the bundled plugin with the actions that steer the job
// they were triggered by: cancel_job.
package jobcontrol

import (
	"context"
	"fmt"

	"github.com/jwhost/jwhost/shared/handshake"
	"github.com/jwhost/jwhost/shared/schema"
	"github.com/jwhost/jwhost/shared/sdk"
)

// Cancel has the arguments of cancel_job.
type Cancel struct {
	Reason string `jw:"reason" doc:"Why, for people; without it, the watcher's name." example:"loss ${loss} at epoch ${epoch}"`
}

// Plugin returns the plugin.
func Plugin() sdk.Plugin {
	return sdk.Plugin{
		Name:    "job_control",
		Version: handshake.Version,
		Grants:  []string{schema.GrantJobControl},
		Actions: []sdk.Action{sdk.NewAction("cancel_job", "Ends the job.", cancel, sdk.Idempotent, sdk.Cancels)},
	}
}

func cancel(ctx context.Context, inv *sdk.Invocation, args Cancel) (sdk.Result, error) {
	reason := args.Reason
	if reason == "" {
		reason = "watcher " + inv.Watcher
	}
	if err := inv.CancelJob(ctx, reason); err != nil {
		return sdk.Result{}, fmt.Errorf("job %s could not be cancelled: %w", inv.Job.Name, err)
	}
	return sdk.Output("cancelled: " + reason), nil
}
