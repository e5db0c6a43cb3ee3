package backup

import (
	"archive/zip"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/erasure"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/store/dbfile"

	"github.com/pocketbase/pocketbase/core"
)

// Source is the data folder of which a backup is made.
type Source struct {
	Dir         string
	SettingsKey string // with which PocketBase's settings are encrypted, "" for nothing
	Version     string // of the program
}

// Write makes a backup of a data folder, which a server may be using, in a new file, and verifies it. The file appears at
// its path once all of it is on the disk and verified; after an error nothing is left of it.
func Write(ctx context.Context, source Source, target string) (_ *Manifest, err error) {
	if _, err := os.Lstat(target); err == nil {
		return nil, fmt.Errorf("%s exists already", target)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	live, err := dbfile.Open(filepath.Join(source.Dir, dbfile.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is no data folder of privet: it has no %s", source.Dir, dbfile.Name)
	}
	if err != nil {
		return nil, err
	}
	defer live.Close()
	settings, err := live.Settings(ctx, source.SettingsKey)
	if err != nil {
		return nil, err
	}
	stage, err := newStaging(source.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stage.close()) }()
	if err := stage.fill(ctx, live, settings.S3.Enabled); err != nil {
		return nil, err
	}

	part, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*.part") // for its owner alone
	if err != nil {
		return nil, err
	}
	defer func() {
		_ = part.Close()
		_ = os.Remove(part.Name())
	}()
	w := &writer{ctx: ctx, folder: filepath.Dir(target), stage: stage, archive: zip.NewWriter(part), manifest: Manifest{Format: format, Version: source.Version}}
	if err := w.write(settings, erasure.Path(source.Dir)); err != nil {
		return nil, fmt.Errorf("write the backup: %w", err)
	}
	if err := errors.Join(part.Sync(), part.Close()); err != nil {
		return nil, fmt.Errorf("write the backup: %w", err)
	}
	if err := stage.empty(); err != nil { // room for the copy that is verified
		return nil, err
	}
	manifest, err := Verify(ctx, part.Name(), stage.dir)
	if err != nil {
		return nil, fmt.Errorf("the backup that was written does not verify: %w", err)
	}
	return manifest, place(part.Name(), target)
}

// place gives a file its name, which no other file has.
func place(part, target string) error {
	err := os.Link(part, target)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already", target)
	}
	if err != nil { // the file system has no links
		if err := os.Rename(part, target); err != nil {
			return err
		}
	}
	return durable.SyncFolder(filepath.Dir(target))
}

// empty removes all that is staged.
func (s *staging) empty() error {
	return errors.Join(os.RemoveAll(filepath.Join(s.dir, storageFolder)), os.Remove(s.database()))
}

// writer writes what is staged to a zip file.
type writer struct {
	ctx      context.Context
	folder   string // of the zip file
	stage    *staging
	archive  *zip.Writer
	manifest Manifest
}

func (w *writer) write(settings *core.Settings, erased string) error {
	w.archive.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	m := &w.manifest
	m.Time = w.stage.taken
	copied, err := dbfile.Open(w.stage.database())
	if err != nil {
		return err
	}
	defer copied.Close()
	counts, err := copied.Counts(w.ctx)
	if err != nil {
		return err
	}
	m.Rows = rowsOf(counts)
	if err := w.checkRoom(copied, settings.S3.Enabled); err != nil {
		return err
	}
	if _, err := w.add(w.stage.database(), dbfile.Name, zip.Deflate); err != nil {
		return err
	}
	if settings.S3.Enabled {
		m.Bucket = "the bucket " + settings.S3.Bucket + " at " + settings.S3.Endpoint
		err = copied.StoredFiles(w.ctx, func(string) error { m.Remote++; return nil })
	} else {
		m.Missing, m.Lost = len(w.stage.missing), w.stage.lost()
		err = copied.StoredFiles(w.ctx, w.addStored)
	}
	if err != nil {
		return err
	}
	if _, err := w.add(erased, ErasedName, zip.Deflate); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	entry, err := w.archive.Create(ManifestName)
	if err == nil {
		encoder := json.NewEncoder(entry)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(m)
	}
	return errors.Join(err, w.archive.Close())
}

// addStored adds a file of the storage, with its attributes. Pictures and videos can't be compressed any more.
func (w *writer) addStored(key string) error {
	if w.stage.missing[key] {
		return nil
	}
	name := path.Join(storageFolder, key)
	n, err := w.add(w.stage.file(key), name, zip.Store)
	if err != nil {
		return err
	}
	w.manifest.Files++
	w.manifest.Bytes += n
	_, err = w.add(w.stage.file(key)+files.AttributesSuffix, name+files.AttributesSuffix, zip.Store)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// add adds a file, and returns its size.
func (w *writer) add(from, name string, method uint16) (int64, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	file, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	entry, err := w.archive.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: info.ModTime()})
	if err != nil {
		return 0, err
	}
	return io.Copy(entry, readerOf{w.ctx, file})
}

// readerOf is a reader that ends with a context.
type readerOf struct {
	ctx  context.Context
	from io.Reader
}

// Read implements io.Reader.
func (r readerOf) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}

// checkRoom refuses a backup for which the target's disk has no room, before it fills the disk of a server.
func (w *writer) checkRoom(copied *dbfile.File, remote bool) error {
	free, _, err := disk.Usage(w.folder)
	if err != nil {
		return nil //nolint:nilerr // what can't be measured is met when it is written
	}
	needed := fileSize(w.stage.database())
	if !remote {
		err := copied.StoredFiles(w.ctx, func(key string) error {
			needed += fileSize(w.stage.file(key))
			return w.ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	if free < uint64(needed) {
		return fmt.Errorf("it may need %s, and the disk of %s has %s", size(needed), w.folder, size(int64(free)))
	}
	return nil
}

// fileSize returns a file's size in bytes, 0 if there is no such file.
func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
