package uv

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// cache is uv's cache of this package's tests: what one has fetched, the next
// finds.
var cache string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "jwhost-uv-")
	if err != nil {
		panic(err)
	}
	cache = filepath.Join(dir, "cache")
	code := m.Run()
	http.DefaultClient.CloseIdleConnections()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			println(err.Error())
			code = 1
		}
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// missing skips a test for want of something, or fails it where everything has
// to be there.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("JWHOST_REQUIRE_ALL") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

var found = sync.OnceValues(func() (Tool, error) { return Find(context.Background(), os.Environ()) })

func requireUV(t *testing.T) Tool {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: real uv")
	}
	tool, err := found()
	if err != nil {
		missing(t, err.Error())
	}
	return tool
}

var reached = sync.OnceValue(func() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := readSettings(os.Environ())
	if err != nil {
		return err
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, "GET", strings.TrimSuffix(s.indexes[0], "/")+"/six/", nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err == nil {
		res.Body.Close()
	}
	return err
})

// requireIndex skips where no package can be fetched.
func requireIndex(t *testing.T) {
	t.Helper()
	if err := reached(); err != nil {
		missing(t, "the package index cannot be reached: "+err.Error())
	}
}

// write writes files below a folder; names and texts take turns.
func write(t *testing.T, dir string, files ...string) {
	t.Helper()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
