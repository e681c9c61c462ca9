// Package series keeps what metrics recorded: points go in, summaries come
// out.
package series

import (
	"math"

	"github.com/jwhost/jwhost/hcl/scope"
)

// A Point is one recorded value of a job's metric.
type Point struct {
	Watcher string
	Name    string
	Value   float64 // NaN and infinities are values too
}

// A Set holds the metrics of one job.
type Set struct {
	metrics map[string]*summary
}

type summary struct {
	scope.Metric
	numbers int64 // values that are not NaN
}

// Add records a value. Last and Count take every value; Min, Max and Mean
// leave NaN out, so that one bad step does not hide all others.
func (s *Set) Add(p Point) {
	if s.metrics == nil {
		s.metrics = map[string]*summary{}
	}
	m := s.metrics[p.Name]
	if m == nil {
		nan := math.NaN()
		m = &summary{Metric: scope.Metric{Min: nan, Max: nan, Mean: nan}}
		s.metrics[p.Name] = m
	}
	m.Last = p.Value
	m.Count++
	if math.IsNaN(p.Value) {
		return
	}
	m.numbers++
	if m.numbers == 1 {
		m.Min, m.Max, m.Mean = p.Value, p.Value, p.Value
		return
	}
	m.Min = min(m.Min, p.Value)
	m.Max = max(m.Max, p.Value)
	if math.IsInf(m.Mean, 0) || math.IsInf(p.Value, 0) {
		m.Mean += p.Value // infinity stays; with the other one there is no mean
		return
	}
	// Welford's mean: no sum that grows without bound.
	m.Mean += (p.Value - m.Mean) / float64(m.numbers)
}

// Snapshot returns a copy of the summaries by name; a metric without a value
// is not among them.
func (s *Set) Snapshot() map[string]scope.Metric {
	if len(s.metrics) == 0 {
		return nil
	}
	c := make(map[string]scope.Metric, len(s.metrics))
	for name, m := range s.metrics {
		c[name] = m.Metric
	}
	return c
}
