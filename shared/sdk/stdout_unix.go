//go:build unix

package sdk

import (
	"os"

	"golang.org/x/sys/unix"
)

// divertStdout keeps the real standard output for the handshake alone, as
// os.Stdout, and points file descriptor 1 at standard error: what C code or a
// child prints reaches the host's log and nobody's protocol. go-plugin points
// os.Stdout elsewhere after the handshake.
func divertStdout() error {
	fd, err := unix.FcntlInt(uintptr(unix.Stdout), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return err
	}
	if err := unix.Dup2(unix.Stderr, unix.Stdout); err != nil {
		return err
	}
	os.Stdout = os.NewFile(uintptr(fd), "handshake")
	return nil
}
