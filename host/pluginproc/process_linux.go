package pluginproc

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// setProcessGroup makes the process lead a group of its own and die with the
// thread that starts it.
func setProcessGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// waitForExit returns when the process has ended, and leaves it unreaped.
func waitForExit(pid int) {
	for {
		if err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != unix.EINTR {
			return
		}
	}
}

// killGroup ends a group whose leader is not reaped.
func killGroup(pid int) { _ = unix.Kill(-pid, unix.SIGKILL) }
