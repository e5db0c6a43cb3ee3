package disk

import "golang.org/x/sys/unix"

// blockSize returns the size of the blocks that statfs counts, in bytes.
func blockSize(stat *unix.Statfs_t) uint64 { return uint64(stat.Frsize) }
