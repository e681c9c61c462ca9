package host

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jwhost/jwhost/host/event"
)

// BenchmarkLatency measures from the moment at which a job writes a line: how
// long until the action's function in the plugin has it, and until the event
// says that the action is done.
func BenchmarkLatency(b *testing.B) {
	for name, action := range map[string]string{
		"stamp":       `action "stamp" {}`,
		"log_event":   "action \"log_event\" {\n message = \"at ${at}\"\n}",
		"run_command": "action \"run_command\" {\n argv = [\"/bin/true\"]\n}",
	} {
		b.Run(name, func(b *testing.B) {
			const first = 20 // they wait for the plugin's start
			tr := start(b, fmt.Sprintf(`
job "j" {
  source "local" {
    argv = %s
  }
  watcher "tick" {
    pattern = "tick (?P<at>\\d+)"
    %s
  }
}`, self("tick", fmt.Sprint(b.N+first), "20ms"), action))
			tr.exits(StatusSucceeded, ExitSucceeded)
			written := map[int64]int64{} // by trigger
			for _, e := range tr.all(of(event.WatcherTriggered)) {
				var at int64
				fmt.Sscan(string(e.Captures["at"]), &at)
				written[e.Trigger] = at
			}
			var had, done []time.Duration
			for _, e := range tr.all(of(event.ActionFinished))[first:] {
				if e.Outcome != event.Succeeded {
					b.Fatal(brief(e))
				}
				at := written[e.Trigger]
				done = append(done, time.Duration(e.Time.UnixNano()-at))
				if name == "stamp" {
					var received int64
					fmt.Sscan(strings.Fields(string(e.Output))[0], &received)
					had = append(had, time.Duration(received-at))
				}
			}
			report(b, "plugin", had)
			report(b, "done", done)
		})
	}
}

// report adds the median and the 99th percentile in milliseconds.
func report(b *testing.B, what string, times []time.Duration) {
	if len(times) == 0 {
		return
	}
	slices.Sort(times)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(times[len(times)/2]), what+"-median-ms")
	b.ReportMetric(ms(times[len(times)*99/100]), what+"-p99-ms")
	b.ReportMetric(0, "ns/op") // it is the pause between lines
}
