package uv

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/go-hclog"

	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// A way says what stands behind a command, and so how it is made ready.
type way int

const (
	asWritten way = iota // not understood, or nothing that could be made ready
	inProject            // uv run below a pyproject.toml
	inScript             // uv run of a script with its own metadata (PEP 723)
	plain                // uv run with neither
	inTool               // uvx
)

// A plan is what one uv command needs.
type plan struct {
	form
	way  way
	bin  string  // the uv that prepares
	dir  string  // where uv works, absolute
	env  environ // less what names another environment
	log  hclog.Logger
	base string   // where uv looks for a project, absolute
	more []string // options that the host adds: requirements.txt

	project string // inProject: folder of the nearest pyproject.toml
	script  string // inScript: absolute path
	spec    string // inTool: the package, as for --from; "" where it is an interpreter

	// isolate: an environment of ours takes the place of the job's. It is false
	// where the author chose one in the command itself.
	isolate bool
}

// Options that ask for fresh packages: a run cannot be offline then, and what
// was prepared would be thrown away.
var fresh = []string{
	"--refresh", "--refresh-package", "--upgrade", "--upgrade-package", "--upgrade-group",
	"--no-cache", "--no-cache-dir", "--reinstall", "--reinstall-package", "--force-reinstall",
}

// newPlan decides how the program is made ready. dir is the command's folder.
func newPlan(t Tool, prog shellsafe.Program, f form, dir string, env environ) *plan {
	p := &plan{form: f, bin: t.Path, log: hclog.NewNullLogger()}
	p.env = env.without("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT").with(prog.Env...)
	own := environ(prog.Env)
	if !prog.DirKnown {
		return p
	}
	p.dir = within(dir, prog.Dir)
	if info, err := os.Stat(p.dir); err != nil || !info.IsDir() {
		return p // made by the command itself
	}
	if f.named != "" {
		p.bin = within(p.dir, f.named)
	}
	if f.kind == other || f.has("--help", "--version", "--show-resolution") {
		return p
	}
	if f.kind == run {
		p.find()
		p.isolate = p.way != plain && own.get("UV_PROJECT_ENVIRONMENT") == "" && own.get("VIRTUAL_ENV") == "" &&
			!f.has("--active", "--isolated") && !p.asked("--no-sync", "UV_NO_SYNC")
	} else {
		p.findTool()
	}
	if !f.clear || f.target == 0 || p.remote() || f.has(fresh...) || f.has("--active", "--no-offline") || p.asked("--no-sync", "UV_NO_SYNC") {
		if p.way != inProject {
			p.isolate = false
		}
		p.way = asWritten
	}
	return p
}

// find finds the project or script of a `uv run`.
func (p *plan) find() {
	p.dir = within(p.dir, firstOf(p.value("--directory"), p.env.first("UV_WORKING_DIR", "UV_WORKING_DIRECTORY")))
	p.base = within(p.dir, firstOf(p.value("--project"), p.env.get("UV_PROJECT")))
	p.way = plain
	if path, ok := p.scriptFile(); ok {
		if text, ok := metadata(path); ok && text != "" {
			p.way, p.script = inScript, path
			return
		}
	}
	if p.asked("--no-project", "UV_NO_PROJECT") {
		return
	}
	p.project = above(p.base, "pyproject.toml")
	if p.project != "" {
		p.way = inProject
	}
	if p.project != "" && declaresProject(p.project) || p.has("--with-requirements") {
		return
	}
	if _, err := os.Stat(filepath.Join(p.dir, "requirements.txt")); err != nil {
		return
	}
	// uv run does not read requirements.txt by itself; and without --isolated
	// it makes no environment where the interpreter happens to satisfy it.
	p.more = []string{"--with-requirements", "requirements.txt"}
	if !p.has("--isolated") {
		p.more = append(p.more, "--isolated")
	}
	p.way, p.project = plain, ""
}

// scriptFile returns the Python file that `uv run` is given. What comes from
// standard input or from a URL cannot be read ahead.
func (p *plan) scriptFile() (path string, ok bool) {
	if p.target == 0 || p.has("--module") {
		return "", false
	}
	word := p.targetText
	if p.has("--script", "--gui-script") || strings.HasSuffix(word, ".py") || strings.HasSuffix(word, ".pyw") {
		return within(p.dir, word), true
	}
	return "", false
}

// remote reports whether the code that `uv run` gets is not here: its
// metadata, if any, is not known before it runs.
func (p *plan) remote() bool {
	return p.kind == run && !p.has("--module") &&
		(p.targetText == "-" || strings.HasPrefix(p.targetText, "http://") || strings.HasPrefix(p.targetText, "https://"))
}

// findTool finds the package of a `uvx`.
func (p *plan) findTool() {
	p.dir = within(p.dir, firstOf(p.value("--directory"), p.env.first("UV_WORKING_DIR", "UV_WORKING_DIRECTORY")))
	p.way = inTool
	p.spec = firstOf(p.value("--from"), p.targetText)
	name, _, _ := strings.Cut(p.spec, "@")
	if python.MatchString(name) {
		p.spec = ""
	}
}

// asked reports whether a flag or its variable was given.
func (p *plan) asked(flag, variable string) bool {
	return p.has(flag) || truth(p.env.get(variable))
}

func truth(text string) bool {
	return slices.Contains([]string{"1", "true", "t", "yes", "y", "on"}, strings.ToLower(text))
}

// String returns the command as a person would write it, less what the inner
// command gets.
func (p *plan) String() string {
	words := []string{p.program}
	if p.kind == run {
		words = append(words, "run")
	} else if p.program != "uvx" {
		words = append(words, "tool", "run")
	}
	for _, o := range p.options {
		words = append(words, o.words...)
	}
	return hidePasswords(strings.Join(append(words, p.targetText), " "))
}

// hidePasswords takes the credentials out of addresses.
func hidePasswords(text string) string { return userInfo.ReplaceAllString(text, "://") }

var userInfo = regexp.MustCompile(`://[^/@\s]+@`)

// key names the plan: two plans with one key need the same.
func (p *plan) key() string {
	h := sha256.New()
	part := func(parts ...string) {
		for _, s := range parts {
			fmt.Fprintf(h, "%d:%s,", len(s), s)
		}
		io.WriteString(h, ";")
	}
	part(fmt.Sprint(p.way, p.isolate), p.bin, p.dir, p.base, p.project, p.script, p.spec)
	part(p.except("--quiet", "--verbose")...)
	part(p.more...)
	part(p.settings()...)
	return hex.EncodeToString(h.Sum(nil))
}

// settings returns the variables that change what uv does.
func (p *plan) settings() []string {
	var all []string
	for _, setting := range p.env {
		name, _, _ := strings.Cut(setting, "=")
		if strings.HasPrefix(name, "UV_") || slices.Contains([]string{"HOME", "PATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"}, name) {
			all = append(all, setting)
		}
	}
	slices.Sort(all)
	return all
}

// edits returns what the command needs to run: variables put at this one
// command, and options behind its subcommand. uv itself is always named by its
// path, as it need not be on the command's PATH. project, if not "", takes the
// place of the folder that uv finds its project in.
func (p *plan) edits(words []shellsafe.Word, variables, options []string, project string) []shellsafe.Edit {
	var edits []shellsafe.Edit
	var program []string
	if len(variables) > 0 {
		program = append([]string{"env"}, variables...)
	}
	at := -1 // the option that project replaces
	if project != "" {
		given := slices.IndexFunc(p.options, func(o option) bool { return o.name == "--project" })
		if given >= 0 {
			at = p.options[given].at
		}
		if at < 0 || at == p.sub {
			options = append(slices.Clip(options), "--project", project)
		}
		if at >= 0 && at != p.sub {
			last := at + len(p.options[given].words) - 1
			edits = append(edits, shellsafe.Edit{Start: words[at].Start, End: words[last].End, Words: []string{"--project", project}})
		}
	}
	switch {
	case p.named == "":
		program = append(program, p.bin)
		if p.kind == tool && p.sub == p.prefix { // uvx has no subcommand
			program = append(append(program, "tool", "run"), options...)
			options = nil
		}
		edits = append(edits, shellsafe.Edit{Start: words[0].Start, End: words[p.prefix-1].End, Words: program})
	case len(program) > 0:
		edits = append(edits, shellsafe.Edit{Start: words[0].Start, End: words[0].Start, Words: program})
	}
	if len(options) > 0 && p.sub < len(words) {
		e := shellsafe.Edit{Start: words[p.sub].Start, End: words[p.sub].Start, Words: options}
		if at == p.sub {
			i := slices.IndexFunc(p.options, func(o option) bool { return o.at == at })
			e.End = words[at+len(p.options[i].words)-1].End
		}
		edits = append(edits, e)
	}
	slices.SortFunc(edits, func(a, b shellsafe.Edit) int { return a.Start - b.Start })
	return edits
}

// offline is the option that keeps a prepared command off the network.
func (p *plan) offline() []string {
	if p.has("--offline") {
		return nil
	}
	return []string{"--offline"}
}

// quiet is the option that keeps uv's progress out of the output of a `uv
// run`; errors are shown all the same. Of a prepared uvx there is no progress,
// and --quiet would hide the list of a package's executables that it shows
// where the one that was asked for is not among them.
func (p *plan) quiet() []string {
	if p.kind != run || !p.clear || p.has("--quiet", "--verbose", "--help", "--version") {
		return nil
	}
	return []string{"--quiet"}
}

// step is a run of uv for this plan.
func (p *plan) step(args []string, progress func(string)) step {
	return step{p.bin, args, p.dir, p.env.without("UV_WORKING_DIR", "UV_WORKING_DIRECTORY"), p.log, progress}
}

// within joins a path to a folder; an absolute one stands for itself.
func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// above returns the nearest folder from dir upward that holds a file.
func above(dir, name string) string {
	for {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && !info.IsDir() {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
