package shellsafe

import (
	"path"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// literalWord returns the text of a word without expansions.
func literalWord(n *syntax.Word) (string, bool) { return wordText(n, false) }

// fileKey returns a text by which the same file name is known again, with
// variables by their names.
func fileKey(n *syntax.Word) string {
	text, ok := wordText(n, true)
	if !ok || text == "" {
		return ""
	}
	return path.Clean(text)
}

// wordText returns the text of a word, with expansions of plain variables as
// $name if wanted; false if other expansions are in it.
func wordText(n *syntax.Word, names bool) (string, bool) {
	var b strings.Builder
	var add func(parts []syntax.WordPart, quoted bool) bool
	add = func(parts []syntax.WordPart, quoted bool) bool {
		for _, p := range parts {
			switch p := p.(type) {
			case *syntax.Lit:
				if quoted {
					b.WriteString(unescapeQuoted(p.Value, false))
				} else {
					b.WriteString(strings.ReplaceAll(p.Value, `\`, ""))
				}
			case *syntax.SglQuoted:
				b.WriteString(p.Value)
			case *syntax.DblQuoted:
				if !add(p.Parts, true) {
					return false
				}
			case *syntax.ParamExp:
				if !names || !simpleParam(p) {
					return false
				}
				b.WriteString("$" + p.Param.Value)
			default:
				return false
			}
		}
		return true
	}
	ok := add(n.Parts, false)
	return b.String(), ok
}

// files notes the files that the line writes captured text to. A program that
// runs such a file later runs captured text.
func (v *bindings) files(f *syntax.File) {
	if !v.w.captured {
		return
	}
	for _, s := range f.Stmts {
		var names []*syntax.Word
		syntax.Walk(s, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Redirect:
				switch n.Op {
				case syntax.RdrOut, syntax.AppOut, syntax.RdrInOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll, syntax.DplOut:
					names = append(names, n.Word)
				}
			case *syntax.CallExpr:
				if len(n.Args) > 1 {
					if name, _ := literalWord(n.Args[0]); copiers[name] {
						names = append(names, n.Args[1:]...)
					}
				}
			}
			return true
		})
		if len(names) == 0 {
			continue
		}
		var os []origin
		for _, o := range v.w.origins(s) {
			o.content, o.made = true, true
			os = addOrigins(os, o)
		}
		if len(os) == 0 {
			continue
		}
		for _, n := range names {
			resolved, _ := arg{pieces: v.w.pieces(n, setting{})}.literal()
			for _, key := range []string{fileKey(n), path.Clean(outputOption.ReplaceAllString(resolved, ""))} {
				if key != "" && key != "." && !strings.HasPrefix(key, "/dev/") {
					v.written[key] = addOrigins(v.written[key], os...)
				}
			}
		}
	}
}

// copiers are programs that write what they read, or fetch, to files that
// their words name.
var copiers = map[string]bool{"tee": true, "cp": true, "mv": true, "dd": true, "install": true, "ln": true,
	"wget": true, "curl": true, "aria2c": true, "scp": true, "rsync": true, "sftp": true}

// outputOption is what stands before a file's name in the same word: of=F, -oF, --output=F.
var outputOption = regexp.MustCompile(`^(of=|-[oO]|--[a-z-]+=)`)

// key is the argument's text as fileKey knows it again.
func (a arg) key() string {
	var b strings.Builder
	for _, p := range a.pieces {
		switch {
		case p.known():
			b.WriteString(p.text)
		case p.exp != nil:
			name := strings.TrimSuffix(strings.TrimPrefix(p.exp.source, "${"), "}")
			b.WriteString("$" + strings.TrimPrefix(name, "$"))
		default:
			return ""
		}
	}
	return path.Clean(b.String())
}

// openFile matches names by which a program reads what the shell opened for it.
var openFile = regexp.MustCompile(`^/(dev/(fd/|stdin)|proc/[^/]*/fd/)`)

// codeFile matches names of files that programs run or load by their name.
var codeFile = regexp.MustCompile(`(?i)(^|/)([^/]*\.(py|pyw|pth|sh|bash|zsh|pl|pm|rb|js|mjs|cjs|ts|lua|php|r|jl|mk|cmake|service|desktop)|(gnu)?makefile|dockerfile|` +
	`pyproject\.toml|uv\.toml|setup\.cfg|tox\.ini|pytest\.ini|pip\.conf|(requirements|constraints)[^/]*\.txt|package\.json|crontab|authorized_keys|\.(git|ssh)/(config|rc)|` +
	`\.(bash|zsh|k?sh)?(rc|profile|login|logout|env)|\.bash_[^/]*|\.zprofile|\.envrc|\.gitconfig|\.npmrc|\.vimrc|\.gdbinit|\.inputrc|\.xinitrc|\.pdbrc)$`)
