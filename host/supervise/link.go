package supervise

// What the supervisor tells the host over the link, encoded by gob; the other
// way goes the Spec alone. gob carries any bytes in a string, which JSON would
// not: arguments and environment need not be UTF-8.
type report struct {
	Kind reportKind
	PID  int  // running
	Exit Exit // ended
}

type reportKind int

const (
	running reportKind = iota + 1 // the process runs and process.json is written
	ended                         // it ended, or could not be started
)

// command is the argument that makes the host's binary a supervisor.
const command = "supervise"
