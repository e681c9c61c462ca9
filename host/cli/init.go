package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
)

func newInitCmd(d *deps) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a commented " + DefaultFile + " for this folder",
		Long: `Write a commented ` + DefaultFile + ` for this folder: it looks for train.py and other
Python files, pyproject.toml, requirements.txt and shell scripts. An existing
file is never overwritten.`,
		Example: "  cd my-training\n  jwhost init\n  jwhost run",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			found, err := explore(".")
			if err != nil {
				return err
			}
			f, err := os.OpenFile(DefaultFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, fs.ErrExist) {
				return usagef(cmd, "%s exists already; it is left as it is. `jwhost validate` checks it", DefaultFile)
			}
			if err != nil {
				return err
			}
			_, err = f.WriteString(found.jobFile())
			if err := errors.Join(err, f.Close()); err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(d.Stdout).Encode(map[string]string{"file": DefaultFile, "command": found.command()})
			}
			fmt.Fprintf(d.Stdout, "Wrote %s: it runs `%s`. Change it, then:\n\n  jwhost validate   check it\n  jwhost run        run it\n", DefaultFile, found.command())
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what was done as one JSON object")
	return cmd
}
