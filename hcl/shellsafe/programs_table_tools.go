package shellsafe

// tools are programs that do something else, but take code, files that hold
// it, or commands, somewhere among their options and words.
const tools = `
# Editors and pagers.
@vim       | +?vim -c=vim --cmd=vim -S=file -s:file -u=file -U=file -i=file -t=vim -T= -w=output -W=output -l=file!
@vim       | --startuptime=output --remote-expr=vim --remote-send=vim
vim, vim.basic, vim.tiny, vi, nvim, gvim, view, rvim, rview, vimdiff, nvi, ex, evim | @vim | data... | vim!
@emacs     | --eval=emacs --execute=emacs -e=emacs -eval=emacs -f=emacs --funcall=emacs -funcall=emacs -l=file --load=file
@emacs     | -load=file --script=file! -script=file! -x=file! -L=file --directory=file --init-directory=file -a=line
@emacs     | --alternate-editor=line
emacs, emacsclient, xemacs | @emacs | data... | emacs
ed, red    | -p= | bang... | ed!
nano, pico | --rcfile=file -f=file --speller=line -s=line -o= -Y= -T= -r= | data... |
@less      | +?less ++?less -p= --pattern= -k=file --lesskey-file=file --lesskey-src=file --lesskey-content=less -o=output
@less      | -O=output --log-file=output --LOG-FILE=output -t=less --tag=less -T=file -b= -h= -j= -P= -x= -y= -z= -D=
less, zless | @less | data... | less
more, most | +?less -n= --lines= | data... | less
@man       | -P=line --pager=line -H?line --html?line -C=file --config-file=file -M=file --manpath=file -p= -T? -E= -L= -m=
@man       | -s= -S= -r= -R= -e=
man        | @man | data... |
@xterm     | -e=line... -x=line... --execute=line... --command=line -xrm=setting -o=setting
xterm, gnome-terminal, konsole, urxvt, alacritty, kitty, foot | @xterm | refused... |
fzf        | --preview=line --bind=line --with-shell=line | data... |

# Debuggers.
@gdb       | -ex=gdb --eval-command=gdb -eval-command=gdb -iex=gdb -init-eval-command=gdb --init-eval-command=gdb -ix=file
@gdb       | -init-command=file --init-command=file -eix=file -eiex=gdb -x=file --command=file -command=file -s=file
@gdb       | -symbols=file --symbols=file -e=file -exec=file --exec=file -se=file --se=file -c= -core= --core= -p= -pid=
@gdb       | --pid= -d= -cd= --cd= -D=file -data-directory=file --data-directory=file --args>command... -args>command...
gdb, cgdb, gdb-multiarch | @gdb | file... | gdb!
@lldb      | -o=lldb --one-line=lldb -O=lldb --one-line-before-file=lldb -k=lldb --one-line-on-crash=lldb -K=file
@lldb      | --source-on-crash=file -s=file --source=file -S=file --source-before-file=file -r=refused --repl=refused
@lldb      | -f=file --file=file
lldb       | @lldb | file... | lldb!
bpftrace, stap, dtrace | -e=code -n=code -c=line -I=file --include=file -o=output | refused... | code

# Text.
printenv, true, false, :, echo, cat, tac, head, tail, wc, nl, od, xxd, hexdump, cut, paste, join, comm, tr,
uniq, expand, unexpand, fold, fmt, pr, rev, seq, yes, basename, dirname, realpath, readlink, pwd, cd, pushd,
popd, ls, dir, stat, file, touch, mkdir, rmdir, rm, cp, mv, ln, unlink, chmod, chown, chgrp, du, df, sync,
sleep, usleep, date, cal, id, whoami, who, w, groups, uname, hostname, uptime, free, nproc, arch, tty, kill,
pkill, pgrep, killall, ps, pidof, lsof, fuser, nvidia-smi, sinfo, squeue, sacct, scancel, sstat,
md5sum, sha1sum, sha224sum, sha256sum, sha384sum, sha512sum, b2sum, cksum, sum, base64, base32, gzip, gunzip,
zcat, bzip2, bunzip2, bzcat, xz, unxz, xzcat, zstd, unzstd, zstdcat, lz4, brotli, pigz, diff, cmp, look, strings, column, tput, clear, reset, logger, wall, write, ping, traceroute, host, dig,
nslookup, getent, type, which, whereis, times, umask, ulimit, jobs, fg, bg, disown, suspend, logout, history,
shopt, mktemp, mkfifo, truncate, shred, fallocate, numfmt, factor, expr, notify-send, play, aplay, paplay,
spd-say, tree, pstree, top, htop, vmstat, iostat, mpstat, sar, dmesg, journalctl, last, lastlog, users,
iconv, dos2unix, unix2dos, uuidgen, pv | | data... |
grep, egrep, fgrep, zgrep | -e= -f= -m= -A= -B= -C= -d= -D= | data... |
tee        | -[aip] --append --ignore-interrupts --output-error? | output... |
dd         | of=output if= | data... |
sort       | --compress-program=command -o=output --output=output -k= -t= -S= -T= --parallel= | data... |
split, csplit | --filter=line -a= -b= -C= -l= -n= -t= -f= | data... |
rg, ag, ack | --pre=command --pager=line --hostname-bin=command -e= -f= -g= -t= -T= -A= -B= -C= -m= -r= -j= --output=line | data... |
install    | --strip-program=command -m= -o= -g= -t= -S= | data... |
patch      | -i=file --input=file -o=output -r=output --output=output --reject-file=output -d= -p= -F= -D= -B= -Y= -z= -V= | data... | patch!

# Archives and transfers.
@tar       | -I=line --use-compress-program=line -F=line --info-script=line --new-volume-script=line --to-command=line
@tar       | --checkpoint-action=code --rsh-command=command --rmt-command=command --transform=sed --xform=sed -s=sed
@tar       | -g=output --listed-incremental=output --volno-file=output --index-file=output -f= -C= -T= -X= -b= -H= -K= -L=
@tar       | -N= -V=
tar, gtar, bsdtar | @tar | bundle data... |
cpio, pax  | --rsh-command=command -s=sed -O=output -F= -H= -I= -M= -D= -E= -C= -R= -T= -f= | data... |
zip        | -TT=line --unzip-command=line -b= -i= -x= -n= -O=output -t= -tt= -P= -Z= -s= -sp | data... |
unzip, 7z, 7za, 7zz, rar, unrar | -d= -x= -P= -[aflnopqrtuvzCXj] | data... |
@curl      | -K=file --config=file -o=output --output=output -D=output --dump-header=output -c=output --cookie-jar=output
@curl      | --trace=output --trace-ascii=output --stderr=output --libcurl=output --etag-save=output --hsts=output
@curl      | --alt-svc=output --engine=file --netrc-file=file -E=file --cert=file --key=file -T=output --upload-file=output
@curl      | -d=at --data=at --data-ascii=at --data-binary=at --json=at --data-raw= --data-urlencode=form --url-query=form
@curl      | -F=form --form=form --form-string= -H=at --header=at --proxy-header=at -w=at --write-out=at --variable=form
@curl      | -b= -X= -A= -e= -u= -x= -U= -m= -C= -r= -y= -Y= -t= -z= -P= -Q=
curl       | @curl | data... |
@wget      | -e=setting --execute=setting --config=file --use-askpass=command -O=output --output-document=output -o=output
@wget      | --output-file=output -a=output --append-output=output --post-file=output --body-file=output
@wget      | --save-cookies=output --warc-file=output -P= -i= -U= -t= -T= -w= -Q= -l= -A= -R= -D= -I= -X= -B=
wget, wget2 | @wget | data... |
@lftp      | -e=code -c=code -f=file --on-download-complete=command --on-download-start=command
@lftp      | --on-download-error=command --conf-path=file --config=file --password-command=line --sftp-ssh=line
@lftp      | --metadata-mapper=line
lftp, ftp, aria2c, rclone | @lftp | data... | code
nc, ncat, netcat | -e=line --exec=line --sh-exec=line -c=line --lua-exec=file -i= -p= -s= -w= | data... |
socat      | | code... |
@mail      | -s= --subject= -a= --append= -A= --attach= -b= -c= -r= -S=setting -E=line --exec=line -e=mail -F=setting -f?
@mail      | -u= -q= --set=setting
mail, mailx, Mail, s-nail, mutt, neomutt | @mail | data... | mail!
@sendmail  | -C=file -D=setting -o?setting -O=setting -be=code -X=output --passwordeval=line --file=file --pipe=line
@sendmail  | --body=at --attach=at -f= -F= -r=
sendmail, msmtp, exim, exim4, swaks | @sendmail | data... |
@nmap      | --script=file --script-args-file=file --datadir=file --servicedb=file --versiondb=file --resume=file
@nmap      | -oN=output -oX=output -oG=output -oS=output -oA=output -iL= -p= -e= -S= -D= -g=
nmap       | @nmap | data... |
openssl    | -engine=openssl -provider=openssl -provider-path=file -config=file -extfile=file -out=output | data... |
@gpg       | --exec-path=file --agent-program=command --dirmngr-program=command --photo-viewer=line
@gpg       | --keyserver-options=setting --options=file --homedir=file --load-extension=file -o=output --output=output -r=
@gpg       | -u=
gpg, gpg2  | @gpg | data... |
ssh-keygen, ssh-add | -D=openssl -O=setting -s=openssl -t= -f= -C= -N= -P= | data... |
ssh-agent  | -a= -E= -P= -t= -[cDdks] | command... |

# Databases: their clients run commands of the shell (\\!, .shell, system).
@psql      | -c=sql~ --command=sql~ -f=file~ --file=file~ -v=setting --set=setting --variable=setting -P=setting
@psql      | --pset=setting -d=setting --dbname=setting -h= --host= -p= --port= -U= --username= -F= --field-separator= -R=
@psql      | --record-separator= -T= --table-attr= -L=output --log-file=output -o=code --output=code
@psql      | -[1AabeEHlnqsStVwWxXz0] --csv --html --echo-all --no-psqlrc --no-align --tuples-only --quiet --expanded
@psql      | --single-transaction
psql, pgcli, cockroach | @psql | setting... | sql
@mysql     | -e=sql~ --execute=sql~ --init-command=sql --pager?line --tee=output --defaults-file=file
@mysql     | --defaults-extra-file=file --plugin-dir=file -D= -h= -u= -p? -P= -S=
mysql, mariadb, mycli | @mysql | data... | sql
@sqlite3   | -cmd=sql -init=file --init=file --cmd=sql -separator= -newline= -nullvalue= -vfs= -maxsize= -mmap= -heap=
@sqlite3   | -lookaside=data,data -pagecache=data,data -key= -hexkey= -escape= -zip -readonly -batch -bail -csv -column
@sqlite3   | -echo -header -noheader -html -interactive -json -line -list -markdown -memtrace -nofollow -quote -safe
@sqlite3   | -stats -table -tabs -unsafe-testing -version -A -append -ascii -box -deserialize
sqlite3, sqlite, sqlcipher | @sqlite3 | data sql... | sql
@duckdb    | -c=sql~ -s=sql~ -cmd=sql -init=file -f=file~ -separator= -newline= -nullvalue= -readonly -unsigned -batch
@duckdb    | -bail -csv -column -echo -header -noheader -html -interactive -json -line -list -markdown -quote -table
@duckdb    | -ascii -box
duckdb     | @duckdb | data sql... | sql
mongo, mongosh | --eval=mongo -f=file --file=file -u= -p= | file... | mongo
@clickhouse-client | -q=sql --query=sql -e=sql --execute=sql --eval=file -c=code --command=code -f=file
@clickhouse-client | --file=file --queries-file=file -Q=sql -i=file
clickhouse-client, clickhouse-local, influx, cqlsh, beeline, hive, spark-sql, trino, sqlcmd, redis-cli | @clickhouse-client | sql... | sql
@spark-submit | --class= --master= --deploy-mode= --name= --jars=file --packages=fetch --repositories=fetch
@spark-submit | --py-files=file --files= --archives=file --conf=setting -c=setting --properties-file=file
@spark-submit | --driver-java-options=java --driver-class-path=file --driver-library-path=file --driver-memory=
@spark-submit | --driver-cores= --executor-memory= --executor-cores= --num-executors= --total-executor-cores= --queue=
@spark-submit | --principal= --keytab= --proxy-user= -i=file -I=file --supervise --verbose -v
spark-submit, spark-shell, pyspark | @spark-submit | file! | code

`
