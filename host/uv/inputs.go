package uv

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// inputs hashes the files that a plan's environment follows from. While the
// hash stays what it was, what was prepared is ready.
func (p *plan) inputs() string {
	h := sha256.New()
	add := func(name string, data []byte) { fmt.Fprintf(h, "%s\x00%d\x00%s", name, len(data), data) }
	file := func(path string) []byte {
		data, err := os.ReadFile(path)
		if err == nil {
			add(path, data)
		}
		return data
	}
	for dir := firstOf(p.base, p.dir); ; dir = filepath.Dir(dir) {
		file(filepath.Join(dir, "uv.toml"))
		file(filepath.Join(dir, ".python-version"))
		if p.way == inProject {
			file(filepath.Join(dir, "pyproject.toml"))
			file(filepath.Join(dir, ".venv", "pyvenv.cfg"))
			lock := file(filepath.Join(dir, "uv.lock"))
			for _, m := range localSource.FindAllSubmatch(lock, -1) { // members and other folders
				file(filepath.Join(within(dir, string(m[1])), "pyproject.toml"))
			}
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if config := p.env.config(); config != "" {
		file(filepath.Join(config, "uv", "uv.toml"))
	}
	if p.way == inScript {
		block, _ := metadata(p.script)
		add(p.script, []byte(block))
		file(p.script + ".lock")
	}
	for _, o := range p.options {
		switch o.name {
		case "--with-requirements", "--constraints", "--constraint", "--overrides", "--override", "--build-constraints":
			requirements(within(p.dir, o.value), add, 0)
		case "--with-editable", "--config-file":
			file(within(p.dir, o.value))
			file(filepath.Join(within(p.dir, o.value), "pyproject.toml"))
		}
	}
	if len(p.more) > 0 {
		requirements(filepath.Join(p.dir, "requirements.txt"), add, 0)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// localSource finds the folders that a lock file names.
var localSource = regexp.MustCompile(`(?m)^source = \{ (?:editable|virtual|directory) = "([^"\\]+)" \}`)

// requirements adds a requirements file and those that it names by -r and -c.
func requirements(path string, add func(string, []byte), depth int) {
	data, err := os.ReadFile(path)
	if err != nil || depth > 10 {
		return
	}
	add(path, data)
	for line := range bytes.Lines(data) {
		fields := strings.Fields(string(line))
		if len(fields) == 2 && (fields[0] == "-r" || fields[0] == "-c" || fields[0] == "--requirement" || fields[0] == "--constraint") {
			requirements(within(filepath.Dir(path), fields[1]), add, depth+1)
		}
	}
}

// hashFile returns the SHA-256 of a file in hex, "" if it cannot be read.
func hashFile(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
