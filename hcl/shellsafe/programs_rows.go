package shellsafe

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strings"
	"sync"
)

// A row is one line of the table, read.
type row struct {
	names   []string
	options map[string]*option // by name: "-c", "--eval", "+o", "of" (for of=X)
	words   []word             // what the words that are no options mean, in order
	reads   string             // language of its standard input where no argument brings code, "" for data
	always  bool               // reads it in any case
	noEnd   bool               // "--" does not end the options
	signs   string             // what a word that is an option can begin with: "-", "-+"
	exact   bool               // options are these very words: no clusters, no abbreviations
	source  string             // the line, for tests and panics
}

// An option is what one option of a program means.
type option struct {
	name  string
	value valueStyle
	kinds []word // of its values, if it takes any
	ends  bool   // all that follows is data
	code  bool   // it brings the code that would else be the first word
	input bool   // with it, standard input is code whatever the words are
	infix bool   // the word before it means the same as the one after it: [ A -eq B ]
	first []word // what it makes the first word mean
}

type valueStyle int

const (
	noValue       valueStyle = iota
	takesValue               // -cX, -c X, --code=X, --code X
	takesJoined              // -iX, --in-place=X
	takesUndashed            // as takesValue, but a next word that begins with "-" is no value
	takesApart               // -o X and never -oX: after -o, more flags can follow in the same word
)

var valueStyles = map[byte]valueStyle{'=': takesValue, '?': takesJoined, ':': takesUndashed, '/': takesApart}

// A word says what one word means, or several.
type word struct {
	kind string // a key of kinds or of languages
	many bool   // this one and all that follow
	any  bool   // as many as look like it
	ends bool   // no option comes after it, and all that follows is data
}

// kinds are the words of the table that are no languages.
var kinds = map[string]kind{
	"data":    kindData,
	"file":    kindFile,
	"fetch":   kindFetch,
	"command": kindCommand, // with "...": a command with its arguments; with ";": up to the word ";" or "+"
	"integer": kindInteger,
	"output":  kindOutput,
	"refused": kindRefused,

	"reread":   kindCommand, // with "...": a command with arguments that a shell reads again
	"replaced": kindCommand, // with "...": a command in whose words the program puts texts
	"line":     kindCode,    // a shell line; with "...": all words from here, joined
	"sub":      kindCommand, // chooses the row "PROGRAM SUB"
	"module":   kindFile,    // chooses the row "python -m MODULE"
	"assign":   kindData,    // NAME=VALUE, a variable of the environment
	"awkset":   kindData,    // NAME=VALUE of awk -v
	"awkarg":   kindData,    // a file, or NAME=VALUE for awk
	"bundle":   kindData,    // options without their dash: tar xzf
	"format":   kindData,    // of printf, and with it the words that follow
	"at":       kindData,    // data, or a file if it begins with @
	"form":     kindData,    // NAME=VALUE, where the VALUE can name a file in that way
}

// A programTable finds rows by name.
type programTable struct {
	rows     []*row
	byName   map[string]*row
	stranger *row // of programs that have no row
}

var table = sync.OnceValue(func() *programTable {
	t, err := readTable(interpreters, builtins, wrappers, fetchers, tools)
	if err != nil {
		panic(err) // a line of the source is wrong; TestTable says so first
	}
	return t
})

// program returns the row of a program by its base name. A version at the
// name's end is no part of it: python3.12, lua5.4, gcc-12, python3.13t.
func (t *programTable) program(name string) *row {
	for _, n := range []string{name, strings.ToLower(name)} {
		if r := t.byName[n]; r != nil {
			return r
		}
		if m := versioned.FindStringSubmatch(n); m != nil && t.byName[m[1]] != nil {
			return t.byName[m[1]]
		}
	}
	return t.stranger
}

var versioned = regexp.MustCompile(`^([A-Za-z_.+-]*[A-Za-z_+])-?[0-9][0-9.]*(?:t|d|m|dm|-dbg|-m[a-z]*|-x86_64.*)?$`)

// baseName returns a program's name without its folder, without ".exe", and
// without what uvx and npx take after it: ruff@0.5, black[jupyter].
func baseName(name string) string {
	if name == "" {
		return ""
	}
	name = path.Base(name)
	if i := strings.IndexAny(name[1:], "@["); i >= 0 && name != "[" {
		name = name[:i+1]
	}
	return strings.TrimSuffix(name, ".exe")
}

// readTable reads lines of the form
//
//	name, other name | options | words | standard input
//
// as the legend in programs_table.go explains them. A line "@group | options"
// names options for the rows below it; several such lines add up. A line that
// ends in a comma goes on in the next.
func readTable(groups ...string) (*programTable, error) {
	t := &programTable{byName: map[string]*row{}}
	shared := map[string]string{}
	for _, group := range groups {
		for line := range strings.Lines(strings.ReplaceAll(group, ",\n", ", ")) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			columns := strings.Split(line, "|")
			for i := range columns {
				columns[i] = strings.TrimSpace(columns[i])
			}
			if strings.HasPrefix(line, "@") && len(columns) == 2 {
				shared[columns[0]] += " " + columns[1]
				continue
			}
			r, err := readRow(columns, shared)
			if err != nil {
				return nil, fmt.Errorf("table of programs: %w in the line\n\t%s", err, line)
			}
			r.source = line
			t.rows = append(t.rows, r)
			for _, n := range r.names {
				if t.byName[n] != nil {
					return nil, fmt.Errorf("table of programs: a second row for %s:\n\t%s", n, line)
				}
				t.byName[n] = r
			}
		}
	}
	t.stranger = t.byName["*"]
	if t.stranger == nil {
		return nil, fmt.Errorf("table of programs: no row for *")
	}
	t.stranger.exact = true
	return t, nil
}

func readRow(columns []string, shared map[string]string) (*row, error) {
	if len(columns) < 3 || len(columns) > 4 {
		return nil, fmt.Errorf("%d columns", len(columns))
	}
	r := &row{options: map[string]*option{}, signs: "-"}
	for name := range strings.SplitSeq(columns[0], ",") {
		r.names = append(r.names, strings.TrimSpace(name))
	}
	if err := r.readOptions(columns[1], shared); err != nil {
		return nil, err
	}
	for _, token := range strings.Fields(columns[2]) {
		w, err := readWord(token)
		if err != nil {
			return nil, err
		}
		r.words = append(r.words, w)
	}
	if len(columns) == 4 {
		r.reads, r.always = strings.CutSuffix(columns[3], "!")
		if _, ok := languages[r.reads]; !ok && r.reads != "" {
			return nil, fmt.Errorf("unknown language %q", r.reads)
		}
	}
	return r, nil
}

func (r *row) readOptions(column string, shared map[string]string) error {
	for _, token := range strings.Fields(column) {
		switch {
		case token == "--":
			r.noEnd = true
		case strings.HasPrefix(token, "@"):
			options, ok := shared[token]
			if !ok {
				return fmt.Errorf("no options are called %s", token)
			}
			if err := r.readOptions(options, shared); err != nil {
				return err
			}
		case len(token) > 2 && token[1] == '[': // -[abc]: flags that take no value
			for _, letter := range strings.TrimSuffix(token[2:], "]") {
				if err := r.readOption(token[:1] + string(letter)); err != nil {
					return err
				}
			}
		default:
			if err := r.readOption(token); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *row) readOption(token string) error {
	o := &option{}
	token, first, found := strings.Cut(token, ">")
	if found {
		w, err := readWord(first)
		if err != nil {
			return err
		}
		o.first = []word{w}
	}
marks:
	for {
		switch {
		case strings.HasSuffix(token, "!"):
			o.ends = true
		case strings.HasSuffix(token, "~"):
			o.code = true
		case strings.HasSuffix(token, "^"):
			o.input = true
		default:
			break marks
		}
		token = token[:len(token)-1]
	}
	o.name = token
	if i := strings.IndexAny(token, "=?:/"); i > 0 {
		o.name = token[:i]
		o.value = valueStyles[token[i]]
		values := cmp.Or(token[i+1:], "data")
		values, o.infix = strings.CutPrefix(values, "<")
		for kind := range strings.SplitSeq(values, ",") {
			w, err := readWord(kind)
			if err != nil {
				return err
			}
			o.kinds = append(o.kinds, w)
		}
	}
	if o.name[0] == '+' && !strings.Contains(r.signs, "+") {
		r.signs += "+"
	}
	if r.options[o.name] != nil {
		return fmt.Errorf("%s twice", o.name)
	}
	r.options[o.name] = o
	return nil
}

func readWord(token string) (word, error) {
	w := word{kind: token}
	w.kind, w.many = strings.CutSuffix(w.kind, "...")
	w.kind, w.any = strings.CutSuffix(w.kind, "*")
	w.kind, w.ends = strings.CutSuffix(w.kind, "!")
	_, isKind := kinds[strings.TrimSuffix(w.kind, ";")]
	_, isLanguage := languages[w.kind]
	if !isKind && !isLanguage {
		return w, fmt.Errorf("unknown kind %q", w.kind)
	}
	return w, nil
}

// positional reports whether it matters which word of the program is the
// first, so that nothing may be guessed about an option that is not known.
func (r *row) positional() bool {
	for _, w := range r.words {
		if w.kind != "data" && (!w.many || w.kind == "command") {
			return true
		}
	}
	return len(r.words) > 1
}
