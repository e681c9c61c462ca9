package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jwhost/jwhost/shared/sdk"
	"github.com/jwhost/jwhost/shared/sdk/sdktest"
)

// hostile is text of a job that would like to be more than text.
const hostile = "<!channel> @everyone *b* <http://evil|x>\r\nBcc: all@example.org\x1b[31m\u202e"

// webhookServer collects what is posted to it.
func webhookServer(t *testing.T) (address string, got chan string) {
	got = make(chan string, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if strings.Contains(r.URL.Path, "refused") {
			http.Error(w, "no such channel", http.StatusNotFound)
			return
		}
		got <- string(b)
		io.WriteString(w, "{}")
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://"), got
}

func send(t *testing.T, p *sdktest.Plugin, to, title string, message sdk.Pieces) sdktest.Result {
	t.Helper()
	arguments := map[string]any{"url": to, "message": message}
	if title != "" {
		arguments["title"] = sdk.Pieces{{Text: title}}
	}
	return p.Run(t, sdktest.Invocation{Action: "notify", Arguments: arguments, Job: sdk.Job{ID: "run.train", Name: "train"}})
}

func TestWebhook(t *testing.T) {
	address, got := webhookServer(t)
	p := sdktest.Start(t, Plugin(), nil)
	r := send(t, p, "http://"+address+"/hook?x=1", "", sdk.Pieces{{Text: "loss \""}, {Text: hostile, Captured: true}})
	if !r.Succeeded {
		t.Fatal(r.Error)
	}
	var body map[string]string
	if err := json.Unmarshal([]byte(<-got), &body); err != nil {
		t.Fatal(err)
	}
	// JSON needs no escaping of ours; control sequences are gone.
	if want := "loss \"<!channel> @everyone *b* <http://evil|x>\nBcc: all@example.org[31m"; body["message"] != want {
		t.Errorf("message %q, want %q", body["message"], want)
	}
	if body["title"] != "jwhost: train" {
		t.Errorf("title %q", body["title"])
	}
}

// TestEscapesForTheService posts to a service that reads Markdown.
func TestEscapesForTheService(t *testing.T) {
	address, got := webhookServer(t)
	p := sdktest.Start(t, Plugin(), nil)
	r := send(t, p, "mattermost://"+address+"/token?disabletls=yes", "", sdk.Pieces{{Text: "**bad** @here "}, {Text: "@all **x**", Captured: true}})
	if !r.Succeeded {
		t.Fatal(r.Error)
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(<-got), &body); err != nil {
		t.Fatal(err)
	}
	want := "**bad** @here @\u200ball \\*\\*x\\*\\*" // the author's own markup stays
	if text := fmt.Sprint(body["text"]); !strings.Contains(text, want) {
		t.Errorf("text %q lacks %q", text, want)
	}
}

func TestEscapers(t *testing.T) {
	for _, c := range []struct{ scheme, mode, in, want string }{
		{"slack", "", "<!channel> & <u|x> *b*", "&lt;!channel&gt; &amp; &lt;u|x&gt; *\u200bb*\u200b"},
		{"discord", "", "@everyone [x](http://e)", "@\u200beveryone \\[x\\]\\(http\\://e\\)"},
		{"telegram", "", "a_b", "a_b"},
		{"telegram", "HTML", "<b>", "&lt;b&gt;"},
		{"telegram", "MarkdownV2", "a_b.c", "a\\_b\\.c"},
		{"matrix", "", "<img src=x>", "&lt;img src=x&gt;"},
		{"ntfy", "", "a\x00b\u202ec", "abc"},
	} {
		if got := escaperOf(c.scheme, c.mode).text(c.in); got != c.want {
			t.Errorf("%s: %q became %q, want %q", c.scheme, c.in, got, c.want)
		}
	}
	if got := line("a\r\nBcc: x\tb"); got != "a Bcc: x b" {
		t.Errorf("a header became %q", got)
	}
}

func FuzzEscape(f *testing.F) {
	f.Add(hostile)
	f.Fuzz(func(t *testing.T, s string) {
		for scheme, e := range escapers {
			got := e.text(s)
			if scheme == "slack" && strings.ContainsAny(got, "<>") {
				t.Errorf("slack: %q became %q", s, got)
			}
			if strings.ContainsRune(got, '\x1b') || strings.ContainsRune(got, '\u202e') {
				t.Errorf("%s: %q became %q", scheme, s, got)
			}
		}
		if strings.ContainsAny(line(s), "\r\n") {
			t.Errorf("a header of two lines: %q", line(s))
		}
	})
}

func TestAFailureSaysWhy(t *testing.T) {
	address, _ := webhookServer(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	p := sdktest.Start(t, Plugin(), nil)
	for _, c := range []struct {
		url, want string
	}{
		{"http://" + address + "/refused", "404"},
		{"http://" + closed.Addr().String() + "/geheim", "connection refused"},
		{"smtp://user:geheim@" + closed.Addr().String() + "/?from=a@example.org&to=b@example.org", "connection refused"},
	} {
		r := send(t, p, c.url, "", sdk.Pieces{{Text: "x"}})
		if r.Succeeded || !strings.Contains(r.Error, c.want) || !r.Retryable {
			t.Errorf("%s: %+v, want an error with %q that can be retried", c.url, r.Outcome, c.want)
		}
		if strings.Contains(r.Error, "geheim") {
			t.Errorf("the error shows a secret: %s", r.Error)
		}
	}
}

func TestValidate(t *testing.T) {
	p := sdktest.Start(t, Plugin(), nil)
	for u, want := range map[string]string{
		"slack://hook:T00000000-B00000000-000000000000000000000000@webhook":             "",
		"https://hooks.slack.com/services/T00000000/B00000000/000000000000000000000000": "",
		"https://hooks.slack.com/services/T":                                            "a webhook of Slack is",
		"https://example.org/hook":                                                      "",
		"smtp://example.org/?from=a@example.org&to=b@example.org,c@example.org":         "",
		"smtp://example.org/":                                                           "from=me@example.org",
		"smtp://example.org/?from=a@example.org&to=b@example.org&auth=x":                "no \"auth\"",
		"smtp://example.org/?from=a&to=b@example.org":                                   "from:",
		"slak://x": "there is no service \"slak\"",
		"#general": "it has no scheme",
	} {
		got := p.Validate(t, "notify", map[string]any{"url": u})
		switch {
		case want == "" && len(got) > 0, want != "" && (len(got) != 1 || !strings.Contains(got[0].Detail, want)):
			t.Errorf("%s: %+v, want %q", u, got, want)
		}
	}
}

func TestRateLimit(t *testing.T) {
	l := newLimits(2, time.Minute)
	now := time.Now()
	for i, want := range []bool{true, true, false, false} {
		if _, ok := l.take("w", now); ok != want {
			t.Errorf("message %d: %v", i+1, ok)
		}
	}
	if _, ok := l.take("another", now); !ok {
		t.Error("a watcher holds up another one")
	}
	if held, ok := l.take("w", now.Add(time.Minute)); !ok || held != 2 {
		t.Errorf("after a minute: %v, %d held back", ok, held)
	}
}

func TestAFloodIsHeldBackAndSaid(t *testing.T) {
	address, got := webhookServer(t)
	p := sdktest.Start(t, Plugin(), nil)
	refused := 0
	for range burst + 5 {
		if r := send(t, p, "http://"+address+"/", "", sdk.Pieces{{Text: "x"}}); r.Kind == "refused" {
			refused++
			if !strings.Contains(r.Error, "held back") {
				t.Errorf("it is not said why: %s", r.Error)
			}
		}
	}
	if refused == 0 || len(got)+refused != burst+5 {
		t.Errorf("%d sent, %d refused", len(got), refused)
	}
}

// TestMail sends to a real SMTP server.
func TestMail(t *testing.T) {
	address, maildir := smtpServer(t)
	p := sdktest.Start(t, Plugin(), nil)
	to := "smtp://" + address + "/?from=" + url.QueryEscape("Training <train@example.org>") + "&to=a@example.org,b@example.org"
	r := p.Run(t, sdktest.Invocation{
		Action: "notify",
		Arguments: map[string]any{
			"url": to, "level": "error",
			"title":   sdk.Pieces{{Text: "Verlust "}, {Text: "ö\r\nBcc: evil@example.org", Captured: true}},
			"message": sdk.Pieces{{Text: "line 1\n.\n"}, {Text: hostile, Captured: true}},
		},
	})
	if !r.Succeeded {
		t.Fatal(r.Error)
	}
	files, err := filepath.Glob(filepath.Join(maildir, "new", "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d mails (%v)", len(files), err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "ERROR: Verlust ö Bcc: evil@example.org" {
		t.Errorf("subject %q (%v)", subject, err)
	}
	if m.Header.Get("Bcc") != "" || strings.Contains(m.Header.Get("X-Rcptto"), "evil") {
		t.Errorf("a captured text became a header: %v", m.Header)
	}
	if got := m.Header.Get("X-Rcptto"); got != "a@example.org, b@example.org" {
		t.Errorf("recipients %q", got)
	}
}

// smtpServer starts a real mail server that keeps what it gets in a Maildir.
func smtpServer(t *testing.T) (address, maildir string) {
	uvx, err := exec.LookPath("uvx")
	if err != nil {
		if os.Getenv("JWHOST_REQUIRE_ALL") != "" {
			t.Fatal("no uvx to run a mail server with")
		}
		t.Skip("no uvx to run a mail server with")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = l.Addr().String()
	l.Close()
	maildir = filepath.Join(t.TempDir(), "mail")
	ctx, cancel := context.WithCancel(context.Background())
	server := exec.CommandContext(ctx, uvx, "-q", "aiosmtpd@1.4.6", "-n", "-l", address, "-c", "aiosmtpd.handlers.Mailbox", maildir)
	server.Stderr = os.Stderr
	server.Cancel = func() error { return server.Process.Signal(syscall.SIGTERM) } // uvx passes it on
	server.WaitDelay = 10 * time.Second
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); server.Wait() })
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
			return address, maildir
		}
		if time.Now().After(end) {
			t.Fatalf("the mail server does not start: %v", err)
		}
	}
}
