package host

import (
	"bytes"
	"os"
	"testing"

	"github.com/jwhost/jwhost/host/dispatch"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/journal"
	"github.com/jwhost/jwhost/host/secret"
	"github.com/jwhost/jwhost/host/source"
)

// BenchmarkFollow reads output that matches nothing: what nearly all output is.
func BenchmarkFollow(b *testing.B) {
	file, _ := load(b, `
job "j" {
  source "local" {
    command = "true"
  }
  watcher "metrics" {
    pattern = "Loss: ([\\d.]+).*Accuracy: ([\\d.]+)"
  }
  watcher "errors" {
    pattern = "(?i)error|failed"
  }
}`)
	store, secrets := new(journal.Memory), secret.New(os.Getenv)
	r := &run{id: "r", file: file, journal: store, secrets: secrets}
	r.rec = &recorder{secrets: secrets, sink: func(event.Event) {}}
	r.dispatch = dispatch.New(b.Context(), store, nil)
	f := newFollower(r, &job{def: file.Jobs[0], id: "r.j", state: running})
	data := bytes.Repeat([]byte("epoch 12 step 345 lr 0.001 throughput 123.4 samples/s\n"), 4000)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if err := f.read(b.Context(), source.Chunk{Stream: "stdout", Data: data}); err != nil {
			b.Fatal(err)
		}
	}
}
