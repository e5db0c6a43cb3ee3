package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// fileSyncs holds a token for each file that is being synced. More at once take longer each, and the log's sync waits
// in the same queue of the disk.
var fileSyncs = make(chan struct{}, 4)

// SyncFiles writes the contents of files to the disk. Their names are written by SyncFolder.
func SyncFiles(paths ...string) error {
	fileSyncs <- struct{}{}
	defer func() { <-fileSyncs }()
	for _, path := range paths {
		if err := syncFile(path); err != nil {
			return fmt.Errorf("sync file: %w", err)
		}
	}
	return nil
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // for writing, as Windows syncs no other files
	if err != nil {
		return err
	}
	return errors.Join(syncData(f), f.Close())
}

// SyncFolder writes the names that are in a folder to the disk.
func SyncFolder(path string) error {
	if err := syncFolder(path); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}

// MakeFolder is os.MkdirAll, with the names of new folders written to the disk.
func MakeFolder(path string) error {
	err := os.Mkdir(path, os.ModePerm)
	parent := filepath.Dir(path)
	if errors.Is(err, fs.ErrNotExist) && parent != path {
		if err := MakeFolder(parent); err != nil {
			return err
		}
		err = os.Mkdir(path, os.ModePerm)
	}
	switch {
	case err == nil:
		return SyncFolder(parent)
	case errors.Is(err, fs.ErrExist):
		return nil
	}
	return err
}
