package shellsafe_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/jwhost/jwhost/hcl/pattern"
	"github.com/jwhost/jwhost/hcl/proof"
	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// The patterns of the watchers: their first group captures.
var patterns = []string{
	`(?s)^(.*)$`, // anything, as an output of an action can be
	`(.*)`,
	`(\S+)`,
	`(\w+)`,
	`([0-9]+)`,
	`([\d.]+)`,
	`(-?\d+)`,
	`([+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)`,
	`(\d+)?x?`,
	`([^';&|$<>()"\x60]*)`,
	`(?i)([a-z_]*k[a-z_]*)`,
	`([[:graph:]]+)\s*$`,
	`(\w[\w.]{2,})`,
	`"([^"]*)"`,
}

// anyText are the first patterns: what can hold whatever a line holds.
const anyText = 2

// A template is a command with placeholders, and what comes of it.
type template struct {
	shell string   // Sh, Bash, or "" for an argument vector, a word a line
	text  string   // ${x} and ${y} are placeholders
	want  []wanted // the arguments of all probes; nil: not known
	files []string // that it makes
}

// wanted is an argument that a probe must receive if x and y hold the text.
type wanted func(text string) string

// A triple is one question to the shells: may this text stand in this command
// when that pattern has captured it?
type triple struct {
	*template
	pattern string
	text    string
}

func (q triple) String() string {
	return fmt.Sprintf("%s | %s | %s | %q", q.shell, q.template.text, q.pattern, q.text)
}

var placeholder = regexp.MustCompile(`\$\{[xy]\}`)

// input is the command as validate sees it when the pattern's first group is
// captured as x and as y.
func (t *template) input(captured *proof.Language) shellsafe.Input {
	holes := map[string]*shellsafe.Hole{}
	in := shellsafe.Input{Shell: t.shell, Captures: map[string]*proof.Language{}}
	for _, name := range []string{"x", "y"} {
		env := "JW_" + strings.ToUpper(name)
		holes["${"+name+"}"] = &shellsafe.Hole{Name: name, Env: env, Language: captured}
		in.Captures[env] = captured
	}
	parts := func(text string) (parts []shellsafe.Part) {
		at := 0
		for _, m := range placeholder.FindAllStringIndex(text, -1) {
			if m[0] > at {
				parts = append(parts, shellsafe.Part{Text: text[at:m[0]]})
			}
			parts = append(parts, shellsafe.Part{Hole: holes[text[m[0]:m[1]]]})
			at = m[1]
		}
		if at < len(text) {
			parts = append(parts, shellsafe.Part{Text: text[at:]})
		}
		return parts
	}
	if t.shell != "" {
		in.Line = parts(t.text)
		return in
	}
	for word := range strings.Lines(t.text) {
		in.Argv = append(in.Argv, parts(strings.TrimSuffix(word, "\n")))
	}
	return in
}

// A checker keeps the answers of Check: they do not depend on the text.
type checker struct {
	mu       sync.Mutex
	groups   map[string]*pattern.Pattern
	commands map[string]*shellsafe.Command // nil: refused
	problems map[string][]shellsafe.Problem
}

func newChecker() *checker {
	return &checker{
		groups:   make(map[string]*pattern.Pattern),
		commands: make(map[string]*shellsafe.Command),
		problems: make(map[string][]shellsafe.Problem),
	}
}

func (c *checker) pattern(source string) *pattern.Pattern {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.groups[source] == nil {
		c.groups[source], _ = pattern.Compile(source, nil)
	}
	return c.groups[source]
}

// check returns the command, nil if validate refuses it.
func (c *checker) check(t *template, source string) *shellsafe.Command {
	captured := c.pattern(source).Captures[0].Language
	key := t.shell + "\x00" + t.text + "\x00" + source
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.commands[key]; !ok {
		c.commands[key], c.problems[key] = shellsafe.Check(t.input(captured))
	}
	return c.commands[key]
}

// capture returns what the pattern captures of a line.
func (c *checker) capture(source, line string) (text string, ok bool) {
	found := c.pattern(source).Regexp.FindStringSubmatch(line)
	if found == nil {
		return "", false
	}
	return found[1], true
}

// A cage is a folder in which commands run. Whatever they should not run
// leaves a mark in it.
type cage struct {
	dir   string            // holds work, and the files probed and marked
	shims map[string]string // folders with the programs, by the program that /bin/sh is
}

// probes write what they are given to a file; marks are programs of hostile text.
const (
	probe      = `[ $# -gt 0 ] && printf '%s\0' "$@" >> "$PROBED"`
	probeStdin = `{ cat; printf '\0'; } >> "$PROBED"`
	probeEnv   = `eval "printf '%s\0' \"\$$1\"" >> "$PROBED"`
	mark       = `echo "$0" "$@" >> "$MARKED"`
)

var marks = []string{"CMD", "pwn", "touch", "rm", "curl", "ls", "x=1"}

// programs are what commands may use, as far as this machine has them.
var programs = []string{
	"awk", "bash", "cat", "dash", "env", "find", "grep", "head", "jq", "make", "mkdir", "node", "nice", "nohup", "perl", "printf", "sed",
	"setsid", "sleep", "tar", "tee", "timeout", "tr", "true", "false", "xargs", "git", "sqlite3", "test", "wc", "id",
}

// newShims makes the folders with programs, one for each sh.
func newShims(t *testing.T) map[string]string {
	shims := make(map[string]string)
	root := t.TempDir()
	dash := need(t, "dash")
	for _, sh := range []string{"dash", "bash"} {
		dir := filepath.Join(root, sh)
		must(t, os.Mkdir(dir, 0o777))
		for _, name := range programs {
			if path, err := exec.LookPath(name); err == nil {
				must(t, os.Symlink(path, filepath.Join(dir, name)))
			}
		}
		must(t, os.Symlink(need(t, sh), filepath.Join(dir, "sh")))
		// python3 may be a shim that takes long to start.
		out, err := exec.Command(need(t, "python3"), "-c", "import sys; print(sys.executable)").Output()
		must(t, err)
		must(t, os.Symlink(strings.TrimSpace(string(out)), filepath.Join(dir, "python3")))
		script := func(name, text string) {
			must(t, os.WriteFile(filepath.Join(dir, name), []byte("#!"+dash+"\n"+text+"\n"), 0o777))
		}
		script("probe", probe)
		script("probe-stdin", probeStdin)
		script("probe-env", probeEnv)
		for _, name := range marks {
			script(name, mark)
		}
		shims[sh] = dir
	}
	return shims
}

func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("JWHOST_REQUIRE_ALL") != "" {
			t.Fatal(err)
		}
		t.Skip("needs ", program, ": ", err)
	}
	return path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newCage(t *testing.T, shims map[string]string) *cage {
	c := &cage{t.TempDir(), shims}
	must(t, c.reset())
	return c
}

// furniture are the files of a working directory: food for globs and options.
var furniture = map[string]string{"data.txt": "a\nb\n", "sub/inner.txt": "c\n", "a b": "", "*": "", "-n": "", "x": ""}

// reset makes the working directory as it was in the beginning.
func (c *cage) reset() error {
	work := filepath.Join(c.dir, "work")
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	for name, text := range furniture {
		path := filepath.Join(work, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// made lists the files that were not there before, or are no longer as they were.
func (c *cage) made() (made []string, err error) {
	left := maps.Clone(furniture)
	work := filepath.Join(c.dir, "work")
	err = filepath.WalkDir(work, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(work, path)
		text, known := furniture[name]
		if info, err := d.Info(); err != nil {
			return err
		} else if !known || info.Size() != int64(len(text)) {
			made = append(made, name)
		}
		delete(left, name)
		return nil
	})
	return append(made, slices.Collect(maps.Keys(left))...), err
}

// A way is one way to run a command: which program sh is, and the locale.
type way struct{ sh, locale string }

var ways = map[string][]way{
	shellsafe.Sh:   {{"dash", "C"}, {"bash", "C.UTF-8"}, {"dash", "C.UTF-8"}, {"bash", "C"}},
	shellsafe.Bash: {{"dash", "C.UTF-8"}, {"dash", "C"}},
	"":             {{"dash", "C"}, {"bash", "C.UTF-8"}},
}

// ask renders a triple and runs it. It returns what is wrong, "" if nothing is.
func (c *cage) ask(command *shellsafe.Command, q triple, w way) string {
	captures := map[string][]byte{"JW_X": []byte(q.text), "JW_Y": []byte(q.text)}
	var refusal *shellsafe.Refusal
	if err := command.Admits(captures); err != nil {
		if !errors.As(err, &refusal) {
			return "Admits: " + err.Error()
		}
		return ""
	}
	r, err := command.Render(func(*shellsafe.Hole) ([]byte, error) { return []byte(q.text), nil })
	if err != nil {
		if !errors.As(err, &refusal) {
			return "Render: " + err.Error()
		}
		return ""
	}
	got, marked, stderr, err := c.run(r, captures, w)
	if err != nil {
		return err.Error()
	}
	var wrong []string
	if len(marked) > 0 {
		wrong = append(wrong, fmt.Sprintf("it ran %q", marked))
	}
	made, err := c.made()
	for _, file := range made {
		if !q.makes(file) {
			wrong = append(wrong, fmt.Sprintf("it touched the file %q", file))
		}
	}
	if len(made) > 0 || err != nil {
		if err := c.reset(); err != nil {
			return err.Error()
		}
	}
	if q.want != nil && carried(q.text) {
		var want []string
		for _, arg := range q.want {
			want = append(want, arg(q.text))
		}
		if !slices.Equal(got, want) {
			wrong = append(wrong, fmt.Sprintf("the program received %q and not %q, stderr %q", got, want, stderr))
		}
	}
	if len(wrong) == 0 {
		return ""
	}
	return fmt.Sprintf("%s, as %q where sh is %s (%s)", strings.Join(wrong, "; "), show(r), w.sh, w.locale)
}

// makes reports whether the command is there to write the file. Where the proof
// let a text be a plain name, that can be any.
func (q triple) makes(file string) bool {
	for _, name := range q.files {
		if file == filled(name)(q.text) {
			return true
		}
	}
	return !slices.Contains(patterns[:anyText], q.pattern) && (!strings.Contains(file, "PWNED") || file == q.text)
}

func show(r *shellsafe.Rendered) string {
	if r.Line != nil {
		return string(r.Line)
	}
	return string(bytes.Join(r.Argv, []byte(" | ")))
}

// carried reports whether the environment can carry a text.
func carried(text string) bool {
	return !strings.Contains(text, "\x00") && len(text) < shellsafe.MaxArgument-len("JW_X=")
}

// run runs what was rendered as the host does.
func (c *cage) run(r *shellsafe.Rendered, captures map[string][]byte, w way) (args []string, marked, stderr string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	shim := c.shims[w.sh]
	var argv []string
	switch r.Shell {
	case shellsafe.Sh:
		argv = []string{filepath.Join(shim, "sh"), "-c", string(r.Line)}
	case shellsafe.Bash:
		argv = []string{filepath.Join(shim, "bash"), "-c", string(r.Line)}
	default:
		for _, word := range r.Argv {
			argv = append(argv, string(word))
		}
		argv[0] = filepath.Join(shim, argv[0])
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	if r.Shell == shellsafe.Sh {
		cmd.Args[0] = "sh"
	}
	cmd.Dir = filepath.Join(c.dir, "work")
	cmd.Stdin = bytes.NewReader(r.Stdin)
	probed, mark := filepath.Join(c.dir, "probed"), filepath.Join(c.dir, "marked")
	cmd.Env = []string{"PATH=" + shim, "HOME=" + cmd.Dir, "LC_ALL=" + w.locale, "PROBED=" + probed, "MARKED=" + mark}
	for _, name := range slices.Sorted(maps.Keys(captures)) {
		if text := string(captures[name]); carried(text) {
			cmd.Env = append(cmd.Env, name+"="+text)
		}
	}
	for name, text := range r.Env {
		cmd.Env = append(cmd.Env, name+"="+string(text))
	}
	var errout bytes.Buffer
	cmd.Stderr = &errout
	cmd.WaitDelay = time.Second
	if cmd.Run(); ctx.Err() != nil { // how it ends is its own affair
		return nil, "", "", fmt.Errorf("%q did not end", argv)
	}
	got, _ := os.ReadFile(probed)
	ran, _ := os.ReadFile(mark)
	os.Remove(probed)
	os.Remove(mark)
	if len(got) > 0 {
		args = strings.Split(strings.TrimSuffix(string(got), "\x00"), "\x00")
	}
	return args, string(ran), errout.String(), nil
}

// The cage sees harm: text that is pasted as it is leaves its marks.
func TestCageSeesHarm(t *testing.T) {
	c := newCage(t, newShims(t))
	tests := []struct {
		shell, line string
		marks, file bool
	}{
		{shellsafe.Sh, "probe a; pwn", true, false},
		{shellsafe.Sh, "probe $(pwn)", true, false},
		{shellsafe.Sh, "probe `touch PWNED`", true, false},
		{shellsafe.Sh, "probe a > PWNED", false, true},
		{shellsafe.Sh, "> sub/inner.txt", false, true},
		{shellsafe.Sh, `python3 -c '__import__("os").system("pwn")'`, true, false},
		{shellsafe.Bash, "probe $((a[$(pwn)]))", true, false},
		{shellsafe.Bash, "cat <(pwn)", true, false},
		{shellsafe.Sh, "probe 'a; pwn'", false, false},
	}
	for _, test := range tests {
		for _, w := range ways[test.shell] {
			_, marked, _, err := c.run(&shellsafe.Rendered{Shell: test.shell, Line: []byte(test.line)}, nil, w)
			must(t, err)
			made, err := c.made()
			must(t, err)
			if (marked != "") != test.marks || (len(made) > 0) != test.file {
				t.Errorf("%s where sh is %s: ran %q, made %q", test.line, w.sh, marked, made)
			}
			must(t, c.reset())
		}
	}
}

// A word of a generated command, and the argument that it is.
type word struct {
	text string
	arg  wanted
}

func constant(s string) wanted { return func(string) string { return s } }

func join(a, b wanted) wanted { return func(text string) string { return a(text) + b(text) } }

// chomped is what a command substitution leaves of an output.
func chomped(w wanted) wanted {
	return func(text string) string { return strings.TrimRight(w(text), "\n") }
}

var captured = word{"${x}", func(text string) string { return text }}

// drawPart draws a part of a word; depth is how deep words may still nest.
func drawPart(t *rapid.T, depth int) word {
	literal := rapid.StringMatching(`[a-z0-9_.,:/+@%-]{0,4}`)
	inner := func() word { // of quotes
		before, after := literal.Draw(t, "before"), literal.Draw(t, "after")
		if rapid.Bool().Draw(t, "hole") {
			return word{before + "${x}" + after, func(text string) string { return before + text + after }}
		}
		return word{before + after, constant(before + after)}
	}
	switch rapid.IntRange(0, 11).Draw(t, "part") {
	case 0:
		s := literal.Draw(t, "literal")
		return word{"a" + s, constant("a" + s)}
	case 1, 2, 3:
		return captured
	case 4, 5:
		w := inner()
		return word{"'" + w.text + "'", w.arg}
	case 6, 7:
		w := inner()
		return word{`"` + w.text + `"`, w.arg}
	case 8:
		escaped := rapid.SampledFrom([]string{`\ `, `\'`, `\"`, `\$`, `\\`, `\;`, `"\""`, `"\$"`, `"\\"`, `'"'`, `"'"`, `'\'`, "'`'", "\"\\`\""}).Draw(t, "escaped")
		meaning := strings.Trim(escaped, `"'\`)
		switch escaped {
		case `\'`, `"'"`:
			meaning = "'"
		case `\"`, `"\""`, `'"'`:
			meaning = `"`
		case `\\`, `"\\"`, `'\'`:
			meaning = `\`
		}
		return word{escaped, constant(meaning)}
	case 9:
		return word{`"$JW_X"`, captured.arg}
	default:
		if depth == 0 {
			return captured
		}
		w := drawWord(t, depth-1)
		switch rapid.IntRange(0, 2).Draw(t, "expansion") {
		case 0:
			return word{`"$(printf %s a` + w.text + `)"`, join(constant("a"), chomped(func(text string) string { return w.arg(text) }))}
		case 1:
			return word{`"${nothing:-$(printf a)}"`, constant("a")}
		default:
			return word{`"${nothing:-${x}}"`, captured.arg}
		}
	}
}

func drawWord(t *rapid.T, depth int) word {
	w := word{"", constant("")}
	for range rapid.IntRange(1, 3).Draw(t, "parts") {
		p := drawPart(t, depth)
		w = word{w.text + p.text, join(w.arg, p.arg)}
	}
	return w
}

// drawCommand draws a command that gives words to probe, and what it receives.
func drawCommand(t *rapid.T, shell string) (line string, want []wanted) {
	words := make([]word, rapid.IntRange(1, 3).Draw(t, "words"))
	var texts []string
	for i := range words {
		words[i] = drawWord(t, 2)
		texts = append(texts, words[i].text)
		want = append(want, words[i].arg)
	}
	list := strings.Join(texts, " ")
	forms := []string{
		"probe %s", "probe %s", "command probe %s", "env probe %s", "nice probe %s", "timeout 9 env probe %s", "env A=b probe %s",
		"set -- %s; probe \"$@\"", "f() { probe \"$@\"; }; f %s", "for i in %s; do probe \"$i\"; done", "sh -c 'probe \"$@\"' _ %s",
		"sh -c 'for i; do probe \"$i\"; done' _ %s", "probe \\\n  %s", "sh -c 'exec \"$@\"' _ probe %s",
	}
	if shell == shellsafe.Bash {
		forms = append(forms, "a=(%s); probe \"${a[@]}\"", "time probe %s", "a=(); a+=(%s); probe \"${a[@]}\"", "bash -c 'probe \"$@\"' _ %s")
	}
	if !strings.ContainsAny(list, `'\`) { // numbers only
		forms = append(forms, "sh -c 'probe %s'", "sh -c 'probe %s>/dev/null'")
	}
	line = fmt.Sprintf(strings.ReplaceAll(rapid.SampledFrom(forms).Draw(t, "form"), "%s", "%[1]s"), list)
	for _, w := range []struct{ text, value string }{{`v=%s; probe "$v"`, "v"}, {"probe-stdin <<E\n%s\nE", "heredoc"}} {
		if rapid.IntRange(0, 7).Draw(t, w.value) > 0 {
			continue
		}
		if w.value == "v" {
			line, want = fmt.Sprintf(w.text, texts[0]), want[:1]
		} else {
			line, want = fmt.Sprintf(w.text, "a ${x} b"), []wanted{func(text string) string { return "a " + text + " b\n" }}
		}
	}
	return line, want
}

// wraps are what a command can stand in without change of its meaning.
var wraps = []string{
	"%s", "(%s\n)", "{ %s\n}", "if true; then %s\nfi", "true && { %s\n}", "false || ( %s\n)", "for z in 1; do %s\ndone", "while :; do %s\nbreak; done",
	"case a in a) %s\n;; esac", "g() { %s\n}; g", "( %s\n) | cat", "{ %s\n} &\nwait", "# it's \"odd\n%s", "{ %s\n} 2>/dev/null", ": \"$(true)\" 'a' \\'; %s", "cat <<'Z'\nit's\nZ\n%s", "{\n%s\n} > /dev/null",
}

// drawTemplate draws a command in up to three wraps.
func drawTemplate(t *rapid.T) *template {
	shell := rapid.SampledFrom([]string{shellsafe.Sh, shellsafe.Sh, shellsafe.Bash}).Draw(t, "shell")
	line, want := drawCommand(t, shell)
	for range rapid.IntRange(0, 3).Draw(t, "wraps") {
		line = strings.Replace(rapid.SampledFrom(wraps).Draw(t, "wrap"), "%s", line, 1)
	}
	return &template{shell: shell, text: line, want: want}
}

// drawLine draws a line of a job's output that means harm.
func drawLine(t *rapid.T, payloads []string) string {
	piece := rapid.OneOf(
		rapid.SampledFrom(payloads), rapid.SampledFrom(payloads), rapid.SampledFrom(payloads),
		rapid.StringMatching(`[ -~]{0,6}`), rapid.String(), rapid.StringMatching(`[a-z0-9.]{1,5}`),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 4), func(b []byte) string { return string(b) }),
	)
	return strings.Join(rapid.SliceOfN(piece, 1, 4).Draw(t, "line"), "")
}

// TestTextNeverBecomesCode is the property that the package is for: whatever
// the command, the pattern and the line, if validate let the command pass and
// Render the text, then real shells run nothing of the text and the program
// receives its bytes.
func TestTextNeverBecomesCode(t *testing.T) {
	shims := newShims(t)
	payloads := readPayloads(t)
	checks := newChecker()
	cages := []*cage{newCage(t, shims), newCage(t, shims)}
	var asked, refused int
	rounds := 1
	if os.Getenv("JWHOST_LONG") != "" {
		rounds = 10
	}
	for range rounds {
		rapid.Check(t, func(rt *rapid.T) {
			tmpl := drawTemplate(rt)
			source := rapid.SampledFrom(patterns).Draw(rt, "pattern")
			command := checks.check(tmpl, source)
			if command == nil {
				refused++
				return
			}
			var questions []triple
			for range 40 {
				if text, ok := checks.capture(source, drawLine(rt, payloads)); ok {
					questions = append(questions, triple{tmpl, source, text})
				}
			}
			asked += len(questions)
			if wrong := askAll(cages, command, questions); len(wrong) > 0 {
				rt.Fatalf("%s", strings.Join(wrong, "\n\n"))
			}
		})
	}
	t.Logf("%d triples asked, each in two ways; %d commands refused", asked, refused)
	if asked < 1000*rounds {
		t.Errorf("only %d triples were asked: validate refuses too much", asked)
	}
}

// askAll asks one command's questions, each in two ways, in as many cages as there are.
func askAll(cages []*cage, command *shellsafe.Command, questions []triple) (wrong []string) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, c := range cages {
		wg.Go(func() {
			for n := i; n < len(questions); n += len(cages) {
				q := questions[n]
				all := ways[q.shell]
				for _, w := range []way{all[n%len(all)], all[(n+1)%len(all)]} {
					if answer := c.ask(command, q, w); answer != "" {
						mu.Lock()
						wrong = append(wrong, q.String()+"\n  "+answer)
						mu.Unlock()
					}
				}
			}
		})
	}
	wg.Wait()
	return wrong
}
