package shellsafe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mvdan.cc/sh/v3/syntax"

	"github.com/jwhost/jwhost/hcl/proof"
)

// This file runs refused commands for real, in a scratch folder and with the
// protection off: placeholders replaced by the raw text, as the ancestors of
// this program did it. A refusal is right if that does harm.

// attacks are texts that touch a file "pwned" wherever they are read as code
// of some kind, or as a name of such.
var attacks = []string{
	// Shell, in and out of all kinds of quotes.
	"touch pwned", "$(touch pwned)", "; touch pwned;", ";touch pwned;#", "'; touch pwned; '", `"; touch pwned; "`, "\ntouch pwned\n", "x\ntouch pwned\n",
	"'$(touch pwned)'", "a;touch pwned", "a & touch pwned &", "`touch pwned`", "\"`touch pwned`\"", "a[$(touch pwned)]", "a[`touch pwned`]", "a[$(touch pwned)]=1", "(a[$(touch pwned)]=1)", "([$(touch pwned)]=1)",
	"EOF\ntouch pwned\n", "\nEOF\ntouch pwned\n", ") ; touch pwned; (", "); touch pwned", ");; esac; touch pwned; case a in b", "1]; touch pwned; [ 1", "}; touch pwned; {", "=1; touch pwned", "b; touch pwned", "a\ntouch pwned",
	"$(touch${IFS}pwned)", "-c touch${IFS}pwned", "a)touch pwned;;(", "x() { :; }; touch pwned; f", "in a; do :; done; touch pwned; for x",
	// Names of what runs.
	"./evil", "evil.sh", "./evil.sh", "evil.py", "./evil.py", "evil", "./evilbin", "evilbin:/usr/bin:/bin", "../pwned", "pwned", "./",
	// Code of other programs.
	"__import__('os').system('touch pwned')", `__import__("os").system("touch pwned")`, `");__import__("os").system("touch pwned");("`, `');__import__("os").system("touch pwned");('`,
	"import os; os.system('touch pwned')", `system("touch pwned")`, `BEGIN{system("touch pwned")}`, `{system("touch pwned")}`, `system "touch pwned"`, `";system("touch pwned");"`, `1;system("touch pwned")`,
	`require("child_process").execSync("touch pwned")`, `");require("child_process").execSync("touch pwned");("`, "1e touch pwned", "e touch pwned", "w pwned", "$!N;w pwned",
	"PATH", "ENV", "cat", "*", "\"*\"", "EOF", "1",
	"!touch pwned", "--checkpoint-action=exec=touch pwned",
}

// scratch makes a folder with programs that can be chosen: each touches pwned.
func scratch(t *testing.T, dir string) {
	t.Helper()
	write := func(name, text string, mode os.FileMode) {
		path := filepath.Join(dir, "work", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	sh := "#!/bin/sh\n>" + quoteSingle(filepath.Join(dir, "work", "pwned")) + "\n"
	py := "open(" + fmt.Sprintf("%q", filepath.Join(dir, "work", "pwned")) + ", 'w')\n"
	for _, name := range []string{"evil", "evil.sh"} {
		write(name, sh, 0o755)
	}
	write("evil.py", py, 0o755)
	for _, name := range []string{"ls", "cat", "env", "true"} {
		write("evilbin/"+name, sh, 0o755)
	}
	write("f", "1\n", 0o644)
	write("in/f", "1\n", 0o644)
	write("out/f", "1\n", 0o644)
}

// An outcome is what a raw run did.
type outcome struct {
	pwned          bool
	exit           int
	stdout, stderr string
	files          []string
}

// runRaw runs a command as its author wrote it, with text pasted in for every
// placeholder whose language holds it (a text of its own for the others), and
// the same in the environment.
func runRaw(t *testing.T, dir string, in Input, text string) outcome {
	t.Helper()
	scratch(t, dir)
	for _, name := range []string{"pwned", "work/pwned", "work/in/pwned", "work/out/pwned", "work/r", "work/g", "work/run.sh"} {
		_ = os.Remove(filepath.Join(dir, name))
	}
	work := filepath.Join(dir, "work")
	paste := func(parts []Part) string {
		var b strings.Builder
		for _, p := range parts {
			if p.Hole != nil {
				b.WriteString(pick(p.Hole.Language, text))
			} else {
				b.WriteString(p.Text)
			}
		}
		return b.String()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var cmd *exec.Cmd
	if in.Argv != nil {
		var words []string
		for _, w := range in.Argv {
			words = append(words, paste(w))
		}
		cmd = exec.CommandContext(ctx, words[0], words[1:]...)
	} else {
		cmd = exec.CommandContext(ctx, in.Shell, "-c", paste(in.Line))
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	cmd.Dir = work
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C.UTF-8"}
	for name, lang := range in.Captures {
		if value := pick(lang, text); !strings.Contains(value, "\x00") {
			cmd.Env = append(cmd.Env, name+"="+value)
			file := filepath.Join(dir, name)
			if strings.Contains(in.source(), name+"_FILE") {
				if err := os.WriteFile(file, []byte(value), 0o644); err != nil {
					t.Fatal(err)
				}
				cmd.Env = append(cmd.Env, name+"_FILE="+file)
			}
		}
	}
	for _, v := range in.Env {
		cmd.Env = append(cmd.Env, v.Name+"="+paste(v.Value))
	}
	if in.Stdin != nil {
		cmd.Stdin = strings.NewReader(paste(in.Stdin))
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	o := outcome{stdout: stdout.String(), stderr: stderr.String()}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		o.exit = exit.ExitCode()
	case err != nil:
		o.exit, o.stderr = 126, err.Error()
	}
	for _, name := range []string{"pwned", "work/pwned", "work/in/pwned", "work/out/pwned"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && !info.IsDir() {
			o.pwned = true
		}
	}
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil {
			o.files = append(o.files, strings.TrimPrefix(path, dir))
		}
		return nil
	})
	o.stdout, o.stderr = strings.ReplaceAll(o.stdout, dir, ""), strings.ReplaceAll(o.stderr, dir, "")
	return o
}

// pick returns text if the language holds it, else a text that it holds.
func pick(l *proof.Language, text string) string {
	if l.Contains([]byte(text)) {
		return text
	}
	own, _ := proof.Contained(l, proof.Union())
	return own
}

// holds reports whether some placeholder or capture of the command can be text.
func (in Input) holds(text string) bool {
	found := false
	look := func(parts []Part) {
		for _, p := range parts {
			found = found || p.Hole != nil && p.Hole.Language.Contains([]byte(text))
		}
	}
	look(in.Line)
	look(in.Stdin)
	for _, w := range in.Argv {
		look(w)
	}
	for _, v := range in.Env {
		look(v.Value)
	}
	for name, l := range in.Captures {
		found = found || strings.Contains(in.source(), name) && l.Contains([]byte(text))
	}
	return found
}

// proveHarm runs a refused command with the protection off and fails the test
// if no text that its placeholders can hold does harm: runs a command of the
// text's own, changes the structure of the command, or makes a program
// complain about text that it should have taken for data.
func proveHarm(t *testing.T, in Input, p Problem) {
	t.Helper()
	shells := []string{in.Shell}
	if in.Shell == Sh {
		shells = []string{Sh, Bash} // /bin/sh can be any
	}
	dir := t.TempDir()
	for _, shell := range shells {
		in.Shell = shell
		if in.holds(p.Witness) && (runRaw(t, dir, in, p.Witness).pwned || structureBreaks(in, p.Witness)) {
			return
		}
		bad, benign := runRaw(t, dir, in, p.Witness), runRaw(t, dir, in, "1")
		if bad.exit != benign.exit || bad.stderr != "" {
			return // it was read, and found wanting
		}
		if bad.stdout != benign.stdout && !strings.Contains(bad.stdout, p.Witness) || !slices.Equal(bad.files, benign.files) {
			return
		}
	}
	for _, text := range attacks {
		for _, shell := range shells {
			if in.Shell = shell; in.holds(text) && runRaw(t, dir, in, text).pwned {
				return
			}
		}
	}
	if p.Fixed != "" {
		fixed := in
		fixed.Line, fixed.Argv = parts(p.Fixed), nil
		for _, text := range append([]string{p.Witness}, " a  b ", "*", "1") {
			if good, bad := runRaw(t, dir, fixed, text), runRaw(t, dir, in, text); good.stdout != bad.stdout || good.exit != bad.exit {
				return
			}
		}
	}
	t.Errorf("%s\n  refused for %q (%s), but with the protection off it does no harm:\n  %+v", in.source(), p.Witness, p.Summary, runRaw(t, dir, in, p.Witness))
}

// structureBreaks reports whether the raw text makes another tree of the
// line, or none.
func structureBreaks(in Input, text string) bool {
	if in.Argv != nil {
		return false
	}
	var raw strings.Builder
	for _, part := range in.Line {
		if part.Hole != nil {
			raw.WriteString(pick(part.Hole.Language, text))
		} else {
			raw.WriteString(part.Text)
		}
	}
	want, wantErr := parseAs(newTokens(in.texts()).join("line", 0, in.Line).text, syntax.LangBash)
	got, err := parseAs(raw.String(), syntax.LangBash)
	return err != nil || wantErr != nil || shape(want) != shape(got)
}

// needs skips a test without a program, or fails where all must be there.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("JWHOST_REQUIRE_ALL") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
}

// harmless are refusals that concern no text, or that a network or a
// terminal would be needed for.
func harmless(p Problem) bool {
	switch p.Code {
	case "bash-only", "syntax", "command", "alias", "variable-in-code", "not-allowed", "shell", "depth":
		return true
	case "command-name":
		return p.Witness == ""
	}
	return false
}

// Under -short a sample is run, as each takes a dozen processes.
func TestWitnesses(t *testing.T) {
	needs(t, "sh", "bash", "python3", "awk", "sed")
	for i, r := range refused {
		line, bash := strings.CutPrefix(r.line, "bash:")
		line = strings.TrimPrefix(line, "sh:")
		if testing.Short() && i%5 != 0 || offline(line) {
			continue
		}
		shell := Sh
		if bash {
			shell = Bash
		}
		in := input(shell, line)
		_, problems := Check(in)
		for _, p := range errorsOf(problems) {
			if !harmless(p) {
				t.Run(fmt.Sprintf("%d/%s", i, p.Code), func(t *testing.T) {
					t.Parallel()
					proveHarm(t, in, p)
				})
			}
		}
	}
}

// offline reports whether a command would need a network.
func offline(line string) bool {
	for _, name := range []string{"uvx", "uv run", "pip install", "ssh "} {
		if strings.Contains(line, name) {
			return true
		}
	}
	return false
}
