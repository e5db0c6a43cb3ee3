package server

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/privet/privet/hooks/disk"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// RegisterTemporary gives the serving process a folder for temporary files in the data folder, which is empty at each
// start: a process that is killed in the middle of an upload through the dashboard leaves it there. A restore by the
// dashboard leaves the folder as it is.
func RegisterTemporary(app core.App) {
	app.OnBackupRestore().BindFunc(func(e *core.BackupEvent) error {
		e.Exclude = append(e.Exclude, disk.PrivateFolder)
		return e.Next()
	})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_temporary",
		Priority: -9999, // once the lock has made sure that no other server uses the folder
		Func: func(e *core.ServeEvent) error {
			if err := useTemporaryFolder(app.DataDir()); err != nil {
				return fmt.Errorf("the folder for temporary files: %w", err)
			}
			return e.Next()
		},
	})
}

// useTemporaryFolder makes an empty folder in the data folder the one for temporary files, of child processes as well.
func useTemporaryFolder(data string) error {
	data, err := filepath.Abs(data)
	if err != nil {
		return err
	}
	folder := filepath.Join(data, disk.PrivateFolder, "tmp")
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for _, variable := range []string{"TMPDIR", "TMP"} { // of Unix and of Windows
		if err := os.Setenv(variable, folder); err != nil {
			return err
		}
	}
	return nil
}
