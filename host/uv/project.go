package uv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// What the host decides itself in a step, whatever the command says: how much
// uv tells, and where it works.
var (
	everyStep  = []string{"--quiet", "--verbose", "--directory"}
	ownOptions = append([]string{"--project"}, everyStep...)
)

// Options of `uv run` that `uv lock` does not take.
var notForLock = append([]string{
	"--extra", "--all-extras", "--no-all-extras", "--no-extra", "--dev", "--no-dev", "--only-dev", "--group",
	"--no-group", "--no-default-groups", "--only-group", "--all-groups", "--module", "--no-editable",
	"--no-editable-package", "--exact", "--inexact", "--env-file", "--no-env-file", "--with",
	"--with-editable", "--with-requirements", "--isolated", "--no-active", "--script", "--gui-script",
	"--all-packages", "--package", "--python-platform", "--compile-bytecode", "--no-compile-bytecode",
	"--compile", "--no-compile",
}, ownOptions...)

// prepareProject makes a project's lock file, if need be, and an environment
// for it, by running the same `uv run` with nothing to do.
func (p *Preparer) prepareProject(ctx context.Context, pl *plan, progress func(string)) (*readiness, error) {
	root := workspaceRoot(ctx, pl)
	r := &readiness{}
	project := pl.project
	lockFile := filepath.Join(root, "uv.lock")
	locked := pl.asked("--frozen", "UV_FROZEN") || pl.asked("--locked", "UV_LOCKED")
	if !locked {
		err := p.lockProject(ctx, pl, root, project, progress)
		if err != nil && !writable(root) {
			// The lock file cannot be made where the project lives.
			root, project, err = p.copyProject(ctx, root, project)
			if err == nil {
				r.project = project
				lockFile = filepath.Join(root, "uv.lock")
				err = p.lockProject(ctx, pl, root, project, progress)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	r.record.LockHash = hashFile(lockFile)

	python, ofJob := interpreter(ctx, pl, root, project)
	args := append([]string{"run"}, pl.except(append([]string{"--module", "--script", "--gui-script"}, ownOptions...)...)...)
	args = append(append(args, "--project", project), "python", "-I", "-c", recordCode)
	s := pl.step(args, progress)
	if pl.isolate {
		parts := append([]string{pl.project, r.record.LockHash, python}, pl.except(ownOptions...)...)
		r.env = newEnvironment(p.dir, filepath.Base(pl.project), append(parts, pl.pythonSettings()...)...)
		unlock, err := r.env.lock(ctx, progress)
		if err != nil {
			return nil, err
		}
		defer unlock()
		r.variables = []string{"UV_PROJECT_ENVIRONMENT=" + r.env.dir}
		s.env = s.env.with(r.variables...)
	}
	out, err := "", error(nil)
	if ofJob {
		hinted := s
		hinted.env = s.env.with("UV_PYTHON=" + python)
		out, err = hinted.steps(ctx, false)
	}
	if !ofJob || err != nil { // the job's Python may not be one that the project allows
		out, err = s.steps(ctx, false)
	}
	if err != nil {
		return nil, err
	}
	r.record.read(out)
	return r, nil
}

// lockProject brings uv.lock up to date as a `uv run` by hand would. A new one
// is made with fresh answers of the index where it can be reached, as it stays;
// an old one is looked at offline first.
func (p *Preparer) lockProject(ctx context.Context, pl *plan, root, project string, progress func(string)) error {
	turn := newEnvironment(p.dir, "lock", root) // one at a time; no environment
	unlock, err := lock(ctx, turn.dir+".lock", nil)
	if err != nil {
		return err
	}
	defer unlock()
	turn.used()
	_, err = os.Stat(filepath.Join(root, "uv.lock"))
	args := append([]string{"lock"}, pl.except(notForLock...)...)
	s := pl.step(append(args, "--project", project), progress)
	missing := err != nil
	if missing && s.env.get("UV_HTTP_RETRIES") == "" {
		s.env = s.env.with("UV_HTTP_RETRIES=1") // a dead index is not worth more time
	}
	_, err = s.steps(ctx, missing)
	return err
}

// pythonSettings are the variables that choose what goes into an environment.
func (p *plan) pythonSettings() []string {
	return slices.DeleteFunc(p.settings(), func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		return !strings.HasPrefix(name, "UV_") || name == "UV_CACHE_DIR" || name == "UV_OFFLINE"
	})
}

// workspaceRoot returns the folder that uv.lock belongs in.
func workspaceRoot(ctx context.Context, pl *plan) string {
	s := pl.step([]string{"workspace", "dir", "--project", pl.project, "--offline"}, nil)
	if out, err := s.run(ctx); err == nil {
		if dir := strings.TrimSpace(out); filepath.IsAbs(dir) {
			return dir
		}
	}
	// An older uv does not say it: the nearest lock file or workspace upward.
	for dir := pl.project; ; dir = filepath.Dir(dir) {
		if data, err := os.ReadFile(filepath.Join(dir, "pyproject.toml")); err == nil {
			if doc, err := parseTOML(data); err == nil {
				if _, ok := doc.table("tool.uv.workspace"); ok {
					return dir
				}
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "uv.lock")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return pl.project
		}
	}
}

// interpreter returns the Python that a project runs by: the one of the job's
// own environment where nothing else says which one to use, so that actions
// run by the same; otherwise the one that uv chooses, "" if it has to fetch it.
func interpreter(ctx context.Context, pl *plan, root, project string) (python string, ofJob bool) {
	request := pl.value("--python")
	if request == "" && pl.env.get("UV_PYTHON") == "" && above(pl.project, ".python-version") == "" {
		if python := pythonOfJob(root); python != "" {
			return python, true
		}
	}
	args := []string{"python", "find", "--system", "--offline", "--project", project}
	if request != "" {
		args = append(args, request)
	}
	out, err := pl.step(args, nil).run(ctx)
	if err != nil {
		return "", false
	}
	return realPath(strings.TrimSpace(out)), false
}

// pythonOfJob returns the interpreter that the project's .venv was made by.
func pythonOfJob(root string) string {
	data, err := os.ReadFile(filepath.Join(root, ".venv", "pyvenv.cfg"))
	if err != nil {
		return ""
	}
	m := venvHome.FindSubmatch(data)
	if m == nil {
		return ""
	}
	return realPath(filepath.Join(string(m[1]), "python3"))
}

// realPath follows links; "" if the file is not there.
func realPath(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	return real
}

var venvHome = regexp.MustCompile(`(?m)^home = (/.*)$`)

func writable(dir string) bool { return unix.Access(dir, unix.W_OK) == nil }

// copyProject makes a folder of ours that stands for a project whose own
// cannot be written: pyproject.toml and uv.lock are copies, everything else
// leads to the original.
func (p *Preparer) copyProject(ctx context.Context, root, project string) (newRoot, newProject string, err error) {
	rel, err := filepath.Rel(root, project)
	if err != nil {
		return "", "", err
	}
	kept := newEnvironment(p.dir, filepath.Base(root)+"-copy", root)
	copied := kept.dir
	unlock, err := lock(ctx, copied+".lock", nil)
	if err != nil {
		return "", "", err
	}
	defer unlock()
	kept.used()
	if err := os.MkdirAll(copied, 0o700); err != nil {
		return "", "", err
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return "", "", fmt.Errorf("%s cannot be written, and not be copied: %w", root, err)
	}
	for _, entry := range entries {
		to, from := filepath.Join(copied, entry.Name()), filepath.Join(root, entry.Name())
		switch entry.Name() {
		case ".venv":
		case "pyproject.toml", "uv.lock":
			if err := copyFile(to, from); err != nil {
				return "", "", err
			}
		default:
			if old, err := os.Readlink(to); err == nil && old == from {
				continue
			}
			if err := os.Symlink(from, to); err != nil && !errors.Is(err, os.ErrExist) {
				return "", "", err
			}
		}
	}
	return copied, filepath.Join(copied, rel), nil
}

// copyFile replaces a file by a copy of another in one step; what has the same
// content is left alone.
func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(to); err == nil && string(old) == string(data) {
		return nil
	}
	if err := os.WriteFile(to+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(to+".new", to)
}
