// Package plugins_test builds and runs the example plugins as a run of jwhost
// does.
package plugins_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"go.uber.org/goleak"

	"github.com/jwhost/jwhost/host/pluginproc"
	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/schema"
)

// The test binary is also a host to be killed.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "host" {
		beHost(os.Args[2], os.Args[3])
	}
	goleak.VerifyTestMain(m)
}

// beHost starts a plugin, says its process and waits.
func beHost(name, source string) {
	m, err := pluginproc.NewManager(pluginproc.NewCatalog(nil, "", nil), []pluginproc.Config{{Name: name, Source: source}},
		pluginproc.Hooks{Started: func(_ string, pid int, _ string) { fmt.Println(pid) }}, nil)
	if err == nil {
		_, err = m.Configure(context.Background(), name)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {}
}

// need skips a test for want of a program, or fails where all is required.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if os.Getenv("JWHOST_REQUIRE_ALL") != "" {
			t.Fatalf("%s is required: %v", program, err)
		}
		t.Skipf("needs %s: %v", program, err)
	}
}

// services answers plugins' calls.
type services struct{}

func (services) Exec(context.Context, string, func([]byte)) (pluginproc.ExecResult, error) {
	return pluginproc.ExecResult{ExitCode: 3, Output: []byte("ran\xff")}, nil
}

func (services) ReadLogs(_ context.Context, _ string, lines int, out func([]byte) error) error {
	return out([]byte(strings.Repeat("epoch <1> \xff\n", lines)))
}

func (services) CancelJob(context.Context, string) error { return nil }

func (services) Metrics(context.Context) (map[string]pluginproc.Metric, error) {
	return map[string]pluginproc.Metric{"loss": {Last: 0.25, Min: 0.125, Max: 2, Mean: 1, Count: 17}}, nil
}

// run describes the plugin at source, starts it with config and has it carry
// out one action.
func run(t *testing.T, name, source string, grants []string, config, arguments map[string]any, action string) (pluginproc.Outcome, []string) {
	t.Helper()
	var output strings.Builder
	log := hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: &output})
	catalog := pluginproc.NewCatalog(nil, t.TempDir(), log)
	s, err := catalog.Describe(name, source)
	if err != nil {
		t.Fatal(err)
	}
	a := s.Action(action)
	if a == nil {
		t.Fatalf("no action %q in %+v", action, s)
	}
	values, err := contract.EncodeArguments(config)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := contract.EncodeArguments(arguments)
	if err != nil {
		t.Fatal(err)
	}
	m, err := pluginproc.NewManager(catalog, []pluginproc.Config{{Name: name, Source: source, Grants: grants, Values: values}}, pluginproc.Hooks{}, log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := m.Close(ctx); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("log:\n%s", output.String())
		}
	}()
	types := make(map[string]schema.Type)
	for _, attribute := range a.Attributes {
		types[attribute.Name] = attribute.Type
	}
	var progress []string
	o, err := m.Run(t.Context(), name, pluginproc.Invocation{
		ID: "id-1", Attempt: 1, Action: action, Arguments: raw, Types: types,
		Job: pluginproc.Job{Name: "train", Dir: t.TempDir()}, Watcher: "w", Trigger: 1,
	}, services{}, func(u pluginproc.Update) { progress = append(progress, u.Message) })
	if err != nil {
		t.Fatal(err)
	}
	return o, progress
}

func TestJira(t *testing.T) {
	need(t, "go")
	folder := t.TempDir()
	build := exec.Command("go", "build", "-C", "jira", "-o", filepath.Join(folder, "jwhost-plugin-jira"), ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var posted struct {
		Fields struct{ Summary, Description string }
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &posted); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"key":"TRAIN-7"}`)
	}))
	defer server.Close()
	o, _ := run(t, "jira", folder, []string{"metrics.read"},
		map[string]any{"project": "TRAIN", "url": server.URL},
		map[string]any{"title": "loss 0.25", "labels": []string{"gpu"}}, "ticket")
	if !o.Succeeded || string(o.Output) != "opened TRAIN-7" {
		t.Errorf("%+v", o)
	}
	if posted.Fields.Summary != "loss 0.25" || !strings.Contains(posted.Fields.Description, "|loss|last 0.25|min 0.125|max 2|17 values|") {
		t.Errorf("posted %+v", posted)
	}

	test := exec.Command("go", "test", ".")
	test.Dir = "jira"
	if out, err := test.CombinedOutput(); err != nil {
		t.Errorf("the plugin's own tests: %v\n%s", err, out)
	}
}

func TestPython(t *testing.T) {
	need(t, "uv")
	source, err := filepath.Abs("python")
	if err != nil {
		t.Fatal(err)
	}
	o, progress := run(t, "report", source, []string{"metrics.read", "logs.read"}, nil,
		map[string]any{"file": "../../page.html", "title": "<Training>", "lines": 2.0}, "write")
	if !o.Succeeded {
		t.Fatalf("%+v", o)
	}
	path, found := strings.CutPrefix(string(o.Output), "wrote ")
	page, err := os.ReadFile(path)
	if !found || err != nil {
		t.Fatalf("%q: %v", o.Output, err)
	}
	want := "<h1>&lt;Training&gt;</h1>\n<table><tr><th>metric<th>last<th>min<th>max<th>values\n" +
		"<tr><td>loss<td>0.25<td>0.125<td>2<td>17\n</table>\n<pre>epoch &lt;1&gt; \uFFFD\nepoch &lt;1&gt; \uFFFD</pre>\n"
	if string(page) != want {
		t.Errorf("page\n%s\nwant\n%s", page, want)
	}
	if len(progress) != 1 || progress[0] != "asking the host" {
		t.Errorf("progress %q", progress)
	}

	o, _ = run(t, "report", source, nil, nil, map[string]any{"file": "page.html"}, "write")
	if o.Succeeded || !strings.Contains(o.Error, `plugin "report" was not granted metrics.read`) {
		t.Errorf("without grants: %+v", o)
	}
}

// The interpreter is a child of uv, which the kernel does not end with the
// host: the plugin itself sees that the host is gone.
func TestPythonEndsWithHost(t *testing.T) {
	need(t, "uv")
	source, err := filepath.Abs("python")
	if err != nil {
		t.Fatal(err)
	}
	host := exec.Command(os.Args[0], "host", "report", source)
	host.Stderr = os.Stderr
	out, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	_, err = fmt.Fscan(out, &pid)
	group := members(pid)
	_ = host.Process.Kill()
	_ = host.Wait()
	if err != nil || len(group) < 2 {
		t.Fatalf("%v; the plugin's group is %v, want uv and an interpreter", err, group)
	}
	for range 1000 {
		if len(members(pid)) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("processes %v live on", members(pid))
}

// members returns the living processes of a group.
func members(group int) []string {
	var pids []string
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// pid (name) state ppid pgrp …: proc_pid_stat(5)
		_, after, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(after)
		if len(fields) > 2 && fields[0] != "Z" && fields[2] == fmt.Sprint(group) {
			pids = append(pids, filepath.Base(filepath.Dir(path)))
		}
	}
	return pids
}

// The published Python code of the contract is what the proto makes.
func TestPythonCodeIsFresh(t *testing.T) {
	if os.Getenv("JWHOST_REQUIRE_ALL") == "" {
		t.Skip("fetches the compiler of the proto; runs with JWHOST_REQUIRE_ALL=1")
	}
	need(t, "uv")
	fresh := t.TempDir()
	generate := exec.Command("uv", "run", "--no-project", "--with", "grpcio-tools==1.85.1", "python", "-m", "grpc_tools.protoc",
		"-I", "../../shared/proto", "--python_out="+fresh, "jwhost/plugin/v1/plugin.proto")
	if out, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const name = "jwhost/plugin/v1/plugin_pb2.py"
	want, err1 := os.ReadFile(filepath.Join(fresh, name))
	got, err2 := os.ReadFile(filepath.Join("python", name))
	if err1 != nil || err2 != nil || string(got) != string(want) {
		t.Errorf("python/%s is not what the proto makes: run\n%s\n%v %v", name, strings.ReplaceAll(generate.String(), fresh, "examples/plugins/python"), err1, err2)
	}
}

// What docs/plugins.md builds up is a tested plugin in Go, and one in Python.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/plugins.md")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, block := range strings.Split(string(guide), "\n```")[1:] {
		head, body, _ := strings.Cut(block, "\n")
		if _, name, titled := strings.Cut(head, " title="); titled {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(body+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Run("go", func(t *testing.T) {
		need(t, "go")
		// The jira example's module has the same needs.
		root, err := filepath.Abs("../..")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"go.mod", "go.sum"} {
			content, err := os.ReadFile(filepath.Join("jira", name))
			if err != nil {
				t.Fatal(err)
			}
			content = []byte(strings.ReplaceAll(string(content), "=> ../../..", "=> "+root))
			if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for _, args := range [][]string{{"test", "."}, {"build", "-o", "jwhost-plugin-diary", "."}} {
			cmd := exec.Command("go", args...)
			cmd.Dir = folder
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("go %s: %v\n%s", args[0], err, out)
			}
		}
		o, _ := run(t, "diary", folder, nil, nil, map[string]any{"text": "loss 0.5"}, "note")
		if !o.Succeeded || string(o.Output) != "noted" {
			t.Errorf("%+v", o)
		}
	})
	t.Run("python", func(t *testing.T) {
		need(t, "uv")
		if err := os.CopyFS(filepath.Join(folder, "jwhost"), os.DirFS("python/jwhost")); err != nil {
			t.Fatal(err)
		}
		module, err := os.ReadFile("python/jwhost_plugin.py")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "jwhost_plugin.py"), module, 0o644); err != nil {
			t.Fatal(err)
		}
		o, _ := run(t, "tally", folder, []string{"metrics.read"}, nil, map[string]any{"metric": "loss"}, "count")
		if !o.Succeeded || string(o.Output) != "17 values of loss" {
			t.Errorf("%+v", o)
		}
		o, _ = run(t, "tally", folder, []string{"metrics.read"}, nil, map[string]any{"metric": "acc"}, "count")
		if o.Succeeded || o.Error != "nothing was recorded as 'acc'" {
			t.Errorf("%+v", o)
		}
	})
}
