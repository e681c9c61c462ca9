package scope

import "time"

// Values is what is known when a watcher has triggered. It can be written as
// JSON and read back.
type Values struct {
	Captures map[string][]byte `json:"captures,omitempty"` // by name and as c1, c2, …: the original bytes
	Prev     map[string][]byte `json:"prev,omitempty"`     // of the match before this one
	Job      Job               `json:"job"`
	Match    Match             `json:"match"`
	Watcher  Watcher           `json:"watcher"`
	Metrics  map[string]Metric `json:"metrics,omitempty"`
	// Secret answers secret("NAME").
	Secret func(name string) (string, error) `json:"-"`
}

// Job is job.*.
type Job struct {
	ID, Name, Dir, Source, State, Host string
	ExitCode                           *int
	ArrayTaskID                        *int
	Attempt                            int
	TimeLeft                           *float64 // seconds
}

// Match is match.*.
type Match struct {
	Line, Text []byte
	Number     int64
	Stream     string
	Time       time.Time
}

// Watcher is watcher.*.
type Watcher struct {
	Name     string
	Triggers int64
}

// Metric is metric.<name>.*; it holds NaN and infinities where such were recorded.
type Metric struct {
	Last, Min, Max, Mean float64
	Count                int64
}
