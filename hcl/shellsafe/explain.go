package shellsafe

import (
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/jwhost/jwhost/hcl/proof"
)

// A refusal is the place and reason of a proof that may fail.
type refusal struct {
	at    Where
	code  string
	kind  kind
	lang  string // of kindCode
	what  string // "Python code", "a file that the shell opens"
	via   string // the expansion by which the text comes, "" if by a placeholder
	note  string // one more sentence
	piped bool   // it comes over standard input

	arg   *arg // the argument and the piece in it, where there is one
	piece *piece
}

// prove proves that every text of every origin is admitted, and has Render
// ask again.
func (c *checker) prove(os []origin, admits *proof.Language, why refusal) {
	for _, o := range os {
		witness, ok := proof.Contained(o.lang, admits)
		if ok {
			c.cmd.remember(o, admission{admits, why.what})
			continue
		}
		if witness == "" { // one that shows more, if there is one
			if longer, ok := proof.Contained(o.lang, proof.Union(admits, proof.Literal(""))); !ok {
				witness = longer
			}
		}
		c.refuse(o, witness, why)
	}
}

// menaces are texts that run a program, by the language that they stand in.
var menaces = map[string]string{
	"python": `__import__("os").system("reboot")`,
	"perl":   `system("reboot")`,
	"node":   `require("child_process").execSync("reboot")`,
	"ruby":   `system("reboot")`,
	"awk":    `system("reboot")`,
	"sh":     `$(reboot)`,
}

// menace returns a text of the origin's that shows what could happen, "" if
// its language holds none of those we know.
func menace(o origin, why refusal) string {
	text := ""
	switch why.kind {
	case kindCode:
		text = menaces[why.lang]
		if text == "" || why.arg == nil || o.slot == nil {
			break
		}
		if open, _ := quoteBefore(*why.arg, o.slot); open != "" && !(why.lang == "sh" && open == `"`) {
			reads := codeReads[why.lang]
			text = open + reads.leave + text + reads.enter + open
		}
	case kindInteger:
		text = "a[$(reboot)]"
	case kindOutput:
		text = "../.profile"
	case kindFile, kindFetch, kindCommand:
		text = "/tmp/x"
	}
	if text == "" || o.lang == nil || !o.lang.Contains([]byte(text)) {
		return ""
	}
	return text
}

// refuse tells that captured text may not stand where it does.
func (c *checker) refuse(o origin, witness string, why refusal) {
	c.repair(o, why)
	subject := o.name
	if why.via != "" && why.via != o.name && "$"+why.via != o.name {
		subject = why.via + " can hold " + o.name + ", which"
	}
	if o.content {
		subject = "A file with captured text (" + o.name + ")"
	}
	var summary, reason string
	switch why.kind {
	case kindCode:
		summary = subject + " would be read as " + why.what
		if why.code == "capture-in-variable" {
			summary = subject + " would choose what is in " + why.what
		}
		reason = "Text from a job's output is not code: whoever can make the job print a line would choose what runs here."
	case kindFile:
		summary = subject + " would choose " + why.what
		reason = "Whoever can make the job print a line would choose the file that runs here."
	case kindFetch:
		summary = subject + " would choose " + why.what
		reason = "What is fetched is run, so whoever can make the job print a line would choose the code."
	case kindCommand:
		summary = subject + " would choose " + why.what
		reason = "The program must be the author's choice. Write its name out, or let a `case` choose between names."
	case kindInteger:
		summary = subject + " would be evaluated as " + why.what
		reason = "The shell computes what stands here, and an index such as a[$(reboot)] is run by bash. Only integers are safe."
	case kindOutput:
		summary = subject + " would choose " + why.what
		reason = "Whoever can make the job print a line would choose the file. Only a plain name is safe: no \"/\", not \".\" or \"..\"."
	default:
		summary = subject + " cannot stand here: " + why.what
		reason = "No quoting keeps captured text from changing what the command means here."
	}
	if o.slot != nil && why.via == "" {
		why.at = o.slot.where
	}
	p := Problem{Code: why.code, Where: why.at, Summary: summary, Witness: witness}
	detail := []string{reason}
	if why.note != "" {
		detail = append(detail, why.note)
	}
	if text := menace(o, why); text != "" {
		detail = append(detail, fmt.Sprintf("%s can be %s, for one, or %s.", o.name, quote(witness), text))
	} else {
		detail = append(detail, fmt.Sprintf("%s can be %s, for one.", o.name, quote(witness)))
	}
	detail = append(detail, advice(o, why)...)
	p.Detail = strings.Join(detail, " ")
	c.add(p)
}

// advice says what to write instead.
func advice(o origin, why refusal) []string {
	var ways []string
	switch why.kind {
	case kindCode:
		if why.piped {
			ways = append(ways, "Keep the code in the command and give the text to it as data.")
		} else {
			ways = append(ways, "Pass it as an argument or through the environment, and let the code read it from there: "+reading(why.lang, o.env)+".")
		}
		if narrow := narrower(why.lang); narrow != "" {
			ways = append(ways, "A capture that holds only numbers may stand in code: "+narrow+".")
		}
	case kindFile, kindFetch:
		ways = append(ways, "Name it in the command, or let a `case` choose between names; text belongs into an argument after it.")
	case kindInteger:
		ways = append(ways, "Narrow the pattern's group to an integer: (-?[0-9]+).")
	case kindOutput:
		ways = append(ways, "Narrow the pattern's group to a name, such as ([A-Za-z0-9_]+).")
	case kindRefused:
		if why.code == "capture-in-heredoc" {
			ways = append(ways, "Take the quotes off the delimiter (and put \\ before $, ` and \\ in the text), or narrow the pattern's group.")
		}
	}
	if o.env != "" {
		name := "$" + o.env
		switch {
		case o.content && o.slot == nil:
		case why.kind == kindFile || why.kind == kindFetch || why.kind == kindCommand:
			ways = append(ways, "The text is also in the environment, as "+o.env+".")
		default:
			ways = append(ways, "The text is also in the environment, as "+o.env+": in a shell write \""+name+"\", with the quotes.")
		}
	}
	ways = append(ways, "unsafe(…) waives the proof, not the quoting.")
	return ways
}

// reading tells how code of a language reads an argument or a variable.
func reading(lang, env string) string {
	if env == "" {
		env = "NAME"
	}
	switch lang {
	case "python":
		return `sys.argv[1], or os.environ["` + env + `"]`
	case "perl":
		return `$ARGV[0], or $ENV{` + env + `}`
	case "node":
		return `process.argv[1], or process.env.` + env
	case "ruby":
		return `ARGV[0], or ENV["` + env + `"]`
	case "awk":
		return `ENVIRON["` + env + `"]`
	case "jq":
		return `--arg, or env.` + env
	case "sh":
		return `sh -c '… "$1" …' _ TEXT, or "$` + env + `"`
	}
	return `$1, or the variable ` + env
}

// narrower is a group for the numbers that a language admits.
func narrower(lang string) string {
	switch lang {
	case "python", "perl", "node", "ruby", "awk":
		return `([0-9.]+)`
	case "option", "printf", "escape", "at", "plus", "mail", "gofile", "equals":
		return ""
	}
	return `([0-9]+)`
}

// letProgramExpand tells how to give an expansion to code.
func letProgramExpand(lang string) string {
	if lang == "sh" {
		return "Let the inner shell expand it: put the line in single quotes, and the variable in double quotes inside them."
	}
	return "Pass it as an argument after the code, or let the code read the environment."
}

// refusePlace tells that a placeholder stands where no quoting holds.
func (c *checker) refusePlace(s *slot, where, reason, way string) {
	detail := reason + " " + way
	if s.hole.Env != "" {
		detail += " The text is also in the environment, as " + s.hole.Env + ": in a shell write \"$" + s.hole.Env + "\", with the quotes."
	}
	c.add(Problem{Code: "capture-place", Where: s.where, Summary: placeholder(s.hole) + " cannot stand " + where, Detail: detail, Witness: anyWitness(s.hole)})
}

func (c *checker) refuseBraces(at Where, os []origin) {
	c.add(Problem{Code: "capture-place", Where: at, Summary: os[0].name + " cannot stand in a word with a brace expansion",
		Detail: "{a,b} makes several words of one. Write the words out, or quote the braces." + alsoAs(os[0])})
}

// refuseUnquoted tells that an expansion with captured text needs quotes.
func (w *walker) refuseUnquoted(n *syntax.ParamExp, at Where, os []origin) {
	start, end := offsets(n)
	source := w.source(start, end)
	o := os[0]
	if !w.nested() {
		w.repairs = append(w.repairs, insertion(at.Part, at.Start, `"`), insertion(at.Part, at.End, `"`))
	}
	holds := ""
	if source != o.name && source != "${"+o.env+"}" {
		holds = source + " can hold " + o.name + ". "
	}
	c := w.checker
	c.add(Problem{Code: "unquoted-variable", Where: at, Summary: source + " needs double quotes",
		Detail:  holds + "Without quotes its text is split into words at blanks, and * ? [ in it look up file names, so that captured text becomes several arguments. Write \"" + source + "\".",
		Witness: " "})
}

// warnUnquotedSubst tells that the words of a substitution come from captured
// text.
func (c *checker) warnUnquotedSubst(at Where, source string, os []origin) {
	c.add(Problem{Warning: true, Code: "unquoted-substitution", Where: at,
		Summary: source + " has no quotes: what it prints is split into words",
		Detail:  "It is made of captured text (" + os[0].name + "), and what it prints is split at blanks, and * ? [ in it look up file names. Write \"" + source + "\"." + alsoAs(os[0])})
}

func alsoAs(o origin) string {
	if o.env == "" {
		return ""
	}
	return " The text is also in the environment, as " + o.env + "."
}

// anyWitness is some text that a placeholder can hold.
func anyWitness(h *Hole) string {
	witness, _ := proof.Contained(h.Language, noText())
	return witness
}

// placeholder is a hole as the author wrote it.
func placeholder(h *Hole) string { return "${" + h.Name + "}" }

// readable puts the placeholders back into text of a template.
func (c *checker) readable(text string) string {
	for _, s := range c.tokens.in(text) {
		text = strings.ReplaceAll(text, s.token, placeholder(s.hole))
	}
	return text
}

// quote shows a text on one line.
func quote(s string) string {
	if s == "" {
		return "the empty text"
	}
	return strconv.Quote(s)
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
