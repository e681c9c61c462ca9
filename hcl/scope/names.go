package scope

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/jwhost/jwhost/hcl/pattern"
	"github.com/jwhost/jwhost/hcl/proof"
)

// JobFields and WatcherFields are the fields of job and watcher. No job, and
// no watcher, may be called like one.
func JobFields() []string     { return slices.Sorted(maps.Keys(fields["job"])) }
func WatcherFields() []string { return slices.Sorted(maps.Keys(fields["watcher"])) }

// A name is what one name in scope can hold, and where its value comes from.
type name struct {
	typ      cty.Type
	nullable bool
	constant bool            // var.*, local.*: joined before anything is checked
	capture  string          // the capture's name as written, for a bare one
	trusted  bool            // ours and proven
	language *proof.Language // of its text in a template, the null's empty text included
	raw      func(*Values) []byte
	value    func(*Values) cty.Value
}

// The languages of names and computed values, as cty prints them.
var (
	anyText      = proof.Any()
	ascii        = proof.Match(`[\x00-\x7f]*`)
	emptyText    = proof.Literal("")
	numberText   = proof.Match(`-?[0-9]+(\.[0-9]+)?`)
	boolText     = proof.Match(`true|false`)
	countText    = proof.Match(`[0-9]+`)
	integerText  = proof.Match(`(-?[0-9]+)?`)
	optionalText = proof.Union(numberText, emptyText)
	idText       = proof.Match(`[A-Za-z0-9][A-Za-z0-9_.-]*`)
	nameText     = proof.Match(`[A-Za-z_][A-Za-z0-9_-]*`)
	wordText     = proof.Match(`[a-z_]*`)
	timeText     = proof.Match(`([0-9T:.-]+(Z|[+-][0-9:]+))?`)
)

var fields = map[string]map[string]name{
	"job": {
		"id":            {typ: cty.String, trusted: true, language: idText, value: func(v *Values) cty.Value { return text(v.Job.ID) }},
		"name":          {typ: cty.String, language: nameText, value: func(v *Values) cty.Value { return text(v.Job.Name) }},
		"dir":           {typ: cty.String, language: anyText, raw: func(v *Values) []byte { return []byte(v.Job.Dir) }, value: func(v *Values) cty.Value { return text(v.Job.Dir) }},
		"source":        {typ: cty.String, language: wordText, value: func(v *Values) cty.Value { return text(v.Job.Source) }},
		"state":         {typ: cty.String, language: wordText, value: func(v *Values) cty.Value { return text(v.Job.State) }},
		"host":          {typ: cty.String, language: anyText, raw: func(v *Values) []byte { return []byte(v.Job.Host) }, value: func(v *Values) cty.Value { return text(v.Job.Host) }},
		"exit_code":     {typ: cty.Number, nullable: true, trusted: true, language: integerText, value: func(v *Values) cty.Value { return integer(v.Job.ExitCode) }},
		"array_task_id": {typ: cty.Number, nullable: true, language: integerText, value: func(v *Values) cty.Value { return integer(v.Job.ArrayTaskID) }},
		"attempt":       {typ: cty.Number, language: countText, value: func(v *Values) cty.Value { return cty.NumberIntVal(int64(v.Job.Attempt)) }},
		"time_left":     {typ: cty.Number, nullable: true, language: optionalText, value: timeLeft},
	},
	"match": {
		"line":   {typ: cty.String, language: anyText, raw: func(v *Values) []byte { return v.Match.Line }, value: func(v *Values) cty.Value { return text(string(v.Match.Line)) }},
		"text":   {typ: cty.String, language: anyText, raw: func(v *Values) []byte { return v.Match.Text }, value: func(v *Values) cty.Value { return text(string(v.Match.Text)) }},
		"number": {typ: cty.Number, trusted: true, language: countText, value: func(v *Values) cty.Value { return cty.NumberIntVal(v.Match.Number) }},
		"stream": {typ: cty.String, language: wordText, value: func(v *Values) cty.Value { return text(v.Match.Stream) }},
		"time":   {typ: cty.String, language: timeText, value: matchTime},
	},
	"watcher": {
		"name":     {typ: cty.String, trusted: true, language: nameText, value: func(v *Values) cty.Value { return text(v.Watcher.Name) }},
		"triggers": {typ: cty.Number, trusted: true, language: countText, value: func(v *Values) cty.Value { return cty.NumberIntVal(v.Watcher.Triggers) }},
	},
}

var metricFields = map[string]func(Metric) cty.Value{
	"last":  func(m Metric) cty.Value { return recorded(m, m.Last) },
	"min":   func(m Metric) cty.Value { return recorded(m, m.Min) },
	"max":   func(m Metric) cty.Value { return recorded(m, m.Max) },
	"mean":  func(m Metric) cty.Value { return recorded(m, m.Mean) },
	"count": func(m Metric) cty.Value { return cty.NumberIntVal(m.Count) },
}

func recorded(m Metric, x float64) cty.Value {
	if m.Count == 0 {
		return cty.NullVal(cty.Number)
	}
	return float(x).cty()
}

func integer(n *int) cty.Value {
	if n == nil {
		return cty.NullVal(cty.Number)
	}
	return cty.NumberIntVal(int64(*n))
}

func timeLeft(v *Values) cty.Value {
	if v.Job.TimeLeft == nil {
		return cty.NullVal(cty.Number)
	}
	return float(*v.Job.TimeLeft).cty()
}

func matchTime(v *Values) cty.Value {
	if v.Match.Time.IsZero() {
		return cty.StringVal("")
	}
	return cty.StringVal(v.Match.Time.Format(time.RFC3339Nano))
}

// resolve finds what a traversal names. A nil name without a diagnostic is a
// constant.
func (s *Scope) resolve(t hcl.Traversal) (*name, *hcl.Diagnostic) {
	n, diag := s.lookup(t)
	if diag == nil && s.Fixed != "" && !n.constant {
		what := s.source(t.SourceRange())
		if what == "" {
			what = t.RootName()
		}
		return nil, Error(CodeCaptureInConstant, t.SourceRange(), "Not known before the job starts",
			fmt.Sprintf("%s is known only when a watcher has triggered, and %s: it can hold var.*, local.* and literals.", what, s.Fixed))
	}
	return n, diag
}

func (s *Scope) lookup(t hcl.Traversal) (*name, *hcl.Diagnostic) {
	root := t.RootName()
	if c, ok := s.capture(root); ok {
		n := captureName(root, c)
		if len(t) > 1 {
			return nil, Error(CodeUnknownName, t.SourceRange(), "A capture has no fields",
				fmt.Sprintf("%s is a capture of the pattern: a text or a number, without fields.", root))
		}
		return n, nil
	}
	if s.Broken && len(t) == 1 && !slices.Contains(s.roots(), root) && root != "JOB_ID" {
		return &name{typ: cty.DynamicPseudoType, capture: root, language: anyText, value: func(*Values) cty.Value { return cty.DynamicVal }}, nil
	}
	if root == "JOB_ID" && s.runtime() {
		id := fields["job"]["id"]
		return &id, nil
	}
	field, diag := s.field(t)
	if diag != nil {
		return nil, diag
	}
	switch root {
	case "var":
		return constantField(t, "variable", `a "variable" block`, field, s.Vars)
	case "local":
		return constantField(t, "local", "the locals block", field, s.Locals)
	case "metric":
		return s.metric(t, field)
	case "prev":
		c, ok := s.capture(field)
		if s.Broken {
			return &name{typ: cty.DynamicPseudoType, language: anyText, value: func(*Values) cty.Value { return cty.DynamicVal }}, nil
		}
		if !ok {
			return nil, unknownField(t, field, s.captures(), "captures of the pattern")
		}
		n := captureName(field, c)
		n.capture, n.nullable = "", true
		n.language = proof.Union(n.language, emptyText)
		n.raw = func(v *Values) []byte { return v.Prev[field] }
		n.value = func(v *Values) cty.Value { return captured(v.Prev, field, c.Numeric) }
		return n, nil
	}
	n, ok := fields[root][field]
	if !ok {
		return nil, unknownField(t, field, slices.Collect(maps.Keys(fields[root])), "fields of "+root)
	}
	if root == "match" && field == "text" && s.Pattern != nil {
		n.language = proof.OfGroup(s.Pattern.Syntax, 0)
	}
	return &n, nil
}

func captureName(written string, c pattern.Capture) *name {
	n := &name{
		typ: cty.String, capture: written, language: c.Language,
		raw:   func(v *Values) []byte { return v.Captures[written] },
		value: func(v *Values) cty.Value { return captured(v.Captures, written, c.Numeric) },
	}
	if c.Numeric {
		n.typ, n.nullable = cty.Number, true
	}
	return n
}

func (s *Scope) metric(t hcl.Traversal, metric string) (*name, *hcl.Diagnostic) {
	if !s.Metrics[metric] {
		recorded := slices.Collect(maps.Keys(s.Metrics))
		detail := fmt.Sprintf("No watcher of this job records %s: metric.%s would never have a value. A watcher records it by metrics = { %s = … }.%s",
			metric, metric, metric, DidYouMean(metric, recorded))
		if len(recorded) > 0 {
			detail += " Recorded here: " + list(recorded) + "."
		}
		return nil, Error(CodeUnknownMetric, t.SourceRange(), "Unknown metric", detail)
	}
	field, ok := step(t, 2)
	if !ok {
		return nil, Error(CodeUnknownName, t.SourceRange(), "A metric is no value by itself",
			fmt.Sprintf("Write one of its fields: metric.%s.last, .min, .max, .mean or .count.", metric))
	}
	get, ok := metricFields[field]
	if !ok {
		return nil, unknownField(t, field, slices.Collect(maps.Keys(metricFields)), "fields of a metric")
	}
	n := &name{
		typ: cty.Number, nullable: true, language: optionalText,
		value: func(v *Values) cty.Value { return get(v.Metrics[metric]) },
	}
	if field == "count" {
		n.nullable, n.language = false, countText
	}
	return n, nil
}

// field returns the first step after the root, which every root needs.
func (s *Scope) field(t hcl.Traversal) (string, *hcl.Diagnostic) {
	root := t.RootName()
	if !slices.Contains(s.roots(), root) {
		return "", s.unknown(t)
	}
	field, ok := step(t, 1)
	if !ok {
		return "", Error(CodeUnknownName, t.SourceRange(), "Incomplete name", fmt.Sprintf("%s is no value by itself: write %s.NAME.", root, root))
	}
	return field, nil
}

func (s *Scope) runtime() bool { return s.Runtime || s.Fixed != "" }

func (s *Scope) capture(name string) (pattern.Capture, bool) {
	if s.Pattern == nil {
		return pattern.Capture{}, false
	}
	return s.Pattern.Lookup(name)
}

// captures returns the names of the captures, the unnamed ones as c1, c2, ….
func (s *Scope) captures() []string {
	if s.Pattern == nil {
		return nil
	}
	var names []string
	for _, c := range s.Pattern.Captures {
		if c.Name != "" {
			names = append(names, c.Name)
		} else {
			names = append(names, fmt.Sprintf("c%d", c.Group))
		}
	}
	return names
}

func (s *Scope) roots() []string {
	roots := []string{"local", "var"}
	if s.runtime() {
		roots = append(roots, "job", "match", "watcher")
		if s.Pattern != nil || s.Broken {
			roots = append(roots, "prev")
		}
	}
	if s.Metrics != nil {
		roots = append(roots, "metric")
	}
	return roots
}

func groups(n int) string {
	switch n {
	case 0:
		return "no group"
	case 1:
		return "one group"
	}
	return fmt.Sprintf("%d groups", n)
}

var groupName = regexp.MustCompile(`^c[0-9]+$`)

var shellName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]+$`)

func (s *Scope) unknown(t hcl.Traversal) *hcl.Diagnostic {
	root, at := t.RootName(), t.SourceRange()
	candidates := append(s.captures(), s.roots()...)
	if s.runtime() {
		candidates = append(candidates, "JOB_ID")
	}
	near := Nearest(root, candidates)
	if s.Pattern != nil && near == "" && groupName.MatchString(root) {
		return Error(CodeUnknownName, at, "Unknown name", fmt.Sprintf("There is no %s here: the pattern has %s in parentheses.", root, groups(len(s.Pattern.Captures))))
	}
	if fixed, ok := s.shellVariable(at); ok && near == "" && len(t) == 1 && shellName.MatchString(root) {
		detail := fmt.Sprintf("There is no %s in scope here. For the shell's variable write $%s, or $${%s}:\n\n%s", root, root, root, fixed)
		if !s.Shell {
			own := strings.ToLower(root)
			detail = fmt.Sprintf("There is no %s in scope, and no shell reads this text. Declare a variable %s, give it by JWHOST_VAR_%s or --var %s=\"$%s\", and write:\n\n%s",
				root, own, own, own, root, s.corrected(at, "var."+own))
		}
		return Error(CodeShellVariable, at, "${"+root+"} is a name of this file, not a variable of the environment", detail)
	}
	var in []string
	for _, c := range candidates {
		if s.Fixed != "" && c != "var" && c != "local" {
			continue
		}
		if slices.Contains(s.roots(), c) {
			c += ".*"
		}
		in = append(in, c)
	}
	detail := fmt.Sprintf("There is no %s here", root)
	if s.Fixed != "" {
		detail += ": " + s.Fixed
	}
	detail += "."
	if near != "" {
		detail += " Did you mean " + near + "?"
	}
	return Error(CodeUnknownName, at, "Unknown name", detail+" In scope: "+list(in)+".")
}

// shellVariable returns the line of an interpolation ${NAME} with $NAME.
func (s *Scope) shellVariable(at hcl.Range) (string, bool) {
	f := s.Sources[at.Filename]
	if f == nil || !at.CanSliceBytes(f.Bytes) {
		return "", false
	}
	before, after := string(f.Bytes[:at.Start.Byte]), string(f.Bytes[at.End.Byte:])
	line := before[strings.LastIndexByte(before, '\n')+1:]
	line = strings.TrimRight(line, " ")
	rest, _, _ := strings.Cut(after, "\n")
	rest = strings.TrimLeft(rest, " ")
	if !strings.HasSuffix(line, "${") || !strings.HasPrefix(rest, "}") {
		return "", false
	}
	variable, tail := "$"+string(at.SliceBytes(f.Bytes)), strings.TrimRight(rest[1:], "\r")
	if tail != "" && (tail[0] == '_' || tail[0] >= '0' && tail[0] <= '9' || tail[0]|0x20 >= 'a' && tail[0]|0x20 <= 'z') {
		variable = "$${" + variable[1:] + "}"
	}
	return "  " + s.shellVariables(strings.TrimLeft(line[:len(line)-2], " \t")) + variable + s.shellVariables(tail), true
}

var interpolatedName = regexp.MustCompile(`(^|[^$])\$\{ *([A-Z_][A-Z0-9_]+) *\}`)

// shellVariables escapes the other interpolations of a line that can be meant
// as variables of the shell, so that the line is right as a whole.
func (s *Scope) shellVariables(line string) string {
	return interpolatedName.ReplaceAllStringFunc(line, func(m string) string {
		parts := interpolatedName.FindStringSubmatch(m)
		if _, ok := s.capture(parts[2]); ok || parts[2] == "JOB_ID" {
			return m
		}
		return parts[1] + "$${" + parts[2] + "}"
	})
}

func constantField(t hcl.Traversal, kind, where, field string, have map[string]cty.Value) (*name, *hcl.Diagnostic) {
	if _, ok := have[field]; !ok {
		detail := fmt.Sprintf("There is no %s called %s; %s declares it.%s", kind, field, where, DidYouMean(field, slices.Collect(maps.Keys(have))))
		if len(have) > 0 {
			detail += " Declared: " + list(slices.Collect(maps.Keys(have))) + "."
		}
		return nil, Error(CodeUnknownName, t.SourceRange(), "Unknown "+kind, detail)
	}
	return &name{constant: true}, nil
}

func unknownField(t hcl.Traversal, field string, have []string, what string) *hcl.Diagnostic {
	if len(have) == 0 {
		return Error(CodeUnknownName, t.SourceRange(), "Unknown name", fmt.Sprintf("There is no %s.%s, as there are no %s.", t.RootName(), field, what))
	}
	return Error(CodeUnknownName, t.SourceRange(), "Unknown name",
		fmt.Sprintf("There is no %s.%s.%s The %s: %s.", t.RootName(), field, DidYouMean(field, have), what, list(have)))
}

// step returns step i of a traversal where it is a name.
func step(t hcl.Traversal, i int) (string, bool) {
	if i >= len(t) {
		return "", false
	}
	switch s := t[i].(type) {
	case hcl.TraverseAttr:
		return s.Name, true
	case hcl.TraverseIndex:
		if s.Key.Type() == cty.String && s.Key.IsKnown() && !s.Key.IsNull() {
			return s.Key.AsString(), true
		}
	}
	return "", false
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
