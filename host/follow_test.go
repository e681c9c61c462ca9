package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/host/dispatch"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/journal"
	"github.com/jwhost/jwhost/host/secret"
	"github.com/jwhost/jwhost/host/source"
)

// chunks is a job whose output is known beforehand.
type chunks struct {
	source.Job
	list []source.Chunk
	next int
}

func (c *chunks) Next(context.Context) (source.Chunk, error) {
	if c.next == len(c.list) {
		return source.Chunk{}, io.EOF
	}
	c.next++
	chunk := c.list[c.next-1]
	// The bytes are valid until the next call, and no longer.
	if c.next > 1 {
		clear(c.list[c.next-2].Data)
	}
	return chunk, nil
}

// divide divides the streams' bytes into chunks at random, and interleaves
// them.
func divide(random *rand.Rand, streams map[string][]byte) *chunks {
	c := &chunks{}
	offsets := map[string]int64{}
	names := []string{"stdout", "stderr"}
	for len(names) > 0 {
		i := random.IntN(len(names))
		name := names[i]
		rest := streams[name][offsets[name]:]
		n := min(random.IntN(1+random.IntN(1+random.IntN(10000))), len(rest))
		chunk := source.Chunk{
			Stream: name, Pos: source.Position{File: name, Offset: offsets[name]},
			Data: bytes.Clone(rest[:n]), Time: time.Unix(int64(len(c.list)), 0),
		}
		if n == len(rest) {
			names = slices.Delete(names, i, i+1)
			if chunk.EOF = true; random.IntN(2) == 0 && n > 0 {
				// The end comes by itself.
				chunk.EOF = false
				c.list = append(c.list, chunk)
				chunk.Pos.Offset += int64(n)
				chunk.Data, chunk.EOF = nil, true
			}
		}
		offsets[name] += int64(n)
		c.list = append(c.list, chunk)
	}
	return c
}

const modelled = `
job "j" {
  source "local" {
    command = "true"
  }
  watcher "loss" {
    pattern     = "loss (?P<loss>[0-9.]+)"
    output_type = "stdout"
    metrics     = { loss = loss }
    when        = watcher.triggers == 0 || loss > prev.loss
    action "note" {
      file = "DIR/notes"
    }
  }
  watcher "all" {
    pattern     = "^(?P<text>.*)$"
    output_type = "stderr"
    action "note" {
      file = "DIR/notes"
    }
    action "hang" {
      when = match.number != 2
    }
  }
}`

// model is what the watchers of modelled come to, by the plainest code.
func model(streams map[string][]byte) []string {
	var out []string
	states := regexp.MustCompile(`\r*\n|\r+`)
	each := func(stream string, f func(text string, number int)) {
		text, number := string(streams[stream]), 1
		for text != "" {
			end := states.FindStringIndex(text)
			if end == nil {
				f(text, number)
				break
			}
			newline := text[end[1]-1] == '\n'
			if end[0] > 0 || newline {
				f(text[:end[0]], number)
			}
			if newline {
				number++
			}
			text = text[end[1]:]
		}
	}
	loss := regexp.MustCompile(`loss ([0-9.]+)`)
	prev, seen, triggers := 0.0, false, 0
	each("stdout", func(text string, number int) {
		m := loss.FindStringSubmatch(text)
		if m == nil {
			return
		}
		x, err := strconv.ParseFloat(m[1], 64)
		if err == nil || errors.Is(err, strconv.ErrRange) {
			out = append(out, fmt.Sprintf("loss=%v", x))
		} else {
			x = nan
		}
		// A comparison with what is no number is false.
		if triggers == 0 || seen && x > prev {
			triggers++
			out = append(out, fmt.Sprintf("loss#%d %d %q", triggers, number, m[1]), fmt.Sprintf("loss/%d/0", triggers))
		}
		prev, seen = x, true
	})
	triggers = 0
	line := regexp.MustCompile(`^(.*)$`)
	each("stderr", func(text string, number int) {
		if m := line.FindStringSubmatch(text); m != nil {
			triggers++
			out = append(out, fmt.Sprintf("all#%d %d %q", triggers, number, m[1]), fmt.Sprintf("all/%d/0", triggers))
			if number != 2 {
				out = append(out, fmt.Sprintf("all/%d/1", triggers))
			}
		}
	})
	return out
}

var nan, _ = strconv.ParseFloat("nan", 64)

// followed is what a follower made of the chunks, in the model's words.
func followed(t testing.TB, file *jobfile.File, c *chunks) []string {
	t.Helper()
	byStream := map[string][]string{}
	store := new(journal.Memory)
	secrets := secret.New(os.Getenv)
	r := &run{id: "r", file: file, journal: store, secrets: secrets}
	r.rec = &recorder{secrets: secrets, sink: func(e event.Event) {
		switch e.Type {
		case event.MetricRecorded:
			byStream["loss"] = append(byStream["loss"], fmt.Sprintf("loss=%v", e.Value))
		case event.WatcherTriggered:
			text := e.Captures["loss"]
			if e.Watcher == "all" {
				text = e.Captures["text"]
			}
			byStream[e.Watcher] = append(byStream[e.Watcher], fmt.Sprintf("%s#%d %d %q", e.Watcher, e.Trigger, e.Number, text))
		case event.Warning:
			t.Errorf("%s", brief(e))
		}
	}}
	r.rec.begin(event.Event{Type: event.RunStarted}, time.Now())
	delivered := map[string][]string{}
	r.dispatch = dispatch.New(t.Context(), store, func(_ context.Context, task *journal.Task) dispatch.Verdict {
		_, id, _ := strings.Cut(task.ID, "r/j/")
		watcher, _, _ := strings.Cut(id, "/")
		r.rec.mu.Lock() // with the events
		defer r.rec.mu.Unlock()
		delivered[watcher] = append(delivered[watcher], id)
		return dispatch.Verdict{}
	})
	j := &job{def: file.Jobs[0], id: "r.j", state: running}
	f := newFollower(r, j)
	if err := f.follow(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := r.dispatch.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.dispatch.Wait()
	stood, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for stream, s := range stood {
		name := strings.TrimPrefix(stream, "j/")
		if size := c.size(name); s.Pos.File != name || s.Pos.Offset > size {
			t.Errorf("%s stands at %+v of %d bytes", stream, s.Pos, size)
		}
	}
	// The actions of a trigger follow it, in order.
	var out []string
	for _, watcher := range []string{"loss", "all"} {
		ids := delivered[watcher]
		for _, line := range byStream[watcher] {
			out = append(out, line)
			number, ok := strings.CutPrefix(strings.Fields(line)[0], watcher+"#")
			for ok && len(ids) > 0 && strings.HasPrefix(ids[0], watcher+"/"+number+"/") {
				out, ids = append(out, ids[0]), ids[1:]
			}
		}
		out = append(out, ids...)
	}
	return out
}

func (c *chunks) size(stream string) int64 {
	var n int64
	for _, chunk := range c.list {
		if chunk.Stream == stream {
			n += int64(len(chunk.Data))
		}
	}
	return n
}

func compare(t testing.TB, file *jobfile.File, streams map[string][]byte, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0))
	if d := cmp.Diff(model(streams), followed(t, file, divide(random, streams))); d != "" {
		t.Errorf("seed %d: %s", seed, d)
	}
}

// output returns random output of a job, most of it worth watching.
func output(random *rand.Rand) []byte {
	words := []string{"loss 0.5", "loss 1", "loss 2.25", "loss 1.2.3", "loss ", "\n", "\n", "\n", "\r\n", "\r", "\r\r\n", "x", " ", "\xff\x00", "é", "\n\n", "los"}
	var b bytes.Buffer
	for range random.IntN(1 + random.IntN(3000)) {
		b.WriteString(words[random.IntN(len(words))])
		if random.IntN(300) == 0 {
			b.WriteString(strings.Repeat("long ", random.IntN(4000)))
		}
	}
	return b.Bytes()
}

// TestChunksDoNotMatter: however the bytes of a job's output arrive, what comes
// of them is what a plain reading in order says.
func TestChunksDoNotMatter(t *testing.T) {
	file, _ := load(t, modelled)
	for seed := range uint64(rounds(60, 20000)) {
		random := rand.New(rand.NewPCG(seed, 1))
		compare(t, file, map[string][]byte{"stdout": output(random), "stderr": output(random)}, seed)
		if t.Failed() {
			return
		}
	}
}

func FuzzChunks(f *testing.F) {
	f.Add([]byte("loss 1\nloss 2\r\nloss 1.5"), []byte("a\rb\r\r\nc"), uint64(1))
	f.Add([]byte("loss 1.1.1\nloss .\nloss 9\n"), []byte("\n\n\r\xff"), uint64(2))
	file, _ := load(f, modelled)
	f.Fuzz(func(t *testing.T, stdout, stderr []byte, seed uint64) {
		// Control sequences are package frame's.
		stdout, stderr = bytes.ReplaceAll(stdout, []byte{0x1b}, nil), bytes.ReplaceAll(stderr, []byte{0x1b}, nil)
		compare(t, file, map[string][]byte{"stdout": stdout, "stderr": stderr}, seed)
	})
}
