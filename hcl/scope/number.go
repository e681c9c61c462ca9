package scope

import (
	"math"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// nan marks the null that stands for a NaN, which cty's numbers cannot be, so
// that isnan() can tell it from a number that is not there.
const nan = mark("nan")

type mark string

// cty returns the number as one of an expression: the shortest decimal that
// float64 tells from its neighbours, so that 0.1 from a capture, from a metric
// and from the file are equal; infinities; and for NaN null.
func (f float) cty() cty.Value {
	x := float64(f)
	switch {
	case math.IsNaN(x):
		return cty.NullVal(cty.Number).Mark(nan)
	case math.IsInf(x, 1):
		return cty.PositiveInfinity
	case math.IsInf(x, -1):
		return cty.NegativeInfinity
	}
	v, err := cty.ParseNumberVal(strconv.FormatFloat(x, 'g', -1, 64))
	if err != nil { // a float's own text is a number
		return cty.NumberFloatVal(x)
	}
	return v
}

func isNaN(v cty.Value) bool { return v.IsNull() && v.HasMark(nan) }

// parse reads a text as a number that float64 can hold: decimal, or nan and
// inf in any of their usual forms.
func parse(text string) (float64, bool) {
	if strings.ContainsAny(text, "xXpP_") { // strconv takes Go's hexadecimal too
		return 0, false
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil
}

// text returns a text as one of an expression: valid UTF-8, each invalid byte
// as U+FFFD.
func text(s string) cty.Value { return cty.StringVal(string([]rune(s))) }

func captured(captures map[string][]byte, name string, numeric bool) cty.Value {
	b, ok := captures[name]
	if !numeric {
		if !ok {
			return cty.NullVal(cty.String)
		}
		return text(string(b))
	}
	x, ok := parse(string(b))
	if !ok {
		return cty.NullVal(cty.Number)
	}
	return float(x).cty()
}
