package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/shared/schema"
)

func newPluginCmd(d *deps) *cobra.Command {
	return group(&cobra.Command{
		Use:     "plugin",
		Short:   "Look at plugins and their actions",
		Example: "  jwhost plugin list\n  jwhost plugin inspect notify",
	}, newPluginListCmd(d), newPluginInspectCmd(d), newPluginServeCmd(d))
}

func newPluginListCmd(d *deps) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the bundled plugins and their actions",
		Example: "  jwhost plugin list\n  jwhost plugin list --json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				list := []jsonPlugin{}
				for _, p := range d.Plugins {
					list = append(list, newJSONPlugin(p.Schema))
				}
				return json.NewEncoder(d.Stdout).Encode(struct {
					Plugins []jsonPlugin `json:"plugins"`
				}{list})
			}
			s := d.stdoutScreen()
			for _, p := range d.Plugins {
				fmt.Fprintf(d.Stdout, "%s %s\n", s.paint(bold, p.Schema.Name), p.Schema.Version)
				for _, a := range p.Schema.Actions {
					doc, _, _ := strings.Cut(a.Doc, "\n")
					fmt.Fprintf(d.Stdout, "  %s %s\n", pad(a.Name, 14), s.shorten(visible(doc), s.width-18))
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func newPluginInspectCmd(d *deps) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inspect NAME|PATH",
		Short: "Show the actions of a plugin and what they take",
		Long: `Show the actions of a plugin and their attributes: of a bundled one by its name,
of another by the path of its executable or folder. The plugin is started to
describe itself, without configuration, secrets or grants.`,
		Example: `  jwhost plugin inspect run_command
  jwhost plugin inspect ./plugins/jira --json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef(cmd, "`%s` takes one plugin: a name or a path", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := d.describe(cmd, args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(d.Stdout).Encode(newJSONPlugin(p))
			}
			fmt.Fprint(d.Stdout, d.stdoutScreen().describePlugin(p))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// describe finds the schema of a plugin by the name of a bundled one, of an
// action of it, or by a path.
func (d *deps) describe(cmd *cobra.Command, name string) (*schema.Plugin, error) {
	var names []string
	for _, p := range d.Plugins {
		if p.Schema.Name == name || p.Schema.Action(name) != nil {
			return p.Schema, nil
		}
		names = append(names, p.Schema.Name)
	}
	if _, err := os.Stat(name); err != nil && !strings.ContainsRune(name, filepath.Separator) {
		hint := "bundled are " + strings.Join(names, ", ")
		if near := scope.Nearest(name, names); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return nil, usagef(cmd, "there is no bundled plugin %q, and no such file; %s", name, hint)
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	return d.catalog(d.logger(d.Stderr)).Describe(strings.TrimPrefix(filepath.Base(path), "jwhost-plugin-"), path)
}

// describePlugin is the text of inspect.
func (s screen) describePlugin(p *schema.Plugin) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", s.paint(bold, visible(p.Name)), visible(p.Version))
	if len(p.Grants) > 0 {
		fmt.Fprintf(&b, "  wants %s", visible(strings.Join(p.Grants, ", ")))
	}
	b.WriteString("\n")
	if len(p.Config) > 0 {
		b.WriteString("\nconfig\n")
		s.attributes(&b, p.Config)
	}
	for _, a := range p.Actions {
		fmt.Fprintf(&b, "\naction %s\n", s.paint(bold, visible(a.Name)))
		for _, line := range wrap(a.Doc, s.width-2) {
			if line != "" {
				fmt.Fprintf(&b, "  %s\n", visible(line))
			}
		}
		s.attributes(&b, a.Attributes)
		for _, names := range a.ExactlyOne {
			fmt.Fprintf(&b, "  exactly one of %s\n", visible(strings.Join(names, ", ")))
		}
	}
	return b.String()
}

func (s screen) attributes(b *strings.Builder, list []schema.Attribute) {
	for _, a := range list {
		about := []string{string(a.Type)}
		if a.Required {
			about = append(about, "required")
		}
		if a.Sensitive {
			about = append(about, "sensitive")
		}
		if a.Constant {
			about = append(about, "takes no captures")
		}
		if len(a.OneOf) > 0 {
			about = append(about, "one of "+strings.Join(a.OneOf, " "))
		}
		if a.Default != "" {
			about = append(about, "default "+a.Default)
		}
		fmt.Fprintf(b, "  %s %s\n", pad(s.paint(bold, visible(a.Name)), 14), visible(strings.Join(about, ", ")))
		for _, line := range wrap(a.Doc, s.width-17) {
			if line != "" {
				fmt.Fprintf(b, "  %14s %s\n", "", visible(line))
			}
		}
	}
}

// A jsonPlugin is a plugin's schema as --json prints it.
type jsonPlugin struct {
	Name    string          `json:"name"`
	Version string          `json:"version"`
	Grants  []string        `json:"grants"`
	Config  []jsonAttribute `json:"config"`
	Actions []jsonAction    `json:"actions"`
}

type jsonAction struct {
	Name       string          `json:"name"`
	Doc        string          `json:"doc"`
	Attributes []jsonAttribute `json:"attributes"`
	ExactlyOne [][]string      `json:"exactly_one,omitempty"`
	Idempotent bool            `json:"idempotent"`
	Cancels    bool            `json:"cancels"`
}

type jsonAttribute struct {
	Name      string   `json:"name"`
	Type      string   `json:"type"`
	Required  bool     `json:"required"`
	Sensitive bool     `json:"sensitive"`
	Constant  bool     `json:"constant"`
	Default   string   `json:"default,omitempty"`
	OneOf     []string `json:"one_of,omitempty"`
	Doc       string   `json:"doc"`
	Example   string   `json:"example,omitempty"`
}

func newJSONPlugin(p *schema.Plugin) jsonPlugin {
	j := jsonPlugin{Name: p.Name, Version: p.Version, Grants: slices.Concat([]string{}, p.Grants), Config: jsonAttributes(p.Config), Actions: []jsonAction{}}
	for _, a := range p.Actions {
		j.Actions = append(j.Actions, jsonAction{a.Name, a.Doc, jsonAttributes(a.Attributes), a.ExactlyOne, a.Idempotent, a.Cancels})
	}
	return j
}

func jsonAttributes(list []schema.Attribute) []jsonAttribute {
	attributes := []jsonAttribute{}
	for _, a := range list {
		attributes = append(attributes, jsonAttribute{a.Name, string(a.Type), a.Required, a.Sensitive, a.Constant, a.Default, a.OneOf, a.Doc, a.Example})
	}
	return attributes
}

func newPluginServeCmd(d *deps) *cobra.Command {
	return &cobra.Command{
		Use:     "serve NAME",
		Short:   "Serve a bundled plugin to the host that started this process",
		Example: "  jwhost plugin serve run_command",
		Hidden:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef(cmd, "`%s` takes the name of a bundled plugin", cmd.CommandPath())
			}
			for _, p := range d.Plugins {
				if p.Schema.Name == args[0] {
					p.Serve()
					return nil
				}
			}
			return usagef(cmd, "there is no bundled plugin %q", args[0])
		},
	}
}
