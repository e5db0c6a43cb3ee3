package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/privet/privet/hooks/erasure"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/store/dbfile"

	"github.com/pocketbase/pocketbase/core"
)

// data looks at the database, and at the files that belong to its rows.
func (d *Doctor) data(ctx context.Context) {
	db, err := dbfile.Open(filepath.Join(d.Dir, dbfile.Name))
	if err != nil {
		d.say(Failure, "database", "it can't be opened: %v", err)
		return
	}
	defer db.Close()
	problems, err := db.Check(ctx, !d.Full)
	switch {
	case err != nil:
		d.say(Failure, "database", "it can't be checked: %v; restore a backup", err)
		return
	case len(problems) > 0:
		d.say(Failure, "database", "it is damaged: %s; stop the server, keep the folder, and restore a backup", strings.Join(problems[:min(3, len(problems))], "; "))
	case d.Full:
		d.say(OK, "database", "sound: tables, indexes and constraints")
	default:
		d.say(OK, "database", "sound as far as a quick look shows (--full reads indexes, too)")
	}
	d.migrations(ctx, db)
	if d.stored, err = db.Settings(ctx, d.SettingsKey); err != nil {
		d.say(Failure, "settings", "%v", err)
	}
	if d.stored != nil && d.stored.Logs.MaxDays == 0 {
		d.say(OK, "logs", "the dashboard keeps none (Settings → Logs): warnings and errors are on the server's standard error alone")
	}
	d.files(ctx, db)
	d.work(ctx, db)
	d.erasures(ctx, db)
}

// migrations compares the schema with that of this version.
func (d *Doctor) migrations(ctx context.Context, db *dbfile.File) {
	ran, err := db.Migrations(ctx)
	if err != nil {
		d.say(Failure, "schema", "its history can't be read: %v", err)
		return
	}
	own := slices.Concat(core.SystemMigrations.Items(), core.AppMigrations.Items())
	for _, name := range slices.Backward(ran) {
		if !slices.ContainsFunc(own, func(m *core.Migration) bool { return m.File == name }) {
			d.say(Failure, "schema", "a newer version of privet has run the migration %s: start that version", name)
			return
		}
	}
	waiting := 0
	for _, m := range own {
		if !slices.Contains(ran, m.File) {
			waiting++
		}
	}
	if waiting > 0 {
		d.say(Warning, "schema", "%d migrations of this version run at the server's next start, which copies the database before", waiting)
		return
	}
	d.say(OK, "schema", "that of this version")
}

// files compares the rows with the storage, in both directions.
func (d *Doctor) files(ctx context.Context, db *dbfile.File) {
	if d.stored != nil && d.stored.S3.Enabled {
		d.say(OK, "files", "they are in the bucket %s, which is not looked through", d.stored.S3.Bucket)
		return
	}
	storage := filepath.Join(d.Dir, core.LocalStorageDirName)
	named := map[string]bool{}
	missing, example := 0, ""
	err := db.StoredFiles(ctx, func(key string) error {
		named[key] = true
		if _, err := os.Stat(filepath.Join(storage, filepath.FromSlash(key))); errors.Is(err, fs.ErrNotExist) {
			if missing++; example == "" {
				example = key
			}
		}
		return ctx.Err()
	})
	if err != nil {
		d.say(Failure, "files", "the rows can't be read: %v", err)
		return
	}
	unowned, bytes, first := 0, int64(0), ""
	_ = filepath.WalkDir(storage, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // it was removed meanwhile
		}
		key := filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(path, storage), string(filepath.Separator)))
		if entry.IsDir() {
			if key == files.UploadsFolder { // those under way
				return fs.SkipDir
			}
			return nil
		}
		if named[strings.TrimSuffix(key, files.AttributesSuffix)] {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			if unowned++; first == "" {
				first = key
			}
			bytes += info.Size()
		}
		return nil
	})
	if missing > 0 {
		d.say(Failure, "files", "%d files that rows name are not in the storage, such as %s: look for them in a backup", missing, example)
	}
	if unowned > 0 {
		d.say(Warning, "files", "%d files (%d KB) belong to no row, such as %s; the server removes its own after a week", unowned, bytes>>10, first)
	}
	if missing == 0 && unowned == 0 {
		d.say(OK, "files", "%d, each of a row, and none is missing", len(named))
	}
}

// work reports what waits or has failed.
func (d *Doctor) work(ctx context.Context, db *dbfile.File) {
	n, err := db.Work(ctx)
	if err != nil {
		d.say(Warning, "work", "what waits can't be counted: %v", err)
		return
	}
	if n.FailedPreviews > 0 {
		d.say(Warning, "previews", "%d could not be made and show a placeholder; to try again: privet previews retry", n.FailedPreviews)
	} else {
		d.say(OK, "previews", "none has failed, %d wait", n.WaitingPreviews)
	}
	if n.HeldPushes > 0 {
		d.say(Warning, "pushes", "%d are held back since a restore: privet outbox release sends them, discard gives them up", n.HeldPushes)
	}
	if n.FailedPushes > 0 {
		d.say(Warning, "pushes", "%d of the last 30 days failed or came too late; the collection pushes says why, most often: %s", n.FailedPushes, n.PushError)
	} else if n.HeldPushes == 0 {
		d.say(OK, "pushes", "none has failed, %d wait", n.WaitingPushes)
	}
	if n.FailedRemovals > 0 {
		d.say(Warning, "removals", "%d files that should be gone can't be removed: %s", n.FailedRemovals, n.RemovalError)
	}
	d.relay(n.Relayed)
}

// relay tells what nobody else would: Apple's mail relay answers nothing to a sender that is not registered. Whether one is
// can't be asked.
func (d *Doctor) relay(users int) {
	mails := d.stored != nil && d.stored.SMTP.Enabled
	sender := "the sender of your mails"
	if mails && d.stored.Meta.SenderAddress != "" {
		sender = d.stored.Meta.SenderAddress + " and its domain"
	}
	const drops = "Apple's mail relay (privaterelay.appleid.com, private.icloud.com), which drops mails of senders that it does not know without a word: " +
		"register %s in Apple's developer account, under Sign in with Apple for Email Communication"
	switch {
	case users > 0:
		d.say(Warning, "Apple", "%d users have an address of "+drops, users, sender)
	case mails && len(d.Settings.Apple.ClientIDs) > 0:
		d.say(OK, "Apple", "people who sign in may get an address of "+drops, sender)
	}
}

// erasures compares the list outside of the database with the database.
func (d *Doctor) erasures(ctx context.Context, db *dbfile.File) {
	erased, err := db.Erased(ctx)
	if err != nil {
		d.say(Warning, "erasures", "they can't be read: %v", err)
		return
	}
	entries, invalid, err := erasure.ReadFile(erasure.Path(d.Dir))
	if err != nil {
		d.say(Failure, "erasures", "the list can't be read: %v", err)
		return
	}
	listed := map[string]bool{}
	for _, e := range entries {
		listed[e.Kind+" "+e.ID+" "+e.Created] = true
	}
	unlisted := 0
	for _, u := range erased {
		if !listed[erasure.User+" "+u] {
			unlisted++
		}
	}
	switch {
	case unlisted > 0:
		d.say(Warning, "erasures", "%d erased users are not in %s, and a restore would bring them back; the server's next start adds them", unlisted, erasure.Path(d.Dir))
	case invalid > 0:
		d.say(Warning, "erasures", "%d lines of %s can't be read", invalid, erasure.Path(d.Dir))
	default:
		d.say(OK, "erasures", "%d in the list for restores; keep a copy of %s where the backups are", len(entries), erasure.Path(d.Dir))
	}
}
