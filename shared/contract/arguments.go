package contract

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A Piece is a part of a text: the author's own, or captured.
type Piece struct {
	Text     string `json:"text"`
	Captured bool   `json:"captured,omitempty"`
}

// Pieces is a text in parts.
type Pieces []Piece

// UnmarshalJSON reads pieces, or one text of the author.
func (p *Pieces) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*p = Pieces{{Text: text}}
		return nil
	}
	return json.Unmarshal(b, (*[]Piece)(p))
}

// EncodeArguments returns arguments as the protocol has them: a JSON object by
// attribute. A value's Go type follows from its attribute's type: Text string,
// Number float64, Bool bool, Duration time.Duration, Texts []string, Map
// map[string]string; Command and Argv true, as a plugin only names them; a Text
// in pieces Pieces. Bytes that are not UTF-8 become U+FFFD.
func EncodeArguments(values map[string]any) ([]byte, error) {
	object := make(map[string]any, len(values))
	for name, value := range values {
		switch v := value.(type) {
		case string:
			object[name] = valid(v)
		case float64, bool:
			object[name] = v
		case time.Duration:
			object[name] = v.String()
		case []string:
			list := make([]string, len(v))
			for i, s := range v {
				list[i] = valid(s)
			}
			object[name] = list
		case Pieces:
			pieces := make(Pieces, len(v))
			for i, p := range v {
				pieces[i] = Piece{valid(p.Text), p.Captured}
			}
			object[name] = pieces
		case map[string]string:
			m := make(map[string]string, len(v))
			for k, s := range v {
				m[valid(k)] = valid(s)
			}
			object[name] = m
		default:
			return nil, fmt.Errorf("argument %q: a %T is no argument", name, value)
		}
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(object); err != nil {
		return nil, fmt.Errorf("arguments: %w", err) // a number that is none
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}
