package command

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
	"unicode/utf8"
)

// follow hands out what a file gets until the writer is done or ctx ends. It
// polls: there are only as many commands at once as the machine has room for,
// and what is waited for here is shown to a person.
func follow(ctx context.Context, name string, done <-chan struct{}, out func([]byte)) {
	const shortest, longest = 10 * time.Millisecond, 160 * time.Millisecond
	file, err := os.Open(name)
	if err != nil {
		return // excerpt says why
	}
	defer file.Close()
	buf := make([]byte, 64<<10)
	for pause, last := shortest, false; ; {
		n, err := file.Read(buf)
		if n > 0 {
			out(buf[:n])
			pause = shortest
			continue
		}
		if last || err != nil && !errors.Is(err, io.EOF) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-done:
			last = true
		case <-time.After(pause):
			pause = min(2*pause, longest)
		}
	}
}

// excerpt returns the first or last limit characters of a file, and whether
// there are more. A byte that is no valid UTF-8 counts as a character. It reads
// no more of the file than it needs.
func excerpt(name string, limit int, keep string) (text []byte, truncated bool, err error) {
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) { // it never ran
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, false, err
	}
	limit = max(limit, 0)
	part := min(info.Size(), int64(limit)*utf8.UTFMax)
	from := int64(0)
	if keep == KeepTail {
		from = info.Size() - part
	}
	text = make([]byte, part)
	n, err := file.ReadAt(text, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, err
	}
	text = text[:n]
	if keep == KeepTail {
		text = lastCharacters(text, limit)
	} else {
		text = firstCharacters(text, limit)
	}
	return text, int64(len(text)) < info.Size(), nil
}

func firstCharacters(text []byte, limit int) []byte {
	end := 0
	for range limit {
		if end == len(text) {
			break
		}
		_, size := utf8.DecodeRune(text[end:])
		end += size
	}
	return text[:end]
}

func lastCharacters(text []byte, limit int) []byte {
	start := len(text)
	for range limit {
		if start == 0 {
			break
		}
		_, size := utf8.DecodeLastRune(text[:start])
		start -= size
	}
	return text[start:]
}
