package uv

import (
	"os"
	"path/filepath"
	"strings"
)

// An environ is a complete environment, as exec takes it: the last of several
// settings of a variable counts.
type environ []string

func (e environ) lookup(name string) (string, bool) {
	for i := len(e) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(e[i], name+"="); ok {
			return value, true
		}
	}
	return "", false
}

func (e environ) get(name string) string {
	value, _ := e.lookup(name)
	return value
}

// first returns the first variable of these that is not empty.
func (e environ) first(names ...string) string {
	for _, name := range names {
		if value := e.get(name); value != "" {
			return value
		}
	}
	return ""
}

// without returns the environment less some variables.
func (e environ) without(names ...string) environ {
	var kept environ
next:
	for _, setting := range e {
		for _, name := range names {
			if strings.HasPrefix(setting, name+"=") {
				continue next
			}
		}
		kept = append(kept, setting)
	}
	return kept
}

// with returns the environment and more.
func (e environ) with(more ...string) environ {
	return append(e[:len(e):len(e)], more...)
}

// home returns the home folder, "" if there is none.
func (e environ) home() string {
	if home := e.get("HOME"); home != "" {
		return home
	}
	home, _ := os.UserHomeDir()
	return home
}

// config returns the folder of the user's settings, "" if there is none.
func (e environ) config() string {
	if dir := e.get("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	if home := e.home(); home != "" {
		return filepath.Join(home, ".config")
	}
	return ""
}

// expand replaces a leading ~ by the home folder.
func (e environ) expand(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok && e.home() != "" {
		return filepath.Join(e.home(), rest)
	}
	return path
}
