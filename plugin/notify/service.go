package notify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/nicholas-fedor/shoutrrr"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"
)

// A message is ready to be sent.
type message struct {
	title, body, level string
}

// A service is a place that messages go to.
type service struct {
	name   string // for people: scheme and host, no secrets
	escape escaper
	send   func(context.Context, message) error
}

// titled are the services that have a title of their own; for others it is the
// first line of the text.
var titled = []string{
	"discord", "lark", "matrix", "mattermost", "slack", "teams", "telegram", "opsgenie", "bark", "gotify", "join", "ntfy",
	"pushbullet", "pushover", "generic",
}

// newService reads a service's URL. https:// and http:// are JSON webhooks, but
// for Slack's own, which go by the name of Slack.
func newService(raw string) (*service, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" {
		return nil, errors.New("it has no scheme; write for example slack://…, smtp://… or https://…")
	}
	scheme, _, _ := strings.Cut(u.Scheme, "+")
	switch {
	case scheme == "smtp" || scheme == "smtps":
		return newMail(u)
	case u.Host == "hooks.slack.com" && scheme == "https":
		token := strings.Split(strings.TrimPrefix(u.Path, "/services/"), "/")
		if len(token) != 3 {
			return nil, errors.New("a webhook of Slack is https://hooks.slack.com/services/T…/B…/…")
		}
		scheme, raw = "slack", "slack://hook:"+strings.Join(token, "-")+"@webhook"
	case scheme == "https" || scheme == "http":
		scheme, raw = "generic", webhook(u)
	}
	sender, err := shoutrrr.CreateSender(raw)
	if err != nil {
		return nil, explain(err, scheme)
	}
	s := &service{name: scheme, escape: escaperOf(scheme, u.Query().Get("parsemode"))}
	if scheme == "generic" || scheme == "ntfy" || scheme == "gotify" {
		s.name += " " + u.Host
	}
	s.send = func(ctx context.Context, m message) error {
		if deadline, ok := ctx.Deadline(); ok {
			sender.Timeout = time.Until(deadline)
		}
		params, body := types.Params{}, m.body
		if slices.Contains(titled, scheme) {
			params["title"] = line(m.title)
		} else {
			body = line(m.title) + "\n" + body
		}
		result := sender.SendAsync(body, &params)
		select {
		case err := <-result:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s, nil
}

// webhook is the URL of a JSON webhook as the library has it: its own settings
// are kept apart from the URL's query by a template and a scheme.
func webhook(u *url.URL) string {
	w := *u
	w.Scheme = "generic+" + u.Scheme
	q := w.Query()
	q.Set("template", "json")
	w.RawQuery = q.Encode()
	return w.String()
}

// explain says what is wrong with a service's URL.
func explain(err error, scheme string) error {
	if strings.Contains(err.Error(), "unknown service") {
		return fmt.Errorf("there is no service %q; there are slack, discord, teams, telegram, mattermost, matrix, "+
			"rocketchat, zulip, googlechat, signal, ntfy, gotify, pushover, pushbullet, opsgenie, pagerduty, smtp, "+
			"and https:// for a JSON webhook", scheme)
	}
	return err
}

// secretsOf lists the parts of a URL that must not be shown.
func secretsOf(raw string) []string {
	u, err := url.Parse(raw)
	if err != nil {
		return []string{raw}
	}
	var parts []string
	add := func(s string) {
		if len(s) >= 4 {
			parts = append(parts, s)
		}
	}
	if password, ok := u.User.Password(); ok {
		add(password)
		add(url.QueryEscape(password))
	}
	if u.Scheme != "smtp" && u.Scheme != "smtps" {
		add(u.User.Username())
		for part := range strings.SplitSeq(u.Path, "/") {
			add(part)
		}
	}
	slices.SortFunc(parts, func(a, b string) int { return len(b) - len(a) })
	return parts
}
