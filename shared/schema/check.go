package schema

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
)

// Limits of a schema: far above what a person would write, so that a broken
// plugin can't make the host work.
const (
	maxActions    = 256
	maxAttributes = 256
	maxText       = 64 << 10
)

var (
	pluginName    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)
	attributeName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)
)

// Check says whether the schema keeps the rules: names, types, groups,
// defaults, and no attribute that is the host's. The error names each fault.
func (p *Plugin) Check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	if !pluginName.MatchString(p.Name) {
		fault("the plugin's name %.80q is not a name: a letter or _, then letters, digits, _, -", p.Name)
	}
	for _, version := range []struct{ what, text string }{{"version", p.Version}, {"SDK version", p.SDKVersion}, {"oldest host", p.MinHost}} {
		if len(version.text) > 128 {
			fault("the plugin's %s is over 128 bytes", version.what)
		}
	}
	if len(p.Actions) > maxActions {
		fault("%d actions; at most %d", len(p.Actions), maxActions)
		return errors.Join(faults...)
	}
	if len(p.Grants) > maxActions {
		fault("%d grants; at most %d", len(p.Grants), maxActions)
	}
	checkAttributes("config", p.Config, true, fault)
	seen := make(map[string]bool)
	for i := range p.Actions {
		a := &p.Actions[i]
		what := fmt.Sprintf("action %.80q", a.Name)
		if !pluginName.MatchString(a.Name) {
			fault("%s: not a name: a letter or _, then letters, digits, _, -", what)
		}
		if seen[a.Name] {
			fault("%s: there twice", what)
		}
		seen[a.Name] = true
		if len(a.Doc) > maxText {
			fault("%s: its doc is over %d bytes", what, maxText)
		}
		checkAttributes(what, a.Attributes, false, fault)
		for _, group := range a.ExactlyOne {
			if len(group) < 2 {
				fault("%s: a group of which exactly one is given needs two attributes", what)
			}
			for _, name := range group {
				switch attribute := a.Attribute(name); {
				case attribute == nil:
					fault("%s: the group %.200q names an attribute that is not there", what, group)
				case attribute.Required:
					fault("%s: attribute %q is required, yet one of a group of which exactly one is given", what, name)
				}
			}
		}
	}
	return errors.Join(faults...)
}

func checkAttributes(what string, attributes []Attribute, config bool, fault func(string, ...any)) {
	if len(attributes) > maxAttributes {
		fault("%s: %d attributes; at most %d", what, len(attributes), maxAttributes)
		return
	}
	seen := make(map[string]bool)
	for i := range attributes {
		a := &attributes[i]
		what := fmt.Sprintf("%s, attribute %.80q", what, a.Name)
		if !attributeName.MatchString(a.Name) {
			fault("%s: not a name: a letter or _, then letters, digits, _", what)
		}
		if seen[a.Name] {
			fault("%s: there twice", what)
		}
		seen[a.Name] = true
		if !config && slices.Contains(Reserved, a.Name) {
			fault("%s: the name belongs to jwhost in every action; choose another", what)
		}
		if !slices.Contains(Types, a.Type) {
			fault("%s: type %.80q is none that this jwhost knows: %q", what, a.Type, Types)
		}
		if config && (a.Type == Command || a.Type == Argv) {
			fault("%s: a config block holds no commands; give them to the action", what)
		}
		if a.Required && a.Default != "" {
			fault("%s: required, so its default means nothing", what)
		}
		if len(a.OneOf) > 0 && a.Type != Text && a.Type != Texts {
			fault("%s: only texts can be one of a few; it is a %s", what, a.Type)
		}
		if a.Pieces && (a.Type != Text || len(a.OneOf) > 0) {
			fault("%s: only a text that can be anything comes in pieces", what)
		}
		if a.Default != "" {
			if err := checkDefault(a); err != nil {
				fault("%s: %w", what, err)
			}
		}
		if len(a.Doc) > maxText || len(a.Example) > maxText || len(a.Default) > maxText || len(a.OneOf) > maxAttributes {
			fault("%s: its doc, example or default is over %d bytes", what, maxText)
		}
	}
}

func checkDefault(a *Attribute) error {
	switch a.Type {
	case Text:
		if len(a.OneOf) > 0 && !slices.Contains(a.OneOf, a.Default) {
			return fmt.Errorf("the default %.80q is none of %q", a.Default, a.OneOf)
		}
	case Number:
		if n, err := strconv.ParseFloat(a.Default, 64); err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return fmt.Errorf("the default %.80q is not a number", a.Default)
		}
	case Bool:
		if a.Default != "true" && a.Default != "false" {
			return fmt.Errorf("the default %.80q is neither true nor false", a.Default)
		}
	case Duration:
		if _, err := ParseDuration(a.Default); err != nil {
			return fmt.Errorf("the default: %w", err)
		}
	default:
		return fmt.Errorf("an attribute of type %s has no default", a.Type)
	}
	return nil
}
