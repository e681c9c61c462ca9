// Package supervise is the small process that owns a local job or an action's
// command and outlives the host. A [Spec] goes in; output files and a durable
// [Exit] come out.
//
// The host's side is [Start], [Attach] and [Process]; the supervisor's side is
// [Main], which the host's own binary runs when it is executed again as
// `supervise DIR`. A socket pair between the two carries the Spec one way
// (nothing of it reaches the disk, for the environment may hold secrets), and
// what became of it the other way. For an action it is the tether too: when
// the host is gone, however it ended, the supervisor reads the end of the
// socket and ends the whole tree. Everything else is said by signals to the
// supervisor, which work from a later host as well and need no socket in DIR:
// SIGTERM is Stop, SIGUSR1 is Kill.
//
// DIR holds process.json while and after the process runs, exit.json once it
// ended. The supervisor is the reaper of all that descends from it (child
// subreaper), so a daemon that left its session and lost its parents is found
// among its children. No process is signalled by its id alone: its start time
// must be the one that was recorded, and where Linux has pidfds, one is held
// while that is compared.
package supervise

import "time"

// A Spec is what to run and how.
type Spec struct {
	Argv      []string      // the program is looked up in Env's PATH; relative names and entries start at Dir
	Dir       string        // working directory; "": the host's
	Env       []string      // complete
	Stdin     []byte        // nil: /dev/null
	Stdout    string        // file, opened O_APPEND; "": /dev/null
	Stderr    string        // the same as Stdout: one stream in order of arrival
	Pty       bool          // a terminal instead of files: its output goes to Stdout
	Limit     time.Duration // 0: none; then TERM, Grace, KILL with state TimedOut
	Grace     time.Duration // default 5s (actions), 10s (jobs)
	Tether    bool          // an action: the whole tree ends with the host, and with its first process
	OutputCap int64         // bytes of each output file kept, the rest is read and dropped (Tether only); 0: no cap
}

func (s *Spec) grace() time.Duration {
	switch {
	case s.Grace > 0:
		return s.Grace
	case s.Tether:
		return 5 * time.Second
	}
	return 10 * time.Second
}

// An Exit is how a process ended.
type Exit struct {
	Code       int           `json:"code"`                // -1 if it was ended by a signal, could not be started or nobody knows
	Signal     string        `json:"signal,omitempty"`    // "SIGKILL", "" if none
	TimedOut   bool          `json:"timed_out,omitempty"` // ended by Limit
	Stopped    bool          `json:"stopped,omitempty"`   // ended by Stop or Kill
	HostGone   bool          `json:"host_gone,omitempty"` // ended because its host was gone (Tether)
	Unknown    bool          `json:"unknown,omitempty"`   // it ended, but nobody saw how
	Error      string        `json:"error,omitempty"`     // it could not be started, or is Unknown: why
	Started    time.Time     `json:"started"`
	Ended      time.Time     `json:"ended"`
	UserTime   time.Duration `json:"user_ns"` // of the first process and all it waited for
	SystemTime time.Duration `json:"system_ns"`
	MaxRSS     int64         `json:"max_rss"`           // bytes
	Dropped    int64         `json:"dropped,omitempty"` // bytes of output beyond OutputCap, or that a full disk refused
	// Left names processes left behind: "1234 sleep 100". Those of a job
	// go on; an action has some only if they could not be ended.
	Left []string `json:"left,omitempty"`
}

// environ is the supervisor's own environment: it needs nothing of the host's,
// secrets least of all.
var environ = []string{}
