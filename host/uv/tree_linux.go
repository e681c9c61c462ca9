package uv

import (
	"os/exec"
	"syscall"
)

// tree makes cmd the leader of a process group of its own that ends as a
// whole: with its context, and with this process. The kernel counts the death
// of the thread that started it: the caller holds the thread (see run).
func tree(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
