package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// envVar begins the names of the environment's variables that give values to
// a file's.
const envVar = "JWHOST_VAR_"

// variables are the values that the command line gives to a file's variables.
type variables struct {
	values []string // name=value
	files  []string
}

func (v *variables) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&v.values, "var", nil, "value of a variable of the file, as `name=value`; can be given again")
	cmd.Flags().StringArrayVar(&v.files, "var-file", nil, "`file` with values of variables; can be given again")
}

// parse returns the values of --var.
func (v *variables) parse(cmd *cobra.Command) (map[string]string, error) {
	values := map[string]string{}
	for _, s := range v.values {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return nil, usagef(cmd, "--var %s: write it as --var name=value", s)
		}
		values[name] = value
	}
	return values, nil
}

// fromEnviron returns the values of JWHOST_VAR_*.
func fromEnviron(environ []string) map[string]string {
	values := map[string]string{}
	for _, s := range environ {
		if s, ok := strings.CutPrefix(s, envVar); ok {
			if name, value, ok := strings.Cut(s, "="); ok && name != "" {
				values[name] = value
			}
		}
	}
	return values
}
