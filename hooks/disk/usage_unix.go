//go:build linux || darwin

package disk

import "golang.org/x/sys/unix"

// usage returns how many bytes of a folder's file system are free for users without privileges, and how many it has.
func usage(folder string) (free, total uint64, err error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, 0, err
	}
	block := blockSize(&stat)
	return stat.Bavail * block, stat.Blocks * block, nil
}
