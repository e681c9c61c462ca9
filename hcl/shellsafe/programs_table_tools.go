package shellsafe

// tools are programs that do something else, but take code, files that hold
// it, or commands, somewhere among their options and words.
const tools = `
# Editors and pagers.
vim, vi, nvim, gvim, view, rvim, rview, vimdiff, nvi, ex, evim | +?vim -c=vim --cmd=vim -S=file -s=file -u=file -U=file -i=file -t=vim -T= -w=output -W=output -l=file! --startuptime=output --remote-expr=vim --remote-send=vim | data... | vim!
emacs, emacsclient, xemacs | --eval=emacs --execute=emacs -e=emacs -eval=emacs -f=emacs --funcall=emacs -funcall=emacs -l=file --load=file -load=file --script=file! -script=file! -x=file! -L=file --directory=file --init-directory=file -a=line --alternate-editor=line | data... | emacs
ed, red | -p= | line... | ed!
nano, pico | --rcfile=file -f=file --speller=line -s=line -o= -Y= -T= -r= | data... |
less, zless | +?less ++?less -p= --pattern= -k=file --lesskey-file=file --lesskey-src=file --lesskey-content=less -o=output -O=output --log-file=output --LOG-FILE=output -t=less --tag=less -T=file -b= -h= -j= -P= -x= -y= -z= -D= | data... | less
more, most | +?less -n= --lines= | data... | less
man        | -P=line --pager=line -H?line --html?line -C=file --config-file=file -M=file --manpath=file -p= -T? -E= -L= -m= -s= -S= -r= -R= -e= | data... |
xterm, gnome-terminal, konsole, urxvt, alacritty, kitty, foot | -e=line... -x=line... --execute=line... --command=line -xrm=setting -o=setting | refused... |
fzf        | --preview=line --bind=line --with-shell=line | data... |

# Debuggers.
gdb, cgdb, gdb-multiarch | -ex=gdb --eval-command=gdb -eval-command=gdb -iex=gdb -init-eval-command=gdb --init-eval-command=gdb -ix=file -init-command=file --init-command=file -eix=file -eiex=gdb -x=file --command=file -command=file -s=file -symbols=file --symbols=file -e=file -exec=file --exec=file -se=file --se=file -c= -core= --core= -p= -pid= --pid= -d= -cd= --cd= -D=file -data-directory=file --data-directory=file --args>command... -args>command... | file... | gdb!
lldb       | -o=lldb --one-line=lldb -O=lldb --one-line-before-file=lldb -k=lldb --one-line-on-crash=lldb -K=file --source-on-crash=file -s=file --source=file -S=file --source-before-file=file -r=refused --repl=refused -f=file --file=file | file... | lldb!
bpftrace, stap, dtrace | -e=option -n=option -c=line -I=file --include=file -o=output | refused... | option

# Text.
printenv, true, false, :, echo, cat, tac, head, tail, wc, nl, od, xxd, hexdump, cut, paste, join, comm, tr, uniq, expand, unexpand, fold, fmt, pr, rev, seq, yes, basename, dirname, realpath, readlink, pwd, cd, pushd, popd, ls, dir, stat, file, touch, mkdir, rmdir, rm, cp, mv, ln, unlink, chmod, chown, chgrp, du, df, sync, sleep, usleep, date, cal, id, whoami, who, w, groups, uname, hostname, uptime, free, nproc, arch, tty, kill, pkill, pgrep, killall, ps, pidof, lsof, fuser, nvidia-smi, sinfo, squeue, sacct, scancel, sstat, scontrol, md5sum, sha1sum, sha224sum, sha256sum, sha384sum, sha512sum, b2sum, cksum, sum, base64, base32, gzip, gunzip, zcat, bzip2, bunzip2, bzcat, xz, unxz, xzcat, zstd, unzstd, zstdcat, lz4, brotli, pigz, grep, egrep, fgrep, zgrep, diff, cmp, look, strings, column, tput, clear, reset, logger, wall, write, ping, traceroute, host, dig, nslookup, getent, type, which, whereis, times, umask, ulimit, jobs, fg, bg, disown, suspend, logout, history, shopt, mktemp, mkfifo, truncate, shred, fallocate, numfmt, factor, expr, notify-send, play, aplay, paplay, spd-say, beep, tree, pstree, top, htop, vmstat, iostat, mpstat, sar, dmesg, journalctl, last, lastlog, users, nvtop, iconv, dos2unix, unix2dos, uuidgen, cowsay, figlet, toilet, ts, pv, tqdm | -e= -f= -m= | data... |
tee        | -[aip] --append --ignore-interrupts --output-error? | output... |
dd         | of=output if= | data... |
sort       | --compress-program=command -o=output --output=output -k= -t= -S= -T= --parallel= | data... |
split, csplit | --filter=line -a= -b= -C= -l= -n= -t= -f= | data... |
rg, ag, ack | --pre=command --pager=line --hostname-bin=command -e= -f= -g= -t= -T= -A= -B= -C= -m= -r= -j= --output=line | data... |
install    | --strip-program=command -m= -o= -g= -t= -S= | data... |
patch      | -i=file --input=file -o=output -r=output --output=output --reject-file=output -d= -p= -F= -D= -B= -Y= -z= -V= | data... | option!

# Archives and transfers.
tar, gtar, bsdtar | -I=line --use-compress-program=line -F=line --info-script=line --new-volume-script=line --to-command=line --checkpoint-action=line --rsh-command=command --rmt-command=command --transform=sed --xform=sed -s=sed -g=output --listed-incremental=output --volno-file=output --index-file=output -f= -C= -T= -X= -b= -H= -K= -L= -N= -V= | bundle data... |
cpio, pax  | --rsh-command=command -s=sed -O=output -F= -H= -I= -M= -D= -E= -C= -R= -T= -f= | data... |
zip        | -TT=line --unzip-command=line -b= -i= -x= -n= -O=output -t= -tt= -P= -Z= -s= -sp | data... |
unzip, 7z, 7za, 7zz, rar, unrar | -d= -x= -P= -[aflnopqrtuvzCXj] | data... |
curl       | -K=file --config=file -o=output --output=output -D=output --dump-header=output -c=output --cookie-jar=output --trace=output --trace-ascii=output --stderr=output --libcurl=output --etag-save=output --hsts=output --alt-svc=output --engine=file --netrc-file=file -E=file --cert=file --key=file -T=output --upload-file=output -d=at --data=at --data-ascii=at --data-binary=at --json=at --data-raw= --data-urlencode=form --url-query=form -F=form --form=form --form-string= -H=at --header=at --proxy-header=at -w=at --write-out=at --variable=form -b= -X= -A= -e= -u= -x= -U= -m= -C= -r= -y= -Y= -t= -z= -P= -Q= | data... |
wget, wget2 | -e=setting --execute=setting --config=file --use-askpass=command -O=output --output-document=output -o=output --output-file=output -a=output --append-output=output --post-file=output --body-file=output --save-cookies=output --warc-file=output -P= -i= -U= -t= -T= -w= -Q= -l= -A= -R= -D= -I= -X= -B= | data... |
lftp, ftp, aria2c, rclone | -e=option -c=option -f=file --on-download-complete=command --on-download-start=command --on-download-error=command --conf-path=file --config=file --password-command=line --sftp-ssh=line --metadata-mapper=line | data... | option
aria2c, axel, lftp, ftp, ncftp, rclone, http, https, xh, httpie, aws, gsutil, az, s3cmd, mc-s3, telnet, openssl-client | -e=option --on-download-complete=command --on-download-start=command --on-download-stop=command --on-download-error=command --on-bt-download-complete=command --conf-path=file -c=option -f=file -s=file --config=file -o=output --command=option --eval=option -i= -d= -x= --password-command=line --sftp-ssh=line --metadata-mapper=line | data... | option
nc, ncat, netcat, socat | -e=line --exec=line --sh-exec=line -c=line --lua-exec=file -i= -p= -s= -w= | option... |
mail, mailx, Mail, s-nail, mutt, neomutt | -s= --subject= -a= --append= -A= --attach= -b= -c= -r= -S=setting -E=line --exec=line -e=mail -F=setting -f? -u= -q= --set=setting | data... | mail!
sendmail, msmtp, exim, exim4, swaks | -C=file -D=setting -o?setting -O=setting -be=option -X=output --passwordeval=line --file=file --pipe=line --body=at --attach=at -f= -F= -r= | data... |
nmap       | --script=file --script-args-file=file --datadir=file --servicedb=file --versiondb=file --resume=file -oN=output -oX=output -oG=output -oS=output -oA=output -iL= -p= -e= -S= -D= -g= | data... |
openssl    | -engine=openssl -provider=openssl -provider-path=file -config=file -extfile=file -out=output | data... |
gpg, gpg2  | --exec-path=file --agent-program=command --dirmngr-program=command --photo-viewer=line --keyserver-options=setting --options=file --homedir=file --load-extension=file -o=output --output=output -r= -u= | data... |
ssh-keygen, ssh-add, ssh-agent | -D=openssl -P= -O=setting -s=openssl -t= -f= -C= -N= -a= | command... |

# Databases: their clients run commands of the shell (\\!, .shell, system).
psql, pgcli, cockroach | -c=sql~ --command=sql~ -f=file~ --file=file~ -v=setting --set=setting --variable=setting -P=setting --pset=setting -d=setting --dbname=setting -h= --host= -p= --port= -U= --username= -F= --field-separator= -R= --record-separator= -T= --table-attr= -L=output --log-file=output -o=line --output=line -[1AabeEHlnqsStVwWxXz0] --csv --html --echo-all --no-psqlrc --no-align --tuples-only --quiet --expanded --single-transaction | setting data | sql
mysql, mariadb, mycli | -e=sql~ --execute=sql~ --init-command=sql --pager?line --tee=output --defaults-file=file --defaults-extra-file=file --plugin-dir=file -D= -h= -u= -p? -P= -S= | data... | sql
sqlite3, sqlite, sqlcipher | -cmd=sql -init=file --init=file --cmd=sql -separator= -newline= -nullvalue= -vfs= -maxsize= -mmap= -heap= -lookaside=data,data -pagecache=data,data -key= -hexkey= -escape= -zip -readonly -batch -bail -csv -column -echo -header -noheader -html -interactive -json -line -list -markdown -memtrace -nofollow -quote -safe -stats -table -tabs -unsafe-testing -version -A -append -ascii -box -deserialize | data sql... | sql
duckdb     | -c=sql~ -s=sql~ -cmd=sql -init=file -f=file~ -separator= -newline= -nullvalue= -readonly -unsigned -batch -bail -csv -column -echo -header -noheader -html -interactive -json -line -list -markdown -quote -table -ascii -box | data sql... | sql
mongo, mongosh | --eval=mongo -f=file --file=file -u= -p= | file... | mongo
clickhouse-client, clickhouse-local, influx, cqlsh, beeline, hive, spark-sql, trino, sqlcmd, redis-cli | -q=sql --query=sql -e=sql --execute=sql --eval=file -c=option --command=option -f=file --file=file --queries-file=file -Q=sql -i=file | sql... | sql
clickhouse, clickhouse-client, clickhouse-local, influx, cqlsh, beeline, hive, spark-sql, presto, trino, snowsql, bq, sqlcmd, osql, isql, sqlplus, db2, tsql, impala-shell, ksql, neo4j, cypher-shell, redis-cli, valkey-cli, etcdctl, memcached-tool, surreal, dolt, xsv, q, textql, datasette, sqlite-utils, octosql | -q=sql~ --query=sql~ -e=sql~ --execute=sql~ --eval=file~ -c=option --command=option -f=file~ --file=file~ --queries-file=file~ -Q=sql~ -i=file --init=file --init-script=file --script=file -u= --user= -h= --host= -p= --port= -n= -d= --database= -x -r= --config-file=file -C=file | sql... | sql
spark-submit, spark-shell, pyspark | --class= --master= --deploy-mode= --name= --jars=file --packages=fetch --repositories=fetch --py-files=file --files= --archives=file --conf=setting -c=setting --properties-file=file --driver-java-options=java --driver-class-path=file --driver-library-path=file --driver-memory= --driver-cores= --executor-memory= --executor-cores= --num-executors= --total-executor-cores= --queue= --principal= --keytab= --proxy-user= -i=file -I=file --supervise --verbose -v | file! | option

# Pictures, sound, the web, the desktop.
`
