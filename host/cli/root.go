package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/jwhost/jwhost/hcl/scope"
)

// DefaultFile is read where a command names no file.
const DefaultFile = "jobs.hcl"

func newRootCmd(d *deps) *cobra.Command {
	root := &cobra.Command{
		Use:   "jwhost",
		Short: "Run jobs, watch their output, act on it",
		Long: `jwhost runs the jobs of a file, watches their output line by line and acts on
what it sees: runs a command with uv, sends a message, cancels the job.`,
		Example: `  jwhost init                 write a jobs.hcl for this folder
  jwhost validate             check it
  jwhost run                  run it`,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if hclog.LevelFromString(d.logLevel) == hclog.NoLevel {
				return usagef(cmd, "--log-level is %q: it can be trace, debug, info, warn, error or off", d.logLevel)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			welcome(d)
			return nil
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetHelpCommand(&cobra.Command{
		Use: "help [COMMAND]", Short: "The same as --help", Hidden: true,
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(root, args[0])
			}
			return cmd.Help()
		},
	})
	root.SetFlagErrorFunc(flagError)
	root.PersistentFlags().StringVar(&d.logLevel, "log-level", "warn", "trace, debug, info, warn, error or off")
	root.PersistentFlags().BoolVar(&d.noColor, "no-color", false, "no colours (the same as NO_COLOR=1)")
	root.AddCommand(
		newRunCmd(d), newValidateCmd(d), newInitCmd(d),
		newPluginCmd(d), newUVCmd(d), newVersionCmd(d),
	)
	return root
}

// welcome says what to do next.
func welcome(d *deps) {
	s := d.stdoutScreen()
	name := func(text string) string { return s.paint(bold, pad(text, 18)) }
	fmt.Fprintf(d.Stdout, "jwhost runs jobs, watches their output and acts on it.\n\n")
	if _, err := os.Stat(DefaultFile); err == nil {
		fmt.Fprintf(d.Stdout, "%s is here. Next:\n\n  %scheck it; starts nothing\n  %srun its jobs\n", DefaultFile, name("jwhost validate"), name("jwhost run"))
	} else {
		fmt.Fprintf(d.Stdout, "There is no %s in this folder. Next:\n\n  %swrite one for this folder\n  %srun a file that stands elsewhere\n", DefaultFile, name("jwhost init"), name("jwhost run FILE"))
	}
	fmt.Fprintf(d.Stdout, "  %sall commands\n", name("jwhost --help"))
}

// unknownCommand names the command that was probably meant.
func unknownCommand(cmd *cobra.Command, word string) error {
	if strings.HasSuffix(word, ".hcl") {
		return usagef(cmd, "%s is no command; did you mean `%s run %s`?", word, cmd.CommandPath(), word)
	}
	var names []string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	if near := scope.Nearest(word, names); near != "" {
		return usagef(cmd, "there is no command %q; did you mean `%s %s`?", word, cmd.CommandPath(), near)
	}
	return usagef(cmd, "there is no command %q; there are %s", word, strings.Join(names, ", "))
}

// flagError explains what was wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	msg := err.Error()
	if strings.HasPrefix(msg, "unknown shorthand flag") {
		if _, arg, ok := strings.Cut(msg, " in -"); ok && len(arg) > 1 {
			name, _, _ := strings.Cut(arg, "=")
			if cmd.Flag(name) != nil {
				return usagef(cmd, "long flags have two dashes: --%s", arg)
			}
		}
	}
	if name, ok := strings.CutPrefix(msg, "unknown flag: --"); ok {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := scope.Nearest(name, names); near != "" {
			msg += "; did you mean --" + near + "?"
		}
	}
	return usagef(cmd, "%s", msg)
}

// noArgs refuses arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef(cmd, "`%s` takes no arguments, but got %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// group makes a command that only holds others.
func group(cmd *cobra.Command, subs ...*cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownCommand(cmd, args[0])
		}
		return cmd.Help()
	}
	cmd.AddCommand(subs...)
	return cmd
}
