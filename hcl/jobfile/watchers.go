package jobfile

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/jwhost/jwhost/hcl/pattern"
	"github.com/jwhost/jwhost/hcl/scope"
)

// EndStates are the states of a job at its end that on_end can name.
var EndStates = []string{"succeeded", "failed", "cancelled", "timeout", "node_fail", "lost"}

// A place is the job that a watcher is compiled for; its zero value is none.
type place struct {
	job     *Job
	metrics map[string]bool // recorded by the job's watchers
	listed  bool            // no job, but some job lists the watcher
	env     []MapItem       // of the job
}

// watcher compiles a watcher block for a job.
func (l *loader) watcher(b *hclsyntax.Block, in place) *Watcher {
	w := &Watcher{Name: b.Labels[0], Hash: l.hash(b), Output: Both, Range: b.DefRange()}
	c := l.content(b.Body, "a watcher", w.Range,
		[]string{"pattern", "capture_groups", "output_type", "when", "metrics", "cooldown", "max_triggers"}, "on_end", "action name")
	s := &scope.Scope{Metrics: in.metrics, Vars: l.vars, Locals: l.locals, Runtime: true, Sources: l.file.Sources}
	s.Broken = !l.pattern(c, w)
	s.Pattern = w.Pattern
	if a := c.attr("output_type"); a != nil {
		if t, ok := l.oneOf(within(s, "output_type"), a, []string{Stdout, Stderr, Both}); ok {
			w.Output = t
		}
	}
	if a := c.attr("cooldown"); a != nil {
		w.Cooldown, _ = l.duration(within(s, "cooldown"), a)
	}
	if a := c.attr("max_triggers"); a != nil {
		w.MaxTriggers, _ = l.count(within(s, "max_triggers"), a)
	}
	onEnd := c.one("on_end")
	if onEnd != nil {
		w.OnEnd = l.onEnd(onEnd)
	}
	switch {
	case c.has("pattern"):
	case c.meant["pattern"]:
		s.Broken = true
	case onEnd == nil && !c.meant["on_end"]:
		l.error(CodeMissing, w.Range, "A watcher that never triggers", "A watcher needs a pattern, an on_end block, or both:\n\n  pattern = \"Loss: ([\\\\d.]+)\"")
		s.Broken = true
	default:
		for _, name := range []string{"capture_groups", "output_type", "metrics"} {
			if a := c.attrs[name]; a != nil {
				l.error(CodeConflict, a.NameRange, "Only with a pattern", "%s says something of lines that a pattern matches, and this watcher has no pattern.", name)
			}
		}
	}
	if a := c.attr("when"); a != nil {
		var diags hcl.Diagnostics
		w.When, diags = s.Condition(a.Expr)
		l.addFor(in, diags)
	}
	if a := c.attr("metrics"); a != nil {
		w.Metrics = l.metrics(s, a, in)
	}
	for _, nested := range c.nest["action"] {
		if act := l.action(nested, s, in); act != nil {
			w.Actions = append(w.Actions, act)
		}
	}
	return w
}

// addFor takes diagnostics over; for a shared watcher it says in which job an
// unknown metric is one.
func (l *loader) addFor(in place, diags hcl.Diagnostics) bool {
	for _, d := range diags {
		if scope.CodeOf(d) == scope.CodeUnknownMetric {
			if in.listed { // said for the jobs that list it
				continue
			}
			if in.job != nil {
				d.Detail = strings.Replace(d.Detail, "of this job", "of the job "+in.job.Name, 1)
			}
		}
		l.diags = append(l.diags, d)
	}
	return !diags.HasErrors()
}

// pattern compiles a watcher's pattern and the names of its captures. It
// reports false if there is one that is wrong.
func (l *loader) pattern(c *content, w *Watcher) bool {
	var names []string
	var ranges []hcl.Range
	named := true
	if g := c.attr("capture_groups"); g != nil {
		names, ranges, named = l.texts(l.base("capture_groups"), g)
	}
	a := c.attr("pattern")
	if a == nil {
		return !c.has("pattern")
	}
	w.PatternRange = a.Expr.Range()
	t, diags := l.base("pattern").Chomped(a.Expr)
	if !l.add(diags) || !named {
		return false
	}
	source, _ := t.Constant()
	p, errs := pattern.Compile(source, names)
	for _, e := range errs {
		l.patternError(t, e, ranges, c)
	}
	if p == nil || len(errs) > 0 {
		return false
	}
	w.Pattern = p
	if at := p.Regexp.FindStringIndex("\x01"); at != nil && at[0] == at[1] {
		l.warn(CodeMatchesAll, t.Range, "This pattern matches every line", "It matches the empty text too, so that each line of output is a match. If that is meant, write .* for a line, whatever it is.")
	}
	return true
}

// patternError puts a complaint about a pattern where it stands in the file.
func (l *loader) patternError(t *scope.Template, e *pattern.Error, names []hcl.Range, c *content) {
	if e.InNames >= 0 {
		at := c.attrs["pattern"].Expr.Range()
		if g := c.attrs["capture_groups"]; g != nil {
			at = g.Expr.Range()
		}
		if e.InNames < len(names) {
			at = names[e.InNames]
		}
		l.error(CodeCaptureName, at, e.Summary, "%s", e.Detail)
		return
	}
	at := t.Range
	if e.Length > 0 {
		at = l.inText(t, e.Offset, e.Offset+e.Length)
	}
	d := l.error(CodePattern, at, e.Summary, "%s", e.Detail)
	if whole := c.attrs["pattern"].SrcRange; whole.Start.Line == whole.End.Line {
		d.Context = whole.Ptr()
	}
}

// inText returns the source of the bytes [start, end) of a constant text.
func (l *loader) inText(t *scope.Template, start, end int) hcl.Range {
	f := l.file.Sources[t.Range.Filename]
	if f == nil {
		return t.Range
	}
	var found []hcl.Range
	offset := 0
	for i := range t.Parts {
		p := &t.Parts[i]
		from, to := max(start-offset, 0), min(end-offset, len(p.Text))
		if from < to || from == to && start == end && from <= len(p.Text) {
			found = append(found, p.Span(f.Bytes, from, to))
		}
		offset += len(p.Text)
	}
	if len(found) == 0 {
		return t.Range
	}
	return hcl.RangeBetween(found[0], found[len(found)-1])
}

func (l *loader) onEnd(b *hclsyntax.Block) *OnEnd {
	end := &OnEnd{Range: b.DefRange()}
	c := l.content(b.Body, "an on_end block", end.Range, []string{"states"})
	a := c.attr("states")
	if a == nil {
		return end
	}
	states, ranges, ok := l.texts(l.base("states"), a)
	if ok && len(states) == 0 {
		l.error(CodeValue, a.Expr.Range(), "No state", "states names at least one end of the job; without states it is every end but cancelled.")
	}
	seen := registry{}
	for i, s := range states {
		if !slices.Contains(EndStates, s) {
			l.notOneOf(ranges[i], "A state", s, EndStates)
		} else {
			seen.add(l, "another state", s, ranges[i])
		}
	}
	end.States = states
	return end
}

func (l *loader) metrics(s *scope.Scope, a *hclsyntax.Attribute, in place) []Metric {
	object, ok := a.Expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		l.error(CodeValue, a.Expr.Range(), "Wrong type", "metrics is a map that is written out: { loss = loss }.")
		return nil
	}
	var metrics []Metric
	seen := registry{}
	for _, item := range object.Items {
		name, at, ok := l.key(s, item.KeyExpr)
		if !ok || !l.name("metric", name, at) || !seen.add(l, "another metric", name, at) {
			continue
		}
		n, diags := s.Number(item.ValueExpr)
		if l.addFor(in, diags) {
			metrics = append(metrics, Metric{Name: name, Value: n})
		}
	}
	return metrics
}

// metricNames returns the metrics that watcher blocks record.
func metricNames(blocks []*hclsyntax.Block) map[string]bool {
	names := map[string]bool{}
	for _, b := range blocks {
		a := b.Body.Attributes["metrics"]
		if a == nil {
			continue
		}
		if object, ok := a.Expr.(*hclsyntax.ObjectConsExpr); ok {
			for _, item := range object.Items {
				if key, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr); ok {
					if name := hcl.ExprAsKeyword(key.Wrapped); name != "" {
						names[name] = true
					} else if v, diags := key.Value(nil); !diags.HasErrors() && v.Type().FriendlyName() == "string" && v.IsKnown() && !v.IsNull() {
						names[v.AsString()] = true
					}
				}
			}
		}
	}
	return names
}

// hash is the identity of a watcher's content: its tokens, so that white space
// and comments do not count.
func (l *loader) hash(b *hclsyntax.Block) string {
	h := sha256.New()
	if f := l.file.Sources[b.TypeRange.Filename]; f != nil {
		r := whole(b)
		if r.CanSliceBytes(f.Bytes) {
			tokens, _ := hclsyntax.LexConfig(r.SliceBytes(f.Bytes), "", hcl.InitialPos)
			for _, t := range tokens {
				switch t.Type {
				case hclsyntax.TokenComment, hclsyntax.TokenNewline, hclsyntax.TokenEOF:
				default:
					fmt.Fprintf(h, "%c%d:%s", t.Type, len(t.Bytes), t.Bytes)
				}
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
