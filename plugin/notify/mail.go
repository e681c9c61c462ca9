package notify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"
)

// newMail reads a mail server's URL:
//
//	smtp://user:password@host:port/?from=A&to=B,C     STARTTLS if the server has it
//	smtps://user:password@host/?from=A&to=B           TLS from the start
//
// `tls=required` insists on STARTTLS, `tls=none` does without.
func newMail(u *url.URL) (*service, error) {
	q := u.Query()
	for name := range q {
		switch name {
		case "from", "to", "tls":
		default:
			return nil, fmt.Errorf("smtp has no %q; it has from, to and tls", name)
		}
	}
	from, to := q.Get("from"), strings.Split(q.Get("to"), ",")
	if u.Hostname() == "" || from == "" || to[0] == "" {
		return nil, errors.New("write smtp://user:password@host:port/?from=me@example.org&to=you@example.org")
	}
	options, err := mailOptions(u, q.Get("tls"))
	if err != nil {
		return nil, err
	}
	if err := mail.NewMsg().From(from); err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	if err := mail.NewMsg().To(to...); err != nil {
		return nil, fmt.Errorf("to: %w", err)
	}
	send := func(ctx context.Context, m message) error {
		msg := mail.NewMsg()
		if err := msg.From(from); err != nil {
			return err
		}
		if err := msg.To(to...); err != nil {
			return err
		}
		msg.Subject(line(m.title))
		msg.SetBodyString(mail.TypeTextPlain, m.body)
		client, err := mail.NewClient(u.Hostname(), options...)
		if err != nil {
			return err
		}
		return client.DialAndSendWithContext(ctx, msg)
	}
	return &service{name: "smtp " + u.Host, send: send}, nil
}

// mailOptions are the library's options of a server's URL.
func mailOptions(u *url.URL, tls string) ([]mail.Option, error) {
	var options []mail.Option
	switch {
	case u.Scheme == "smtps" && tls == "":
		options = append(options, mail.WithSSLPort(false))
	case tls == "":
		options = append(options, mail.WithTLSPortPolicy(mail.TLSOpportunistic))
	case tls == "required":
		options = append(options, mail.WithTLSPortPolicy(mail.TLSMandatory))
	case tls == "none":
		options = append(options, mail.WithTLSPortPolicy(mail.NoTLS))
	default:
		return nil, fmt.Errorf("tls is %q; it can be required or none, and smtps:// has TLS from the start", tls)
	}
	if p := u.Port(); p != "" {
		port, err := strconv.Atoi(p)
		if err != nil {
			return nil, fmt.Errorf("port %q: %w", p, err)
		}
		options = append(options, mail.WithPort(port))
	}
	if user := u.User.Username(); user != "" {
		password, _ := u.User.Password()
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(user), mail.WithPassword(password))
	}
	return options, nil
}
