//go:build unix

package durable

import (
	"errors"
	"os"
)

// syncFolder writes the entries of a folder to the disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
