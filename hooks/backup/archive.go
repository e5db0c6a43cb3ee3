package backup

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/privet/privet/hooks/store/dbfile"
)

// archive is a zip file that may come from anywhere: nothing of it is believed before it was checked.
type archive struct {
	*zip.ReadCloser
	path     string
	files    map[string]*zip.File // what a data folder takes from it
	left     []string             // the names of what it does not take, such as logs
	manifest *Manifest            // nil: PocketBase has made it
}

const (
	maxEntries  = 50_000_000
	maxManifest = 1 << 20 // bytes
)

// openArchive opens a zip file and checks its directory. It reads no content but the manifest.
func openArchive(path string) (_ *archive, err error) {
	opened, err := zip.OpenReader(path)
	if errors.Is(err, zip.ErrFormat) {
		return nil, fmt.Errorf("%s is no zip file, or not all of one", path)
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are checked below
		return nil, err
	}
	a := &archive{ReadCloser: opened, path: path, files: map[string]*zip.File{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, opened.Close())
		}
	}()
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := a.checkDirectory(info.Size()); err != nil {
		return nil, err
	}
	if a.files[dbfile.Name] == nil {
		return nil, fmt.Errorf("%s is no backup of privet: it has no %s", path, dbfile.Name)
	}
	return a, a.readManifest()
}

// checkDirectory refuses names that lead out of a folder, files that are no plain ones, names that come twice, and
// contents that overlap, by which a small file stands for an endless one.
func (a *archive) checkDirectory(length int64) error {
	if len(a.File) > maxEntries {
		return fmt.Errorf("%s has too many entries", a.path)
	}
	seen := make(map[string]bool, len(a.File))
	var packed uint64
	for _, file := range a.File {
		name := strings.TrimSuffix(file.Name, "/")
		if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\:\x00") {
			return fmt.Errorf("%s has an entry that does not belong into a data folder: %.100q", a.path, file.Name)
		}
		if strings.HasSuffix(file.Name, "/") {
			continue // folders are made as they are needed
		}
		if !file.Mode().IsRegular() || file.Flags&1 != 0 || file.Method != zip.Store && file.Method != zip.Deflate {
			return fmt.Errorf("%s has an entry that is no plain file: %.100q", a.path, file.Name)
		}
		key := strings.ToLower(name) // on some systems these are one file
		if seen[key] {
			return fmt.Errorf("%s has an entry twice: %.100q", a.path, file.Name)
		}
		seen[key] = true
		if packed += file.CompressedSize64; packed > uint64(length) || file.Method == zip.Store && file.CompressedSize64 != file.UncompressedSize64 {
			return fmt.Errorf("%s has entries that are larger than it is", a.path)
		}
		if takes(name) {
			a.files[name] = file
		} else if name != ManifestName {
			a.left = append(a.left, name)
		}
	}
	return nil
}

// takes reports whether a data folder takes a file from a backup. The logs and caches that PocketBase's own backups
// contain are not data.
func takes(name string) bool {
	if rest, ok := strings.CutPrefix(name, storageFolder+"/"); ok {
		return strings.Count(rest, "/") == 2 // collection, row, file
	}
	return name == dbfile.Name || name == ErasedName
}

// total returns how many bytes the files have that a data folder takes, as the directory says.
func (a *archive) total() (bytes uint64) {
	for _, file := range a.files {
		if bytes += file.UncompressedSize64; bytes > 1<<62 {
			return 1 << 62 // no disk has room for it
		}
	}
	return bytes
}

// readManifest reads the manifest, if there is one.
func (a *archive) readManifest() error {
	for _, file := range a.File {
		if file.Name != ManifestName {
			continue
		}
		content, err := file.Open()
		if err != nil {
			return err
		}
		defer content.Close()
		var m Manifest
		if err := json.NewDecoder(io.LimitReader(content, maxManifest)).Decode(&m); err != nil {
			return fmt.Errorf("%s can't be read: %w", ManifestName, err)
		}
		if m.Format != format {
			return fmt.Errorf("the backup was made by privet %s in a format that this version does not know", m.Version)
		}
		a.manifest = &m
	}
	return nil
}

// extract copies a file to a writer and compares length and checksum with what the directory says.
func (a *archive) extract(ctx context.Context, name string, to io.Writer) error {
	file := a.files[name]
	content, err := file.Open()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer content.Close()
	// One byte more than there may be: then the checksum is compared, and what has no end is no matter.
	n, err := io.Copy(to, io.LimitReader(readerOf{ctx, content}, int64(file.UncompressedSize64)+1))
	if err == nil && uint64(n) != file.UncompressedSize64 {
		err = zip.ErrFormat
	}
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s is damaged in the backup: %w", name, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
