//go:build unix

package server

import "syscall"

// makePrivateByDefault makes files that the process and its children create accessible to their owner alone, and reports whether it could.
func makePrivateByDefault() bool {
	syscall.Umask(int(othersAccess))
	return true
}
