package invoke

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/jwhost/jwhost/shared/contract"
)

// Run is tested over real connections: by package sdk with sdktest, and by
// host/pluginproc with processes that keep the rules and others.

func TestBrokenOutcome(t *testing.T) {
	for code, want := range map[codes.Code]string{
		codes.OK:                "the plugin ended the invocation without an outcome",
		codes.Unimplemented:     "the plugin does not serve Run of jwhost.plugin.v1: why",
		codes.ResourceExhausted: "a message between jwhost and the plugin is over 16 MiB, the limit: why",
		codes.NotFound:          "the plugin ended the invocation with gRPC's NotFound: why",
	} {
		err := &BrokenError{Status: status.New(code, "why")}
		if o := err.Outcome(); o.Succeeded || o.Error != want {
			t.Errorf("%v: %+v", code, o)
		}
	}
}

func TestPermit(t *testing.T) {
	r := &run{host: Host{Plugin: "jira"}, grants: []string{"exec", "logs.read"}}
	for call, remedy := range map[contract.Call]string{
		contract.Exec{}:        "",
		contract.ReadLogs{}:    "",
		contract.CancelJob{}:   `grants = ["exec", "logs.read", "job.control"]`,
		contract.ReadMetrics{}: `grants = ["exec", "logs.read", "metrics.read"]`,
	} {
		err := r.permit(call)
		var denied *contract.CallError
		switch {
		case remedy == "" && err != nil:
			t.Errorf("%T: %v", call, err)
		case remedy != "" && (!errors.As(err, &denied) || denied.Code != contract.CodeDenied || denied.Grant != call.Grant() || !strings.HasSuffix(err.Error(), remedy)):
			t.Errorf("%T: %v", call, err)
		}
	}
	if len(r.grants) != 2 {
		t.Errorf("asking changed the grants: %q", r.grants)
	}
}
