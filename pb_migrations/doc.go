// Package pb_migrations builds privet's collections, step by step, in hand-written Go.
//
// Each file is one collection or one change, with its way down. Names stand here as literals on purpose:
// a migration describes the past and must not follow later renames in the code.
package pb_migrations

import "github.com/pocketbase/pocketbase/core"

// integerID turns a collection's primary key into decimals that the hooks take from a sequence.
// The pattern must stay PocketBase's own default (any other adds a full scan to each create), and "0" only
// makes the field optional in the dashboard: the hooks replace it.
func integerID(collection *core.Collection) {
	id := collection.Fields.GetByName("id").(*core.TextField)
	id.Pattern = `^[a-z0-9]+$`
	id.AutogeneratePattern = "0"
	id.Min = 1
	id.Max = 15
	id.Help = "Left empty, the next number is taken. It can't be changed later."
}

// stamps adds the times that PocketBase keeps by itself.
func stamps(collection *core.Collection) {
	collection.Fields.Add(
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
}

// deleteCollection is the way down of a migration that made one.
func deleteCollection(name string) func(core.App) error {
	return func(app core.App) error {
		collection, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			return err
		}
		return app.Delete(collection)
	}
}

// maxText is the longest text that a request can bring (its body ends at 1 MiB), in characters.
const maxText = 1 << 20

// foldedText is the longest that a text of maxText becomes when it is normalised and folded to one case.
const foldedText = 16 * maxText
