package command

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/hcl/shellsafe"
)

const (
	// argumentLimit is the kernel's limit of one argument or variable, with the
	// NUL that ends it (MAX_ARG_STRLEN).
	argumentLimit = 128 << 10
	// capturesLimit bounds all captures in the environment together: the kernel
	// has one limit for everything that execve carries, often 2 MiB.
	capturesLimit = 512 << 10
)

// unfit says why execve cannot carry a text, "" if it can.
func unfit(text string) string {
	switch {
	case len(text) >= argumentLimit:
		return "is longer than 128 KiB, which no program can be given: pass it by stdin or by JW_<NAME>_FILE"
	case strings.IndexByte(text, 0) >= 0:
		return "holds a NUL byte, which no program can be given: pass it by stdin or by JW_<NAME>_FILE"
	}
	return ""
}

// environ returns the environment of the command: the given one, the file's
// own variables, more, and the captures.
func (s *Spec) environ(rendered *shellsafe.Rendered, more []string) ([]string, error) {
	env := newVariables(s.Env)
	for _, name := range slices.Sorted(maps.Keys(rendered.Env)) {
		setting := name + "=" + string(rendered.Env[name])
		if reason := unfit(setting); reason != "" {
			return nil, &shellsafe.Refusal{Name: name, Value: rendered.Env[name], Reason: "the variable " + name + " " + reason}
		}
		env.set(setting)
	}
	for _, setting := range more {
		env.set(setting)
	}
	if err := s.captures(env); err != nil {
		return nil, err
	}
	return env.list, nil
}

// variables are the captures by the names that the command has them by.
func (s *Spec) variables() map[string][]byte {
	m := make(map[string][]byte, len(s.Captures))
	for name, text := range s.Captures {
		m[scope.EnvName(name)] = text
	}
	return m
}

// captures sets JW_<NAME> for every capture, the small ones first, or
// JW_<NAME>_FILE where execve can't carry it.
func (s *Spec) captures(env *variables) error {
	names := slices.SortedFunc(maps.Keys(s.Captures), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(s.Captures[a]), len(s.Captures[b])), cmp.Compare(a, b))
	})
	total := 0
	for _, name := range names {
		value, variable := s.Captures[name], scope.EnvName(name)
		setting := variable + "=" + string(value)
		if unfit(setting) == "" && total+len(setting) <= capturesLimit {
			total += len(setting)
			env.set(setting)
			continue
		}
		file := filepath.Join(s.Folder, variable)
		if err := os.WriteFile(file, value, 0o600); err != nil {
			return err
		}
		env.unset(variable)
		env.set(variable + "_FILE=" + file)
	}
	return nil
}

// variables is an environment in which every name stands once.
type variables struct {
	list  []string
	index map[string]int
}

func newVariables(env []string) *variables {
	v := &variables{index: map[string]int{}}
	for _, setting := range env {
		v.set(setting)
	}
	return v
}

func (v *variables) set(setting string) {
	name, _, _ := strings.Cut(setting, "=")
	if i, ok := v.index[name]; ok {
		v.list[i] = setting
		return
	}
	v.index[name] = len(v.list)
	v.list = append(v.list, setting)
}

func (v *variables) unset(name string) {
	i, ok := v.index[name]
	if !ok {
		return
	}
	*v = *newVariables(slices.Delete(v.list, i, i+1))
}
