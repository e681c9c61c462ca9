package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// jwhostBinary builds the program once; the scripts run the real one, with its
// supervisors and plugin processes.
var jwhostBinary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "jwhost-cli")
	if err != nil {
		return "", err
	}
	binaryDir = dir
	out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "jwhost"), "github.com/jwhost/jwhost").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return dir, nil
})

var binaryDir string // to remove at the end

func TestMain(m *testing.M) {
	code := m.Run()
	if binaryDir != "" {
		os.RemoveAll(binaryDir)
	}
	os.Exit(code)
}

// TestScripts runs testdata/script/*.txtar. Beside testscript's own commands
// they have
//
//	start NAME ARGS…         jwhost ARGS in the background, its output in NAME.out and NAME.err
//	waitline FILE REGEXP     wait until a line of the file matches
//	signal NAME INT|TERM|HUP send a signal to it
//	kill9 NAME               kill it
//	exits NAME CODE          wait for its end and check its exit code
//	lastline FILE REGEXP     match the last line of a file
func TestScripts(t *testing.T) {
	bin, err := jwhostBinary()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, ".home")
			env.Setenv("HOME", home)
			env.Setenv("PATH", bin+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("LANG", "C.UTF-8")
			env.Setenv("TMPDIR", os.TempDir()) // sockets need short paths
			for _, name := range []string{"XDG_STATE_HOME", "XDG_CACHE_HOME", "COLUMNS", "NO_COLOR"} {
				env.Setenv(name, "")
			}
			env.Values[startedKey{}] = map[string]*exec.Cmd{}
			return os.MkdirAll(home, 0o755)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start":    start,
			"waitline": waitline,
			"signal":   signalCmd,
			"kill9":    kill9,
			"exits":    exits,
			"lastline": lastline,
		},
	})
}

type startedKey struct{}

// started returns the processes that the script has started.
func started(ts *testscript.TestScript) map[string]*exec.Cmd {
	return ts.Value(startedKey{}).(map[string]*exec.Cmd)
}

func usage(ts *testscript.TestScript, neg, ok bool, text string) {
	if neg || !ok {
		ts.Fatalf("usage: %s", text)
	}
}

func start(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) >= 2, "start NAME ARGS…")
	open := func(ext string) *os.File {
		f, err := os.Create(ts.MkAbs(args[0] + ext))
		ts.Check(err)
		return f
	}
	stdout, stderr := open(".out"), open(".err")
	defer stdout.Close()
	defer stderr.Close()
	cmd := exec.Command(filepath.Join(binaryDir, "jwhost"), args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append([]string{}, "HOME="+ts.Getenv("HOME"), "PATH="+ts.Getenv("PATH"), "LANG="+ts.Getenv("LANG"), "TMPDIR="+ts.Getenv("TMPDIR"))
	cmd.Stdout, cmd.Stderr = stdout, stderr
	ts.Check(cmd.Start())
	started(ts)[args[0]] = cmd
	ts.Defer(func() {
		if cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
}

func process(ts *testscript.TestScript, name string) *exec.Cmd {
	cmd := started(ts)[name]
	if cmd == nil {
		ts.Fatalf("nothing was started as %s", name)
	}
	return cmd
}

// patience bounds every wait; nothing is expected to take that long.
const patience = 60 * time.Second

func waitline(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 2, "waitline FILE REGEXP")
	want, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			ts.Fatalf("%v", err)
		}
		if want.Match(text) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("no line of %s matches %s:\n%s", args[0], args[1], text)
		}
	}
}

func signalCmd(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 2, "signal NAME INT|TERM|HUP")
	sig, ok := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}[args[1]]
	usage(ts, neg, ok, "signal NAME INT|TERM|HUP")
	ts.Check(process(ts, args[0]).Process.Signal(sig))
}

func kill9(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 1, "kill9 NAME")
	cmd := process(ts, args[0])
	ts.Check(cmd.Process.Kill())
	cmd.Wait()
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 2, "exits NAME CODE")
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	cmd := process(ts, args[0])
	done := make(chan struct{})
	go func() {
		defer close(done)
		cmd.Wait()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		cmd.Process.Kill()
		<-done
		ts.Fatalf("%s did not end:\n%s%s", args[0], ts.ReadFile(args[0]+".out"), ts.ReadFile(args[0]+".err"))
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("%s: exit code %d, want %d\n%s%s", args[0], got, want, ts.ReadFile(args[0]+".out"), ts.ReadFile(args[0]+".err"))
	}
}

func lastline(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, false, len(args) == 2, "lastline FILE REGEXP")
	want, err := regexp.Compile("^(?:" + args[1] + ")$")
	ts.Check(err)
	lines := strings.Split(strings.TrimRight(ts.ReadFile(args[0]), "\n"), "\n")
	if got := lines[len(lines)-1]; want.MatchString(got) == neg {
		ts.Fatalf("the last line of %s is %q", args[0], got)
	}
}
