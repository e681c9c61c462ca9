package uv

import (
	"context"
	"path/filepath"
)

// Options of `uv run` that `uv sync --script` does not take.
var notForSync = append([]string{
	"--with", "--with-editable", "--with-requirements", "--module", "--script", "--gui-script", "--env-file",
	"--no-env-file", "--isolated", "--no-project", "--exact", "--inexact", "--no-active",
}, ownOptions...)

// Options of `uv run` that concern a script's own environment, and so not the
// packages that `--with` lays over it.
var notForWith = append([]string{
	"--module", "--script", "--gui-script", "--locked", "--frozen", "--exact", "--inexact", "--python",
	"--no-active", "--isolated", "--no-project",
}, ownOptions...)

// prepareScript makes an environment for a script with metadata of its own.
// uv keeps those in its cache, one for each script, and UV_PROJECT_ENVIRONMENT
// does not move them; but it takes an active environment instead, and that is
// ours. The cache of packages stays the user's, so nothing is fetched twice.
func (p *Preparer) prepareScript(ctx context.Context, pl *plan, progress func(string)) (*readiness, error) {
	block, _ := metadata(pl.script)
	parts := append([]string{pl.script, block, hashFile(pl.script + ".lock")}, pl.except(ownOptions...)...)
	env := newEnvironment(p.dir, filepath.Base(pl.script), append(parts, pl.pythonSettings()...)...)
	unlock, err := env.lock(ctx, progress)
	if err != nil {
		return nil, err
	}
	defer unlock()
	r := &readiness{env: env}
	if pl.isolate {
		r.variables = []string{"VIRTUAL_ENV=" + env.dir}
		r.options = []string{"--active"}
	}
	args := append([]string{"sync", "--script", pl.script, "--active"}, pl.except(notForSync...)...)
	s := pl.step(args, progress)
	s.env = s.env.with("VIRTUAL_ENV=" + env.dir)
	if _, err := s.steps(ctx, false); err != nil {
		return nil, err
	}
	if out, err := (step{env.python(), []string{"-I", "-c", recordCode}, pl.dir, pl.env, pl.log, nil}).run(ctx); err == nil {
		r.record.read(out)
	}
	r.record.LockHash = hashFile(pl.script + ".lock")
	if pl.has("--with", "--with-editable", "--with-requirements") {
		args := append([]string{"run", "--no-project", "--python", env.python()}, pl.except(notForWith...)...)
		s := pl.step(append(args, "python", "-I", "-c", "pass"), progress)
		if _, err := s.steps(ctx, false); err != nil {
			return nil, err
		}
	}
	return r, nil
}
