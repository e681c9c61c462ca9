package scope

import (
	"encoding/json"
	"math"
	"testing"
)

func TestMetricKeepsWhatJSONNumbersCannotSay(t *testing.T) {
	in := Metric{Last: math.NaN(), Min: math.Inf(-1), Max: math.Inf(1), Mean: 0.1, Count: 3}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out Metric
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	if !math.IsNaN(out.Last) || out.Min != in.Min || out.Max != in.Max || out.Mean != in.Mean || out.Count != in.Count {
		t.Errorf("%s came back as %+v", b, out)
	}
}
