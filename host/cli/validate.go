package cli

import (
	"errors"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/jwhost/jwhost/hcl/jobfile"
	"github.com/jwhost/jwhost/hcl/scope"
	"github.com/jwhost/jwhost/host"
)

// codeNoFile is the code of a diagnostic about a file that was not named.
const codeNoFile scope.Code = "no-such-file"

func newValidateCmd(d *deps) *cobra.Command {
	var (
		vars   variables
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "validate [FILE…]",
		Short: "Check files; start no job",
		Long: `Check everything that can be known before a job starts, all at once: the files
(` + DefaultFile + ` if none is named) as one, whether captured text could become code, and
this machine: folders, secrets, uv. Exit code 0, or 2 if something is wrong.`,
		Example: `  jwhost validate
  jwhost validate train.hcl --var epochs=10
  jwhost validate --json | jq -r '.diagnostics[] | .summary'`,
		RunE: func(cmd *cobra.Command, args []string) error { return d.validate(cmd, args, &vars, asJSON) },
	}
	vars.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the diagnostics as one JSON object")
	return cmd
}

func (d *deps) validate(cmd *cobra.Command, args []string, vars *variables, asJSON bool) error {
	paths, err := jobFiles(cmd, args)
	if err != nil {
		if asJSON {
			diag := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "There is no file to check", Detail: err.Error(), Extra: codeNoFile}
			return errors.Join(writeJSON(d.Stdout, diagnostics{diag}), exit(exitUsage))
		}
		return err
	}
	c, err := d.check(cmd, checkRequest{paths: paths, vars: vars, log: d.logger(d.Stderr)})
	if err != nil {
		return err
	}
	wrong := c.diags.HasErrors()
	if asJSON {
		if err := writeJSON(d.Stdout, c.diags); err != nil {
			return err
		}
	} else {
		d.stdoutScreen().writeDiagnostics(d.Stdout, c.diags, c.sources())
		if wrong {
			fmt.Fprintf(d.Stdout, "%s: %s\n", title(c.names), countDiagnostics(c.diags))
		} else {
			if n := countDiagnostics(c.diags); n != "" {
				fmt.Fprintf(d.Stdout, "%s\n", n)
			}
			fmt.Fprintf(d.Stdout, "%s: %s: ok\n", title(c.names), count(c.file))
		}
	}
	if wrong {
		return exit(exitUsage)
	}
	return nil
}

// sources are the files' texts, for snippets.
func (c *checked) sources() map[string]*hcl.File {
	if c.file == nil {
		return nil
	}
	return c.file.Sources
}

// check loads the files and, if they are right, asks the machine.
func (d *deps) check(cmd *cobra.Command, q checkRequest) (*checked, error) {
	values, err := q.vars.parse(cmd)
	if err != nil {
		return nil, err
	}
	catalog := d.catalog(q.log)
	o := jobfile.Options{Vars: values, EnvVars: fromEnviron(d.Environ), VarFiles: q.vars.files, Actions: catalog}
	if len(q.adHoc) > 0 {
		o.Command = q.adHoc
	}
	c := &checked{names: q.paths}
	c.file, c.diags = jobfile.Load(q.paths, o)
	if !c.diags.HasErrors() {
		c.diags = append(c.diags, host.Preflight(cmd.Context(), c.file)...)
	}
	return c, nil
}
