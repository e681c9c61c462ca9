package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// walk calls f for cmd and every command below it that a person can see.
func walk(cmd *cobra.Command, f func(*cobra.Command)) {
	f(cmd)
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			walk(c, f)
		}
	}
}

// TestHelp: every command's --help has an example, and no line is wider than
// a terminal.
func TestHelp(t *testing.T) {
	walk(newRootCmd(&deps{}), func(cmd *cobra.Command) {
		if cmd.Short == "" || cmd.Example == "" {
			t.Errorf("%s lacks a description or an example", cmd.CommandPath())
		}
		var out bytes.Buffer
		cmd.SetOut(&out)
		if err := cmd.Help(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "Examples:\n  ") {
			t.Errorf("%s --help shows no example", cmd.CommandPath())
		}
		for line := range strings.Lines(out.String()) {
			if len(line) > 110 {
				t.Errorf("%s --help: a long line: %s", cmd.CommandPath(), line)
			}
		}
	})
}

// runCommand runs the command line in a folder of its own and returns what it
// printed.
func runCommand(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	open := func(name string) *os.File {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	read := func(f *os.File) string {
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		return string(b)
	}
	out, err := open("out"), open("err")
	code = Main(Env{Stdout: out, Stderr: err, Getenv: os.Getenv, Environ: os.Environ()}, args)
	return code, read(out), read(err)
}

func TestUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, tc := range []struct {
		args []string
		want string // in what goes to standard error
	}{
		{[]string{"vlidate"}, "did you mean `jwhost validate`?"},
		{[]string{"frobnicate"}, "there is no command \"frobnicate\"; there are init, plugin, run"},
		{[]string{"train.hcl"}, "did you mean `jwhost run train.hcl`?"},
		{[]string{"plugin", "lst"}, "did you mean `jwhost plugin list`?"},
		{[]string{"run", "-json"}, "long flags have two dashes: --json"},
		{[]string{"run", "--jsn"}, "did you mean --json?"},
		{[]string{"run"}, "`jwhost init` writes one"},
		{[]string{"validate"}, "`jwhost init` writes one"},
		{[]string{"run", "a.hcl", "--", "true"}, "write `jwhost run -f a.hcl -- true`"},
		{[]string{"run", "-f", "a.hcl"}, "jwhost run -f a.hcl -- CMD"},
		{[]string{"run", "-f", "a.hcl", "--"}, "no command after --"},
		{[]string{"run", "--max-actions", "-1"}, "at least 1"},
		{[]string{"run", "--max-actions", "x"}, "invalid argument"},
		{[]string{"version", "now"}, "takes no arguments"},
		{[]string{"version", "--log-level", "loud"}, "trace, debug, info"},
		{[]string{"plugin", "inspect"}, "takes one plugin"},
		{[]string{"plugin", "inspect", "nonesuch"}, "no bundled plugin \"nonesuch\""},
		{[]string{"plugin", "serve", "nonesuch"}, "no bundled plugin"},
	} {
		code, stdout, stderr := runCommand(t, tc.args...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, tc.want) || !strings.Contains(stderr, "--help`") {
			t.Errorf("%q: exit code %d, stdout %q, want %q in stderr:\n%s", tc.args, code, stdout, tc.want, stderr)
		}
	}
}

func TestWelcome(t *testing.T) {
	t.Chdir(t.TempDir())
	if code, stdout, stderr := runCommand(t); code != 0 || stderr != "" || !strings.Contains(stdout, "jwhost init") {
		t.Errorf("%d %q %q", code, stdout, stderr)
	}
	if err := os.WriteFile(DefaultFile, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if code, stdout, _ := runCommand(t); code != 0 || !strings.Contains(stdout, "jwhost validate") {
		t.Errorf("%d %q", code, stdout)
	}
}

// TestOutlet: nothing is lost or late, and a reader that is gone stops nobody.
func TestOutlet(t *testing.T) {
	r, w := io.Pipe()
	o := newOutlet(w)
	want := strings.Repeat("0123456789abcdef\n", 1<<17) // more than may wait
	var got bytes.Buffer
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(&got, r)
	}()
	for line := range strings.Lines(want) {
		io.WriteString(o, line)
	}
	o.Close()
	w.Close()
	<-done
	if got.String() != want {
		t.Errorf("%d bytes, want %d", got.Len(), len(want))
	}

	r, w = io.Pipe()
	r.Close()
	o = newOutlet(w)
	for line := range strings.Lines(want) {
		io.WriteString(o, line)
	}
	o.Close()
}

func TestExplore(t *testing.T) {
	for _, tc := range []struct {
		files   map[string]string
		command string
	}{
		{nil, demonstration},
		{map[string]string{"train.py": "", "other.py": ""}, "python3 train.py"},
		{map[string]string{"train.py": "", "pyproject.toml": ""}, "uv run python train.py"},
		{map[string]string{"model.py": "", "requirements.txt": "", "test_model.py": "", "setup.py": ""}, "uv run python model.py"},
		{map[string]string{"go.sh": "#!/usr/bin/env bash\n"}, "bash go.sh"},
		{map[string]string{"go.sh": "#!/bin/sh\n", "odd $(name).py": ""}, "sh go.sh"},
		{map[string]string{"pyproject.toml": ""}, demonstration},
	} {
		dir := t.TempDir()
		for name, text := range tc.files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		f, err := explore(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.command(); got != tc.command {
			t.Errorf("%v: %q, want %q", tc.files, got, tc.command)
		}
	}
}

// TestDemonstration: what init writes for an empty folder runs in any shell.
func TestDemonstration(t *testing.T) {
	out, err := exec.Command("sh", "-c", strings.ReplaceAll(demonstration, "sleep 1", "true")).CombinedOutput()
	if want := "step 1 loss: 0.8\nstep 2 loss: 0.7\nstep 3 loss: 0.6\n"; err != nil || string(out) != want {
		t.Errorf("%s%v", out, err)
	}
}
