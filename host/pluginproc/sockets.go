package pluginproc

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// socketPrefix begins the name of every folder with plugins' sockets.
	socketPrefix = "jwhost-plugins-"
	// socketPath is how long the path of a socket can be: sun_path holds 104
	// bytes with the final NUL on the BSDs, 108 on Linux.
	socketPath = 103
	// socketTail is what go-plugin adds to the folder: a folder and a socket,
	// each with a random number of up to ten digits.
	socketTail = len("/plugin-dir1234567890/plugin1234567890")
	// folderTail is what os.MkdirTemp makes of the prefix.
	folderTail = len("/jwhost-plugins-1234567890")
	lockName   = "lock"
)

// A socketDir is a private folder for the sockets of one host's plugins. The
// lock in it is free as soon as the host is dead.
type socketDir struct {
	path string
	lock *os.File
}

// newSocketDir makes a socketDir in the temporary folder, or in one with a
// shorter path, as the path of a socket must be short.
func newSocketDir() (*socketDir, error) {
	var faults []error
	for _, parent := range []string{os.TempDir(), "/tmp", "/var/tmp", "/dev/shm"} {
		if !filepath.IsAbs(parent) || len(parent)+folderTail+socketTail > socketPath {
			faults = append(faults, fmt.Errorf("%s: the path of a socket in it would be over %d bytes", parent, socketPath))
			continue
		}
		d, err := makeSocketDir(parent)
		if err == nil {
			return d, nil
		}
		faults = append(faults, err)
	}
	return nil, fmt.Errorf("no folder for the plugins' sockets; set TMPDIR to a short path that can be written: %w", errors.Join(faults...))
}

func makeSocketDir(parent string) (*socketDir, error) {
	path, err := os.MkdirTemp(parent, socketPrefix) // 0700
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(path, lockName))
	if err != nil {
		_ = os.RemoveAll(path)
		return nil, err
	}
	return &socketDir{path: path, lock: lock}, nil
}

// remove removes the folder with all that is in it.
func (d *socketDir) remove() error {
	err := os.RemoveAll(d.path)
	_ = d.lock.Close()
	return err
}

// sweepSockets removes the folders that dead hosts of this user left behind.
// One that cannot be looked at is somebody else's.
func sweepSockets() {
	for _, parent := range []string{os.TempDir(), "/tmp", "/var/tmp", "/dev/shm"} {
		entries, err := os.ReadDir(parent)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			if entry.IsDir() && strings.HasPrefix(entry.Name(), socketPrefix) {
				sweepSocketDir(filepath.Join(parent, entry.Name()))
			}
		}
	}
}

// sweepSocketDir removes a folder if it looks like ours, is ours and has no
// living host.
func sweepSocketDir(path string) {
	info, err := os.Lstat(path)
	if err != nil || !ownedByUs(info) || info.Mode().Perm() != 0o700 {
		return
	}
	if time.Since(info.ModTime()) < time.Minute {
		return // its host may be about to lock it
	}
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) == 0 {
		return
	}
	for _, entry := range entries {
		if entry.Name() != lockName && !strings.HasPrefix(entry.Name(), "plugin-dir") {
			return // not of our making
		}
	}
	lock, err := lockFile(filepath.Join(path, lockName))
	if err != nil {
		return // its host lives
	}
	_ = os.RemoveAll(path)
	_ = lock.Close()
}
