// Package cli is the command line. Arguments go in; a run's events come out as
// text for a person ([view]) or as JSON lines, and an exit code.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"github.com/jwhost/jwhost/host"
	"github.com/jwhost/jwhost/host/pluginproc"
	"github.com/jwhost/jwhost/shared/schema"
)

// A Plugin is one that this binary serves itself, as `jwhost plugin serve NAME`.
type Plugin struct {
	Schema *schema.Plugin
	Serve  func() // talks to the host until that is gone
}

// Env is what the command line knows of the process around it.
type Env struct {
	Plugins []Plugin
	Stdout  *os.File
	Stderr  *os.File
	Getenv  func(string) string
	Environ []string
}

// Main runs the command that args name, without the program's name, and
// returns the exit code.
func Main(env Env, args []string) int {
	d := &deps{Env: env}
	root := newRootCmd(d)
	root.SetArgs(append([]string{}, args...)) // nil would be os.Args
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err := root.ExecuteContext(context.Background())
	return d.exitCode(err)
}

// An exit is the end of a command that is no failure of jwhost: its output
// says all.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// A usageError is a wrong use of a command.
type usageError struct {
	cmd *cobra.Command
	msg string
}

func (e *usageError) Error() string { return e.msg }

// usagef says what is wrong with the use of cmd, and what is right.
func usagef(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{cmd, fmt.Sprintf(format, args...)}
}

// A hostError is a failure of jwhost itself in the middle of a run.
type hostError struct{ err error }

func (e *hostError) Error() string { return e.err.Error() }

// Exit codes of commands other than run.
const (
	exitFailed = 1
	exitUsage  = host.ExitUsage
)

// exitCode is the one place where an error becomes an exit code, and where it
// is printed.
func (d *deps) exitCode(err error) int {
	var (
		code  exit
		usage *usageError
		fatal *hostError
	)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &usage):
		fmt.Fprintf(d.Stderr, "jwhost: %s\nSee `%s --help`.\n", visibleLines(usage.msg), usage.cmd.CommandPath())
		return exitUsage
	case errors.As(err, &fatal):
		fmt.Fprintf(d.Stderr, "jwhost: %s\n", visibleLines(err.Error()))
		return host.ExitHost
	default:
		fmt.Fprintf(d.Stderr, "jwhost: %s\n", visibleLines(err.Error()))
		return exitFailed
	}
}

// deps is what commands need: the process around them and the global flags.
type deps struct {
	Env
	logLevel string
	noColor  bool
}

// logger writes to w what --log-level lets through.
func (d *deps) logger(w io.Writer) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{
		Name:   "jwhost",
		Level:  hclog.LevelFromString(d.logLevel),
		Output: w,
	})
}

func (d *deps) stdoutScreen() screen { return screenOf(d.Stdout, d.Getenv, d.noColor) }
func (d *deps) stderrScreen() screen { return screenOf(d.Stderr, d.Getenv, d.noColor) }

// catalog knows the bundled plugins and describes others.
func (d *deps) catalog(log hclog.Logger) *pluginproc.Catalog {
	var bundled []*schema.Plugin
	for _, p := range d.Plugins {
		bundled = append(bundled, p.Schema)
	}
	cache := ""
	if dir, err := d.userDir("XDG_CACHE_HOME", ".cache"); err == nil {
		cache = filepath.Join(dir, "plugins")
	}
	return pluginproc.NewCatalog(bundled, cache, log)
}

// userDir is jwhost's folder below one of the XDG base folders.
func (d *deps) userDir(variable, below string) (string, error) {
	if base := d.Getenv(variable); filepath.IsAbs(base) {
		return filepath.Join(base, "jwhost"), nil
	}
	home := d.Getenv("HOME")
	if !filepath.IsAbs(home) {
		return "", fmt.Errorf("neither %s nor HOME names a folder", variable)
	}
	return filepath.Join(home, below, "jwhost"), nil
}
