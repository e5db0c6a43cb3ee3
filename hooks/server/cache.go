package server

import (
	"os"
	"path/filepath"

	"github.com/privet/privet/hooks/disk"

	"github.com/pocketbase/pocketbase/core"
)

// CacheDir returns an absolute path of a folder with that name for files that can be made again, such as the compiled code of the preview engine:
// in the user's cache folder or, where that can't be written to, in the data folder's disk.PrivateFolder. Containers without an
// entry in /etc/passwd have the home folder "/", which only root can write to.
func CacheDir(app core.App, name string) string {
	if cache, err := os.UserCacheDir(); err == nil {
		if dir := filepath.Join(cache, "privet", name); isWritable(dir) {
			return dir
		}
	}
	return filepath.Join(disk.Absolute(app.DataDir()), disk.PrivateFolder, name)
}

// isWritable reports whether files can be created in a folder, which it creates if necessary.
func isWritable(dir string) bool {
	if os.MkdirAll(dir, 0o700) != nil {
		return false
	}
	file, err := os.CreateTemp(dir, "write-check-")
	if err != nil {
		return false
	}
	_ = file.Close()
	return os.Remove(file.Name()) == nil
}
