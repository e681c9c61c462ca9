package notify

import (
	"html"
	"strings"
	"unicode"

	"github.com/jwhost/jwhost/shared/sdk"
)

// An escaper makes text of a job harmless in a message of a service: it must
// be read as it is, and call nobody.
type escaper struct {
	service func(string) string // the service's own syntax; nil: it has none
}

// join puts a message together. What the author wrote stays as it is.
func (e escaper) join(pieces sdk.Pieces) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.Captured {
			b.WriteString(e.text(p.Text))
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// text escapes text of a job.
func (e escaper) text(s string) string {
	s = plain(s)
	if e.service != nil {
		s = e.service(s)
	}
	return s
}

// plain takes out what no message needs and a reader could be deceived with:
// control characters, and marks that turn the direction of writing.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

// line makes a text a single line, as headers need it.
func line(s string) string {
	return strings.Join(strings.Fields(plain(s)), " ")
}

// apart keeps a word from being read as a mention, invisibly.
const apart = "\u200b"

// slackText escapes for Slack, whose mentions, links and dates all stand in
// angle brackets, and whose marks need a word's edge.
func slackText(s string) string {
	s = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
	return strings.NewReplacer("*", "*"+apart, "_", "_"+apart, "~", "~"+apart, "`", "`"+apart).Replace(s)
}

// markdownText escapes for services that read Markdown and mentions with @.
func markdownText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '@':
			b.WriteString("@" + apart)
		case strings.ContainsRune("\\`*_{}[]()<>#+-!|~:", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// telegramMarkdown escapes for Telegram's MarkdownV2, which wants every one of
// these escaped.
func telegramMarkdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("_*[]()~`>#+-=|{}.!\\", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// escapers by the scheme of the service's URL. A service that is not here
// shows text as it is.
var escapers = map[string]escaper{
	"slack":      {service: slackText},
	"discord":    {service: markdownText},
	"mattermost": {service: markdownText},
	"rocketchat": {service: markdownText},
	"teams":      {service: markdownText},
	"zulip":      {service: markdownText},
	"matrix":     {service: html.EscapeString},
	"googlechat": {service: slackText},
	"hangouts":   {service: slackText},
	"lark":       {service: html.EscapeString},
	"wecom":      {service: markdownText},
	"notifiarr":  {service: markdownText},
}

// escaperOf returns the escaper of a service; telegram's depends on how its
// URL asks for messages to be read.
func escaperOf(scheme, parseMode string) escaper {
	if scheme != "telegram" {
		return escapers[scheme]
	}
	switch strings.ToLower(parseMode) {
	case "html":
		return escaper{service: html.EscapeString}
	case "markdown", "markdownv2":
		return escaper{service: telegramMarkdown}
	}
	return escaper{}
}
