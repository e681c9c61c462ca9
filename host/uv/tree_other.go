//go:build unix && !linux

package uv

import (
	"os/exec"
	"syscall"
)

// tree makes cmd the leader of a process group of its own that ends as a whole
// with its context.
func tree(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
