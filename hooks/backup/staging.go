package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/store/dbfile"

	"github.com/gofrs/flock"
)

// staging is a folder inside the data folder with a copy of the database and, by hard links, all files that it names.
// A link keeps a file's content when the server removes the file, so that what belongs together stays together however
// long it takes to write it elsewhere. Files of the storage never change once a row has them.
type staging struct {
	data, dir string
	lock      *flock.Flock
	taken     time.Time       // when the database's copy was made
	missing   map[string]bool // keys of files that the copy names and the storage does not have
}

const stagingPrefix = "backup-"

// ErrBusy means that another backup of the same data folder is being made.
var ErrBusy = errors.New("another backup of this data folder is being made")

// newStaging creates the folder. close removes it.
func newStaging(data string) (*staging, error) {
	private := filepath.Join(data, disk.PrivateFolder)
	if err := os.Mkdir(private, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	} else if err == nil {
		if err := disk.LikeFolder(data, private); err != nil {
			return nil, err
		}
	}
	s := &staging{data: data, lock: flock.New(filepath.Join(private, "backup.lock"), flock.SetPermissions(0o600))}
	mine, err := s.lock.TryLock()
	if err == nil && !mine {
		err = ErrBusy
	}
	if err != nil {
		return nil, err
	}
	if err := disk.LikeFolder(data, s.lock.Path()); err != nil {
		return nil, errors.Join(err, s.lock.Unlock())
	}
	// What backups that were killed have left: nobody else makes one now.
	left, _ := filepath.Glob(filepath.Join(private, stagingPrefix+"*"))
	for _, path := range left {
		if path != s.lock.Path() {
			_ = os.RemoveAll(path)
		}
	}
	if s.dir, err = os.MkdirTemp(private, stagingPrefix); err != nil {
		return nil, errors.Join(err, s.lock.Unlock())
	}
	return s, nil
}

// close removes the folder.
func (s *staging) close() error { return errors.Join(os.RemoveAll(s.dir), s.lock.Unlock()) }

// database returns the path of the database's copy.
func (s *staging) database() string { return filepath.Join(s.dir, dbfile.Name) }

// file returns the path at which a file of the storage is staged.
func (s *staging) file(key string) string {
	return filepath.Join(s.dir, storageFolder, filepath.FromSlash(key))
}

// fill makes the copy of the database and, unless files are in an object store, the links. Meanwhile no file is removed, so that
// those that the copy names are there; one that is not was lost before.
func (s *staging) fill(ctx context.Context, live *dbfile.File, remote bool) (err error) {
	release, err := files.HoldRemovals(ctx, s.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	s.taken = time.Now()
	if err := live.Snapshot(ctx, s.database()); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	if remote {
		return nil
	}
	copied, err := dbfile.Open(s.database())
	if err != nil {
		return err
	}
	defer copied.Close()
	return s.link(ctx, copied)
}

// link stages all files that a database names, and sets which are missing.
func (s *staging) link(ctx context.Context, db *dbfile.File) error {
	s.missing = map[string]bool{}
	return db.StoredFiles(ctx, func(key string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.stage(key)
		if errors.Is(err, fs.ErrNotExist) {
			s.missing[key] = true
			return nil
		}
		return err
	})
}

// stage stages a file and, if there is one, the file with its attributes.
func (s *staging) stage(key string) error {
	from, to := filepath.Join(s.data, storageFolder, filepath.FromSlash(key)), s.file(key)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if err := linkOrCopy(from+files.AttributesSuffix, to+files.AttributesSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return linkOrCopy(from, to)
}

// linkOrCopy links a file, or copies it where the file system has no links. One that is there already stays.
func linkOrCopy(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fs.ErrNotExist
	}
	source, opened := os.Open(from)
	if opened != nil {
		return opened
	}
	defer source.Close()
	if info, err := source.Stat(); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no file", from)
	}
	part := to + ".part"
	target, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	if err = errors.Join(err, target.Close()); err != nil {
		return err
	}
	return os.Rename(part, to)
}

// lost returns the keys of some missing files.
func (s *staging) lost() []string {
	keys := slices.Sorted(maps.Keys(s.missing))
	return keys[:min(len(keys), 20)]
}
