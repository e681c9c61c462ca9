package uv

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// executable writes a program.
func executable(t *testing.T, path, text string) {
	t.Helper()
	write(t, filepath.Dir(path), filepath.Base(path), text)
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

const fakeUV = "#!/bin/sh\necho 'uv 1.2.3 (test)'\n"

func TestFindPlaces(t *testing.T) {
	for _, place := range []string{"path/uv", "home/.local/bin/uv", "home/.cargo/bin/uv", "installed/uv", "installed/bin/uv", "login/uv"} {
		dir := t.TempDir()
		write(t, dir, "home/.profile", "echo noise\nPATH="+dir+"/login:$PATH\n")
		executable(t, filepath.Join(dir, place), fakeUV)
		env := environ{"PATH=" + dir + "/path:/usr/bin:/bin", "HOME=" + dir + "/home", "UV_INSTALL_DIR=" + dir + "/installed", "SHELL=/bin/sh"}
		tool, err := Find(t.Context(), env)
		if want := (Tool{filepath.Join(dir, place), "1.2.3"}); err != nil || tool != want {
			t.Errorf("%s: %+v, %v", place, tool, err)
		}
	}
}

func TestFindNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "bin/uv", "not executable")
	executable(t, filepath.Join(dir, "broken", "uv"), "#!/bin/sh\necho no such library >&2; exit 1\n")
	env := environ{"PATH=" + dir + "/bin:" + dir + "/broken:/nowhere", "HOME=" + dir, "UV_INSTALL_DIR=" + dir + "/installed", "SHELL=/bin/false"}
	_, err := Find(t.Context(), env)
	nf, ok := errors.AsType[*NotFound](err)
	if !ok {
		t.Fatalf("found something: %v", err)
	}
	text := nf.Error()
	for _, want := range []string{dir + "/bin:", dir + "/.local/bin", dir + "/.cargo/bin", dir + "/installed", "login shell, /bin/false",
		dir + "/broken/uv is there, but it does not run", "no such library", "jwhost uv install"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
}

// Shims of version managers are resolved once.
func TestFindBehindShims(t *testing.T) {
	dir := t.TempDir()
	real := filepath.Join(dir, "versions", "3.12", "bin", "uv")
	executable(t, real, fakeUV)
	executable(t, filepath.Join(dir, "libexec", "pyenv"), "#!/bin/sh\n[ \"$1 $2\" = 'which uv' ] && echo "+real+"\n")
	executable(t, filepath.Join(dir, "shims", "uv"), "#!/usr/bin/env bash\nset -e\nprogram=\"${0##*/}\"\nexec \""+dir+"/libexec/pyenv\" exec \"$program\" \"$@\"\n")
	env := environ{"PATH=" + dir + "/shims:/usr/bin:/bin", "HOME=" + dir, "SHELL=/bin/sh"}
	tool, err := Find(t.Context(), env)
	if err != nil || tool.Path != real {
		t.Errorf("%+v, %v", tool, err)
	}
	// mise's shims are links to mise itself.
	executable(t, filepath.Join(dir, "mise"), "#!/bin/sh\n[ \"$1 $2\" = 'which uv' ] && echo "+real+"\n")
	write(t, dir, "links/x", "")
	if err := os.Symlink(filepath.Join(dir, "mise"), filepath.Join(dir, "links", "uv")); err != nil {
		t.Fatal(err)
	}
	if tool, err := Find(t.Context(), env.with("PATH="+dir+"/links:/usr/bin:/bin")); err != nil || tool.Path != real {
		t.Errorf("behind mise: %+v, %v", tool, err)
	}
	// A shim whose Python has no uv leads on to the next place.
	executable(t, filepath.Join(dir, "libexec", "pyenv"), "#!/bin/sh\necho \"pyenv: uv: command not found\" >&2; exit 127\n")
	executable(t, filepath.Join(dir, ".local", "bin", "uv"), fakeUV)
	if tool, err := Find(t.Context(), env); err != nil || tool.Path != filepath.Join(dir, ".local", "bin", "uv") {
		t.Errorf("behind a shim that leads nowhere: %+v, %v", tool, err)
	}
}

// What Find says of this machine is a binary, however it is reached.
func TestFindHere(t *testing.T) {
	tool := requireUV(t)
	head := make([]byte, 4)
	file, err := os.Open(tool.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Read(head); err != nil || !slices.Contains([]string{"\x7fELF", "\xcf\xfa\xed\xfe"}, string(head)) {
		t.Errorf("%s starts with %q, %v", tool.Path, head, err)
	}
}
