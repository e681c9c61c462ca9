package supervise

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The test binary is the supervisor, and a host that can be killed, as well.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == command {
		os.Exit(Main(os.Args[2]))
	}
	if len(os.Args) == 5 && os.Args[1] == "host" {
		host(os.Args[2], os.Args[3] == "action", os.Args[4])
	}
	goleak.VerifyTestMain(m)
}

// host starts a script and waits to be killed.
func host(dir string, tether bool, script string) {
	_, err := Start(context.Background(), dir, Spec{
		Argv: []string{"/bin/sh", "-c", script}, Env: os.Environ(), Tether: tether, Grace: 500 * time.Millisecond,
	})
	fmt.Println("started", err)
	select {}
}

// sh is a Spec for a script whose outputs are dir/out and dir/err.
func sh(dir, script string, args ...string) Spec {
	return Spec{
		Argv:   append([]string{"/bin/sh", "-c", script, "sh"}, args...),
		Dir:    dir,
		Env:    os.Environ(),
		Stdout: filepath.Join(dir, "out"),
		Stderr: filepath.Join(dir, "err"),
	}
}

func start(t *testing.T, dir string, s Spec) *Process {
	t.Helper()
	p, err := Start(t.Context(), filepath.Join(dir, "s"), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Kill()
		select {
		case <-p.Done():
		case <-p.closed:
		case <-time.After(time.Minute):
			t.Error("the process cannot be killed")
		}
	})
	return p
}

func wait(t *testing.T, p *Process) Exit {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(time.Minute):
		t.Fatal("the process does not end")
	}
	e, _ := p.Exit(t.Context())
	if e.Ended.Before(e.Started) {
		t.Errorf("it ended before it started: %+v", e)
	}
	return e
}

func run(t *testing.T, dir string, s Spec) Exit {
	t.Helper()
	return wait(t, start(t, dir, s))
}

func read(t *testing.T, elem ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// eventually waits until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for start := time.Now(); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Since(start) > 30*time.Second {
			t.Fatalf("does not come: %s", what)
		}
	}
}

// pids waits until dir/pids has n lines, and returns the processes they name.
func pids(t *testing.T, dir string, n int) []ident {
	t.Helper()
	var ids []ident
	eventually(t, fmt.Sprintf("%d processes", n), func() bool {
		data, _ := os.ReadFile(filepath.Join(dir, "pids"))
		fields := strings.Fields(string(data))
		if len(fields) < n || !strings.HasSuffix(string(data), "\n") {
			return false
		}
		ids = nil
		for _, f := range fields {
			pid, _ := strconv.Atoi(f)
			if p, err := readProc(pid); err == nil {
				ids = append(ids, p.ident)
			}
		}
		return true
	})
	return ids
}

func alive(id ident) bool {
	p, err := readProc(id.PID)
	return err == nil && p.Start == id.Start && !p.ended()
}

func record(t *testing.T, dir string) processRecord {
	t.Helper()
	var r processRecord
	if err := readRecord(filepath.Join(dir, "s", processFile), &r, &r.Version); err != nil {
		t.Fatal(err)
	}
	return r
}

// need skips a test whose program is not there.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("JWHOST_REQUIRE_ALL") != "" {
			t.Fatal(err)
		}
		t.Skipf("needs %s: %v", program, err)
	}
	return path
}
