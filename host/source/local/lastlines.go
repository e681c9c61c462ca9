package local

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// LastLines implements source.Job. It may be called after Close, as actions
// outlive their job.
func (j *job) LastLines(stream string, n int, out func([]byte) error) error {
	found := false
	for _, t := range j.tails {
		if stream == "" || stream == t.stream {
			found = true
			if err := lastLines(t.file.Name(), n, out); err != nil {
				return err
			}
		}
	}
	if !found {
		return fmt.Errorf("the job has no stream %q", stream)
	}
	return nil
}

// lastLines hands out the last n lines of a file in pieces.
func lastLines(name string, n int, out func([]byte) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	begin, err := beginOfLines(f, info.Size(), n)
	if err != nil {
		return err
	}
	r := io.NewSectionReader(f, begin, info.Size()-begin)
	buf := make([]byte, 64<<10)
	for {
		k, err := r.Read(buf)
		if k > 0 {
			if err := out(buf[:k]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// beginOfLines finds, from the end, where the last n lines of the first size
// bytes begin. A newline at the very end ends a line and begins none.
func beginOfLines(f io.ReaderAt, size int64, n int) (int64, error) {
	if n <= 0 {
		return size, nil
	}
	buf := make([]byte, 64<<10)
	for end := size; end > 0; {
		from := max(end-int64(len(buf)), 0)
		part := buf[:end-from]
		if _, err := f.ReadAt(part, from); err != nil && err != io.EOF {
			return 0, err
		}
		if end == size {
			part = bytes.TrimSuffix(part, []byte("\n"))
		}
		for i := len(part); ; n-- {
			if i = bytes.LastIndexByte(part[:i], '\n'); i < 0 {
				break
			}
			if n == 1 {
				return from + int64(i) + 1, nil
			}
		}
		end = from
	}
	return 0, nil
}
