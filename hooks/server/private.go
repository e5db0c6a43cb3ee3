package server

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// othersAccess is the part of a file's mode that lets other users of the machine at it: the owner's group, and everybody.
const othersAccess fs.FileMode = 0o077

// KeepPrivate makes the data folder accessible to the user that the process runs as and to nobody else: whoever reads the
// database can forge a moderator's token. What any command creates from now on is private, and a folder that exists is
// made so before it is opened. A file system or an owner that forbids this is told of in the log and stops nothing. On
// Windows, where a folder inherits who may access it, KeepPrivate does nothing.
func KeepPrivate(app core.App) {
	if !makePrivateByDefault() {
		return
	}
	app.OnBootstrap().Bind(&hook.Handler[*core.BootstrapEvent]{
		Id:       "privet_private",
		Priority: -9999, // before PocketBase opens the folder, but after one that is refused has been
		Func: func(e *core.BootstrapEvent) error {
			found := closeFolder(app.DataDir())
			if err := e.Next(); err != nil {
				return err
			}
			found.log(app)
			return nil
		},
	})
}

// exposure is what closeFolder found.
type exposure struct {
	folder  string
	opened  bool     // other users of the machine could read the database
	open    []string // entries that they still can access
	failure error    // why, of one of them
}

// closeFolder takes the access to a folder away from others, if there is such a folder: from the folder itself and from each of its
// entries. That closes whatever is below them, too, and takes no longer for a folder with a million files. What symbolic links point to is left as it is: it may
// be shared on purpose.
func closeFolder(folder string) exposure {
	found := exposure{folder: folder}
	info, err := os.Stat(folder)
	if err != nil {
		return found // it does not exist, or PocketBase says what is wrong with it
	}
	reachable := info.Mode()&0o011 != 0
	found.close(folder, info)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return found
	}
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		info, err := os.Stat(path) // follows links
		if err != nil {
			continue // such as a file that another process has just removed
		}
		if reachable && entry.Name() == "data.db" && info.Mode()&0o044 != 0 {
			found.opened = true
		}
		if entry.Type()&fs.ModeSymlink == 0 {
			found.close(path, info)
		} else if info.Mode()&othersAccess != 0 {
			found.open = append(found.open, entry.Name())
		}
	}
	return found
}

// close takes the access to a file or a folder away from others.
func (x *exposure) close(path string, info fs.FileInfo) {
	if info.Mode()&othersAccess == 0 {
		return
	}
	err := os.Chmod(path, info.Mode()&^othersAccess)
	if err == nil {
		// Some file systems have no modes, and take the call for done.
		if info, err = os.Stat(path); err == nil && info.Mode()&othersAccess != 0 {
			err = errors.New("its file system keeps no modes")
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		x.open, x.failure = append(x.open, filepath.Base(path)), err
	}
}

// log tells the operator, in a line each, what was mended and what can't be.
func (x *exposure) log(app core.App) {
	if x.opened {
		app.Logger().Warn("other users of this machine could read the database; they can't any more", "path", x.folder)
	}
	if len(x.open) > 0 {
		app.Logger().Warn("other users of this machine may read parts of the data folder, whose access could not be changed",
			"path", x.folder, "file", x.open, "error", x.failure)
	}
}
