package pattern

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A label is a name as it was given to a group, and where.
type label struct {
	name           string
	group          int
	offset, length int // of a name in the pattern
	listed         int // index into capture_groups, or -1
}

func (l label) complain(summary, detail string, args ...any) *Error {
	return &Error{l.offset, l.length, l.listed, summary, fmt.Sprintf(detail, args...)}
}

// label names the groups of a pattern: own are the names in the pattern by
// group, listed those of capture_groups, nil if there is none.
func nameGroups(source string, own, listed []string) (captures []Capture, errs []*Error) {
	captures = make([]Capture, len(own))
	opened := groups(source)
	var labels []label
	var unnamed []int
	for i, name := range own {
		captures[i].Group = i + 1
		switch {
		case name == "":
			unnamed = append(unnamed, i+1)
		case name != "_":
			at, length := nameIn(opened[i])
			labels = append(labels, label{name, i + 1, at, length, -1})
		}
	}
	if listed != nil && len(listed) != len(unnamed) {
		errs = append(errs, miscounted(opened, unnamed, listed, len(labels)))
	}
	for i, name := range listed {
		if name != "_" && i < len(unnamed) {
			labels = append(labels, label{name, unnamed[i], 0, 0, i})
		}
	}
	for i, l := range labels {
		if err := refuse(l, labels[:i], len(own)); err != nil {
			errs = append(errs, err)
			continue
		}
		captures[l.group-1].Name = l.name
	}
	return captures, errs
}

// miscounted says how many names and how many unnamed groups there are.
func miscounted(opened []token, unnamed []int, listed []string, named int) *Error {
	have := plural(len(unnamed), "unnamed group")
	if named > 0 {
		have += fmt.Sprintf(" (%d more named in it, which capture_groups leaves out)", named)
	}
	err := &Error{
		InNames: -1,
		Summary: fmt.Sprintf("%s for %s", plural(len(listed), "name"), plural(len(unnamed), "group")),
		Detail:  fmt.Sprintf("The pattern has %s, capture_groups has %s: it needs one for each, in order. ", have, plural(len(listed), "name")),
	}
	if len(listed) < len(unnamed) {
		at := opened[unnamed[len(listed)]-1]
		err.Offset, err.Length = at.at, len(at.text)
		err.Detail += `Name this group as well, or write "_" to skip one, or (?:…) for a group that captures nothing.`
	} else {
		err.InNames = len(unnamed)
		err.Detail += `Take this one away, or put the part of the pattern that it names in parentheses.`
	}
	return err
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Names that mean something else in expressions.
var (
	keywords = []string{"null", "true", "false"}
	roots    = []string{"var", "local", "job", "match", "watcher", "prev", "metric", "secret", "JOB_ID"}
)

var (
	wellFormed = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	numbered   = regexp.MustCompile(`^[cC][0-9]+$`)
)

// fileSuffix is what the variable with the file of a capture ends in (JW_X_FILE).
const fileSuffix = "_file"

// refuse says why a group may not have a name, given the labels before it and
// how many groups there are.
func refuse(l label, before []label, groups int) *Error {
	switch own := fmt.Sprintf("c%d", l.group); {
	case l.name == "":
		return l.complain("Empty name of a capture",
			`Give it a name, or write "_" for a group that needs none.`)
	case !wellFormed.MatchString(l.name):
		return l.complain(fmt.Sprintf("%q is no name for a capture", l.name),
			"A name is a letter or _, then letters, digits and _, all of ASCII: %s.", wellForm(l.name))
	case slices.Contains(keywords, l.name):
		return l.complain(fmt.Sprintf("A capture cannot be called %s", l.name),
			"%s is a value of the language: in an expression the capture could not be reached. Call it is_%[1]s or %[1]s_text.", l.name)
	case slices.Contains(roots, l.name):
		return l.complain(fmt.Sprintf("A capture cannot be called %s", l.name),
			"%s already has a meaning in expressions. Call it %s.", l.name, another(l.name))
	case numbered.MatchString(l.name) && l.name != own:
		return l.complain(fmt.Sprintf("A capture cannot be called %s", l.name),
			"c1, c2, … are the groups by number, and this is group %d, which is %s already. Choose a name that says what the text is.", l.group, own)
	}
	for _, other := range before {
		if err := clash(l, other.name); err != nil {
			return err
		}
	}
	for n := range groups {
		if auto := fmt.Sprintf("c%d", n+1); strings.EqualFold(l.name, auto+fileSuffix) {
			return clash(l, auto)
		}
	}
	return nil
}

// clash says why a capture may not be called so beside another. Variables of
// the environment tell less apart than expressions do.
func clash(l label, other string) *Error {
	switch a, b := strings.ToLower(l.name), strings.ToLower(other); {
	case l.name == other:
		return l.complain(fmt.Sprintf("Two captures are called %s", l.name),
			"Each needs a name of its own: call this one %s_2.", l.name)
	case a == b:
		return l.complain(fmt.Sprintf("%s and %s differ in case only", other, l.name),
			"Both would be the variable JW_%s of an action. Call one of them something else.", strings.ToUpper(a))
	case a == b+fileSuffix, b == a+fileSuffix:
		name := max(a, b) // the longer one: the other is its prefix
		return l.complain(fmt.Sprintf("A capture cannot be called %s beside %s", l.name, other),
			"JW_%s is the variable with the file that holds a long %s. Call one of them something else, %s say.",
			strings.ToUpper(name), strings.TrimSuffix(name, fileSuffix), strings.TrimSuffix(name, fileSuffix)+"_path")
	}
	return nil
}

// another is a name near one of the roots.
func another(root string) string {
	switch root {
	case "job", "watcher", "metric", "secret":
		return root + "_name"
	case "JOB_ID":
		return "id"
	}
	return root + "_text"
}

// wellForm proposes a name like the given one.
func wellForm(name string) string {
	proposed := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
	switch {
	case strings.Trim(proposed, "_") == "":
		return "value"
	case proposed[0] >= '0' && proposed[0] <= '9':
		return "_" + proposed
	}
	return proposed
}
