package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/store/dbfile"
)

// Verify reads a whole backup: the database has to be sound and to have the rows that the manifest lists, and each file
// that a row names has to be there with its length and checksum. scratch is a folder with room for the database, of which
// nothing is left.
func Verify(ctx context.Context, file, scratch string) (*Manifest, error) {
	a, err := openArchive(file)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	copied := filepath.Join(scratch, "verified.db")
	defer database.Remove(copied) //nolint:errcheck // a scratch folder
	if err := a.save(ctx, dbfile.Name, copied); err != nil {
		return nil, err
	}
	manifest, err := a.checkDatabase(ctx, copied)
	if err != nil {
		return nil, err
	}
	for _, file := range a.File { // in their order in the zip file
		if a.files[file.Name] == nil || file.Name == dbfile.Name {
			continue
		}
		if err := a.extract(ctx, file.Name, io.Discard); err != nil {
			return nil, err
		}
	}
	return manifest, nil
}

// checkDatabase checks a copy of the archive's database, and that each file that a row names is in the archive. It
// returns the manifest, or for a backup of PocketBase's own one that says the same.
func (a *archive) checkDatabase(ctx context.Context, file string) (*Manifest, error) {
	db, err := dbfile.Open(file)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	problems, err := db.Check(ctx, false)
	if err != nil {
		return nil, fmt.Errorf("the database in the backup can't be checked: %w", err)
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("the database in the backup is damaged: %s", strings.Join(problems[:min(3, len(problems))], "; "))
	}
	counts, err := db.Counts(ctx)
	if err != nil {
		return nil, err
	}
	found := &Manifest{Format: format, Rows: rowsOf(counts)}
	named := make(map[string]bool, len(a.files))
	err = db.StoredFiles(ctx, func(key string) error {
		name := path.Join(storageFolder, key)
		named[name] = true
		if entry := a.files[name]; entry != nil {
			found.Files++
			found.Bytes += int64(entry.UncompressedSize64)
		} else {
			found.Missing++
			found.Lost = append(found.Lost[:min(len(found.Lost), 19)], key)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.dropUnowned(named)
	if a.manifest == nil {
		if info, err := os.Stat(a.path); err == nil {
			found.Time = info.ModTime()
		}
		return found, nil
	}
	return a.manifest, a.manifest.compare(found)
}

// dropUnowned leaves out the files that no row names: PocketBase's own backups contain such.
func (a *archive) dropUnowned(named map[string]bool) {
	for name := range a.files {
		if strings.HasPrefix(name, storageFolder+"/") && !named[strings.TrimSuffix(name, files.AttributesSuffix)] {
			delete(a.files, name)
			a.left = append(a.left, name)
		}
	}
}

// compare returns an error unless what was found in a backup is what its manifest says.
func (m *Manifest) compare(found *Manifest) error {
	if !slices.Equal(m.Rows, found.Rows) {
		return fmt.Errorf("the database in the backup has %v rows, and should have %v", found.Rows, m.Rows)
	}
	if m.Bucket != "" {
		return nil
	}
	if m.Files != found.Files || m.Bytes != found.Bytes || m.Missing != found.Missing {
		return fmt.Errorf("the backup has %d files that rows name with %d bytes, and should have %d with %d", found.Files, found.Bytes, m.Files, m.Bytes)
	}
	return nil
}

// save extracts a file to a new path.
func (a *archive) save(ctx context.Context, name, to string) error {
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = a.extract(ctx, name, file)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}
