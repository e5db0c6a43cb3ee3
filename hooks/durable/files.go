package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/privet/privet/hooks/disk"
)

// fileSyncs holds a token for each file that is being synced. More at once take longer each, and the log's sync waits
// in the same queue of the disk.
var fileSyncs = make(chan struct{}, 4)

// fileWrites holds a token for each write to a file. One that the disk holds up keeps a processor of Go's for up to 10 ms:
// with 200 uploads at once, a request that writes nothing would wait until each of them has had its turn.
var fileWrites = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))

// WriteFile calls write, which writes a part of a file, when its turn has come.
func WriteFile(write func() (int, error)) (int, error) {
	fileWrites <- struct{}{}
	defer func() { <-fileWrites }()
	return write()
}

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

// SyncFolder writes the names that are in a folder to the disk. As with the log, a failure is for good: the system may
// have dropped the names, and a later sync of the folder would not tell.
func (l *Log) SyncFolder(path string) error {
	err := l.syncFolder(path)
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err != nil {
		err = fmt.Errorf("sync folder: %w", err)
		l.fail(err)
	}
	return err
}

// SyncFolder writes the names that are in a folder to the disk, for those that no app serves from: a failure fails what is
// being made, such as a backup, and nothing else.
func SyncFolder(path string) error {
	if err := syncFolder(path); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}

// MakeFolder is os.MkdirAll for a folder within the database's, whose names it writes to the disk. A folder that exists
// is no proof that its name is there: another call may have made it a moment ago, or a process that was killed then.
func (l *Log) MakeFolder(path string) error {
	path = disk.Absolute(path)
	parent := filepath.Dir(path)
	for again := false; ; again = true {
		if err := l.makeParent(parent); err != nil {
			return err
		}
		err := os.Mkdir(path, os.ModePerm)
		switch {
		case err == nil, errors.Is(err, fs.ErrExist):
			return l.SyncFolder(parent)
		case again || !errors.Is(err, fs.ErrNotExist):
			return err
		}
		l.parents.Clear() // somebody has removed one of them
	}
}

// makeParent is MakeFolder for a folder that others will be made in: its name is written once.
func (l *Log) makeParent(path string) error {
	if _, safe := l.parents.Load(path); safe || path == filepath.Dir(l.path) || path == filepath.Dir(path) {
		return nil
	}
	if err := l.MakeFolder(path); err != nil {
		return err
	}
	l.parents.Store(path, nil)
	return nil
}

// syncAncestors writes the name of the database's folder to the disk, and those of the folders that it is in, as far as
// the process may read these: PocketBase makes all of them at the first start.
func (l *Log) syncAncestors() {
	for folder := filepath.Dir(l.path); folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		_ = syncFolder(filepath.Dir(folder)) // older folders may be another user's
	}
}
