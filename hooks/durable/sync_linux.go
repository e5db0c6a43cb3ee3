package durable

import (
	"errors"
	"os"
	"syscall"
)

// syncData writes a file's content, and what is needed to read it back, to the disk.
func syncData(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if !errors.Is(err, syscall.EINTR) {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
