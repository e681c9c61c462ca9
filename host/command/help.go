package command

import (
	"fmt"
	"strings"

	"github.com/jwhost/jwhost/hcl/shellsafe"
	"github.com/jwhost/jwhost/host/supervise"
)

// help says what an end means that only shells and kernels know.
func help(exit supervise.Exit, rendered *shellsafe.Rendered, env []string) string {
	switch {
	case exit.Error != "" || exit.TimedOut || exit.Stopped || exit.HostGone:
		return ""
	case exit.Signal == "SIGKILL":
		return "something else than jwhost killed it; often the machine's memory ran out"
	case rendered.Shell == "":
		return ""
	case exit.Code == 127:
		return fmt.Sprintf("status 127: a program of the command was not found; PATH is %s", variable(env, "PATH"))
	case exit.Code == 126:
		return "status 126: a program of the command was found but cannot be executed; look at its mode (chmod +x), its first line (#!) and whether it is a folder"
	}
	return ""
}

func variable(env []string, name string) string {
	for _, setting := range env {
		if value, ok := strings.CutPrefix(setting, name+"="); ok {
			return value
		}
	}
	return "not set"
}
