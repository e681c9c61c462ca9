package jobfile

import (
	"errors"
	"path/filepath"

	"github.com/jwhost/jwhost/shared/schema"
)

// fakeActions answers schemas as data: those of the bundled actions as the
// reference describes them, and third-party plugins by the last element of
// their path.
type fakeActions struct{}

func (fakeActions) Bundled() []*schema.Plugin { return bundledSchemas }

func (fakeActions) Describe(name, source string) (*schema.Plugin, error) {
	switch filepath.Base(source) {
	case "tracker":
		return trackerSchema, nil
	case "jira":
		return jiraSchema, nil
	case "greedy":
		return &schema.Plugin{Name: "greedy", Version: "1.0.0", Actions: []schema.Action{{Name: "take", Attributes: []schema.Attribute{{Name: "durable", Type: schema.Bool}}}}}, nil
	}
	return nil, errors.New("no such file " + filepath.Base(source))
}

var bundledSchemas = []*schema.Plugin{
	{
		Name: "run_command", Version: "0.1.0", Grants: []string{"exec"},
		Actions: []schema.Action{{
			Name: "run_command", ExactlyOne: [][]string{{"command", "argv"}},
			Attributes: []schema.Attribute{
				{Name: "command", Type: schema.Command},
				{Name: "argv", Type: schema.Argv},
				{Name: "stdin", Type: schema.Text},
				{Name: "env", Type: schema.Map},
				{Name: "dir", Type: schema.Text, Constant: true},
				{Name: "shell", Type: schema.Text, Constant: true, OneOf: []string{"sh", "bash"}, Default: "sh"},
				{Name: "output_limit", Type: schema.Number, Constant: true, Default: "500"},
				{Name: "keep", Type: schema.Text, Constant: true, OneOf: []string{"head", "tail"}, Default: "head"},
				{Name: "allow", Type: schema.Texts, Constant: true},
			},
		}},
	},
	{
		Name: "notify", Version: "0.1.0",
		Actions: []schema.Action{{
			Name: "notify",
			Attributes: []schema.Attribute{
				{Name: "url", Type: schema.Text, Required: true, Sensitive: true, Constant: true, Doc: "Where the message goes.", Example: "slack://…"},
				{Name: "message", Type: schema.Text, Required: true, Doc: "What is said."},
				{Name: "title", Type: schema.Text},
				{Name: "level", Type: schema.Text, OneOf: []string{"info", "warning", "error"}, Default: "info"},
			},
		}},
	},
	{
		Name: "logevent", Version: "0.1.0",
		Actions: []schema.Action{{
			Name: "log_event", Idempotent: true,
			Attributes: []schema.Attribute{
				{Name: "message", Type: schema.Text, Required: true},
				{Name: "level", Type: schema.Text, OneOf: []string{"info", "warning", "error"}},
			},
		}},
	},
	{
		Name: "jobcontrol", Version: "0.1.0", Grants: []string{"job.control"},
		Actions: []schema.Action{{Name: "cancel_job", Idempotent: true, Cancels: true}},
	},
}

var trackerSchema = &schema.Plugin{
	Name: "tracker", Version: "1.2.0", Grants: []string{"metrics.read"},
	Config: []schema.Attribute{
		{Name: "project", Type: schema.Text, Required: true, Doc: "The project's key."},
		{Name: "token", Type: schema.Text, Sensitive: true},
		{Name: "retries", Type: schema.Number},
		{Name: "labels", Type: schema.Texts},
		{Name: "kind", Type: schema.Text, OneOf: []string{"bug", "task"}},
	},
	Actions: []schema.Action{{
		Name: "ticket",
		Attributes: []schema.Attribute{
			{Name: "summary", Type: schema.Text, Required: true},
			{Name: "priority", Type: schema.Number},
			{Name: "labels", Type: schema.Texts},
			{Name: "fields", Type: schema.Map},
			{Name: "urgent", Type: schema.Bool},
			{Name: "due", Type: schema.Duration},
		},
	}},
}

// jiraSchema is that of examples/plugins/jira.
var jiraSchema = &schema.Plugin{
	Name: "jira", Version: "1.0.0", Grants: []string{"metrics.read"},
	Config: []schema.Attribute{
		{Name: "project", Type: schema.Text, Required: true},
		{Name: "url", Type: schema.Text},
		{Name: "token", Type: schema.Text, Sensitive: true},
	},
	Actions: []schema.Action{{
		Name: "ticket",
		Attributes: []schema.Attribute{
			{Name: "title", Type: schema.Text, Required: true},
			{Name: "body", Type: schema.Text},
			{Name: "kind", Type: schema.Text, Constant: true, OneOf: []string{"Bug", "Task"}, Default: "Bug"},
			{Name: "labels", Type: schema.Texts, Constant: true},
		},
	}},
}
