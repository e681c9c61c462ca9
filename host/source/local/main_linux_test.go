package local

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/jwhost/jwhost/host/source"
	"github.com/jwhost/jwhost/host/supervise"
)

// The test binary is the supervisor as well.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "supervise" {
		os.Exit(supervise.Main(os.Args[2]))
	}
	goleak.VerifyTestMain(m)
}

func start(t *testing.T, s Spec) source.Job {
	t.Helper()
	if s.Dir == "" {
		s.Dir = t.TempDir()
	}
	if s.Env == nil {
		s.Env = os.Environ()
	}
	if s.Folder == "" {
		s.Folder = filepath.Join(t.TempDir(), "job")
	}
	j, err := Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		j.Kill()
		<-j.(*job).process.Done()
		j.Close()
	})
	return j
}

// An output is all that a job wrote, by stream, and what was said beside.
type output struct {
	text  map[string]string
	order []string // streams of the chunks
	gaps  []source.Chunk
	end   source.End
}

// collect reads a job to its end; each is called after each chunk.
func collect(t *testing.T, j source.Job, each func(source.Chunk)) output {
	t.Helper()
	o := output{text: map[string]string{}}
	ended := map[string]bool{}
	for {
		c, err := j.Next(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if ended[c.Stream] {
			t.Errorf("%s goes on after its end", c.Stream)
		}
		ended[c.Stream] = c.EOF
		if c.Gap != nil {
			o.gaps = append(o.gaps, c)
		}
		if c.Pos.File == "" || c.Time.IsZero() {
			t.Errorf("chunk of %s at %+v, %v", c.Stream, c.Pos, c.Time)
		}
		if len(c.Data) > 0 {
			o.text[c.Stream] += string(c.Data)
			o.order = append(o.order, c.Stream)
		}
		if each != nil {
			each(c)
		}
	}
	for stream, e := range ended {
		if !e {
			t.Errorf("%s has no end", stream)
		}
	}
	o.end = j.End()
	return o
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

// soon waits for something that comes.
func soon(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(30 * time.Second):
		t.Fatalf("does not come: %s", what)
	}
}
