//go:build unix

package disk

import (
	"os"
	"syscall"
)

// LikeFolder gives what root has made to the owner of a folder: a server that runs as another user than the operator who
// ran a command must be able to write it.
func LikeFolder(folder string, made ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, err := Owner(folder)
	if err != nil || uid == 0 {
		return err
	}
	for _, path := range made {
		if err := os.Lchown(path, uid, gid); err != nil {
			return err
		}
	}
	return nil
}

// Owner returns to whom a file or folder belongs.
func Owner(path string) (uid, gid int, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, err
	}
	stat := info.Sys().(*syscall.Stat_t)
	return int(stat.Uid), int(stat.Gid), nil
}
