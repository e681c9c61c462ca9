package pluginproc

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/shared/schema"
)

// countStarts returns a plugin that notes its starts, and their number.
func countStarts(t *testing.T) (source string, starts func() int) {
	t.Helper()
	note := filepath.Join(t.TempDir(), "starts")
	source = script(t, "p", "echo start >> '"+note+"'\n"+self(t, "good"))
	return source, func() int {
		content, _ := os.ReadFile(note)
		return strings.Count(string(content), "start")
	}
}

func TestDescribe(t *testing.T) {
	source, starts := countStarts(t)
	cache := filepath.Join(t.TempDir(), "describe")
	log, _ := newTestLog()
	want, err := good.Schema()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second Catalog finds the first one's answer
		c := NewCatalog(nil, cache, log)
		for range 2 {
			got, err := c.Describe("p", source)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("schema (-want +got):\n%s", diff)
			}
		}
	}
	if n := starts(); n != 1 {
		t.Errorf("started %d times, want once", n)
	}

	// An answer that can't be read is none; a changed program is asked anew.
	files, _ := filepath.Glob(filepath.Join(cache, "*"))
	if len(files) != 1 {
		t.Fatalf("cache %q", files)
	}
	if err := os.WriteFile(files[0], []byte("\xff\xff"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewCatalog(nil, cache, log).Describe("p", source); err != nil || starts() != 2 {
		t.Errorf("a broken cache: %v, %d starts", err, starts())
	}
	content, _ := os.ReadFile(source)
	if err := os.WriteFile(source, append([]byte("#!/bin/sh\n# changed"), content...), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := NewCatalog(nil, cache, log).Describe("p", source); err != nil || starts() != 3 {
		t.Errorf("a changed program: %v, %d starts", err, starts())
	}
}

func TestBundled(t *testing.T) {
	s := &schema.Plugin{Name: "x"}
	c := NewCatalog([]*schema.Plugin{s}, "", nil)
	if got := c.Bundled(); len(got) != 1 || got[0] != s {
		t.Errorf("Bundled: %v", got)
	}
}

func TestFindExecutable(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	program := write("good/jwhost-plugin-jira", "#!/bin/sh\n", 0o755)
	write("source/go.mod", "module x\n", 0o644)
	write("plain", "#!/bin/sh\n", 0o644)
	write("empty", "", 0o755)
	write("none/README", "", 0o644)
	for _, test := range []struct{ name, source, want string }{
		{"jira", program, ""},
		{"jira", filepath.Join(folder, "good"), ""},
		{"jora", filepath.Join(folder, "good"), "holds no jwhost-plugin-jora, but jwhost-plugin-jira"},
		{"jira", filepath.Join(folder, "source"), "go build -C"},
		{"jira", filepath.Join(folder, "none"), "holds no executable jwhost-plugin-jira"},
		{"jira", filepath.Join(folder, "plain"), "chmod +x"},
		{"jira", filepath.Join(folder, "empty"), "is no program"},
		{"jira", filepath.Join(folder, "nowhere"), "there is no file or folder"},
		{"jira", "relative", "not an absolute path"},
		{"jira", "/dev/null", "not a regular file"},
	} {
		e, err := findExecutable(test.name, test.source)
		switch {
		case test.want == "" && (err != nil || e.path != program || !e.script):
			t.Errorf("%s: %+v, %v", test.source, e, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v, want %q", test.source, err, test.want)
		}
	}
	c := NewCatalog(nil, "", nil)
	if _, err := c.Describe("jira", filepath.Join(folder, "nowhere")); err == nil || !strings.Contains(err.Error(), `plugin "jira" (`+folder) {
		t.Errorf("Describe: %v", err)
	}
}

func TestEnviron(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	t.Setenv("PYTHONPATH", "/x")
	t.Setenv("LC_ALL", "C")
	t.Setenv("UV_CACHE_DIR", "/cache")
	t.Setenv("HTTPS_PROXY", "http://user:password@proxy")
	t.Setenv("HTTP_PROXY", "http://proxy:3128")
	t.Setenv("UV_INDEX", "https://a.example/simple https://token@b.example/simple")
	env := environ()
	for variable, want := range map[string]bool{
		"AWS_SECRET_ACCESS_KEY=x":                 false,
		"PYTHONPATH=/x":                           false,
		"LC_ALL=C":                                true,
		"UV_CACHE_DIR=/cache":                     true,
		"HTTP_PROXY=http://proxy:3128":            true,
		"HTTPS_PROXY=" + os.Getenv("HTTPS_PROXY"): false,
		"UV_INDEX=" + os.Getenv("UV_INDEX"):       false,
		"PATH=" + os.Getenv("PATH"):               true,
	} {
		if slices.Contains(env, variable) != want {
			t.Errorf("%s is passed: %v", variable, !want)
		}
	}
}

func TestSocketDir(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	if err := os.MkdirAll(long, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", long)
	d, err := newSocketDir()
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(d.path, long) {
		t.Errorf("%s is too long for sockets", d.path)
	}
	if err := d.remove(); err != nil {
		t.Error(err)
	}

	short, err := os.MkdirTemp("/tmp", "sweep") // t.TempDir has a long name
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(short)
	t.Setenv("TMPDIR", short)
	living, err := newSocketDir()
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(living.path)
	if err != nil || info.Mode().Perm() != 0o700 || filepath.Dir(living.path) != short {
		t.Errorf("%s: %v %v", living.path, info.Mode(), err)
	}
	dead, err := newSocketDir()
	if err != nil {
		t.Fatal(err)
	}
	_ = dead.lock.Close() // as its host's death would
	if err := os.MkdirAll(filepath.Join(dead.path, "plugin-dir123"), 0o700); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(short, socketPrefix+"notes")
	if err := os.MkdirAll(foreign, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(foreign, "diary"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	for _, path := range []string{living.path, dead.path, foreign} {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	sweepSockets()
	for path, want := range map[string]bool{living.path: true, dead.path: false, foreign: true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s is there: %v", path, !want)
		}
	}
	_ = living.remove()
}

func FuzzCheckHandshake(f *testing.F) {
	for _, seed := range []string{"1|1|unix|/tmp/x|grpc|abc\n", "1|1|tcp|127.0.0.1:5|grpc|abc", "hello", "", "|||||", "1|1|tcp|[::1]:0|grpc|"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if err := checkHandshake(line); err == nil && strings.Count(line, "|") < 5 {
			t.Errorf("%q passes", line)
		}
	})
}

func FuzzStderr(f *testing.F) {
	for _, seed := range []string{
		`{"@level":"warn","@message":"m","@timestamp":"x","k":"v"}` + "\n", `{"@level":1,"@message":[]}` + "\n",
		"Traceback (most recent call last)\n x\n", "panic: x\n", "\x1b[2J\r\n", strings.Repeat("x", maxLine+5) + "\ny", "\n\n \n", "{\n", "\xff\xfe\n",
	} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, data []byte, part int) {
		log, buffer := newTestLog()
		l := newLines(log)
		w := l.stderr()
		for piece := range slices.Chunk(data, max(1, part)) {
			if n, err := w.Write(piece); n != len(piece) || err != nil {
				t.Fatal(n, err)
			}
		}
		w.flush()
		if strings.ContainsRune(buffer.String(), 0x1b) {
			t.Errorf("an escape reaches the log: %q", buffer)
		}
		if len(l.tail()) > tailLines*(tailLine+10) {
			t.Errorf("a tail of %d bytes", len(l.tail()))
		}
	})
}
