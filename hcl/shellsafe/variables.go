package shellsafe

import (
	"strings"
	"sync"
)

// codeVariables are the variables that shells or programs take as code, as a
// search path for code or as a file of settings that can name code, one a
// line, each with the reason as it is told to people. A * at the end stands
// for any rest of the name.
const codeVariables = `
# shells
BASH_ENV            bash runs the file it names before a script
ENV                 sh runs the file it names
SHELLOPTS           switches options of bash, tracing among them
BASHOPTS            switches options of bash
BASH_FUNC_*         defines a function of bash
BASH_LOADABLES_PATH where bash finds built-in commands to load
BASH_XTRACEFD       where bash writes its trace
PROMPT_COMMAND*     bash runs it before a prompt
PS0                 bash expands it, commands included
PS1                 shells expand it, commands included
PS2                 shells expand it, commands included
PS3                 shells expand it, commands included
PS4                 shells expand it in their trace, commands included
IFS                 decides where shells split words
CDPATH              where cd goes
GLOBIGNORE          what patterns match in bash
EXECIGNORE          which commands bash finds
FIGNORE             which names bash completes
HISTFILE            a file that shells write
INPUTRC             settings of readline, which can bind commands
MAILPATH            shells expand messages in it
POSIXLY_CORRECT     changes how programs read their options
OPTIND              where getopts goes on; evaluated by some shells
SHELL               which shell programs start
ZDOTDIR             zsh runs the files in it
FPATH               where ksh and zsh find functions
KSH_ENV             ksh runs the file it names
TMPPREFIX           where zsh writes files
READNULLCMD         a command that zsh runs
NULLCMD             a command that zsh runs
fish_*              settings of fish, functions among them

# every program
PATH                where commands are found
HOME                where programs find settings that can name commands
XDG_CONFIG_HOME     where programs find settings that can name commands
XDG_CONFIG_DIRS     where programs find settings that can name commands
XDG_DATA_HOME       where programs find modules and settings
XDG_DATA_DIRS       where programs find modules and settings
LD_*                the loader takes libraries from it or by it
DYLD_*              the loader of macOS takes libraries from it or by it
GLIBC_TUNABLES      settings of the C library
GCONV_PATH          where the C library finds modules to load
LOCPATH             where the C library finds locales
NLSPATH             where the C library finds formats
HOSTALIASES         which hosts names mean
RESOLV_HOST_CONF    which hosts names mean
TERMINFO*           descriptions of terminals, which programs send on
TERMCAP             descriptions of terminals, which programs send on
MALLOC_TRACE        a file that the C library writes
TZDIR               where the C library finds time zones
HTTP_PROXY          who answers for every host
HTTPS_PROXY         who answers for every host
ALL_PROXY           who answers for every host
FTP_PROXY           who answers for every host
http_proxy          who answers for every host
https_proxy         who answers for every host
all_proxy           who answers for every host
ftp_proxy           who answers for every host
SSL_CERT_FILE       whom programs trust to be a host
SSL_CERT_DIR        whom programs trust to be a host
REQUESTS_CA_BUNDLE  whom Python's requests trusts to be a host
CURL_CA_BUNDLE      whom curl trusts to be a host
SSLKEYLOGFILE       a file that programs write the keys of connections to
OPENSSL_*           settings and modules that openssl loads

# what programs start for a person
EDITOR              a command that programs run
VISUAL              a command that programs run
FCEDIT              a command that shells run
SUDO_EDITOR         a command that sudo runs
SYSTEMD_EDITOR      a command that systemctl runs
PAGER               a command that programs run
MANPAGER            a command that man runs
MANOPT              options of man, its pager among them
MANPATH             where man finds pages, which can run commands
MANROFFSEQ          a command that man runs
SYSTEMD_PAGER       a command that systemctl runs
DELTA_PAGER         a command that delta runs
BAT_PAGER           a command that bat runs
PSQL_*              commands that psql runs
BROWSER             a command that programs run
LESS                options of less, which can run commands
LESSOPEN            a command that less runs
LESSCLOSE           a command that less runs
LESSKEY*            keys of less, which can run commands
LESSEDIT            a command that less runs
LESSSECURE          whether less may run commands
MORE                options of more
TERMINAL            a command that programs run
SSH_ASKPASS*        a command that ssh runs
SUDO_ASKPASS        a command that sudo runs
SSH_AUTH_SOCK       who holds the keys of ssh
SSH_SK_*            a module that ssh loads

# Python and its packages
PYTHON*             settings of Python: search paths, files and options that run code
VIRTUAL_ENV         the environment whose packages uv and others use
CONDA_*             the environment and the programs that conda uses
MAMBA_*             the environment and the programs that mamba uses
UV                  which uv is run again
UV_*                settings of uv: indexes, interpreters, folders and files of settings
UVX_*               settings of uvx
PIP_*               settings of pip: indexes, files, targets
PIPX_*              settings of pipx
POETRY_*            settings of poetry
PDM_*               settings of pdm
HATCH_*             settings of hatch
PYENV_*             which Python pyenv runs
PYTEST_*            options and plugins of pytest
COVERAGE_*          settings of coverage, which runs with Python
IPYTHON*            settings of IPython
JUPYTER*            settings of Jupyter
MPLCONFIGDIR        settings of matplotlib
MPLBACKEND          a module that matplotlib imports
TORCH_EXTENSIONS_DIR code that PyTorch compiles and loads
TRITON_*            code that Triton compiles and loads
CUDA_INJECTION*     a library that CUDA loads
NUMBA_CACHE_DIR     code that Numba loads
PYTORCH_JIT*        how PyTorch runs code
SETUPTOOLS_*        how packages are built
CFLAGS              options of compilers, plugins among them
CXXFLAGS            options of compilers, plugins among them
CPPFLAGS            options of compilers, plugins among them
LDFLAGS             options of linkers, plugins among them

# other languages
PERL*               settings of Perl: search paths and options that run code
RUBY*               settings of Ruby: search paths and options that run code
GEM_*               where Ruby finds packages
BUNDLE_*            settings of bundler
IRBRC               a file that irb runs
NODE_*              settings of Node: options that run code, search paths
NPM_*               settings of npm, its shell among them
npm_*               settings of npm, its shell among them
YARN_*              settings of yarn
BUN_*               settings of bun
DENO_*              settings of deno
JAVA_*              options of Java, which can load code
JDK_JAVA_OPTIONS    options of Java, which can load code
_JAVA_OPTIONS       options of Java, which can load code
CLASSPATH           where Java finds code
GRADLE_*            settings of gradle
MAVEN_*             settings of maven
GROOVY*             settings of Groovy
LUA_*               code that Lua runs, and where it finds more
PHPRC               settings of PHP, which can run code
PHP_INI_SCAN_DIR    settings of PHP, which can run code
R_*                 files and folders that R runs code from
JULIA_*             where Julia finds code
TCL*                where Tcl finds code
OCAMLRUNPARAM       options of OCaml
CAML_LD_LIBRARY_PATH where OCaml finds libraries
ERL_*               options of Erlang, which can run code
ELIXIR_*            options of Elixir, which can run code
GUILE_*             where Guile finds code
EMACS*              where Emacs finds code
VIMINIT             commands that vim runs
EXINIT              commands that vi runs
MYVIMRC             commands that vim runs
VIM                 where vim finds code
VIMRUNTIME          where vim finds code
AWKPATH             where awk finds code
AWKLIBPATH          where awk finds modules
GHC*                options of GHC
RUSTC*              which compilers cargo runs
RUSTFLAGS           options of rustc, the linker among them
CARGO*              settings of cargo, compilers and wrappers among them
RUSTUP_*            which compilers rustup runs
GOFLAGS             options of go, which can run commands
GOPROXY             where go fetches code
GOROOT              where go finds its tools
GOPATH              where go finds code
GOTOOLCHAIN         which go is fetched and run
GOENV               settings of go
GOCACHE*            code that go takes as built, or a command that it runs
GONOSUMDB           which code go trusts
GONOSUMCHECK        which code go trusts
GOINSECURE          which hosts go trusts
GOSUMDB             whom go trusts
CC                  a command that builds run
CXX                 a command that builds run
LD                  a command that builds run
AR                  a command that builds run
COMPILER_PATH       where compilers find their parts
LIBRARY_PATH        where compilers find libraries
CPATH               where compilers find headers
C_INCLUDE_PATH      where compilers find headers
CPLUS_INCLUDE_PATH  where compilers find headers
GCC_EXEC_PREFIX     where gcc finds its parts

# tools
GIT_*               settings of git: commands, folders, configuration
HGRCPATH            settings of Mercurial, hooks among them
HGEDITOR            a command that Mercurial runs
HG                  which Mercurial is run again
SVN_*               commands that Subversion runs
CVS_RSH             a command that cvs runs
RSYNC_*             commands and options of rsync
MAKEFLAGS           options of make, which can run code
MFLAGS              options of make, which can run code
GNUMAKEFLAGS        options of make, which can run code
MAKEFILES           files that make runs
MAKESHELL           a command that make runs
CMAKE_*             settings of cmake
CTEST_*             settings of ctest
NINJA_*             settings of ninja
PKG_CONFIG*         a command that builds run, and what it answers
TAR_OPTIONS         options of tar, which can run commands
TAPE                a file or host that tar writes
RSH                 a command that tar and others run
ZIPOPT              options of zip, which can run commands
UNZIP*              options of unzip
GZIP                options of gzip
GREP_OPTIONS        options of grep
RIPGREP_CONFIG_PATH options of rg, which can run commands
FZF_*               commands that fzf runs
CURL_HOME           where curl finds its settings
WGETRC              settings of wget
SYSTEM_WGETRC       settings of wget
NMAPDIR             where nmap finds scripts
MAILRC              settings of mail, which can run commands
MAILCAP*            commands for kinds of files
SENDMAIL            a command that programs run
MYSQL_HOME          settings of mysql
MYSQL_TEST_LOGIN_FILE settings of mysql
PGSERVICE*          settings of PostgreSQL's clients
PGSYSCONFDIR        settings of PostgreSQL's clients
SQLITE_HISTORY      a file that sqlite3 writes
DOCKER_*            which daemon and settings docker uses
BUILDAH_*           settings of buildah
CONTAINERS_*        settings of podman
KUBECONFIG          settings of kubectl, which can name commands
KUBE_EDITOR         a command that kubectl runs
KUBECTL_EXTERNAL_DIFF a command that kubectl runs
HELM_*              where helm finds plugins
APPTAINER*          settings of apptainer
SINGULARITY*        settings of singularity
ANSIBLE_*           settings of Ansible, which can name modules
TF_*                settings of terraform
AWS_CONFIG_FILE     settings of aws, which can name commands
AWS_SHARED_CREDENTIALS_FILE settings of aws, which can name commands
AWS_ENDPOINT_URL*   who answers for Amazon
AZURE_CONFIG_DIR    settings and extensions of az
CLOUDSDK_*          settings of gcloud, which can name interpreters
KRB5_CONFIG         settings of Kerberos, modules among them
SLURM_CONF          settings of Slurm
SBATCH_*            options of sbatch
SRUN_*              options of srun
SLURM_EXPORT_ENV    what Slurm passes on
OMPI_*              settings of Open MPI, commands among them
PMIX_*              settings of Open MPI, modules among them
PRTE_*              settings of Open MPI, modules among them
I_MPI_*             settings of Intel MPI, commands among them
HYDRA_*             settings of MPICH, commands among them
MPICH_*             settings of MPICH
TMUX*               which tmux is spoken to
STRACE_OPTS         options of strace
VALGRIND_OPTS       options of valgrind
VALGRIND_LIB        where valgrind finds its tools
GDBHISTFILE         a file that gdb writes
DEBUGINFOD_*        where debuggers fetch from
DBUS_*              who answers for the desktop and the system
GTK_*               modules that programs of the desktop load
GIO_*               modules that programs of the desktop load
GI_TYPELIB_PATH     modules that programs of the desktop load
GST_*               modules that programs of the desktop load
QT_*                modules that programs of the desktop load
QML*                modules that programs of the desktop load
VK_*                modules that programs load for graphics
LIBGL_*             modules that programs load for graphics
OCL_*               modules that OpenCL loads
NCCL_*              settings and modules of NCCL
UCX_*               settings and modules of UCX
OMP_TOOL_LIBRARIES  libraries that OpenMP loads
KMP_*               settings of OpenMP
HDF5_PLUGIN_PATH    modules that HDF5 loads
MAGICK_*            settings of ImageMagick, which can run commands
TEXINPUTS           where TeX finds code
TEXMF*              where TeX finds code and settings
BIBINPUTS           where TeX finds code
GS_*                options of Ghostscript
NIX_*               settings of nix
GUIX_*              settings of guix
MODULEPATH          where environment modules are found, which are code
MODULES*            settings of environment modules
LMOD_*              settings of environment modules
JWHOST_*            settings of jwhost
`

// whyVariables are codeVariables, read.
var whyVariables = sync.OnceValue(func() map[string]string {
	why := map[string]string{}
	for line := range strings.Lines(codeVariables) {
		if name, reason, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			why[name] = strings.TrimSpace(reason)
		}
	}
	return why
})

// whyVariable says why the variable's value is code to shells or programs, as
// what the value is to them; "" if it is only text.
func whyVariable(name string) string {
	why := whyVariables()
	if reason, ok := why[name]; ok {
		return reason
	}
	for i := len(name); i > 0; i-- {
		if reason, ok := why[name[:i]+"*"]; ok {
			return reason
		}
	}
	return ""
}

// codeVariable reports whether programs take the variable's value as code or
// as a search path for code.
func codeVariable(name string) bool { return whyVariable(name) != "" }
