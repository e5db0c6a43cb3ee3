package hooks

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/privet/privet/hooks/backup"
	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"
)

// registerBackups makes the dashboard's backups, by hand or on a schedule, those of `privet backup`. PocketBase's own walk
// through the data folder takes uploads that are not cleaned yet, fails when a file is removed meanwhile, and may lack
// files that its copy of the database names.
func registerBackups(app core.App) {
	app.OnBackupCreate().Bind(&hook.Handler[*core.BackupEvent]{
		Id:       "privet_backup",
		Priority: 9999, // in PocketBase's place, which comes last
		Func: func(e *core.BackupEvent) error {
			err := makeBackup(e)
			if err != nil {
				app.Logger().Error("a backup could not be made", "file", e.Name, "error", err)
			}
			return err
		},
	})
	mark := filepath.Join(app.DataDir(), disk.PrivateFolder, "restored")
	app.OnBackupRestore().BindFunc(func(e *core.BackupEvent) error {
		// It is looked for at the next start, with which a restore ends.
		if err := os.MkdirAll(filepath.Dir(mark), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(mark, []byte("{}\n"), 0o600); err != nil {
			return err
		}
		err := e.Next()
		return errors.Join(err, os.Remove(mark))
	})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_restored",
		Priority: -9970, // with the lock, after what was erased again, and before anything is sent
		Func: func(e *core.ServeEvent) error {
			// The dashboard has restored a backup, or somebody has unpacked one here.
			for _, mark := range []string{mark, filepath.Join(app.DataDir(), backup.ManifestName)} {
				if _, err := os.Stat(mark); err != nil {
					continue
				}
				if err := errors.Join(store.HoldOutboxes(context.Background(), app), durable.Of(app).Wait(), os.Remove(mark)); err != nil {
					return fmt.Errorf("hold back the pushes of a restored backup: %w", err)
				}
			}
			return e.Next()
		},
	})
}

// makeBackup makes a backup and adds it to those that the dashboard lists.
func makeBackup(e *core.BackupEvent) error {
	if e.Name == "" {
		e.Name = "privet_" + time.Now().UTC().Format("20060102150405") + ".zip"
	}
	folder := filepath.Join(e.App.DataDir(), core.LocalTempDirName)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	made := filepath.Join(folder, "privet_backup_"+security.PseudorandomString(8)+".zip")
	source := backup.Source{Dir: e.App.DataDir()}
	if e.App.EncryptionEnv() != "" {
		source.SettingsKey = os.Getenv(e.App.EncryptionEnv())
	}
	if _, err := backup.Write(e.Context, source, made); err != nil {
		return err
	}
	defer os.Remove(made)
	backups, err := e.App.NewBackupsFilesystem()
	if err != nil {
		return err
	}
	defer backups.Close()
	ctx, idle := files.IdleTimeoutWith(e.Context, e.App.Settings().Backups.S3)
	defer idle.End()
	backups.SetContext(ctx)
	file, err := filesystem.NewFileFromPath(made)
	if err != nil {
		return err
	}
	file.OriginalName, file.Name = e.Name, path.Base(e.Name)
	file.Reader = idle.File(made)
	return idle.Explain(backups.UploadFile(file, e.Name))
}
