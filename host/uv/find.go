package uv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Find looks for uv on PATH, in ~/.local/bin, ~/.cargo/bin and
// $UV_INSTALL_DIR, and on the PATH of a login shell, in this order. A shim of
// pyenv, asdf or mise is resolved to the binary behind it. env is a complete
// environment. The error is a *NotFound, or ctx's own.
func Find(ctx context.Context, env []string) (Tool, error) {
	f := finder{env: env, seen: map[string]bool{}}
	places := []place{{"PATH", filepath.SplitList(f.env.get("PATH"))}}
	if home := f.env.home(); home != "" {
		places = append(places,
			place{"", []string{filepath.Join(home, ".local", "bin")}},
			place{"", []string{filepath.Join(home, ".cargo", "bin")}})
	}
	if dir := f.env.get("UV_INSTALL_DIR"); dir != "" {
		places = append(places, place{"UV_INSTALL_DIR", []string{dir, filepath.Join(dir, "bin")}})
	}
	for _, p := range places {
		if tool, ok := f.search(ctx, p); ok {
			return tool, nil
		}
	}
	if tool, ok := f.search(ctx, f.loginShell(ctx)); ok {
		return tool, nil
	}
	if err := ctx.Err(); err != nil {
		return Tool{}, err
	}
	return Tool{}, &NotFound{Looked: f.looked}
}

// A place is a list of folders with a name for people; "": the folders' own.
type place struct {
	name string
	dirs []string
}

type finder struct {
	env    environ
	seen   map[string]bool
	looked []string
}

func (f *finder) search(ctx context.Context, p place) (Tool, bool) {
	var remarks []string
	for _, dir := range p.dirs {
		if !filepath.IsAbs(dir) || f.seen[filepath.Clean(dir)] {
			continue
		}
		f.seen[filepath.Clean(dir)] = true
		path := filepath.Join(dir, "uv")
		if info, err := os.Stat(path); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			continue
		}
		tool, err := f.resolve(ctx, path)
		if err == nil {
			return tool, true
		}
		remarks = append(remarks, fmt.Sprintf("%s is there, but %v", path, err))
	}
	switch {
	case p.name != "" && len(p.dirs) > 0:
		f.looked = append(f.looked, fmt.Sprintf("%s (%s)", p.name, strings.Join(p.dirs, ":")))
	case len(p.dirs) > 0:
		f.looked = append(f.looked, strings.Join(p.dirs, ":"))
	case p.name != "":
		f.looked = append(f.looked, p.name)
	}
	f.looked = append(f.looked, remarks...)
	return Tool{}, false
}

// resolve finds the binary behind path and asks it for its version.
func (f *finder) resolve(ctx context.Context, path string) (Tool, error) {
	if manager, ok := shimManager(path); ok {
		real, err := f.ask(ctx, manager)
		if err != nil {
			return Tool{}, fmt.Errorf("it is a shim of %s that leads to no uv: %w", filepath.Base(manager), err)
		}
		path = real
	}
	if real, err := filepath.EvalSymlinks(path); err == nil && filepath.Base(real) == "uv" {
		path = real
	}
	out, err := f.output(ctx, path, "--version")
	if err != nil {
		return Tool{}, fmt.Errorf("it does not run: %w", err)
	}
	m := versionLine.FindStringSubmatch(out)
	if m == nil {
		return Tool{}, fmt.Errorf("`uv --version` says %q", firstLine(out))
	}
	return Tool{Path: path, Version: m[1]}, nil
}

var versionLine = regexp.MustCompile(`(?m)^uv (\d+\.\d+\.\d+\S*)`)

// shimManager returns the program that a shim belongs to. Resolving it once
// spares every action the shim's own start, which takes several times as long
// as uv's.
func shimManager(path string) (string, bool) {
	if real, err := filepath.EvalSymlinks(path); err == nil && filepath.Base(real) == "mise" {
		return real, true
	}
	file, err := os.Open(path)
	if err != nil {
		return "", false
	}
	defer file.Close()
	head, err := io.ReadAll(io.LimitReader(file, 4096))
	if err != nil || !bytes.HasPrefix(head, []byte("#!")) {
		return "", false
	}
	m := shimExec.FindSubmatch(head)
	if m == nil {
		return "", false
	}
	return string(m[1]), true
}

// shimExec finds "exec "/root/.pyenv/libexec/pyenv" exec …" and
// "exec /opt/asdf/bin/asdf exec …".
var shimExec = regexp.MustCompile(`(?m)^\s*exec "?([^"\s]*\b(?:pyenv|asdf))"? exec\b`)

// ask asks a version manager for the binary behind its shim.
func (f *finder) ask(ctx context.Context, manager string) (string, error) {
	out, err := f.output(ctx, manager, "which", "uv")
	if err != nil {
		return "", err
	}
	path := firstLine(out)
	if info, err := os.Stat(path); err != nil || info.IsDir() || !filepath.IsAbs(path) {
		return "", fmt.Errorf("`%s which uv` says %q", filepath.Base(manager), path)
	}
	return path, nil
}

// loginShell returns the folders of a login shell's PATH: uv's own installer
// writes to its start files, which a job of a service or of cron never reads.
func (f *finder) loginShell(ctx context.Context) place {
	shell := f.env.get("SHELL")
	if shell == "" {
		shell = "/bin/sh"
	}
	p := place{name: "the PATH of a login shell, " + shell}
	const mark = "jwhost: environment"
	out, err := f.output(ctx, shell, "-l", "-c", "echo '"+mark+"'; env")
	if err != nil {
		p.name += fmt.Sprintf(" (not usable: %v)", err)
		return p
	}
	_, out, _ = strings.Cut(out, mark)
	for line := range strings.Lines(out) {
		if value, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "PATH="); ok {
			p.dirs = slices.Compact(filepath.SplitList(value))
		}
	}
	return p
}

// output runs a program that has to answer soon.
func (f *finder) output(ctx context.Context, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = f.env
	cmd.WaitDelay = time.Second
	tree(cmd)
	runtime.LockOSThread() // for tree
	defer runtime.UnlockOSThread()
	out, err := cmd.Output()
	if ctx.Err() == context.DeadlineExceeded {
		return "", errors.New("it does not answer within 15 s")
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		if said := firstLine(string(exit.Stderr)); said != "" {
			return "", fmt.Errorf("%w (%s)", err, said)
		}
	}
	return string(out), err
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(line)
}
