package jobfile

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"mvdan.cc/sh/v3/syntax"

	"github.com/jwhost/jwhost/hcl/scope"
)

// Sources are the labels that a source block can have.
var Sources = []string{"local"}

// jobs decodes the job blocks.
func (l *loader) jobs() {
	seen := registry{}
	blocks := map[*Job]*content{}
	for _, b := range l.of("job") {
		if !l.label(b, "name") {
			continue
		}
		name, at := b.Labels[0], b.LabelRanges[0]
		if l.name("job", name, at) {
			seen.add(l, "another job", name, at)
		}
		if slices.Contains(scope.JobFields(), name) {
			l.error(CodeName, at, "A reserved name", "No job can be called %s: job.%s is a field of job.*, like %s.", name, name, sorted(scope.JobFields()))
		}
		j := &Job{Name: name, Range: b.DefRange()}
		l.file.Jobs = append(l.file.Jobs, j)
		blocks[j] = l.content(b.Body, "a job", j.Range,
			[]string{"dir", "env", "depends_on", "time_limit", "watchers"}, "source kind", "watcher name")
	}
	for _, j := range l.file.Jobs {
		l.job(j, blocks[j])
	}
	l.cycles()
}

func (l *loader) job(j *Job, c *content) {
	if b := c.one("source"); b != nil {
		j.Source = l.source(b)
	} else if !c.meant["source"] {
		l.error(CodeMissing, j.Range, "A source is missing", "A job needs a source that says what runs:\n\n  source \"local\" {\n    command = \"…\"\n  }")
	}
	j.Dir, j.DirRange = l.path(".", j.Range), j.Range
	if a := c.attr("dir"); a != nil {
		j.DirRange = a.Expr.Range()
		if dir, ok := l.text(l.base("dir"), a); ok {
			j.Dir = l.path(dir, j.Range)
		}
	}
	if a := c.attr("time_limit"); a != nil {
		j.TimeLimit, _ = l.duration(l.base("time_limit"), a)
	}
	in := place{job: j}
	if a := c.attr("env"); a != nil {
		in.env = l.jobEnv(j, a)
	}
	if a := c.attr("depends_on"); a != nil {
		l.dependsOn(j, a)
	}
	l.jobWatchers(j, c, in)
}

// jobEnv decodes a job's environment. A variable that holds a secret goes to
// EnvSecrets.
func (l *loader) jobEnv(j *Job, a *hclsyntax.Attribute) []MapItem {
	s := l.base("a job's env")
	s.Secrets = true
	items, _ := l.items(s, a)
	items = l.environment(items)
	j.Env, j.EnvSecrets = map[string]string{}, map[string]*scope.Template{}
	for _, item := range items {
		if text, ok := item.Value.Constant(); ok {
			j.Env[item.Key] = text
		} else {
			j.EnvSecrets[item.Key] = item.Value
		}
	}
	return items
}

var validVariable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// environment checks the names of variables and returns those that are right.
func (l *loader) environment(items []MapItem) []MapItem {
	return slices.DeleteFunc(items, func(item MapItem) bool {
		switch {
		case !validVariable.MatchString(item.Key):
			l.error(CodeName, item.Range, "Invalid name", "%q is no name for a variable of the environment: a letter or _ comes first, then letters, digits and _.", item.Key)
		case strings.HasPrefix(item.Key, "JW_") || item.Key == "JOB_ID":
			l.error(CodeName, item.Range, "A reserved name", "%s is set by jwhost: JOB_ID is the job's id, JW_… are the captures.", item.Key)
		default:
			return false
		}
		return true
	})
}

func (l *loader) source(b *hclsyntax.Block) Source {
	kind := b.Labels[0]
	if !slices.Contains(Sources, kind) {
		l.error(CodeValue, b.LabelRanges[0], "Unknown source", "There is no source %q.%s There is: %s.", kind, scope.DidYouMean(kind, Sources), sorted(Sources))
		return nil
	}
	local := &Local{Range: b.DefRange()}
	c := l.content(b.Body, "a local source", local.Range, []string{"command", "argv", "pty"})
	l.exactlyOne(c, []string{"command", "argv"})
	if a := c.attr("command"); a != nil {
		local.Command = l.jobCommand(a)
	}
	if a := c.attr("argv"); a != nil {
		argv, _, ok := l.texts(l.base("argv"), a)
		if ok && (len(argv) == 0 || argv[0] == "") {
			l.error(CodeValue, a.Expr.Range(), "No program", `argv begins with the program: ["python", "train.py"].`)
		}
		local.Argv = argv
	}
	if a := c.attr("pty"); a != nil {
		local.Pty, _ = l.boolean(l.base("pty"), a)
	}
	return local
}

// jobCommand decodes a job's own command, which holds no captures: all that
// can be wrong with it is the shell's syntax.
func (l *loader) jobCommand(a *hclsyntax.Attribute) string {
	s := l.base("the command of a job")
	s.Shell = true
	t, diags := s.Chomped(a.Expr)
	if !l.add(diags) {
		return ""
	}
	text, _ := t.Constant()
	if strings.TrimSpace(text) == "" {
		l.error(CodeValue, a.Expr.Range(), "An empty command", "command is a line for the shell.")
		return text
	}
	_, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), "")
	if err == nil {
		return text
	}
	if _, bashErr := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), ""); bashErr == nil {
		l.warn(CodeShellSyntax, a.Expr.Range(), "Not every /bin/sh can run this", "This is bash, and the command runs as /bin/sh -c, which is another shell on many machines. Write it as argv:\n\n  argv = [\"bash\", \"-c\", …]")
		return text
	}
	at := a.Expr.Range()
	var where syntax.ParseError
	message := err.Error()
	if errors.As(err, &where) {
		message = where.Text
		offset := min(int(where.Pos.Offset()), len(text))
		at = l.inText(t, offset, min(offset+1, len(text)))
	}
	l.error(CodeShellSyntax, at, "Not a valid command: "+message, "The command is read as sh reads it, before any job starts.")
	return text
}

// exactlyOne complains, and reports false, unless one of the attributes is given.
func (l *loader) exactlyOne(c *content, names []string) bool {
	var given []string
	for _, name := range names {
		if c.has(name) {
			given = append(given, name)
		}
	}
	switch {
	case len(given) == 0 && slices.ContainsFunc(names, func(name string) bool { return c.meant[name] }):
	case len(given) == 0:
		l.error(CodeMissing, c.at, "An attribute is missing", "%s needs one of: %s.", begin(c.what), strings.Join(names, ", "))
	case len(given) > 1:
		l.error(CodeConflict, c.attrs[given[1]].NameRange, "One too many", "%s takes one of %s, not %s together.", begin(c.what), strings.Join(names, ", "), strings.Join(given, " and "))
	}
	return len(given) == 1
}

// references returns the names in a list of references like job.prepare,
// which may also be written "${job.prepare}".
func (l *loader) references(a *hclsyntax.Attribute, root string) (names []string, ranges []hcl.Range) {
	tuple, ok := a.Expr.(*hclsyntax.TupleConsExpr)
	if !ok {
		l.error(CodeValue, a.Expr.Range(), "Wrong type", "%s is a list: [%s.NAME].", a.Name, root)
		return nil, nil
	}
	for _, e := range tuple.Exprs {
		if w, ok := e.(*hclsyntax.TemplateWrapExpr); ok {
			e = w.Wrapped
		}
		if t, diags := hcl.AbsTraversalForExpr(e); !diags.HasErrors() && len(t) == 2 && t.RootName() == root {
			if name, ok := reference(t[1]); ok {
				names, ranges = append(names, name), append(ranges, e.Range())
				continue
			}
		}
		example := root + ".NAME"
		if t, ok := e.(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
			if v, diags := t.Value(nil); !diags.HasErrors() && validName.MatchString(v.AsString()) {
				example = root + "." + v.AsString()
			}
		} else if name := hcl.ExprAsKeyword(e); name != "" {
			example = root + "." + name
		}
		l.error(CodeValue, e.Range(), "Not a reference", "An element of %s is written %s, without quotes.", a.Name, example)
	}
	return names, ranges
}

func reference(step hcl.Traverser) (string, bool) {
	switch s := step.(type) {
	case hcl.TraverseAttr:
		return s.Name, true
	case hcl.TraverseIndex:
		if s.Key.Type().FriendlyName() == "string" {
			return s.Key.AsString(), true
		}
	}
	return "", false
}

func (l *loader) dependsOn(j *Job, a *hclsyntax.Attribute) {
	names, ranges := l.references(a, "job")
	seen := registry{}
	for i, name := range names {
		k := slices.IndexFunc(l.file.Jobs, func(o *Job) bool { return o.Name == name })
		if k < 0 {
			var all []string
			for _, o := range l.file.Jobs {
				all = append(all, o.Name)
			}
			l.error(CodeUnknownJob, ranges[i], "Unknown job", "There is no job %s.%s The jobs: %s.", name, scope.DidYouMean(name, all), sorted(all))
			continue
		}
		if seen.add(l, "another entry", name, ranges[i]) {
			j.DependsOn = append(j.DependsOn, l.file.Jobs[k])
			l.edges = append(l.edges, edge{j, l.file.Jobs[k], ranges[i]})
		}
	}
}

// An edge is one entry of depends_on.
type edge struct {
	from, to *Job
	at       hcl.Range
}

// cycles finds jobs that wait for themselves, and says each circle once.
func (l *loader) cycles() {
	done := map[*Job]bool{}
	var way []edge
	var visit func(j *Job)
	visit = func(j *Job) {
		if i := slices.IndexFunc(way, func(e edge) bool { return e.from == j }); i >= 0 {
			circle := []string{j.Name}
			for _, e := range way[i:] {
				circle = append(circle, e.to.Name)
			}
			l.error(CodeCycle, way[len(way)-1].at, "Jobs that wait for each other", "%s, so none would start.", circular(circle))
			return
		}
		if done[j] {
			return
		}
		for _, e := range l.edges {
			if e.from == j {
				way = append(way, e)
				visit(e.to)
				way = way[:len(way)-1]
			}
		}
		done[j] = true
	}
	for _, j := range l.file.Jobs {
		visit(j)
	}
}

// circular tells a circle of jobs, whose first is its last.
func circular(names []string) string {
	if len(names) == 2 {
		return names[0] + " waits for itself"
	}
	return strings.Join(names, " -> ") + ": each waits for the next"
}

// jobWatchers compiles the watchers that a job lists and its own.
func (l *loader) jobWatchers(j *Job, c *content, in place) {
	seen := registry{}
	var blocks []*hclsyntax.Block
	if a := c.attr("watchers"); a != nil {
		shared := l.of("watcher")
		names, ranges := l.references(a, "watcher")
		for i, name := range names {
			k := slices.IndexFunc(shared, func(b *hclsyntax.Block) bool { return len(b.Labels) == 1 && b.Labels[0] == name })
			if k < 0 {
				var all []string
				for _, b := range shared {
					all = append(all, strings.Join(b.Labels, " "))
				}
				known := "No watcher stands outside of a job."
				if len(all) > 0 {
					known = "The watchers outside of jobs: " + sorted(all) + "."
				}
				l.error(CodeUnknownWatcher, ranges[i], "Unknown watcher", "There is no watcher %s to share.%s %s", name, scope.DidYouMean(name, all), known)
				continue
			}
			if seen.add(l, "another watcher of the job", name, ranges[i]) {
				blocks = append(blocks, shared[k])
				l.listed = append(l.listed, shared[k])
			}
		}
	}
	for _, b := range c.nest["watcher"] {
		if l.watcherName(b) {
			seen.add(l, "another watcher of the job", b.Labels[0], b.LabelRanges[0])
		}
		blocks = append(blocks, b)
	}
	in.metrics = metricNames(blocks)
	for _, b := range blocks {
		j.Watchers = append(j.Watchers, l.watcher(b, in))
	}
}

func (l *loader) watcherName(b *hclsyntax.Block) bool {
	name, at := b.Labels[0], b.LabelRanges[0]
	if !l.name("watcher", name, at) {
		return false
	}
	if slices.Contains(scope.WatcherFields(), name) {
		l.error(CodeName, at, "A reserved name", "No watcher can be called %s: watcher.%s is a field of watcher.*, like %s.", name, name, sorted(scope.WatcherFields()))
	}
	return true
}

// shared compiles the watchers outside of jobs as an ad-hoc job would have
// them. Metrics of other watchers of the files count as recorded.
func (l *loader) shared() {
	seen := registry{}
	var blocks, named, all []*hclsyntax.Block
	for _, b := range l.of("watcher") {
		if l.label(b, "name") {
			blocks = append(blocks, b)
			if l.watcherName(b) && seen.add(l, "another watcher", b.Labels[0], b.LabelRanges[0]) {
				named = append(named, b)
			}
		}
	}
	all = append(all, blocks...)
	for _, j := range l.of("job") {
		for _, b := range j.Body.Blocks {
			if b.Type == "watcher" {
				all = append(all, b)
			}
		}
	}
	for _, b := range blocks {
		in := place{metrics: metricNames(all), listed: slices.Contains(l.listed, b)}
		l.file.Watchers = append(l.file.Watchers, l.watcher(b, in))
		if len(l.file.Jobs) > 0 && !in.listed && slices.Contains(named, b) {
			l.warn(CodeUnused, b.DefRange(), "A watcher that no job lists", "It watches no job of this file. A job lists it by:\n\n  watchers = [watcher.%s]", b.Labels[0])
		}
	}
}
