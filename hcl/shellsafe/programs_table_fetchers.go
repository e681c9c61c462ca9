package shellsafe

// fetchers install or run code by its name, or build what a folder holds.
const fetchers = `
# uv. What its commands share, then each command's own.
@uvglobal | --cache-dir=file --color= --allow-insecure-host= --directory=file --project=file --config-file=file -n --no-cache --no-config --managed-python --no-managed-python --no-python-downloads --python-preference= --python-fetch= -q --quiet -v --verbose --system-certs --native-tls --offline --no-progress --preview --no-preview --preview-features= -h --help -V --version
@uvresolve | @uvglobal -p=fetch --python=fetch --index=fetch --default-index=fetch -i=fetch --index-url=fetch --extra-index-url=fetch -f=fetch --find-links=fetch --index-strategy= --keyring-provider= --no-index
@uvresolve | -P=fetch --upgrade-package=fetch --upgrade-group= --resolution= --prerelease= --prerelease-package= --fork-strategy= --exclude-newer= --exclude-newer-package= --no-sources-package= --no-sources -U --upgrade --refresh --refresh-package= --reinstall --reinstall-package= --link-mode= --compile-bytecode --torch-backend= --python-platform= --python-version=
@uvresolve | -C=refused --config-setting=refused --config-settings=refused --config-settings-package=refused --no-build-isolation --no-build-isolation-package= --no-build --no-build-package= --no-binary --no-binary-package= --build-isolation --require-build-hashes --no-require-build-hashes --build-constraints=file -b=file --constraints=file --overrides=file --excludes=file --lfs
@uvproject | --extra= --all-extras --no-extra= --no-dev --dev --only-dev --group= --no-group= --no-default-groups --only-group= --all-groups --no-editable --no-editable-package= --exact --inexact --active --no-active --no-sync --locked --frozen --all-packages --package= --no-project --isolated --no-install-project --no-install-workspace --no-install-local --no-install-package=
uv, python -m uv | @uvglobal | sub |
uv run     | @uvresolve @uvproject -m>module --module>module -s>file! --script>file! --gui-script>file! --env-file=file --no-env-file -w=fetch --with=fetch --with-editable=fetch --with-requirements=fetch | command... |
-          | | | python
uv tool    | @uvglobal | sub |
uvx, uv tool run | @uvresolve --from=fetch -w=fetch --with=fetch --with-editable=fetch --with-requirements=fetch -c=file --isolated --env-file=file --no-env-file | command... |
uv tool install, uv tool upgrade | @uvresolve -w=fetch --with=fetch --with-editable=fetch --with-requirements=fetch --with-executables-from=fetch -c=file | fetch... |
uv pip     | @uvglobal --cert=file | sub |
uv pip install, uv pip sync, uv pip compile | @uvresolve -r=fetch --requirements=fetch --requirement=fetch -e=fetch --editable=fetch -c=file --constraint=file --override=file --group=fetch -t= -o=output --output-file=output | fetch... | option
uv add, uv remove | @uvresolve -r=fetch --requirements=fetch -c=file -m= --rev=fetch --tag=fetch --branch=fetch --script=file | fetch... |
uv sync, uv lock, uv export, uv tree, uv build, uv publish, uv venv, uv init | @uvresolve --script=file -o=output --out-dir=output --output-file=output --build-backend=fetch | file... |
uv python  | @uvglobal | sub |
uv python install, uv python find, uv python pin, uv python upgrade | @uvglobal -i= --mirror=fetch --pypy-mirror=fetch --python-downloads-json-url=fetch | fetch... |

# Python's other ways.
@pip | -r=fetch --requirement=fetch -c=file --constraint=file -e=fetch --editable=fetch -i=fetch --index-url=fetch --extra-index-url=fetch -f=fetch --find-links=fetch --group=fetch -t= -d= -w= --proxy=fetch --trusted-host=fetch --cert=file --client-cert=file --python=file --log=output --cache-dir=file --build-option=refused --global-option=refused --install-option=refused -C=refused --config-settings=refused --report=output
pip, pipenv, python -m pip | @pip | sub |
pip install, pip download, pip wheel, pip lock, pipenv install | @pip | fetch... | option
pip config, pip cache | -e=command --editor=command | refused... |
pipenv run | | command... |
python -m venv, python -m virtualenv, virtualenv | -p=file --python=file --extra-search-dir=fetch | data... |
pipx, python -m pipx | --global --quiet --verbose -q -v | sub |
pipx run   | --spec=fetch --with=fetch --pip-args=refused -i=fetch --index-url=fetch --python=file --fetch-missing-python --path --no-cache --system-site-packages --verbose -v -q | command... |
pipx install, pipx inject, pipx upgrade, pipx reinstall, pipx runpip | --spec=fetch --pip-args=refused -i=fetch --index-url=fetch --python=file --preinstall=fetch --suffix= | fetch... |
@conda | -n= --name= -p=file --prefix=file -c=fetch --channel=fetch -f=file --file=file --rc-file=file -r=file --root-prefix=file --cwd=file --no-capture-output --live-stream --dev --debug-wrapper-scripts -[vqyd] --yes --quiet --json
conda, mamba, micromamba, pixi | @conda -V -h --no-plugins | sub |
conda run  | @conda | command... |
conda install, conda create, conda update, conda upgrade, conda add, conda env, conda config, conda exec | @conda --set=refused,refused --append=refused,refused | fetch... |
poetry, pdm, hatch, rye | -C=file --directory=file -P=file --project=file -p=file -e= -c=file --config=file -n --no-interaction -q -v --no-ansi --no-plugins --no-cache | sub |
poetry run | | command... |
poetry add, poetry install, poetry update, poetry build, poetry source, poetry config, poetry self | --source=fetch -G= --group= -E= --extras= -p= | fetch... |
tox, nox, invoke, doit, snakemake, nextflow, dvc, gunicorn, uvicorn, celery, flask, streamlit, sphinx-build, papermill | -c=file | refused... |
pytest, py.test, python -m pytest | -c=file --config-file=file -p=file -k=pytest -m=pytest -o=setting --override-ini=setting -W=file --pythonwarnings=file --rootdir=file --confcutdir=file --cov?file --cov-config=file --pdbcls=file --junitxml=output --junit-xml=output --log-file=output --tx=line --basetemp= --ignore= -n= -r= | file... |
coverage, python -m coverage | --rcfile=file | sub |
coverage run, python -m coverage run | --rcfile=file --source=file --source-pkgs=file --include= --omit= --concurrency= --context= --data-file=output --debug= -m>module --module>module -a --append --branch -p --parallel-mode --timid -L --pylib | file! |
jupyter, python -m jupyter | --config=file --to= --template=file --output=output --output-dir=output | file... |

# JavaScript.
@npm | --prefix=file -C=file --registry=fetch --userconfig=file --globalconfig=file --script-shell=command --node-options=refused --cache=file --cwd=file --dir=file -w= --workspace= --loglevel= --filter= -s --silent -g --global -y --yes --no -q --quiet --workspaces --if-present --ignore-scripts --offline --prefer-offline
npm, yarn, pnpm, corepack | @npm | sub |
npm exec, npm x, npm dlx, npm create, npm init | @npm -c=line~ --call=line~ -p=fetch --package=fetch --shell-mode | command... |
npx, bunx, pnpx | @npm -c=line~ --call=line~ -p=fetch --package=fetch -n=refused --node-arg=refused --shell=command --no-install --ignore-existing --bun --include-workspace-root | command... |
npm run, npm run-script, npm start, npm test, npm t, npm stop, npm restart, npm node, npm workspace, npm explore | @npm | command! |
npm install, npm i, npm in, npm add, npm ci, npm update, npm up, npm link, npm ln, npm global, npm install-test, npm it, npm upgrade, npm import, npm rebuild, npm set, npm config, npm pkg, npm edit, npm use, npm plugin | @npm | fetch... |
eslint, jest, mocha, vitest, webpack, vite, rollup, gulp, grunt, playwright | -c=file --config=file -r=file --require=file -f=file --file=file --gulpfile=file --rulesdir=file --plugin=file -p=file | file... |
webpack, vite, rollup, esbuild, parcel, jest, mocha, vitest, eslint, prettier, tsc, gulp, grunt, lerna, nx, turbo, playwright, cypress, next, pm2, forever | -c=file --config=file -r=file --require=file -f=file --file=file --gulpfile=file --gruntfile=file --rulesdir=file --resolve-plugins-relative-to=file --plugin=file -p=file --project=file --interpreter=command --exec=line --testNamePattern= -t= -g= --grep= | file... |

# Go, Rust and other compilers.
@go | -C=file -exec=line -toolexec=line -overlay=file -modfile=file -ldflags=refused -gcflags=refused -asmflags=refused -gccgoflags=refused -buildvcs? -mod= -tags= -p= -pkgdir=file -pgo=file -o=output -vettool=command -race -msan -asan -cover -v -x -a -n -work -trimpath
go         | -C=file | sub |
go run     | @go | fetch gofile... |
go build, go install, go get, go test, go generate, go vet, go tool, go mod, go work, go env, go list, go fix | @go -w=refused -run= -bench= -count= -timeout= -coverprofile=output -cpuprofile=output -memprofile=output | fetch... |
@cargo | --manifest-path=file --config=setting -Z=setting -C=file --target-dir=file --target=file --registry=fetch --index=fetch --git=fetch --path=fetch --branch=fetch --tag=fetch --rev=fetch --version=fetch --root=file --lockfile-path=file -p= -F= -j=
cargo, cross | @cargo | sub |
cargo run, cargo r, cargo test, cargo t, cargo bench, cargo miri | @cargo | data... |
cargo install, cargo add, cargo build, cargo b, cargo check, cargo c, cargo new, cargo init, cargo update, cargo binstall, cargo rustc, cargo fix, cargo clippy | @cargo | fetch... |
gcc, cc, g++, c++, clang, clang++, tcc, nvcc, gfortran, ld, rustc, javac | -o=output -x= -l= -L=file -I=file -B=file -wrapper=command -specs=file -fplugin=file -include=file -C=option -run=file! -T=file | file... | option
meson, ninja, bazel, scons, ant, mvn, gradle, sbt, rake | -C=file -f=file -t=refused -D=make -P=make --init-script=file -I=file -b=file --build-file=file -p=file -s=file -j= | make... |
make, gmake, bmake, just | -f=file --file=file --makefile=file -C=file --directory=file -I=file --include-dir=file --eval=make -E=make -d=file -V=make -D=make --shell=command --shell-arg=refused -o= --old-file= --assume-old= -W= --what-if= --new-file= --assume-new= -j? --jobs? -l? -O? --output-sync? | make... | make
cmake, ctest, cpack | -P=file! -E>command... -D=cmake -C=file -S=file -B=file -G= -T= -A= -U= --preset=file --toolchain=file --build=file --install=file -t=make --target=make -j? --parallel? --prefix=file --trace-redirect=output --graphviz=output -R= -L= --script=file~ | file... |
cmake -E   | | command... |

# Other packages.
apt-get, apt, dpkg, yum, dnf, zypper, rpm, apk, pacman, brew, snap-install, gem, bundle, composer, cpan, cpanm, luarocks, opam, cabal, stack, mix, spack, module, ml | -o=setting --option=setting -c=file --config-file=file -D=setting --define=setting -E=setting --eval=setting | refused... |
nix, nix-shell, nix-build, nix-env, nix-store | --run=line --command=line -E=lisp --expr=lisp -p=fetch --packages=fetch -I=file -A=fetch -f=fetch --file=fetch | refused... |

# Repositories. Their settings and hooks are code.
git        | -c=setting -C=file --git-dir=file --work-tree=file --exec-path?file --config-env=setting --namespace= --super-prefix= --attr-source= --list-cmds= -p -P --paginate --no-pager --bare --no-replace-objects --literal-pathspecs --no-optional-locks --html-path --man-path --info-path --version --help | sub |
git clone, git fetch, git pull, git push, git ls-remote, git remote, git submodule, git archive, git worktree, git init, git bundle, git svn, git lfs, git maintenance, git subtree | -c=setting --config=setting -u=line --upload-pack=line --receive-pack=line --exec=line --template=file --reference=file --reference-if-able=file --separate-git-dir=file -b= --branch= -o= --origin= --depth= -j= --jobs= --remote=fetch --repo=fetch --bundle-uri=fetch -s=refused -X=refused | fetch... |
git submodule foreach | --recursive -q --quiet | line... |
git bisect, git filter-branch, git rebase, git difftool, git mergetool, git config, git send-email, git am, git grep, git hook, git instaweb, git credential, git for-each-repo, git merge | -x=line --exec=line --extcmd=line -t=refused --tool=refused -O?line --open-files-in-pager?line --env-filter=line --tree-filter=line --index-filter=line --parent-filter=line --msg-filter=line --commit-filter=line --tag-name-filter=line --setup=line --to-cmd=line --cc-cmd=line --sendmail-cmd=line --smtp-server=line -f=file --file=file -m= --message= -e= -s=refused --strategy=refused | refused... | option
git commit, git tag, git notes, git stash, git branch, git log, git show, git diff, git add, git rm, git mv, git status, git blame, git describe, git rev-parse, git rev-list, git checkout, git switch, git restore, git reset, git cherry-pick, git revert, git format-patch | -m= --message= -F= --file= -C= -c= --author= --date= --format= --pretty= -n= -S? -u? -t= --grep= -G= --since= --until= --fixup= --squash= --trailer= -o=output --output=output -e= | data... |
hg, svn, bzr, jj | --config=setting -R=file --repository=file --cwd=file --config-option=setting --config-dir=file --diff-cmd=command --diff3-cmd=command --editor-cmd=command --merge-cmd=command -e=line --ssh=line --remotecmd=line -t=command --tool=command -m= --message= | fetch... |
pre-commit, direnv, terraform, tofu, pulumi, packer, ansible-playbook, puppet, nomad, act | -c=file -e=option -i=file -var=refused -var-file=file -chdir=file --extra-vars=refused | refused... |
jwhost     | -f=file | refused... |
`
