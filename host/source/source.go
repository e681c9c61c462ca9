// Package source says what a job's output comes from: bytes of streams, each
// with a durable position, and the job's end. Each kind of source is a folder
// beside this file.
package source

import (
	"context"
	"time"
)

// A Position is how far a stream was read. The same position always means the
// same byte: (file identity, epoch, offset).
type Position struct {
	File   string `json:"file,omitempty"` // identity of the file (device and inode)
	Epoch  int64  `json:"epoch"`          // counts truncations and replacements
	Offset int64  `json:"offset"`         // bytes
}

// A Chunk is a run of bytes of one stream.
type Chunk struct {
	Stream string   // "stdout", "stderr"
	Pos    Position // of the first byte
	Data   []byte   // valid until Next is called again
	Time   time.Time
	EOF    bool // the stream ended; nothing comes after
	Gap    *Gap // bytes before this chunk are gone for good
}

// A Gap is output that could not be read.
type Gap struct {
	Reason string
	Bytes  int64 // -1: unknown
}

// States of a job that ended.
const (
	Succeeded = "succeeded"
	Failed    = "failed"
	Cancelled = "cancelled"
	Timeout   = "timeout"
	NodeFail  = "node_fail"
	Lost      = "lost"
	Skipped   = "skipped"
)

// An End is how a job ended.
type End struct {
	State    string
	ExitCode *int     // nil where there is none
	Signal   string   // "SIGKILL", "" if none
	Reason   string   // for the person
	Left     []string // processes that the job left behind
}

// A Job is a running job.
type Job interface {
	// Next waits for output of any of the job's streams, in order of arrival.
	// It returns io.EOF once all streams ended and the job's end is known.
	Next(ctx context.Context) (Chunk, error)
	// End returns how the job ended; valid after Next returned io.EOF.
	End() End
	// Stop ends the job: TERM, grace, KILL, with its whole process tree. It
	// returns at once; the end comes by Next. state is Cancelled or Timeout.
	Stop(state string)
	// Kill ends the job now.
	Kill()
	// LastLines hands out the last n lines of a stream, "" for all streams
	// one after the other, as the job wrote them, in pieces. It works after
	// Close, too.
	LastLines(stream string, n int, out func([]byte) error) error
	// Close lets go of the job without ending it.
	Close() error
}
