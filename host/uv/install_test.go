package uv

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const testWheel = "uv-9.9.9-py3-none-any.whl"

// makeWheel builds a wheel out of two programs.
func makeWheel(t *testing.T, uv []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string][]byte{
		"uv/__init__.py":              []byte("pass"),
		"uv-9.9.9.data/scripts/uv":    uv,
		"uv-9.9.9.data/scripts/uvx":   []byte("#!/bin/sh\n"),
		"uv-9.9.9.dist-info/METADATA": []byte("Name: uv"),
		"uv-9.9.9.data/scripts/../up": []byte("out of the way"),
	} {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// An index on loopback that serves one wheel, as told by its mode.
func newIndex(t *testing.T, wheel []byte, mode string) *httptest.Server {
	t.Helper()
	failures := 2
	mux := http.NewServeMux()
	mux.HandleFunc("/simple/uv/", func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case mode == "flaky" && failures > 0:
			failures--
			http.Error(w, "not now", http.StatusServiceUnavailable)
		case mode == "private" && (user != "me" || password != "secret"):
			http.Error(w, "who?", http.StatusUnauthorized)
		case mode == "json" || mode == "private":
			w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
			fmt.Fprintf(w, `{"files":[{"filename":"x.whl","url":"x"},{"filename":%q,"url":"../../files/%s"}]}`, testWheel, testWheel)
		case mode == "garbage":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "<html>")
		case mode == "empty":
			fmt.Fprint(w, "<a href=other.whl>other.whl</a>")
		default:
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, `<!doctype html><a href="x.whl">x</a><a data-x href="/files/%s#sha256=00">%s</a>`, testWheel, testWheel)
		}
	})
	mux.HandleFunc("/files/", func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := r.BasicAuth(); mode == "private" && !ok {
			http.Error(w, "who?", http.StatusUnauthorized)
			return
		}
		if mode == "truncated" {
			w.Header().Set("Content-Length", fmt.Sprint(len(wheel)))
			_, _ = w.Write(wheel[:len(wheel)/2])
			return
		}
		_, _ = w.Write(wheel)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func testInstaller(wheelBytes []byte) installer {
	sum := sha256.Sum256(wheelBytes)
	return installer{version: "9.9.9", wheel: wheel{testWheel, hex.EncodeToString(sum[:])}, pause: time.Millisecond}
}

// bare is an environment without settings of anybody.
func bare(t *testing.T, more ...string) environ {
	return environ{"PATH=/usr/bin:/bin", "HOME=" + t.TempDir(), "PIP_CONFIG_FILE=/dev/null", "UV_NO_CONFIG=1", "SHELL=/bin/sh"}.with(more...)
}

func TestInstall(t *testing.T) {
	w := makeWheel(t, []byte("#!/bin/sh\necho uv 9.9.9\n"))
	for _, mode := range []string{"html", "json", "flaky", "private"} {
		index := newIndex(t, w, mode)
		address := index.URL + "/simple/"
		if mode == "private" {
			address = strings.Replace(address, "//", "//me:secret@", 1)
		}
		env := bare(t, "UV_DEFAULT_INDEX="+address)
		var said []string
		i := testInstaller(w)
		i.progress = func(text string) { said = append(said, text) }
		tool, err := i.install(t.Context(), env, "")
		if err != nil {
			t.Errorf("%s: %v", mode, err)
			continue
		}
		dir := filepath.Join(env.get("HOME"), ".local", "bin")
		if want := (Tool{filepath.Join(dir, "uv"), "9.9.9"}); tool != want {
			t.Errorf("%s: %+v, not %+v", mode, tool, want)
		}
		entries, _ := os.ReadDir(dir)
		var names []string
		for _, e := range entries {
			info, _ := e.Info()
			names = append(names, fmt.Sprintf("%s %o", e.Name(), info.Mode().Perm()))
		}
		if diff := cmp.Diff([]string{"uv 755", "uvx 755"}, names); diff != "" {
			t.Errorf("%s: files: %s", mode, diff)
		}
		if strings.Contains(strings.Join(said, " "), "secret") {
			t.Errorf("%s: a password was shown: %q", mode, said)
		}
		// What was installed is found, though it is not on PATH.
		if found, err := Find(t.Context(), env); err != nil || found != tool {
			t.Errorf("%s: found %+v, %v", mode, found, err)
		}
	}
}

func TestInstallFailures(t *testing.T) {
	w := makeWheel(t, []byte("#!/bin/sh\necho uv 9.9.9\n"))
	other := makeWheel(t, []byte("#!/bin/sh\necho another\n"))
	tests := []struct {
		mode, want string
		wheel      []byte
	}{
		{"html", "is not the file that was released", other},
		{"truncated", "broke off after", w},
		{"empty", "does not offer " + testWheel, w},
		{"garbage", "is no page of a package index", w},
		{"private", "401", w},
		{"dead", "connection refused", w},
		{"404", "404", w},
	}
	for _, test := range tests {
		index := newIndex(t, test.wheel, test.mode)
		address := index.URL + "/simple"
		switch test.mode {
		case "dead":
			index.Close()
		case "404":
			address = index.URL + "/nowhere"
		}
		env := bare(t, "PIP_INDEX_URL="+address)
		_, err := testInstaller(w).install(t.Context(), env, "")
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "uv 9.9.9 was not installed") {
			t.Errorf("%s: %v", test.mode, err)
		}
		if left, _ := filepath.Glob(filepath.Join(env.get("HOME"), ".local", "bin", "*")); left != nil {
			t.Errorf("%s: left behind: %v", test.mode, left)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := testInstaller(w).install(ctx, bare(t, "UV_DEFAULT_INDEX=http://127.0.0.1:9/simple"), ""); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, filepath.Dir(file), "file", "")
	if _, err := testInstaller(w).install(t.Context(), bare(t), file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("into a file: %v", err)
	}
}

// Without a network the wheel may lie in a folder; no page of an index is
// asked then.
func TestInstallFromFolder(t *testing.T) {
	w := makeWheel(t, []byte("#!/bin/sh\necho uv 9.9.9\n"))
	dir := t.TempDir()
	write(t, dir, testWheel, string(w))
	env := bare(t, "PIP_FIND_LINKS="+dir, "PIP_NO_INDEX=1")
	if _, err := testInstaller(w).install(t.Context(), env, t.TempDir()); err != nil {
		t.Error(err)
	}
	write(t, dir, testWheel, "something else")
	if _, err := testInstaller(w).install(t.Context(), env, t.TempDir()); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("another file: %v", err)
	}
	empty := bare(t, "PIP_NO_INDEX=1")
	if _, err := testInstaller(w).install(t.Context(), empty, t.TempDir()); err == nil || !strings.Contains(err.Error(), "no-index") {
		t.Errorf("neither: %v", err)
	}
}

// The real thing, from the index that this machine uses.
func TestInstallReal(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: fetches uv")
	}
	requireIndex(t)
	dir := t.TempDir()
	tool, err := Install(t.Context(), os.Environ(), dir, func(text string) { t.Log(text) })
	if err != nil {
		t.Fatal(err)
	}
	if tool.Path != filepath.Join(dir, "uv") || tool.Version != Pinned {
		t.Errorf("%+v", tool)
	}
}

func TestSettings(t *testing.T) {
	dir := t.TempDir()
	write(t, dir,
		".config/pip/pip.conf", "[global]\nindex-url = https://user/simple/\ncert = ~/ca.pem\nextra-index-url =\n  https://e1/simple\n  https://e2/simple\n[list]\nindex-url = https://wrong\n",
		".config/uv/uv.toml", "[[index]]\nname = \"corp\"\nurl = \"https://corp/simple\"\n[[index]]\nurl = \"https://main/simple\"\ndefault = true\n[[index]]\nurl = \"https://torch\"\nname = \"torch\"\nexplicit = true\n",
		"pip.conf", "[global]\nindex_url: https://asked/simple\ntrusted-host = asked other\n")
	base := environ{"HOME=" + dir, "PIP_CONFIG_FILE=" + filepath.Join(dir, "pip.conf")}
	tests := []struct {
		name string
		env  environ
		want []string
	}{
		{"uv.toml first", base, []string{"https://main/simple", "https://corp/simple", "https://e1/simple", "https://e2/simple"}},
		{"variables before files", base.with("UV_INDEX_URL=https://old/simple", "UV_DEFAULT_INDEX=https://new/simple/", "UV_INDEX=a=https://a/simple", "UV_INDEX_A_USERNAME=u", "UV_INDEX_A_PASSWORD=p"),
			[]string{"https://new/simple", "https://u:p@a/simple", "https://corp/simple", "https://e1/simple", "https://e2/simple"}},
		{"pip's file", base.with("UV_NO_CONFIG=1", "PIP_EXTRA_INDEX_URL=https://x/simple"), []string{"https://asked/simple", "https://x/simple"}},
		{"pip's variable", base.with("UV_NO_CONFIG=1", "PIP_INDEX_URL=https://env/simple", "PIP_EXTRA_INDEX_URL="), []string{"https://env/simple", "https://e1/simple", "https://e2/simple"}},
		{"nothing", environ{"HOME=/nowhere", "PIP_CONFIG_FILE=/dev/null", "UV_NO_CONFIG=1"}, []string{defaultIndex}},
	}
	for _, test := range tests {
		s, err := readSettings(test.env)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.want, s.indexes); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	s, err := readSettings(base)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"asked", "other"}, s.insecure); diff != "" {
		t.Error(diff)
	}
	if _, err := readSettings(base.with("UV_CONFIG_FILE=/no/such.toml")); err == nil {
		t.Error("a file that was asked for and is not there")
	}
	if _, err := s.client(); err == nil || !strings.Contains(err.Error(), "ca.pem") {
		t.Errorf("certificates that are not there: %v", err)
	}
}

func TestNetrc(t *testing.T) {
	const text = "# mine\nmachine a login al password ap\nmacdef init\n machine b\n\nmachine b\n login bl account x\n password bp\ndefault login dl password dp\n"
	for machine, want := range map[string]string{"a": "al ap", "b": "bl bp", "c": "dl dp"} {
		login, password, ok := netrc(text, machine)
		if got := login + " " + password; !ok || got != want {
			t.Errorf("%s: %q, %v", machine, got, ok)
		}
	}
	if _, _, ok := netrc("machine a login x", "b"); ok {
		t.Error("credentials for a stranger")
	}
}

func FuzzSettings(f *testing.F) {
	f.Add("[global]\nindex-url = x\n  y\n[", "machine a login b password")
	f.Add(" x\n[install]\n: y", "default\nmacdef x\n")
	f.Fuzz(func(t *testing.T, pip, rc string) {
		pipSettings{}.read([]byte(pip))
		netrc(rc, "a")
	})
}

func FuzzReadPage(f *testing.F) {
	f.Add([]byte(`<a href="x.whl">x</a>`), "text/html")
	f.Add([]byte(`{"files":[{"filename":"a","url":"b"}]}`), "application/json")
	f.Fuzz(func(t *testing.T, page []byte, kind string) {
		_, _ = readPage(page, kind)
	})
}
