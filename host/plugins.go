package host

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/pluginproc"
)

// openPlugins makes the manager of the plugins that the file uses: the bundled
// ones with the grants they ask for, others with what their block grants.
func (r *run) openPlugins() error {
	var configs []pluginproc.Config
	for _, s := range r.o.Plugins.Bundled() {
		configs = append(configs, pluginproc.Config{Name: s.Name, Grants: s.Grants})
	}
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
	r.plugins, err = pluginproc.NewManager(r.o.Plugins, configs, hooks, r.log.Named("plugin"))
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

// configure starts the third-party plugins and shows them their configuration,
// so that a mistake in it is known before a job starts. A plugin that cannot
// start is no such mistake: its actions fail, all else goes on.
func (r *run) configure(ctx context.Context) hcl.Diagnostics {
	found := make([]hcl.Diagnostics, len(r.file.Plugins))
	var wg sync.WaitGroup
	for i, p := range r.file.Plugins {
		wg.Go(func() {
			complaints, err := r.plugins.Configure(ctx, p.Name)
			if err != nil {
				r.log.Warn("plugin cannot start", "plugin", p.Name, "error", err)
				return
			}
			for _, c := range complaints {
				at, ok := p.ConfigRanges[c.Attribute]
				if !ok {
					at = p.Range
				}
				found[i] = found[i].Append(diagnostic(c, at))
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

func diagnostic(c pluginproc.Diagnostic, at hcl.Range) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: c.Summary, Detail: c.Detail, Subject: &at}
	if c.Warning {
		d.Severity = hcl.DiagWarning
	}
	return d
}
