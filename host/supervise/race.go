//go:build race

package supervise

// A program with the race detector in it sleeps for a second before it ends,
// which would make each supervisor outlive its report.
func init() { environ = []string{"GORACE=atexit_sleep_ms=0"} }
