// Package examples runs every example file and checks what it does.
package examples

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// jwhost is the binary under test, built by TestMain.
var jwhost string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "jwhost-examples")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	jwhost = filepath.Join(dir, "jwhost")
	build := exec.Command("go", "build", "-o", jwhost, "..")
	build.Stderr = os.Stderr
	code := 1
	if err := build.Run(); err == nil {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// files are the example files, each with the test that runs it.
var files = map[string]func(*testing.T, run){
	"language/jobs.hcl":          language,
	"quickstart/jobs.hcl":        quickstart,
	"uv/error_analyzer.hcl":      errorAnalyzer,
	"uv/metric_extractor.hcl":    metricExtractor,
	"uv/memory_monitor.hcl":      memoryMonitor,
	"uv/post_processor.hcl":      postProcessor,
	"uv/completion_notifier.hcl": completionNotifier,
	"uv/adaptive_handler.hcl":    adaptiveHandler,
}

func TestExamples(t *testing.T) {
	var found []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".hcl" {
			found = append(found, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range found {
		test := files[file]
		if test == nil {
			t.Errorf("no test runs %s: add it to files", file)
			continue
		}
		t.Run(file, func(t *testing.T) {
			if testing.Short() {
				t.Skip("examples fetch packages; not with -short")
			}
			needUV(t)
			dir := filepath.Join(t.TempDir(), "example")
			if err := os.CopyFS(dir, os.DirFS(filepath.Dir(file))); err != nil {
				t.Fatal(err)
			}
			test(t, run{dir: dir, file: filepath.Base(file)})
		})
	}
}

// needUV returns the path of uv, and skips the test where it is missing, which
// CI does not allow.
func needUV(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("uv"); err == nil {
		return path
	}
	home, _ := os.UserHomeDir()
	path := filepath.Join(home, ".local/bin/uv") // where `jwhost uv install` puts it
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if os.Getenv("JWHOST_REQUIRE_ALL") != "" {
		t.Fatal("uv is not installed")
	}
	t.Skip("uv is not installed: bin/jwhost uv install")
	return ""
}

// A run is one example in a folder of its own.
type run struct {
	dir, file string
	env       []string
}

// An event is one line of `run --json`.
type event struct {
	Type     string            `json:"type"`
	Job      string            `json:"job"`
	JobID    string            `json:"job_id"`
	State    string            `json:"state"`
	Watcher  string            `json:"watcher"`
	Captures map[string]string `json:"captures"`
	Name     string            `json:"name"`
	Value    any               `json:"value"`
	Action   string            `json:"action"`
	Outcome  string            `json:"outcome"`
	ExitCode *int              `json:"exit_code"`
	Output   string            `json:"output"`
	Error    string            `json:"error"`
	Message  string            `json:"message"`
}

// events runs the example to its end.
func (r run) events(t *testing.T, wantExit int) []event {
	t.Helper()
	cmd := exec.Command(jwhost, "run", "--json", "--state", filepath.Join(t.TempDir(), "state"), r.file)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), r.env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if code := cmd.ProcessState.ExitCode(); code != wantExit {
		t.Fatalf("exit code %d, want %d\n%s%s", code, wantExit, out.String(), errs.String())
	}
	var events []event
	for s := bufio.NewScanner(&out); s.Scan(); {
		var e event
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v", s.Text(), err)
		}
		events = append(events, e)
	}
	return events
}

// actions returns how each action ended, in order, failing the test where one
// did not succeed that should have.
func actions(t *testing.T, events []event, want ...string) []event {
	t.Helper()
	var ended []event
	var outcomes []string
	for _, e := range events {
		if e.Type == "action.finished" {
			ended = append(ended, e)
			outcomes = append(outcomes, e.Action+" "+e.Outcome)
		}
	}
	if !slices.Equal(outcomes, want) {
		t.Fatalf("actions ended as %q, want %q: %+v", outcomes, want, ended)
	}
	return ended
}

func (r run) read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func quickstart(t *testing.T, r run) {
	events := r.events(t, 0)
	points := 0
	for _, e := range events {
		if e.Type == "metric.recorded" && e.Name == "loss" {
			points++
		}
	}
	if points != 40 {
		t.Errorf("%d values of loss, want 40", points)
	}
	ended := actions(t, events, "log_event succeeded", "run_command succeeded")
	if !strings.HasPrefix(ended[0].Output, "converged at epoch ") {
		t.Errorf("log_event: %q", ended[0].Output)
	}
	if !strings.HasPrefix(ended[1].Output, "report.md: cosine to the truth 0.9") {
		t.Errorf("run_command: %q", ended[1].Output)
	}
	if report := r.read(t, "report.md"); !strings.Contains(report, "99.") {
		t.Errorf("report.md: %s", report)
	}
}

// language runs the file that shows all of the language, with its plugin.
func language(t *testing.T, r run) {
	plugin := filepath.Join(r.dir, "..", "plugins", "jira", "jwhost-plugin-jira")
	build := exec.Command("go", "build", "-C", "plugins/jira", "-o", plugin)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	address, got := webhook(t)
	r.env = []string{"SLACK_URL=" + address}
	states := map[string]string{}
	for _, e := range r.events(t, 1) { // the job is cancelled, as it should be
		switch {
		case e.Type == "job.ended":
			states[e.Job] = e.State
		case e.Type == "action.finished" && e.Outcome != "succeeded":
			t.Errorf("%s of %s: %s %s", e.Action, e.Watcher, e.Outcome, e.Error)
		case e.Type == "action.finished":
			states[e.Watcher+" "+e.Action] = e.Outcome
		}
	}
	want := map[string]string{
		"prepare": "succeeded", "train": "cancelled", "metric_extractor run_command": "succeeded",
		"diverged notify": "succeeded", "diverged cancel_job": "succeeded",
	}
	if !maps.Equal(states, want) {
		t.Errorf("it ended as %v, want %v", states, want)
	}
	var message struct{ Message string }
	if err := json.Unmarshal([]byte(<-got), &message); err != nil || !strings.HasPrefix(message.Message, "diverging at epoch 6: loss 1.2") {
		t.Errorf("the notification says %q (%v)", message.Message, err)
	}
	if text := r.read(t, "train/metrics.json"); !strings.HasPrefix(text, `{"loss": `) {
		t.Errorf("metrics.json: %s", text)
	}
}

// webhook starts a server that takes notifications.
func webhook(t *testing.T) (address string, got chan string) {
	got = make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		got <- string(body)
		io.WriteString(w, "ok") // as Slack answers
	}))
	t.Cleanup(server.Close)
	return server.URL, got
}

func errorAnalyzer(t *testing.T, r run) {
	events := r.events(t, 0)
	actions(t, events, "run_command succeeded")
	var report struct{ Job, Numpy, Folder string }
	if err := json.Unmarshal([]byte(r.read(t, "error-report.json")), &report); err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Type == "job.started" && e.JobID != report.Job {
			t.Errorf("the script got job %q, the job is %q", report.Job, e.JobID)
		}
	}
	if report.Numpy == "" {
		t.Error("the script ran without numpy")
	}
	if want, _ := filepath.EvalSymlinks(r.dir); report.Folder != want {
		t.Errorf("the script ran in %s, not in the job's folder %s", report.Folder, want)
	}
}

func metricExtractor(t *testing.T, r run) {
	events := r.events(t, 0)
	ok := "run_command succeeded"
	actions(t, events, ok, ok, ok, ok)
	if got, want := r.read(t, "metrics.json"), "{\"loss\": 0.2, \"acc\": 0.925}\n"; got != want {
		t.Errorf("metrics.json: %s, want %s", got, want)
	}
	var losses []any
	for _, e := range events {
		if e.Type == "metric.recorded" && e.Name == "loss" {
			losses = append(losses, e.Value)
		}
	}
	if want := []any{0.8, 0.4, 0.2667, 0.2}; !slices.Equal(losses, want) {
		t.Errorf("losses %v, want %v", losses, want)
	}
}

func memoryMonitor(t *testing.T, r run) {
	ended := actions(t, r.events(t, 1), "run_command succeeded") // the job fails, as it should
	for _, want := range []string{"Peak memory size", "keep_everything"} {
		if !strings.Contains(ended[0].Output, want) {
			t.Errorf("memray's tree lacks %q:\n%s", want, ended[0].Output)
		}
	}
}

func postProcessor(t *testing.T, r run) {
	ended := actions(t, r.events(t, 0), "run_command succeeded")
	if want := "1000 rows to output.parquet"; strings.TrimSpace(ended[0].Output) != want {
		t.Errorf("output %q, want %q", ended[0].Output, want)
	}
	// Read the table back with the same library, in the same project.
	read := exec.Command(needUV(t), "run", "-q", "python", "-c",
		"import pandas as pd; t = pd.read_parquet('output.parquet'); print(t.shape, list(t.columns), round(t.energy.iloc[100], 4))")
	read.Dir = r.dir
	read.Stderr = os.Stderr
	out, err := read.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(out), "(1000, 2) ['time', 'energy'] 0.3679\n"; got != want {
		t.Errorf("the table is %s, want %s", got, want)
	}
}

func completionNotifier(t *testing.T, r run) {
	address, got := webhook(t)
	secret := "/services/T0/B0/not-to-be-seen"
	r.env = []string{"SLACK_WEBHOOK_URL=" + address + secret}
	events := r.events(t, 0)
	actions(t, events, "run_command succeeded")
	if len(got) != 1 {
		t.Fatalf("%d notifications", len(got))
	}
	var body struct{ Text string }
	if err := json.Unmarshal([]byte(<-got), &body); err != nil || body.Text != "Training done: loss=0.2000" {
		t.Errorf("the notification says %q (%v)", body.Text, err)
	}
	if all, _ := json.Marshal(events); bytes.Contains(all, []byte("not-to-be-seen")) {
		t.Error("the events hold the secret")
	}
}

func adaptiveHandler(t *testing.T, r run) {
	ended := actions(t, r.events(t, 0), "run_command failed", "run_command succeeded")
	for i, want := range []struct {
		code   int
		output string
	}{{1, ""}, {0, "Converged!\n"}} {
		if e := ended[i]; e.ExitCode == nil || *e.ExitCode != want.code || e.Output != want.output {
			t.Errorf("action %d: %+v, want exit code %d and output %q", i+1, e, want.code, want.output)
		}
	}
}
