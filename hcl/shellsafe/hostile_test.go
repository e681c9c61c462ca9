package shellsafe_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jwhost/jwhost/hcl/shellsafe"
)

// readPayloads reads the pieces of hostile text, with commands in them that
// leave a mark.
func readPayloads(t *testing.T) []string {
	data, err := os.ReadFile("testdata/payloads.txt")
	must(t, err)
	var payloads []string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "# ") && line != "# CMD" {
			continue
		}
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(line, `"`, `\"`) + `"`)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if !strings.Contains(text, "CMD") {
			payloads = append(payloads, text)
			continue
		}
		for _, command := range []string{"pwn", "touch PWNED"} {
			payloads = append(payloads, strings.ReplaceAll(text, "CMD", command))
		}
	}
	return payloads
}

// hostileLines are the payloads as they are, in the midst of what jobs print,
// behind what a payload might have to get out of, and two at a time. They are
// the same every time.
func hostileLines(payloads []string) []string {
	lines := slices.Clone(payloads)
	for i, payload := range payloads {
		for _, around := range []struct{ before, after string }{
			{"Loss: 1", ""}, {"Loss: 0.5", " Accuracy: 0.9"}, {"ERROR ", "\r"}, {" ", " "},
			{"'", "'"}, {`"`, `"`}, {"`", "`"}, {"'", ""}, {`"`, ""}, {"", `\`}, {`\`, ""}, {"$", ""}, {"-", ""},
			{"1", ""}, {"a\n", "\nb"}, {"\xff", "\xff"}, {"EOF\n", "\nEOF"}, {"$(", ")"}, {"${x:-", "}"}, {"'\\''", "'\\''"},
		} {
			lines = append(lines, around.before+payload+around.after)
		}
		for _, step := range []int{1, 31} {
			lines = append(lines, payload+payloads[(i+step)%len(payloads)])
		}
	}
	long := strings.Repeat("a", shellsafe.MaxArgument)
	lines = append(lines, "", strings.Repeat("a'", 5000), strings.Repeat(`\`, 5001), strings.Repeat("$(pwn)", 1000), long, "'; pwn #"+long, strings.Repeat("'", 60_000))
	slices.Sort(lines)
	return slices.Compact(lines)
}

// A listed template is one of testdata/templates.txt.
type listed struct {
	template
	takes string // text, number, none, maybe
}

// readTemplates reads testdata/templates.txt, which says how it is written.
func readTemplates(t *testing.T) []*listed {
	data, err := os.ReadFile("testdata/templates.txt")
	must(t, err)
	_, text, _ := strings.Cut("\n"+string(data), "\n== ")
	var all []*listed
	for entry := range strings.SplitSeq(text, "\n== ") {
		head, body, _ := strings.Cut(entry, "\n")
		tmpl := &listed{}
		if _, err := fmt.Sscan(head, &tmpl.takes, &tmpl.shell); err != nil {
			t.Fatal(head, err)
		}
		if tmpl.shell == "argv" {
			tmpl.shell = ""
		}
		lines := strings.Split(strings.TrimRight(body, "\n"), "\n")
		known := true
		var command []string
		for i := 0; i < len(lines); i++ {
			mark, rest, _ := strings.Cut(lines[i], " ")
			switch mark {
			case "=>":
				if lines[i] == "=>" {
					end := i + slices.Index(lines[i:], "=<")
					rest = strings.Join(lines[i+1:end], "\n")
					i = end
				}
				tmpl.want = append(tmpl.want, filled(rest))
			case "=>$":
				before, after, _ := strings.Cut(rest, "|")
				tmpl.want = append(tmpl.want, join(chomped(filled(before)), constant(after)))
			case "=>-":
				known = false
			case "=+":
				tmpl.files = append(tmpl.files, rest)
			default:
				command = append(command, lines[i])
			}
		}
		if !known {
			tmpl.want = nil
		}
		tmpl.text = strings.Join(command, "\n")
		all = append(all, tmpl)
	}
	return all
}

func filled(text string) wanted {
	return func(captured string) string { return placeholder.ReplaceAllLiteralString(text, captured) }
}

// The templates pass validate or not as the file says.
func TestTemplates(t *testing.T) {
	checks := newChecker()
	for _, tmpl := range readTemplates(t) {
		text := checks.check(&tmpl.template, `(.*)`) != nil
		number := checks.check(&tmpl.template, `([0-9]+)`) != nil
		switch {
		case tmpl.takes == "text" && !(text && number),
			tmpl.takes == "number" && (text || !number),
			tmpl.takes == "none" && text:
			t.Errorf("%s | %s: passes with any text: %t, with digits: %t", tmpl.shell, tmpl.text, text, number)
			for _, p := range checks.problems[tmpl.shell+"\x00"+tmpl.text+"\x00"+`(.*)`] {
				t.Logf("  %s: %s | %s", p.Code, p.Summary, p.Detail)
			}
		}
	}
}

// A pair is a template that passes validate with what a pattern captures.
type pair struct {
	*listed
	pattern string
	command *shellsafe.Command
}

// pairs returns all of them for the patterns, in the order of the file. Those
// that start a slow interpreter come last and are no more than an eighth.
func pairs(checks *checker, templates []*listed, patterns []string) []pair {
	var fast, slow []pair
	for _, tmpl := range templates {
		for _, source := range patterns {
			switch command := checks.check(&tmpl.template, source); {
			case command == nil:
			case slowPrograms.MatchString(tmpl.text):
				slow = append(slow, pair{tmpl, source, command})
			default:
				fast = append(fast, pair{tmpl, source, command})
			}
		}
	}
	return append(fast, slow...)
}

var slowPrograms = regexp.MustCompile(`python|perl|node|timeout|uv|git|bash -l`)

// Each of some ten thousand hostile lines goes into a command that passes
// validate, with JWHOST_LONG into ten. Every other line goes where any text
// may, the others wherever something of them may: each pattern and each
// template has its turn.
func TestHostileLines(t *testing.T) {
	shims := newShims(t)
	lines := hostileLines(readPayloads(t))
	if len(lines) < 9000 {
		t.Fatalf("only %d lines", len(lines))
	}
	templates := readTemplates(t)
	checks := newChecker()
	turns := [][]pair{pairs(checks, templates, patterns[:anyText]), pairs(checks, templates, patterns)}
	times := 1
	if os.Getenv("JWHOST_LONG") != "" {
		times = 10
	}
	asked := make([]int, 2)
	var wg sync.WaitGroup
	for worker := range asked {
		c := newCage(t, shims)
		wg.Go(func() {
			turn := turns[worker]
			at := 0
			for n := range times {
				for i := (worker + n) % 2; i < len(lines); i += 2 {
					var text string
					for ok := false; !ok; at++ { // each pattern that captures anything of the line
						text, ok = checks.capture(turn[at%len(turn)].pattern, lines[i])
					}
					p := turn[(at-1)%len(turn)]
					q := triple{&p.template, p.pattern, text}
					all := ways[p.shell]
					if answer := c.ask(p.command, q, all[(at/len(turn)+i)%len(all)]); answer != "" {
						t.Errorf("%s\n  %s", q, answer)
					}
					asked[worker]++
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d lines; asked %d times where any text may stand (%d places), %d times elsewhere (%d places)",
		len(lines), asked[0], len(turns[0]), asked[1], len(turns[1]))
}
