package cli

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// chartPoints is how many points a chart keeps, whatever the number of values.
const chartPoints = 512

// A chart sums up the values of one metric in bounded memory: each point is
// the mean of stride values in a row, and where there is no more room each two
// points become one.
type chart struct {
	min, max, last float64
	count          int64 // of all values
	odd            int64 // of those that are NaN or infinite: not drawn

	points []float64
	stride int64
	sum    float64 // of the values of the point to come
	n      int64
}

func (c *chart) add(v float64) {
	c.last = v
	c.count++
	if math.IsNaN(v) || math.IsInf(v, 0) {
		c.odd++
		return
	}
	if c.count-c.odd == 1 {
		c.min, c.max, c.stride = v, v, 1
	}
	c.min, c.max = min(c.min, v), max(c.max, v)
	if len(c.points) == chartPoints {
		for i := range chartPoints / 2 {
			c.points[i] = c.points[2*i]/2 + c.points[2*i+1]/2
		}
		c.points = c.points[:chartPoints/2]
		c.stride *= 2
	}
	c.sum += v / float64(c.stride) // divided first: a sum of float64s can overflow
	if c.n++; c.n == c.stride {
		c.points = append(c.points, c.sum)
		c.sum, c.n = 0, 0
	}
}

// The heights of a chart's cells, lowest first.
var (
	blocks      = []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}
	blocksASCII = []string{"_", ".", "-", "=", "+", "*", "%", "#"}
)

// line draws the chart in at most width cells.
func (c *chart) line(width int, utf8 bool) string {
	points := c.points
	if c.n > 0 { // the values that do not yet make a point
		points = append(slices.Clip(points), c.sum*float64(c.stride)/float64(c.n))
	}
	heights := blocks
	if !utf8 {
		heights = blocksASCII
	}
	width = min(max(width, 1), len(points))
	var b strings.Builder
	for i := range width {
		// The points of the cell: at least one, all of them in some cell.
		from, to := i*len(points)/width, (i+1)*len(points)/width
		mean := 0.0
		for _, p := range points[from:to] {
			mean += p / float64(to-from)
		}
		h := len(heights) / 2
		if c.max > c.min {
			// Halves, as max-min can overflow.
			f := (mean/2 - c.min/2) / (c.max/2 - c.min/2)
			h = int(f * float64(len(heights)))
		}
		b.WriteString(heights[min(max(h, 0), len(heights)-1)])
	}
	return b.String()
}

// number writes a metric's value in few characters.
func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e9 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// durations keeps enough of many durations to tell their median; the greatest
// is exact.
type durations struct {
	kept   []time.Duration
	stride int64 // one of so many is kept
	count  int64
	max    time.Duration
}

const durationsKept = 1024

func (d *durations) add(v time.Duration) {
	d.max = max(d.max, v)
	d.stride = max(d.stride, 1)
	if d.count%d.stride == 0 {
		if len(d.kept) == durationsKept {
			for i := range durationsKept / 2 {
				d.kept[i] = d.kept[2*i]
			}
			d.kept = d.kept[:durationsKept/2]
			d.stride *= 2
		}
		if d.count%d.stride == 0 {
			d.kept = append(d.kept, v)
		}
	}
	d.count++
}

func (d *durations) median() time.Duration {
	if len(d.kept) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(d.kept))
	return sorted[(len(sorted)-1)/2]
}
