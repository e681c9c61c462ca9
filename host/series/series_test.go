package series

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/jwhost/jwhost/hcl/scope"
)

func TestSummaries(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name   string
		values []float64
		want   scope.Metric
	}{
		{"one", []float64{0.5}, scope.Metric{Last: 0.5, Min: 0.5, Max: 0.5, Mean: 0.5, Count: 1}},
		{"some", []float64{3, 1, 2}, scope.Metric{Last: 2, Min: 1, Max: 3, Mean: 2, Count: 3}},
		{"NaN is last and counted, no more", []float64{3, nan}, scope.Metric{Last: nan, Min: 3, Max: 3, Mean: 3, Count: 2}},
		{"NaN first", []float64{nan, 4, 2}, scope.Metric{Last: 2, Min: 2, Max: 4, Mean: 3, Count: 3}},
		{"only NaN", []float64{nan}, scope.Metric{Last: nan, Min: nan, Max: nan, Mean: nan, Count: 1}},
		{"infinity", []float64{1, inf}, scope.Metric{Last: inf, Min: 1, Max: inf, Mean: inf, Count: 2}},
		{"infinity stays", []float64{inf, 1, inf, 2}, scope.Metric{Last: 2, Min: 1, Max: inf, Mean: inf, Count: 4}},
		{"both infinities", []float64{inf, -inf, 1}, scope.Metric{Last: 1, Min: -inf, Max: inf, Mean: nan, Count: 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s Set
			for _, x := range c.values {
				s.Add(Point{Name: "loss", Value: x})
			}
			want := map[string]scope.Metric{"loss": c.want}
			if d := cmp.Diff(want, s.Snapshot(), cmpopts.EquateNaNs()); d != "" {
				t.Error(d)
			}
		})
	}
	if got := new(Set).Snapshot(); got != nil {
		t.Errorf("an empty set has %v", got)
	}
}

func TestSnapshotIsACopy(t *testing.T) {
	var s Set
	s.Add(Point{Name: "x", Value: 1})
	before := s.Snapshot()
	s.Add(Point{Name: "x", Value: 2})
	if before["x"].Count != 1 {
		t.Error("the snapshot moved on with the set")
	}
}
