package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

const (
	// unassignedAge is how old a file that no row has must be before it is removed: an operator who has put an older
	// database beside the files has a week to notice. It also spares every upload under way.
	unassignedAge = 7 * 24 * time.Hour

	sweepBatch = 500                   // rows looked up at once
	sweepPause = 20 * time.Millisecond // between two batches, for others' sake
)

// Unassigned is what a sweep found in the storage that no media row has.
type Unassigned struct {
	Files   int
	Bytes   int64
	Removed int    // of the files: they were queued for removal
	Example string // key of one of them, "" for none
}

// SweepStorage looks for files of media that no row has: kills and deletions by hand once left some. Those on the local
// disk that have been there for a week are queued for removal. Those in an object store are only counted, as its bucket
// may hold another installation's files as well. The sweep's memory does not depend on the number of files.
func SweepStorage(ctx context.Context, app core.App) (found Unassigned, err error) {
	folder, err := store.MediaFolder(app, "")
	if err != nil {
		return found, err
	}
	if isRemote(app) {
		err = sweepObjects(ctx, app, folder, &found)
	} else {
		err = sweepFolders(ctx, app, folder, &found)
	}
	if err != nil {
		return found, fmt.Errorf("sweep the storage: %w", err)
	}
	return found, nil
}

// sweepFolders looks through the folders of media rows on the local disk.
func sweepFolders(ctx context.Context, app core.App, folder string, found *Unassigned) error {
	dir, err := os.Open(localPath(app, folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		ids, err := dir.Readdirnames(sweepBatch)
		if len(ids) > 0 {
			if err := sweepFoldersOf(ctx, app, folder, ids, found); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// sweepFoldersOf looks through the folders of some media rows on the local disk.
func sweepFoldersOf(ctx context.Context, app core.App, folder string, ids []string, found *Unassigned) error {
	type file struct {
		id, name string
		info     fs.FileInfo
	}
	var files []file // listed before the rows are read, so that the row of each complete upload is there
	for _, id := range ids {
		entries, err := os.ReadDir(localPath(app, path.Join(folder, id)))
		if err != nil {
			continue // removed meanwhile, or no folder
		}
		for _, entry := range entries {
			if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
				files = append(files, file{id, entry.Name(), info})
			}
		}
	}
	rows, err := store.MediaFiles(ctx, app, ids)
	if err != nil {
		return err
	}
	for _, file := range files {
		if row := rows[file.id]; row.Has(strings.TrimSuffix(file.name, AttributesSuffix)) {
			continue
		}
		key := path.Join(folder, file.id, file.name)
		found.add(key, file.info.Size())
		if time.Since(file.info.ModTime()) < unassignedAge {
			continue
		}
		if err := store.AddRemoval(ctx, app, key, store.RemovedUnassigned); err != nil {
			return err
		}
		found.Removed++
	}
	return nil
}

// sweepObjects looks through the objects of media rows. A list of all of them may not fit into memory, so it asks for the
// ids by their first digits, for up to some thousand at a time.
func sweepObjects(ctx context.Context, app core.App, folder string, found *Unassigned) error {
	last, err := store.LastID(ctx, app, store.Media)
	if err != nil {
		return err
	}
	first := int64(1) // of the prefixes: numbers with three digits fewer than the last id
	for first*10_000 <= last {
		first *= 10
	}
	return withStorage(ctx, app, func(system *filesystem.System, idle *IdleTimeout) error {
		for n := int64(1); n < first*10; n++ {
			prefix := path.Join(folder, strconv.FormatInt(n, 10))
			if n < first {
				prefix += "/" // one id, as those that begin with it have prefixes of their own
			}
			if err := sweepObjectsOf(ctx, app, system, prefix, found); err != nil {
				return err
			}
			if err := pause(ctx); err != nil {
				return err
			}
			idle.Renew(0)
		}
		return nil
	})
}

func sweepObjectsOf(ctx context.Context, app core.App, system *filesystem.System, prefix string, found *Unassigned) error {
	objects, err := system.List(prefix)
	if err != nil || len(objects) == 0 {
		return err
	}
	var ids []string
	for _, object := range objects {
		ids = append(ids, path.Base(path.Dir(object.Key)))
	}
	rows, err := store.MediaFiles(ctx, app, ids)
	if err != nil {
		return err
	}
	for i, object := range objects {
		if row := rows[ids[i]]; !row.Has(path.Base(object.Key)) && time.Since(object.ModTime) > time.Hour {
			found.add(object.Key, object.Size)
		}
	}
	return nil
}

func (u *Unassigned) add(key string, size int64) {
	u.Files++
	u.Bytes += size
	u.Example = key
}

// pause lets others use the disk for a moment.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(sweepPause):
		return nil
	}
}
