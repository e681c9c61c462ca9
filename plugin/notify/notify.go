// Package notify is the bundled plugin that tells people: the action `notify`
// sends a message to a service named by a URL. A message in pieces goes in, of
// which captured ones are escaped for the service; the service's answer comes
// out.
package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jwhost/jwhost/shared/handshake"
	"github.com/jwhost/jwhost/shared/sdk"
)

// Plugin returns the plugin.
func Plugin() sdk.Plugin {
	n := &notifier{limits: newLimits(burst, refill)}
	return sdk.Plugin{
		Name:    "notify",
		Version: handshake.Version,
		Actions: []sdk.Action{sdk.NewAction("notify", "Sends a message to people: e-mail, chat, push, webhook.", n.notify)},
	}
}

// A watcher may send burst messages at once, and one more each refill.
const (
	burst  = 20
	refill = 6 * time.Second
)

// Arguments of the action.
type arguments struct {
	URL     string     `jw:"url,required,sensitive,constant" doc:"where to: slack://…, discord://…, smtp://user:password@host:port/?from=A&to=B, https://… (a JSON webhook), …" example:"ntfy://ntfy.sh/my-training"`
	Message sdk.Pieces `jw:"message,required" doc:"what to say" example:"diverging: loss ${loss}"`
	Title   sdk.Pieces `jw:"title" doc:"first line, or subject" example:"${job.name} diverges"`
	Level   string     `jw:"level" doc:"how bad it is" oneof:"info,warning,error" default:"info"`
}

// Validate checks the URL before a job starts.
func (a *arguments) Validate(context.Context) []sdk.Diagnostic {
	if a.URL == "" {
		return nil
	}
	if _, err := newService(a.URL); err != nil {
		return []sdk.Diagnostic{{Attribute: "url", Summary: "This is no URL of a service", Detail: err.Error()}}
	}
	return nil
}

type notifier struct{ limits *limits }

func (n *notifier) notify(ctx context.Context, inv *sdk.Invocation, args arguments) (sdk.Result, error) {
	service, err := newService(args.URL)
	if err != nil {
		return sdk.Result{}, err
	}
	held, ok := n.limits.take(inv.Job.ID+"/"+inv.Watcher, time.Now())
	if !ok {
		return sdk.Result{Kind: "refused"}, fmt.Errorf(
			"held back: the watcher has sent %d messages in a short time; one is sent every %s (give it a cooldown)", burst, refill)
	}
	m := message{
		title: service.escape.join(args.Title),
		body:  service.escape.join(args.Message),
		level: args.Level,
	}
	if m.title == "" {
		m.title = "jwhost: " + service.escape.text(inv.Job.Name)
	}
	if args.Level != "info" {
		m.title = strings.ToUpper(args.Level) + ": " + m.title
	}
	if held > 0 {
		m.body += fmt.Sprintf("\n(%d earlier messages of this watcher were held back)", held)
	}
	if err := service.send(ctx, m); err != nil {
		n.limits.giveBack(inv.Job.ID+"/"+inv.Watcher, held)
		return sdk.Result{}, clarify(err, args.URL)
	}
	return sdk.Output("sent to " + service.name), nil
}

// clarify says why a message could not be sent, without the URL's secrets. The
// URL was found good before, so the next time may be better.
func clarify(err error, url string) error {
	text := err.Error()
	for _, part := range secretsOf(url) {
		text = strings.ReplaceAll(text, part, "…")
	}
	return sdk.Retry(errors.New(text), 0)
}
