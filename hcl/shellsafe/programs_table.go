package shellsafe

// The table of programs: one program a line, in four columns.
//
//	names | options | words | standard input
//
// To add a program, add its line to the group where a reader would look for
// it. Its test is made from the line.
//
// names: what it is called, whatever the folder and the version at its end.
// "docker run" is the line of docker's run, reached by the word "sub" in
// docker's own; "python -m pip" the one of that module; "*" that of all other
// programs.
//
// options: a flag is -x or --long, several are -[abc]. One with a value says
// what the value is, in a kind of the list below:
//
//	-c=python  a value: -cX, -c X, --eval=X, --eval X; "=" alone is data
//	-n=a,b     two values
//	-i?        a value only if joined: -iX, --color=X
//	-p:node    a value unless the next word is an option
//	-o/        a value that is never joined: sh -oc OPTION LINE
//	-c>line    no value, but the first word becomes a line; -u=>command... a value as well
//	-eq=<k     a value, and the word before it is the same
//	of=output  no dash: the word of=X
//	+?vim      words that begin with +
//	--         "--" ends no options here
//	@uv        options that lines share
//
// and one or two marks: "!" ends the program's arguments, what follows is data;
// "~" brings the code, so that no word does; "^" makes standard input code.
// Long options match abbreviated. An option that is missing here makes
// captured text behind it refused wherever words have places.
//
// words: what the words mean that are no options, in order; what is not
// listed is data. "x!" ends the options, what follows is data; "x..." is this
// word and all that follow; "x*" as many as look like it.
//
// standard input: the language that the program reads there if no option and
// no word brought code; with "!" in any case.
//
// kinds: data, file (run as code), fetch (names code to fetch, or where it
// comes from), command (a program to run; "command..." with its arguments,
// "command;" up to ";"), line (for sh), integer (evaluated), output (written),
// refused, sub, module (of python -m), assign (NAME=VALUE), the special ones
// of programs_special.go, and every language of programs_languages.go.

// interpreters run code in a word, in a file or from their standard input.
const interpreters = `
# Every program that is not in the table: exactly these words, no other.
*          | -c=code -e=code --eval=code --command=code | |

# The shells. -c is a flag of theirs: the code is the first word.
@sh        | -c>line! -s>data! -o/ +o/ -[abefhiklmnprtuvxBCDEHIPTV] +[abefhkmnptuvxBCEHPT]
sh, dash, ash, ksh, ksh93, mksh, lksh, oksh, pdksh, yash, posh, rsh, rksh, rbash, hush | @sh | file! | sh
@bash      | -O/ +O/ --rcfile=file --init-file=file --login --norc --noprofile --posix --restricted --verbose --noediting
@bash      | --debugger --dump-strings --dump-po-strings --pretty-print --help --version
bash       | @sh @bash | file! | sh
zsh        | @sh -[dgjwyzFGJNQRSUWXYZ0123456789] --emulate= --help --version | file! | sh
@fish      | -c=fish~ --command=fish~ -C=fish --init-command=fish -o= -d= -D= -f= -[ilnNPpv] --debug= --features= --login
@fish      | --interactive --no-execute --no-config --private --version
fish       | @fish | file! | fish
csh, tcsh  | -c>csh! -[bdefilmnqstvVxX] | file! | csh
@nu        | -c=nu~ --commands=nu~ -e=nu --execute=nu --config=file --env-config=file --plugins=file --plugin-config=file
@nu        | -I=file --include-path=file -m= --log-level= -[iln] --stdin --no-config-file --login --interactive
nu         | @nu | file! | nu
@pwsh      | -c=powershell! -Command=powershell! -CommandWithArgs=powershell! -e=powershell! -ec=powershell!
@pwsh      | -EncodedCommand=powershell! -f=file! -File=file! -wd= -WorkingDirectory= -ExecutionPolicy=
@pwsh      | -ConfigurationFile=file -SettingsFile=file -CustomPipeName= -NoProfile -nop -NonInteractive -NoLogo -Login
@pwsh      | -Interactive
pwsh, powershell | @pwsh | file! | powershell

# Python. -W names a category that is imported, -X presite=MODULE too.
@python    | -c=python! -m=module -W=file -X=file --check-hash-based-pycs= -i^ -[bBdEhIOPqRsSuvVx] --help --version
python, pypy, graalpy, micropython | @python | file! | python
ipython    | -c=python! -m=module --ext=file --config=file --profile= --profile-dir=file --ipython-dir=file -i^ -q -V | file! | python
sage       | -c=python! -[npqvt] --python=file | file! | python
python -m timeit | -n= -r= -u= -s=python --number= --repeat= --unit= --setup=python -[pvh] --process --verbose | python... |
python -m cProfile, python -m profile | -m>module -o=output --outfile=output -s= --sort= | file! |
python -m pdb | -c=pdb --command=pdb -m>module | file! | pdb!
@trace     | -c -C= -t -T -l -g -r -f= -m -R -s --count --trace --listfuncs --trackcalls --timing --summary --report
@trace     | --missing --no-report --file= --coverdir= --ignore-module= --ignore-dir= --module>module
python -m trace | @trace | file! |
python -m runpy | | module |
python -m code, python -m asyncio | | | python
python -m unittest, python -m doctest, python -m pydoc | -s=file -t=file -p= -k= -w= | file... | python

perl       | -e=perl~ -E=perl~ -M=perl -m=perl -I=file -i? -x? -C? -D? -d?perl -F?perl -V? -[aclnpstuwfghvSTUWX0123456789] | file! | perl
raku, rakudo, perl6 | -e=raku~ -M=raku -I=file -[cnpv] --ll-exception --optimize= --target= | file! | raku
@ruby      | -e=ruby~ -r=file -I=file -C=file -X=file -E= -F?ruby -i? -K? -x? -T? -W? --enable= --disable= --encoding=
@ruby      | --external-encoding= --internal-encoding= --jit? --yjit? -[aclnpsSwvyhdU0123456789] --verbose --version
ruby, jruby, truffleruby | @ruby | file! | ruby
irb        | -r=file -I=file -f | file... | ruby
@node      | -e=node~ --eval=node~ -p:node~ --print:node~ -pe=node~ -r=file --require=file --import=file --loader=file
@node      | --experimental-loader=file --env-file=file --env-file-if-exists=file --run=file --openssl-config=file
@node      | --experimental-config-file=file --snapshot-blob=file --icu-data-dir=file -C= --conditions= --input-type=
@node      | --title= --max-old-space-size= --max-semi-space-size= --stack-size= --stack-trace-limit=
@node      | --unhandled-rejections= --inspect? --inspect-brk? --inspect-wait? --inspect-port= --test-reporter=file
@node      | --test-name-pattern= --watch-path= --disable-warning= --diagnostic-dir= --redirect-warnings=output -i^
@node      | --interactive^ -[chvw] --check --test --watch --version --help --no-warnings --no-deprecation
@node      | --throw-deprecation --trace-deprecation --trace-warnings --trace-uncaught --trace-exit --enable-source-maps
@node      | --expose-gc --preserve-symlinks --preserve-symlinks-main --experimental-strip-types
@node      | --experimental-transform-types --experimental-vm-modules --experimental-default-type=
@node      | --experimental-specifier-resolution= --pending-deprecation --abort-on-uncaught-exception --use-openssl-ca
@node      | --use-system-ca --permission --allow-fs-read= --allow-fs-write= --prof --cpu-prof --heap-prof
node, nodejs | @node | file! | node
node inspect, node debug | @node | file! |
@tsx       | -e=node~ --eval=node~ -p:node~ --print:node~ -pe=node~ -r=file --require=file --import=file -P=file
@tsx       | --project=file --tsconfig=file -[Tsivh] --esm --swc --files --transpile-only --watch
tsx, ts-node | @tsx | file! | node
@bun       | -e=node~ --eval=node~ -p=node~ --print=node~ -r=file --preload=file --require=file --import=file -c=file
@bun       | --config=file --cwd=file --env-file=file --define=node -b --bun --hot --watch --smol --silent
bun        | @bun | sub | node
@bun-run   | -r=file --preload=file --cwd=file --env-file=file --config=file --registry=fetch
bun run, bun test, bun exec, bun x, bun install, bun add, bun create | @bun-run | fetch... |
deno       | -A -q --quiet | sub | node
@deno-eval | -p --print --ext= --cert= -c=file --config=file --import-map=file --env-file?file -q --quiet --no-lock
@deno-eval | --inspect? --v8-flags? -[AT]
deno eval  | @deno-eval | node! | node
@deno-run  | -A --allow-all -R? -W? -N? -E? -S? --allow-read? --allow-write? --allow-net? --allow-env? --allow-run?
@deno-run  | --allow-sys? --allow-ffi? --deny-read? --deny-write? --deny-net? --deny-env? --deny-run? -q --quiet -r?
@deno-run  | --reload? -c=file --config=file --import-map=file --env-file?file --preload=file --eval=node
@deno-run  | --eval-file=file --cert= --seed= --ext= --location= --watch? --no-check? --check? --cached-only
@deno-run  | --no-prompt --no-remote --no-lock --lock? --inspect? --v8-flags? --node-modules-dir?
deno run, deno serve, deno test, deno bench, deno repl | @deno-run | fetch! | node
deno compile, deno install, deno add, deno cache, deno x, deno task | -c=file --config=file --import-map=file -o=output --output=output | fetch... |
@php       | -r=php~ -B=php~ -R=php~ -E=php~ --run=php~ --process-begin=php~ --process-code=php~ --process-end=php~ -f=file~
@php       | -F=file~ --file=file~ --process-file=file~ -d=php --define=php -c=file --php-ini=file -z=file
@php       | --zend-extension=file -S= -t=file --docroot=file --server= -[aCehHilmnqsvw] --no-php-ini --interactive
@php       | --syntax-check
php        | @php | file! | php
lua, luajit, texlua | -e=lua -l=file -j=file -O? -b -[viEW] | file! | lua
@Rscript   | -e=r~ --default-packages=file --encoding= --verbose --vanilla --no-environ --no-site-file --no-init-file
@Rscript   | --no-save --no-restore --slave
Rscript    | @Rscript | file! | r
@R         | -e=r~ -f=file~ --file=file~ --args! -d=file --debugger=file -g= --gui= --encoding= -q --quiet --silent -s
@R         | --no-echo --slave --vanilla --no-save --save --no-restore --no-environ --interactive --verbose
R          | @R | sub | r
R CMD      | | command... |
@julia     | -e=julia~ --eval=julia~ -E=julia~ --print=julia~ -L=file --load=file -J=file --sysimage=file -H=file
@julia     | --home=file -m=file -p= --procs= -t= --threads= --machine-file=file --project?file --startup-file= --banner=
@julia     | --color= --history-file= --compile= --cpu-target= -C= -O? -g? --optimize? --check-bounds= --depwarn=
@julia     | --warn-overwrite= --inline= --math-mode= --gcthreads= --heap-size-hint= --track-allocation? --code-coverage?
@julia     | --bind-to= -i^ -[qhv] --quiet --help --version
julia      | @julia | file! | julia
@octave    | --eval=octave~ --exec-path=file -p=file --path=file -[fHWVqix] --no-gui --gui --quiet --silent
@octave    | --no-init-file --no-window-system --norc --persist --traditional --verbose
octave, octave-cli | @octave | file! | octave
matlab     | -r=octave~ -batch=octave~ -sd=file -logfile=output -nodisplay -nosplash -nodesktop -nojvm -noFigureWindows -singleCompThread | |
tclsh, wish, tclkit | -encoding= | file! | tcl
expect     | -c=expect -f=file~ -b=file~ -[dDinNv] | file! | expect
osascript  | -e=applescript~ -l= -s= -i | file! | applescript
groovy     | -e=groovy~ -cp=file -classpath=file --classpath=file -D=groovy -i? -l? -c= --encoding= --configscript=file -[anpdhv] | file! | groovy
jshell     | --startup=file --class-path=file --module-path=file --add-modules=file -R=java -C=java -J=java | file... | java
@java      | -jar=file! -cp=file -classpath=file --class-path=file -p=file --module-path=file -m=file! --module=file!
@java      | --add-modules=file --add-opens= --add-exports= --patch-module=file --source= -D=java -X?java -agentlib?java
@java      | -agentpath?java -javaagent?file -server -client -ea -da -version --version -showversion --enable-preview
java       | @java | file! |
scala, kotlin | -e=scala~ -cp=file -classpath=file -i=file -D=scala -J=scala -nc | file! | scala
@clojure   | -e=lisp~ --eval=lisp~ -M?lisp -X?lisp -T?lisp -A?lisp -Sdeps=lisp -i=file --init=file -f=file~ -m=file~
@clojure   | --main=file~ -cp=file --classpath=file -J=java -r^
clojure, clj, bb | @clojure | file! | lisp
ghc, runghc, runhaskell | -e=haskell~ -f=file --ghc-arg=haskell -package=fetch -X? -i?file -v? | file! | haskell
ocaml, utop | -e=ocaml~ -I=file -init=file -ppx=command -w= -noinit -noprompt -stdin^ -version | file! | ocaml
erl        | -eval=erlang -s=file -run=file -pa=file -pz=file -config=file -args_file=file -boot=file | data... | erlang!
@elixir    | -e=elixir~ --eval=elixir~ --rpc-eval=refused,elixir -r=file -pr=file -pa=file -pz=file -S=file -app=file
@elixir    | --dot-iex=file --erl=erlang --sname= --name= --cookie= --no-halt
elixir, iex | @elixir | file! | elixir
guile      | -c=lisp~ -e=lisp -s=file~ -l=file -L=file -C=file -x= --r6rs --r7rs --no-auto-compile --auto-compile --debug --no-debug -q | file! | lisp
@racket    | -e=lisp~ --eval=lisp~ -f=file~ --load=file~ -t=file~ --require=file~ -r=file! --script=file! -l=file~
@racket    | --lib=file~ -u=file! -k=file -I=file -S=file -m -i^ -n -v
racket     | @racket | file! | lisp
@sbcl      | --eval=lisp --load=file --script=file! --core=file --userinit=file --sysinit=file --end-toplevel-options!
@sbcl      | --noinform --non-interactive --no-sysinit --no-userinit --disable-debugger --quit
sbcl       | @sbcl | data... | lisp!
swift      | -e=swift~ -I=file -L=file -F=file -D= -l?file | file! | swift
gnuplot    | -e=gnuplot~ -c=file! -d -p --persist | file... | gnuplot
@awk       | -f=file~ --file=file~ -v=awkset --assign=awkset -F=escape --field-separator=escape -e=awk~ --source=awk~
@awk       | -i=file --include=file -l=file --load=file -E=file! --exec=file! -W=awk -o?output --pretty-print?output
@awk       | -d?output --dump-variables?output -p?output --profile?output -D?file --debug?file -L? --lint?
@awk       | -[bcCghIkMnNOPrsStV] --characters-as-bytes --traditional --csv --bignum --use-lc-numeric --non-decimal-data
@awk       | --optimize --posix --re-interval --no-optimize --sandbox --version --help
awk, mawk, nawk, gawk, original-awk, bwk, goawk | @awk | awk awkarg... | awk
@sed       | -e=sed~ --expression=sed~ -f=file~ --file=file~ -l= --line-length= -i? --in-place? -[nErsuz] --quiet --silent
@sed       | --regexp-extended --separate --unbuffered --null-data --zero-terminated --posix --debug --sandbox
@sed       | --follow-symlinks --help --version
sed, gsed, ssed | @sed | sed data... | sed
@jq        | -f>file --from-file>file -L=file --library-path=file --arg=data,data --argjson=data,data --slurpfile=data,data
@jq        | --rawfile=data,data --args --jsonargs --indent= --tab -[ceghjMnNrRsSaCV] --compact-output --null-input
@jq        | --raw-input --raw-output --raw-output0 --join-output --ascii-output --sort-keys --color-output
@jq        | --monochrome-output --slurp --stream --seq --unbuffered --exit-status --help --version
jq, gojq, jaq | @jq | jq data... | jq
yq         | -o= -p= -I= --from-file=file -L=file | jq... |
bc, dc     | -e=bc~ --expression=bc~ -f=file --file=file -I= -O= -S= -E= | file... | bc!
m4         | -D=m4 --define=m4 -I=file --include=file -F=output -R=file -d? -U= -s -P -E -Q -i -G | file... | m4
@tex       | -output-directory=output -jobname=output -fmt=file -e=tex -r=file -pdflatex=line -pretex=tex
tex, latex, pdftex, pdflatex, xelatex, lualatex, luatex, xetex, latexmk | @tex | tex... | tex
`

// builtins are commands of the shells themselves. Those that the shells parse
// as declarations come here only in disguise: \export, "declare", command typeset.
const builtins = `
eval       | | line... |
trap       | -l -p | line! |
., source  | -p=file | file! | sh
exec       | -a= -c -l | command... |
command    | -p -v>data! -V>data! | command... |
builtin    | | command... |
coproc     | | command... |
alias      | -p -[gsrmL] | line... |
bind       | -x=line -f=file -m= -q= -u= -r= -[lpsvPSVX] | line... |
complete, compgen | -C=line -W=line -F=command -X=line -A= -G= -P= -S= -o= -[abcdefgjksuvprDEI] | data... |
enable     | -f=file -[adnps] | data... |
hash       | -p=file -[rdlt] | data... |
fc         | -e=command -[lnrs] | data... |
mapfile, readarray | -C=line -c= -d= -n= -O=integer -s= -u= -t | integer |
read       | -a=integer -d= -i= -k= -n= -N= -p= -t=integer -u= -[ersAEzZq] | integer... |
getopts    | | data integer data... |
unset      | -[fvn] | integer... |
let        | | integer... |
export, readonly | -[afnpA] | assign... |
@declare   | -i>integer... -n>integer... -F>integer... -E>integer... -Z>integer... -L>integer... -R>integer...
@declare   | -a>refused... -A>refused... -[fgIlprtuxhHT] +[aAfgiIlnprtux]
declare, typeset, local, nameref, float, private | @declare | assign... |
integer    | | integer... |
shift, exit, return, break, continue | | integer |
wait       | -p=integer -n -f | data... |
set        | -o= +o= -[abefhkmnptuvxBCEHPT] +[abefhkmnptuvxBCEHPT] -A=integer +A=integer | data... |
printf     | -v=integer | format |
@test      | -- -v=integer -R=integer -t=integer -eq=<integer -ne=<integer -lt=<integer -le=<integer -gt=<integer
@test      | -ge=<integer -a -o -b= -c= -d= -e= -f= -g= -h= -k= -n= -p= -r= -s= -u= -w= -x= -z= -G= -L= -N= -O= -S= -nt=
@test      | -ot= -ef=
test, [    | @test | data... |
autoload, zmodload, emulate, zle, zstyle, sched | | refused... |
`
