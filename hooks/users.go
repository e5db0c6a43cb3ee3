package hooks

import (
	"errors"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

func registerUsers(app core.App) {
	app.OnRecordCreate(store.Users).BindFunc(func(e *core.RecordEvent) error {
		user := store.AsUser(e.Record)
		// Turning it on later would delete the user's external logins.
		user.SetVerified(true)
		user.SetRev(0)
		return saveUser(e, user, nil)
	})
	app.OnRecordUpdate(store.Users).Bind(&hook.Handler[*core.RecordEvent]{
		Id:       "privet_users_update",
		Priority: beforeInterceptors,
		Func: func(e *core.RecordEvent) error {
			return inTransaction(e, func() error {
				before, err := store.FindUser(e.App, e.Record.Id)
				if err != nil {
					return err
				}
				return saveUser(e, store.AsUser(e.Record), before)
			})
		},
	})
	app.OnRecordValidate(store.Users).BindFunc(validateUser)
	app.OnRecordDelete(store.Users).BindFunc(func(e *core.RecordEvent) error {
		has, err := store.HasOrders(e.App, e.Record.Id)
		if err != nil {
			return err
		}
		if has {
			return refusal.BadRequest("User " + e.Record.Id + " has orders, which stay for the other side: erase them instead, by the field erase")
		}
		return e.Next()
	})
	app.OnRecordAfterUpdateSuccess(store.Users).BindFunc(func(e *core.RecordEvent) error {
		if err := store.ForgetLogs(app, store.ErasedWords(e.Record)); err != nil {
			app.Logger().Error("an erased user is still in the logs", "id", e.Record.Id, "error", err)
		}
		return e.Next()
	})
}

// saveUser keeps the rules of a user that is created (before is nil) or changed, around the writing.
func saveUser(e *core.RecordEvent, user, before *store.User) error {
	shut, err := moderate(e.App, user, before)
	if err != nil {
		return err
	}
	user.SetRev(user.Rev() + 1)
	user.Derive()
	taken, err := store.EmailTaken(e.App, user.Email(), user.Id)
	if err != nil {
		return err
	}
	if taken {
		return refusal.New(core.FieldNameEmail, "email", "The email has already been taken.")
	}
	if before != nil && before.Role() == store.RolePerformer && user.Role() != store.RolePerformer {
		waiting, err := store.NewOrders(e.App, user.Id)
		if err != nil {
			return err
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
	if upload := files.AskedUpload(user.Record); upload != nil {
		if err := store.DeleteProfileMedia(e.App, user.Id); err != nil {
			return err
		}
		if err := files.AddMedia(e.App, upload, user.Id, ""); err != nil {
			return err
		}
	}
	if shut {
		return shutOut(e.App, user)
	}
	if before != nil && before.PasswordHash() != user.PasswordHash() {
		return store.EndSessions(e.App, user.Id, store.ActorOf(user.Record).DeviceID)
	}
	return nil
}

// validateUser lets e-mail addresses through that PocketBase would not take and Laravel does: those that the
// API's rules have checked, and those that stay as they are.
func validateUser(e *core.RecordEvent) error {
	err := e.Next()
	var fields validation.Errors
	if !errors.As(err, &fields) || fields[core.FieldNameEmail] == nil {
		return err
	}
	user := store.AsUser(e.Record)
	if user.Email() == "" || (!user.EmailChecked() && user.Original().Email() != user.Email()) {
		return err
	}
	delete(fields, core.FieldNameEmail)
	if len(fields) > 0 {
		return fields
	}
	return nil
}
