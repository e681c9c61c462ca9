package uv

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A setting is one key of a TOML file. Only what uv's and Python's own files
// need is understood: texts and lists of texts have values, anything else is
// kept as it stands.
type setting struct {
	table string // "project", "tool.uv", "index#0" for the first [[index]]
	key   string // dotted keys are moved into the table
	line  int    // from 1
	text  string
	list  []string
}

// A document is a TOML file, in its order.
type document struct {
	tables   []setting // table and line of each header
	settings []setting
}

// table returns the header of the table of that name.
func (d *document) table(name string) (setting, bool) {
	for _, t := range d.tables {
		if t.table == name {
			return t, true
		}
	}
	for _, s := range d.settings { // "project.name = …" makes the table, too
		if s.table == name {
			return s, true
		}
	}
	return setting{}, false
}

// get returns the setting of that table and key.
func (d *document) get(table, key string) (setting, bool) {
	for _, s := range d.settings {
		if s.table == table && s.key == key {
			return s, true
		}
	}
	return setting{}, false
}

// parseTOML reads a file. It accepts more than TOML: what is wrong with a file
// is for uv to say.
func parseTOML(data []byte) (*document, error) {
	p := &tomlParser{rest: string(data), line: 1}
	doc := &document{}
	table, arrays := "", map[string]int{}
	for {
		p.skip(true)
		switch {
		case p.rest == "":
			return doc, nil
		case strings.HasPrefix(p.rest, "["):
			line, array := p.line, strings.HasPrefix(p.rest, "[[")
			p.rest = strings.TrimLeft(p.rest, "[")
			name, err := p.key()
			if err != nil {
				return nil, err
			}
			if !strings.HasPrefix(p.rest, "]") {
				return nil, p.errorf("a table's name does not end with ]")
			}
			p.rest = strings.TrimLeft(p.rest, "]")
			table = strings.Join(name, ".")
			if array {
				table = fmt.Sprintf("%s#%d", table, arrays[table])
				arrays[strings.Join(name, ".")]++
			}
			doc.tables = append(doc.tables, setting{table: table, line: line})
		default:
			line := p.line
			name, err := p.key()
			if err != nil {
				return nil, err
			}
			if !strings.HasPrefix(p.rest, "=") {
				return nil, p.errorf("%s has no value", strings.Join(name, "."))
			}
			p.rest = p.rest[1:]
			p.skip(false)
			s := setting{table: join(table, name[:len(name)-1]), key: name[len(name)-1], line: line}
			if err := p.value(&s); err != nil {
				return nil, err
			}
			doc.settings = append(doc.settings, s)
		}
	}
}

func join(table string, more []string) string {
	if table == "" {
		return strings.Join(more, ".")
	}
	return strings.Join(append([]string{table}, more...), ".")
}

type tomlParser struct {
	rest string
	line int
}

func (p *tomlParser) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: %s", p.line, fmt.Sprintf(format, args...))
}

// skip passes white space and comments, and newlines if asked.
func (p *tomlParser) skip(newlines bool) {
	for p.rest != "" {
		switch c := p.rest[0]; {
		case c == ' ' || c == '\t' || c == '\r':
			p.rest = p.rest[1:]
		case c == '\n' && newlines:
			p.rest = p.rest[1:]
			p.line++
		case c == '#':
			end := strings.IndexByte(p.rest, '\n')
			if end < 0 {
				end = len(p.rest)
			}
			p.rest = p.rest[end:]
		default:
			return
		}
	}
}

// key reads a.b."c d" and the white space behind it.
func (p *tomlParser) key() ([]string, error) {
	var name []string
	for {
		p.skip(false)
		if p.rest == "" {
			return nil, p.errorf("the file ends within a key")
		}
		if c := p.rest[0]; c == '"' || c == '\'' {
			text, err := p.quoted()
			if err != nil {
				return nil, err
			}
			name = append(name, text)
		} else {
			end := strings.IndexFunc(p.rest, func(r rune) bool {
				return !(r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
			})
			if end < 0 {
				end = len(p.rest)
			}
			if end == 0 {
				return nil, p.errorf("%q starts no key", p.rest[:1])
			}
			name = append(name, p.rest[:end])
			p.rest = p.rest[end:]
		}
		p.skip(false)
		if !strings.HasPrefix(p.rest, ".") {
			return name, nil
		}
		p.rest = p.rest[1:]
	}
}

// value reads one value into s.
func (p *tomlParser) value(s *setting) error {
	if p.rest == "" {
		return p.errorf("%s has no value", s.key)
	}
	switch p.rest[0] {
	case '"', '\'':
		text, err := p.quoted()
		s.text = text
		return err
	case '[', '{':
		return p.nested(s)
	default:
		end := strings.IndexAny(p.rest, "\n#,]}")
		if end < 0 {
			end = len(p.rest)
		}
		s.text = strings.TrimSpace(p.rest[:end])
		p.rest = p.rest[end:]
		return nil
	}
}

// nested reads a list or an inline table: of a list the texts that stand in it
// directly, of a table nothing.
func (p *tomlParser) nested(s *setting) error {
	depth, list := 0, p.rest[0] == '['
	for p.rest != "" {
		switch c := p.rest[0]; c {
		case '[', '{':
			depth++
			p.rest = p.rest[1:]
		case ']', '}':
			depth--
			p.rest = p.rest[1:]
			if depth == 0 {
				return nil
			}
		case '"', '\'':
			text, err := p.quoted()
			if err != nil {
				return err
			}
			if list && depth == 1 {
				s.list = append(s.list, text)
			}
		case ' ', '\t', '\r', '\n', '#':
			p.skip(true)
		default:
			p.rest = p.rest[1:]
		}
	}
	return p.errorf("the value of %s does not end", s.key)
}

// quoted reads a text in any of TOML's four kinds of quotes.
func (p *tomlParser) quoted() (string, error) {
	quote := p.rest[:1]
	long := strings.Repeat(quote, 3)
	var b strings.Builder
	if strings.HasPrefix(p.rest, long) {
		quote = long
	}
	p.rest = p.rest[len(quote):]
	for p.rest != "" {
		switch {
		case strings.HasPrefix(p.rest, quote):
			p.rest = p.rest[len(quote):]
			return b.String(), nil
		case p.rest[0] == '\n' && len(quote) == 1:
			return "", p.errorf("a text does not end on its line")
		case p.rest[0] == '\\' && quote[0] == '"':
			p.escape(&b)
		default:
			if p.rest[0] == '\n' {
				p.line++
			}
			b.WriteByte(p.rest[0])
			p.rest = p.rest[1:]
		}
	}
	return "", p.errorf("a text does not end")
}

func (p *tomlParser) escape(b *strings.Builder) {
	p.rest = p.rest[1:]
	if p.rest == "" {
		return
	}
	c := p.rest[0]
	p.rest = p.rest[1:]
	switch c {
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'r':
		b.WriteByte('\r')
	case 'u', 'U':
		digits := 4
		if c == 'U' {
			digits = 8
		}
		if len(p.rest) < digits {
			return
		}
		if n, err := strconv.ParseUint(p.rest[:digits], 16, 32); err == nil && n <= utf8.MaxRune {
			b.WriteRune(rune(n))
			p.rest = p.rest[digits:]
		}
	case '\n':
		p.line++
		p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	default:
		b.WriteByte(c)
	}
}
