package shellsafe

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jwhost/jwhost/hcl/proof"
)

// The tests of the table are made from its lines: a spot for each place that
// a line gives a meaning, a command that fills the spot with captured text,
// and what the table must say of it. programs_run_test.go runs them.

// mark stands for the captured text in the words of a test's command.
const mark = "\x01"

// A spot is one place that a row gives a meaning.
type spot struct {
	row  *row
	argv []string // with mark where captured text stands
	word word     // what the row says it is
}

func (s spot) String() string {
	return strings.ReplaceAll(strings.Join(s.argv, " "), mark, "X")
}

// fill returns the command with a text in the place of mark.
func fill(argv []string, text string) []string {
	out := slices.Clone(argv)
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], mark, text)
	}
	return out
}

// argumentsOf returns the command as the table sees it.
func argumentsOf(argv []string) []argument {
	hole := &Hole{Name: "x", Language: proof.Any()}
	args := make([]argument, len(argv))
	for i, word := range argv {
		for j, text := range strings.Split(word, mark) {
			if j > 0 {
				args[i] = append(args[i], segment{hole: hole})
			}
			if text != "" {
				args[i] = append(args[i], segment{text: text})
			}
		}
	}
	return args
}

// admitted reports whether the table lets a text stand where the command has
// its placeholders; if not, what it calls the place.
func admitted(args []argument, text string) (what string, ok bool) {
	v := interpret(args)
	for _, m := range v.meanings {
		at := 0
		for _, seg := range args[m.arg] {
			if seg.hole != nil && at >= m.offset && !m.admits().Contains([]byte(text)) {
				return m.what, false
			}
			at += len(seg.text)
		}
	}
	for _, c := range v.commands {
		if what, ok := admitted(args[c.from:c.to], text); !ok {
			return what, false
		}
	}
	return "", true
}

// filler is a harmless word for a place before the one that is tried.
func filler(w word) []string {
	switch {
	case w.any:
		return nil
	case w.kind == "bundle":
		return []string{"cf"}
	case w.kind == "assign":
		return []string{"a=b"}
	}
	return []string{"1"}
}

// spotsOf lists the places of a row that its line speaks of.
func spotsOf(r *row) []spot {
	start := strings.Fields(r.names[0])
	switch r.names[0] {
	case "*":
		start = []string{"some-program"}
	case "-":
		start = []string{"uv", "run", "-"}
	}
	var out []spot
	add := func(w word, before []string, rest ...string) {
		out = append(out, spot{r, slices.Concat(start, before, rest), w})
	}
	for _, name := range slices.Sorted(maps.Keys(r.options)) {
		o := r.options[name]
		var values []string
		for _, w := range o.kinds {
			if o.value != takesJoined && strings.Contains(r.signs, name[:1]) {
				add(w, append([]string{name}, values...), mark)
			}
			if len(values) == 0 {
				switch {
				case o.value == takesApart:
				case name == "+" || len(name) == 2 && strings.Contains(r.signs, name[:1]) && !r.exact:
					add(w, nil, name+mark)
				case strings.HasPrefix(name, "--") || !strings.Contains(r.signs, name[:1]):
					add(w, nil, name+"="+mark)
				}
			}
			values = append(values, filler(w)...)
		}
		if o.first != nil {
			add(o.first[0], append([]string{name}, values...), mark)
		}
	}
	var before []string
	for _, w := range r.words {
		add(w, before, mark)
		before = append(before, filler(w)...)
	}
	return out
}

// harmful is a text that must not come to a place, by what the place is.
func harmful(w word) string {
	switch w.kind {
	case "gofile":
		return "evil.go"
	case "awkarg", "equals":
		return "FS=x"
	case "escape":
		return `\n`
	case "bang":
		return "!touch pwned"
	case "plus":
		return "+!touch pwned"
	case "at", "form":
		return "@/etc/passwd"
	case "mail":
		return "~!touch pwned"
	case "format":
		return "%n"
	}
	return "/x; touch pwned"
}

func TestTable(t *testing.T) {
	for _, r := range table().rows {
		for _, s := range spotsOf(r) {
			what, ok := admitted(argumentsOf(s.argv), harmful(s.word))
			switch {
			case s.word.kind == "data" && !ok && len(r.words) < 2:
				t.Errorf("%s: data is refused as %s", s, what)
			case s.word.kind != "data" && ok:
				t.Errorf("%s: %q is let through as %s", s, harmful(s.word), s.word.kind)
			case !ok && what == "":
				t.Errorf("%s: refused without a word why", s)
			}
		}
		if r.reads != "" {
			start := strings.Fields(r.names[0])
			if got := interpret(argumentsOf(start)[len(start)-1:]).stdin; len(start) == 1 && got != r.reads {
				t.Errorf("%s: standard input is %q, want %q", r.names[0], got, r.reads)
			}
		}
		for _, n := range r.names {
			if len(strings.Fields(n)) == 1 && n != "*" && table().program(n) != r {
				t.Errorf("%s is not found by its name", n)
			}
		}
	}
}

// A row below a program is reached from the program's own.
func TestTableIsReached(t *testing.T) {
	for _, r := range table().rows {
		for _, name := range r.names {
			words := strings.Fields(name)
			if len(words) == 1 {
				continue
			}
			args := argumentsOf(words)
			s := scan{args: args, verdict: verdict{options: make([]bool, len(args))}}
			s.name, s.row = words[0], table().program(words[0])
			if s.run(); s.row != r {
				t.Errorf("%s: no row leads to it", name)
			}
		}
	}
}

func TestTableErrors(t *testing.T) {
	for line, want := range map[string]string{
		"a":                        "1 columns",
		"a | -x=nothing | |":       `unknown kind "nothing"`,
		"a | | nothing |":          `unknown kind "nothing"`,
		"a | @nothing | |":         "no options are called @nothing",
		"a | -x -x | |":            "-x twice",
		"a | | | nothing":          `unknown language "nothing"`,
		"a, b | | |\nb | | |":      "a second row for b",
		"a | -x | data | sh | x":   "5 columns",
		"a | | | |\n* | | |":       "5 columns",
		"a | | |":                  "no row for *",
		"@g | -x\nb | @g -x | | |": "5 columns",
	} {
		_, err := readTable(line)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("readTable(%q): %v, want %q", line, err, want)
		}
	}
}

// TestInterpret holds what the conventions of command lines come to.
func TestInterpret(t *testing.T) {
	tests := []struct {
		command string // X is captured text
		refused string // a part of what the place is called; "" if any text may stand there
	}{
		// Names, whatever folder, version and quoting.
		{"python -c X", "Python code"},
		{"/usr/bin/python3 -c X", "Python code"},
		{"python3.12 -c X", "Python code"},
		{"pypy3.10 -c X", "Python code"},
		{"python3.13t -c X", "Python code"},
		{"PYTHON.exe -c X", "Python code"},
		{"perl5.36 -e X", "Perl code"},
		{"lua5.4 -e X", "Lua code"},
		{"some-program -c X", "code"},
		{"some-program -e X", "code"},
		{"some-program --eval X", "code"},
		{"some-program --eval=X", "code"},
		{"some-program -- -c X", "code"},
		{"some-program --ev X", ""},
		{"some-program -cX", ""},
		{"some-program -x X", ""},
		{"some-program -X", "option"},
		{"X -a", "name of a program"},
		{"./runX", "name of a program"},
		{"X/bin/python -c pass", "name of a program"},

		// Clusters, joined values, abbreviations, "=" and "--".
		{"python -Bc X", "Python code"},
		{"python -BcX", "Python code"},
		{"python -cX", "Python code"},
		{"python -BX", "option"},
		{"python -B X", "runs"},
		{"python -c pass X", ""},
		{"python -c pass -c X", ""},
		{"python -u train.py --lr X", ""},
		{"python -u -- X", "runs"},
		{"python -- train.py X", ""},
		{"python - X", ""},
		{"python -W X train.py", "runs"},
		{"python -m X", "runs"},
		{"python -m json.tool X", ""},
		{"python -m timeit X", "Python code"},
		{"python -m pip install X", "fetches"},
		{"python -m some.module -c X", "code"},
		{"python --new-option 1 train.py X", "does not know"},
		{"perl -lne X", "Perl code"},
		{"perl -0777 -pe s/a/b/ X", ""},
		{"perl -0777pe X", "Perl code"},
		{"perl -MX -e 1", "Perl code"},
		{"perl X", "runs"},
		{"perl a.pl X", ""},
		{"ruby -rjson -e X", "Ruby code"},
		{"node -p -e X", "JavaScript"},
		{"node -pe X", "JavaScript"},
		{"node --eval=X", "JavaScript"},
		{"node inspect X", "runs"},
		{"node inspect a.js X", ""},
		{"node --max-old-space-size=4096 a.js X", ""},
		{"sed -X", "option"},
		{"sed --express=X f", "sed script"},
		{"sed --ex X f", "sed script"},
		{"sed -n -e p X", ""},
		{"sed -ne X", "sed script"},
		{"sed X f", "sed script"},
		{"sed p X", ""},
		{"sed p -e X", "sed script"},
		{"sed -i '' X f", "sed script"},
		{"jq . X", ""},
		{"jq --arg a X .", ""},
		{"jq --arg a 1 X", "jq program"},
		{"jq -f X", "runs"},
		{"jq -e X f", "jq program"},
		{"jq -c . X", ""},

		// Shells: -c is a flag, the code is the first word.
		{"sh -c X", "shell line"},
		{"bash -oc pipefail X", "shell line"},
		{"bash -eo pipefail -c X", "shell line"},
		{"zsh -oerrexit -c X", "shell line"},
		{"bash -lc X", "shell line"},
		{"bash -c -e X", "shell line"},
		{"bash -ec X", "shell line"},
		{"bash -c -s X", "shell line"},
		{"bash -o pipefail -c X", "shell line"},
		{"bash +x -c X", "shell line"},
		{"sh -c 'echo \"$1\"' _ X", ""},
		{"sh -c X _ 1", "shell line"},
		{"sh X", "runs"},
		{"sh a.sh X", ""},
		{"bash -s -- X", ""},
		{"fish -c X", "fish"},

		// awk.
		{"awk X f", "awk program"},
		{"awk {print} X", "variable if it holds ="},
		{"awk {print} ./X", ""},
		{"awk -v a=X {print} f", "backslashes"},
		{"awk -v X {print}", "name of a variable"},
		{"awk -f a.awk X", "variable if it holds ="},
		{"awk {print} a=X", "backslashes"},
		{"awk {print} X=1", "if it holds ="},

		// Wrappers leave their command to the next look.
		{"env X", "name of a variable"},
		{"env A=X true", ""},
		{"env PATH=X true", "search path"},
		{"env A=b python -c X", "Python code"},
		{"env -u A -- B=c python -c X", "Python code"},
		{"env -S 'python -c' X", "shell line"},
		{"nice -n 5 timeout -k 5 10 nohup python3 -c X", "Python code"},
		{"nice -19 sh -c X", "shell line"},
		{"timeout X sh -c true", ""},
		{"timeout 5 X", "name of a program"},
		{"timeout -kX 5 a X", "does not know"},
		{"timeout --kill-after=X 5 a b", ""},
		{"timeout -k5 5 a X", ""},
		{"timeout --new 5 6 7 X", "does not know"},
		{"stdbuf -oL echo X", ""},
		{"flock /tmp/l -c X", "shell line"},
		{"flock -w 5 /tmp/l sh -c X", "shell line"},
		{"script -qc X /dev/null", "shell line"},
		{"su -c X", "shell line"},
		{"su root -c X", "shell line"},
		{"runuser -u me -- sh -c X", "shell line"},
		{"sudo -u me PATH=X true", "search path"},
		{"watch -n 1 echo X", "shell line"},
		{"busybox sh -c X", "shell line"},
		{"exec -a x sh -c X", "shell line"},
		{"command -v X", ""},
		{"command -p sh -c X", "shell line"},
		{"builtin eval X", "shell line"},
		{"find . -name X", ""},
		{"find . -exec sh -c X ;", "shell line"},
		{"find . -exec echo a ; -exec sh -c X ;", "shell line"},
		{"find . -exec echo X {} +", ""},
		{"find . -exec echo X{} ;", ""},
		{"find . -exec X ;", "name of a program"},
		{"xargs -n 1 sh -c X", "shell line"},
		{"xargs -n 1 echo X", ""},
		{"xargs -I{} echo {} X", "arguments"},
		{"parallel echo ::: X", "shell line"},
		{"ssh host X", "shell line"},
		{"ssh -p 22 host echo X", "shell line"},
		{"ssh -o ProxyCommand=X host", "setting"},
		{"docker run -e A=X --rm image sh -c X", "shell line"},
		{"docker run X", "fetches"},
		{"kubectl exec pod -- sh -c X", "shell line"},
		{"srun -n 4 python -c X", "Python code"},
		{"sbatch --wrap X", "shell line"},
		{"sbatch X", "runs"},
		{"mpirun -np 4 -x PATH=X a", "search path"},
		{"torchrun --nproc-per-node 4 train.py X", ""},
		{"torchrun X", "runs"},
		{"accelerate launch --num_processes 2 X", "runs"},

		// uv in its forms.
		{"uv run X", "name of a program"},
		{"uv run python -c X", "Python code"},
		{"uv run --with rich -q python train.py --lr X", ""},
		{"uv --directory X run a.py", "runs"},
		{"uv run --directory X a.py", "runs"},
		{"uv run --with X a.py", "fetches"},
		{"uv run --with=X a.py", "fetches"},
		{"uv run -w X a.py", "fetches"},
		{"uv run -m X", "runs"},
		{"uv run --module=X", "runs"},
		{"uv run --script=X", "runs"},
		{"uv run -s X", "runs"},
		{"uv run --new-option a b.py X", "does not know"},
		{"uv run --offline -- pytest -k X", "evaluates"},
		{"uvx X", "name of a program"},
		{"uvx ruff@0.5 check X", ""},
		{"uvx --from X ruff", "fetches"},
		{"uvx --index-url X ruff", "fetches"},
		{"uvx python@3.12 -c X", "Python code"},
		{"uv tool run --python X ruff", "fetches"},
		{"python -m uv run python -c X", "Python code"},
		{"python3 -m uv tool run --from X ruff", "fetches"},
		{"uv pip install X", "fetches"},
		{"uv pip install --find-links X a", "fetches"},
		{"uv add X", "fetches"},
		{"pip install -r X", "fetches"},
		{"npx X", "name of a program"},
		{"npx -p X a", "fetches"},
		{"pipx run X", "name of a program"},
		{"conda run -n base python -c X", "Python code"},
		{"go run . X", ""},
		{"cargo run -- X", ""},

		// Builtins in disguise.
		{"eval echo X", "shell line"},
		{"trap X EXIT", "shell line"},
		{". X", "runs"},
		{"source a.sh X", ""},
		{"export PATH=X", "search path"},
		{"export A=X", ""},
		{"export X", "name of a variable"},
		{"declare -i a=X", "evaluates"},
		{"declare -a a=X", "decides what"},
		{"let X", "evaluates"},
		{"read X", "evaluates"},
		{"unset X", "evaluates"},
		{"printf -v X %s a", "evaluates"},
		{"printf X", "format"},
		{"printf %X 1", "format"},
		{"printf %s\\n X", ""},
		{"printf %s:%d\\n a X", "evaluate"},
		{"printf %s:%d\\n X 1", ""},
		{"printf %s%s a X a X", ""},
		{"test -v X", "evaluates"},
		{"[ X -eq 1 ]", "evaluates"},
		{"[ 1 -lt X ]", "evaluates"},
		{"[ X = a ]", ""},
		{"[ -e X ]", ""},
		{"alias a=X", "shell line"},

		// Other tools.
		{"git commit -m X", ""},
		{"git -c core.pager=X log", "setting"},
		{"git clone X", "fetches"},
		{"git log --grep=X", ""},
		{"git X", "name of a program"},
		{"git some-subcommand -c X", "setting"},
		{"git some-subcommand X", ""},
		{"tar xIf X a", "shell line"},
		{"tar cf X a", ""},
		{"tar X a", "option"},
		{"tar --to-command=X -xf a", "shell line"},
		{"tar --checkpoint-action=exec=X -cf a b", "code"},
		{"make X", "goal"},
		{"make -C a CC=X", "goal"},
		{"gdb -ex X", "commands of gdb"},
		{"gdb --args prog X", ""},
		{"vim -es -c X", "commands of vim"},
		{"vim X", "begins with +"},
		{"sqlite3 a.db X", "SQL"},
		{"sqlite3 X", ""},
		{"curl -d X url", "begins with @"},
		{"curl -d a=X url", ""},
		{"curl -sSLo X url", "writes"},
		{"curl -F a=X url", "begins with @"},
		{"dd of=X", "writes"},
		{"dd X", "holds ="},
		{"grep -e X f", ""},
		{"head -n X f", ""},
		{"tee X", "writes"},
		{"ed X", "begins with !"},
	}
	for _, tt := range tests {
		argv := split(strings.ReplaceAll(tt.command, "X", mark))
		text, what := `x%=\.go@~!`, ""
		for _, text := range []string{text, "/" + text, "+" + text, "@" + text, "!" + text} {
			if w, ok := admitted(argumentsOf(argv), text); !ok {
				what = w
				break
			}
		}
		if what == "" && tt.refused != "" || !strings.Contains(what, tt.refused) || what != "" && tt.refused == "" {
			t.Errorf("%s: refused as %q, want %q", tt.command, what, tt.refused)
		}
		if _, ok := admitted(argumentsOf(argv), "5"); !ok && !slices.Contains([]string{"name of a program", "name of a variable", "does not know", "decides what", "format", "if it holds ="}, tt.refused) {
			t.Errorf("%s: a plain number is refused", tt.command)
		}
	}
}

// split cuts a command at its blanks; words can stand in single quotes.
func split(command string) []string {
	var words []string
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

func TestStandardInput(t *testing.T) {
	for command, want := range map[string]string{
		"python":             "python",
		"python -":           "python",
		"python -u - a":      "python",
		"python /dev/stdin":  "python",
		"python -i a.py":     "python",
		"python -c pass":     "",
		"python a.py":        "",
		"python -m json":     "",
		"sh":                 "sh",
		"bash -s a b":        "sh",
		"bash -x":            "sh",
		"sh -c cat":          "",
		"sh a.sh":            "",
		"perl -ne print":     "",
		"perl":               "perl",
		"node":               "node",
		"node -e 1":          "",
		"awk {print}":        "",
		"awk -f -":           "awk",
		"sed p":              "",
		"sed -f -":           "sed",
		"ssh host":           "sh",
		"ssh host cat":       "",
		"xargs rm":           "words",
		"mail -s a b":        "mail",
		"sqlite3 a":          "sql",
		"sqlite3 a select":   "",
		"psql -c select":     "",
		"psql":               "sql",
		"make -f -":          "make",
		"cat":                "",
		"uv run python a.py": "",
		"crontab -":          "sh",
		"at now":             "sh",
		"su me":              "sh",
		"su me -c cat":       "",
		"sudo cat":           "",
		"sudo -s":            "sh",
		"some-program":       "",
	} {
		if got := interpret(argumentsOf(split(command))).stdin; got != want {
			t.Errorf("%s: standard input is %q, want %q", command, got, want)
		}
	}
}

// Where an option could be read matters for texts that begin with "-".
func TestOptions(t *testing.T) {
	for command, want := range map[string]string{ // o: could be an option
		"some-program a -- b -c d": "-oo---",
		"python -c pass a":         "-o--",
		"python a.py b -- c":       "-ooo-",
		"sh -c echo _ a":           "-oo--",
		"grep -e a b":              "-o-o",
		"grep -- a b":              "-o--",
		"printf %s a":              "-o-",
		"timeout -k 5 10":          "-o-o",
	} {
		got := []byte{}
		for _, o := range interpret(argumentsOf(split(command))).options {
			got = append(got, "-o"[btoi(o)])
		}
		got[0] = '-'
		if string(got) != want {
			t.Errorf("%s: %s, want %s", command, got, want)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestSpans(t *testing.T) {
	for command, want := range map[string]string{
		"timeout 5 echo a":                    "commands [2:4]",
		"env A=b C=d python -c x":             "commands [3:6]",
		"find . -exec a ; -execdir b c + -ls": "commands [3:4] [6:8]",
		"sh -c a":                             "lines [2:3]",
		"su -ca":                              "lines [1:2+2]",
		"eval a b":                            "lines [1:3]",
		"ssh -p 2 h a b":                      "lines [4:6]",
		"uv run -q -- python a.py":            "commands [4:6]",
		"env '-Sa b' c":                       "lines [1:3+2]",
	} {
		v := interpret(argumentsOf(split(command)))
		got := ""
		for _, spans := range []struct {
			name string
			list []span
		}{{"commands", v.commands}, {"lines", v.lines}} {
			if len(spans.list) > 0 {
				got += spans.name
			}
			for _, s := range spans.list {
				got += fmt.Sprintf(" [%d:%d", s.from, s.to)
				if s.offset > 0 {
					got += fmt.Sprintf("+%d", s.offset)
				}
				got += "]"
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", command, got, want)
		}
	}
}

// FuzzInterpret: any words at all, the same answer twice, and every answer
// within the words.
func FuzzInterpret(f *testing.F) {
	for _, r := range table().rows {
		for i, s := range spotsOf(r) {
			if i%7 == 0 {
				f.Add(strings.Join(s.argv, "\x00"))
			}
		}
	}
	f.Fuzz(func(t *testing.T, words string) {
		args := argumentsOf(strings.Split(strings.ReplaceAll(words, "\x02", mark), "\x00"))
		for i, a := range args {
			for j, seg := range a {
				if text, ok := strings.CutPrefix(seg.text, "$"); ok {
					args[i][j] = segment{expansion: "$" + text}
				}
			}
		}
		v := interpret(args)
		if got, want := fmt.Sprint(interpret(args)), fmt.Sprint(v); got != want {
			t.Fatalf("%q: first %s, then %s", words, want, got)
		}
		if len(v.options) != len(args) {
			t.Fatalf("%q: %d options of %d words", words, len(v.options), len(args))
		}
		for _, m := range v.meanings {
			if text, _ := args[m.arg].lead(); m.offset > len(text) || m.what == "" || m.kind == kindCode && languages[m.lang].title == "" {
				t.Fatalf("%q: %+v", words, m)
			}
			m.admits()
		}
		for _, s := range slices.Concat(v.commands, v.lines) {
			if s.from < 0 || s.to > len(args) || s.from > s.to {
				t.Fatalf("%q: %+v", words, s)
			}
		}
	})
}
