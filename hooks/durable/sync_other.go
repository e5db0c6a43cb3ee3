//go:build !linux

package durable

import "os"

// syncData writes a file's content, and what is needed to read it back, to the disk. On macOS, File.Sync empties the
// disk's own cache, too (F_FULLFSYNC).
func syncData(f *os.File) error { return f.Sync() }
