package shellsafe

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// These tests hold the table against the programs themselves: where it says
// code, captured text runs; where it says data, the same text does nothing and
// arrives byte for byte.

// ran are the rows whose programs are started with texts in all their places,
// with the Debian package of each. Of other programs (what they do has no
// place in a test: containers, networks, other users) the table is still held
// to refuse what it says it does, by TestTable.
var ran = map[string]string{
	"sh": "dash", "bash": "bash", "zsh": "zsh",
	"python": "python3", "python -m timeit": "python3", "python -m cProfile": "python3", "python -m runpy": "python3",
	"perl": "perl", "node": "nodejs", "ruby": "ruby", "lua": "lua5.4", "php": "php-cli", "tclsh": "tcl", "expect": "expect",
	"awk": "mawk", "sed": "sed", "jq": "jq", "m4": "m4", "sqlite3": "sqlite3",
	"env": "coreutils", "nice": "coreutils", "timeout": "coreutils", "nohup": "coreutils", "stdbuf": "coreutils",
	"ionice": "util-linux", "chrt": "util-linux", "taskset": "util-linux", "setarch": "util-linux", "prlimit": "util-linux",
	"choom": "util-linux", "setsid": "util-linux", "flock": "util-linux", "script": "bsdutils", "setpriv": "util-linux",
	"time": "time", "busybox": "busybox", "xargs": "findutils", "find": "findutils", "run-parts": "debianutils",
	"tar": "tar", "make": "make", "cmake": "cmake", "gdb": "gdb", "vim": "vim", "ed": "ed", "zip": "zip", "split": "coreutils",
	"git": "git", "ssh": "openssh-client", "scp": "openssh-client", "uv run": "", "tee": "coreutils", "dd": "coreutils", "ssh-agent": "openssh-client", "parallel": "parallel",
	"eval": "bash", "trap": "bash", "., source": "bash", "exec": "bash", "command": "bash", "unset": "bash", "let": "bash",
	"mapfile": "bash", "declare": "bash", "test": "bash", "printf": "bash", "read": "bash", "complete": "bash",
}

// hostile is what to put into a place that means one of these, or to write to
// a standard input that is read as one of these.
var hostile = map[string]string{
	"line": "touch pwned", "sh": "touch pwned", "code": "touch pwned", "csh": "touch pwned",
	"command": "./evil", "command;": "./evil", "reread": "./evil", "assign": "./evil", "output": "./pwned",
	"integer": "a[$(touch pwned)]", "module": "evil", "words": "./evil",
	"python": "open('pwned', 'w')", "perl": "open(F, '>pwned')", "ruby": "open('pwned', 'w')", "lua": "io.open('pwned', 'w')",
	"node": "require('fs').writeFileSync('pwned', '')", "php": "<?php touch('pwned');", "tcl": "exec touch pwned", "expect": "exec touch pwned",
	"awk": `BEGIN{system("touch pwned")}`, "sed": "w pwned", "jq": "$ENV.SECRET", "m4": "syscmd(touch pwned)",
	"sql": ".shell touch pwned", "vim": "call system('touch pwned')", "ed": "!touch pwned", "bang": "!touch pwned", "gdb": "shell touch pwned",
	"make": "SHELL=./evil", "pdb": "!open('pwned', 'w')",
}

// files are what a scratch folder holds: a program, a script of each language.
var files = map[string]string{
	"evil": "#!/bin/sh\ntouch pwned\n", "evil.py": hostile["python"], "evil.sh": hostile["sh"],
	"evil.make": "x != touch pwned\n1 all:;\n", "evil.cmake": "file(WRITE pwned x)\n",
	"Makefile": "all:\n\t@echo $(X)\n", "in": "1\n", "harmless": "", "evilbin/ls": "#!/bin/sh\n>pwned\n",
}

// attempt runs a command in a folder and reports whether the file pwned was
// made there, or the secret of the environment told.
func attempt(t *testing.T, dir, stdin string, argv ...string) (harm bool, stdout string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if old, err := os.ReadFile(path); err == nil && string(old) == text {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	_ = os.Remove(filepath.Join(dir, "pwned"))
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SECRET=to"+"ld", "HOME="+dir, "TERM=dumb", "SHELL=/bin/sh")
	cmd.Stdin = strings.NewReader(stdin)
	var out bytes.Buffer
	cmd.Stdout = &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	_ = cmd.Run() // that it fails is often the point
	_, err := os.Lstat(filepath.Join(dir, "pwned"))
	return err == nil || argv[0] == "jq" && strings.Contains(out.String(), "told"), out.String()
}

// runnable returns the command with what starts it: a builtin needs a shell.
func runnable(r *row, argv []string) []string {
	if ran[r.names[0]] == "bash" && argv[0] != "bash" {
		return append([]string{"bash", "-c", `array=(1); "$@"`, "bash"}, argv...)
	}
	return argv
}

func program(r *row) string {
	if r.names[0] == "., source" {
		return "bash"
	}
	return runnable(r, strings.Fields(r.names[0]))[0]
}

// TestRun starts the programs of the rows in ran. With JWHOST_LONG it tries
// all their places, else as many as it takes to see one.
func TestRun(t *testing.T) {
	long := os.Getenv("JWHOST_LONG") != ""
	for name, text := range hostile {
		files["evil."+name] = text
	}
	for _, r := range table().rows {
		name := r.names[0]
		if _, ok := ran[name]; !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needs(t, program(r))
			dir, shown := t.TempDir(), 0
			for _, w := range witnesses {
				if w.row != name {
					continue
				}
				argv := strings.Split(strings.ReplaceAll(w.command, "§", mark), " ")
				harm, out := attempt(t, dir, w.stdin, runnable(r, fill(argv, w.text))...)
				if !harm {
					t.Errorf("%s does no harm with %q:\n%.1000s", w.command, w.text, out)
				}
				if what, ok := admitted(argumentsOf(argv), w.text); ok && w.text != "" {
					t.Errorf("%s is let through with %q (%s)", w.command, w.text, what)
				}
				shown++
			}
			for _, s := range spotsOf(r) {
				if s.word.kind == "data" || shown > 0 && !long {
					continue
				}
				texts := []string{hostile[s.word.kind]}
				if texts[0] == "" {
					texts = []string{"./evil." + cmp.Or(r.reads, name), "./evil", "evil"}
				}
				for _, text := range texts {
					if harm, _ := attempt(t, dir, "", runnable(r, fill(s.argv, text))...); harm {
						shown++
						break
					}
				}
			}
			if text := hostile[r.reads]; text != "" {
				harm, out := attempt(t, dir, text+"\n", runnable(r, strings.Fields(name))...)
				if harm {
					shown++
				} else if r.words[0].kind == "file" {
					t.Errorf("%s does not run its standard input:\n%.1000s", name, out)
				}
			}
			if shown == 0 {
				t.Errorf("no text did harm in any place of\n%s", r.source)
			}
			if !long {
				return
			}
			for _, argv := range harmlessPlaces(r) {
				text := "./evil"
				if r.words[0].kind != "command" && r.reads != "" {
					text += "." + r.reads
				}
				if harm, _ := attempt(t, dir, "", runnable(r, fill(argv, text))...); harm {
					t.Errorf("%s runs %q, which the table takes for data", strings.ReplaceAll(strings.Join(argv, " "), mark, "X"), text)
				}
			}
		})
	}
}

// harmlessPlaces are commands with captured text where the row says data, to
// see whether the row is right about which options take a value: a wrong one
// would shift all that follows.
func harmlessPlaces(r *row) [][]string {
	if !r.positional() {
		return nil
	}
	start := strings.Fields(r.names[0])
	var words []string
	for _, w := range r.words {
		switch {
		case w.kind == "command":
			words = append(words, "true")
		case w.kind == "file":
			words = append(words, "harmless")
		default:
			words = append(words, filler(w)...)
		}
	}
	var out [][]string
	for name, o := range r.options {
		switch {
		case o.first != nil, name == "+":
		case o.value == noValue || o.value == takesJoined: // what follows is the first word, not a value
			out = append(out, slices.Concat(start, []string{name}, words, []string{mark}))
		case o.weight() == 0 && len(o.kinds) == 1:
			out = append(out, slices.Concat(start, []string{name, mark}, words))
		}
	}
	return out
}

// A witness does harm only in a certain surrounding.
type witness struct {
	row     string
	command string // words at single blanks; § is the text
	text    string
	stdin   string
}

var witnesses = []witness{
	{"trap", "trap § EXIT", "touch pwned", ""},
	{"printf", "printf -v § 1", "a[$(touch pwned)]", ""},
	{"declare", "declare -i §", "b=a[$(touch pwned)]", ""},
	{"unset", "unset §", "array[$(touch pwned)]", ""},
	{"complete", "compgen -W §", "$(touch pwned)", ""},
	{"mapfile", "mapfile -c 1 -C § a", "touch pwned;", "1\n"},
	{"test", "test -v §", "a[$(touch pwned)]", ""},
	{"jq", "jq -n §", "$ENV.SECRET", ""},
	{"awk", "awk -f §", "./evil.awk", ""},
	{"awk", "awk -v a=1 §", `BEGIN{system("touch pwned")}`, ""},
	{"sed", "sed -n § in", "1e touch pwned", ""},
	{"find", "find in -exec § ;", "./evil", ""},
	{"find", "find in -exec true § -exec touch pwned ;", ";", ""},
	{"xargs", "xargs sh", "", "evil.sh"},
	{"env", "env PATH=§ ls", "evilbin", ""},
	{"env", "env BASH_ENV=§ bash -c :", "./evil.sh", ""},
	{"env", "env -S §", "touch pwned", ""},
	{"env", "env § ls", "PATH=evilbin", ""},
	{"stdbuf", "stdbuf -oL §", "./evil", ""},
	{"choom", "choom -n 0 §", "./evil", ""},
	{"chrt", "chrt -i 0 §", "./evil", ""},
	{"setarch", "setarch x86_64 §", "./evil", ""},
	{"setarch", "linux64 -R §", "./evil", ""},
	{"flock", "flock lock -c §", "touch pwned", ""},
	{"script", "script -qc § log", "touch pwned", ""},
	{"run-parts", "run-parts §", "evilbin", ""},
	{"busybox", "busybox env §", "./evil", ""},
	{"busybox", "busybox sh -c §", "touch pwned", ""},
	{"parallel", "parallel § ::: 1", "touch pwned #", ""},
	{"tar", "tar cf a --checkpoint=1 --checkpoint-action=§ in", "exec=touch pwned", ""},
	{"tar", "tar cf a --use-compress-program=§ in", "touch pwned", ""},
	{"tar", "tar cIf § a in", "touch pwned", ""},
	{"zip", "zip -q -T -TT § a.zip in", "touch pwned #", ""},
	{"split", "split --filter=§ in", "touch pwned", ""},
	{"make", "make X=§", "$(shell touch pwned)", ""},
	{"make", "make --eval=§", "$(shell touch pwned)", ""},
	{"vim", "vim -es -c § -c qa!", "call system('touch pwned')", ""},
	{"vim", "vim -es §", "+!touch pwned", ""},
	{"gdb", "gdb -nx -batch -ex §", "shell touch pwned", ""},
	{"git", "git -c § a", "alias.a=!touch pwned", ""},
	{"ssh", "ssh -o § host", "ProxyCommand=touch pwned", ""},
	{"scp", "scp -q -S § in host:in", "./evil", ""},
	{"uv run", "uv run --offline --no-project §", "./evil", ""},
	{"uv run", "uv run --offline --no-project -p § python -c pass", "./evil", ""},
}

// Data arrives byte for byte: through every wrapper, and where an interpreter
// takes the words after its code.
func TestDataArrives(t *testing.T) {
	commands := [][]string{
		{"sh", "-c", `printf %s "$1"`, "_", mark},
		{"bash", "-c", `printf %s "$1"`, "_", mark},
		{"python3", "-c", "import os, sys; os.write(1, os.fsencode(sys.argv[1]))", mark},
		{"python3", "-Bc", "import os, sys; os.write(1, os.fsencode(sys.argv[1]))", mark},
		{"perl", "-e", "print $ARGV[0]", "--", mark},
		{"node", "-e", "process.stdout.write(process.argv[1])", "--", mark},
		{"find", ".", "-maxdepth", "0", "-exec", "printf", "%s", mark, ";"},
		{"jq", "-rnj", "--arg", "a", mark, "$a"},
	}
	for _, r := range table().rows {
		if last := len(r.words) - 1; ran[r.names[0]] != "" && last >= 0 && r.words[last] == (word{kind: "command", many: true}) {
			argv := strings.Fields(r.names[0])
			for _, w := range r.words[:last] {
				argv = append(argv, filler(w)...)
			}
			switch r.names[0] {
			case "stdbuf":
				argv = append(argv, "-oL")
			case "choom":
				argv = append(argv, "-n", "0")
			case "chrt":
				argv = []string{"chrt", "-i", "0"}
			case "setarch":
				argv = append(argv, "x86_64")
			case "script", "strace", "builtin", "exec", "command": // a terminal changes bytes; a tracer may not be allowed
				continue
			}
			commands = append(commands, append(argv, "printf", "%s", mark))
		}
	}
	texts := []string{
		"a  b\t\n'\"`$(touch pwned)`$HOME*?[a]{b,c}~!#&;|<>\\", "; touch pwned", "a\nb\n", "\x80\xff\x1b[31m", "%s%n$1@{}=:+,",
		"import os", "ünïcode\u202e", "x=1", " ",
	}
	for _, argv := range commands {
		t.Run(strings.Join(argv[:2], " "), func(t *testing.T) {
			t.Parallel()
			needs(t, argv[0])
			dir := t.TempDir()
			for _, text := range texts {
				if slices.Contains([]string{"jq", "node"}, argv[0]) && strings.Contains(text, "\xff") {
					continue // they hold text, not bytes
				}
				if argv[0] == "find" && strings.Contains(text, "{}") {
					continue // find puts file names there, so the table refuses it
				}
				if what, ok := admitted(argumentsOf(argv), text); !ok {
					t.Fatalf("%q: refused as %s", argv, what)
				}
				harm, got := attempt(t, dir, "", fill(argv, text)...)
				if got != text || harm {
					t.Errorf("%q: %q arrived as %q", argv, text, got)
				}
			}
		})
	}
}

// TestUvOptions holds the rows of uv to what the installed uv says of itself.
func TestUvOptions(t *testing.T) {
	needs(t, "uv")
	listed := regexp.MustCompile(`(?m)^ +(?:(-\w), )?(--[a-z-]+)( <)?`)
	for _, name := range []string{"uv", "uv run", "uv tool run", "uv sync", "uv add", "uv pip install", "uv tool install", "uv lock"} {
		argv := append(strings.Fields(name), "--help")
		help, err := exec.CommandContext(t.Context(), argv[0], argv[1:]...).Output()
		if err != nil {
			t.Fatal(err)
		}
		r := table().byName[name]
		for _, m := range listed.FindAllStringSubmatch(string(help), -1) {
			for _, option := range m[1:3] {
				if option == "" {
					continue
				}
				o := r.options[option]
				switch {
				case o == nil && r.positional():
					t.Errorf("%s: its line lacks %s", name, option)
				case o != nil && r.positional() && (o.value == noValue) == (m[3] != ""):
					t.Errorf("%s: its line is wrong about whether %s takes a value", name, option)
				}
			}
		}
	}
}
