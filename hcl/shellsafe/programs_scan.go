package shellsafe

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// A scan walks the arguments of one command along the row of its program, in
// the manner of getopt_long: clusters of short options, values joined or
// apart, long options with "=" and abbreviated, options among the words.
// Where programs differ it takes the reading in which more is code.
type scan struct {
	args    []argument
	verdict verdict

	row   *row
	name  string // of the program, as the person at the keyboard knows it, and of what it does: "git commit"
	words []word // what the words to come mean
	next  int    // the argument to be read

	ended  bool // no option can come any more
	dashes bool // "--" came
	chosen bool // an option said what the first word is

	code  bool // some argument brought the code that would else be read
	stdin bool // one said that standard input is code

	unsure  string // an option that the table does not know,
	since   int    // the first argument after it, from which on nothing is sure
	unknown int    // the latest option that the table does not know
}

func (s *scan) run() {
	s.unknown = -1
	s.enter(s.row, 1)
	for s.next < len(s.args) {
		i := s.next
		s.next++
		s.verdict.options[i] = !s.ended && !s.dashes
		if s.ended || !s.option(i) {
			s.word(i)
		}
	}
	if s.row.always || s.stdin || !s.code {
		s.verdict.stdin = s.row.reads
	}
	if s.unsure != "" {
		for i := s.since; i < len(s.args); i++ {
			s.refuse(i, 0, "a word after "+s.unsure+", of which jwhost does not know what it means to "+s.name)
		}
	}
}

// enter goes on with another row at the argument next.
func (s *scan) enter(r *row, next int) {
	s.row, s.words, s.next, s.ended = r, r.words, next, false
	s.code, s.stdin, s.chosen = false, false, false
}

// add says what an argument from an offset on means.
func (s *scan) add(arg, offset int, k kind, lang string) {
	what := ""
	switch k {
	case kindData:
		return
	case kindCode:
		what = languages[lang].title
	case kindFile:
		what = "a file or module that " + s.name + " runs"
	case kindFetch:
		what = "what " + s.name + " fetches, or from where"
	case kindCommand:
		what = "the name of a program or of what it does"
	case kindInteger:
		what = "a number or name that " + s.name + " evaluates"
	case kindOutput:
		what = "a file that " + s.name + " writes"
	case kindRefused:
		what = "a word that decides what " + s.name + " does"
	}
	s.verdict.meanings = append(s.verdict.meanings, meaning{arg, offset, k, what, lang})
}

// refuse says that nothing captured may stand in an argument from an offset on.
func (s *scan) refuse(arg, offset int, what string) {
	s.verdict.meanings = append(s.verdict.meanings, meaning{arg, offset, kindRefused, what, ""})
}

// option reads the argument as an option, together with its values, and
// reports whether it is one.
func (s *scan) option(i int) bool {
	text, whole := s.args[i].lead()
	if name, _, ok := strings.Cut(text, "="); ok {
		if o := s.row.options[name]; o != nil && !strings.Contains(s.row.signs, name[:1]) { // dd of=X
			s.values(o, i, len(name)+1)
			return true
		}
	}
	switch {
	case text == "" || !strings.Contains(s.row.signs, text[:1]):
		return false
	case text == "--" && whole && !s.row.exact:
		s.ended = !s.row.noEnd && s.unknown != i-1
		return s.ended
	case text == "--" && whole:
		s.dashes = true // but what a strange program does with "-c X" after it is not known
		return true
	case text == "-" && whole:
		return false
	case s.row.exact:
		return s.exact(i, text, whole)
	}
	if o := s.row.options[text[:1]]; o != nil { // vim +COMMAND
		s.values(o, i, 1)
		return true
	}
	name, _, joined := strings.Cut(text, "=")
	if o, known := s.long(name); known && (joined || whole) {
		switch {
		case o == nil: // ambiguous
			s.strange(i, text)
		case !joined:
			s.apply(o, i)
		case o.value != noValue:
			s.values(o, i, len(name)+1)
		case o.first != nil:
			s.mean(o.first[0], i, len(name)+1)
		}
		return true
	}
	if strings.HasPrefix(text, "--") {
		switch {
		case !joined && !whole: // --${x}
			s.add(i, 0, kindCode, "option")
		case !joined:
			s.strange(i, text)
		}
		return true
	}
	return s.cluster(i, text, whole)
}

// long finds the option of a word like --eval, --ev or -exec. With several
// that an abbreviation fits, it is the one that matters most if they agree
// on taking a value, else nil.
func (s *scan) long(name string) (o *option, known bool) {
	options := s.row.options
	if len(name) > 2 || name[0] == '+' {
		if o := options[name]; o != nil {
			return o, true
		}
		if o := options[strings.TrimPrefix(name, "-")]; o != nil && len(o.name) > 2 { // --exec for -exec
			return o, true
		}
	}
	if len(name) < 3 || !strings.HasPrefix(name, "--") {
		return nil, false
	}
	for _, key := range slices.Sorted(maps.Keys(options)) {
		if !strings.HasPrefix(key, name) {
			continue
		}
		switch other := options[key]; {
		case !known:
			o, known = other, true
		case o == nil || o.value != other.value:
			o = nil
		default:
			o = slices.MaxFunc([]*option{o, other}, func(a, b *option) int { return cmp.Compare(a.weight(), b.weight()) })
		}
	}
	return o, known
}

// weight is larger for options whose values bring more than data.
func (o *option) weight() int {
	n := 0
	for _, w := range slices.Concat(o.first, o.kinds) {
		if w.kind != "data" {
			n++
		}
	}
	return n
}

// cluster reads -abcVALUE.
func (s *scan) cluster(i int, text string, whole bool) bool {
	for at := 1; at < len(text); at++ {
		end := at + 1
		o := s.row.options[text[:1]+text[at:end]]
		last := end == len(text) && whole
		switch {
		case o == nil && !s.row.positional(): // the worst is that it takes no value
			s.unknown = i
		case o == nil:
			s.strange(i, text)
			if !whole {
				s.add(i, end, kindCode, "option")
			}
			return true
		case o.value == noValue || o.value == takesApart || last:
			s.apply(o, i)
			if o.ends {
				return true
			}
		default:
			if o.value != takesJoined && end == len(text) && s.args[i].canEnd() { // timeout -k${x} 5 a ${y}
				s.strange(i, text)
			}
			s.values(o, i, end)
			return true
		}
	}
	if !whole { // -B${x}: more options
		s.add(i, len(text), kindCode, "option")
	}
	return true
}

// exact reads an option of a program that is not in the table. All other
// words of such a program are words, those with a dash as well.
func (s *scan) exact(i int, text string, whole bool) bool {
	if o := s.row.options[text]; o != nil && whole {
		s.apply(o, i)
		return true
	}
	if name, _, joined := strings.Cut(text, "="); joined && strings.HasPrefix(name, "--") && s.row.options[name] != nil {
		s.values(s.row.options[name], i, len(name)+1)
		return true
	}
	if !whole {
		for name := range s.row.options {
			if len(text) < len(name) && strings.HasPrefix(name, text) || text == name && len(name) > 2 { // -${x}, --ev${x}
				s.add(i, 0, kindCode, "option")
				break
			}
		}
	}
	return true
}

// strange notes something that may be an option of which the row does not
// know whether it takes a value. Where words have places, the place of all
// that follows is unknown with it.
func (s *scan) strange(i int, text string) {
	s.unknown = i
	if s.row.positional() && s.unsure == "" {
		s.unsure, s.since = text, i+1
	}
}

// apply reads an option that stands alone in the argument i, and its values
// after it.
func (s *scan) apply(o *option, i int) {
	s.note(o)
	if o.infix && i > 1 {
		s.mean(o.kinds[0], i-1, 0)
	}
	for _, w := range o.kinds {
		if o.value == takesJoined || s.next >= len(s.args) || s.noValue(o) {
			break
		}
		value := s.next
		s.next++
		s.mean(w, value, 0)
	}
	if o.ends {
		s.finish(false)
	}
}

// noValue reports whether the next argument is no value of the option o. One
// that is an option itself might be taken for a value, and then what follows
// it for harmless: vim -es -c X, where -s is no script after -e.
func (s *scan) noValue(o *option) bool {
	text, whole := s.args[s.next].lead()
	if o.value == takesUndashed {
		return strings.HasPrefix(text, "-")
	}
	other := s.row.options[text]
	return whole && other != nil && strings.HasPrefix(text, "-") && other.weight() > 0
}

// values reads an option whose first value begins at the offset of argument i.
func (s *scan) values(o *option, i, offset int) {
	s.note(o)
	s.mean(o.kinds[0], i, offset)
	for _, w := range o.kinds[1:] {
		if s.next < len(s.args) {
			value := s.next
			s.next++
			s.mean(w, value, 0)
		}
	}
	if o.ends {
		s.finish(false)
	}
}

func (s *scan) note(o *option) {
	s.code = s.code || o.code || o.ends || len(o.kinds) == 1 && o.kinds[0].kind == "line"
	s.stdin = s.stdin || o.input
	if o.first != nil && (!s.chosen || o.weight() > 0) { // sh -c -s X: X is code
		s.words = slices.Concat(o.first, s.words[min(1, len(s.words)):])
		s.chosen = true
	}
	switch {
	case !o.code || len(s.words) == 0:
	case s.words[0].ends:
		s.words = []word{{kind: "data", ends: true}}
	case !s.words[0].many:
		s.words = s.words[1:]
	}
}

// finish takes all that follows for data. Behind a script that can read
// options, options stay options up to "--".
func (s *scan) finish(script bool) {
	for ; s.next < len(s.args); s.next++ {
		s.verdict.options[s.next] = script
		if text, whole := s.args[s.next].lead(); text == "--" && whole {
			script = false
		}
	}
}

// word reads an argument that is no option.
func (s *scan) word(i int) {
	text, whole := s.args[i].lead()
	if s.args[i].opensAt(0) && !s.ended {
		s.openWord(i)
	}
	for len(s.words) > 0 && s.words[0].any && whole && !strings.Contains(text, "=") {
		s.words = s.words[1:]
	}
	if len(s.words) == 0 || text == "" && whole { // sed -i '' SCRIPT: not every sed takes '' for the script
		return
	}
	w := s.words[0]
	if r := s.below(text); r != nil && whole && w.kind == "file" { // node inspect X
		w.kind = "sub"
	}
	if !w.many && !w.any {
		s.words = s.words[1:]
	}
	s.mean(w, i, 0)
	if w.kind == "sub" {
		return
	}
	s.code = s.code || kinds[w.kind] == kindFile || kinds[w.kind] == kindCode || languages[w.kind].title != ""
	if w.ends {
		s.finish(w.kind != "line" && languages[w.kind].title == "")
	}
}

// openWord looks at a word of which not even the beginning is known.
func (s *scan) openWord(i int) {
	if s.row.options["+"] != nil {
		s.add(i, 0, kindCode, "plus")
	}
	for name := range s.row.options {
		if !strings.Contains(s.row.signs, name[:1]) { // dd ${x}
			s.add(i, 0, kindCode, "equals")
			break
		}
	}
	if a := s.args[i]; len(a) == 1 && a[0].hole == nil {
		s.strange(i, a[0].expansion)
	}
}

// mean says what a value or a word means; the argument's first offset bytes
// are no part of it.
func (s *scan) mean(w word, i, offset int) {
	if read := special(w.kind); read != nil {
		read(s, w, i, offset)
	} else if k, ok := kinds[w.kind]; ok {
		if k == kindFile && s.isStdin(i, offset) {
			s.stdin = true
		}
		s.add(i, offset, k, "")
	} else {
		s.add(i, offset, kindCode, w.kind)
	}
}

// isStdin reports whether the value is a file name that means standard input.
func (s *scan) isStdin(i, offset int) bool {
	text, whole := s.args[i].lead()
	return whole && len(text) > offset && slices.Contains(
		[]string{"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"}, text[offset:])
}
