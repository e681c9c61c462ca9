package shellsafe

// fetchers install or run code by its name, or build what a folder holds.
const fetchers = `
# uv. What its commands share, then each command's own.
@uvglobal  | --cache-dir=file --color= --allow-insecure-host= --directory=file --project=file --config-file=file -n
@uvglobal  | --no-cache --no-config --managed-python --no-managed-python --no-python-downloads --python-preference=
@uvglobal  | --python-fetch= -q --quiet -v --verbose --system-certs --native-tls --offline --no-progress --preview
@uvglobal  | --no-preview --preview-features= -h --help -V --version
@uvresolve | @uvglobal -p=fetch --python=fetch --index=fetch --default-index=fetch -i=fetch --index-url=fetch
@uvresolve | --extra-index-url=fetch -f=fetch --find-links=fetch --index-strategy= --keyring-provider= --no-index
@uvresolve | -P=fetch --upgrade-package=fetch --upgrade-group= --resolution= --prerelease= --prerelease-package=
@uvresolve | --fork-strategy= --exclude-newer= --exclude-newer-package= --no-sources-package= --no-sources -U
@uvresolve | --upgrade --refresh --refresh-package= --reinstall --reinstall-package= --link-mode= --compile-bytecode
@uvresolve | --torch-backend= --python-platform= --python-version=
@uvresolve | -C=refused --config-setting=refused --config-settings=refused --config-settings-package=refused
@uvresolve | --no-build-isolation --no-build-isolation-package= --no-build --no-build-package= --no-binary
@uvresolve | --no-binary-package= --build-isolation --require-build-hashes --no-require-build-hashes
@uvresolve | --build-constraints=file -b=file --constraints=file --overrides=file --excludes=file --lfs
@uvproject | --extra= --all-extras --no-extra= --no-dev --dev --only-dev --group= --no-group= --no-default-groups
@uvproject | --only-group= --all-groups --no-editable --no-editable-package= --exact --inexact --active --no-active
@uvproject | --no-sync --locked --frozen --all-packages --package= --no-project --isolated --no-install-project
@uvproject | --no-install-workspace --no-install-local --no-install-package=
uv, python -m uv | @uvglobal | sub |
@uv-run    | -m>module --module>module -s>file! --script>file! --gui-script>file! --env-file=file --no-env-file -w=fetch
@uv-run    | --with=fetch --with-editable=fetch --with-requirements=fetch
uv run     | @uvresolve @uvproject @uv-run | command... |
-          | | | python
uv tool    | @uvglobal | sub |
@uvx       | --from=fetch -w=fetch --with=fetch --with-editable=fetch --with-requirements=fetch -c=file --isolated
@uvx       | --env-file=file --no-env-file
uvx, uv tool run | @uvresolve @uvx | command... |
@uv-tool-install | -w=fetch --with=fetch --with-editable=fetch --with-requirements=fetch --with-executables-from=fetch
@uv-tool-install | -c=file
uv tool install, uv tool upgrade | @uvresolve @uv-tool-install | fetch... |
uv pip     | @uvglobal --cert=file | sub |
@uv-pip-install | -r=fetch --requirements=fetch --requirement=fetch -e=fetch --editable=fetch -c=file
@uv-pip-install | --constraint=file --override=file --group=fetch -t= -o=output --output-file=output
uv pip install, uv pip sync, uv pip compile | @uvresolve @uv-pip-install | fetch... | manifest
uv add, uv remove | @uvresolve -r=fetch --requirements=fetch -c=file -m= --rev=fetch --tag=fetch --branch=fetch --script=file | fetch... |
@uv-sync   | --script=file -o=output --out-dir=output --output-file=output --build-backend=fetch
uv sync, uv lock, uv export, uv tree, uv build, uv publish, uv venv, uv init | @uvresolve @uv-sync | file... |
uv python  | @uvglobal | sub |
@uv-python-install | -i= --mirror=fetch --pypy-mirror=fetch --python-downloads-json-url=fetch
uv python install, uv python find, uv python pin, uv python upgrade | @uvglobal @uv-python-install | fetch... |

# Python's other ways.
@pip       | -r=fetch --requirement=fetch -c=file --constraint=file -e=fetch --editable=fetch -i=fetch --index-url=fetch
@pip       | --extra-index-url=fetch -f=fetch --find-links=fetch --group=fetch -t= -d= -w= --proxy=fetch
@pip       | --trusted-host=fetch --cert=file --client-cert=file --python=file --log=output --cache-dir=file
@pip       | --build-option=refused --global-option=refused --install-option=refused -C=refused --config-settings=refused
@pip       | --report=output
pip, pipenv, python -m pip | @pip | sub |
pip install, pip download, pip wheel, pip lock, pipenv install | @pip | fetch... | manifest
pip config, pip cache | -e=command --editor=command | refused... |
pipenv run | | command... |
python -m venv, python -m virtualenv, virtualenv | -p=file --python=file --extra-search-dir=fetch | data... |
pipx, python -m pipx | --global --quiet --verbose -q -v | sub |
@pipx-run  | --spec=fetch --with=fetch --pip-args=refused -i=fetch --index-url=fetch --python=file
@pipx-run  | --fetch-missing-python --path --no-cache --system-site-packages --verbose -v -q
pipx run   | @pipx-run | command... |
@pipx-install | --spec=fetch --pip-args=refused -i=fetch --index-url=fetch --python=file --preinstall=fetch --suffix=
pipx install, pipx inject, pipx upgrade, pipx reinstall, pipx runpip | @pipx-install | fetch... |
@conda     | -n= --name= -p=file --prefix=file -c=fetch --channel=fetch -f=file --file=file --rc-file=file -r=file
@conda     | --root-prefix=file --cwd=file --no-capture-output --live-stream --dev --debug-wrapper-scripts -[vqyd] --yes
@conda     | --quiet --json
conda, mamba, micromamba, pixi | @conda -V -h --no-plugins | sub |
conda run  | @conda | command... |
@conda-install | --set=refused,refused --append=refused,refused
conda install, conda create, conda update, conda upgrade, conda add, conda env, conda config, conda exec | @conda @conda-install | fetch... |
@poetry    | -C=file --directory=file -P=file --project=file -p=file -e= -c=file --config=file -n --no-interaction -q -v
@poetry    | --no-ansi --no-plugins --no-cache
poetry, pdm, hatch, rye | @poetry | sub |
poetry run | | command... |
@poetry-add | --source=fetch -G= --group= -E= --extras= -p=
poetry add, poetry install, poetry update, poetry build, poetry source, poetry config, poetry self | @poetry-add | fetch... |
tox, nox, invoke, doit, snakemake, nextflow, dvc, gunicorn, uvicorn, celery, flask, streamlit, sphinx-build,
papermill | -c=file | refused... |
@pytest    | -c=file --config-file=file -p=file -k=pytest -m=pytest -o=setting --override-ini=setting -W=file
@pytest    | --pythonwarnings=file --rootdir=file --confcutdir=file --cov?file --cov-config=file --pdbcls=file
@pytest    | --junitxml=output --junit-xml=output --log-file=output --tx=line --basetemp= --ignore= -n= -r=
pytest, py.test, python -m pytest | @pytest | file... |
coverage, python -m coverage | --rcfile=file | sub |
@coverage-run | --rcfile=file --source=file --source-pkgs=file --include= --omit= --concurrency= --context=
@coverage-run | --data-file=output --debug= -m>module --module>module -a --append --branch -p --parallel-mode --timid
@coverage-run | -L --pylib
coverage run, python -m coverage run | @coverage-run | file! |
jupyter, python -m jupyter | --config=file --to= --template=file --output=output --output-dir=output | file... |

# JavaScript.
@npm       | --prefix=file -C=file --registry=fetch --userconfig=file --globalconfig=file --script-shell=command
@npm       | --node-options=refused --cache=file --cwd=file --dir=file -w= --workspace= --loglevel= --filter= -s --silent -g
@npm       | --global -y --yes --no -q --quiet --workspaces --if-present --ignore-scripts --offline --prefer-offline
npm, yarn, pnpm, corepack | @npm | sub |
npm exec, npm x, npm dlx, npm create, npm init | @npm -c=line~ --call=line~ -p=fetch --package=fetch --shell-mode | reread... |
@npx       | -c=line~ --call=line~ -p=fetch --package=fetch -n=refused --node-arg=refused --shell=command --no-install
@npx       | --ignore-existing --bun --include-workspace-root
npx, bunx, pnpx | @npm @npx | reread... |
npm run, npm run-script, npm start, npm test, npm t, npm stop, npm restart, npm node, npm workspace,
npm explore | @npm | code... |
npm install, npm i, npm in, npm add, npm ci, npm update, npm up, npm link, npm ln, npm global,
npm install-test, npm it, npm upgrade, npm import, npm rebuild, npm set, npm config, npm pkg, npm edit,
npm use, npm plugin | @npm | fetch... |
@eslint    | -c=file --config=file -r=file --require=file -f=file --file=file --gulpfile=file --rulesdir=file
@eslint    | --plugin=file -p=file
eslint, jest, mocha, vitest, webpack, vite, rollup, gulp, grunt, playwright | @eslint | file... |

# Go, Rust and other compilers.
@go        | -C=file -exec=line -toolexec=line -overlay=file -modfile=file -ldflags=refused -gcflags=refused
@go        | -asmflags=refused -gccgoflags=refused -buildvcs? -mod= -tags= -p= -pkgdir=file -pgo=file -o=output
@go        | -vettool=command -race -msan -asan -cover -v -x -a -n -work -trimpath
go         | -C=file | sub |
go run     | @go | fetch gofile... |
@go-build  | -w=refused -run= -bench= -count= -timeout= -coverprofile=output -cpuprofile=output -memprofile=output
go build, go install, go get, go test, go generate, go vet, go tool, go mod, go work, go env, go list, go fix | @go @go-build | fetch... |
@cargo     | --manifest-path=file --config=setting -Z=setting -C=file --target-dir=file --target=file --registry=fetch
@cargo     | --index=fetch --git=fetch --path=fetch --branch=fetch --tag=fetch --rev=fetch --version=fetch --root=file
@cargo     | --lockfile-path=file -p= -F= -j=
cargo, cross | @cargo | sub |
cargo run, cargo r, cargo test, cargo t, cargo bench, cargo miri | @cargo | data... |
cargo install, cargo add, cargo build, cargo b, cargo check, cargo c, cargo new, cargo init, cargo update,
cargo binstall, cargo rustc, cargo fix, cargo clippy | @cargo | fetch... |
@gcc       | -o=output -x= -l= -L=file -I=file -B=file -wrapper=command -specs=file -fplugin=file -include=file -C=option
@gcc       | -run=file! -T=file
gcc, cc, g++, c++, clang, clang++, tcc, nvcc, gfortran, ld, rustc, javac | @gcc | file... | code
@meson     | -C=file -f=file -t=refused -D=make -P=make --init-script=file -I=file -b=file --build-file=file -p=file
@meson     | -s=file -j=
meson, ninja, bazel, scons, ant, mvn, gradle, sbt, rake | @meson | make... |
@make      | -f=file --file=file --makefile=file -C=file --directory=file -I=file --include-dir=file --eval=make -E=make
@make      | -d=file -V=make -D=make --shell=command --shell-arg=refused -o= --old-file= --assume-old= -W= --what-if=
@make      | --new-file= --assume-new= -j? --jobs? -l? -O? --output-sync?
make, gmake, bmake, just | @make | make... | make
@cmake     | -P=file! -E>command... -D=cmake -C=file -S=file -B=file -G= -T= -A= -U= --preset=file --toolchain=file
@cmake     | --build=file --install=file -t=make --target=make -j? --parallel? --prefix=file --trace-redirect=output
@cmake     | --graphviz=output -R= -L= --script=file~
cmake, ctest, cpack | @cmake | file... |

# Other packages.
@apt-get   | -o=setting --option=setting -c=file --config-file=file -D=setting --define=setting -E=setting
@apt-get   | --eval=setting
apt-get, apt, dpkg, yum, dnf, zypper, rpm, apk, pacman, brew, gem, bundle, composer, cpan, cpanm,
luarocks, opam, cabal, stack, mix, spack, module, ml | @apt-get | refused... |
@nix       | --run=line --command=line -E=lisp --expr=lisp -p=fetch --packages=fetch -I=file -A=fetch -f=fetch --file=fetch
nix, nix-shell, nix-build, nix-env, nix-store | @nix | refused... |

# Repositories. Their settings and hooks are code.
@git       | -c=setting -C=file --git-dir=file --work-tree=file --exec-path?file --config-env=setting --namespace=
@git       | --super-prefix= --attr-source= --list-cmds= -p -P --paginate --no-pager --bare --no-replace-objects
@git       | --literal-pathspecs --no-optional-locks --html-path --man-path --info-path --version --help
git        | @git | sub |
@git-clone | -c=setting --config=setting -u=line --upload-pack=line --receive-pack=line --exec=line --template=file
@git-clone | --reference=file --reference-if-able=file --separate-git-dir=file -b= --branch= -o= --origin= --depth=
@git-clone | -j= --jobs= --remote=fetch --repo=fetch --bundle-uri=fetch -s=refused -X=refused
git clone, git fetch, git pull, git push, git ls-remote, git remote, git submodule add, git submodule update, git archive, git worktree,
git init, git bundle, git svn, git lfs, git maintenance, git subtree | @git-clone | fetch... |
git submodule | -q --quiet | sub |
git submodule foreach | --recursive -q --quiet | line... |
@git-bisect | -x=line --exec=line --extcmd=line -t=refused --tool=refused -O?line --open-files-in-pager?line
@git-bisect | --env-filter=line --tree-filter=line --index-filter=line --parent-filter=line --msg-filter=line
@git-bisect | --commit-filter=line --tag-name-filter=line --setup=line --to-cmd=line --cc-cmd=line --sendmail-cmd=line
@git-bisect | --smtp-server=line -f=file --file=file -m= --message= -e= -s=refused --strategy=refused
git bisect, git filter-branch, git rebase, git difftool, git mergetool, git config, git send-email, git am,
git grep, git hook, git instaweb, git credential, git for-each-repo, git merge | @git-bisect | refused... | patch
@git-commit | -m= --message= -F= --file= -C= -c= --author= --date= --format= --pretty= -n= -S? -u? -t= --grep= -G=
@git-commit | --since= --until= --fixup= --squash= --trailer= -o=output --output=output -e=
git commit, git tag, git notes, git stash, git branch, git log, git show, git diff, git add, git rm, git mv,
git status, git blame, git describe, git rev-parse, git rev-list, git checkout, git switch, git restore,
git reset, git cherry-pick, git revert, git format-patch | @git-commit | data... |
@hg        | --config=setting -R=file --repository=file --cwd=file --config-option=setting --config-dir=file
@hg        | --diff-cmd=command --diff3-cmd=command --editor-cmd=command --merge-cmd=command -e=line --ssh=line
@hg        | --remotecmd=line -t=command --tool=command -m= --message=
hg, svn, bzr, jj | @hg | fetch... |
@pre-commit | -c=file -e=code -i=file -var=refused -var-file=file -chdir=file --extra-vars=refused
pre-commit, direnv, terraform, tofu, pulumi, packer, ansible-playbook, puppet, nomad, act | @pre-commit | refused... |
jwhost     | -f=file | refused... |
`
