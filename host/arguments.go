package host

import (
	"fmt"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/host/pluginproc"
	"github.com/jwhost/jwhost/host/watch"
	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/schema"
)

// invocation renders the action's arguments. The command is rendered too, so
// that a text that may not stand in it is refused before the plugin hears of
// it; the plugin gets its attribute's name alone.
func (a *attempt) invocation() (*pluginproc.Invocation, error) {
	if c := a.action.Command; c != nil {
		if _, err := c.Safe.Render(scope.Holes(a.values, c.Templates...)); err != nil {
			return nil, err
		}
	}
	arguments := make(map[string]any, len(a.action.Args))
	types := make(map[string]schema.Type, len(a.action.Args))
	for name, arg := range a.action.Args {
		if a.action.Command != nil && (name == "env" || name == "stdin") {
			continue // they are the command's, and may hold secrets
		}
		value, err := a.argument(arg)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if value != nil {
			arguments[name], types[name] = value, arg.Attribute.Type
		}
	}
	b, err := contract.EncodeArguments(arguments)
	if err != nil {
		return nil, err
	}
	v := a.values
	return &pluginproc.Invocation{
		ID: a.id, Attempt: a.number, Action: a.action.Name, Arguments: b, Types: types,
		Captures: watch.Shown(a.watcher, v.Captures), Watcher: a.watcher.Name, Trigger: a.trigger,
		Job: pluginproc.Job{
			ID: v.Job.ID, Name: v.Job.Name, Dir: v.Job.Dir, Source: v.Job.Source, State: v.Job.State, ExitCode: v.Job.ExitCode,
		},
		Match: pluginproc.Match{
			Line: v.Match.Line, Text: v.Match.Text, Stream: v.Match.Stream, Number: v.Match.Number, Time: v.Match.Time,
		},
	}, nil
}

// argument renders one argument as package contract encodes it; nil for a
// number that is none.
func (a *attempt) argument(arg *jobfile.Arg) (any, error) {
	text := func(t *scope.Template) (string, error) {
		b, err := t.Bytes(a.values)
		return string(b), err
	}
	switch arg.Attribute.Type {
	case schema.Command, schema.Argv:
		return true, nil
	case schema.Text:
		if arg.Attribute.Pieces {
			return a.pieces(arg.Text)
		}
		return text(arg.Text)
	case schema.Texts:
		list := make([]string, len(arg.Texts))
		for i, t := range arg.Texts {
			var err error
			if list[i], err = text(t); err != nil {
				return nil, err
			}
		}
		return list, nil
	case schema.Map:
		m := make(map[string]string, len(arg.Map))
		for _, item := range arg.Map {
			var err error
			if m[item.Key], err = text(item.Value); err != nil {
				return nil, err
			}
		}
		return m, nil
	case schema.Number:
		x, null, err := arg.Number.Eval(a.values)
		if null || err != nil {
			return nil, err
		}
		return x, nil
	case schema.Bool:
		return arg.Bool, nil
	case schema.Duration:
		return arg.Duration, nil
	}
	return nil, fmt.Errorf("an attribute of type %q", arg.Attribute.Type)
}

// pieces renders a text so that its reader can tell what is the job's own text
// from what the author wrote or the host knows.
func (a *attempt) pieces(t *scope.Template) (contract.Pieces, error) {
	pieces := make(contract.Pieces, 0, len(t.Parts))
	for _, part := range t.Parts {
		if part.Expr == nil {
			pieces = append(pieces, contract.Piece{Text: part.Text})
			continue
		}
		one := scope.Template{Parts: []scope.Part{part}, Range: part.Range}
		b, err := one.Bytes(a.values)
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, contract.Piece{Text: string(b), Captured: !part.Trusted && !part.Unsafe})
	}
	return pieces, nil
}
