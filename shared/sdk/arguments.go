package sdk

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jwhost/jwhost/shared/contract"
	"github.com/jwhost/jwhost/shared/schema"
)

// A Command is an argument that holds a shell command. The plugin never sees
// it: Invocation.Exec runs what the host proved and rendered.
type Command struct{ attribute string }

// An Argv is an argument that holds a program and its arguments.
type Argv struct{ attribute string }

// Pieces is an argument that holds a text in pieces, for a plugin that has to
// escape what was captured.
type Pieces = contract.Pieces

// A Piece is a part of a text: the author's own, or captured.
type Piece = contract.Piece

// A Runnable is a Command or an Argv.
type Runnable interface {
	// Given reports whether the file gives the argument.
	Given() bool
	name() string
}

// Given implements Runnable.
func (c Command) Given() bool { return c.attribute != "" }

// Given implements Runnable.
func (a Argv) Given() bool { return a.attribute != "" }

func (c Command) name() string { return c.attribute }
func (a Argv) name() string    { return a.attribute }

// types says which attribute type each Go type stands for.
var types = map[reflect.Type]schema.Type{
	reflect.TypeFor[string]():            schema.Text,
	reflect.TypeFor[Pieces]():            schema.Text,
	reflect.TypeFor[float64]():           schema.Number,
	reflect.TypeFor[bool]():              schema.Bool,
	reflect.TypeFor[time.Duration]():     schema.Duration,
	reflect.TypeFor[[]string]():          schema.Texts,
	reflect.TypeFor[map[string]string](): schema.Map,
	reflect.TypeFor[Command]():           schema.Command,
	reflect.TypeFor[Argv]():              schema.Argv,
}

// A field is a field of an arguments struct.
type field struct {
	index     int
	group     string
	attribute schema.Attribute
}

type fields []field

// fieldsOf reads the tags of a struct. The error names each fault.
func fieldsOf[T any]() (fields, error) {
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("its arguments are a %s; they must be a struct", t)
	}
	var list fields
	var faults []error
	for i := range t.NumField() {
		sf := t.Field(i)
		tag, ok := sf.Tag.Lookup("jw")
		if tag == "-" || !ok && !sf.IsExported() {
			continue
		}
		f, err := newField(sf, tag)
		if err != nil {
			faults = append(faults, fmt.Errorf("field %s: %w", sf.Name, err))
			continue
		}
		f.index = i
		list = append(list, f)
	}
	return list, errors.Join(faults...)
}

func newField(sf reflect.StructField, tag string) (field, error) {
	var f field
	if tag == "" {
		return f, errors.New(`it has no tag such as jw:"title" with the argument's name; jw:"-" leaves it out`)
	}
	if !sf.IsExported() {
		return f, errors.New("it has a jw tag but is not exported")
	}
	t, ok := types[sf.Type]
	if !ok {
		return f, fmt.Errorf("a %s can't be an argument: string, sdk.Pieces, float64, bool, time.Duration, []string, map[string]string, sdk.Command and sdk.Argv can", sf.Type)
	}
	name, options, _ := strings.Cut(tag, ",")
	f.attribute = schema.Attribute{
		Name:    name,
		Type:    t,
		Default: sf.Tag.Get("default"),
		Pieces:  sf.Type == reflect.TypeFor[Pieces](),
		Doc:     sf.Tag.Get("doc"),
		Example: sf.Tag.Get("example"),
	}
	if oneOf := sf.Tag.Get("oneof"); oneOf != "" {
		f.attribute.OneOf = strings.Split(oneOf, ",")
	}
	for option := range strings.SplitSeq(options, ",") {
		switch key, value, _ := strings.Cut(option, "="); {
		case option == "":
		case option == "required":
			f.attribute.Required = true
		case option == "sensitive":
			f.attribute.Sensitive = true
		case option == "constant":
			f.attribute.Constant = true
		case key == "group" && value != "":
			f.group = value
		default:
			return f, fmt.Errorf("its jw tag says %q; there are required, sensitive, constant and group=NAME", option)
		}
	}
	return f, nil
}

func (fs fields) attributes() []schema.Attribute {
	var list []schema.Attribute
	for _, f := range fs {
		list = append(list, f.attribute)
	}
	return list
}

// groups returns the attributes of each group, in the struct's order.
func (fs fields) groups() [][]string {
	var names []string
	members := make(map[string][]string)
	for _, f := range fs {
		if f.group == "" {
			continue
		}
		if members[f.group] == nil {
			names = append(names, f.group)
		}
		members[f.group] = append(members[f.group], f.attribute.Name)
	}
	var list [][]string
	for _, name := range names {
		list = append(list, members[name])
	}
	return list
}

// completeness says whether an argument that is not there is missing.
type completeness bool

const (
	complete completeness = true
	partial  completeness = false
)

// decode reads a JSON object into the struct that target points to. Names that
// the struct has not are a newer host's, and ignored.
func (fs fields) decode(raw []byte, target any, c completeness) error {
	var object map[string]json.RawMessage
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &object); err != nil {
			return fmt.Errorf("the arguments are not a JSON object: %w", err)
		}
	}
	value := reflect.ValueOf(target).Elem()
	var faults []error
	given := make(map[string][]string) // by group
	for _, f := range fs {
		name := f.attribute.Name
		argument, ok := object[name]
		ok = ok && string(argument) != "null"
		var err error
		switch {
		case ok:
			if f.group != "" {
				given[f.group] = append(given[f.group], name)
			}
			err = f.set(value.Field(f.index), argument)
		case f.attribute.Default != "":
			err = f.setDefault(value.Field(f.index))
		case f.attribute.Required && c == complete:
			err = errors.New("it is required")
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("argument %q: %w", name, err))
		}
	}
	if c == complete {
		for _, f := range fs {
			if names, done := given[f.group]; f.group != "" && (!done || len(names) > 1) {
				faults = append(faults, fmt.Errorf("exactly one of %q must be given; there are %q", fs.members(f.group), names))
				given[f.group] = []string{""} // say it once
			}
		}
	}
	return errors.Join(faults...)
}

func (fs fields) members(group string) []string {
	var names []string
	for _, f := range fs {
		if f.group == group {
			names = append(names, f.attribute.Name)
		}
	}
	return names
}

func (f field) set(v reflect.Value, raw json.RawMessage) error {
	wrong := fmt.Errorf("%.80s is not of type %s", raw, f.attribute.Type)
	switch f.attribute.Type {
	case schema.Command, schema.Argv:
		if string(raw) == "false" {
			return nil // not given
		}
		f.name(v)
		return nil
	case schema.Duration:
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return wrong
		}
		d, err := schema.ParseDuration(text)
		if err != nil {
			return err
		}
		v.SetInt(int64(d))
		return nil
	}
	if json.Unmarshal(raw, v.Addr().Interface()) != nil {
		return wrong
	}
	if len(f.attribute.OneOf) == 0 {
		return nil
	}
	texts := []string{}
	if f.attribute.Type == schema.Text {
		texts = append(texts, v.String())
	} else {
		texts = v.Interface().([]string)
	}
	for _, text := range texts {
		if !slices.Contains(f.attribute.OneOf, text) {
			return fmt.Errorf("%.80q is none of %q", text, f.attribute.OneOf)
		}
	}
	return nil
}

// setDefault sets the default, which the schema's check found good.
func (f field) setDefault(v reflect.Value) error {
	switch f.attribute.Type {
	case schema.Text:
		if f.attribute.Pieces {
			v.Set(reflect.ValueOf(Pieces{{Text: f.attribute.Default}}))
			break
		}
		v.SetString(f.attribute.Default)
	case schema.Number:
		n, err := strconv.ParseFloat(f.attribute.Default, 64)
		if err != nil {
			return err
		}
		v.SetFloat(n)
	case schema.Bool:
		v.SetBool(f.attribute.Default == "true")
	case schema.Duration:
		d, err := schema.ParseDuration(f.attribute.Default)
		if err != nil {
			return err
		}
		v.SetInt(int64(d))
	}
	return nil
}

// name makes a Command or Argv name its attribute.
func (f field) name(v reflect.Value) {
	if f.attribute.Type == schema.Command {
		v.Set(reflect.ValueOf(Command{attribute: f.attribute.Name}))
	} else {
		v.Set(reflect.ValueOf(Argv{attribute: f.attribute.Name}))
	}
}
