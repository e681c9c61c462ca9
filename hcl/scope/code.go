package scope

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
)

// A Code names the kind of a diagnostic, for machines: it stands in the
// diagnostic's Extra and never changes its meaning.
type Code string

// Codes of diagnostics about expressions.
const (
	CodeExpression        Code = "expression"          // an expression that cannot be evaluated
	CodeUnknownName       Code = "unknown-name"        // no such name in scope
	CodeUnknownFunction   Code = "unknown-function"    //
	CodeUnknownMetric     Code = "unknown-metric"      // no watcher of the job records it
	CodeShellVariable     Code = "shell-variable"      // ${HOME}: a variable of the shell, written as one of the file
	CodeGroupNumber       Code = "group-number"        // ${1}: a group's number, written as a number
	CodeType              Code = "type"                // a value of the wrong type
	CodeTextAsNumber      Code = "text-as-number"      // a text compared or computed with as a number
	CodeCaptureInConstant Code = "capture-in-constant" // a name of the run where the value is fixed before it
	CodeSecretNotHere     Code = "secret-not-here"     // secret() where it would be seen
	CodeSecretName        Code = "secret-name"         // secret(x) whose name is not written out
	CodeUnsafeNotHere     Code = "unsafe-not-here"     // unsafe() that is not a whole interpolation
)

// CodeOf returns the code of a diagnostic, "" if it has none.
func CodeOf(d *hcl.Diagnostic) Code {
	c, _ := d.Extra.(Code)
	return c
}

// Error returns an error diagnostic about the range at.
func Error(code Code, at hcl.Range, summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: at.Ptr(), Extra: code}
}

// Nearest returns the candidate that name is most likely a slip of, or "".
// How far apart the two may be grows with the word: one letter of two, two of
// five, three from eight on.
func Nearest(name string, candidates []string) string {
	best, bestDistance := "", len(name)+1
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if c == name {
			continue
		}
		d := distance(strings.ToLower(name), strings.ToLower(c))
		if limit := min((max(len(name), len(c))+1)/3, 3); d <= limit && d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance counts slips: a letter too many, too few or wrong, two swapped, or
// the rest of the word left out.
func distance(a, b string) int {
	if len(a) >= 3 && strings.HasPrefix(b, a) {
		return 1
	}
	for i := range len(a) - 1 {
		if len(a) == len(b) && a[:i]+string(a[i+1])+string(a[i])+a[i+2:] == b {
			return 1
		}
	}
	return levenshtein.Distance(a, b, nil)
}

// DidYouMean is the sentence about the nearest name, with a space before it,
// or "".
func DidYouMean(name string, candidates []string) string {
	if n := Nearest(name, candidates); n != "" {
		return " Did you mean " + n + "?"
	}
	return ""
}

// list writes names as "a, b, c", sorted.
func list(names []string) string {
	names = slices.Clone(names)
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
	})
	return strings.Join(slices.Compact(names), ", ")
}

func upper(s string) string { return strings.ToUpper(s) }
