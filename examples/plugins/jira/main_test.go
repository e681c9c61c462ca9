package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jwhost/jwhost/shared/sdk"
	"github.com/jwhost/jwhost/shared/sdk/sdktest"
)

func TestTicket(t *testing.T) {
	var got struct {
		Fields struct {
			Project              struct{ Key string }
			Summary, Description string
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer sesame" || r.Header.Get("Idempotency-Key") != "id-1" {
			t.Errorf("header %v", r.Header)
		}
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"key":"TRAIN-7"}`))
	}))
	defer server.Close()
	p := sdktest.Start(t, plugin(), map[string]any{"project": "TRAIN", "url": server.URL, "token": "sesame"})
	r := p.Run(t, sdktest.Invocation{
		ID: "id-1", Action: "ticket",
		Arguments: map[string]any{"title": "loss 9\ndiverges", "body": sdk.Pieces{{Text: "*see* "}, {Text: "[~root] \\", Captured: true}}},
		Metrics:   map[string]sdk.Metric{"loss": {Last: 9, Min: 1, Max: 9, Count: 3}},
	})
	if !r.Succeeded || r.Text() != "opened TRAIN-7" {
		t.Errorf("%+v", r)
	}
	f := got.Fields
	if f.Project.Key != "TRAIN" || f.Summary != "loss 9 diverges" || f.Description != `*see* \[\~root\] \\`+"\n|loss|last 9|min 1|max 9|3 values|" {
		t.Errorf("ticket %+v", f)
	}
	r = p.Run(t, sdktest.Invocation{ID: "id-1", Action: "ticket", Arguments: map[string]any{"title": "x", "body": "y"}, Without: []string{"metrics.read"}})
	if !r.Succeeded || got.Fields.Description != "y" {
		t.Errorf("without metrics.read: %+v, %+v", r, got)
	}
}

func TestBusy(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	p := sdktest.Start(t, plugin(), map[string]any{"project": "TRAIN", "url": server.URL})
	r := p.Run(t, sdktest.Invocation{Action: "ticket", Arguments: map[string]any{"title": "x"}})
	if r.Succeeded || !r.Retryable || r.RetryAfter != 30*time.Second {
		t.Errorf("%+v", r)
	}
}

func TestConfig(t *testing.T) {
	got := sdktest.Describe(t, plugin()).Configure(t, map[string]any{"project": "TRAIN", "url": "nowhere"})
	if len(got) != 1 || got[0].Attribute != "url" || !strings.Contains(got[0].Detail, "https://") {
		t.Errorf("%+v", got)
	}
}
