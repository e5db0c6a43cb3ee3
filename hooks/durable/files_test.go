package durable

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// newFolderLog returns a log in a folder, and the folders that it syncs, relative to that one.
func newFolderLog(t *testing.T) (l *Log, folder string, synced *[]string) {
	t.Helper()
	folder = t.TempDir()
	l, synced = newLog(filepath.Join(folder, databaseName)), &[]string{}
	l.syncFolder = func(path string) error {
		name, err := filepath.Rel(folder, path)
		*synced = append(*synced, name)
		return errors.Join(err, syncFolder(path))
	}
	return l, folder, synced
}

// The names of all folders above a new one are on the disk, also of those that exist: whoever has made them may not have
// come to that. It is done once for folders that others are made in.
func TestNamesOfFolders(t *testing.T) {
	l, folder, synced := newFolderLog(t)
	if err := os.MkdirAll(filepath.Join(folder, "a", "b"), 0o700); err != nil {
		t.Fatal(err)
	}
	want := func(made string, names ...string) {
		t.Helper()
		*synced = nil
		if err := l.MakeFolder(filepath.Join(folder, made)); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(filepath.Join(folder, made)); err != nil || !info.IsDir() {
			t.Fatal(made, err)
		}
		if !slices.Equal(*synced, names) {
			t.Errorf("for %s %v were synced, want %v", made, *synced, names)
		}
	}
	want("a/b/c", ".", "a", "a/b")
	want("a/b/d", "a/b")
	want("a/b/d", "a/b")
	want("e", ".")
	if err := os.RemoveAll(filepath.Join(folder, "a")); err != nil {
		t.Fatal(err)
	}
	want("a/b/c", ".", "a", "a/b")
}

// After a failed sync of a folder nothing is acknowledged any more, even if another one succeeds.
func TestFailureOfFoldersStays(t *testing.T) {
	l, folder, _ := newFolderLog(t)
	failure := errors.New("no disk")
	works := l.syncFolder
	l.syncFolder = func(string) error { return failure }
	if err := l.MakeFolder(filepath.Join(folder, "a")); !errors.Is(err, failure) {
		t.Fatal(err)
	}
	l.syncFolder = works
	if err := l.SyncFolder(folder); err != nil {
		t.Fatal(err)
	}
	if err := l.Wait(); !errors.Is(err, failure) || !errors.Is(l.Err(), failure) {
		t.Error(err, l.Err())
	}
	if err := newLog(filepath.Join(folder, databaseName)).SyncFolder(filepath.Join(folder, "nowhere")); !os.IsNotExist(err) {
		t.Error(err)
	}
}

// Few write to the disk at the same time, however many want to.
func TestWritesTakeTurns(t *testing.T) {
	turns := cap(fileWrites)
	began, end, all := make(chan struct{}), make(chan struct{}), make(chan struct{})
	for range 3 * turns {
		go func() {
			_, _ = WriteFile(func() (int, error) {
				began <- struct{}{}
				<-end
				return 0, nil
			})
			all <- struct{}{}
		}()
	}
	for range turns {
		<-began
	}
	select {
	case <-began:
		t.Errorf("more than %d at once", turns)
	default:
	}
	close(end)
	for left := 2 * turns; left > 0; left-- {
		<-began
	}
	for range 3 * turns {
		<-all
	}
}
