//go:build unix

package disk

import (
	"fmt"
	"os"
	"syscall"
)

// user returns whom this process runs as, as chown takes it.
func user() string { return fmt.Sprintf("%d:%d", os.Geteuid(), os.Getegid()) }

// describe says whose a file or folder is and who runs this process.
func describe(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Sprintf(" (privet runs as uid %d, gid %d)", os.Geteuid(), os.Getegid())
	}
	owner := ""
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		owner = fmt.Sprintf("it belongs to uid %d, gid %d, mode %04o; ", stat.Uid, stat.Gid, info.Mode().Perm())
	}
	return fmt.Sprintf(" (%sprivet runs as uid %d, gid %d)", owner, os.Geteuid(), os.Getegid())
}

// remedy returns the command that gives this process what it may not write to.
func remedy(path, all string) string {
	if uid, _, err := Owner(path); err == nil && uid == os.Geteuid() {
		return "; let its owner write: chmod -R u+rwX " + Quote(all)
	}
	return fmt.Sprintf("; give it to that user, as root: chown -R %s %s", user(), Quote(all))
}
