package supervise

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Files of a supervisor's folder.
const (
	processFile = "process.json"
	exitFile    = "exit.json"
)

// recordVersion is the version of both files. A reader refuses a higher one.
const recordVersion = 1

// A processRecord says which processes a folder is about.
type processRecord struct {
	Version    int           `json:"version"`
	Boot       string        `json:"boot"` // process ids mean something in this one only
	Supervisor ident         `json:"supervisor"`
	Process    ident         `json:"process"`
	Started    time.Time     `json:"started"`
	Tether     bool          `json:"tether,omitempty"`
	Grace      time.Duration `json:"grace_ns"`
}

// An ident is one process for all time: an id alone is given away again.
type ident struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"start"` // ticks after boot, of /proc/PID/stat
}

type exitRecord struct {
	Version int  `json:"version"`
	Exit    Exit `json:"exit"`
}

func writeExit(dir string, e Exit) error {
	return writeRecord(filepath.Join(dir, exitFile), exitRecord{recordVersion, e}, true)
}

// readExit reads how the process of dir ended; os.ErrNotExist: it is not known
// to have ended.
func readExit(dir string) (Exit, error) {
	var r exitRecord
	err := readRecord(filepath.Join(dir, exitFile), &r, &r.Version)
	return r.Exit, err
}

// writeRecord replaces a file so that whoever reads it, finds either the old or
// the new one; if it is durable, after a crash of the machine too.
func writeRecord(name string, record any, durable bool) error {
	data, err := json.Marshal(record)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(name+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	if err == nil && durable {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil || !durable {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

func readRecord(name string, record any, version *int) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, record); err != nil {
		return fmt.Errorf("%s is damaged: %w", name, err)
	}
	if *version < 1 || *version > recordVersion {
		return fmt.Errorf("%s was written by another version of jwhost (%d, this one reads up to %d)", name, *version, recordVersion)
	}
	return nil
}
