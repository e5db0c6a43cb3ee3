// Package upgrade guards a data folder when versions of privet change: it refuses folders that this version can't serve,
// copies the database before the first migration of a new version, and tells an older version the way back.
package upgrade

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/privet/privet/hooks/database"
	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/server"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

const (
	kept = 2         // copies
	room = 100 << 20 // bytes that stay free beside a copy, for the migrations

	// patience is how long a copy may take. Some 100 MB are copied in a second.
	patience = 6 * time.Hour
)

// Program is what an upgrade has to know of the running program.
type Program struct {
	Version string
	Command func() string // the name of the command that runs, such as "serve"
	Out     io.Writer     // is told of copies
	Errors  io.Writer     // is told of copies that are left out
}

// upgrade is one start of the program on a data folder.
type upgrade struct {
	app     core.App
	version string
	program Program
	usage   func(folder string) (free, total uint64, err error)
}

// Register makes the app refuse to open a data folder that this version can't serve, and copy the database of one that
// this version is about to migrate. Both come before PocketBase opens the folder: a folder that is refused stays as it was.
func Register(app core.App, program Program) {
	u := &upgrade{app: app, version: program.Version, program: program, usage: disk.Usage}
	app.OnBootstrap().Bind(&hook.Handler[*core.BootstrapEvent]{
		Id:       "privet_upgrade",
		Priority: -10000, // before all else
		Func: func(e *core.BootstrapEvent) error {
			found := look(u.database(), "")
			if err := u.refuse(found); err != nil {
				return err
			}
			if u.migrates() {
				if err := u.refuseTaken(found); err != nil {
					return err
				}
			}
			if program.Command() == "serve" {
				u.greet(found)
			}
			if err := u.prepare(context.Background(), found); err != nil {
				return err
			}
			return e.Next()
		},
	})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_upgrade",
		Priority: -9990, // once the lock is held; the migrations have run before
		Func: func(e *core.ServeEvent) error {
			if err := u.finish(); err != nil {
				app.Logger().Warn("the version could not be noted in the database", "error", err)
			}
			return e.Next()
		},
	})
	exclude := func(e *core.BackupEvent) error {
		e.Exclude = append(e.Exclude, Leftovers(app.DataDir())...)
		return e.Next()
	}
	app.OnBackupCreate().BindFunc(exclude)
	app.OnBackupRestore().BindFunc(exclude)
}

// greet prints the first line of a start, which says whether the folder is new: a container without its volume has a new one
// each time.
func (u *upgrade) greet(found state) {
	dir := disk.Absolute(u.app.DataDir())
	info, err := os.Stat(u.database())
	if err != nil {
		fmt.Fprintf(u.program.Out, "privet %s, with a new data folder: %s (if you expected your data, check --dir, or the container's volume)\n", u.version, dir)
		return
	}
	last := ""
	if found.record.Version != "" {
		last = ", last used by " + found.record.Version
	}
	fmt.Fprintf(u.program.Out, "privet %s, with an existing data folder: %s (a database of %.1f MB, changed %s UTC%s)\n",
		u.version, dir, float64(info.Size())/1e6, info.ModTime().UTC().Format(time.DateTime), last)
}

func (u *upgrade) database() string { return filepath.Join(u.app.DataDir(), "data.db") }

// migrates reports whether the command runs privet's migrations.
func (u *upgrade) migrates() bool {
	return slices.Contains([]string{"serve", "migrate", "demo"}, u.program.Command())
}

// prepare copies the database if the command is about to migrate a folder that an older version has used. From then on
// until the process ends it holds the folder's lock, as an older server must not go on with a newer database.
func (u *upgrade) prepare(ctx context.Context, found state) error {
	own := func(migration string) bool { return contains(core.AppMigrations, migration) }
	todo := pending(found.migrations, core.SystemMigrations) // any command runs these
	if u.migrates() {
		todo = pending(found.migrations, core.SystemMigrations, core.AppMigrations)
	}
	if len(todo) == 0 || !slices.ContainsFunc(found.migrations, own) {
		return nil // there is nothing to do, or nothing to lose
	}
	if err := server.Lock(u.app); err != nil {
		return fmt.Errorf("%w: stop it first, as version %s has to migrate the folder (%s)", err, u.version, todo[0])
	}
	found = look(u.database(), "") // another process may have migrated it meanwhile
	if found.record.Copy != "" && !found.record.Finished {
		// An upgrade was begun and no version has served the folder since: the copy is what was before it.
		if _, err := os.Stat(filepath.Join(u.app.DataDir(), found.record.Copy)); err == nil {
			return record{Version: u.version, Copy: found.record.Copy}.writeTo(ctx, u.database())
		}
	}
	name, err := u.copy(ctx)
	if err != nil {
		return fmt.Errorf("the database could not be copied before the upgrade to version %s, which is not begun: %w", u.version, err)
	}
	if err := (record{Version: u.version, Copy: name}).writeTo(ctx, u.database()); err != nil {
		return fmt.Errorf("note the upgrade to version %s, which is not begun: %w", u.version, err)
	}
	return nil
}

// copy copies the database beside itself, and keeps the newest copies only. It returns the copy's name: "" if the disk has
// no room for it, which it says.
func (u *upgrade) copy(ctx context.Context) (name string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	dir := u.app.DataDir()
	u.removeUnfinished()
	size := sizeOf(u.database()) + sizeOf(u.database()+"-wal")
	if !u.hasRoom(size) {
		u.keep(kept - 1) // the oldest would go anyway
	}
	if free, _, err := u.usage(dir); err == nil && !u.hasRoom(size) {
		u.warn("the disk has %d MB free and a copy needs %d MB", free>>20, (size+room)>>20)
		return "", nil
	}
	begun := time.Now()
	name = before + fileName(u.version) + "-" + begun.UTC().Format(timeForm) + ".db"
	err = database.Copy(ctx, u.database(), filepath.Join(dir, name))
	if database.IsFull(err) {
		u.warn("%s", err)
		return "", nil
	}
	if err != nil {
		return "", err
	}
	u.keep(kept)
	fmt.Fprintf(u.program.Out, "privet %s is about to migrate the data folder: copied its database (%d MB, %.1f s) to %s\n",
		u.version, sizeOf(filepath.Join(dir, name))>>20, time.Since(begun).Seconds(), filepath.Join(dir, name))
	return name, nil
}

// warn says why there is no copy.
func (u *upgrade) warn(reason string, args ...any) {
	fmt.Fprintf(u.program.Errors, "privet: warning: the database was not copied before the upgrade to version %s (%s). The way back is a backup.\n",
		u.version, fmt.Sprintf(reason, args...))
}

// hasRoom reports whether the disk has room for a copy; where it can't be asked, it has.
func (u *upgrade) hasRoom(size int64) bool {
	free, _, err := u.usage(u.app.DataDir())
	return err != nil || free >= uint64(size+room)
}

// keep removes all copies but the newest.
func (u *upgrade) keep(count int) {
	all := copies(u.app.DataDir())
	for _, old := range all[min(count, len(all)):] {
		_ = os.Remove(old.path) // it is tried again with the next copy
	}
}

// removeUnfinished removes what a process left that was killed while it copied.
func (u *upgrade) removeUnfinished() {
	for _, name := range Leftovers(u.app.DataDir()) {
		if strings.HasPrefix(name, before) && !strings.HasSuffix(name, ".db") {
			_ = os.Remove(filepath.Join(u.app.DataDir(), name)) // costs room at worst
		}
	}
}

// finish notes that this version serves the folder: the next upgrade begins with a new copy.
func (u *upgrade) finish() error {
	found := look(u.database(), "")
	if found.record.Version == u.version && found.record.Finished {
		return nil
	}
	return record{Version: u.version, Copy: found.record.Copy, Finished: true}.write(context.Background(), u.app.NonconcurrentDB())
}

func sizeOf(file string) int64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return info.Size()
}

// fileName returns a version as a part of a file's name.
func fileName(version string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '+' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, version)
}
