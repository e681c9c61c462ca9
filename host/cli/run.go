package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/host"
	"github.com/jwhost/jwhost/host/secret"
)

// runFlags are the flags of run.
type runFlags struct {
	variables
	watchers      []string // -f
	json          bool
	output        bool
	quiet         bool
	strictActions bool
	maxActions    int
	state         string
}

func newRunCmd(d *deps) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [FILE…]  |  run -f FILE -- CMD…",
		Short: "Run a file's jobs, watch them, act",
		Long: `Run the jobs of the files (` + DefaultFile + ` if none is named), watch their output and
act on it. Or run one command under the top-level watchers of a file.

Exit codes: 0 all jobs succeeded; 1 a job did not; 2 the file or the flags are
wrong, nothing was started; 3 an action did not succeed (--strict-actions);
4 jwhost itself could not go on; 130 interrupted.

Ctrl-C stops the jobs in order and waits for running actions; a second one ends
all at once.`,
		Example: `  jwhost run
  jwhost run train.hcl --var epochs=10
  jwhost run -f watchers.hcl -- python3 train.py
  jwhost run --json | jq -r 'select(.type == "metric.recorded") | .value'`,
		RunE: func(cmd *cobra.Command, args []string) error { return d.run(cmd, f, args) },
	}
	f.flags(cmd)
	fl := cmd.Flags()
	fl.StringArrayVarP(&f.watchers, "file", "f", nil, "`file` whose top-level watchers watch the command after --")
	fl.BoolVar(&f.json, "json", false, "print events, one JSON object a line, and nothing else")
	fl.BoolVar(&f.output, "output", false, "with --json: print the lines of the jobs as well")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "do not show the output of the jobs")
	fl.BoolVar(&f.strictActions, "strict-actions", false, "exit with 3 if an action did not succeed")
	fl.IntVar(&f.maxActions, "max-actions", 0, "commands of actions at once (default: twice the cores, at least 4)")
	fl.StringVar(&f.state, "state", "", "`folder` for the state of runs (default $XDG_STATE_HOME/jwhost)")
	return cmd
}

// run is the command itself.
func (d *deps) run(cmd *cobra.Command, f runFlags, args []string) error {
	if f.maxActions < 0 {
		return usagef(cmd, "--max-actions is %d: it must be at least 1", f.maxActions)
	}
	paths, adHoc, err := runTargets(cmd, f, args)
	if err != nil {
		return err
	}
	state, err := d.stateDir(f.state)
	if err != nil {
		return err
	}

	// What is said before the run begins goes to standard error in any case.
	early := d.logger(d.Stderr)
	c, err := d.check(cmd, checkRequest{paths: paths, vars: &f.variables, adHoc: adHoc, log: early})
	if err != nil {
		return err
	}
	s := d.stderrScreen()
	complain := func(diags diagnostics) error {
		s.writeDiagnostics(d.Stderr, diags, c.sources())
		if diags.HasErrors() {
			fmt.Fprintf(d.Stderr, "%s: %s; nothing was started\n", title(c.names), countDiagnostics(diags))
			return exit(host.ExitUsage)
		}
		return nil
	}
	if err := complain(c.diags); err != nil {
		return err
	}
	if len(c.file.Jobs) == 0 {
		return usagef(cmd, "%s has no job, so there is nothing to run; its watchers watch a command by `%s -f %s -- CMD…`", title(c.names), cmd.CommandPath(), c.names[0])
	}

	var show surface
	if f.json {
		show = newJSONSurface(d.Stdout, d.Stderr)
	} else {
		show = newTextSurface(newView(d.stdoutScreen(), planOf(c.names, c.file), f.quiet), d.Stdout)
	}
	secrets := secret.New(d.Getenv)
	log := d.logger(secrets.Writer(show.log()))
	signals, stop := signals(show)
	defer stop()
	result, diags, err := host.Run(cmd.Context(), c.file, host.Options{
		StateDir:      state,
		MaxActions:    f.maxActions,
		StrictActions: f.strictActions,
		Output:        f.json && f.output || !f.json && !f.quiet,
		Events:        show.event,
		Signals:       signals,
		Secrets:       secrets,
		Log:           log,
		Plugins:       d.catalog(log),
	})
	show.end(result)
	if err := complain(diags); err != nil {
		return err
	}
	if err != nil {
		return &hostError{fmt.Errorf("the run cannot go on: %w", err)}
	}
	if result.ExitCode != 0 {
		return exit(result.ExitCode)
	}
	return nil
}

// runTargets tells job files from an ad-hoc command.
func runTargets(cmd *cobra.Command, f runFlags, args []string) (paths, adHoc []string, err error) {
	if dash := cmd.ArgsLenAtDash(); dash >= 0 {
		if dash > 0 {
			return nil, nil, usagef(cmd, "either files or a command: write `%s -f %s -- %s`", cmd.CommandPath(), args[0], strings.Join(args[dash:], " "))
		}
		if len(args) == 0 {
			return nil, nil, usagef(cmd, "there is no command after --")
		}
		if paths, err = jobFiles(cmd, f.watchers); err != nil {
			return nil, nil, err
		}
		return paths, args, nil
	}
	if len(f.watchers) > 0 {
		return nil, nil, usagef(cmd, "-f names the watchers of a command: `%[1]s -f %[2]s -- CMD…`; the jobs of a file run with `%[1]s %[2]s`", cmd.CommandPath(), f.watchers[0])
	}
	paths, err = jobFiles(cmd, args)
	return paths, nil, err
}

// jobFiles returns the files to read: those named, or the default one.
func jobFiles(cmd *cobra.Command, named []string) ([]string, error) {
	if len(named) == 0 {
		if _, err := os.Stat(DefaultFile); errors.Is(err, os.ErrNotExist) {
			return nil, usagef(cmd, "there is no %s in this folder, and no file was named; `jwhost init` writes one", DefaultFile)
		}
		return []string{DefaultFile}, nil
	}
	var paths []string
	for _, path := range named { // a file named twice is one file
		same := func(o string) bool { return filepath.Clean(o) == filepath.Clean(path) }
		if !slices.ContainsFunc(paths, same) {
			paths = append(paths, path)
		}
	}
	return paths, nil
}

// stateDir returns the folder of the state, absolute.
func (d *deps) stateDir(flag string) (string, error) {
	if flag != "" {
		return filepath.Abs(flag)
	}
	dir, err := d.userDir("XDG_STATE_HOME", ".local/state")
	if err != nil {
		return "", fmt.Errorf("there is no folder for the state of runs: %w; --state names one", err)
	}
	return dir, nil
}

// signals turns the process's signals into those of a run, and says so.
func signals(show surface) (<-chan host.Signal, func()) {
	// SIGPIPE is caught so that the run goes on when nobody reads its output
	// any more; an ignored signal would be inherited by the jobs.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)

	in := make(chan os.Signal, 4)
	signal.Notify(in, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	out := make(chan host.Signal, 4)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		asked := 0
		for {
			select {
			case <-ctx.Done():
				return
			case s := <-in:
				var to host.Signal
				switch {
				case s == syscall.SIGHUP:
					to = host.Detach
				case asked == 0:
					asked, to = 1, host.Stop
				default:
					// Whatever hangs now, a third one ends this process.
					signal.Reset(syscall.SIGINT, syscall.SIGTERM)
					to = host.Kill
				}
				show.signal(to)
				select {
				case out <- to:
				default: // it has enough of them to know
				}
			}
		}
	}()
	return out, func() {
		signal.Stop(in)
		signal.Stop(pipe)
		cancel()
	}
}

// A checkRequest says what to check.
type checkRequest struct {
	paths []string
	vars  *variables
	adHoc []string // a command to run under the files' top-level watchers
	log   hclog.Logger
}

// A checked is what came out.
type checked struct {
	names []string // of the files, as given
	file  *jobfile.File
	diags diagnostics
}
