package host

import (
	"fmt"
	"slices"

	"github.com/jwhost/jwhost/hcl/pattern"
	"github.com/jwhost/jwhost/host/frame"
)

// A nearest remembers, for a pattern that never matched, the line that came
// nearest: the commonest first fault is a pattern that is almost right.
type nearest struct {
	pieces int // of the pattern's literals that the line holds, in order
	number int64
	text   []byte
}

func (n *nearest) see(p *pattern.Pattern, l frame.Line) {
	if pieces := p.Nearest(l.Text); pieces > n.pieces {
		n.pieces, n.number = pieces, l.Number
		n.text = slices.Clone(l.Text[:min(len(l.Text), 200)])
	}
}

func (n *nearest) message(redact func([]byte) []byte) string {
	if n.pieces == 0 {
		return "never matched; no line held any of its text"
	}
	return fmt.Sprintf("never matched; line %d came nearest: %s", n.number, redact(n.text))
}
