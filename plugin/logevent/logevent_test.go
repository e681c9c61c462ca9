package logevent

import (
	"testing"

	"github.com/jwhost/jwhost/shared/sdk/sdktest"
)

func TestRun(t *testing.T) {
	p := sdktest.Start(t, Plugin(), nil)
	if a := p.Schema.Action("log_event"); !a.Idempotent {
		t.Error("it may be said twice")
	}
	r := p.Run(t, sdktest.Invocation{Action: "log_event", Arguments: map[string]any{"message": "loss 0.5\x1b", "level": "warn"}})
	if !r.Succeeded || string(r.Output) != "loss 0.5\x1b" {
		t.Errorf("%+v", r)
	}
	if len(r.Log) != 1 || r.Log[0].Level != "warn" || r.Log[0].Fields["watcher"] != "test" {
		t.Errorf("log %+v", r.Log)
	}
	if r := p.Run(t, sdktest.Invocation{Action: "log_event", Arguments: map[string]any{"message": "x", "level": "loud"}}); r.Succeeded {
		t.Errorf("%+v", r)
	}
	if r := p.Run(t, sdktest.Invocation{Action: "log_event"}); r.Succeeded {
		t.Errorf("no message: %+v", r)
	}
}
