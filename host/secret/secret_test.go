package secret

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLookup(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		f := filepath.Join(dir, name)
		if err := os.WriteFile(f, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return f
	}
	env := map[string]string{
		"TOKEN":                 "from the environment",
		"TOKEN_FILE":            write("unused", "no"),
		"FILED_FILE":            write("filed", "line 1\nline 2\n"),
		"GONE_FILE":             filepath.Join(dir, "gone"),
		"CREDENTIALS_DIRECTORY": dir,
	}
	write("CREDENTIAL", "of systemd\n")
	s := New(func(name string) string { return env[name] })
	for _, c := range []struct{ name, want, err string }{
		{"TOKEN", "from the environment", ""},
		{"FILED", "line 1\nline 2", ""},
		{"CREDENTIAL", "of systemd", ""},
		{"GONE", "", "no such file"},
		{"NONE", "", "set the variable NONE"},
		{"../secret", "", "there is no secret"},
	} {
		got, err := s.Lookup(c.name)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v; want %q, %q", c.name, got, err, c.want, c.err)
		}
	}
}

func TestRedact(t *testing.T) {
	env := map[string]string{"A": "hunter2hunter", "B": "hunter2", "TINY": "abc", "MANY": "first line\r\nx\nlast line"}
	s := New(func(name string) string { return env[name] })
	if got := s.RedactString("hunter2"); got != "hunter2" {
		t.Errorf("a secret that nobody asked for was masked: %q", got)
	}
	for name := range env {
		if _, err := s.Lookup(name); err != nil {
			t.Fatal(err)
		}
	}
	for in, want := range map[string]string{
		"":                           "",
		"nothing here":               "nothing here",
		"--token=hunter2hunter!":     "--token=" + Mask + "!",
		"hunter2 twice: hunter2":     Mask + " twice: " + Mask,
		"abc is too short to mask":   "abc is too short to mask",
		"a line: last line":          "a line: " + Mask,
		"first line\r\nx\nlast line": Mask,
	} {
		if got := s.RedactString(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestRedactCut(t *testing.T) {
	s := New(func(string) string { return "hunter2-hunter3" })
	if _, err := s.Lookup("A"); err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"":                          "",
		"nothing":                   "nothing",
		"all of it hunter2-hunter3": "all of it " + Mask,
		"it begins: hunter2-hu":     "it begins: " + Mask,
		"er3, so it ends":           "er3, so it ends", // too short to mask
		"ter3, so it ends":          Mask + ", so it ends",
		"nter3 and hunter":          Mask + " and " + Mask,
		"ter2-hun":                  "ter2-hun", // the middle: it cannot be known
		"hunter2":                   Mask,
	} {
		if got := string(s.RedactCut([]byte(in))); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestWriter(t *testing.T) {
	s := New(func(string) string { return "hunter2" })
	if _, err := s.Lookup("A"); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if n, err := s.Writer(&b).Write([]byte("login hunter2\n")); n != 14 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if want := "login " + Mask + "\n"; b.String() != want {
		t.Errorf("%q", b.String())
	}
}
