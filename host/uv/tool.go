package uv

import (
	"context"
	"encoding/json"
	"strings"
)

// prepareTool brings what a `uvx` needs into uv's cache. The environments of
// tools are kept there by what was resolved and never change, so they need no
// place of our own.
func (p *Preparer) prepareTool(ctx context.Context, pl *plan, progress func(string)) (*readiness, error) {
	args := append([]string{"tool", "run"}, pl.except(append([]string{"--from"}, everyStep...)...)...)
	if pl.spec != "" {
		args = append(args, "--from", pl.spec, "python")
	} else { // uvx python@3.12
		if from := pl.value("--from"); from != "" {
			args = append(args, "--from", from)
		}
		args = append(args, pl.targetText)
	}
	s := pl.step(append(args, "-I", "-c", recordCode), progress)
	// Who asks for the latest wants the index to be asked.
	out, err := s.steps(ctx, strings.HasSuffix(pl.spec, "@latest"))
	if err != nil {
		return nil, err
	}
	r := &readiness{}
	r.record.read(out)
	return r, nil
}

// preparePlain brings what a `uv run` outside of projects needs into uv's
// cache: the packages of --with and requirements.txt, perhaps an interpreter.
func (p *Preparer) preparePlain(ctx context.Context, pl *plan, progress func(string)) (*readiness, error) {
	args := append([]string{"run"}, pl.except(append([]string{"--module", "--script", "--gui-script"}, everyStep...)...)...)
	args = append(append(args, pl.more...), "python", "-I", "-c", recordCode)
	s := pl.step(args, progress)
	out, err := s.steps(ctx, false)
	if err != nil {
		return nil, err
	}
	r := &readiness{options: pl.more}
	r.record.read(out)
	return r, nil
}

// recordCode writes what the environment that it runs in holds. It imports
// from Python's own library alone (-I), and whatever fails in it is no failure
// to prepare.
const recordCode = `
try:
    import json, platform
    from importlib.metadata import distributions
    print("jwhost" + json.dumps({"python": platform.python_version(),
        "resolved": {d.metadata["Name"].lower().replace("_", "-"): d.version for d in distributions()}}))
except Exception:
    pass
`

// read takes a record from what recordCode wrote.
func (r *Record) read(out string) {
	for line := range strings.Lines(out) {
		if text, ok := strings.CutPrefix(line, "jwhost"); ok {
			var read Record
			if json.Unmarshal([]byte(text), &read) == nil {
				r.Python, r.Resolved = read.Python, read.Resolved
			}
		}
	}
}
