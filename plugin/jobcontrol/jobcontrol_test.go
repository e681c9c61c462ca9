package jobcontrol

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/shared/sdk/sdktest"
)

func TestCancel(t *testing.T) {
	p := sdktest.Start(t, Plugin(), nil)
	if a := p.Schema.Action("cancel_job"); !a.Idempotent || !a.Cancels {
		t.Errorf("%+v", a)
	}
	for reason, want := range map[string]string{"loss 9": "loss 9", "": "watcher test"} {
		arguments := map[string]any{}
		if reason != "" {
			arguments["reason"] = reason
		}
		r := p.Run(t, sdktest.Invocation{Action: "cancel_job", Arguments: arguments})
		if diff := cmp.Diff([]string{want}, r.Cancelled); diff != "" || !r.Succeeded || r.Text() != "cancelled: "+want {
			t.Errorf("%+v\n%s", r, diff)
		}
	}
	r := p.Run(t, sdktest.Invocation{Action: "cancel_job", Without: []string{"job.control"}})
	if r.Succeeded || len(r.Cancelled) > 0 || !strings.Contains(r.Error, `grants = ["job.control"]`) {
		t.Errorf("%+v", r)
	}
}
