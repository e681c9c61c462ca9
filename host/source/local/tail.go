package local

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"syscall"
	"time"

	"github.com/jwhost/jwhost/host/source"
)

// mark is how many bytes at the beginning of a file and before the reading
// place are compared with what was read there.
const mark = 64

// A tail reads a file that grows. The file is the job's to spoil: a program
// that opens /dev/stdout again truncates it. A file that is shorter than what
// was read, or holds something else there, was truncated; by its length alone
// one that has grown again would not be told from one that only grew.
type tail struct {
	stream string
	file   *os.File
	pos    source.Position // of what comes next
	head   []byte          // the first bytes of this epoch, up to mark
	last   []byte          // the bytes right before pos, up to mark
	end    int64           // not to be read beyond
}

// openTail opens a file, which is made if need be, to read it from the start.
func openTail(stream, name string) (*tail, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	t := &tail{stream: stream, file: f, end: math.MaxInt64}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		t.pos.File = fmt.Sprintf("%d:%d", st.Dev, st.Ino)
	}
	return t, nil
}

// bound sets the present end of the file as the end.
func (t *tail) bound() error {
	info, err := t.file.Stat()
	if err != nil {
		return err
	}
	t.end = info.Size()
	return nil
}

// read reads the next bytes into buf, which is longer than mark. false: there
// are none.
func (t *tail) read(buf []byte) (source.Chunk, bool, error) {
	n := len(t.last)
	room := min(int64(len(buf)-n), max(t.end-t.pos.Offset, 0))
	got, err := t.file.ReadAt(buf[:n+int(room)], t.pos.Offset-int64(n))
	if err != nil && !errors.Is(err, io.EOF) {
		return source.Chunk{}, false, err
	}
	if got < n || !bytes.Equal(buf[:n], t.last) {
		return t.gap(buf, got < n)
	}
	if got == n {
		return source.Chunk{}, false, nil
	}
	data := buf[n:got]
	c := source.Chunk{Stream: t.stream, Pos: t.pos, Data: data, Time: time.Now()}
	if missing := mark - len(t.head); missing > 0 {
		t.head = append(t.head, data[:min(missing, len(data))]...)
	}
	t.last = append(t.last[:0], buf[max(0, got-mark):got]...)
	t.pos.Offset += int64(len(data))
	return c, true, nil
}

// gap goes on where the file is not what it was. If it is as long as before
// and begins as before, a part was written over, and reading goes on behind
// it; else it was truncated, and a new epoch begins.
func (t *tail) gap(buf []byte, shorter bool) (source.Chunk, bool, error) {
	n, err := t.file.ReadAt(buf[:len(t.head)], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return source.Chunk{}, false, err
	}
	t.last = t.last[:0]
	if !shorter && bytes.Equal(buf[:n], t.head) {
		return t.say("the job wrote over its own output"), true, nil
	}
	t.head = t.head[:0]
	t.pos.Epoch++
	t.pos.Offset = 0
	return t.truncated(), true, nil
}

// truncated says that the job truncated its output.
func (t *tail) truncated() source.Chunk {
	return t.say(fmt.Sprintf("the job opened /dev/%s again, which truncates its output: "+
		"lines that it wrote right before may be lost (in a shell, >>/dev/%[1]s keeps them)", t.stream))
}

func (t *tail) say(reason string) source.Chunk {
	return source.Chunk{Stream: t.stream, Pos: t.pos, Time: time.Now(), Gap: &source.Gap{Reason: reason, Bytes: -1}}
}
