package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/server"
	"github.com/privet/privet/hooks/store/dbfile"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// onFolder is the annotation of commands that run on a data folder which is there already.
const onFolder = "privet.folder"

// onApp marks a command as one that runs on a data folder which is there and up to date: it neither makes nor migrates one.
func onApp(c *cobra.Command) *cobra.Command {
	c.Annotations = map[string]string{onFolder: ""}
	c.SilenceUsage, c.SilenceErrors = true, true
	return c
}

// IsBeside reports whether a command changes the data of a server that may run with settings which the command lacks.
func IsBeside(c *cobra.Command) bool {
	if c == nil {
		return false
	}
	_, is := c.Annotations[onFolder]
	return is
}

// CheckFolder returns an error if a command needs a data folder that is there and up to date, and this one isn't. Call it
// before the app opens the folder.
func CheckFolder(c *cobra.Command, dir string) error {
	if c == nil {
		return nil
	}
	if _, needs := c.Annotations[onFolder]; !needs {
		return nil
	}
	dir = disk.Absolute(dir)
	db, err := dbfile.Open(filepath.Join(dir, dbfile.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is no data folder of privet: it has no %s (choose another by --dir)", dir, dbfile.Name)
	}
	if err != nil {
		return err
	}
	defer db.Close()
	ran, err := db.Migrations(context.Background())
	if err != nil {
		return fmt.Errorf("the database in %s can't be read: %w", dir, err)
	}
	for _, m := range slices.Concat(core.SystemMigrations.Items(), core.AppMigrations.Items()) {
		if !slices.Contains(ran, m.File) && m.Up != nil {
			return fmt.Errorf("the data folder %s is one of an older version: use the program that serves it, or start this one as the server once", dir)
		}
	}
	return nil
}

// tellServer makes what a command has committed durable, and tells the server that runs of it. Once it has returned, the
// server knows.
func tellServer(app core.App) error {
	if err := durable.Of(app).Wait(); err != nil {
		return err
	}
	err := server.Notify(app)
	if errors.Is(err, server.ErrUnnoticed) {
		fmt.Fprintln(os.Stderr, "privet:", err)
		return nil
	}
	return err
}
