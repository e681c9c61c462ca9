package cli

import (
	"context"
	"encoding/json"
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
	var (
		dir    string
		asJSON bool
	)
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
			tool, installed, err := d.installUV(cmd.Context(), dir, !asJSON)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(d.Stdout).Encode(struct {
					Path      string `json:"path"`
					Version   string `json:"version"`
					Installed bool   `json:"installed"` // false: it was there
				}{tool.Path, tool.Version, installed})
			}
			if !installed {
				fmt.Fprintf(d.Stdout, "uv %s is here already: %s\n", visible(tool.Version), visible(tool.Path))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print where uv is as one JSON object")
	cmd.Flags().StringVar(&dir, "dir", "", "`folder` to install into, even if uv is elsewhere (default ~/.local/bin)")
	return cmd
}

// installUV installs uv into dir, or where it belongs unless it is there.
func (d *deps) installUV(ctx context.Context, dir string, say bool) (tool uv.Tool, installed bool, err error) {
	if dir == "" {
		if tool, err := uv.Find(ctx, d.Environ); err == nil {
			return tool, false, nil
		}
	} else if dir, err = filepath.Abs(dir); err != nil {
		return tool, false, err
	}
	tool, err = uv.Install(ctx, d.Environ, dir, func(text string) {
		if say {
			fmt.Fprintln(d.Stdout, visible(text))
		}
	})
	return tool, err == nil, err
}
