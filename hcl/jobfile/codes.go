package jobfile

import "github.com/jwhost/jwhost/hcl/scope"

// A Code names the kind of a diagnostic for machines; it is the Extra of every
// [hcl.Diagnostic] of this package. Codes of a command's safety are those of
// package shellsafe, codes of expressions those of package scope.
type Code = scope.Code

// Codes of diagnostics about files and blocks.
const (
	CodeFile             Code = "file"              // a file cannot be read
	CodeSyntax           Code = "syntax"            // HCL's syntax
	CodeBackslash        Code = "backslash"         // a single backslash in a quoted text
	CodeDirective        Code = "template-percent"  // %{ that is no directive
	CodeOneLineBlock     Code = "one-line-block"    // several arguments in a block of one line
	CodeUnknownAttribute Code = "unknown-attribute" //
	CodeUnknownBlock     Code = "unknown-block"     //
	CodeMissing          Code = "missing"           // an attribute, block or label that must be there
	CodeConflict         Code = "conflict"          // attributes that exclude each other
	CodeDuplicate        Code = "duplicate"         // a name used twice
	CodeName             Code = "name"              // a name that breaks the rules of names
	CodeValue            Code = "value"             // a value that is not one of those allowed
	CodeDuration         Code = "duration"          //
	CodeVariable         Code = "variable"          // an unknown or missing variable
	CodeLocal            Code = "local"             // locals that need each other
	CodePattern          Code = "pattern"           // a regular expression
	CodeCaptureName      Code = "capture-name"      // capture_groups, or the name of a group
	CodeUnknownJob       Code = "unknown-job"       //
	CodeUnknownWatcher   Code = "unknown-watcher"   //
	CodeUnknownAction    Code = "unknown-action"    //
	CodeCycle            Code = "cycle"             // depends_on in a circle
	CodePlugin           Code = "plugin"            // a plugin that cannot be described or has a bad schema
	CodeGrant            Code = "grant"             // a grant that is unknown, or wanted and not given
	CodeUnused           Code = "unused-watcher"    // a shared watcher that no job lists
	CodeMatchesAll       Code = "matches-all"       // a pattern that matches every line, even an empty part of it
	CodeEscaped          Code = "escaped-capture"   // $${loss} in a command, where loss is a capture
	CodeUnsafe           Code = "unsafe"            // unsafe() was used
	CodeShellSyntax      Code = "shell-syntax"      // a command that is not valid shell
)
