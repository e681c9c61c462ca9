package uv

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"testing"
)

// A relay is an index on loopback that hands out another's pages, until it is
// turned off.
type relay struct{ *httptest.Server }

func newRelay(t *testing.T) *relay {
	t.Helper()
	s, err := readSettings(os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	client, err := s.client()
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, err := http.NewRequestWithContext(r.Context(), "GET", s.indexes[0]+"/"+path.Base(r.URL.Path)+"/", nil)
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("Accept", r.Header.Get("Accept"))
		res, err := client.Do(req)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer res.Body.Close()
		w.Header().Set("Content-Type", res.Header.Get("Content-Type"))
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, res.Body)
	}))}
	t.Cleanup(func() {
		r.off()
		client.CloseIdleConnections()
	})
	return r
}

func (r *relay) off() {
	r.CloseClientConnections()
	r.Close()
}

// newHangingIndex is an index that never answers.
func newHangingIndex(t *testing.T) *httptest.Server {
	t.Helper()
	end := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-end }))
	t.Cleanup(func() {
		close(end)
		s.Close()
	})
	return s
}
