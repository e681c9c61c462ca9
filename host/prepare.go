package host

import (
	"context"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/host/event"
	"github.com/jwhost/jwhost/host/uv"
)

// usesUV reports whether anything in the file runs uv.
func usesUV(file *jobfile.File) bool { return len(uvUsers(file)) > 0 }

// prepare makes ready, while the job starts, what its actions need: their
// plugins' processes, and what their uv commands ask for. So the first action
// does not wait for it. A failure is the action's own, if it is ever asked for:
// it is told then.
func (r *run) prepare(ctx context.Context, j *job) {
	warm := map[string]bool{}
	for _, w := range j.def.Watchers {
		for _, a := range w.Actions {
			if !warm[a.Plugin] {
				warm[a.Plugin] = true
				r.preparing.Go(func() { _, _ = r.plugins.Configure(ctx, a.Plugin) })
			}
			if r.preparer == nil || a.Command == nil || !uv.Uses(a.Command.Safe) {
				continue
			}
			r.preparing.Go(func() {
				dir := commandDir(r.file, j.def, a)
				_, err := r.preparer.Prepare(ctx, a.Command.Safe, dir, withConstants(j.env, a), r.progress(j, w))
				if err != nil && ctx.Err() == nil {
					r.log.Info("uv is not ready", "job", j.def.Name, "watcher", w.Name, "error", err)
				}
			})
		}
	}
}

// progress shows what takes time before an action's command starts.
func (r *run) progress(j *job, w *jobfile.Watcher) func(string) {
	return func(message string) {
		r.rec.emit(event.Event{
			Type: event.Warning, Code: "uv", Job: j.def.Name, Watcher: w.Name, Message: message, Progress: true,
		})
	}
}

// withConstants adds the action's own variables as far as they are known
// before it triggers.
func withConstants(env []string, a *jobfile.Action) []string {
	env = env[:len(env):len(env)]
	if arg := a.Args["env"]; arg != nil {
		for _, item := range arg.Map {
			if text, ok := item.Value.Constant(); ok {
				env = append(env, item.Key+"="+text)
			}
		}
	}
	return env
}
