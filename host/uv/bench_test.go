package uv

import (
	"os"
	"testing"

	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// What an action costs whose environment is ready.
func BenchmarkReady(b *testing.B) {
	tool, err := found()
	if err != nil {
		b.Skip(err)
	}
	dir := b.TempDir()
	p := New(tool, b.TempDir(), nil)
	programs := []shellsafe.Program{program("uv run --no-project python -c pass")}
	if _, err := p.prepare(b.Context(), programs, dir, os.Environ(), nil); err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		if _, err := p.prepare(b.Context(), programs, dir, os.Environ(), nil); err != nil {
			b.Fatal(err)
		}
	}
}
