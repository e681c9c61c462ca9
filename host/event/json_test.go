package event

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// full is an event with every field set, texts with bytes that are not UTF-8,
// so that every field that a type can have is written.
func full(t Type) Event {
	code := 7
	return Event{
		Type: t, Time: time.Date(2026, 11, 23, 10, 0, 3, 214_000_001, time.UTC), Run: "r1", Seq: 12,
		Files: []string{"/w/jobs.hcl", "/w/more.hcl"}, Status: "failed", ExitCode: &code,
		Job: "train", JobID: "r1.train", Source: "local", Dir: "/w", State: "failed", Signal: "SIGKILL",
		Stream: "stdout", Line: []byte("Loss: 0.50 \x1b[1m\xff <&>\u009b \"\\\t"), Number: 41,
		Watcher: "metric_extractor", Trigger: 3,
		Captures: map[string][]byte{"loss": []byte("0.50"), "c1": []byte("0.50"), "name": []byte("a\xfe")},
		Reason:   "cooldown", Count: 9, Name: "loss", Value: 0.5,
		Action: "run_command", ID: "a-1", Attempt: 2, Outcome: Failed, Duration: 214 * time.Millisecond,
		Output: []byte("no\xff"), Truncated: true, Phase: "resolve", Error: "exit code 7",
		UV:     &UV{Python: "3.11.2", LockHash: "00ff", Resolved: map[string]string{"numpy": "2.3.4", "attrs": "25.1.0"}},
		Plugin: "jira", PID: 4711, Version: "1.2.3", Bytes: -1, Code: "never-matched", Message: "m",
		Where: "jobs.hcl:22", Log: "/log", Progress: true, Partial: true, Raw: []byte("raw"),
	}
}

func TestGolden(t *testing.T) {
	var got bytes.Buffer
	for _, typ := range Types {
		got.Write(full(typ).AppendJSON(nil))
		got.WriteByte('\n')
	}
	// The same without what is written only if there is any.
	for _, typ := range Types {
		got.Write(Event{Type: typ, Time: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}.AppendJSON(nil))
		got.WriteByte('\n')
	}
	golden := filepath.Join("testdata", "events.jsonl")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("events changed; they are a promise (-want +got):\n%s", diff)
	}
}

// keys returns the keys of an object in their order.
func keys(t *testing.T, b []byte) []string {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(b))
	var list []string
	depth, key := 0, false
	for {
		tok, err := dec.Token()
		if err != nil {
			return list
		}
		if d, ok := tok.(json.Delim); ok {
			if d == '{' || d == '[' {
				depth++
			} else {
				depth--
			}
			key = depth == 1
			continue
		}
		if depth == 1 && key {
			list = append(list, tok.(string))
		}
		if depth == 1 {
			key = !key
		}
	}
}

// TestDocs holds docs/events.md to the code, both ways.
func TestDocs(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "docs", "events.md"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	docs := map[string][]string{} // heading -> fields
	optional := map[string][]string{}
	var order []string
	heading := ""
	for s := bufio.NewScanner(f); s.Scan(); {
		line := s.Text()
		if h, ok := strings.CutPrefix(line, "## "); ok {
			heading = strings.Trim(h, "`")
			if strings.HasPrefix(h, "`") {
				order = append(order, heading)
			}
		}
		if cells := strings.Split(line, "|"); len(cells) == 4 && strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			name := strings.Trim(strings.TrimSpace(cells[1]), "`")
			docs[heading] = append(docs[heading], name)
			if strings.Contains(cells[2], "*if any*") {
				optional[heading] = append(optional[heading], name)
			}
		}
	}
	var types []string
	for _, typ := range Types {
		types = append(types, string(typ))
	}
	if diff := cmp.Diff(types, order); diff != "" {
		t.Errorf("types in the code and in docs/events.md (-code +docs):\n%s", diff)
	}
	for _, typ := range Types {
		want := slices.Concat(docs["Every event"], docs[string(typ)])
		if diff := cmp.Diff(want, keys(t, full(typ).AppendJSON(nil))); diff != "" {
			t.Errorf("%s (-docs +code):\n%s", typ, diff)
		}
		want = slices.DeleteFunc(want, func(k string) bool { return slices.Contains(optional[string(typ)], k) })
		code := 0 // always there at the end of a run
		bare := Event{Type: typ}
		if typ == RunEnded {
			bare.ExitCode = &code
		}
		if diff := cmp.Diff(want, keys(t, bare.AppendJSON(nil))); diff != "" {
			t.Errorf("%s, fields that are always there (-docs +code):\n%s", typ, diff)
		}
	}
}

func TestFloat(t *testing.T) {
	for _, tc := range []struct {
		f    float64
		want string
	}{
		{0.5, `0.5`}, {0, `0`}, {-3, `-3`}, {1e-7, `1e-07`}, {1e300, `1e+300`},
		{math.NaN(), `"NaN"`}, {math.Inf(1), `"+Inf"`}, {math.Inf(-1), `"-Inf"`},
	} {
		o := object{[]byte("{")}
		o.float("v", tc.f)
		if got := string(o.b[5:]); got != tc.want {
			t.Errorf("%v: %s, want %s", tc.f, got, tc.want)
		}
	}
}

// TestMarshal checks that encoding/json uses the same form, of values as well.
func TestMarshal(t *testing.T) {
	b, err := json.Marshal([]Event{{Type: Warning, Message: "a"}})
	if err != nil || !bytes.Contains(b, []byte(`"type":"warning"`)) {
		t.Errorf("%s, %v", b, err)
	}
}

func FuzzEventJSON(f *testing.F) {
	for i := range Types {
		f.Add(i, []byte("Loss: 0.5\x1b[31m\xff\u2028\u009b\x00\x7f"), "c1", "é\xf0\x28", 0.5)
	}
	f.Add(0, []byte(""), "", "", math.NaN())
	f.Fuzz(func(t *testing.T, i int, text []byte, name, s string, v float64) {
		e := full(Types[uint(i)%uint(len(Types))])
		e.Line, e.Output, e.Captures = text, text, map[string][]byte{name: text}
		e.Run, e.Job, e.Error, e.Message, e.Files = s, s, s, s, []string{s}
		e.Value = v
		b := e.AppendJSON(nil)
		if !json.Valid(b) || !utf8.Valid(b) {
			t.Fatalf("not valid: %q", b)
		}
		if i := bytes.IndexFunc(b, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }); i >= 0 {
			t.Fatalf("control character at %d: %q", i, b)
		}
		var back struct {
			Line     *string           `json:"line"`
			LineB64  []byte            `json:"line_b64"`
			Captures map[string]string `json:"captures"`
		}
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if back.Line == nil {
			return
		}
		if utf8.Valid(text) != (back.LineB64 == nil) {
			t.Fatalf("line_b64 %q of %q", back.LineB64, text)
		}
		if back.LineB64 != nil && !bytes.Equal(back.LineB64, text) {
			t.Fatalf("line_b64 %q of %q", back.LineB64, text)
		}
		// The standard library replaces invalid bytes in the same way.
		std, err := json.Marshal(string(text))
		if err != nil {
			t.Fatal(err)
		}
		var want string
		if err := json.Unmarshal(std, &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(*back.Line, want) {
			t.Fatalf("%q, want %q", *back.Line, want)
		}
	})
}
