package shellsafe

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// A slot is one occurrence of a placeholder in the command.
type slot struct {
	hole       *Hole
	where      Where
	token      string
	start, end int // of the token in its template's text

	// Found by the walk:
	place    place
	variable bool        // no escaping is safe there: an expansion of a variable of ours stands for the text
	plain    bool        // a number that no parentheses may stand around (let)
	admits   []admission // what was proved, asked again at Render
}

// tokens makes placeholders into words that the shell's parser takes for plain
// text, and finds them again. The stem occurs nowhere in the author's text and
// cannot overlap itself, so that every occurrence is a token.
type tokens struct {
	stem  string
	slots []*slot
}

const (
	tokenDigits = 5
	maxSlots    = 99_999
)

// newTokens chooses a stem for the given texts.
func newTokens(texts []string) *tokens {
	stem := "jwhole"
	for n := 0; ; n++ {
		// Ends in a letter: digits after it are the token's own.
		candidate := stem + strconv.Itoa(n) + "n"
		if !anyContains(texts, candidate) {
			return &tokens{stem: candidate}
		}
	}
}

func anyContains(texts []string, s string) bool {
	for _, t := range texts {
		if strings.Contains(t, s) {
			return true
		}
	}
	return false
}

// add makes the token of a hole.
func (k *tokens) add(h *Hole, at Where) *slot {
	s := &slot{hole: h, where: at, token: fmt.Sprintf("%s%0*dz", k.stem, tokenDigits, len(k.slots))}
	k.slots = append(k.slots, s)
	return s
}

// next finds the first token in text, and its slot.
func (k *tokens) next(text string) (start, end int, s *slot) {
	for from := 0; ; {
		i := strings.Index(text[from:], k.stem)
		if i < 0 {
			return 0, 0, nil
		}
		start = from + i
		end = start + len(k.stem) + tokenDigits + 1
		if end <= len(text) {
			if n, err := strconv.Atoi(text[start+len(k.stem) : end-1]); err == nil && n < len(k.slots) && k.slots[n].token == text[start:end] {
				return start, end, k.slots[n]
			}
		}
		from = start + len(k.stem)
	}
}

// in lists the slots whose tokens stand in text.
func (k *tokens) in(text string) []*slot {
	var found []*slot
	for {
		_, end, s := k.next(text)
		if s == nil {
			return found
		}
		found = append(found, s)
		text = text[end:]
	}
}

// A template is the text of a line, placeholders as tokens.
type template struct {
	text   string
	slots  []*slot
	starts []int // of each part in text
	attr   string
	parts  []Part

	// outer is set for a line inside a word of another (sh -c '…'): whatever
	// is wrong in it is shown at that word.
	outer *Where
}

// join makes a template of parts.
func (k *tokens) join(attr string, index int, parts []Part) *template {
	t := &template{attr: attr, parts: parts}
	var b strings.Builder
	for i, p := range parts {
		t.starts = append(t.starts, b.Len())
		if p.Hole == nil {
			b.WriteString(p.Text)
			continue
		}
		s := k.add(p.Hole, Where{Attr: attr, Index: index, Part: i})
		s.start = b.Len()
		b.WriteString(s.token)
		s.end = b.Len()
		t.slots = append(t.slots, s)
	}
	t.text = b.String()
	return t
}

// where says what stands at [start, end) of the text. A range over several
// parts is cut at the end of the first.
func (t *template) where(start, end int) Where {
	if t.outer != nil {
		return *t.outer
	}
	if len(t.parts) == 0 {
		return Where{Attr: t.attr}
	}
	i := sort.SearchInts(t.starts, start+1) - 1
	i = max(0, i)
	at := Where{Attr: t.attr, Part: i}
	if p := t.parts[i]; p.Hole == nil {
		at.Start = min(max(0, start-t.starts[i]), len(p.Text))
		at.End = min(max(at.Start, end-t.starts[i]), len(p.Text))
	}
	return at
}
