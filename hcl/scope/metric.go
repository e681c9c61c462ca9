package scope

import (
	"encoding/json"
	"math"
	"strconv"
)

// float is a float64 whose JSON form has NaN and infinities too, as texts.
type float float64

func (f float) MarshalJSON() ([]byte, error) {
	x := float64(f)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return strconv.AppendQuote(nil, strconv.FormatFloat(x, 'g', -1, 64)), nil
	}
	return strconv.AppendFloat(nil, x, 'g', -1, 64), nil
}

func (f *float) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		text = string(b)
	}
	x, err := strconv.ParseFloat(text, 64)
	*f = float(x)
	return err
}

type metricJSON struct {
	Last, Min, Max, Mean float
	Count                int64
}

// MarshalJSON writes the metric with NaN and infinities as texts, which plain
// JSON numbers cannot be.
func (m Metric) MarshalJSON() ([]byte, error) {
	return json.Marshal(metricJSON{float(m.Last), float(m.Min), float(m.Max), float(m.Mean), m.Count})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Metric) UnmarshalJSON(b []byte) error {
	var j metricJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*m = Metric{float64(j.Last), float64(j.Min), float64(j.Max), float64(j.Mean), j.Count}
	return nil
}
