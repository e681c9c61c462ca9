package scope

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions are the functions of the language but secret(), which needs the
// values of a run.
var functions = map[string]function.Function{
	"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "int": stdlib.IntFunc,
	"log": stdlib.LogFunc, "max": stdlib.MaxFunc, "min": stdlib.MinFunc, "parseint": stdlib.ParseIntFunc,
	"pow": stdlib.PowFunc, "signum": stdlib.SignumFunc,

	"chomp": stdlib.ChompFunc, "format": stdlib.FormatFunc, "formatlist": stdlib.FormatListFunc,
	"indent": stdlib.IndentFunc, "join": stdlib.JoinFunc, "lower": stdlib.LowerFunc, "regex": stdlib.RegexFunc,
	"regexall": stdlib.RegexAllFunc, "regexreplace": stdlib.RegexReplaceFunc, "replace": stdlib.ReplaceFunc,
	"split": stdlib.SplitFunc, "strlen": stdlib.StrlenFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc,
	"title": stdlib.TitleFunc, "trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc,
	"trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc, "upper": stdlib.UpperFunc,

	"chunklist": stdlib.ChunklistFunc, "coalesce": stdlib.CoalesceFunc, "coalescelist": stdlib.CoalesceListFunc,
	"compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc,
	"distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc,
	"index": stdlib.IndexFunc, "keys": stdlib.KeysFunc, "length": stdlib.LengthFunc, "lookup": stdlib.LookupFunc,
	"merge": stdlib.MergeFunc, "range": stdlib.RangeFunc, "reverse": stdlib.ReverseListFunc,
	"setintersection": stdlib.SetIntersectionFunc, "setproduct": stdlib.SetProductFunc,
	"setsubtract": stdlib.SetSubtractFunc, "setunion": stdlib.SetUnionFunc, "slice": stdlib.SliceFunc,
	"sort": stdlib.SortFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,

	"csvdecode": stdlib.CSVDecodeFunc, "jsondecode": jsonDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc,
	"formatdate": stdlib.FormatDateFunc, "timeadd": stdlib.TimeAddFunc,

	"try": tryFunc, "can": canFunc, "tonumber": toNumberFunc, "isnan": isNaNFunc, "isinf": isInfFunc,
	"unsafe": unsafeFunc, "secret": secretFunc(func(string) (string, error) { return "", errors.New("not known yet") }),
}

// Functions returns the names of all functions, sorted.
func Functions() []string { return slices.Sorted(maps.Keys(functions)) }

// numeric are the functions that answer a number and never null.
var numeric = []string{"abs", "ceil", "floor", "int", "length", "log", "max", "min", "parseint", "pow", "signum", "strlen", "tonumber"}

var closure = function.Parameter{Name: "expression", Type: customdecode.ExpressionClosureType}

// tryFunc returns the value of its first argument that has one: neither a
// failure nor null.
var tryFunc = function.New(&function.Spec{
	VarParam: &closure,
	Type: func(args []cty.Value) (cty.Type, error) {
		v, err := try(args)
		return v.Type(), err
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return try(args) },
})

func try(args []cty.Value) (cty.Value, error) {
	if len(args) == 0 {
		return cty.DynamicVal, errors.New("try() needs an argument")
	}
	var failed hcl.Diagnostics
	for i, arg := range args {
		v, diags := customdecode.ExpressionClosureFromVal(arg).Value()
		switch {
		case diags.HasErrors():
			failed = append(failed, diags...)
		case !v.IsWhollyKnown() && i < len(args)-1:
			return cty.DynamicVal, nil // a later argument can have another type
		case !v.IsNull() || i == len(args)-1:
			return v, nil
		}
	}
	last := failed[len(failed)-1]
	if _, ok := last.Extra.(nullOperand); ok {
		return cty.DynamicVal, errNull
	}
	return cty.DynamicVal, fmt.Errorf("no argument of try() has a value: %s", last.Detail)
}

var canFunc = function.New(&function.Spec{
	Params: []function.Parameter{closure},
	Type:   function.StaticReturnType(cty.Bool),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v, diags := customdecode.ExpressionClosureFromVal(args[0]).Value()
		if !diags.HasErrors() && !v.IsWhollyKnown() {
			return cty.UnknownVal(cty.Bool), nil
		}
		return cty.BoolVal(!diags.HasErrors()), nil
	},
})

var toNumberFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "text", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		switch v := args[0]; v.Type() {
		case cty.Number:
			return v, nil
		case cty.String:
			x, ok := parse(v.AsString())
			if !ok {
				return cty.NilVal, fmt.Errorf("%q is no number", v.AsString())
			}
			return float(x).cty(), nil
		}
		return cty.NilVal, fmt.Errorf("tonumber() takes a text, not %s", typeName(args[0].Type()))
	},
})

// isNaNFunc and isInfFunc look at the expression, as a NaN is null elsewhere.
var (
	isNaNFunc = floatTest(func(cty.Value) bool { return false }, true)
	isInfFunc = floatTest(func(v cty.Value) bool { return v.AsBigFloat().IsInf() }, false)
)

// floatTest makes a function of one number; nan is what it answers for NaN.
func floatTest(test func(cty.Value) bool, nan bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{closure},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			c := customdecode.ExpressionClosureFromVal(args[0])
			v, diags := c.Value()
			if diags.HasErrors() {
				for _, d := range diags {
					if null, ok := d.Extra.(nullOperand); ok {
						if null.nan {
							return cty.BoolVal(nan), nil
						}
						return cty.NilVal, errNull
					}
				}
				return cty.NilVal, errors.New(diags[0].Detail)
			}
			if isNaN(v) {
				return cty.BoolVal(nan), nil
			}
			v, _ = v.Unmark()
			if v.Type() == cty.String && v.IsKnown() && !v.IsNull() { // a text capture, by its text
				if x, ok := parse(v.AsString()); ok {
					if v = float(x).cty(); isNaN(v) {
						return cty.BoolVal(nan), nil
					}
				} else {
					return cty.False, nil
				}
			}
			switch {
			case v.IsNull():
				return cty.NilVal, errNull
			case !v.IsKnown():
				return cty.UnknownVal(cty.Bool), nil
			case v.Type() != cty.Number:
				return cty.NilVal, fmt.Errorf("a number is wanted, not %s", typeName(v.Type()))
			}
			return cty.BoolVal(test(v)), nil
		},
	})
}

// jsonDecodeFunc is the standard function for texts of a job's output: nesting
// is bounded, as json.Valid does, and a number that float64 cannot hold is null.
var jsonDecodeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "text", Type: cty.String}},
	Type:   function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if !json.Valid([]byte(args[0].AsString())) {
			return cty.NilVal, errors.New("this is no JSON")
		}
		v, err := stdlib.JSONDecode(args[0])
		if err != nil {
			return cty.NilVal, err
		}
		return cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
			if v.Type() == cty.Number && !v.IsNull() {
				if x, _ := v.AsBigFloat().Float64(); math.IsInf(x, 0) {
					return cty.NullVal(cty.Number), nil
				}
			}
			return v, nil
		})
	},
})

// errNull is a function's error about an operand that is null.
var errNull = errors.New("no value")

// unsafeFunc marks an interpolation whose proof is waived; it changes nothing.
var unsafeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true}},
	Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
	Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return args[0], nil },
})

func secretFunc(get func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "name", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := get(args[0].AsString())
			return cty.StringVal(s), err
		},
	})
}
