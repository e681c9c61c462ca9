package host

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/pluginproc"
	"github.com/jwhost/jwhost/host/secret"
	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/schema"
)

// openPlugins makes the manager of the plugins that the file uses. A bundled
// one needs no configuration and has the grants that it asks for.
func (r *run) openPlugins() error {
	var configs []pluginproc.Config
	for _, p := range r.file.Plugins {
		values, err := r.config(p)
		if err != nil {
			return err
		}
		configs = append(configs, pluginproc.Config{Name: p.Name, Source: p.Source, Grants: p.Grants, Values: values})
	}
	hooks := pluginproc.Hooks{
		Started: func(plugin string, pid int, version string) {
			r.rec.emit(event.Event{Type: event.PluginStarted, Plugin: plugin, PID: pid, Version: version})
		},
		Exited: func(plugin string, pid int, reason string) {
			r.rec.emit(event.Event{Type: event.PluginExited, Plugin: plugin, PID: pid, Reason: reason})
		},
		Refused: func(plugin, reason string) {
			r.rec.emit(event.Event{Type: event.PluginRefused, Plugin: plugin, Reason: reason})
		},
	}
	var err error
	r.plugins, err = pluginproc.NewManager(r.o.Plugins, configs, hooks, r.log)
	return err
}

// config returns a plugin's configuration as JSON, secrets put in.
func (r *run) config(p *jobfile.Plugin) ([]byte, error) {
	config := make(map[string]json.RawMessage, len(p.Config))
	for name, value := range p.Config {
		if secret, ok := p.ConfigSecrets[name]; ok {
			text, err := r.secrets.Lookup(secret)
			if err != nil {
				return nil, fmt.Errorf("plugin %s: %w", p.Name, err)
			}
			value = cty.StringVal(text)
		}
		b, err := ctyjson.Marshal(value, value.Type())
		if err != nil {
			return nil, fmt.Errorf("plugin %s: config.%s: %w", p.Name, name, err)
		}
		config[name] = b
	}
	return json.Marshal(config)
}

// configure starts the third-party plugins and shows them their configuration
// and what is known of their actions' arguments, so that a mistake is known
// before a job starts. A plugin that cannot start is no such mistake: its
// actions fail, all else goes on.
func (r *run) configure(ctx context.Context) hcl.Diagnostics {
	found := make([]hcl.Diagnostics, len(r.file.Plugins))
	var wg sync.WaitGroup
	for i, p := range r.file.Plugins {
		wg.Go(func() {
			complaints, err := r.plugins.Configure(ctx, p.Name)
			if err != nil {
				if ctx.Err() == nil {
					r.log.Warn("plugin cannot start", "plugin", p.Name, "error", err)
				}
				return
			}
			for _, c := range complaints {
				at, ok := p.ConfigRanges[c.Attribute]
				if !ok {
					at = p.Range
				}
				found[i] = found[i].Append(diagnostic(c, at))
			}
			if !found[i].HasErrors() {
				found[i] = found[i].Extend(checkArguments(ctx, r.plugins, r.file, r.secrets, p.Name))
			}
		})
	}
	wg.Wait()
	var all hcl.Diagnostics
	for _, d := range found {
		all = all.Extend(d)
	}
	return all
}

// checkBundled asks the bundled plugins about the arguments of their actions.
func checkBundled(ctx context.Context, file *jobfile.File, catalog *pluginproc.Catalog, secrets *secret.Store) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, s := range catalog.Bundled() {
		if !slices.ContainsFunc(s.Actions, func(a schema.Action) bool { return a.Validates }) || !usesPlugin(file, s.Name) {
			continue
		}
		m, err := pluginproc.NewManager(catalog, nil, pluginproc.Hooks{}, nil)
		if err != nil {
			return diags // a run says more of it
		}
		diags = diags.Extend(checkArguments(ctx, m, file, secrets, s.Name))
		m.Close(ctx)
	}
	return diags
}

func usesPlugin(file *jobfile.File, plugin string) bool {
	for a := range actionsOf(file) {
		if a.Plugin == plugin {
			return true
		}
	}
	return false
}

// actionsOf yields every action of the file's jobs.
func actionsOf(file *jobfile.File) iter.Seq[*jobfile.Action] {
	return func(yield func(*jobfile.Action) bool) {
		for _, j := range file.Jobs {
			for _, w := range j.Watchers {
				for _, a := range w.Actions {
					if !yield(a) {
						return
					}
				}
			}
		}
	}
}

// checkArguments asks a plugin about the arguments of its actions as far as
// they hold no text of a job.
func checkArguments(ctx context.Context, m *pluginproc.Manager, file *jobfile.File, secrets *secret.Store, plugin string) hcl.Diagnostics {
	var diags hcl.Diagnostics
	seen := map[hcl.Range]bool{} // a shared watcher's actions are those of every job that lists it
	for a := range actionsOf(file) {
		if a.Plugin != plugin || !a.Schema.Validates || seen[a.Range] {
			continue
		}
		seen[a.Range] = true
		arguments, err := contract.EncodeArguments(constants(a, secrets))
		if err != nil {
			continue
		}
		complaints, err := m.Validate(ctx, plugin, a.Name, arguments)
		if err != nil {
			return diags // the plugin's own fault, which is told when it runs
		}
		for _, c := range complaints {
			at := a.Range
			if arg := a.Args[c.Attribute]; arg != nil {
				at = arg.Range
			}
			diags = diags.Append(diagnostic(c, at))
		}
	}
	return diags
}

// constants are the arguments of an action that are known before it triggers.
func constants(a *jobfile.Action, secrets *secret.Store) map[string]any {
	known := map[string]any{}
	v := &scope.Values{Secret: secrets.Lookup}
	for name, arg := range a.Args {
		switch arg.Attribute.Type {
		case schema.Text:
			if text, ok := arg.Text.Constant(); ok {
				known[name] = text
			} else if b, err := arg.Text.Bytes(v); arg.Attribute.Constant && err == nil {
				known[name] = string(b) // of a secret
			}
		case schema.Bool:
			known[name] = arg.Bool
		case schema.Duration:
			known[name] = arg.Duration
		}
	}
	return known
}

func diagnostic(c pluginproc.Diagnostic, at hcl.Range) *hcl.Diagnostic {
	d := scope.Error(CodePlugin, at, c.Summary, c.Detail)
	if c.Warning {
		d.Severity = hcl.DiagWarning
	}
	return d
}
