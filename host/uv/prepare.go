package uv

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/mod/semver"

	"github.com/jwhost/jwhost/hcl/shellsafe"
)

const (
	prepareLimit = 10 * time.Minute
	// keepFailure is how long a failure is answered again without trying, so
	// that a hundred actions do not wait for the same dead index one by one.
	keepFailure = 10 * time.Second
)

// A Preparer makes ready what uv commands need, once for each environment.
type Preparer struct {
	tool  Tool
	dir   string
	log   hclog.Logger
	limit time.Duration

	mu      sync.Mutex
	entries map[string]*entry // by plan.key
}

// New returns a Preparer that keeps environments below dir.
func New(tool Tool, dir string, log hclog.Logger) *Preparer {
	if log == nil {
		log = hclog.NewNullLogger()
	}
	return &Preparer{tool: tool, dir: dir, log: log, limit: prepareLimit, entries: map[string]*entry{}}
}

// Prepare makes the command's uv environments ready (under its own limit of
// 10 minutes) and returns the edits to run it with. Calls for the same
// environment share the work. progress is told what takes time. The error is a
// *ResolveError, or ctx's own.
func (p *Preparer) Prepare(ctx context.Context, cmd *shellsafe.Command, dir string, env []string, progress func(string)) (*Prepared, error) {
	return p.prepare(ctx, cmd.Programs(), dir, env, progress)
}

func (p *Preparer) prepare(ctx context.Context, programs []shellsafe.Program, dir string, env []string, progress func(string)) (*Prepared, error) {
	out := &Prepared{}
	for _, prog := range programs {
		f, ok := readForm(prog.Words)
		if !ok {
			continue
		}
		pl := newPlan(p.tool, prog, f, dir, env)
		pl.log = p.log
		r, seconds, err := p.ready(ctx, pl, progress)
		if err != nil {
			return nil, err
		}
		out.Seconds += seconds
		out.Edits = append(out.Edits, pl.edits(prog.Words, r.variables, r.options, r.project)...)
		out.Record.merge(r.record)
	}
	return out, nil
}

// merge adds what another uv command of the same line ran in.
func (r *Record) merge(other Record) {
	if r.Python == "" {
		r.Python = other.Python
	}
	if r.LockHash == "" {
		r.LockHash = other.LockHash
	}
	if r.Resolved == nil {
		r.Resolved = other.Resolved
		return
	}
	all := maps.Clone(other.Resolved)
	maps.Copy(all, r.Resolved)
	r.Resolved = all
}

// A readiness is what a plan's command runs with.
type readiness struct {
	variables []string    // NAME=value, for the one command
	options   []string    // behind its subcommand
	project   string      // takes the place of the project's folder, "" if none does
	env       environment // that has to be there, if any
	record    Record
}

// ready makes a plan ready, unless it is.
func (p *Preparer) ready(ctx context.Context, pl *plan, progress func(string)) (*readiness, float64, error) {
	if pl.way == asWritten {
		return p.unprepared(pl), 0, nil
	}
	if pl.way == inProject {
		if err := CheckProject(pl.project); err != nil {
			return nil, 0, &ResolveError{Command: pl.String(), Err: err}
		}
	}
	e := p.entry(pl.key())
	r, seconds, err := e.get(ctx, pl, p, progress)
	if err == nil && r.env.dir != "" {
		r.env.used()
	}
	return r, seconds, err
}

// unprepared is what a command gets that runs as it was written: if a project
// is concerned, an environment of ours all the same.
func (p *Preparer) unprepared(pl *plan) *readiness {
	r := &readiness{}
	if pl.base != "" { // its folder is known
		r.options = pl.quiet()
	}
	if pl.isolate {
		env := newEnvironment(p.dir, pl.project, "unprepared", pl.project)
		r.variables = []string{"UV_PROJECT_ENVIRONMENT=" + env.dir}
	}
	return r
}

// work makes a plan ready, under the preparer's limit.
func (p *Preparer) work(ctx context.Context, pl *plan, progress func(string)) (*readiness, error) {
	limit := fmt.Errorf("preparing takes longer than %v", p.limit)
	ctx, cancel := context.WithTimeoutCause(ctx, p.limit, limit)
	defer cancel()
	begin := time.Now()
	progress(fmt.Sprintf("uv: preparing `%s`", pl))
	var r *readiness
	var err error
	switch pl.way {
	case inProject:
		r, err = p.prepareProject(ctx, pl, progress)
	case inScript:
		r, err = p.prepareScript(ctx, pl, progress)
	case inTool:
		r, err = p.prepareTool(ctx, pl, progress)
	default:
		r, err = p.preparePlain(ctx, pl, progress)
	}
	if err == nil {
		r.options = slices.Concat(pl.offline(), pl.quiet(), r.options)
		progress(fmt.Sprintf("uv: `%s` is ready, %.1fs", pl, time.Since(begin).Seconds()))
		return r, nil
	}
	if ctx.Err() != nil && !errors.Is(err, limit) {
		return nil, err
	}
	failure := &ResolveError{Command: pl.String(), Err: err}
	if s, ok := errors.AsType[*stepError](err); ok {
		failure.Output, failure.Err = s.output, s.err
		if _, exited := errors.AsType[*exec.ExitError](s.err); exited && s.output != "" {
			failure.Err = nil // what uv says is better than "exit status 2"
		}
	}
	if semver.Compare("v"+p.tool.Version, "v"+Oldest) < 0 && semver.IsValid("v"+p.tool.Version) {
		failure.Err = fmt.Errorf("uv %s is too old, %s is the oldest that will do; `jwhost uv install` brings %s", p.tool.Version, Oldest, Pinned)
	}
	return nil, failure
}

func (p *Preparer) entry(key string) *entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.entries[key]
	if e == nil {
		e = &entry{}
		p.entries[key] = e
	}
	return e
}
