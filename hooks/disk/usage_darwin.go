package disk

import "golang.org/x/sys/unix"

// blockSize returns the size of the blocks that statfs counts, in bytes.
func blockSize(stat *unix.Statfs_t) uint64 { return uint64(stat.Bsize) }

func fileSystemOf(path string) (FileSystem, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil {
		return FileSystem{}, err
	}
	return byName(unix.ByteSliceToString(stat.Fstypename[:])), nil
}
