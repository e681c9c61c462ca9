// Program jwhost-plugin-jira is a third-party plugin of jwhost: its action
// "ticket" opens a ticket in Jira.
//
//	go build -o jwhost-plugin-jira
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jwhost/jwhost/shared/schema"
	"github.com/jwhost/jwhost/shared/sdk"
)

func main() { sdk.Serve(plugin()) }

func plugin() sdk.Plugin {
	j := new(jira)
	return sdk.Plugin{
		Name:    "jira",
		Version: "1.0.0",
		Grants:  []string{schema.GrantMetricsRead},
		Config:  sdk.NewConfig(j.configure),
		Actions: []sdk.Action{sdk.NewAction("ticket", "Opens a ticket.", j.ticket)},
	}
}

// A jira is what the config says.
type jira struct{ config Config }

// Config is the block `config`.
type Config struct {
	Project string `jw:"project,required" doc:"Key of the project." example:"TRAIN"`
	URL     string `jw:"url" default:"http://localhost:8080" doc:"Where Jira is."`
	Token   string `jw:"token,sensitive" doc:"A personal access token." example:"secret(\"JIRA_TOKEN\")"`
}

func (j *jira) configure(_ context.Context, c Config) error {
	if u, err := url.Parse(c.URL); err != nil || u.Host == "" {
		return sdk.Diagnostics{{Attribute: "url", Summary: "This is no URL", Detail: "Write one such as https://jira.example.com."}}
	}
	j.config = c
	return nil
}

// Ticket has the arguments of the action.
type Ticket struct {
	Title  string     `jw:"title,required" doc:"First line of the ticket." example:"loss diverges at epoch ${epoch}"`
	Body   sdk.Pieces `jw:"body" doc:"The rest of it, in Jira's markup; captures are escaped." example:"*${match.line}*"`
	Kind   string     `jw:"kind,constant" oneof:"Bug,Task" default:"Bug" doc:"Type of the ticket."`
	Labels []string   `jw:"labels,constant" doc:"Labels."`
}

func (j *jira) ticket(ctx context.Context, inv *sdk.Invocation, args Ticket) (sdk.Result, error) {
	body := markup(args.Body)
	if inv.Granted(schema.GrantMetricsRead) {
		metrics, err := inv.Metrics(ctx)
		if err != nil {
			return sdk.Result{}, err
		}
		body += summary(metrics)
	}
	key, err := j.open(ctx, inv.ID, map[string]any{"fields": map[string]any{
		"project":     map[string]string{"key": j.config.Project},
		"summary":     strings.Join(strings.Fields(args.Title), " "), // Jira takes one line
		"description": body,
		"issuetype":   map[string]string{"name": args.Kind},
		"labels":      args.Labels,
	}})
	if err != nil {
		return sdk.Result{}, err
	}
	inv.Log.Info("opened a ticket", "key", key)
	return sdk.Output("opened " + key), nil
}

// markup joins the author's markup with what was captured. A log line can hold
// anything, a mention of a person or an image from elsewhere too: it stays text.
func markup(pieces sdk.Pieces) string {
	var b strings.Builder
	for _, piece := range pieces {
		for _, r := range piece.Text {
			if piece.Captured && strings.ContainsRune(`\{}[]|*_-+^~?!#@:`, r) {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// summary is a table of the job's metrics.
func summary(metrics map[string]sdk.Metric) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(metrics)) {
		m := metrics[name]
		fmt.Fprintf(&b, "\n|%s|last %g|min %g|max %g|%d values|", name, m.Last, m.Min, m.Max, m.Count)
	}
	return b.String()
}

// open posts a ticket and returns its key. The invocation's id goes along: a
// second attempt is not a second ticket, where the server heeds it.
func (j *jira) open(ctx context.Context, id string, ticket any) (string, error) {
	content, err := json.Marshal(ticket)
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(j.config.URL, "/")+"/rest/api/2/issue", bytes.NewReader(content))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", id)
	if j.config.Token != "" {
		request.Header.Set("Authorization", "Bearer "+j.config.Token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", sdk.Retry(fmt.Errorf("the server can't be reached: %w", err), 0)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return "", sdk.Retry(err, 0)
	}
	switch {
	case response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= 500:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return "", sdk.Retry(fmt.Errorf("the server says %s", response.Status), time.Duration(seconds)*time.Second)
	case response.StatusCode != http.StatusCreated:
		return "", fmt.Errorf("the server says %s: %.200s", response.Status, answer)
	}
	var created struct{ Key string }
	if json.Unmarshal(answer, &created) != nil || created.Key == "" {
		return "", errors.New("the answer names no ticket")
	}
	return created.Key, nil
}
