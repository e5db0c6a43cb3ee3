package hooks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/privet/privet/hooks/erasure"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/revision"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// registerUsers binds the rules of users: unique e-mails, derived fields, moderation, and the sessions that end with
// it.
func registerUsers(app core.App) {
	changes := revision.New()
	fold := &hook.Handler[*core.RecordEvent]{
		Id:       "privet_users_fold",
		Priority: beforeInterceptors - 1, // before the transaction that registerIDs or an update opens
		Func: func(e *core.RecordEvent) error {
			store.AsUser(e.Record).FoldDescription()
			return e.Next()
		},
	}
	app.OnRecordCreate(store.Users).Bind(fold)
	app.OnRecordUpdate(store.Users).Bind(fold)
	app.OnRecordCreate(store.Users).BindFunc(func(e *core.RecordEvent) error {
		user := store.AsUser(e.Record)
		// PocketBase deletes a user's external logins when verified is turned on later.
		user.SetVerified(true)
		user.SetRev(0)
		return saveUser(e, user, nil, changes)
	})
	app.OnRecordUpdate(store.Users).Bind(&hook.Handler[*core.RecordEvent]{
		Id:       "privet_users_update",
		Priority: beforeInterceptors,
		Func: func(e *core.RecordEvent) error {
			return store.InTransaction(e, func() error {
				before, err := store.FindUser(e.App, e.Record.Id)
				if err != nil {
					return fmt.Errorf("read user %s: %w", e.Record.Id, err)
				}
				return saveUser(e, store.AsUser(e.Record), before, changes)
			})
		},
	})
	app.OnRecordValidate(store.Users).BindFunc(validateUser)
	app.OnRecordDelete(store.Users).BindFunc(func(e *core.RecordEvent) error {
		has, err := store.HasOrders(e.Context, e.App, e.Record.Id)
		if err != nil {
			return fmt.Errorf("look for orders of user %s: %w", e.Record.Id, err)
		}
		if has {
			return refusal.BadRequest("User " + e.Record.Id + " has orders, which the other participants keep: erase them instead, with the field erase")
		}
		if err := store.EndProfileFetch(e.Context, e.App, e.Record.Id); err != nil {
			return fmt.Errorf("forget what is to be fetched for user %s: %w", e.Record.Id, err)
		}
		if err := store.EndLinks(e.Context, e.App, e.Record.Id); err != nil {
			return err
		}
		return e.Next()
	})
}

// saveUser applies the rules of a user who is created (before is nil) or updated (before is the fresh row), around the
// rest of the hooks and the write.
func saveUser(e *core.RecordEvent, user, before *store.User, changes *revision.History) error {
	var conflicts []string
	var shownEmail string
	if before != nil {
		var err error
		if conflicts, shownEmail, err = mergeUser(changes, user, before); err != nil {
			return err
		}
	}
	disabled, err := applyModeration(e.Context, e.App, user, before, conflicts, shownEmail)
	if err != nil {
		return err
	}
	user.SetRev(user.Rev() + 1)
	user.Derive(before)
	taken, err := store.EmailTaken(e.Context, e.App, user.Email(), user.Id)
	if err != nil {
		return fmt.Errorf("look for the e-mail of user %q: %w", user.Id, err)
	}
	if taken {
		return refusal.New(core.FieldNameEmail, "email", "The email has already been taken.")
	}
	if before != nil && before.Role() == store.RolePerformer && user.Role() != store.RolePerformer {
		waiting, err := store.CountNewOrders(e.App, user.Id)
		if err != nil {
			return fmt.Errorf("count the new orders of performer %s: %w", user.Id, err)
		}
		if waiting > 0 {
			return refusal.New("role", "role", "The selected role is invalid.")
		}
	}
	if before != nil && before.Email() != user.Email() {
		user.SetEmailProven(false)
	}
	if err := e.Next(); err != nil {
		return err
	}
	if before != nil {
		changes.Note(user.Record, before.Record, user.Rev(), !byParticipant(user.Record))
	}
	if !user.Erased() {
		if err := desk.NoteBan(e.App, user, before, store.ActorOf(user.Record).Moderator, time.Now()); err != nil {
			return err
		}
	}
	if before != nil && user.Erased() && !before.Erased() {
		removeFromLogs(context.WithoutCancel(e.Context), e.App, before)
		noteErasure(e.App, erasure.Entry{Kind: erasure.User, ID: user.Id, Created: store.CreatedText(before.Record), Act: erasure.Erased})
	}
	newPassword := before != nil && before.PasswordHash() != user.PasswordHash()
	if newPassword || before != nil && before.Email() != user.Email() { // whoever reads the old address's mails must not get in
		if err := store.EndLinks(e.Context, e.App, user.Id); err != nil {
			return err
		}
	}
	if disabled {
		return revokeAccess(e.Context, e.App, user)
	}
	if newPassword {
		if err := store.RevokeSessions(e.App, user.Id, store.ActorOf(user.Record).DeviceID); err != nil {
			return fmt.Errorf("revoke the sessions of user %s: %w", user.Id, err)
		}
	}
	return nil
}

// removeFromLogs deletes the log lines that contain a contact of a user, once the transaction that erases
// them has committed.
func removeFromLogs(ctx context.Context, tx core.App, user *store.User) {
	tx.TxInfo().OnComplete(func(failed error) error {
		if failed != nil {
			return nil
		}
		if err := store.DeleteLogEntries(ctx, tx, user.Contacts()); err != nil {
			tx.Logger().ErrorContext(ctx, "an erased user is still in the logs", "id", user.Id, "error", err)
		}
		return nil
	})
}

// validateUser accepts e-mail addresses that PocketBase's validation rejects in two cases: the address stays as it
// is, or the user acts through the API, which has validated it as Laravel does and accepts more.
func validateUser(e *core.RecordEvent) error {
	err := e.Next()
	var fields validation.Errors
	if !errors.As(err, &fields) || fields[core.FieldNameEmail] == nil {
		return err
	}
	user := store.AsUser(e.Record)
	if user.Email() == "" || (!byParticipant(e.Record) && user.Original().Email() != user.Email()) {
		return err
	}
	delete(fields, core.FieldNameEmail)
	return fields.Filter()
}
