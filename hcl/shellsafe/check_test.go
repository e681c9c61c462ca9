package shellsafe

import (
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/jwhost/jwhost/hcl/proof"
)

// parts reads a template as a job file has it: ${name} is a placeholder,
// $${ stands for ${. The names choose the language:
//
//	x msg  .*     s  (?s).*     n  \d+     f loss  [\d.]+     w  \w+     i  -?\d+
//
// A name that begins with "u_" is unsafe(…); "line" has no variable.
func parts(s string) []Part {
	var out []Part
	text := func(t string) {
		if t != "" {
			out = append(out, Part{Text: strings.ReplaceAll(t, "$\x00{", "${")})
		}
	}
	s = strings.ReplaceAll(s, "$${", "$\x00{")
	for {
		at := strings.Index(s, "${")
		if at < 0 {
			text(s)
			return out
		}
		end := at + strings.Index(s[at:], "}")
		text(s[:at])
		name := s[at+2 : end]
		out = append(out, Part{Hole: hole(name)})
		s = s[end+1:]
	}
}

var groups = map[string]string{
	"x": `.*`, "msg": `.*`, "line": `.*`, "y": `.*`, "s": `(?s).*`,
	"n": `\d+`, "m": `\d+`, "f": `[\d.]+`, "loss": `[\d.]+`, "acc": `[\d.]+`, "accuracy": `[\d.]+`, "final_loss": `[\d.]+`,
	"w": `\w+`, "i": `-?\d+`, "e": `\d[\d.]*e-\d+`,
}

func hole(name string) *Hole {
	base, unsafe := strings.CutPrefix(name, "u_")
	group, ok := groups[base]
	if !ok {
		group = `.*`
	}
	re, err := syntax.Parse(`(`+group+`)`, syntax.Perl)
	if err != nil {
		panic(err)
	}
	h := &Hole{Name: name, Env: "JW_" + strings.ToUpper(base), Language: proof.OfGroup(re, 1), Unsafe: unsafe}
	if name == "line" {
		h.Env = ""
	}
	return h
}

// input is a line for a shell with the captures that parts knows.
func input(shell, line string) Input {
	in := Input{Shell: shell, Line: parts(line), Captures: map[string]*proof.Language{}}
	for name := range groups {
		if name != "line" {
			in.Captures["JW_"+strings.ToUpper(name)] = hole(name).Language
		}
	}
	return in
}

func vectorInput(words ...string) Input {
	in := input(Sh, "")
	in.Line = nil
	for _, w := range words {
		in.Argv = append(in.Argv, parts(w))
	}
	return in
}

func errorsOf(problems []Problem) []Problem {
	var out []Problem
	for _, p := range problems {
		if !p.Warning {
			out = append(out, p)
		}
	}
	return out
}

// The commands of docs/uv.md's page, word for word as HCL unescapes them.
var six = []string{
	"uv run python analyze_error.py --job ${n}",
	`uv run python -c 'import json; print(json.dumps({"loss": ${loss}, "acc": ${accuracy}}))' > metrics.json`,
	"uvx memray tree memory_dump.bin",
	"uv run python process_results.py --input output.dat --format parquet",
	"uvx --from notifiers notify --provider slack --message 'Training done: loss=${final_loss}'",
	"uv run python -c 'import sys; loss=float(${loss}); sys.exit(0 if loss < 0.1 else 1)' && echo 'Converged!'",
}

func TestTheSixPass(t *testing.T) {
	for _, line := range six {
		for _, shell := range []string{Sh, Bash} {
			if c, problems := Check(input(shell, line)); c == nil {
				t.Errorf("%s: %s\n%+v", shell, line, problems)
			}
		}
	}
}

// accepted are commands that must pass; those with "bash:" are for bash.
var accepted = []string{
	`echo ${x}`, `echo "a ${x} b"`, `echo 'a ${x} b'`, `echo a${x}b`, `echo ${x}${y}`,
	`echo $(printf %s ${x})`, "echo `printf %s ${x}`", "echo `printf %s \"a ${x}\"`", "echo `printf %s 'a ${x}'`",
	`x=${x}; echo "$x"`, `x=${x} env`, `export MSG=${x}; env`, `export "MSG=a ${x}"; env`,
	"cat <<EOF\na ${x} b\nEOF\n", "cat <<'EOF'\na ${n} b\nEOF\n", "cat <<'EOF'\na ${x} b${y}\nEOF\n", "cat <<-EOF\n\t${x}\n\tEOF\n",
	`for f in ${x} ${y}; do echo "$f"; done`, `case ${x} in a) echo 1;; *) echo 2;; esac`, `case a in ${x}) echo 1;; *) echo 2;; esac`,
	`[ ${x} = a ] && echo yes`, `if [ "${x}" = a ]; then echo 1; fi`,
	`echo $(( ${n} + 1 ))`, `echo "$(( ${i} + 1 ))"`, `echo $((JW_N + 1))`,
	`echo "$JW_X"`, `y=$JW_X; echo "$y"`, `echo "$${JW_X:-none}"`, `echo "$${y:-${x}}"`, `echo $${y:-${x}}`,
	`echo hi > ${w}`, `echo hi > out/${w}.txt`, `echo hi > loss_${f}.json`, `cat < "$JW_W"`,
	`python3 -c 'print(${f})'`, `python3 -c 'print(${e})'`, `python3 -c 'import sys; print(sys.argv[1])' ${x}`,
	`sh -c 'echo "$1"' _ ${x}`, `sh -c 'echo "$JW_X"'`, `sh -c 'echo ${n}'`, `echo 'print(${f})' | python3`,
	`awk -v x=${n} 'BEGIN { print x }'`, `jq --arg x ${x} '.a = $x' f.json`,
	`cmd="a b"; sh -c "echo $cmd"`, `timeout 5 python3 -c 'print(${n})'`, `(cd sub && echo ${x})`, `cd ${x} && ls`, `sh -c 'echo ${n} >out'`, `sh -c 'echo "~${n}" a${n} "${n}">out'`, `sh -c 'echo $(( 10 - ${i} ))'`, `sh -c 'echo $(( 10-${n} ))'`, `perl -e 'print $ARGV[0]' ${x}`, `perl -ne 'print' ${n}`,
	"sh -c 'cat <<EOF\n${n}\nEOF\n'", `echo ${x} > config`, `bash:[[ -v JW_X ]]`, `bash:y=${i}; declare -i z; z=y`, `RANDOM=${n}`, `~/bin/run.sh ${x}`, `"$HOME"/bin/python3 a.py ${x}`, `for k in $(seq ${n}); do echo $k; done`, `find . -name ${w} -exec echo {} \;`, `echo {} {a} ${x}`, `export -n y=${x}`, `cd out/${w} && python3 f.py`, `{ echo ${x}; }`, `! echo ${x}`, `echo ${x} &`,
	`while read -r l; do echo "$l"; done < f`, `f() { echo "$1"; }; f ${x}`, `sh -c "exit $?"`,
	`uv run --project "$HOME/p" python x.py ${x}`, `. "$HOME/env.sh"; echo ${x}`,
	`echo ${u_x} | sh`, `sh -c ${u_x}`, `python3 -c 'print("${u_x}")'`, `eval ${u_x}`,
	"python3 <<EOF\nprint(${f})\nEOF\n", `ssh host echo ${n}`, `echo a\\${x}`, `echo "a\\${x}"`, `echo "a\$${x}"`,
	"bash:[[ ${x} == a ]]", "bash:[[ a =~ ${x} ]] || true", "bash:[[ ${n} -eq 3 ]]", "bash:cat <<< ${x}", "bash:a=(${x} b); echo \"$${a[0]}\"",
	"bash:(( ${n} > 3 ))", "bash:let y=${i}", "bash:declare y=${x}", "bash:time echo ${x}", "bash:cat <(echo ${x})", "bash:echo ${x} |& cat",
	"bash:declare -i k=${i}", "bash:for ((j=0; j<${n}; j++)); do echo $j; done", "bash:echo \"$${JW_X@Q}\"", "bash:function g { echo ${x}; }; g",
}

func TestAccepted(t *testing.T) {
	for _, line := range accepted {
		for _, shell := range []string{Sh, Bash} {
			line, bash := strings.CutPrefix(line, "bash:")
			if bash && shell == Sh {
				continue
			}
			if c, problems := Check(input(shell, line)); c == nil {
				t.Errorf("%s: %s\n", shell, line)
				for _, p := range errorsOf(problems) {
					t.Errorf("   %s: %s | %s", p.Code, p.Summary, p.Detail)
				}
			}
		}
	}
}

// refused are commands that must not pass, with the code of a problem.
var refused = []struct{ line, code string }{
	{`echo $JW_X`, "unquoted-variable"}, {`y=${x}; echo $y`, "unquoted-variable"}, {`y=$JW_X; z=$y; rm $z`, "unquoted-variable"},
	{`set -- ${x}; echo $1`, "unquoted-variable"}, {`for f in $JW_X; do echo "$f"; done`, "unquoted-variable"}, {`case a in $JW_X) echo 1;; *) echo 2;; esac`, "unquoted-variable"},
	{`read y; echo ${n}; echo $y`, "unquoted-variable"},
	{`python3 -c 'print("${msg}")'`, "capture-in-code"}, {`python3 -c ${x}`, "capture-in-code"}, {`python3 -Bc 'print(${w})'`, "capture-in-code"},
	{`sh -c 'echo ${x}'`, "capture-in-code"}, {`bash -lc "echo ${x}"`, "capture-in-code"}, {`sh -c "echo $JW_X"`, "capture-in-code"},
	{`eval ${x}`, "capture-in-code"}, {`eval "$JW_X"`, "capture-in-code"}, {`eval echo ${x}`, "capture-in-code"}, {`trap ${x} EXIT`, "capture-in-code"},
	{`echo ${x} | sh`, "capture-in-code"}, {`printf %s ${x} | python3`, "capture-in-code"}, {`echo ${x} | cat | sh`, "capture-in-code"},
	{"cat <<EOF | bash\n${x}\nEOF\n", "capture-in-code"}, {"bash <<EOF\n${x}\nEOF\n", "capture-in-code"}, {"bash <<'EOF'\necho ${x}\nEOF\n", "capture-in-code"},
	{"python3 <<EOF\n$JW_X\nEOF\n", "capture-in-code"}, {`bash:bash <<< ${x}`, "capture-in-code"}, {`bash:bash <(echo ${x})`, "capture-names-code"},
	{`bash:. <(echo ${x})`, "capture-names-code"}, {`bash:echo ${x} > >(bash)`, "capture-in-code"}, {`bash:echo ${x} | tee >(sh)`, "capture-in-code"},
	{`. ${x}`, "capture-names-code"}, {`python3 ${x}`, "capture-names-code"}, {`sh "$JW_X"`, "capture-names-code"}, {`sh "$JW_X_FILE"`, "capture-names-code"},
	{`uvx ${x}`, ""}, {`uv run --with ${x} python a.py`, "capture-names-package"}, {`pip install ${x}`, "capture-names-package"},
	{`${x}`, "command-name"}, {`${x} a`, "command-name"}, {`$JW_X a`, "command-name"}, {`"$JW_X" a`, "command-name"}, {`env ${x}`, ""}, {`nice "$JW_X"`, "command-name"},
	{`y=${x}; $y`, "command-name"}, {`$UNKNOWN a`, "command-name"},
	{`sh -c "$y"`, "variable-in-code"}, {`python3 -c "print($HOME)"`, "variable-in-code"}, {`sh -c "$(cat f)"`, "variable-in-code"},
	{`y=${x}; sh -c "$y"`, "capture-in-code"}, {`set -- ${x}; eval "$1"`, "capture-in-code"}, {`for f in ${x}; do sh -c "$f"; done`, "capture-in-code"},
	{`echo ${x} | while read -r l; do sh -c "$l"; done`, "capture-in-code"}, {`export X=${msg}; sh -c 'eval "$X"'`, "capture-in-code"},
	{`X=${msg} sh -c 'eval "$X"'`, "capture-in-code"}, {`sh -c 'eval "$1"' _ ${x}`, "capture-in-code"}, {`sh -c 'echo $1' _ ${x}`, "unquoted-variable"},
	{`sh -c 'echo $JW_X'`, "unquoted-variable"}, {`f() { eval "$1"; }; f ${x}`, "capture-in-code"}, {`echo() { eval "$1"; }; echo ${x}`, "capture-in-code"},
	{`opts=-c; python3 $opts ${x}`, "capture-in-code"}, {`p=python3; $p -c ${x}`, "capture-in-code"},
	{`echo ${x} > run.sh; sh run.sh`, "capture-names-code"}, {`echo ${x} > run.sh; sh < ./run.sh`, "capture-in-code"}, {`echo ${x} | tee r; . ./r`, "capture-names-code"},
	{`echo ${x} > r; cat r | sh`, "capture-in-code"},
	{`echo hi > ${x}`, "capture-in-redirection"}, {`echo hi > "$JW_X"`, "capture-in-redirection"}, {`cat < out/${x}`, "capture-in-redirection"}, {`y=${x}; echo > "$y"`, "capture-in-redirection"},
	{`echo $(( ${x} + 1 ))`, "arithmetic"}, {`echo $(( JW_X + 1 ))`, "arithmetic"}, {`echo $(( $JW_X + 1 ))`, "arithmetic"}, {`y=${x}; echo $((y))`, "arithmetic"},
	{`bash:[[ ${x} -eq 1 ]]`, "arithmetic"}, {`bash:[[ $JW_X -eq 1 ]]`, "arithmetic"}, {`bash:[[ -v ${x} ]]`, "arithmetic"}, {`bash:(( ${x} ))`, "arithmetic"},
	{`bash:let y=${x}`, "arithmetic"}, {`bash:a[${x}]=1`, "arithmetic"}, {`bash:echo $${a[${x}]}`, "arithmetic"}, {`bash:declare -i y=${x}`, "arithmetic"},
	{`bash:declare -i y; y=${x}`, "arithmetic"}, {`bash:declare -n y=${x}`, "capture-in-code"}, {`bash:declare -a y=${x}`, "capture-in-code"}, {`bash:declare ${x}=1`, ""},
	{`bash:echo "$${JW_X@P}"`, "capture-in-code"}, {`bash:echo "$${!JW_X}"`, "variable-name"}, {`bash:echo "$${s:${x}}"`, "arithmetic"},
	{`bash:printf -v ${x} a`, ""}, {`read ${x}`, ""}, {`unset ${x}`, ""}, {`test -v ${x}`, ""},
	{`PATH=${x} ls`, "capture-in-variable"}, {`export PATH=${x}`, "capture-in-variable"}, {`for PATH in ${x}; do ls; done`, "capture-in-variable"}, {`BASH_ENV=$JW_X bash -c :`, "capture-in-variable"},
	{`echo a # ${s}`, "capture-place"}, {`echo \${x}`, "capture-place"}, {`echo "\${x}"`, "capture-place"}, {`echo $a${x}`, "capture-place"}, {`z1=/etc; ls "$${z${n}}"`, "capture-place"},
	{"cat <<${w}\na\n${w}\n", ""}, {`${w}=evilbin; cat f`, "capture-place"}, {`BASH_${w}=./evil.sh bash -c :`, "capture-place"}, {`${w}() { echo 1; }; cat f`, "capture-place"}, {`for ${w} in evilbin; do cat f; done`, "capture-place"},
	{`echo [${x}]`, "capture-place"}, {`echo >&${n}`, "capture-in-redirection"}, {`bash:echo {a,${x}}`, "capture-place"}, {`bash:echo $'a${x}'`, "capture-place"},
	{`bash:echo $"a${x}"`, "capture-place"}, {`bash:exec {${w}}>g; cat f`, "capture-place"}, {`bash:echo @(a|${w})`, "capture-place"}, {`bash:a=b; echo "$${a/b/${x}}"`, "capture-place"},
	{"echo \"`echo ${x}`\"", "capture-place"}, {"echo `echo \\${x}`", "capture-place"},
	{"cat <<'EOF'\n${x}\nEOF\n", "capture-in-heredoc"}, {"cat <<-'EOF'\n\t\t${x}\n\tEOF\n", "capture-in-heredoc"}, {"cat <<'EOF'\nE${x}F\nEOF\n", "capture-in-heredoc"},
	{"cat <<'E12'\nE${n}\nE12\n", "capture-in-heredoc"},
	{`[[ a == b ]]`, "bash-only"}, {`((1))`, "bash-only"}, {`let x=1`, "bash-only"}, {`declare x=1`, "bash-only"}, {`time ls`, "bash-only"}, {`function f { :; }`, "bash-only"},
	{`cat <(ls)`, "bash-only"}, {`ls &> f`, "bash-only"}, {`ls |& cat`, "bash-only"}, {`echo $'a'`, "bash-only"}, {`echo {a,b}`, "bash-only"}, {`cat <<< a`, "bash-only"},
	{`a=(1 2)`, "bash-only"}, {`select x in a; do :; done`, "bash-only"}, {`coproc ls`, "bash-only"}, {`a+=b`, "bash-only"}, {`echo $${a/b/c}`, "bash-only"},
	{`if`, "syntax"}, {`echo 'a`, "syntax"}, {`echo "${x}`, "syntax"}, {`echo )`, "syntax"}, {`bash:[[ a`, "syntax"}, {``, "command"}, {`  `, "command"},
	{"alias q=eval\nq ${x}", "alias"}, {`sh:y=${x}; export Z=$y`, "unquoted-variable"}, {"cat <<'EOF'\na ${s}\nEOF\n", "capture-in-heredoc"}, {`ssh host echo ${x}`, "capture-in-code"}, {`find . -exec sh -c ${x} \;`, "capture-in-code"},
	{`xargs sh -c ${x}`, "capture-in-code"}, {`exec < f; echo ${x} | python3 -`, "capture-in-code"}, {`awk ${x}`, "capture-in-code"}, {`sed ${x}`, "capture-in-code"},
	{`eval 'y=$JW_X'; echo $y`, "unquoted-variable"}, {`command eval ${x}`, "capture-in-code"}, {`builtin eval "$JW_X"`, "capture-in-code"}, {`exec sh -c ${x}`, "capture-in-code"},
	{"exec 3<<EOF; sh /dev/fd/3\n${x}\nEOF\n", "capture-in-code"}, {"sh /dev/fd/3 3<<EOF\n${x}\nEOF\n", "capture-in-code"}, {"f() { sh; }; echo ${x} | f", "capture-in-code"},
	{"echo ${x} > f1; cat f1 > f2; sh f2", "capture-names-code"}, {"read -r a b <<EOF\n${x}\nEOF\neval \"$a\"", "capture-in-code"}, {`set -- ${x}; sh -c "$@"`, "capture-in-code"},
	{`bash:printf -v y %s ${x}; eval "$y"`, "capture-in-code"}, {`bash:arr=(${x}); $${arr[0]}`, "command-name"}, {`bash:readonly -a y=${x}`, "capture-in-code"},
	{`echo ${x} > r; chmod +x r; ./r`, "capture-names-code"}, {`printf %s ${x} > a.py && uv run a.py`, ""}, {`printf %s ${x} > Makefile; make`, "capture-in-code"},
	{`printf %s ${x} > evil.py; python3 -m evil`, "capture-in-code"}, {`$JW_X/bin/run a`, "command-name"}, {`echo ${x} > r; cat r >> g.sh`, "capture-in-code"},
	{`t=$(mktemp); echo ${x} > "$t"; sh "$t"`, "capture-names-code"}, {`t=$(mktemp); echo ${x} > $t; sh < "$${t}"`, "capture-in-code"}, {`t=r; echo ${x} > $t; sh r`, "capture-names-code"},
	{`bash:declare -a y; declare y=${x}`, "capture-in-code"}, {`bash:y=(1); declare "y=${x}"`, "capture-in-code"}, {`bash:f() { local -a y; local y=${x}; }; f`, "capture-in-code"},
	{`bash:x=${x}; y=x; echo $((y))`, "arithmetic"}, {`bash:x=${x}; declare -i y; y=x`, "arithmetic"}, {`bash:RANDOM=${x}`, "arithmetic"}, {`OPTIND=${x}`, "arithmetic"}, {`bash:x=${x}; s=abc; echo $${s:x:1}`, "arithmetic"},
	{`bash:x=${x}; a=(1); echo "$${a[x]}"`, "arithmetic"}, {`bash:x=${x}; [[ x -eq 1 ]]`, "arithmetic"},
	{`bash:[[ a == @($(eval "$JW_X")|b) ]]`, "capture-place"}, {`bash:echo $"a $(eval "$JW_X")"`, "capture-in-code"}, {`bash:a=b; echo $${a/$(eval "$JW_X")/b}`, "capture-in-code"},
	{`bash:echo "$${a["$(eval "$JW_X")"]}"`, "capture-in-code"}, {`a=b; echo $${a#$(eval "$JW_X")}`, "capture-in-code"}, {"echo \"`eval \\\"\\$JW_X\\\"`\"", ""}, {"cat <<EOF\n$(eval \"$JW_X\")\nEOF\n", "capture-in-code"},
	{`echo $(( $(eval "$JW_X") + 1 ))`, "capture-in-code"}, {`echo "$(echo "$(eval "$JW_X")")"`, "capture-in-code"}, {`bash:a=([$(eval "$JW_X")]=1)`, "capture-in-code"}, {`ls >"$(eval "$JW_X")"`, "capture-in-code"},
	{`if eval "$JW_X"; then :; fi`, "capture-in-code"}, {`while :; do eval "$JW_X"; done`, "capture-in-code"}, {`case $(eval "$JW_X") in a) ;; esac`, "capture-in-code"}, {`case a in a) eval "$JW_X" ;; esac`, "capture-in-code"},
	{`(eval "$JW_X")`, "capture-in-code"}, {`{ eval "$JW_X"; } &`, "capture-in-code"}, {`! eval "$JW_X"`, "capture-in-code"}, {`false || eval "$JW_X"`, "capture-in-code"}, {`y=$(eval "$JW_X") ls`, "capture-in-code"},
	{`export y="$(eval "$JW_X")"`, "capture-in-code"}, {`for i in $(eval "$JW_X"); do :; done`, "capture-in-code"}, {`bash:for ((i=$(eval "$JW_X");;)); do :; done`, "capture-in-code"}, {`bash:coproc { eval "$JW_X"; }`, "capture-in-code"},
	{`perl -ne 'print' ${x}`, "capture-in-code"}, {`perl -lane 'print' "$JW_X"`, "capture-in-code"}, {`perl -pe '' -- ${x}`, "capture-in-code"}, {`perl -e 'while (<>) { print }' ${x}`, "capture-in-code"},
	{`wget -O a.sh ${x}; sh a.sh`, "capture-names-code"}, {`curl -oa.bin ${x}; ./a.bin`, "capture-names-code"}, {`echo ${x} >> ~/.bashrc`, "capture-in-code"}, {`echo ${x} > .git/config`, "capture-in-code"}, {`echo ${x} > requirements.txt`, "capture-in-code"},
	{`cd ${x} && ./evil.sh`, "capture-chooses-folder"}, {`cd "$JW_X"; python3 f.py`, "capture-chooses-folder"}, {`cd ${x} && sh -c 'make all'`, "capture-chooses-folder"},
	{`sh -c 'if'`, "syntax"}, {`sh -c 'sh -c "eval \"\$JW_X\""'`, "capture-in-code"}, {`strange -c ${x}`, "capture-in-code"}, {`strange --eval=${x}`, "capture-in-code"},
}

// glued are commands in which a number would become part of something else, a
// file's number or another variable's name. Nothing bad runs, but it is not
// the text that arrives.
var glued = []struct{ line, code string }{
	{`sh -c 'echo ${n}>out'`, "capture-place"}, {`sh -c 'cat ${n}<f'`, "capture-place"}, {`eval 'echo ${n}>f'`, "capture-place"}, {`a=b; export a; sh -c 'echo $a${n}'`, "capture-place"},
	{`sh -c 'echo ~${n}'`, "capture-place"}, {`sh -c 'a${n}=1 ls'`, "capture-place"}, {`sh -c 'for i${n} in a; do :; done'`, "capture-place"}, {`eval a${n}=1`, "capture-place"},
	{`sh -c 'ls # ${n}'`, "capture-place"}, {`bash:bash -c 'echo {1..${n}}'`, "capture-place"}, {"sh -c 'cat <<12\n${n}\n12\n'", "capture-in-heredoc"}, {`sh -c 'echo [${n}]'`, "capture-place"},
	{`echo $((1${i}))`, "capture-place"}, {`echo $((0x${n}))`, "capture-place"}, {`echo $((a${n}))`, "capture-place"}, {`sh -c 'echo $(( 10-${i} ))'`, "capture-place"},
}

func TestRefused(t *testing.T) {
	for _, r := range slices.Concat(refused, glued) {
		for _, shell := range []string{Sh, Bash} {
			line, bash := strings.CutPrefix(r.line, "bash:")
			line, sh := strings.CutPrefix(line, "sh:")
			if bash && shell == Sh || (sh || r.code == "bash-only") && shell == Bash {
				continue
			}
			c, problems := Check(input(shell, line))
			if c != nil {
				t.Errorf("%s: %s passes", shell, line)
				continue
			}
			found := r.code == ""
			var codes []string
			for _, p := range errorsOf(problems) {
				found = found || p.Code == r.code
				codes = append(codes, p.Code+": "+p.Summary)
			}
			if !found {
				t.Errorf("%s: %s: %q, want %s", shell, line, codes, r.code)
			}
		}
	}
}
