package host

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/hcl/scope"
)

// environ returns the environment of a job: what the host was started with,
// less the virtual environment it may have been started in, plus the job's
// own variables. uv is on its PATH wherever it was found.
func (r *run) environ(j *jobfile.Job, id string) ([]string, error) {
	env := hostEnviron(os.Environ())
	env["PYTHONUNBUFFERED"] = "1" // Python would keep lines back where it sees no terminal
	if r.uv != nil {
		env["PATH"] = withFolder(env["PATH"], filepath.Dir(r.uv.Path))
	}
	maps.Copy(env, j.Env)
	for name, template := range j.EnvSecrets {
		text, err := template.Bytes(&scope.Values{Secret: r.secrets.Lookup})
		if err != nil {
			return nil, fmt.Errorf("env %s: %w", name, err)
		}
		env[name] = string(text)
	}
	env["JOB_ID"] = id
	return list(env), nil
}

// hostEnviron is the part of the host's environment that jobs and actions see.
func hostEnviron(environ []string) map[string]string {
	env := make(map[string]string, len(environ))
	for _, v := range environ {
		if name, value, ok := strings.Cut(v, "="); ok && name != "" {
			env[name] = value
		}
	}
	delete(env, "VIRTUAL_ENV")
	delete(env, "CONDA_PREFIX")
	return env
}

func list(env map[string]string) []string {
	l := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		l = append(l, name+"="+env[name])
	}
	return l
}

// withFolder adds a folder to the end of a PATH that lacks it.
func withFolder(path, folder string) string {
	if slices.Contains(filepath.SplitList(path), folder) {
		return path
	}
	if path == "" {
		return folder
	}
	return path + string(filepath.ListSeparator) + folder
}
