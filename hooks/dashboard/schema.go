package dashboard

import (
	"reflect"
	"slices"

	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/superuser"

	"github.com/pocketbase/pocketbase/core"
)

// registerSchema refuses requests that change privet's own collections: an access rule that opens one, or a field that
// is removed, would undo what the hooks guarantee. Migrations, which are no requests, pass.
func registerSchema(app core.App) {
	const message = "This collection is part of privet: its migrations alone change it"
	own := func(collection *core.Collection) bool {
		return slices.Contains(store.OwnCollections(), collection.Name)
	}
	refuse := func(e *core.CollectionRequestEvent) error {
		if original, err := e.App.FindCollectionByNameOrId(e.Collection.Id); own(e.Collection) || err == nil && own(original) {
			return refusal.BadRequest(message)
		}
		return e.Next()
	}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.BindFunc(func(e *core.RequestEvent) error { // PocketBase calls no hook for a truncation
			if e.Request.Pattern == "DELETE /api/collections/{collection}/truncate" {
				if collection, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection")); err == nil && own(collection) {
					return refusal.BadRequest(message)
				}
			}
			return e.Next()
		})
		return e.Next()
	})
	app.OnCollectionUpdateRequest().BindFunc(refuse)
	app.OnCollectionUpdateRequest().BindFunc(keepRole)
	app.OnCollectionCreate().BindFunc(reserveTopics)
	app.OnCollectionUpdate().BindFunc(reserveTopics)
	app.OnCollectionCreate().BindFunc(protectFiles)
	app.OnCollectionUpdate().BindFunc(protectFiles)
	app.OnCollectionDeleteRequest().BindFunc(refuse)
	app.OnCollectionsImportRequest().BindFunc(func(e *core.CollectionsImportRequestEvent) error {
		if e.DeleteMissing {
			return refusal.BadRequest("An import can't delete collections here: " + message)
		}
		for _, data := range e.CollectionsData {
			for _, key := range []string{"id", "name"} {
				text, _ := data[key].(string)
				if collection, err := e.App.FindCollectionByNameOrId(text); err == nil && (own(collection) || collection.Name == core.CollectionNameSuperusers) {
					return refusal.BadRequest(collection.Name + ": " + message)
				}
			}
		}
		return e.Next()
	})
}

// keepRole refuses to change the field with the roles of superusers. The rest of the collection, such as the second factor,
// may be changed.
func keepRole(e *core.CollectionRequestEvent) error {
	original, err := e.App.FindCollectionByNameOrId(e.Collection.Id)
	if err != nil {
		return err
	}
	if original.Name != core.CollectionNameSuperusers {
		return e.Next()
	}
	before, after := original.Fields.GetByName(superuser.FieldRole), e.Collection.Fields.GetByName(superuser.FieldRole)
	if !reflect.DeepEqual(before, after) {
		return refusal.BadRequest("The field " + superuser.FieldRole + " is part of privet: its migrations alone change it")
	}
	return e.Next()
}

// reserveTopics refuses a collection whose records would be sent on the topics of the desk, which moderators subscribe to.
func reserveTopics(e *core.CollectionEvent) error {
	if e.Collection.Name == desk.Topics || e.Collection.Id == desk.Topics {
		return refusal.BadRequest(desk.Topics + " is a name of privet's own: choose another one")
	}
	return e.Next()
}

// protectFiles makes the files of an owner's collection protected, as privet's are: PocketBase's files are there for
// superusers only (routes/gate), and the dashboard sends its file token for protected ones alone.
func protectFiles(e *core.CollectionEvent) error {
	for _, field := range e.Collection.Fields {
		if file, ok := field.(*core.FileField); ok {
			file.Protected = true
		}
	}
	return e.Next()
}
