package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/erasure"
	"github.com/privet/privet/hooks/store/dbfile"

	"github.com/pocketbase/pocketbase/core"
)

// Restored is a data folder that was made from a backup and is not finished yet: nobody can serve it until Finish, and
// Abandon removes all of it.
type Restored struct {
	Manifest *Manifest
	LeftOut  int // files of the backup that are no data, such as PocketBase's logs

	dir     string
	existed bool
	locked  bool
}

// Restore makes a data folder from a backup: the zip file with that path. (The address of a replica will be another source,
// to be told apart by its scheme.) The folder has to be empty, or not to exist. lock takes the lock on it by which a server
// owns its data folder, which the process keeps. The lists of erasures are added to that of the backup.
func Restore(ctx context.Context, source, dir string, lock func() error, lists ...string) (_ *Restored, err error) {
	if scheme, _, is := strings.Cut(source, "://"); is {
		return nil, fmt.Errorf("a backup is a zip file so far, and no address (%s)", scheme)
	}
	for _, list := range lists {
		if _, err := os.Stat(list); err != nil {
			return nil, err
		}
	}
	a, err := openArchive(source)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	r := &Restored{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Abandon())
		}
	}()
	if err := r.claim(lock); err != nil {
		return nil, err
	}
	if free, _, unknown := disk.Usage(dir); unknown == nil && free < a.total() {
		return nil, fmt.Errorf("the backup has %s, and the disk of %s has %s", size(int64(a.total())), dir, size(int64(free)))
	}
	copied := filepath.Join(dir, disk.PrivateFolder, "restore.db")
	if err := os.Mkdir(filepath.Dir(copied), 0o700); err != nil {
		return nil, err
	}
	if err := a.save(ctx, dbfile.Name, copied); err != nil {
		return nil, err
	}
	if err := refuseNewer(ctx, copied); err != nil {
		return nil, err
	}
	if r.Manifest, err = a.checkDatabase(ctx, copied); err != nil {
		return nil, err
	}
	r.LeftOut = len(a.left)
	if err := r.extract(ctx, a); err != nil {
		return nil, err
	}
	if err := r.addErased(lists); err != nil {
		return nil, err
	}
	if err := os.Rename(copied, filepath.Join(dir, dbfile.Name)); err != nil {
		return nil, err
	}
	_ = database.Remove(copied) // what SQLite has left beside it
	return r, durable.SyncFolder(dir)
}

// claim creates the folder, takes the lock, and makes sure that nothing else is in there: a log of another database, for
// instance, would be played into the one that is restored.
func (r *Restored) claim(lock func() error) error {
	_, err := os.Stat(r.dir)
	r.existed = err == nil
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return err
	}
	if err := r.wantEmpty(); err != nil {
		return err
	}
	if err := lock(); err != nil {
		return err
	}
	r.locked = true
	if err := r.wantEmpty(); err != nil { // still
		r.locked = false // nothing there is ours
		return err
	}
	return os.Chmod(r.dir, 0o700)
}

// wantEmpty returns an error unless the folder has nothing but what a file system or the lock puts there.
func (r *Restored) wantEmpty() error {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if name := entry.Name(); name != "lost+found" && (name != disk.LockName || !r.locked) {
			return fmt.Errorf("the folder %s is not empty: it has %s. A backup is restored into an empty folder or a new one", r.dir, name)
		}
	}
	return nil
}

// refuseNewer returns an error if a database has run migrations that this version does not have.
func refuseNewer(ctx context.Context, file string) error {
	db, err := dbfile.Open(file)
	if err != nil {
		return err
	}
	defer db.Close()
	ran, err := db.Migrations(ctx)
	if err != nil {
		return fmt.Errorf("the backup's database can't be read: %w", err)
	}
	known := map[string]bool{}
	for _, m := range slices.Concat(core.SystemMigrations.Items(), core.AppMigrations.Items()) {
		known[m.File] = true
	}
	for _, name := range slices.Backward(ran) {
		if !known[name] {
			return fmt.Errorf("the backup is one of a newer version of privet, which has run the migration %s: restore it by that version or a newer one", name)
		}
	}
	return nil
}

// extract writes the files of the storage and the list of erasures.
func (r *Restored) extract(ctx context.Context, a *archive) error {
	folders := map[string]bool{}
	for _, file := range a.File { // in their order in the zip file
		if a.files[file.Name] == nil || file.Name == dbfile.Name {
			continue
		}
		path := filepath.Join(r.dir, filepath.FromSlash(file.Name))
		if file.Name == ErasedName {
			path = erasure.Path(r.dir)
		}
		if folder := filepath.Dir(path); !folders[folder] {
			if err := os.MkdirAll(folder, 0o700); err != nil {
				return err
			}
			folders[folder] = true
		}
		if err := a.save(ctx, file.Name, path); err != nil {
			return err
		}
	}
	for folder := range folders {
		for ; folder != r.dir; folder = filepath.Dir(folder) {
			if err := durable.SyncFolder(folder); err != nil {
				return err
			}
		}
	}
	return nil
}

// addErased adds the entries of other lists to the folder's own that it does not have.
func (r *Restored) addErased(lists []string) error {
	entries, _, err := erasure.ReadFile(erasure.Path(r.dir))
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, e := range entries {
		known[e.String()] = true
	}
	for _, list := range lists {
		entries, invalid, err := erasure.ReadFile(list)
		if err != nil {
			return err
		}
		if len(entries) == 0 && invalid > 0 {
			return fmt.Errorf("%s is no list of erasures", list)
		}
		var added []erasure.Entry
		for _, e := range entries {
			if !known[e.String()] {
				known[e.String()] = true
				added = append(added, e)
			}
		}
		if err := erasure.Append(r.dir, added...); err != nil {
			return err
		}
	}
	return nil
}

// Finish makes what is in the folder private, and its owner's. It reports whether that is root.
func (r *Restored) Finish() (byRoot bool, err error) {
	err = filepath.WalkDir(r.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() == "lost+found" {
			return err
		}
		mode := fs.FileMode(0o600)
		if entry.IsDir() {
			mode = 0o700
		}
		return errors.Join(os.Chmod(path, mode), disk.LikeFolder(r.dir, path))
	})
	uid, _, unknown := disk.Owner(r.dir)
	return unknown == nil && uid == 0, err
}

// Abandon removes all that was restored.
func (r *Restored) Abandon() (err error) {
	if r.locked {
		entries, err := os.ReadDir(r.dir)
		for _, entry := range entries {
			if entry.Name() != "lost+found" {
				err = errors.Join(err, os.RemoveAll(filepath.Join(r.dir, entry.Name())))
			}
		}
		if err != nil {
			return err
		}
	}
	if !r.existed {
		return os.Remove(r.dir)
	}
	return nil
}
