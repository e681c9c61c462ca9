package uv

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/net/html"
)

const (
	pageLimit = 64 << 20 // bytes of an index page
	attempts  = 3
	// stall is how long a transfer may bring nothing.
	stall = 60 * time.Second
)

// errStalled is the cause of a transfer that was given up.
var errStalled = fmt.Errorf("nothing came for %v", stall)

// A statusError is an answer of a server that is no success.
type statusError struct {
	code   int
	status string
}

func (e *statusError) Error() string {
	switch e.code {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "the server answers " + e.status + " (credentials come from the URL, UV_INDEX_<NAME>_USERNAME and _PASSWORD, or ~/.netrc)"
	}
	return "the server answers " + e.status
}

// A fetcher gets pages and files from indexes (PEP 503 and PEP 691).
type fetcher struct {
	*settings
	http  *http.Client
	pause time.Duration // before the second attempt; doubles
}

// locate finds a file of a project on an index and returns its address. The
// index's request is returned for its credentials.
func (f *fetcher) locate(ctx context.Context, index, project, file string) (string, *http.Request, error) {
	address := index + "/" + project + "/"
	var page []byte
	var kind string
	var base *url.URL
	req, err := f.get(ctx, address, nil, func(res *http.Response) (err error) {
		page, err = io.ReadAll(io.LimitReader(res.Body, pageLimit))
		kind, _, _ = mime.ParseMediaType(res.Header.Get("Content-Type"))
		base = res.Request.URL
		return err
	})
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", redact(address), err)
	}
	links, err := readPage(page, kind)
	if err != nil {
		return "", nil, fmt.Errorf("%s is no page of a package index: %w", redact(address), err)
	}
	for _, link := range links {
		target, err := base.Parse(link.href)
		if err == nil && (link.name == file || path.Base(target.Path) == file) {
			target.Fragment = ""
			return target.String(), req, nil
		}
	}
	return "", nil, fmt.Errorf("%s does not offer %s", redact(address), file)
}

// A link is one file of an index page.
type link struct{ name, href string }

// readPage reads the list of files that an index shows for a project, as JSON
// or as HTML.
func readPage(page []byte, kind string) ([]link, error) {
	if strings.HasSuffix(kind, "json") {
		var list struct {
			Files []struct{ Filename, URL string }
		}
		if err := json.Unmarshal(page, &list); err != nil {
			return nil, err
		}
		var links []link
		for _, file := range list.Files {
			links = append(links, link{file.Filename, file.URL})
		}
		return links, nil
	}
	var links []link
	tokens := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			if err := tokens.Err(); !errors.Is(err, io.EOF) {
				return nil, err
			}
			return links, nil
		case html.StartTagToken:
			if token := tokens.Token(); token.Data == "a" {
				for _, attr := range token.Attr {
					if attr.Key == "href" {
						links = append(links, link{"", attr.Val})
					}
				}
			}
		}
	}
}

// download writes a file to w, which is emptied before each attempt.
func (f *fetcher) download(ctx context.Context, address string, index *http.Request, w *os.File, limit int64) error {
	_, err := f.get(ctx, address, index, func(res *http.Response) error {
		if err := w.Truncate(0); err != nil {
			return err
		}
		if _, err := w.Seek(0, io.SeekStart); err != nil {
			return err
		}
		n, err := io.Copy(w, io.LimitReader(res.Body, limit+1))
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("the transfer broke off after %d of %d bytes: %w", n, res.ContentLength, err)
		case err == nil && n > limit:
			return fmt.Errorf("the file is larger than %d bytes", limit)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", redact(address), err)
	}
	return nil
}

// get makes a request, several times if need be, and hands the answer to read.
func (f *fetcher) get(ctx context.Context, address string, index *http.Request, read func(*http.Response) error) (*http.Request, error) {
	var last error
	for i := range attempts {
		if i > 0 {
			select {
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			case <-time.After(f.pause << (i - 1)):
			}
		}
		req, err := f.try(ctx, address, index, read)
		if err == nil {
			return req, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		last = err
		if s, ok := errors.AsType[*statusError](err); ok && s.code < 500 && s.code != http.StatusTooManyRequests {
			break
		}
	}
	return nil, last
}

func (f *fetcher) try(ctx context.Context, address string, index *http.Request, read func(*http.Response) error) (*http.Request, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	f.authorize(req, index)
	req.Header.Set("Accept", "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1, */*;q=0.01")
	req.Header.Set("User-Agent", "jwhost")
	watch := time.AfterFunc(stall, func() { cancel(errStalled) })
	defer watch.Stop()
	res, err := f.http.Do(req)
	if err != nil {
		if ue, ok := errors.AsType[*url.Error](err); ok {
			err = ue.Err // the address is said by who asked
		}
		return nil, stalled(ctx, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, &statusError{res.StatusCode, res.Status}
	}
	res.Body = &watched{res.Body, watch}
	if err := read(res); err != nil {
		return nil, stalled(ctx, err)
	}
	return req, nil
}

func stalled(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, errStalled) {
		return cause
	}
	return err
}

// watched is a body that puts off a timer whenever something comes.
type watched struct {
	io.ReadCloser
	timer *time.Timer
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if n > 0 {
		w.timer.Reset(stall)
	}
	return n, err
}

// local finds a file in the folders of --find-links.
func (s *settings) local(file string) string {
	for _, place := range s.findLinks {
		place = s.env.expand(strings.TrimPrefix(place, "file://"))
		found := filepath.Join(place, file)
		if info, err := os.Stat(found); err == nil && info.Mode().IsRegular() {
			return found
		}
	}
	return ""
}

// redact takes a password out of an address.
func redact(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that is none"
	}
	return u.Redacted()
}
