package child

import (
	"io"
	"io/fs"
	"time"
)

// singleFileFS is a read-only file system with a single file, "input": all that a codec can see of this machine.
type singleFileFS struct {
	content io.ReaderAt
	size    int64
}

// inputName is the name of the file in singleFileFS.
const inputName = "input"

// Open opens the file, or the root.
func (s singleFileFS) Open(name string) (fs.File, error) {
	switch name {
	case ".":
		return rootFolder{}, nil
	case inputName:
		return &openedFile{io.NewSectionReader(s.content, 0, s.size)}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// openedFile is the file with a position of its own.
type openedFile struct{ *io.SectionReader }

func (o *openedFile) Stat() (fs.FileInfo, error) { return fileInfo{size: o.Size()}, nil }
func (o *openedFile) Close() error               { return nil }

type fileInfo struct {
	fs.FileInfo
	size int64
}

func (fileInfo) Name() string       { return inputName }
func (i fileInfo) Size() int64      { return i.size }
func (fileInfo) Mode() fs.FileMode  { return 0o444 }
func (fileInfo) IsDir() bool        { return false }
func (fileInfo) Sys() any           { return nil }
func (fileInfo) ModTime() time.Time { return time.Time{} }

// rootFolder is the root directory, which can't be listed.
type rootFolder struct{}

func (rootFolder) Stat() (fs.FileInfo, error) { return rootInfo{}, nil }
func (rootFolder) Read([]byte) (int, error)   { return 0, fs.ErrInvalid }
func (rootFolder) Close() error               { return nil }

type rootInfo struct{ fs.FileInfo }

func (rootInfo) Name() string       { return "." }
func (rootInfo) Size() int64        { return 0 }
func (rootInfo) Mode() fs.FileMode  { return fs.ModeDir | 0o555 }
func (rootInfo) IsDir() bool        { return true }
func (rootInfo) Sys() any           { return nil }
func (rootInfo) ModTime() time.Time { return time.Time{} }
