package contract

import (
	"errors"
	"fmt"

	"github.com/jwhost/jwhost/shared/schema"

	pb "github.com/jwhost/jwhost/shared/proto/jwhost/plugin/v1"
)

var typesToProto = map[schema.Type]pb.AttributeType{
	schema.Text:     pb.AttributeType_ATTRIBUTE_TYPE_TEXT,
	schema.Number:   pb.AttributeType_ATTRIBUTE_TYPE_NUMBER,
	schema.Bool:     pb.AttributeType_ATTRIBUTE_TYPE_BOOL,
	schema.Duration: pb.AttributeType_ATTRIBUTE_TYPE_DURATION,
	schema.Texts:    pb.AttributeType_ATTRIBUTE_TYPE_TEXTS,
	schema.Map:      pb.AttributeType_ATTRIBUTE_TYPE_MAP,
	schema.Command:  pb.AttributeType_ATTRIBUTE_TYPE_COMMAND,
	schema.Argv:     pb.AttributeType_ATTRIBUTE_TYPE_ARGV,
}

var typesFromProto = invert(typesToProto)

// SchemaToProto returns what a plugin answers to Describe.
func SchemaToProto(p *schema.Plugin) *pb.DescribeResponse {
	r := &pb.DescribeResponse{
		Name:       valid(p.Name),
		Version:    valid(p.Version),
		SdkVersion: valid(p.SDKVersion),
		MinHost:    valid(p.MinHost),
		Config:     attributesToProto(p.Config),
		Grants:     valids(p.Grants),
	}
	for i := range p.Actions {
		a := &p.Actions[i]
		action := &pb.Action{Name: valid(a.Name), Doc: valid(a.Doc), Attributes: attributesToProto(a.Attributes)}
		for _, group := range a.ExactlyOne {
			action.ExactlyOne = append(action.ExactlyOne, &pb.ExactlyOne{Attributes: valids(group)})
		}
		for _, flag := range []struct {
			set  bool
			flag pb.ActionFlag
		}{
			{a.Idempotent, pb.ActionFlag_ACTION_FLAG_IDEMPOTENT},
			{a.Cancels, pb.ActionFlag_ACTION_FLAG_CANCELS},
			{a.Validates, pb.ActionFlag_ACTION_FLAG_VALIDATES},
		} {
			if flag.set {
				action.Flags = append(action.Flags, flag.flag)
			}
		}
		r.Actions = append(r.Actions, action)
	}
	return r
}

func attributesToProto(attributes []schema.Attribute) []*pb.Attribute {
	var list []*pb.Attribute
	for _, a := range attributes {
		list = append(list, &pb.Attribute{
			Name:      valid(a.Name),
			Type:      typesToProto[a.Type],
			Required:  a.Required,
			Sensitive: a.Sensitive,
			Constant:  a.Constant,
			Pieces:    a.Pieces,
			Default:   valid(a.Default),
			OneOf:     valids(a.OneOf),
			Doc:       valid(a.Doc),
			Example:   valid(a.Example),
		})
	}
	return list
}

// SchemaFromProto returns the schema that a plugin described, checked. Flags
// that are not known are ignored; a type that is not known is an error.
func SchemaFromProto(r *pb.DescribeResponse) (*schema.Plugin, error) {
	p := &schema.Plugin{
		Name:       r.GetName(),
		Version:    r.GetVersion(),
		SDKVersion: r.GetSdkVersion(),
		MinHost:    r.GetMinHost(),
		Grants:     r.GetGrants(),
	}
	var faults []error
	var err error
	if p.Config, err = attributesFromProto("config", r.GetConfig()); err != nil {
		faults = append(faults, err)
	}
	for _, action := range r.GetActions() {
		a := schema.Action{Name: action.GetName(), Doc: action.GetDoc()}
		if a.Attributes, err = attributesFromProto("action "+a.Name, action.GetAttributes()); err != nil {
			faults = append(faults, err)
		}
		for _, group := range action.GetExactlyOne() {
			a.ExactlyOne = append(a.ExactlyOne, group.GetAttributes())
		}
		for _, flag := range action.GetFlags() {
			switch flag {
			case pb.ActionFlag_ACTION_FLAG_IDEMPOTENT:
				a.Idempotent = true
			case pb.ActionFlag_ACTION_FLAG_CANCELS:
				a.Cancels = true
			case pb.ActionFlag_ACTION_FLAG_VALIDATES:
				a.Validates = true
			}
		}
		p.Actions = append(p.Actions, a)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	return p, nil
}

func attributesFromProto(what string, list []*pb.Attribute) ([]schema.Attribute, error) {
	var attributes []schema.Attribute
	for _, a := range list {
		t, ok := typesFromProto[a.GetType()]
		if !ok {
			return nil, fmt.Errorf("%s, attribute %.80q: its type, number %d, is none that this jwhost knows; a newer one may", what, a.GetName(), a.GetType())
		}
		attributes = append(attributes, schema.Attribute{
			Name:      a.GetName(),
			Type:      t,
			Required:  a.GetRequired(),
			Sensitive: a.GetSensitive(),
			Constant:  a.GetConstant(),
			Pieces:    a.GetPieces(),
			Default:   a.GetDefault(),
			OneOf:     a.GetOneOf(),
			Doc:       a.GetDoc(),
			Example:   a.GetExample(),
		})
	}
	return attributes, nil
}

func invert[K, V comparable](m map[K]V) map[V]K {
	inverse := make(map[V]K, len(m))
	for k, v := range m {
		inverse[v] = k
	}
	return inverse
}
