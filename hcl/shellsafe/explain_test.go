package shellsafe

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCorrectedLines checks that what a problem tells to write passes.
func TestCorrectedLines(t *testing.T) {
	fixed := 0
	for _, r := range refused {
		line, bash := strings.CutPrefix(r.line, "bash:")
		shell := Sh
		if bash {
			shell = Bash
		}
		_, problems := Check(input(shell, strings.TrimPrefix(line, "sh:")))
		for _, p := range errorsOf(problems) {
			if p.Fixed == "" {
				continue
			}
			fixed++
			if c, again := Check(input(shell, p.Fixed)); c == nil {
				t.Errorf("%s\n  corrected to %s\n  which is refused: %+v", line, p.Fixed, again)
			}
			if len(p.Edits) == 0 {
				t.Errorf("%s: no edits make the corrected line", line)
			}
		}
	}
	if fixed < 12 {
		t.Errorf("only %d corrected lines", fixed)
	}
}

func TestFixed(t *testing.T) {
	for _, test := range []struct{ line, fixed string }{
		{`python3 -c 'print("${msg}")'`, `python3 -c 'print("" + __import__("os").environ["JW_MSG"] + "")'`},
		{`python3 -c 'print("a ${msg} b", ${x})'`, `python3 -c 'print("a " + __import__("os").environ["JW_MSG"] + " b", __import__("os").environ["JW_X"])'`},
		{`python3 -c "print('${msg}')"`, `python3 -c "print('' + __import__(\"os\").environ[\"JW_MSG\"] + '')"`},
		{`uv run python -c 'print("""${msg}""")'`, `uv run python -c 'print("""""" + __import__("os").environ["JW_MSG"] + """""")'`},
		{`sh -c 'echo ${x}'`, `sh -c 'echo "$JW_X"'`},
		{`sh -c 'echo "a ${x}"'`, `sh -c 'echo "a $${JW_X}"'`},
		{`bash -c "echo ${x}"`, `bash -c "echo \"\$JW_X\""`},
		{`perl -e 'print "${x}"'`, `perl -e 'print "" . $ENV{JW_X} . ""'`},
		{`node -e 'console.log("${x}")'`, `node -e 'console.log("" + process.env.JW_X + "")'`},
		{`awk 'BEGIN { print "${x}" }'`, `awk 'BEGIN { print "" ENVIRON["JW_X"] "" }'`},
		{`echo $JW_X`, `echo "$JW_X"`},
		{`y=$JW_X; rm -- $y $${JW_MSG}`, `y=$JW_X; rm -- "$y" "$${JW_MSG}"`},
		{`python3 -c ${x}`, ``},
		{`echo hi > ${x}`, ``},
	} {
		_, problems := Check(input(Sh, test.line))
		problems = errorsOf(problems)
		if len(problems) == 0 {
			t.Errorf("%s passes", test.line)
			continue
		}
		if diff := cmp.Diff(test.fixed, problems[0].Fixed); diff != "" {
			t.Errorf("%s: %s", test.line, diff)
		}
	}
	in := vectorInput("python3", "-c", `print("${msg}")`)
	_, problems := Check(in)
	if want := `["python3", "-c", "print(\"\" + __import__(\"os\").environ[\"JW_MSG\"] + \"\")"]`; len(problems) == 0 || problems[0].Fixed != want {
		t.Errorf("argv: %+v", problems)
	}
}

// TestProblems holds the texts of some problems, as people read them.
func TestProblems(t *testing.T) {
	for _, test := range []struct {
		in   Input
		want Problem
	}{
		{input(Sh, `python3 -c 'print("${msg}")'`), Problem{
			Code: "capture-in-code", Where: Where{Attr: "line", Part: 1}, Witness: ";",
			Summary: "${msg} would be read as Python code",
			Detail: "Text from a job's output is not code: whoever can make the job print a line would choose what runs here. ${msg} can be \";\", for one, or \" + __import__(\"os\").system(\"reboot\") + \". " +
				"Pass it as an argument or through the environment, and let the code read it from there: sys.argv[1], or os.environ[\"JW_MSG\"]. " +
				"A capture that holds only numbers may stand in code: ([0-9.]+). " +
				"The text is also in the environment, as JW_MSG: in a shell write \"$JW_MSG\", with the quotes. unsafe(…) waives the proof, not the quoting.",
			Fixed: `python3 -c 'print("" + __import__("os").environ["JW_MSG"] + "")'`,
			Edits: []Correction{{Where{Attr: "line", Part: 1}, `" + __import__("os").environ["JW_MSG"] + "`}},
		}},
		{input(Sh, "echo a; echo $JW_X"), Problem{
			Code: "unquoted-variable", Where: Where{Attr: "line", Part: 0, Start: 13, End: 18}, Witness: " ",
			Summary: "$JW_X needs double quotes",
			Detail: "Without quotes its text is split into words at blanks, and * ? [ in it look up file names, so that captured text becomes several arguments. " +
				"Write \"$JW_X\".",
			Fixed: `echo a; echo "$JW_X"`,
			Edits: []Correction{{Where{Attr: "line", Start: 13, End: 13}, `"`}, {Where{Attr: "line", Start: 18, End: 18}, `"`}},
		}},
		{input(Sh, "echo ok\n[[ a == b ]]"), Problem{
			Code: "bash-only", Where: Where{Attr: "line", Start: 8, End: 20},
			Summary: "[[ … ]] is known to bash only",
			Detail:  "/bin/sh need not be bash, and other shells take this for something else. Write `shell = \"bash\"` to have the command run by bash, or use [ … ].",
		}},
		{input(Sh, "echo ${n} 'a"), Problem{
			Code: "syntax", Where: Where{Attr: "line", Part: 2, Start: 1, End: 2},
			Summary: "Not a valid command: reached EOF without closing quote `'`",
			Detail:  "The command is read as sh reads it, before any job starts.",
		}},
		{input(Sh, "echo hi > a/${x}"), Problem{
			Code: "capture-in-redirection", Where: Where{Attr: "line", Part: 1}, Witness: "/",
			Summary: "${x} would choose a file that the shell opens",
			Detail: "Whoever can make the job print a line would choose the file. Only a plain name is safe: no \"/\", not \".\" or \"..\". ${x} can be \"/\", for one, or ../.profile. " +
				"Narrow the pattern's group to a name, such as ([A-Za-z0-9_]+). The text is also in the environment, as JW_X: in a shell write \"$JW_X\", with the quotes. " +
				"unsafe(…) waives the proof, not the quoting.",
		}},
	} {
		_, problems := Check(test.in)
		got := errorsOf(problems)
		if len(got) == 0 {
			t.Errorf("%s passes", test.in.source())
			continue
		}
		if diff := cmp.Diff(test.want, got[0]); diff != "" {
			t.Errorf("%s:\n%s", test.in.source(), diff)
		}
	}
}

// TestNames checks that every refusal names the variable of ours.
func TestNames(t *testing.T) {
	for _, r := range refused {
		line := strings.TrimPrefix(strings.TrimPrefix(r.line, "bash:"), "sh:")
		in := input(Bash, line)
		_, problems := Check(in)
		for _, p := range errorsOf(problems) {
			if part := p.Where; part.Attr != "line" || part.Part >= len(in.Line) || in.Line[part.Part].Hole == nil || p.Code == "syntax" || p.Code == "alias" {
				continue
			} else if h := in.Line[part.Part].Hole; !strings.Contains(p.Detail, h.Env) {
				t.Errorf("%s: %q does not name %s", line, p.Detail, h.Env)
			}
		}
	}
}

func TestOptionWarnings(t *testing.T) {
	for line, want := range map[string]string{
		`grep ${x} f`: "option", `grep -- ${x} f`: "", `grep a${x} f`: "", `grep -e${x} f`: "", `grep ${n} f`: "", `grep ${i} f`: "",
		`grep "$JW_X" f`: "option", `grep -- "$JW_X" f`: "", `grep ${n}${x} f`: "", `ls ${x}`: "option", `prog --name=${x}`: "", `prog ${w}`: "",
	} {
		c, problems := Check(input(Sh, line))
		if c == nil {
			t.Errorf("%s: %+v", line, problems)
			continue
		}
		got := ""
		for _, p := range problems {
			got = p.Code
		}
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
