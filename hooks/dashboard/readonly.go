package dashboard

import (
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// readOnlyCollections are the collections whose rows only privet's code writes, with the messages for a moderator who creates,
// changes or deletes one. field carries that of create. With "", another rule decides on changes (package hooks), and rows may be
// deleted.
var readOnlyCollections = map[string]struct{ field, create, update, remove string }{
	store.OrderHistory: {"order", "The history is written automatically when an order's status changes.", "The history can't be changed.", "The history can't be deleted"},
	store.Devices:      {"user", "A device is added when a user signs in with the app.", "It can't be changed. Delete the row to sign the device out.", ""},
	store.InviteTokens: {"user", "A token is added when somebody opens a share link.", "It can't be changed. Delete the row to end the token.", ""},
	store.Blocks:       {"blocker", "Only users block each other, in the app.", "It can't be changed.", "Only the user who has blocked the other can end it, in the app"},
	store.Pushes:       {"state", "A push is added when an order changes.", "It can't be changed. Delete the row so that it is not sent.", ""},
	store.Mails:        {"state", "A mail is added when somebody asks for a link, or when a case waits.", "It can't be changed. Delete the row so that it is not sent.", ""},
	store.Cases:        {"target", "A case is opened by a report, or by what the server notices.", "", "It can't be deleted: give it a verdict"},
	store.Reports:      {"target", "A report comes from the app.", "", "It can't be deleted: give it a verdict"},
	store.Signals:      {"target", "It is added when a case is opened.", "It can't be changed.", "It can't be deleted: give the case a verdict"},
	store.Warnings:     {"user", "Warn people at the desk.", "It can't be changed: the person was told.", "It can't be deleted: the person was told"},
	store.Bans:         {"user", "A ban is added when somebody is banned.", "It can't be changed: change the user's ban.", "It can't be deleted"},
	store.Notes:        {"text", "Write notes at the desk.", "It can't be changed: write another one.", "It can't be deleted"},
	store.Audit:        {"act", "The audit is written automatically.", "The audit can't be changed.", "The audit can't be deleted"},
}

// registerReadOnly refuses moderators' edits of rows and fields that only privet's code writes. Nobody changes the
// history, whoever the actor is.
func registerReadOnly(app core.App) {
	for name, messages := range readOnlyCollections {
		refused := func(record *core.Record) bool { return byModerator(record) || name == store.OrderHistory }
		app.OnRecordCreate(name).BindFunc(func(e *core.RecordEvent) error {
			if byModerator(e.Record) {
				return validation.Errors{messages.field: refusal.Invalid(messages.create)}
			}
			return e.Next()
		})
		app.OnRecordUpdate(name).BindFunc(func(e *core.RecordEvent) error {
			if messages.update != "" && refused(e.Record) {
				return refuseChanges(store.Changed(e.Record, e.Record.Original()), messages.update)
			}
			return e.Next()
		})
		app.OnRecordDelete(name).BindFunc(func(e *core.RecordEvent) error {
			if messages.remove != "" && refused(e.Record) {
				return refusal.BadRequest(messages.remove)
			}
			return e.Next()
		})
	}
	app.OnRecordCreate(store.Media).BindFunc(checkMediaCreate)
	app.OnRecordUpdate(store.Media).BindFunc(checkMediaUpdate)
}

func byModerator(record *core.Record) bool { return store.ActorOf(record).Side == order.Moderator }

// refuseChanges returns an error for each changed field, or for the whole form where none has changed.
func refuseChanges(changed []string, message string) error {
	errs := validation.Errors{}
	for _, name := range changed {
		errs[name] = refusal.Invalid(message)
	}
	if len(errs) == 0 {
		return refusal.BadRequest(message)
	}
	return errs
}

// checkMediaCreate refuses media of an order unless its user is the order's performer.
func checkMediaCreate(e *core.RecordEvent) error {
	media := store.AsMedia(e.Record)
	if !byModerator(e.Record) || media.Order() == "" {
		return e.Next()
	}
	o, err := store.FindOrder(e.App, media.Order())
	if err != nil || o.Performer() != media.User() {
		return validation.Errors{"order": refusal.Invalid("Must be an order of which the user is the performer, or be empty for the user's profile.")}
	}
	return e.Next()
}

// checkMediaUpdate refuses a moderator's change of any field but the file, which refuseNewFile in package hooks guards
// for all actors, and the state of a preview: one that failed may be made to wait for another try.
func checkMediaUpdate(e *core.RecordEvent) error {
	if !byModerator(e.Record) {
		return e.Next()
	}
	const fixed, derived = "It can't be changed: delete the row and create another one.", "It follows from the file."
	const state = "It follows from the file. Only one that failed can be changed, to waiting: then it is tried again."
	before := e.Record.Original()
	messages := map[string]string{"user": fixed, "order": fixed, "type": derived, "still": state, "preview": derived}
	if store.ActorOf(e.Record).Audit { // a form of the stock dashboard
		const atDesk = "Hide and show media at the desk."
		messages["hidden"], messages["hidden_by"], messages["remove_at"] = atDesk, atDesk, atDesk
	}
	if store.AsMedia(before).PreviewState() == store.PreviewFailed && store.AsMedia(e.Record).PreviewState() == store.PreviewWaiting {
		delete(messages, "still")
	}
	errs := refusal.Changed(e.Record, before, messages)
	if len(errs) > 0 {
		return errs
	}
	return e.Next()
}
