package uv

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// An environment is a Python environment of ours, in a folder whose name says
// what it was built for. Beside it lies the file that it is locked by, whose
// time is that of its last use.
type environment struct{ dir string }

// keepUnused is how long an environment stays that nothing used.
const keepUnused = 30 * 24 * time.Hour

// newEnvironment returns the environment below dir that is kept for the parts
// on this host. name makes the folder's name readable.
func newEnvironment(dir, name string, parts ...string) environment {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s,", len(part), part)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	name = packageName(name)
	if len(name) > 40 {
		name = name[:40]
	}
	return environment{filepath.Join(dir, "envs", safeName(host), name+"-"+hex.EncodeToString(h.Sum(nil))[:16])}
}

var unsafeName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func safeName(name string) string {
	return strings.TrimLeft(unsafeName.ReplaceAllString(name, "_"), ".")
}

// ready reports whether the environment is there.
func (e environment) ready() bool {
	_, err := os.Stat(filepath.Join(e.dir, "pyvenv.cfg"))
	return err == nil
}

// used notes that the environment is used now.
func (e environment) used() {
	now := time.Now()
	_ = os.Chtimes(e.dir+".lock", now, now)
}

// python is the environment's interpreter.
func (e environment) python() string { return filepath.Join(e.dir, "bin", "python") }

// lock waits until the environment is this process's to build, and makes room
// where it is to be a new one.
func (e environment) lock(ctx context.Context, progress func(string)) (unlock func(), err error) {
	unlock, err = lock(ctx, e.dir+".lock", func() { progress("uv: waiting for another jwhost that prepares the same") })
	if err == nil && !e.ready() {
		e.prune()
	}
	return unlock, err
}

// prune removes the environments beside e that nothing used for a long time.
func (e environment) prune() {
	locks, _ := filepath.Glob(filepath.Join(filepath.Dir(e.dir), "*.lock"))
	for _, path := range locks {
		info, err := os.Stat(path)
		if err != nil || time.Since(info.ModTime()) < keepUnused {
			continue
		}
		if unlock, ok, _ := tryLock(path); ok {
			if os.RemoveAll(strings.TrimSuffix(path, ".lock")) == nil {
				_ = os.Remove(path)
			}
			unlock()
		}
	}
}

// lock waits for a lock file that several processes share. waiting is called
// once if another has it.
func lock(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 250*time.Millisecond) {
		unlock, ok, err := tryLock(path)
		if ok || err != nil {
			return unlock, err
		}
		if waiting != nil {
			waiting()
			waiting = nil
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// tryLock locks the file if nobody has it. A file system without locks (some
// of NFS) locks nothing: uv has a lock of its own on every environment.
func tryLock(path string) (unlock func(), ok bool, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	for {
		err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		file.Close()
		return nil, false, nil
	}
	unlock = func() { file.Close() }
	if err != nil {
		return unlock, true, nil
	}
	held, err1 := file.Stat()
	there, err2 := os.Stat(path)
	if err1 != nil || err2 != nil || !os.SameFile(held, there) { // pruned meanwhile
		file.Close()
		return nil, false, nil
	}
	return unlock, true, nil
}
