package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/hcl/shellsafe"
	"github.com/jwhost/jwhost/host/pluginproc"
	"github.com/jwhost/jwhost/host/secret"
	"github.com/jwhost/jwhost/host/uv"
)

// Codes of diagnostics about the machine.
const (
	CodeFolder scope.Code = "no-such-folder"
	CodeSecret scope.Code = "no-such-secret"
	CodeUV     scope.Code = "no-uv"
	CodePython scope.Code = "python-project"
	CodePlugin scope.Code = "plugin" // what a plugin says of its config or an argument
)

// Preflight checks what depends on the machine: folders, secrets, uv and the
// projects that it is to read. It also asks the bundled plugins about the
// arguments that are known.
func Preflight(ctx context.Context, file *jobfile.File, catalog *pluginproc.Catalog) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, j := range file.Jobs {
		diags = diags.Extend(checkFolder(j))
	}
	secrets := secret.New(os.Getenv)
	for _, s := range file.Secrets {
		if _, err := secrets.Lookup(s.Name); err != nil {
			diags = diags.Append(scope.Error(CodeSecret, s.Range, "A secret is missing", sentence(err)))
		}
	}
	diags = diags.Extend(checkUV(ctx, file))
	return diags.Extend(checkBundled(ctx, file, catalog, secrets))
}

// checkFolder looks for a job's folder. Another job may make it first.
func checkFolder(j *jobfile.Job) hcl.Diagnostics {
	if len(j.DependsOn) > 0 {
		return nil
	}
	info, err := os.Stat(j.Dir)
	switch {
	case err != nil:
		return hcl.Diagnostics{scope.Error(CodeFolder, j.DirRange, "The job's folder is not there", sentence(err))}
	case !info.IsDir():
		return hcl.Diagnostics{scope.Error(CodeFolder, j.DirRange, "The job's folder is no folder", j.Dir+" is a file.")}
	}
	return nil
}

// checkUV looks for uv, if anything needs it, and at the projects it reads.
func checkUV(ctx context.Context, file *jobfile.File) hcl.Diagnostics {
	var diags hcl.Diagnostics
	users := uvUsers(file)
	if len(users) == 0 {
		return nil
	}
	if _, err := uv.Find(ctx, os.Environ()); err != nil {
		d := scope.Error(CodeUV, users[0].at, "uv is not found", sentence(err))
		if len(users) > 1 {
			d.Detail += fmt.Sprintf("\nIt is needed in %d places of the file.", len(users))
		}
		diags = diags.Append(d)
	}
	seen := map[string]bool{}
	for _, u := range users {
		if err := uv.CheckCommand(u.command, u.dir, os.Environ()); err != nil && !seen[err.Error()] {
			seen[err.Error()] = true
			diags = diags.Append(scope.Error(CodePython, u.at, "uv cannot read the project", sentence(err)))
		}
	}
	return diags
}

// A uvUser is a command of the file that runs uv.
type uvUser struct {
	command *shellsafe.Command
	at      hcl.Range
	dir     string
}

// uvUsers lists the commands of the file that run uv, of jobs and of actions.
func uvUsers(file *jobfile.File) []uvUser {
	var users []uvUser
	for _, j := range file.Jobs {
		if l, ok := j.Source.(*jobfile.Local); ok {
			in := shellsafe.Input{Shell: shellsafe.Bash}
			if l.Command != "" {
				in.Line = []shellsafe.Part{{Text: l.Command}}
			}
			for _, word := range l.Argv {
				in.Argv = append(in.Argv, []shellsafe.Part{{Text: word}})
			}
			if cmd, _ := shellsafe.Check(in); cmd != nil && uv.Uses(cmd) {
				users = append(users, uvUser{cmd, l.Range, j.Dir})
			}
		}
		for _, w := range j.Watchers {
			for _, a := range w.Actions {
				if a.Command != nil && uv.Uses(a.Command.Safe) {
					users = append(users, uvUser{a.Command.Safe, a.Command.Range, commandDir(file, j, a)})
				}
			}
		}
	}
	return users
}

// commandDir is the folder that an action's command runs in: its own `dir`,
// which takes no captures, or the job's.
func commandDir(file *jobfile.File, j *jobfile.Job, a *jobfile.Action) string {
	if arg := a.Args["dir"]; arg != nil && arg.Text != nil {
		if dir, ok := arg.Text.Constant(); ok && dir != "" && !filepath.IsAbs(dir) {
			return filepath.Join(file.Dir, dir)
		} else if ok && dir != "" {
			return dir
		}
	}
	return j.Dir
}

// sentence makes an error's text a sentence of its own.
func sentence(err error) string {
	var path *os.PathError
	text := err.Error()
	if errors.As(err, &path) {
		text = fmt.Sprintf("%s: %v", path.Path, path.Err)
	}
	if !strings.Contains(text, "\n") { // several lines end with what to type
		text = strings.TrimSuffix(text, ".") + "."
	}
	first, size := utf8.DecodeRuneInString(text)
	if strings.HasPrefix(text, "uv ") { // a name
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}
