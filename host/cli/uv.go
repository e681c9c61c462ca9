package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/jwhost/jwhost/host/uv"
)

func newUVCmd(d *deps) *cobra.Command {
	return group(&cobra.Command{
		Use:     "uv",
		Short:   "Put uv where it is missing",
		Example: "  jwhost uv install",
	}, newUVInstallCmd(d))
}

func newUVInstallCmd(d *deps) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Install uv, verified, unless it is there",
		Long: `Install uv if jwhost does not find one: a pinned version, checked against the
SHA-256 that this jwhost was built with, into ~/.local/bin or --dir. The package
index only carries it; the settings of pip and uv for the index are honoured.`,
		Example: `  jwhost uv install
  jwhost uv install --dir /opt/tools/bin`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dir == "" {
				if tool, err := uv.Find(cmd.Context(), d.Environ); err == nil {
					fmt.Fprintf(d.Stdout, "uv %s is here already: %s\n", visible(tool.Version), visible(tool.Path))
					return nil
				}
			} else if abs, err := filepath.Abs(dir); err == nil {
				dir = abs
			}
			tool, err := uv.Install(cmd.Context(), d.Environ, dir, func(text string) {
				fmt.Fprintln(d.Stdout, visible(text))
			})
			if err != nil {
				return err
			}
			fmt.Fprintf(d.Stdout, "uv %s is installed: %s\n", visible(tool.Version), visible(tool.Path))
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "`folder` to install into, even if uv is elsewhere (default ~/.local/bin)")
	return cmd
}
