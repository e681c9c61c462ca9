// Package secret says where secrets come from and keeps them out of what is
// shown: a name goes in, the secret's text comes out, and every text that is
// to be seen goes through [Store.Redact].
package secret

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Mask stands in place of a secret in whatever is shown.
const Mask = "(secret)"

// shortest is the length in bytes below which a part of a secret isn't masked:
// it would blacken harmless text and give the secret away by its gaps.
const shortest = 4

// A Store looks secrets up and remembers what it handed out.
type Store struct {
	getenv func(string) string

	mu    sync.RWMutex
	known map[string]string
	masks [][]byte // longest first
}

// New returns a Store that reads the environment by getenv (os.Getenv).
func New(getenv func(string) string) *Store {
	return &Store{getenv: getenv, known: map[string]string{}}
}

// Lookup returns the secret: the variable NAME, else the content of the file
// that NAME_FILE names, else the systemd credential NAME. A final newline of a
// file does not count.
func (s *Store) Lookup(name string) (string, error) {
	s.mu.RLock()
	text, ok := s.known[name]
	s.mu.RUnlock()
	if ok {
		return text, nil
	}
	text, err := s.find(name)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[name] = text
	s.hide(text)
	return text, nil
}

func (s *Store) find(name string) (string, error) {
	if text := s.getenv(name); text != "" {
		return text, nil
	}
	var files []string
	if f := s.getenv(name + "_FILE"); f != "" {
		files = append(files, f)
	}
	if dir := s.getenv("CREDENTIALS_DIRECTORY"); dir != "" && filepath.IsLocal(name) {
		files = append(files, filepath.Join(dir, name))
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err == nil {
			return strings.TrimSuffix(string(b), "\n"), nil
		}
		if !os.IsNotExist(err) || f == s.getenv(name+"_FILE") {
			return "", fmt.Errorf("secret %s: %w", name, err)
		}
	}
	return "", fmt.Errorf("there is no secret %s: set the variable %s, or name a file that holds it in %s_FILE", name, name, name)
}

// hide adds a secret to what is masked: as a whole, and line by line, as
// output is shown in lines.
func (s *Store) hide(text string) {
	for _, part := range append(strings.Split(text, "\n"), text) {
		if part = strings.TrimSuffix(part, "\r"); len(part) < shortest {
			continue
		}
		if !slices.ContainsFunc(s.masks, func(m []byte) bool { return string(m) == part }) {
			s.masks = append(s.masks, []byte(part))
		}
	}
	slices.SortStableFunc(s.masks, func(a, b []byte) int { return len(b) - len(a) })
}

// Redact returns b with every secret that was handed out masked; b itself if
// there is none in it.
func (s *Store) Redact(b []byte) []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, m := range s.masks {
		if bytes.Contains(b, m) {
			b = bytes.ReplaceAll(b, m, []byte(Mask))
		}
	}
	return b
}

// RedactCut is Redact for a part of a longer text: what stands at either end of
// it may be a part of a secret.
func (s *Store) RedactCut(b []byte) []byte {
	b = s.Redact(b)
	s.mu.RLock()
	defer s.mu.RUnlock()
	head, tail := 0, 0
	for _, m := range s.masks {
		for n := min(len(m)-1, len(b)); n >= shortest; n-- {
			if n > head && bytes.HasPrefix(b, m[len(m)-n:]) {
				head = n
			}
			if n > tail && bytes.HasSuffix(b, m[:n]) {
				tail = n
			}
		}
	}
	switch {
	case head == 0 && tail == 0:
		return b
	case head+tail >= len(b):
		return []byte(Mask)
	}
	var out []byte
	if head > 0 {
		out = append(out, Mask...)
	}
	out = append(out, b[head:len(b)-tail]...)
	if tail > 0 {
		out = append(out, Mask...)
	}
	return out
}

// RedactString is Redact for a string.
func (s *Store) RedactString(text string) string {
	s.mu.RLock()
	none := len(s.masks) == 0
	s.mu.RUnlock()
	if none {
		return text
	}
	return string(s.Redact([]byte(text)))
}

// Writer returns a writer that masks what is written to w. Each Write must hold
// whole lines, as a logger's do.
func (s *Store) Writer(w io.Writer) io.Writer { return writer{s, w} }

type writer struct {
	store *Store
	w     io.Writer
}

// Write implements io.Writer.
func (w writer) Write(p []byte) (int, error) {
	if _, err := w.w.Write(w.store.Redact(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
