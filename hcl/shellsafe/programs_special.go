package shellsafe

import (
	"maps"
	"regexp"
	"strings"
)

// special returns the reader of a kind of word that means more than itself,
// nil for the others. Argument i is the word or value, without its first
// offset bytes.
func special(kind string) func(s *scan, w word, i, offset int) {
	switch kind {
	case "line":
		return (*scan).line
	case "command":
		return (*scan).command
	case "reread":
		return (*scan).reread
	case "replaced":
		return (*scan).replaced
	case "command;":
		return (*scan).commandUntil
	case "sub":
		return (*scan).sub
	case "module":
		return (*scan).module
	case "assign":
		return (*scan).assign
	case "awkset":
		return (*scan).awkSet
	case "awkarg":
		return (*scan).awkArgument
	case "bundle":
		return (*scan).bundle
	case "format":
		return (*scan).format
	case "at":
		return (*scan).sent
	case "form":
		return (*scan).form
	}
	return nil
}

// line is a shell line; with "..." the words that follow belong to it.
func (s *scan) line(w word, i, offset int) {
	end := i + 1
	if w.many {
		end, s.next = len(s.args), len(s.args)
	}
	s.verdict.lines = append(s.verdict.lines, span{i, end, offset})
	s.add(i, offset, kindCode, "sh")
	for j := i + 1; j < end; j++ {
		s.add(j, 0, kindCode, "sh")
	}
}

// command is a program's name; with "..." its arguments follow.
func (s *scan) command(w word, i, offset int) {
	if !w.many {
		s.add(i, offset, kindCommand, "")
		return
	}
	s.verdict.commands = append(s.verdict.commands, span{from: i, to: len(s.args)})
	s.next, s.code = len(s.args), true
}

// reread is a command whose arguments a shell reads a second time: older npx
// quotes them in a way that keeps $(…) alive.
func (s *scan) reread(w word, i, offset int) {
	s.command(w, i, offset)
	for j := i + 1; j < len(s.args); j++ {
		s.add(j, 0, kindCode, "sh")
	}
}

// replaced is a command in whose words xargs -I puts texts of its own.
func (s *scan) replaced(w word, i, offset int) {
	s.command(w, i, offset)
	for j := i + 1; j < len(s.args); j++ {
		s.add(j, 0, kindCode, "words")
	}
}

// commandUntil is a command that ends before ";" or "+", as those of find.
func (s *scan) commandUntil(_ word, i, _ int) {
	end := i
	for ; end < len(s.args); end++ {
		if text, whole := s.args[end].lead(); whole && (text == ";" || text == "+") {
			break
		}
	}
	s.verdict.commands = append(s.verdict.commands, span{from: i, to: end})
	for j := i; j < end; j++ {
		s.add(j, 0, kindCode, "exec")
	}
	s.next = min(end+1, len(s.args))
}

// below returns the row of what a program does by its word: "git commit".
func (s *scan) below(word string) *row {
	if r := table().byName[s.name+" "+word]; r != nil {
		return r
	}
	return table().byName[s.row.names[0]+" "+word] // podman run is docker run
}

// sub chooses the row "PROGRAM SUB". Where there is none, the options of
// PROGRAM hold, and what is code to a program of which nothing is known.
func (s *scan) sub(_ word, i, _ int) {
	text, whole := s.args[i].lead()
	s.add(i, 0, kindCommand, "")
	if r := s.below(text); r != nil && whole {
		s.name += " " + text
		s.enter(r, s.next)
		return
	}
	unknown := *s.row
	unknown.words, unknown.reads = nil, ""
	unknown.options = maps.Clone(s.row.options)
	for name, o := range table().stranger.options {
		if unknown.options[name] == nil {
			unknown.options[name] = o
		}
	}
	s.enter(&unknown, s.next)
}

// module is what follows python -m: it chooses the row "python -m MODULE".
func (s *scan) module(_ word, i, offset int) {
	s.add(i, offset, kindFile, "")
	text, whole := s.args[i].lead()
	r := table().stranger
	if whole {
		name := "python -m " + text[offset:]
		if found := table().byName[name]; found != nil {
			r, s.name = found, name
		}
	}
	s.enter(r, s.next)
}

// assign is NAME=VALUE, a variable of the environment.
func (s *scan) assign(_ word, i, offset int) {
	text, whole := s.args[i].lead()
	name, _, ok := strings.Cut(text[offset:], "=")
	switch {
	case ok && codeVariable(strings.TrimSuffix(name, "+")):
		s.add(i, offset+len(name)+1, kindCode, "variable")
	case !ok && !whole:
		s.refuse(i, offset, "the name of a variable")
	}
}

// awkSet is NAME=VALUE of awk -v, in which awk reads backslashes.
func (s *scan) awkSet(_ word, i, offset int) {
	text, whole := s.args[i].lead()
	name, _, ok := strings.Cut(text[offset:], "=")
	switch {
	case ok:
		s.add(i, offset+len(name)+1, kindCode, "escape")
	case !whole:
		s.refuse(i, offset, "the name of a variable")
	}
}

// awkArgument is a file, or NAME=VALUE as of -v.
func (s *scan) awkArgument(w word, i, offset int) {
	text, whole := s.args[i].lead()
	name, _, ok := strings.Cut(text, "=")
	switch {
	case !awkName.MatchString(name): // ./x=y is a file
	case ok:
		s.awkSet(w, i, offset)
	case !whole:
		s.add(i, 0, kindCode, "equals")
		for _, seg := range s.args[i] {
			if strings.Contains(seg.text, "=") { // ${name}=5
				s.refuse(i, 0, "the name of a variable")
			}
		}
	}
}

var awkName = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_:]*)?$`)

// bundle is a word of short options without their dash, as in tar xzf FILE.
func (s *scan) bundle(_ word, i, _ int) {
	text, whole := s.args[i].lead()
	if !whole {
		s.add(i, 0, kindCode, "option")
	}
	for _, letter := range text {
		if o := s.row.options["-"+string(letter)]; o != nil {
			s.apply(o, i)
		}
	}
}

// format is the first word of printf. Its directives say what the words that
// follow are; a captured text in it must not be or end a directive.
func (s *scan) format(_ word, i, offset int) {
	s.add(i, offset, kindCode, "printf")
	var literal strings.Builder
	for _, seg := range s.args[i] {
		if !seg.literal() && unfinished.MatchString(literal.String()) {
			s.refuse(i, offset, "the end of a directive of "+s.name)
		}
		literal.WriteString(seg.text)
	}
	var kinds []word
	for _, d := range directive.FindAllStringSubmatch(literal.String(), -1) {
		for range strings.Count(d[1], "*") {
			kinds = append(kinds, word{kind: "number"})
		}
		switch {
		case d[2] == "%":
		case strings.Contains("sbqQc", d[2]):
			kinds = append(kinds, word{kind: "data"})
		default:
			kinds = append(kinds, word{kind: "number"})
		}
	}
	for n := 0; s.next < len(s.args); n++ {
		if len(kinds) > 0 {
			s.mean(kinds[n%len(kinds)], s.next, 0)
		}
		s.next++
	}
}

var (
	directive  = regexp.MustCompile(`%([-+ #0-9.*']*)(\([^)]*\)T|.)`)
	unfinished = regexp.MustCompile(`(^|[^%])(%%)*%[-+ #0-9.*']*(\([^)]*)?$|\\[0-9A-Fa-fuUxc]*$`)
)

// sent is a value that names a file to send if it begins with @: curl -d @F.
func (s *scan) sent(_ word, i, offset int) {
	text, _ := s.args[i].lead()
	switch text = text[offset:]; {
	case s.args[i].opensAt(offset):
		s.add(i, offset, kindCode, "at")
	case strings.HasPrefix(text, "@"), strings.HasPrefix(text, "<"):
		s.add(i, offset, kindOutput, "")
	}
}

// form is NAME=VALUE or NAME@FILE, where a VALUE can name a file as well: curl -F a=@F.
func (s *scan) form(w word, i, offset int) {
	text, whole := s.args[i].lead()
	if at := strings.IndexAny(text[offset:], "=@"); at >= 0 {
		if text[offset+at] == '=' {
			at++
		}
		s.sent(w, i, offset+at)
	} else if !whole {
		s.add(i, offset, kindCode, "option")
	}
}
