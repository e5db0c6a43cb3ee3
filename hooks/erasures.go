package hooks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/privet/privet/hooks/backup"
	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/erasure"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"
)

// registerErasures keeps the list of erasures, and applies it when the app serves a database that is older than the list.
func registerErasures(app core.App) {
	app.OnRecordDelete(store.Users, store.Media).Bind(&hook.Handler[*core.RecordEvent]{
		Id:       "privet_erasures",
		Priority: beforeInterceptors,
		Func: func(e *core.RecordEvent) error {
			entry := erasure.Entry{Kind: erasure.User, ID: e.Record.Id, Created: store.CreatedText(e.Record), Act: erasure.Deleted}
			if e.Record.Collection().Name == store.Media {
				if store.ActorOf(e.Record).Side != order.Moderator {
					return e.Next() // somebody's own picture that was replaced, which is no matter after a restore
				}
				entry.Kind = erasure.Media
			}
			return store.InTransaction(e, func() error {
				if err := e.Next(); err != nil {
					return err
				}
				noteErasure(e.App, entry)
				return nil
			})
		},
	})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_erasures",
		Priority: -9980, // with the lock, and before anybody is answered
		Func: func(e *core.ServeEvent) error {
			applied, err := ApplyErasures(context.Background(), app)
			if err != nil {
				return fmt.Errorf("the list of erasures, %s, could not be applied: %w", disk.Absolute(erasure.Path(app.DataDir())), err)
			}
			if applied > 0 {
				app.Logger().Warn("the database is older than the list of erasures: what was erased since was erased again", "count", applied)
			}
			return e.Next()
		},
	})
}

// noteErasure adds an entry to the list once the transaction has committed, and before anybody is told that it has. If
// that fails, the erasure is not acknowledged, and the next start adds the entry.
func noteErasure(tx core.App, entry erasure.Entry) {
	entry.At = time.Now()
	tx.TxInfo().OnComplete(func(failed error) error {
		if failed != nil {
			return nil
		}
		if err := erasure.Append(tx.DataDir(), entry); err != nil {
			tx.Logger().Error("an erasure could not be added to the list outside of the database", "id", entry.ID, "error", err)
			return fmt.Errorf("the erasure is made, but not noted for the case of a restore: %w", err)
		}
		return nil
	})
}

// takeUnpacked adds the list of a backup, which was unpacked into the data folder as it is, to the folder's own.
func takeUnpacked(app core.App) error {
	path := filepath.Join(app.DataDir(), backup.ErasedName)
	entries, _, err := erasure.ReadFile(path)
	if err != nil || len(entries) == 0 {
		return err
	}
	if err := erasure.Append(app.DataDir(), entries...); err != nil {
		return err
	}
	return os.Remove(path)
}

// ApplyErasures erases again what is in the list of the app's data folder and in the database: a restore has brought it
// back. It returns how much that was. Then it adds to the list those users who are erased in the database and not in the
// list, which may have been lost.
func ApplyErasures(ctx context.Context, app core.App) (applied int, err error) {
	if err := takeUnpacked(app); err != nil {
		return 0, err
	}
	entries, invalid, err := erasure.ReadFile(erasure.Path(app.DataDir()))
	if err != nil {
		return 0, err
	}
	if invalid > 0 {
		app.Logger().Warn("the list of erasures has lines that can't be read", "path", disk.Absolute(erasure.Path(app.DataDir())), "count", invalid)
	}
	listed := map[[3]string]erasure.Entry{}
	ids := map[string][]string{}
	for _, e := range entries {
		listed[[3]string{e.Kind, e.ID, e.Created}] = e
		ids[e.Kind] = append(ids[e.Kind], e.ID)
	}
	for kind, known := range map[string]func(context.Context, core.App, []string) ([]store.Known, error){
		erasure.User: store.KnownUsers, erasure.Media: store.KnownMedia,
	} {
		rows, err := known(ctx, app, ids[kind])
		if err != nil {
			return applied, err
		}
		for _, row := range rows {
			if e, is := listed[[3]string{kind, row.ID, row.Created}]; is {
				if err := eraseAgain(ctx, app, e); err != nil {
					return applied, fmt.Errorf("erase %s %s: %w", e.Kind, e.ID, err)
				}
				applied++
			}
		}
	}
	erased, err := store.ErasedUsers(ctx, app)
	if err != nil {
		return applied, err
	}
	var added []erasure.Entry
	for _, row := range erased {
		if _, is := listed[[3]string{erasure.User, row.ID, row.Created}]; !is {
			at, _ := types.ParseDateTime(row.Erased) // zero, if somebody has written nonsense there
			added = append(added, erasure.Entry{Kind: erasure.User, ID: row.ID, Created: row.Created, Act: erasure.Erased, At: at.Time()})
		}
	}
	return applied, erasure.Append(app.DataDir(), added...)
}

// eraseAgain does what an entry says.
func eraseAgain(ctx context.Context, app core.App, e erasure.Entry) error {
	if e.Kind == erasure.Media {
		record, err := app.FindRecordById(store.Media, e.ID)
		if err != nil {
			return err
		}
		return app.DeleteWithContext(ctx, record)
	}
	user, err := store.FindUser(app, e.ID)
	if err != nil {
		return err
	}
	if e.Act == erasure.Deleted {
		has, err := store.HasOrders(ctx, app, e.ID)
		if err != nil {
			return err
		}
		if !has {
			return app.DeleteWithContext(ctx, user.Record)
		}
	}
	user.ConfirmErasure()
	return app.SaveNoValidateWithContext(ctx, user)
}
