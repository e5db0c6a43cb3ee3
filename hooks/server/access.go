package server

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/privet/privet/hooks/disk"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// RefuseForeign makes the app refuse to open a data folder, with a line that says what to do about it, where its user may
// not write to the folder or to what is in it. That is what newcomers meet first: a folder of the host, mounted into a
// container, belongs to root. The check comes before PocketBase opens the folder, and changes nothing.
func RefuseForeign(app core.App) {
	app.OnBootstrap().Bind(&hook.Handler[*core.BootstrapEvent]{
		Id:       "privet_foreign",
		Priority: -10001, // before anything looks into the folder
		Func: func(e *core.BootstrapEvent) error {
			if err := checkAccess(app.DataDir()); err != nil {
				return err
			}
			return e.Next()
		},
	})
}

// checkAccess creates a folder where there is none, and returns an error if this process can't write to it or to one of its
// entries. What is below these is left out: a folder may hold a million files.
func checkAccess(folder string) error {
	folder = disk.Absolute(folder)
	if err := os.MkdirAll(folder, os.ModePerm); err != nil {
		if errors.Is(err, syscall.ENOTDIR) {
			return fmt.Errorf("the data folder %s can't be created: %w", folder, err)
		}
		for parent := filepath.Dir(folder); ; parent = filepath.Dir(parent) {
			if _, e := os.Stat(parent); e == nil || parent == filepath.Dir(parent) {
				return fmt.Errorf("the data folder %s can't be created: %w", folder, explain(parent, parent, err))
			}
		}
	}
	if err := writable(folder, true); err != nil {
		return fmt.Errorf("the data folder can't be used: %w", explain(folder, folder, err))
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("the data folder can't be used: %w", explain(folder, folder, err))
	}
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		info, err := os.Stat(path) // follows links
		if err != nil || entry.Name() == "lost+found" || !info.IsDir() && !info.Mode().IsRegular() {
			continue // such as a file that another process has just removed
		}
		if err := writable(path, info.IsDir()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("the data folder can't be used: %w", explain(path, folder, err))
		}
	}
	return nil
}

// explain adds to an error about a path what to do about it, in commands that are to be pasted. top is the folder that they
// are about.
func explain(path, top string, err error) error {
	if !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%s: %w", path, err)
	}
	owner, mode := ownerOf(path)
	if owner == "" {
		return fmt.Errorf("%s: %w", path, err)
	}
	uid, gid := os.Getuid(), os.Getgid()
	if owner == nameOf(uid) {
		return fmt.Errorf("%s belongs to %s, as which privet runs, but its mode is %s and keeps it out (%w). Let it in:\n  chmod -R u+rwX %s",
			path, owner, mode, err, disk.Quote(top))
	}
	return fmt.Errorf("%s belongs to %s, with the mode %s, and privet runs as %s (%w). Give it to that user, as root:\n  chown -R %d:%d %s\n"+
		"Of a container, give it the folder of the host that is mounted there; of a volume named privet-data:\n"+
		"  docker run --rm -v privet-data:/data busybox chown -R %d:%d /data", path, owner, mode, nameOf(uid), err, uid, gid, disk.Quote(top), uid, gid)
}
