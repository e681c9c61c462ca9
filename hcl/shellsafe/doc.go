// Package shellsafe keeps captured text from becoming code. A command with
// placeholders and the language of each placeholder goes in; a refusal with a
// witness, or a command that renders any admitted text safely, comes out.
//
// # The question
//
// A watcher captures text from a job's output and puts it into a command. The
// output is not trusted: whoever can make the job print a line chooses the
// text. [Check] answers, before any job starts, whether some text that the
// pattern can capture could change what the command means. If so it says
// which text (the witness) and how to write the command instead. If not, the
// [Command] that it returns puts any such text in by [Command.Render].
//
// # How it is answered
//
//  1. The parts of a line are joined to one text, each placeholder a token of
//     letters that occurs nowhere else in the command (template.go).
//  2. The text is parsed by mvdan.cc/sh. A line for sh is parsed as POSIX and
//     as bash, since /bin/sh is dash here and bash there, and must be the same
//     tree both times (dialects.go).
//  3. The tree is walked by a table of node types (statements.go, words.go,
//     expansions.go, evaluated.go, heredoc.go). What a token is part of says
//     how its text will be quoted: its place. A token that the walk did not
//     come to stands where no quoting is known to hold, as in a comment or a
//     name: it is refused (unplaced.go). So a new kind of node is unsafe until
//     somebody thought about it.
//  4. The words of each simple command, quotes taken off, go to the table of
//     programs (programs.go), which says what each word means to its program:
//     data, code, a file with code, a name of something to fetch, a number to
//     be evaluated. A word that is a shell line (sh -c, eval) is checked as a
//     line of its own (lines.go), programs that a program starts as commands
//     of their own (commands.go). Words that could become options are found
//     on the way (options.go).
//  5. Captured text travels: through variables (assignments.go, dataflow.go),
//     pipes and here-documents (flows.go), files (files.go) and the folder
//     that commands run in (folders.go). What it can have reached counts as
//     captured; origins.go says what that is.
//  6. Each place that takes more than text admits a regular language: numbers,
//     for most. Package proof decides whether everything that the capture can
//     hold is in it; if not, explain.go and repair.go tell what to write.
//
// # What holds afterwards
//
// For every assignment of texts to placeholders, each text in its proven
// language: the line that Render returns has the same syntax tree as the
// template, with the original bytes where the tokens were, and no program gets
// captured text where the table says that it would run it. Render checks the
// proven language once more, so a hole in the proof of the pattern is no hole
// in the shell.
//
// What is not promised: that a program does nothing surprising with a word
// that the table knows as data, or with a file that captured text was written
// to before.
package shellsafe
