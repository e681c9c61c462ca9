package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
)

// A terminal is a pseudo-terminal with the program in it, and what it showed.
type terminal struct {
	t    *testing.T
	cmd  *exec.Cmd
	pty  *os.File
	done chan struct{}

	mu  sync.Mutex
	out bytes.Buffer
}

// onATerminal starts jwhost on a terminal of 60 columns, in a folder with the
// job file given.
func onATerminal(t *testing.T, file string, args ...string) *terminal {
	t.Helper()
	bin, err := jwhostBinary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, DefaultFile), []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(bin, "jwhost"), args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TERM=xterm-256color"}
	p, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 60})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, cmd: cmd, pty: p, done: make(chan struct{})}
	go func() {
		defer close(term.done)
		buf := make([]byte, 4096)
		for {
			n, err := p.Read(buf)
			term.mu.Lock()
			term.out.Write(buf[:n])
			term.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		p.Close()
		<-term.done
	})
	return term
}

func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.out.String()
}

// wait waits until the terminal has shown what the pattern matches.
func (term *terminal) wait(pattern string) {
	term.t.Helper()
	want := regexp.MustCompile(pattern)
	for deadline := time.Now().Add(patience); !want.MatchString(term.text()); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			term.t.Fatalf("the terminal did not show %s:\n%q", pattern, term.text())
		}
	}
}

// exit waits for the program's end.
func (term *terminal) exit() (code int, text string) {
	term.cmd.Wait()
	<-term.done // the other side was closed: all of it was read
	return term.cmd.ProcessState.ExitCode(), term.text()
}

func TestTerminal(t *testing.T) {
	term := onATerminal(t, `
job "bar" {
  source "local" {
    command = "for i in 1 2 3 4 5 6 7 8; do printf 'step %s of 8\\r' $i; sleep 0.1; done; echo; printf '\\033[32mgreen\\033[0m \\033[2J\\033]0;title\\007\\n'; printf '%0100d\\n' 7"
  }
  watcher "half" {
    pattern = "step (?P<n>4)"
  }
}`, "run")
	code, text := term.exit()
	if code != 0 {
		t.Fatalf("exit code %d:\n%s", code, text)
	}
	for _, want := range []string{
		"\x1b[2m│\x1b[0m step 2 of 8",                  // rewritten
		"\r\x1b[K",                                     //
		"│\x1b[0m \x1b[32mgreen\x1b[0m",                // colours reach it
		"◆\x1b[0m half #1: n=4\r\n",                    //
		"│\x1b[0m " + strings.Repeat("0", 58) + "\r\n", // broken where the bar can stand again
		"✓\x1b[0m the job succeeded in ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%q", want, text)
		}
	}
	if strings.Contains(text, "\x1b[2J") || strings.Contains(text, "\x1b]") {
		t.Errorf("control sequences of the job reached the terminal:\n%q", text)
	}
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\x1b[K", "")) {
		if w := ansi.StringWidth(strings.TrimRight(line, "\r\n")); w > 60 && !strings.Contains(line, "of 8") {
			t.Errorf("%d cells: %q", w, line)
		}
	}
}

func TestTerminalNoColour(t *testing.T) {
	for _, args := range [][]string{{"run", "--no-color"}} {
		term := onATerminal(t, "job \"x\" {\n  source \"local\" {\n    command = \"printf '\\\\033[32mgreen\\\\033[0m\\\\n'\"\n  }\n}\n", args...)
		if code, text := term.exit(); code != 0 || regexp.MustCompile("\x1b\\[[0-9;]*m").MatchString(text) || !strings.Contains(text, "│ green\r\n") {
			t.Errorf("%q: exit code %d\n%q", args, code, text)
		}
	}
}

// TestInterrupt: Ctrl-C is the host's alone; the job learns of it from the host.
func TestInterrupt(t *testing.T) {
	term := onATerminal(t, `
job "deaf" {
  source "local" {
    command = "trap '' INT TERM; echo begun; while :; do sleep 0.05; done"
  }
}`, "run")
	term.wait("begun")
	term.pty.WriteString("\x03")
	term.wait("stopping deaf")
	term.pty.WriteString("\x03")
	code, text := term.exit()
	if code != 130 || !strings.Contains(text, "ending everything at once") {
		t.Errorf("exit code %d:\n%q", code, text)
	}
}
