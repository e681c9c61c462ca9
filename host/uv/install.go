package uv

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// wheelLimit bounds what is fetched and unpacked.
const (
	wheelLimit  = 256 << 20
	binaryLimit = 512 << 20
)

// Install puts the pinned uv into dir (default ~/.local/bin) and returns it.
// It needs no Python: a package index, as pip's and uv's settings name it,
// carries uv's wheel, whose SHA-256 is in this program, and the two binaries
// are taken out of it. What was in dir is replaced in one step each.
func Install(ctx context.Context, env []string, dir string, progress func(string)) (Tool, error) {
	w, ok := wheels[platform()]
	if !ok {
		return Tool{}, fmt.Errorf("no uv is known for %s: install it by hand, see https://docs.astral.sh/uv/", platform())
	}
	i := installer{version: Pinned, wheel: w, pause: time.Second, progress: progress}
	return i.install(ctx, env, dir)
}

type installer struct {
	version  string
	wheel    wheel
	pause    time.Duration // between attempts
	progress func(string)
}

func (i installer) install(ctx context.Context, env []string, dir string) (Tool, error) {
	e := environ(env)
	if dir == "" {
		home := e.home()
		if home == "" {
			return Tool{}, errors.New("there is no home folder to install uv in: name a folder")
		}
		dir = filepath.Join(home, ".local", "bin")
	}
	dir, err := filepath.Abs(e.expand(dir))
	if err != nil {
		return Tool{}, err
	}
	if i.progress == nil {
		i.progress = func(string) {}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Tool{}, fmt.Errorf("uv cannot be installed there: %w", err)
	}
	file, err := os.CreateTemp(dir, ".uv-*.whl")
	if err != nil {
		return Tool{}, fmt.Errorf("uv cannot be installed there: %w", err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if err := i.fetch(ctx, e, file); err != nil {
		return Tool{}, fmt.Errorf("uv %s was not installed: %w", i.version, err)
	}
	if err := i.unpack(file, dir); err != nil {
		return Tool{}, fmt.Errorf("uv %s was not installed: %w", i.version, err)
	}
	f := finder{env: e}
	tool, err := f.resolve(ctx, filepath.Join(dir, "uv"))
	if err != nil {
		return Tool{}, fmt.Errorf("%s was installed, but %w", filepath.Join(dir, "uv"), err)
	}
	i.progress(fmt.Sprintf("uv %s: installed as %s", tool.Version, tool.Path))
	return tool, nil
}

// fetch brings the wheel into file and proves it.
func (i installer) fetch(ctx context.Context, env environ, file *os.File) error {
	s, err := readSettings(env)
	if err != nil {
		return err
	}
	if local := s.local(i.wheel.file); local != "" {
		i.progress(fmt.Sprintf("uv %s: taking %s", i.version, local))
		if err := copyInto(file, local); err != nil {
			return err
		}
		return i.prove(file, local)
	}
	if len(s.indexes) == 0 {
		return fmt.Errorf("no-index is set, and %s is in none of the folders of find-links", i.wheel.file)
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	f := &fetcher{settings: s, http: client, pause: i.pause}
	var failures []string
	for _, index := range s.indexes {
		err := i.fetchFrom(ctx, f, index, file)
		if err == nil || ctx.Err() != nil {
			return err
		}
		failures = append(failures, err.Error())
	}
	return fmt.Errorf("%s\n(the index is that of UV_DEFAULT_INDEX, uv.toml, PIP_INDEX_URL or pip.conf; without a network, put %s into a folder and name it in PIP_FIND_LINKS)",
		strings.Join(failures, "\n"), i.wheel.file)
}

func (i installer) fetchFrom(ctx context.Context, f *fetcher, index string, file *os.File) error {
	i.progress(fmt.Sprintf("uv %s: asking %s", i.version, redact(index)))
	var address string
	var req *http.Request
	address, req, err := f.locate(ctx, index, "uv", i.wheel.file)
	if err != nil {
		return err
	}
	i.progress(fmt.Sprintf("uv %s: fetching %s", i.version, redact(address)))
	if err := f.download(ctx, address, req, file, wheelLimit); err != nil {
		return err
	}
	return i.prove(file, redact(address))
}

// prove compares the file with the hash in this program.
func (i installer) prove(file *os.File, from string) error {
	h := sha256.New()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(h, file); err != nil {
		return err
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != i.wheel.sha256 {
		return fmt.Errorf("%s is not the file that was released: its SHA-256 is %s, not %s; nothing was installed",
			from, sum, i.wheel.sha256)
	}
	return nil
}

// unpack takes uv and uvx out of the wheel.
func (i installer) unpack(file *os.File, dir string) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	archive, err := zip.NewReader(file, info.Size())
	if err != nil {
		return fmt.Errorf("the wheel cannot be opened: %w", err)
	}
	for _, name := range []string{"uvx", "uv"} { // uv last: once it is there, all is
		var member *zip.File
		for _, m := range archive.File {
			if path.Base(m.Name) == name && strings.HasSuffix(path.Dir(m.Name), ".data/scripts") {
				member = m
			}
		}
		if member == nil {
			return fmt.Errorf("the wheel holds no %s", name)
		}
		if err := unpackTo(member, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// unpackTo writes a member of the wheel, an executable, in one step.
func unpackTo(member *zip.File, to string) error {
	from, err := member.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	file, err := os.CreateTemp(filepath.Dir(to), "."+filepath.Base(to)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	n, err := io.Copy(file, io.LimitReader(from, binaryLimit))
	if err != nil {
		return fmt.Errorf("%s: %w", member.Name, err)
	}
	if n != int64(member.UncompressedSize64) {
		return fmt.Errorf("%s has %d bytes instead of %d", member.Name, n, member.UncompressedSize64)
	}
	if err := errors.Join(file.Chmod(0o755), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), to)
}

func copyInto(file *os.File, from string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	_, err = io.Copy(file, source)
	return err
}
