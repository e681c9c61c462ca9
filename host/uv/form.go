package uv

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// A kind is what a command asks of uv.
type kind int

const (
	other kind = iota // uv pip, uv sync, uv --version, …: uv is found for it, nothing more
	run               // uv run
	tool              // uvx, uv tool run
)

// A form is one command that runs uv, read word by word.
type form struct {
	kind    kind
	program string   // as written: "uv", "uvx", "/opt/uv/bin/uv", "python -m uv"
	named   string   // path of the binary, where the command names one
	prefix  int      // words of the program
	sub     int      // words up to here are the program and its subcommand: options go here
	options []option // of uv, before and after the subcommand
	target  int      // index of the inner command's first word; 0 if there is none
	// targetText is that word: a script, a program, a package.
	targetText string
	clear      bool // every word before the target is known, and every option
}

// An option is one option of uv as it was written.
type option struct {
	name  string   // "--with" (long form), also for "-w"
	value string   // "" for a flag
	words []string // as written
	at    int      // index of its first word
}

// python is an interpreter that `-m uv` may follow.
var python = regexp.MustCompile(`^python(3(\.\d+)?)?$`)

// readForm reads a program's words. ok is false where it is not uv.
func readForm(words []shellsafe.Word) (f form, ok bool) {
	if len(words) == 0 || !words[0].Known {
		return form{}, false
	}
	name := words[0].Text
	base := filepath.Base(name)
	f = form{program: name, prefix: 1}
	switch {
	case base == "uvx":
		f.kind, f.sub = tool, 1
	case base == "uv":
	case python.MatchString(base):
		n := moduleUV(words)
		if n == 0 {
			return form{}, false
		}
		f.prefix, f.program = n, base+" -m uv"
	default:
		return form{}, false
	}
	if strings.Contains(name, "/") && base == "uv" {
		f.named = name
	}
	if f.kind == tool {
		f.readOptions(words, f.sub)
		f.readTarget(words)
		return f, true
	}
	f.readSubcommand(words)
	return f, true
}

// moduleUV returns how many words `python [options] -m uv` has, or 0.
func moduleUV(words []shellsafe.Word) int {
	for i := 1; i < len(words) && words[i].Known; i++ {
		switch text := words[i].Text; {
		case text == "-muv":
			return i + 1
		case text == "-m":
			if i+1 < len(words) && words[i+1].Known && words[i+1].Text == "uv" {
				return i + 2
			}
			return 0
		case !interpreterFlag.MatchString(text):
			return 0
		}
	}
	return 0
}

// interpreterFlag is an option of python without a value.
var interpreterFlag = regexp.MustCompile(`^-[bBdEiIOPqRsSuvx]+$`)

// readSubcommand reads `uv [options] run …` and `uv [options] tool run …`.
func (f *form) readSubcommand(words []shellsafe.Word) {
	i := f.readOptions(words, f.prefix)
	global := f.clear
	f.clear, f.target = false, 0
	if !global || i >= len(words) {
		return
	}
	switch words[i].Text {
	case "run":
		f.kind, f.sub = run, i+1
	case "tool":
		i = f.readOptions(words, i+1)
		if !f.clear || i >= len(words) || words[i].Text != "run" {
			f.clear, f.target = false, 0
			return
		}
		f.kind, f.sub = tool, i+1
	default:
		return
	}
	f.readOptions(words, f.sub)
	f.readTarget(words)
}

// readTarget takes the text of the inner command's first word.
func (f *form) readTarget(words []shellsafe.Word) {
	if f.target == 0 {
		return
	}
	f.targetText = words[f.target].Text
	if !words[f.target].Known {
		f.clear = false
	}
}

// readOptions reads options from words[i] on, sets target and clear, and
// returns the index of the first word that is none.
func (f *form) readOptions(words []shellsafe.Word, i int) int {
	f.clear, f.target = true, 0
	for i < len(words) {
		w := words[i]
		if !w.Known && f.target == 0 {
			// The word may be an option; what its holes hold is not known here.
			f.clear = false
			return i
		}
		if w.Text == "--" {
			if i+1 < len(words) {
				f.target = i + 1
			}
			return i + 1
		}
		if !strings.HasPrefix(w.Text, "-") || w.Text == "-" {
			f.target = i
			return i
		}
		n, ok := f.readOption(words, i)
		if !ok {
			f.clear = false
			return i
		}
		i += n
	}
	return i
}

// readOption reads the option at words[i] and returns how many words it has.
func (f *form) readOption(words []shellsafe.Word, i int) (n int, ok bool) {
	text := words[i].Text
	if name, value, equals := strings.Cut(text, "="); equals && strings.HasPrefix(text, "--") {
		f.options = append(f.options, option{name, value, []string{text}, i})
		return 1, takesValue[name]
	}
	if strings.HasPrefix(text, "--") {
		return f.addOption(words, i, text)
	}
	for j := 1; j < len(text); j++ { // a cluster: -nq, -p3.12, -wsix
		name := shortOptions[text[j]]
		switch {
		case name == "":
			return 0, false
		case takesValue[name] && j+1 < len(text):
			f.options = append(f.options, option{name, text[j+1:], []string{text}, i})
			return 1, true
		case takesValue[name]:
			if len(text) > 2 {
				return 0, false // -qw six: legal, and nobody writes it
			}
			return f.addOption(words, i, name)
		default:
			f.options = append(f.options, option{name, "", []string{"-" + text[j:j+1]}, i})
		}
	}
	return 1, true
}

func (f *form) addOption(words []shellsafe.Word, i int, name string) (int, bool) {
	if isFlag[name] {
		f.options = append(f.options, option{name, "", []string{words[i].Text}, i})
		return 1, true
	}
	if !takesValue[name] || i+1 >= len(words) || !words[i+1].Known {
		return 0, false
	}
	f.options = append(f.options, option{name, words[i+1].Text, []string{words[i].Text, words[i+1].Text}, i})
	return 2, true
}

// has reports whether one of the options was given.
func (f *form) has(names ...string) bool {
	return slices.ContainsFunc(f.options, func(o option) bool { return slices.Contains(names, o.name) })
}

// value returns the last value of an option.
func (f *form) value(name string) string {
	for _, o := range slices.Backward(f.options) {
		if o.name == name {
			return o.value
		}
	}
	return ""
}

// except returns the options' words, less some options.
func (f *form) except(names ...string) []string {
	var words []string
	for _, o := range f.options {
		if !slices.Contains(names, o.name) {
			words = append(words, o.words...)
		}
	}
	return words
}
