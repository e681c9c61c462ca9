package cli

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

// A folder is what `jwhost init` found.
type folder struct {
	Python       string // script to run, "" if none
	Shell        string // the same of the shell
	Bash         bool   // Shell wants bash
	Project      bool   // pyproject.toml
	Requirements bool   // requirements.txt
}

// simpleName is a file name that needs no quotes, neither of HCL nor of a shell.
var simpleName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// explore looks at the files of dir itself.
func explore(dir string) (folder, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return folder{}, err
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && simpleName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	f := folder{
		Project:      slices.Contains(names, "pyproject.toml"),
		Requirements: slices.Contains(names, "requirements.txt"),
		Python:       script(names, ".py"),
		Shell:        script(names, ".sh"),
	}
	if f.Shell != "" {
		f.Bash = wantsBash(filepath.Join(dir, f.Shell))
	}
	return f, nil
}

// script returns the file that is most probably the one to run.
func script(names []string, ext string) string {
	for _, base := range []string{"train", "main", "run", "job"} {
		if slices.Contains(names, base+ext) {
			return base + ext
		}
	}
	for _, name := range names {
		if strings.HasSuffix(name, ext) && name != "setup.py" && name != "conftest.py" && !strings.HasPrefix(name, "test_") {
			return name
		}
	}
	return ""
}

// wantsBash reports whether a script's first line names bash.
func wantsBash(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	return s.Scan() && strings.HasPrefix(s.Text(), "#!") && strings.Contains(s.Text(), "bash")
}

// command is what the job runs, "" for the demonstration of an empty folder.
func (f folder) command() string {
	switch {
	case f.Python != "" && (f.Project || f.Requirements):
		return "uv run python " + f.Python
	case f.Python != "":
		return "python3 " + f.Python
	case f.Shell != "" && f.Bash:
		return "bash " + f.Shell
	case f.Shell != "":
		return "sh " + f.Shell
	}
	return demonstration
}

// demonstration prints what the watchers of the template look for.
const demonstration = `for i in 1 2 3; do echo "step $i loss: 0.$((9 - i))"; sleep 1; done`

// Command is command as an HCL string.
func (f folder) Command() string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `${`, `$${`, `%{`, `%%{`).Replace(f.command()) + `"`
}

// UV says whether the job runs with uv, and why.
func (f folder) UV() string {
	switch {
	case f.Python == "" || !(f.Project || f.Requirements):
		return ""
	case f.Project:
		return "pyproject.toml"
	default:
		return "requirements.txt"
	}
}

// Found reports whether there was something to run.
func (f folder) Found() bool { return f.Python != "" || f.Shell != "" }

// jobFile is the text of the job file.
func (f folder) jobFile() string {
	var b strings.Builder
	if err := jobFileTemplate.Execute(&b, f); err != nil {
		panic(err) // the template is a constant, and tested
	}
	return b.String()
}

var jobFileTemplate = template.Must(template.New("jobs.hcl").Parse(`# What to run, what to look for in its output, and what to do then.
#
#   jwhost validate   checks this file and starts nothing
#   jwhost run        runs it

job "main" {
  source "local" {
{{- if .UV}}
    # uv runs it with what {{.UV}} asks for.
{{- else if not .Found}}
    # Nothing to run was found in this folder: put your own command here.
{{- end}}
    command = {{.Command}}
  }

  # time_limit = "12h"
  # env        = { WANDB_MODE = "offline" }

  # A watcher looks at each line. In a quoted string a backslash is written
  # twice. (?P<name>...) is a capture.
  watcher "loss" {
    pattern = "(?i)loss[:= ]+(?P<loss>[0-9.]+)"

    # Recorded at every match; the run ends with a small chart of it.
    metrics = { loss = loss }
  }

  watcher "trouble" {
    pattern      = "Traceback|(?i:error|failed|out of memory)"
    max_triggers = 10

    # Text of the job may stand in a message. In a command it may as well, but
    # can never become code: what could be is refused by "jwhost validate".
    action "log_event" {
      level   = "warn"
      message = "line ${match.number}: ${match.line}"
    }

    # action "run_command" {
    #   command = "uv run python analyze_error.py --job ${JOB_ID}"
    # }

    # action "notify" {
    #   url     = secret("NOTIFY_URL") # slack://..., discord://..., smtp://...
    #   message = "${job.name}: ${match.line}"
    # }
  }

  # Acts when the job ends, however it ends.
  watcher "finished" {
    on_end {
      states = ["succeeded", "failed", "timeout"]
    }
    action "log_event" {
      message = "${job.name} ended: ${job.state}"
    }
  }
}
`))
