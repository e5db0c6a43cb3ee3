//go:build unix

package graceful

import "syscall"

// openFiles returns how many files the process may have open, 0 if it is unknown.
func openFiles() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return int(min(uint64(limit.Cur), 1<<30)) //nolint:unconvert // an int64 on FreeBSD
}
