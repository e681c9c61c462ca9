package jobfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/jwhost/jwhost/hcl/scope"
)

// A content is a block's body, checked against what it may hold.
type content struct {
	l     *loader
	what  string // for messages: a job
	at    hcl.Range
	attrs map[string]*hclsyntax.Attribute
	nest  map[string][]*hclsyntax.Block
	meant map[string]bool // what unknown names are most likely slips of
}

// content checks a body: attributes and blocks that are not listed are errors.
// A block type ends in a space and the meaning of its label where it has one:
// "watcher name".
func (l *loader) content(body *hclsyntax.Body, what string, at hcl.Range, attrs []string, blocks ...string) *content {
	c := &content{l: l, what: what, at: at, attrs: map[string]*hclsyntax.Attribute{}, nest: map[string][]*hclsyntax.Block{}, meant: map[string]bool{}}
	labels := map[string]string{}
	var types []string
	for _, b := range blocks {
		typ, label, _ := strings.Cut(b, " ")
		labels[typ] = label
		types = append(types, typ)
	}
	for name, a := range body.Attributes {
		switch {
		case slices.Contains(attrs, name):
			c.attrs[name] = a
		case slices.Contains(types, name):
			c.meant[name] = true
			l.error(CodeUnknownAttribute, a.NameRange, "Not an attribute", "%s is a block of %s: write %s, without the equals sign.", name, what, header(name, labels[name]))
		default:
			c.meant[scope.Nearest(name, attrs)] = true
			l.unknown(CodeUnknownAttribute, a.NameRange, "attribute", name, what, attrs)
		}
	}
	for _, b := range body.Blocks {
		switch {
		case slices.Contains(types, b.Type):
			if l.label(b, labels[b.Type]) {
				c.nest[b.Type] = append(c.nest[b.Type], b)
			}
		case slices.Contains(attrs, b.Type):
			c.meant[b.Type] = true
			l.error(CodeUnknownBlock, b.TypeRange, "Not a block", "%s is an attribute of %s: write %s = …, with an equals sign.", b.Type, what, b.Type)
		default:
			c.meant[scope.Nearest(b.Type, types)] = true
			l.unknown(CodeUnknownBlock, b.TypeRange, "block", b.Type, what, types)
		}
	}
	return c
}

func (l *loader) unknown(code Code, at hcl.Range, kind, name, what string, known []string) {
	if len(known) == 0 {
		l.error(code, at, "Unknown "+kind, "%s has no %s %s, and no others.", begin(what), kind, name)
		return
	}
	l.error(code, at, "Unknown "+kind, "%s has no %s %s.%s It has: %s.", begin(what), kind, name, scope.DidYouMean(name, known), sorted(known))
}

// label checks that a block has the one label that it should have, or none.
func (l *loader) label(b *hclsyntax.Block, label string) bool {
	at := hcl.RangeBetween(b.TypeRange, b.OpenBraceRange)
	switch {
	case label == "" && len(b.Labels) > 0:
		l.error(CodeName, b.LabelRanges[0], "A label too many", "%s block has no label: write %s.", article(b.Type), header(b.Type, ""))
	case label != "" && len(b.Labels) == 0:
		l.error(CodeMissing, at, "A label is missing", "%s block has a %s: write %s.", article(b.Type), label, header(b.Type, label))
	case label != "" && len(b.Labels) > 1:
		l.error(CodeName, b.LabelRanges[1], "A label too many", "%s block has one label, its %s: write %s.", article(b.Type), label, header(b.Type, b.Labels[0]))
	default:
		return true
	}
	return false
}

// one returns the only block of a type, nil if there is none.
func (c *content) one(typ string) *hclsyntax.Block {
	blocks := c.nest[typ]
	if len(blocks) == 0 {
		return nil
	}
	for _, b := range blocks[1:] {
		c.l.error(CodeDuplicate, b.TypeRange, "A block too many", "%s has one %s block; the first stands in line %d.", begin(c.what), typ, blocks[0].TypeRange.Start.Line)
	}
	return blocks[0]
}

// attr returns an attribute, nil if it is not given or its text is broken.
func (c *content) attr(name string) *hclsyntax.Attribute {
	a := c.attrs[name]
	if a == nil || c.l.broken(a.SrcRange) {
		return nil
	}
	return a
}

// lacks reports whether the attribute is not given, not even misspelt.
func (c *content) lacks(name string) bool { return !c.has(name) && !c.meant[name] }

// has reports whether the attribute is given.
func (c *content) has(name string) bool { return c.attrs[name] != nil }

// require complains if the attribute is not given.
func (c *content) require(name, example string) {
	if c.lacks(name) {
		c.l.error(CodeMissing, c.at, "An attribute is missing", "%s needs %s, as in:\n\n  %s = %s", begin(c.what), name, name, example)
	}
}

var validName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// name checks the name of a thing of the file.
func (l *loader) name(what, name string, at hcl.Range) bool {
	if validName.MatchString(name) {
		return true
	}
	l.error(CodeName, at, "Invalid name", "%q is no name for a %s: a letter or _ comes first, then letters, digits, _ and -.", name, what)
	return false
}

// A registry finds names that are used twice.
type registry map[string]hcl.Range

func (r registry) add(l *loader, what, name string, at hcl.Range) bool {
	if first, ok := r[name]; ok {
		where := fmt.Sprintf("line %d", first.Start.Line)
		if first.Filename != at.Filename {
			where += " of " + first.Filename
		}
		l.error(CodeDuplicate, at, "A name used twice", "The name %s is taken by %s in %s.", name, what, where)
		return false
	}
	r[name] = at
	return true
}

// header is the head of a block as it is written.
func header(typ, label string) string {
	if label == "" {
		return typ + " { … }"
	}
	return fmt.Sprintf("%s %q { … }", typ, label)
}

// article begins a sentence about a block of the type.
func article(typ string) string {
	if strings.ContainsAny(typ[:1], "aeiou") {
		return "An " + typ
	}
	return "A " + typ
}

// begin begins a sentence.
func begin(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func sorted(names []string) string {
	names = slices.Clone(names)
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}
