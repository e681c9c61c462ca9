package pluginproc

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/semver"

	"github.com/jwhost/jwhost/shared/handshake"
)

const (
	// A program shakes hands at once; a script may first have its interpreter
	// and packages fetched by uv.
	startTimeout       = 30 * time.Second
	scriptStartTimeout = 5 * time.Minute
)

// An executable is a plugin's program.
type executable struct {
	path   string
	args   []string
	dir    string // its working directory
	script bool   // it begins with #!
	folder bool   // the source is the folder that it is in
	limit  time.Duration
}

// bundledExecutable returns this very program as the plugin of that name.
func bundledExecutable(name string) (*executable, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("this program does not know where it is: %w", err)
	}
	return &executable{path: path, args: handshake.ServeArgs(name), dir: "/"}, nil
}

// findExecutable returns the program of a source: an executable file, or a
// folder that holds one with the plugin's name. The error says what is there
// and what to do.
func findExecutable(name, source string) (*executable, error) {
	if !filepath.IsAbs(source) {
		return nil, fmt.Errorf("the source %q is not an absolute path", source)
	}
	path := source
	info, err := os.Stat(source)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file or folder %s", source)
	}
	if err != nil {
		return nil, fmt.Errorf("the source can't be read: %w", err)
	}
	folder := info.IsDir()
	if folder {
		path = filepath.Join(source, handshake.ExecutablePrefix+name)
		if info, err = os.Stat(path); err != nil {
			return nil, missing(name, source)
		}
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	if info.Mode().Perm()&0o111 == 0 {
		return nil, fmt.Errorf("%s is not executable: chmod +x %s", path, path)
	}
	e := &executable{path: path, dir: filepath.Dir(path), folder: folder}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the plugin can't be read: %w", err)
	}
	defer f.Close()
	head := make([]byte, 2)
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, fmt.Errorf("%s is no program: %w", path, err)
	}
	e.script = bytes.Equal(head, []byte("#!"))
	return e, nil
}

// missing says what a folder has instead of the plugin.
func missing(name, folder string) error {
	want := handshake.ExecutablePrefix + name
	var others []string
	build := false
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), handshake.ExecutablePrefix) {
			others = append(others, entry.Name())
		}
		build = build || entry.Name() == "go.mod"
	}
	switch {
	case len(others) > 0:
		return fmt.Errorf("the folder %s holds no %s, but %s: the name after %s is the plugin's", folder, want, strings.Join(others, ", "), handshake.ExecutablePrefix)
	case build:
		return fmt.Errorf("the folder %s holds no %s; it is a Go module, so build it: go build -C %s -o %s", folder, want, folder, want)
	}
	return fmt.Errorf("the folder %s holds no executable %s", folder, want)
}

func (e *executable) startTimeout() time.Duration {
	switch {
	case e.limit > 0:
		return e.limit
	case e.script:
		return scriptStartTimeout
	}
	return startTimeout
}

// slowly says what may have taken the time.
func (e *executable) slowly() string {
	if e.script {
		return " (it is a script: its interpreter, or uv with its packages, may not have got to it)"
	}
	return ""
}

// checksum identifies the program's bytes, and in a folder what lies beside
// it: a script imports modules from there.
func (e *executable) checksum() (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "jwhost %s protocol %d\n", handshake.Version, handshake.Protocol)
	f, err := os.Open(e.path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	if !e.folder {
		return hex.EncodeToString(h.Sum(nil)), nil
	}
	entries, err := os.ReadDir(e.dir)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		fmt.Fprintf(h, "%q %d %d\n", entry.Name(), info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// startAdvice says what an error of execve means.
func startAdvice(e *executable, err error) error {
	if errors.Is(err, fs.ErrNotExist) && e.script {
		return fmt.Errorf("the interpreter in its first line is not there: %w", err)
	}
	return err
}

// checkMinHost says whether this jwhost is new enough.
func checkMinHost(version string) error {
	if version == "" {
		return nil
	}
	wanted := "v" + strings.TrimPrefix(version, "v")
	if !semver.IsValid(wanted) {
		return fmt.Errorf("the oldest jwhost that it works with, %.40q, is not a version", version)
	}
	if semver.Compare("v"+handshake.Version, wanted) < 0 {
		return fmt.Errorf("it needs jwhost %s or newer; this is %s", version, handshake.Version)
	}
	return nil
}
