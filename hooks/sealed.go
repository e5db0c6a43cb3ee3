package hooks

import (
	"slices"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// sealed are the collections whose rows write themselves: by collection, the field that carries the message when a
// moderator adds one, and the messages.
var sealed = map[string]struct{ field, create, change string }{
	store.OrderHistory: {"order", "The history writes itself, when an order's status changes.", "The history can't be changed."},
	store.Devices:      {"user", "A device comes by signing in with the app.", "It can't be changed. Delete the row to sign the device out."},
	store.InviteTokens: {"user", "A token comes by opening a share link.", "It can't be changed. Delete the row to end the token."},
	store.Pushes:       {"state", "A push comes of an order's change.", "It can't be changed. Delete the row so that it is not sent."},
}

// registerSealed keeps from moderators what would not agree with the rest, and the collections themselves.
func registerSealed(app core.App) {
	for name, words := range sealed {
		app.OnRecordCreate(name).BindFunc(func(e *core.RecordEvent) error {
			if byModerator(e.Record) {
				return validation.Errors{words.field: invalid(words.create)}
			}
			return e.Next()
		})
		app.OnRecordUpdate(name).BindFunc(func(e *core.RecordEvent) error {
			if byModerator(e.Record) || name == store.OrderHistory {
				return refuseChanges(store.Changed(e.Record, e.Record.Original()), words.change)
			}
			return e.Next()
		})
	}
	app.OnRecordDelete(store.OrderHistory).BindFunc(func(*core.RecordEvent) error {
		return refuseAll("The history can't be deleted")
	})
	app.OnRecordCreate(store.Media).BindFunc(checkNewMedia)
	app.OnRecordUpdate(store.Media).BindFunc(checkMedia)
	registerSchema(app)
}

func byModerator(record *core.Record) bool { return store.ActorOf(record).Side == order.Moderator }

// refuseChanges refuses each changed field, and what changes nothing, too.
func refuseChanges(changed []string, message string) error {
	wrong := validation.Errors{}
	for _, name := range changed {
		wrong[name] = invalid(message)
	}
	if len(wrong) == 0 {
		return refuseAll(message)
	}
	return wrong
}

// checkNewMedia: what a moderator adds to an order is its performer's.
func checkNewMedia(e *core.RecordEvent) error {
	media := store.AsMedia(e.Record)
	if !byModerator(e.Record) || media.Order() == "" {
		return e.Next()
	}
	o, err := store.FindOrder(e.App, media.Order())
	if err != nil || o.Performer() != media.User() {
		return validation.Errors{"order": invalid("Must be an order of which the user is the performer, or be empty for the user's profile.")}
	}
	return e.Next()
}

// checkMedia: a picture or video stays where it is; that its file stays, too, is media.go's.
func checkMedia(e *core.RecordEvent) error {
	if !byModerator(e.Record) {
		return e.Next()
	}
	const stays = "It can't be changed: delete the row and make another one."
	messages := map[string]string{"user": stays, "order": stays, "type": "It follows from the file.", "still": "It follows from the file.", "preview": "It follows from the file."}
	if err := orNil(changedOf(e.Record, e.Record.Original(), messages)); err != nil {
		return err
	}
	return e.Next()
}

// registerSchema keeps privet's own collections as its migrations make them: a rule that opens one, or a field that
// goes, would undo what the hooks keep. It holds for requests; migrations pass.
func registerSchema(app core.App) {
	const message = "This collection is part of privet: its migrations alone change it"
	own := func(collection *core.Collection) bool {
		return slices.Contains(store.OwnCollections(), collection.Name)
	}
	refuse := func(e *core.CollectionRequestEvent) error {
		if original, err := e.App.FindCollectionByNameOrId(e.Collection.Id); own(e.Collection) || err == nil && own(original) {
			return refuseAll(message)
		}
		return e.Next()
	}
	app.OnCollectionUpdateRequest().BindFunc(refuse)
	app.OnCollectionDeleteRequest().BindFunc(refuse)
	app.OnCollectionsImportRequest().BindFunc(func(e *core.CollectionsImportRequestEvent) error {
		if e.DeleteMissing {
			return refuseAll("An import can't delete collections here: " + message)
		}
		for _, data := range e.CollectionsData {
			for _, key := range []string{"id", "name"} {
				text, _ := data[key].(string)
				if collection, err := e.App.FindCollectionByNameOrId(text); err == nil && own(collection) {
					return refuseAll(collection.Name + ": " + message)
				}
			}
		}
		return e.Next()
	})
}
