package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jwhost/jwhost/host"
	"github.com/jwhost/jwhost/host/event"
)

// summary returns what is to be written when the run is over: what was held
// back, tables of what happened, and one or two lines that say how it ended.
func (v *view) summary(r host.Result) string {
	if v.tally.started.IsZero() {
		return "" // the run did not begin
	}
	for _, k := range v.limits.keys {
		v.release(v.limits.values[k], v.tally.ended)
	}
	v.jobsTable()
	v.watchersTable()
	v.actionsTable()
	v.metricsTable()
	v.verdict(r)
	return v.flush(v.tally.ended)
}

// A row is one line of a table.
type row struct {
	mark   string
	colour colour
	cells  []string
	note   string // on a line of its own below
}

// table writes rows below a line of headings. Columns are as wide as they must
// be; where all of it is too wide, the first column gives way. right are the
// columns of numbers.
func (v *view) table(headings []string, right []int, rows []row) {
	if len(rows) == 0 {
		return
	}
	widths := make([]int, len(headings))
	for _, r := range append([]row{{cells: headings}}, rows...) {
		for i, cell := range r.cells {
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	total := 2 * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	widths[0] = max(widths[0]-max(0, total-v.room()), min(widths[0], 12))
	format := func(cells []string) string {
		var b strings.Builder
		for i, cell := range cells {
			if i > 0 {
				b.WriteString("  ")
			}
			if i == 0 {
				cell = v.shorten(cell, widths[0])
			}
			if slices.Contains(right, i) {
				b.WriteString(padLeft(cell, widths[i]))
			} else {
				b.WriteString(pad(cell, widths[i]))
			}
		}
		text := strings.TrimRight(b.String(), " ")
		if v.terminal {
			text = v.shorten(text, v.room())
		}
		return text
	}
	v.line("", v.marks.info, plainText, "")
	v.line("", v.marks.info, plainText, v.paint(dim, format(headings)))
	for _, r := range rows {
		v.line("", r.mark, r.colour, format(r.cells))
		if r.note != "" {
			v.say("", v.marks.info, plainText, "  "+v.shorten(r.note, 300))
		}
	}
}

func (v *view) jobsTable() {
	var rows []row
	for _, name := range v.tally.jobs.keys {
		j := v.tally.jobs.values[name]
		r := row{mark: v.marks.ok, colour: green, cells: []string{visible(name), strings.ReplaceAll(j.state, "_", " "), "", ""}}
		if j.state != event.Succeeded {
			r.mark, r.colour = v.marks.fail, stateColour(j.state)
		}
		switch {
		case j.signal != "":
			r.cells[2] = visible(j.signal)
		case j.exitCode != nil:
			r.cells[2] = fmt.Sprint(*j.exitCode)
		}
		if !j.started.IsZero() && !j.ended.IsZero() {
			r.cells[3] = duration(j.ended.Sub(j.started))
		}
		if j.state == "" {
			r.mark, r.colour, r.cells[1] = v.marks.info, plainText, "not started"
			if !j.started.IsZero() {
				r.cells[1] = "running"
			}
		}
		rows = append(rows, r)
	}
	v.table([]string{"job", "state", "exit", "duration"}, []int{2, 3}, rows)
}

func (v *view) watchersTable() {
	var rows []row
	for _, k := range v.tally.watchers.keys {
		w := v.tally.watchers.values[k]
		r := row{mark: v.marks.trigger, colour: blue, cells: []string{v.in(k.job, k.watcher), fmt.Sprint(w.triggers), reasons(w.suppressed)}}
		if w.triggers == 0 {
			r.mark, r.colour = v.marks.info, plainText
		}
		if w.never != "" {
			r.mark, r.colour, r.note = v.marks.warn, yellow, w.never
		}
		rows = append(rows, r)
	}
	v.table([]string{"watcher", "triggers", "held back by"}, []int{1}, rows)
}

// in names a watcher, with its job where another job has one of that name.
func (v *view) in(job, watcher string) string {
	for _, k := range v.tally.watchers.keys {
		if k.watcher == watcher && k.job != job {
			return visible(job) + "." + visible(watcher)
		}
	}
	return visible(watcher)
}

// reasons lists counts by name: "12 cooldown, 3 when".
func reasons(counts index[string, *int64]) string {
	var list []string
	for _, name := range counts.keys {
		list = append(list, fmt.Sprintf("%d %s", *counts.values[name], strings.ReplaceAll(visible(name), "_", " ")))
	}
	return strings.Join(list, ", ")
}

func (v *view) actionsTable() {
	var rows []row
	for _, k := range v.tally.actions.keys {
		a := v.tally.actions.values[k]
		r := row{mark: v.marks.ok, colour: green, cells: []string{
			v.in(k.job, k.watcher) + " " + visible(k.action), reasons(a.outcomes), duration(a.durations.median()), duration(a.durations.max),
		}}
		if a.failures > 0 {
			r.mark, r.colour = v.marks.fail, red
		}
		if a.retried > 0 {
			r.note = plural(a.retried, "attempt") + " after a failed one"
		}
		rows = append(rows, r)
	}
	v.table([]string{"action", "outcomes", "median", "max"}, []int{2, 3}, rows)
}

// chartCells is how wide a chart is at most.
const chartCells = 40

func (v *view) metricsTable() {
	var rows []row
	room := v.room() - 50 // for the name and the numbers
	for _, k := range v.tally.metrics.keys {
		c := v.tally.metrics.values[k]
		line := c.line(min(max(room, 10), chartCells), v.utf8)
		least, greatest := "", ""
		if c.count > c.odd {
			least, greatest = number(c.min), number(c.max)
		}
		rows = append(rows, row{mark: v.marks.info, cells: []string{
			v.metricName(k), line, number(c.last), least, greatest, fmt.Sprint(c.count),
		}})
	}
	v.table([]string{"metric", "", "last", "min", "max", "values"}, []int{2, 3, 4, 5}, rows)
}

// metricName names a metric, with its job where another job has one of that
// name.
func (v *view) metricName(k metricKey) string {
	for _, other := range v.tally.metrics.keys {
		if other.name == k.name && other.job != k.job {
			return visible(k.job) + "." + visible(k.name)
		}
	}
	return visible(k.name)
}

// verdict says how the run ended. Its last line names the actions that failed,
// if any, whatever became of the jobs.
func (v *view) verdict(r host.Result) {
	v.line("", v.marks.info, plainText, "")
	if v.tally.gaps > 0 {
		v.say("", v.marks.warn, yellow, plural(v.tally.gaps, "byte")+" of output were lost")
	}
	var failed []string
	for _, name := range v.tally.jobs.keys {
		j := v.tally.jobs.values[name]
		if j.state == event.Succeeded || j.state == "" {
			continue
		}
		how := strings.ReplaceAll(visible(j.state), "_", " ")
		if e := ending(j.exitCode, j.signal); e != "" && j.state == event.Failed {
			how = e
		}
		failed = append(failed, fmt.Sprintf("%s (%s)", visible(name), how))
	}
	total := len(v.tally.jobs.keys)
	took := ""
	if !v.tally.started.IsZero() && !v.tally.ended.IsZero() {
		took = " in " + duration(v.tally.ended.Sub(v.tally.started))
	}
	if r.Dir != "" {
		v.say("", v.marks.info, dim, "output and logs: "+r.Dir)
	}
	switch {
	case r.Status == host.StatusInterrupted:
		v.say("", v.marks.end, yellow, "interrupted"+took)
	case len(failed) > 0 && total == 1:
		v.say("", v.marks.fail, red, "job "+failed[0]+" did not succeed")
	case len(failed) > 0:
		v.say("", v.marks.fail, red, fmt.Sprintf("%d of %s did not succeed: %s", len(failed), plural(total, "job"), strings.Join(failed, ", ")))
	case total == 1:
		v.say("", v.marks.ok, green, "the job succeeded"+took)
	default:
		v.say("", v.marks.ok, green, fmt.Sprintf("all %d jobs succeeded%s", total, took))
	}
	if left := v.tally.runningJobs(); len(left) > 0 {
		v.say("", v.marks.warn, yellow, "left running: "+strings.Join(left, ", "))
	}
	v.failedActions(r)
}

// failedActions is the last line where actions failed: "1 action failed
// (jobs.hcl:22, log: PATH)". The log is the run's folder for those that left no
// log of their own.
func (v *view) failedActions(r host.Result) {
	var (
		n      int64
		places []string
		log    = r.Dir
	)
	for _, k := range v.tally.actions.keys {
		a := v.tally.actions.values[k]
		if a.failures <= 0 {
			continue
		}
		n += a.failures
		if k.where != "" && !slices.Contains(places, k.where) {
			places = append(places, k.where)
		}
		if a.log != "" {
			log = a.log
		}
	}
	if n == 0 {
		return
	}
	if log != "" {
		places = append(places, "log: "+log)
	}
	text := plural(n, "action") + " failed"
	if r.Status == host.StatusInterrupted {
		text = plural(n, "action") + " did not finish"
	}
	if len(places) > 0 {
		text += " (" + strings.Join(places, ", ") + ")"
	}
	// One line whatever its length, as a program may look for it.
	v.line("", v.marks.fail, red, v.paint(red, visible(text)))
}
