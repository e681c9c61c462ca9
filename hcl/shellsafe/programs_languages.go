package shellsafe

import (
	"sync"

	"github.com/jwhost/jwhost/hcl/proof"
)

// What captured text may hold where it is to stand in something that a program
// reads as more than text. Numbers carry no meaning of their own in any
// language here; a letter can be a command in most of them (sh, sed, awk, jq),
// and in some so can "." and "e5", which is why only a few take every number.
var (
	anyText     = sync.OnceValue(proof.Any)
	noText      = sync.OnceValue(func() *proof.Language { return proof.Union() })
	integer     = admit(`[+-]?[0-9]+`)
	plainNumber = admit(`[+-]?[0-9]+(\.[0-9]+)?`)
	anyNumber   = admit(`[+-]?([0-9.]+|[0-9.]*[0-9][0-9.]*[eE][+-]?[0-9]+)`)
	plainName   = admit(`[^/\x00.][^/\x00]*|\.[^/\x00.][^/\x00]*|\.\.[^/\x00]+`) // one entry of a folder
)

func admit(expr string) func() *proof.Language {
	return sync.OnceValue(func() *proof.Language { return proof.Match(`(?s)` + expr) })
}

// A language is what a word of the table's programs can be written in.
type language struct {
	title  string // "what is this?", asked of a word in it
	admits func() *proof.Language
}

// languages by the names that the table uses for them.
var languages = map[string]language{
	"python": {"Python code", anyNumber},
	"perl":   {"Perl code", anyNumber},
	"node":   {"JavaScript", anyNumber},
	"ruby":   {"Ruby code", anyNumber},
	"awk":    {"an awk program", anyNumber},

	"sh":         {"a shell line", plainNumber},
	"csh":        {"a line of csh", plainNumber},
	"fish":       {"a line of fish", plainNumber},
	"nu":         {"a line of nushell", plainNumber},
	"powershell": {"PowerShell code", plainNumber},

	"sed":         {"a sed script", plainNumber},
	"jq":          {"a jq program", plainNumber},
	"lua":         {"Lua code", plainNumber},
	"php":         {"PHP code", plainNumber},
	"r":           {"R code", plainNumber},
	"julia":       {"Julia code", plainNumber},
	"tcl":         {"Tcl code", plainNumber},
	"lisp":        {"Lisp code", plainNumber},
	"haskell":     {"Haskell code", plainNumber},
	"ocaml":       {"OCaml code", plainNumber},
	"erlang":      {"Erlang code", plainNumber},
	"elixir":      {"Elixir code", plainNumber},
	"groovy":      {"Groovy code", plainNumber},
	"scala":       {"Scala code", plainNumber},
	"raku":        {"Raku code", plainNumber},
	"swift":       {"Swift code", plainNumber},
	"java":        {"Java code", plainNumber},
	"octave":      {"Octave code", plainNumber},
	"applescript": {"AppleScript", plainNumber},
	"expect":      {"a script of expect", plainNumber},
	"gnuplot":     {"commands of gnuplot", plainNumber},
	"bc":          {"a calculation", plainNumber},
	"m4":          {"a macro of m4", plainNumber},
	"tex":         {"TeX code", plainNumber},
	"sql":         {"SQL and commands of its client", plainNumber},
	"mongo":       {"JavaScript of MongoDB", plainNumber},

	"vim":     {"commands of vim", plainNumber},
	"ed":      {"commands of ed", plainNumber},
	"emacs":   {"Emacs Lisp", plainNumber},
	"less":    {"commands of less", plainNumber},
	"gdb":     {"commands of gdb", plainNumber},
	"lldb":    {"commands of lldb", plainNumber},
	"pdb":     {"commands of pdb", plainNumber},
	"make":    {"a goal or a variable of make", plainNumber},
	"cmake":   {"a variable of cmake", plainNumber},
	"pytest":  {"an expression that pytest evaluates", plainNumber},
	"tmux":    {"commands of tmux", plainNumber},
	"openssl": {"a module that openssl loads", plainNumber},

	"code":     {"code", plainNumber},
	"manifest": {"a description of what to fetch and run", plainNumber},
	"patch":    {"a patch, which can write any file", plainNumber},
	"setting":  {"a setting that can name a program to run", plainNumber},
	"variable": {"a variable that programs take as code or search path", plainNumber},
	"option":   {"an option", plainNumber},
	"words":    {"arguments of a command", plainNumber},

	// Texts that are data but for a few characters.
	"printf": {"a format", admit(`[^%\\]*`)},                                                                                    // a directive, an escape
	"number": {"a number that some shells evaluate", anyNumber},                                                                 // ksh and zsh: printf %d 'a[$(reboot)]'
	"escape": {"a text whose backslashes are read", admit(`[^\\]*`)},                                                            // awk -v 'x=\n'
	"bang":   {"a file, or a command if it begins with !", admit(`([^!].*)?`)},                                                  // ed '!reboot'
	"plus":   {"a word, or a command if it begins with +", admit(`([^+].*)?`)},                                                  // vim +'!reboot'
	"at":     {"a value, or a file to send if it begins with @ or <", admit(`([^@<].*)?`)},                                      // curl -d @/etc/passwd
	"mail":   {"a message with commands in lines that begin with ~", admit(`[^~]*`)},                                            // echo '~! reboot' | mail
	"gofile": {"an argument, or Go code if it ends in .go", admit(`(.*[^o]|.*[^g]o|.*[^.]go|g?o)?`)},                            // go run a.go b.go
	"exec":   {"a word in which find puts file names", admit(`(([^;+{]|[;+][^{]|[;+]?\{+[^{}])([^{]|\{+[^{}])*\{*|[;+]?\{+)?`)}, // find -exec echo {} ;
	"equals": {"a word, or a variable if it holds =", admit(`[^=\\]*`)},                                                         // awk … FS=x, dd of=x
}
