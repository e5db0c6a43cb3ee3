package server

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/privet/privet/hooks/disk"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// RegisterFolderCheck refuses to open a data folder whose files can't be written, before anything is made of it: SQLite would
// say "out of memory" of another user's database. A disk that is full stops nothing, as what is there can be read.
func RegisterFolderCheck(app core.App) {
	app.OnBootstrap().Bind(&hook.Handler[*core.BootstrapEvent]{
		Id:       "privet_folder",
		Priority: -10001, // before all else
		Func: func(e *core.BootstrapEvent) error {
			if err := CheckDataFolder(app.DataDir()); err != nil {
				return err
			}
			return e.Next()
		},
	})
}

// CheckDataFolder returns an error, which names the path, its owner and what mends it, if a data folder and the databases in it
// can't be written to, or if it can't be made. It must not be called while the databases are open.
func CheckDataFolder(folder string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	if err := disk.CheckNew(folder); err != nil {
		return err
	}
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := disk.CheckFolder(folder, folder, 1); err != nil && !disk.IsFull(err) {
		return err
	}
	for _, database := range []string{"data.db", "auxiliary.db"} {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := disk.CheckFile(filepath.Join(folder, database+suffix), folder); err != nil {
				return err
			}
		}
	}
	return nil
}
