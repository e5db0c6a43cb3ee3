package render

import (
	"io"
	"io/fs"
	"os"
	"time"
)

// only is a read-only file system with one file in it, "input": what an engine may see of this machine.
type only struct{ file *os.File }

const inputName = "input"

func (o only) Open(name string) (fs.File, error) {
	switch name {
	case ".":
		return folder{}, nil
	case inputName:
		info, err := o.file.Stat()
		if err != nil {
			return nil, err
		}
		return &opened{io.NewSectionReader(o.file, 0, info.Size()), info}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

type opened struct {
	*io.SectionReader
	info fs.FileInfo
}

func (o *opened) Stat() (fs.FileInfo, error) { return o.info, nil }
func (o *opened) Close() error               { return nil }

// folder is the file system's root; it can't be listed.
type folder struct{}

func (folder) Stat() (fs.FileInfo, error) { return folderInfo{}, nil }
func (folder) Read([]byte) (int, error)   { return 0, fs.ErrInvalid }
func (folder) Close() error               { return nil }

type folderInfo struct{ fs.FileInfo }

func (folderInfo) Name() string       { return "." }
func (folderInfo) Size() int64        { return 0 }
func (folderInfo) Mode() fs.FileMode  { return fs.ModeDir | 0o555 }
func (folderInfo) IsDir() bool        { return true }
func (folderInfo) Sys() any           { return nil }
func (folderInfo) ModTime() time.Time { return time.Time{} }
