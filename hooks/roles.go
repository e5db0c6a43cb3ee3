package hooks

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/superuser"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/mailer"
)

// lastOwner is the message to whoever would leave privet without an owner.
const lastOwner = "This is the last owner: make somebody else an owner first."

// registerRoles gives superusers their roles: the first is an owner, each further one a moderator unless an owner chooses
// otherwise. The last owner can neither be deleted nor become a moderator. The gate (routes/gate) says what a moderator
// may ask for.
func registerRoles(app core.App) {
	// Each rule looks at the other superusers in the transaction of the change, so that two changes at once don't miss one another.
	handler := func(rule func(e *core.RecordEvent) error) *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{
			Id:       "privet_roles",
			Priority: beforeInterceptors,
			Func: func(e *core.RecordEvent) error {
				if !superuser.HasRoles(e.Record) {
					return e.Next()
				}
				return store.InTransaction(e, func() error {
					if err := rule(e); err != nil {
						return err
					}
					return e.Next()
				})
			},
		}
	}
	app.OnRecordCreate(core.CollectionNameSuperusers).Bind(handler(chooseRole))
	app.OnRecordUpdate(core.CollectionNameSuperusers).Bind(handler(checkRoleChange))
	app.OnRecordDelete(core.CollectionNameSuperusers).Bind(handler(checkOwnerDelete))

	app.OnMailerSend().BindFunc(func(e *core.MailerEvent) error {
		if e.Message.To = alertable(e.App, e.Message); len(e.Message.To) == 0 {
			return nil
		}
		return e.Next()
	})

	app.OnRecordCreateRequest(core.CollectionNameSuperusers).BindFunc(refuseModerator)
	app.OnRecordDeleteRequest(core.CollectionNameSuperusers).BindFunc(refuseModerator)
	app.OnRecordUpdateRequest(core.CollectionNameSuperusers).BindFunc(func(e *core.RecordRequestEvent) error {
		if superuser.RoleOf(e.Record) == superuser.RoleOf(e.Record.Original()) && e.Auth != nil && e.Auth.Id == e.Record.Id {
			return e.Next()
		}
		return refuseModerator(e)
	})
}

// chooseRole gives a new superuser the role that was chosen, else that of a moderator. Where there is no owner the new one
// becomes one.
func chooseRole(e *core.RecordEvent) error {
	hasOwner, err := superuser.HasOwner(e.App, "")
	switch {
	case err != nil:
		return err
	case !hasOwner:
		superuser.SetRole(e.Record, superuser.Owner)
	case superuser.RoleOf(e.Record) == "":
		superuser.SetRole(e.Record, superuser.Moderator)
	}
	return nil
}

// checkRoleChange refuses to leave a superuser without a role, and privet without an owner. A copy that was loaded before
// somebody else has changed the role does not change it back.
func checkRoleChange(e *core.RecordEvent) error {
	before, err := storedSuperuser(e)
	if err != nil {
		return err
	}
	if superuser.RoleOf(e.Record) == superuser.RoleOf(e.Record.Original()) {
		superuser.SetRole(e.Record, superuser.RoleOf(before))
	}
	if superuser.RoleOf(before) == "" && superuser.RoleOf(e.Record) == "" {
		return chooseRole(e)
	}
	if superuser.RoleOf(e.Record) == "" {
		return validation.Errors{superuser.FieldRole: refusal.Invalid("Choose owner or moderator.")}
	}
	if isLast, err := isLastOwner(e.App, before); !isLast || err != nil {
		return err
	}
	switch {
	case !superuser.IsOwner(e.Record):
		return validation.Errors{superuser.FieldRole: refusal.Invalid(lastOwner)}
	case !superuser.IsPerson(e.Record):
		return validation.Errors{core.FieldNameEmail: refusal.Invalid("This is the address of PocketBase's installer.")}
	}
	return nil
}

// checkOwnerDelete refuses to delete the last owner.
func checkOwnerDelete(e *core.RecordEvent) error {
	before, err := storedSuperuser(e)
	if err != nil {
		return err
	}
	isLast, err := isLastOwner(e.App, before)
	if err != nil {
		return err
	}
	if isLast {
		return refusal.BadRequest(lastOwner)
	}
	return nil
}

// storedSuperuser returns a superuser as they are in the database, whatever the event's copy says.
func storedSuperuser(e *core.RecordEvent) (*core.Record, error) {
	record, err := e.App.FindRecordById(e.Record.Collection(), e.Record.Id)
	if err != nil {
		return nil, fmt.Errorf("read superuser %s: %w", e.Record.Id, err)
	}
	return record, nil
}

// isLastOwner reports whether a superuser is an owner and nobody else is.
func isLastOwner(tx core.App, record *core.Record) (bool, error) {
	if !superuser.IsOwner(record) || !superuser.IsPerson(record) {
		return false, nil
	}
	hasOwner, err := superuser.HasOwner(tx, record.Id)
	return !hasOwner && err == nil, err
}

// refuseModerator refuses a moderator's request to change superusers, should one come past the gate.
func refuseModerator(e *core.RecordRequestEvent) error {
	if e.HasSuperuserAuth() && !superuser.IsOwner(e.Auth) {
		return e.ForbiddenError("Only owners change superusers.", nil)
	}
	return e.Next()
}

// alertable returns the receivers of a mail without moderators where it is one of PocketBase's alerts, such as that of a backup
// that failed: it mails these to all superusers, with the paths and hosts of the error.
func alertable(app core.App, message *mailer.Message) []mail.Address {
	if !strings.HasPrefix(message.Subject, "["+app.Settings().Meta.AppName+" system alert] ") {
		return message.To
	}
	return slices.DeleteFunc(slices.Clone(message.To), func(to mail.Address) bool {
		receiver, err := app.FindAuthRecordByEmail(core.CollectionNameSuperusers, to.Address)
		return err != nil || !superuser.IsOwner(receiver)
	})
}
