package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"

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
	c := &checked{names: q.paths}
	c.file, c.diags = jobfile.Load(q.paths, o)
	if !c.diags.HasErrors() {
		if len(q.adHoc) > 0 {
			if len(c.file.Watchers) == 0 {
				return nil, usagef(cmd, "%s has no watcher outside of its jobs, so nothing would watch the command", title(c.names))
			}
			c.file.Jobs = []*jobfile.Job{c.file.AdHoc(adHocName(q.adHoc[0]), q.adHoc, "")}
			c.diags = slices.DeleteFunc(c.diags, func(d *hcl.Diagnostic) bool { return scope.CodeOf(d) == jobfile.CodeUnused })
		}
		c.diags = append(c.diags, host.Preflight(cmd.Context(), c.file, catalog)...)
	}
	return c, nil
}

// adHocName makes the name of a job of a program's path: "python3".
func adHocName(program string) string {
	name := notInNames.ReplaceAllString(filepath.Base(program), "_")
	if name == "" || name[0] == '-' || name[0] >= '0' && name[0] <= '9' {
		return "_" + name
	}
	return name
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9_-]`)
