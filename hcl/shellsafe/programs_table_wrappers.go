package shellsafe

// wrappers run another command, here or elsewhere, after a few words of their own.
const wrappers = `
@env       | -S=line... --split-string=line... -u= --unset= -C= --chdir= -P=file -a= --argv0= -i -0 -v --null --debug
@env       | --ignore-environment --block-signal? --default-signal? --ignore-signal? --list-signal-handling --help --version
env        | @env | assign* command... |
nice       | -n= --adjustment= -[0123456789] | command... |
ionice     | -c= --class= -n= --classdata= -p= --pid= -P= --pgid= -u= --uid= -t --ignore | command... |
@chrt      | -T= -P= -D= --sched-runtime= --sched-period= --sched-deadline= -[abfiormpvRed] --all-tasks --batch --deadline
@chrt      | --fifo --idle --other --rr --max --pid --reset-on-fork --verbose
chrt       | @chrt | data command... |
taskset    | -c --cpu-list -a --all-tasks -p --pid | data command... |
@numactl   | -i= -N= -C= -m= -l -b -p= -P= -w= -s -H --interleave= --cpunodebind= --physcpubind= --membind= --localalloc
@numactl   | --balancing --preferred= --preferred-many= --weighted-interleave= --show --hardware --all -a
numactl    | @numactl | command... |
setarch, linux32, linux64, uname26, x86_64, amd64, i386, i486, i586, i686, athlon, aarch64, arm64, armv7l, arm,
ppc, ppc32, ppc64, ppc64le, s390, s390x, riscv64, mips, mips64, sparc, sparc64 | -[v3BFILRSTXZ] --verbose --32bit --addr-no-randomize --4gb --uname-2.6 | command... | sh
@prlimit   | -p= --pid= -o= --output= --noheadings --raw --verbose -c? -d? -e? -f? -i? -l? -m? -n? -q? -r? -s? -t? -u?
@prlimit   | -v? -x? -y? --as? --core? --cpu? --data? --fsize? --memlock? --nofile? --nproc? --rss? --stack?
prlimit    | @prlimit | command... |
choom      | -n= --adjust= -p= --pid= | command... |
timeout, gtimeout | -k= --kill-after= -s= --signal= -f -p -v --foreground --preserve-status --verbose | data command... |
nohup, chronic, unbuffer, eatmydata, torsocks, catchsegv, nocache | -e -v -p -q | command... |
fakeroot   | -l= -s= -i= -b= -u | command... |
gosu, su-exec, setuidgid, envuidgid | | data command... |
chpst      | -u= -U= -b= -e=file -n= -l= -L= -m= -d= -o= -p= -f= -c= -[vP012] | command... |
faketime   | -f= -m -p= | data command... |
tini, dumb-init | -p= -e= -r= -[sgvwlc] | command... |
setsid     | -c -f -w --ctty --fork --wait | command... |
stdbuf     | -i= -o= -e= --input= --output= --error= | command... |
time, gtime | -f= --format= -o=output --output=output -[apqvV] --append --portability --quiet --verbose | command... |
busybox, toybox | --list --list-full --help --install | command... |
@flock     | -c=line! --command=line! -w= --wait= --timeout= -E= --conflict-exit-code= -[senuxoFv] --shared --exclusive
@flock     | --nonblock --nb --unlock --close --no-fork --verbose
flock      | @flock | data command... |
start-stop-daemon | --exec=command -x=command --startas=command -a=command | refused... |
daemonize  | -a -c= -e=output -o=output -p=output -l=output -u= -E=assign -v | command... |
@xvfb-run  | -a -e= -f= -l -n= -p= -s= -w= --auto-servernum --server-args= --server-num= --error-file= --auth-file=
@xvfb-run  | --wait= --listen-tcp
xvfb-run   | @xvfb-run | command... |
@script    | -c=line --command=line -E= --echo= -I=output -O=output -B=output -T=output -m= -o= --log-in=output
@script    | --log-out=output --log-io=output --log-timing=output --logging-format= --output-limit= -t? --timing?
@script    | -[aefqVh] --append --return --flush --force --quiet
script     | @script | output command... | sh
@unshare   | -R= --root= -w= --wd= -S= -G= --setuid= --setgid= --propagation= --setgroups= --map-user= --map-group=
@unshare   | --map-users= --map-groups= --monotonic= --boottime= -[muinpUCTfrc] --mount? --uts? --ipc? --net? --pid?
@unshare   | --user? --cgroup? --time? --mount-proc? --kill-child? --fork --map-root-user --map-current-user --map-auto
@unshare   | --keep-caps
unshare    | @unshare | command... | sh
@nsenter   | -t= --target= -S= -G= --setuid= --setgid= -m?file -u?file -i?file -n?file -p?file -U?file
@nsenter   | -C?file -T?file -r?file -w?file --mount?file --uts?file --ipc?file --net?file --pid?file --user?file
@nsenter   | --cgroup?file --time?file --root?file --wd?file --wdns? -W? -[aFZe] --all --preserve-credentials --no-fork --keep-caps
@nsenter   | --env --join-cgroup
nsenter    | @nsenter | command... | sh
chroot     | --userspec= --groups= --skip-chdir | file command... | sh
@bwrap     | --bind=data,data --ro-bind=data,data --dev-bind=data,data --bind-try=data,data --ro-bind-try=data,data
@bwrap     | --setenv=refused,refused --symlink=data,data --unsetenv= --chdir= --proc= --dev= --tmpfs= --dir= --uid=
@bwrap     | --gid= --hostname= --args=refused --seccomp= --argv0= --unshare-all --share-net --unshare-user --unshare-ipc
@bwrap     | --unshare-pid --unshare-net --unshare-uts --unshare-cgroup --die-with-parent --new-session --clearenv
@bwrap     | --as-pid-1
bwrap      | @bwrap | command... |
@setpriv   | --reuid= --regid= --groups= --bounding-set= --inh-caps= --ambient-caps= --securebits= --pdeathsig=
@setpriv   | --selinux-label= --apparmor-profile= --clear-groups --keep-groups --init-groups --no-new-privs --nnp
@setpriv   | --reset-env -d
setpriv    | @setpriv | command... |
@systemd-run | --unit= -u= -p=setting --property=setting --description= --slice= --uid= --gid= --nice= -M= --machine=
@systemd-run | --working-directory= -E=assign --setenv=assign --on-active= --on-boot= --on-startup= --on-unit-active=
@systemd-run | --on-calendar= --timer-property=setting --path-property=setting --socket-property=setting -H= --host=
@systemd-run | --service-type= --user --system --scope --pty --pipe --quiet --collect --wait --same-dir --shell
@systemd-run | --no-block --no-ask-password --remain-after-exit --send-sighup -[rtPqGSd]
systemd-run | @systemd-run | command... | sh
systemd-cat | -t= --identifier= -p= --priority= --stderr-priority= --level-prefix= | command... |
systemd-inhibit | --what= --who= --why= --mode= --list --no-pager --no-legend | command... |

# As another user. What follows a user's name goes to that user's shell.
@su        | -c=line --command=line --session-command=line -s=command --shell=command -g= --group= -G= --supp-group= -w=
@su        | --whitelist-environment= -[flmpPTh] --fast --login --preserve-environment --pty --no-pty
su         | @su | data refused... | sh
@runuser   | -c=line --command=line --session-command=line -s=command --shell=command -u=>command...  --user=>command... -g=
@runuser   | --group= -G= --supp-group= -w= --whitelist-environment= -[flmpPTh] --fast --login --preserve-environment
@runuser   | --pty
runuser    | @runuser | data refused... | sh
@sudo      | -u= --user= -g= --group= -p= --prompt= -C= --close-from= -D= --chdir= -h= --host= -r= --role= -t= --type=
@sudo      | -T= --command-timeout= -U= --other-user= -R=file --chroot=file -a= -c= -s^ -i^ --shell^ --login^
@sudo      | -[AbBEHKklnPSVve] --askpass --background --bell --preserve-env? --set-home --remove-timestamp
@sudo      | --reset-timestamp --non-interactive --preserve-groups --stdin --validate --edit --list
sudo, sudo-rs | @sudo | assign* command... | sh
doas       | -u= -C=file -a= -L -n -s^ | command... | sh
pkexec     | --user= --disable-internal-agent --keep-cwd | command... |

# Watching and measuring.
@watch     | -n= --interval= -q= --equexit= -d? --differences? -[bcCegprtwx] --beep --color --no-color --errexit --chgexit
@watch     | --precise --no-rerun --no-title --no-wrap --exec
watch      | @watch | line... |
@strace    | -o=code --output=code -e= -E=assign --env=assign -a= -b= -I= -O= -p= -P= -s= -S= -u= -U= -X= --attach=
@strace    | --user= --trace= --string-limit= --columns= --trace-path= --status= --signal= --inject= --fault= --kvm=
@strace    | --detach-on= --summary-columns= --summary-sort-by= --interruptible= -[cCdDfFhiknqrtTvVwxyYzZA]
@strace    | --follow-forks --output-separately --summary-only --summary --decode-fds? --seccomp-bpf --stack-traces?
@strace    | --tips? --quiet? --syscall-times? --relative-timestamps? --absolute-timestamps? --timestamps?
@strace    | --instruction-pointer --syscall-number --strings-in-hex? --no-abbrev --daemonize? --successful-only
@strace    | --failed-only --debug
strace     | @strace | command... |
@ltrace    | -o=output --output=output -e= -x= -a= --align= -A= -D= -F=file --config=file -l=file --library=file -n=
@ltrace    | --indent= -p= -s= -u= -w= --where= -[bcCfhiLrSTtV] --demangle
ltrace     | @ltrace | command... |
@valgrind  | --tool= --log-file=output --suppressions=file -q -v -h -d --quiet --verbose --vgdb? --leak-check?
@valgrind  | --track-origins? --db-command=line
valgrind   | @valgrind | command... |
perf       | -p --no-pager --paginate --exec-path?file --html-path --debug= --buildid-dir= --list-cmds= -v | sub |
@perf-stat | -e= --event= -o=output --output=output -a -A -b -B -c= --count= -C= --cpu= -d --detailed -D= --delay= -F=
@perf-stat | --freq= -G= -g --call-graph= -i -I= --interval-print= -j -k= -m= -M= -n -N -p= --pid= -P -q -r=
@perf-stat | --repeat= -R -s -S -t= --tid= -T -u= -v -W -x= --field-separator= --pre=line --post=line --filter=
@perf-stat | --clang-path=command --clang-opt=refused --no-inherit --all-cpus --quiet --verbose --null --big-num
@perf-stat | --sync --table --timeout=
perf mem, perf lock, perf sched, perf kmem, perf c2c | -t= -D -f -v -i=file | sub |
perf stat, perf record, perf trace, perf mem record, perf lock record, perf sched record | @perf-stat | command... |
nsys, py-spy, memray, python -m memray, rr | | sub |
@nsys-profile | -o=output --output=output -t= --trace= -f= --format= -w= -d= --duration= -r= --rate= -s= -p= -n
@nsys-profile | --native --subprocesses -F
nsys profile, py-spy record, rr record | @nsys-profile | command... |
@memray-run | -o=output --output=output -m>module -c>python! -f --force -q --quiet --native --live --live-remote
@memray-run | --live-port= --follow-fork --trace-python-allocators --aggregate --compress-on-exit --no-compress
memray run, python -m memray run | @memray-run | file! |
@hyperfine | -w= --warmup= -m= --min-runs= -M= --max-runs= -r= --runs= -s=line --setup=line -p=line --prepare=line
@hyperfine | -C=line --conclude=line -c=line --cleanup=line -S=command --shell=command -L=data,line
@hyperfine | --parameter-list=data,line -P=data,data,data -D=data --export-json=output --export-csv=output
@hyperfine | --export-markdown=output --input=file -n= --command-name= -u=
hyperfine  | @hyperfine | line... |
entr       | -s>line -[acdnprxz] | command... | words!
watchexec, nodemon | -e= --exts= -w= --watch= -i= --ignore= -x=line --exec=line -s= --signal= -d= | line... |

# Arguments from standard input. What they make of a command depends on it.
@xargs     | -a=file --arg-file=file -d= --delimiter= -E= -I=>replaced... -L= --max-lines? -n= --max-args= -P= --max-procs= -s=
@xargs     | --max-chars= -i?>replaced... -l? -e? --replace?>replaced... --eof? --process-slot-var=refused -J=>replaced... -R= -S= -[0oprtx] --null --open-tty
@xargs     | --interactive --no-run-if-empty --show-limits --verbose --exit
xargs      | @xargs | command... | words!
@parallel  | -j= --jobs= -a=file --arg-file=file -I= -d= -n= -N= -L= -X -m -k -u -t -v --joblog=output --results=output
@parallel  | --tmpdir= --colsep= -C= --delay= --timeout= --retries= --halt= --load= --memfree= --pipe --block=
@parallel  | --recstart= --recend= --bar --eta --progress --dry-run --keep-order --line-buffer --lb --tag --shuf
@parallel  | --ungroup --will-cite --no-notice --sshlogin=line -S=line --slf=file --sshloginfile=file --wd= --workdir=
@parallel  | --env= --basefile= --transferfile= --return= --cleanup --onall --nonall --rpl=perl --plus --shellquote -q
@parallel  | --quote -r --no-run-if-empty -0 --null --profile=file -J=file --tempfile --fifo --cat --id= --fg --bg
@parallel  | --wait --semaphorename= --semaphoretimeout= -W=
parallel, sem | @parallel | line... | sh!
@find      | -- -exec=command; -execdir=command; -ok=command; -okdir=command; -fprint=output -fprint0=output -fls=output
@find      | -fprintf=output,data -name= -iname= -path= -ipath= -wholename= -iwholename= -regex= -iregex= -regextype=
@find      | -lname= -ilname= -type= -xtype= -size= -mtime= -atime= -ctime= -mmin= -amin= -cmin= -newer= -anewer= -cnewer=
@find      | -samefile= -user= -group= -uid= -gid= -perm= -links= -inum= -maxdepth= -mindepth= -fstype= -used= -context=
@find      | -printf= -files0-from= -D= -O? -delete -print -print0 -ls -prune -quit -depth -mount -xdev -daystart -follow
@find      | -empty -executable -readable -writable -true -false -not -and -or -a -o -noleaf -warn -nowarn -H -L -P
find, gfind | @find | data... |
fd, fdfind | -x=command; --exec=command; -X=command; --exec-batch=command; -e= -E= -t= -d= -j= -c= -S= -o= -[HIuspaLlg0i1q] | data... |
@run-parts | --test --list --verbose --report --reverse --exit-on-error --stdin --new-session -v -u= --umask= -a=
@run-parts | --arg= --regex= --lsbsysinit
run-parts  | @run-parts | file |

# Containers.
@docker    | -H= --host= -c= --context= --config=file -D --debug -l= --log-level= --tls --tlscacert= --tlscert= --tlskey= --tlsverify
@run       | -e=assign --env=assign --env-file=file --entrypoint=command -v= --volume= --mount= -w= --workdir= -u= --user=
@run       | -p= --publish= --name= --network= --net= --gpus= --device= -h= --hostname= -m= --memory= --cpus= --cpuset-cpus=
@run       | --cpu-shares= --shm-size= --ulimit= --platform= --pull= --restart= --runtime= --add-host= --annotation=
@run       | --cap-add= --cap-drop= --security-opt= --group-add= --ipc= --pid= --userns= --uts= --label= -l= --label-file=
@run       | --log-driver= --log-opt= --link= --dns= --tmpfs= --volumes-from= --stop-signal= --stop-timeout=
@run       | --health-cmd=line --health-interval= --cidfile=output --expose= --isolation= --cgroupns= --detach-keys=
@run       | -[ditPq] --detach --interactive --tty --rm --init --privileged --read-only --no-healthcheck --publish-all
@run       | --quiet --replace
docker, podman, nerdctl, buildah, finch | @docker | sub |
docker run, docker create, docker container run, docker container create | @run | fetch command... |
@docker-exec | -e=assign --env=assign --env-file=file -w= --workdir= -u= --user= --detach-keys= -[dit] --detach
@docker-exec | --interactive --tty --privileged
docker exec, docker container exec | @docker-exec | data command... |
docker container, docker image, docker buildx | @docker | sub |
@docker-build | --build-arg=refused -f=file --file=file -t= --tag= --target= --label= --platform=
@docker-build | --build-context=fetch --cache-from=fetch -o=output --output=output -i=file --input=file -c=refused
@docker-build | --change=refused
docker build, docker buildx build, docker import, docker load, docker pull | @docker-build | fetch... | manifest
@docker-compose | -f=file --file=file -p= --project-name= --profile= --env-file=file --project-directory=file --ansi=
@docker-compose | --parallel= --progress= --compatibility --dry-run
docker compose, docker-compose | @docker-compose | sub |
@docker-compose-exec | -e=assign --env=assign -w= --workdir= -u= --user= --index= --entrypoint=command -v= --volume=
@docker-compose-exec | -p= --publish= -l= --label= --name= -[dTitP] --detach --no-TTY --interactive --privileged --rm
@docker-compose-exec | --no-deps --build --service-ports --use-aliases --quiet-pull --remove-orphans
docker compose exec, docker compose run | @docker-compose-exec | data command... |
@kubectl   | -n= --namespace= --context= --cluster= --user= --kubeconfig=file -s= --server= --token= --as= --as-group=
@kubectl   | --cache-dir= --request-timeout= -v=
kubectl, oc | @kubectl | sub |
@kubectl-exec | -n= --namespace= --context= --kubeconfig=file -c= --container= -f=file --filename=file
@kubectl-exec | --pod-running-timeout= --image=fetch --target= -[itq] --stdin --tty --quiet
kubectl exec, kubectl debug | @kubectl-exec | data command... |
@kubectl-run | -f=file --filename=file -k=fetch --kustomize=fetch
kubectl run, kubectl create, kubectl apply, kubectl replace, kubectl patch, kubectl set | @kubectl-run | refused... | manifest
helm       | --post-renderer=command | refused... |
singularity, apptainer | -d -q -s -v --debug --quiet --silent --verbose -c=file --config=file --nocolor | sub |
@singularity-exec | -B= --bind= --mount= -H= --home= -W= --pwd= --cwd= --workdir= -S= --scratch= -o= --overlay=
@singularity-exec | --env=assign --env-file=file --app= --network= --network-args= --security= --add-caps=
@singularity-exec | --drop-caps= --dns= --fusemount=line --apply-cgroups= --pem-path= -s=command --shell=command
@singularity-exec | -[acCefipuw] --nv --rocm --nvccli --cleanenv --contain --containall --writable --writable-tmpfs
@singularity-exec | --fakeroot --ipc --pid --net --no-home --no-mount= --no-init --userns --uts --compat --unsquash
singularity exec, singularity run, singularity shell, singularity test, singularity instance | @singularity-exec | fetch command... |
singularity build, singularity pull, singularity push | -F -f -s --force --sandbox --fakeroot --dir= --name= --arch= --docker-login | output fetch |
lxc-attach, machinectl, flatpak, snap, wsl, guix, lxc | | refused... |

# Clusters.
@slurm     | -A= --account= -p= --partition= -N= --nodes= -n= --ntasks= -c= --cpus-per-task= -t= --time= -J= --job-name=
@slurm     | -w= --nodelist= -x= --exclude= -G= --gpus= --gres= --mem= --mem-per-cpu= --mem-per-gpu= --ntasks-per-node=
@slurm     | --ntasks-per-gpu= --gpus-per-node= --gpus-per-task= --gpus-per-socket= --gpu-bind= --gpu-freq= -q= --qos= -C=
@slurm     | --constraint= -d= --dependency= -D=file --chdir=file -o=output --output=output -e=output --error=output -i=
@slurm     | --input= -a= --array= -b= --begin= -M= --clusters= -L= --licenses= -m= --distribution= -B= -S= --mail-type=
@slurm     | --mail-user= --export=refused --export-file=file --prolog=command --epilog=command --task-prolog=command
@slurm     | --task-epilog=command --bcast?file --mpi= --reservation= --signal= --comment= --cpu-bind= --mem-bind= --hint=
@slurm     | --jobid= --het-group= --open-mode= --switches= --tmp= --uid= --gid= --wckey= --nice? -F= --nodefile=
@slurm     | --spank=refused --container=file --network= --power= --priority= --profile= --threads-per-core= --deadline=
@slurm     | --multi-prog>file -[EHIKklOQsuvXZ] --exclusive? --overcommit --oversubscribe
@slurm     | --immediate? --kill-on-bad-exit? --label --no-kill? --pty? --quiet --share --unbuffered --verbose --hold
@slurm     | --overlap --exact --requeue --no-requeue --parsable --test-only --interactive --contiguous
@slurm     | --spread-job --use-min-nodes --get-user-env? --propagate? --reboot
srun       | @slurm --accel-bind= -r= --relative= -W= --wait= -T= --threads= | command... |
salloc     | @slurm | command... | sh
sbatch     | @slurm --wrap=line~ --batch= --ignore-pbs -W --wait | file! | sh
qsub, bsub, msub, condor_submit, qrsh, oarsub | | refused... | sh
@mpirun    | --mca=data,data -mca=data,data --gmca=data,data -gmca=data,data -n= -np= --np= -c= -N= -npernode=
@mpirun    | -npersocket= -ppn= -perhost= -host= --host= -hosts= -H= -hostfile= --hostfile= -machinefile= --machinefile=
@mpirun    | -f= -x=assign -env=refused,refused -genv=refused,refused -wdir=file -wd=file --wdir=file -path=file
@mpirun    | --path=file --prefix=file -prefix=file --app=file -app=file -configfile=file --rank-by= --map-by= --bind-to=
@mpirun    | -bind-to= -map-by= --report-bindings --oversubscribe --allow-run-as-root --tag-output --timestamp-output
@mpirun    | -rf= --rankfile= --output-filename=output -launcher=command -launcher-exec=command -bootstrap=command
@mpirun    | -bootstrap-exec=command --launch-agent=command -debugger=line -q -v -V -l -stdin= --stdin= --timeout=
@mpirun    | -prepend-rank
mpirun, mpiexec, orterun, prun, prterun | @mpirun | command... |
@torchrun  | --nnodes= --nproc-per-node= --nproc_per_node= --rdzv-backend= --rdzv_backend= --rdzv-endpoint=
@torchrun  | --rdzv_endpoint= --rdzv-id= --rdzv_id= --rdzv-conf= --rdzv_conf= --max-restarts= --max_restarts=
@torchrun  | --monitor-interval= --monitor_interval= --start-method= --start_method= --event-log-handler= --role=
@torchrun  | --log-dir= --log_dir= -r= --redirects= -t= --tee= --local-ranks-filter= --node-rank= --node_rank=
@torchrun  | --master-addr= --master_addr= --master-port= --master_port= --local-addr= --local_addr= --logs-specs=file
@torchrun  | --logs_specs=file --numa-binding= --standalone --no-python>command... --no_python>command... --run-path
@torchrun  | --run_path --use-env --use_env -m>module --module>module
torchrun, torch.distributed.run, python -m torch.distributed.run, python -m torch.distributed.launch,
python -m torch.distributed.elastic | @torchrun | file! |
accelerate, python -m accelerate.commands.accelerate_cli | | sub |
@accelerate-launch | --config_file=file --config-file=file --num_processes= --num-processes= --num_machines=
@accelerate-launch | --num-machines= --machine_rank= --machine-rank= --main_process_ip= --main-process-ip=
@accelerate-launch | --main_process_port= --main-process-port= --mixed_precision= --mixed-precision= --gpu_ids=
@accelerate-launch | --gpu-ids= --dynamo_backend= --dynamo-backend= --num_cpu_threads_per_process=
@accelerate-launch | --deepspeed_config_file=file --deepspeed_hostfile= --zero_stage= --gradient_accumulation_steps=
@accelerate-launch | --rdzv_backend= --rdzv_conf= --max_restarts= --monitor_interval= --role= --fsdp_config=
@accelerate-launch | --mpirun_hostfile= --env=assign -m>module --module>module --no_python>command... --multi_gpu
@accelerate-launch | --multi-gpu --cpu --tpu --use_deepspeed --use_fsdp --use_megatron_lm --same_network --debug -q
@accelerate-launch | --quiet
accelerate launch, python -m accelerate.commands.launch | @accelerate-launch | file! |
@deepspeed | -H= --hostfile= -i= --include= -e= --exclude= -np= --np= --num_nodes= --num_gpus= --master_port=
@deepspeed | --master_addr= --launcher= --launcher_args=refused --module>module --no_python>command... --no_local_rank
@deepspeed | --force_multi --save_pid
deepspeed, horovodrun | @deepspeed | file! |

# Other hosts: all words after the host's name are joined and read by a shell there.
@ssh       | -o=setting -F=file -E=output -I=file -i= -J=setting -S= -B= -b= -c= -D= -e= -L= -l= -m= -M= -O= -p= -P= -Q= -R=
@ssh       | -W= -w= -[46AaCfGgKkNnqsTtVvXxYy]
ssh, autossh, dbclient | @ssh | data line... | sh
@mosh      | --ssh=line --client=command --server=line --predict= -p= --port= --bind-server= --family= -[46adn] --no-init
@mosh      | --no-ssh-pty --local
mosh       | @mosh | data line... |
sshpass    | -p= -f= -d= -P= -e -v -h | command... |
pdsh, pssh, parallel-ssh, clush, ansible, salt | | line... | sh
scp, sftp  | -S=command -o=setting -F=file -b=file -D=line -J=setting -s=command -i= -l= -P= -c= -X= -R= -B= | data... | code
@rsync     | -e=line --rsh=line --rsync-path=line -M=refused --remote-option=refused --early-input=file -f=refused
@rsync     | --filter=refused --config=file --dparam=refused --log-file=output --write-batch=output
@rsync     | --only-write-batch=output --read-batch=file -T= -B= -@=
rsync      | @rsync | data... |

# Later.
at         | -f=file~ -q= -t= -c= -d= -r= -[blmMvV] | data... | sh
batch      | -f=file~ -q= -m | data... | sh
crontab    | -u= -c= -[elirTV] | file | sh
cron, crond, anacron, logrotate, supervisord | -c=file -d=file -f=file -s=file -l=file | file... |
systemctl  | -H= -M= -t= -p= -s= -o= -n= | sub |
systemctl edit, systemctl link, systemctl enable, systemctl set-property, systemctl set-environment | --stdin^ | refused... | setting
tmux       | -f=file -c=line -L= -S= -T= -[2CDluNvV] | tmux... |
screen     | -S= -X=line... -c=file -e= -h= -p= -s=command -t= -T= -r? -d? -D? -R? -x? -[aAfiklLmnOqQUvw] -dm -dmS= -ls | command... |
`
