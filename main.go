// Command jwhost runs jobs, watches their output and acts on it. What the
// binary bundles stands here; everything else begins in host/cli.
package main

import (
	"fmt"
	"os"

	"github.com/jwhost/jwhost/host/cli"
	"github.com/jwhost/jwhost/host/supervise"
	"github.com/jwhost/jwhost/plugin/jobcontrol"
	"github.com/jwhost/jwhost/plugin/logevent"
	"github.com/jwhost/jwhost/plugin/notify"
	"github.com/jwhost/jwhost/plugin/runcommand"
	"github.com/jwhost/jwhost/shared/sdk"
)

// bundled are the plugins that this binary serves itself, through the same
// door as those of third parties.
var bundled = []func() sdk.Plugin{
	runcommand.Plugin,
	notify.Plugin,
	logevent.Plugin,
	jobcontrol.Plugin,
}

func main() {
	// The small process that owns a job or an action is this binary as well.
	// There is one for each of them, so it does nothing else.
	if len(os.Args) == 3 && os.Args[1] == "supervise" {
		os.Exit(supervise.Main(os.Args[2]))
	}
	env := cli.Env{Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Environ: os.Environ()}
	for _, plugin := range bundled {
		p := plugin()
		schema, err := p.Schema()
		if err != nil {
			fmt.Fprintf(os.Stderr, "jwhost: bundled plugin %s: %v\n", p.Name, err)
			os.Exit(1)
		}
		env.Plugins = append(env.Plugins, cli.Plugin{Schema: schema, Serve: func() { sdk.Serve(p) }})
	}
	os.Exit(cli.Main(env, os.Args[1:]))
}
