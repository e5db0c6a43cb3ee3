package pb_migrations

import (
	"fmt"
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// schema lists the parts of the schema in the order in which they are created: a collection comes after those that it
// refers to. The down migration removes them in the reverse order.
var schema = []struct {
	name   string
	create func(core.App) error
	remove func(core.App) error
}{
	{"name of the app", nameApp("privet"), nameApp("Acme")},
	{"sequences", createSequences, dropSequences},
	{"users", changeUsers, restoreUsers},
	{"users_search", createUsersSearch, dropUsersSearch},
	{"devices", createDevices, deleteCollection("devices")},
	{"invite_tokens", createInviteTokens, deleteCollection("invite_tokens")},
	{"orders", createOrders, deleteCollection("orders")},
	{"order_history", createOrderHistory, deleteCollection("order_history")},
	{"media", createMedia, deleteCollection("media")},
	{"pushes", createPushes, deleteCollection("pushes")},
	{"queues", createQueues, deleteQueues},
}

func init() {
	migrations.Register(func(app core.App) error {
		for _, part := range schema {
			if err := part.create(app); err != nil {
				return fmt.Errorf("create %s: %w", part.name, err)
			}
		}
		return nil
	}, func(app core.App) error {
		for _, part := range slices.Backward(schema) {
			if err := part.remove(app); err != nil {
				return fmt.Errorf("remove %s: %w", part.name, err)
			}
		}
		return nil
	})
}

const (
	// maxText is the longest text that a request can carry (its body is limited to 1 MiB), in characters.
	maxText = 1 << 20

	// maxFolded is the greatest length of a text of maxText characters after normalization and case folding.
	maxFolded = 16 * maxText

	// maxPrice is the highest price of a performer, and so of an order.
	maxPrice = 999999999.0
)

// usersID is the id that PocketBase gives its collection users.
const usersID = "_pb_users_auth_"

// idOf returns the id of one of the base collections below, which PocketBase derives from the name. A relation to a
// collection that does not exist is an error when the collection with the relation is saved.
func idOf(name string) string { return core.NewBaseCollection(name).Id }

// builtIn passes a field that PocketBase gives each collection of this kind to change, and returns it. It panics if
// the collection has no field of that name and type.
func builtIn[F core.Field](collection *core.Collection, name string, change func(field F)) F {
	field, ok := collection.Fields.GetByName(name).(F)
	if !ok {
		panic(fmt.Sprintf("pb_migrations: %s has no %T named %q", collection.Name, field, name))
	}
	change(field)
	return field
}

// integerID returns the collection's primary key, changed to hold decimal numbers: the hooks assign the next one of a
// sequence. The pattern has to remain PocketBase's own default, as any other adds a full scan to each create. "0" only
// makes the field optional in the dashboard: the hooks replace it.
func integerID(collection *core.Collection, help string) *core.TextField {
	return builtIn(collection, "id", func(id *core.TextField) {
		id.Pattern = `^[a-z0-9]+$`
		id.AutogeneratePattern = "0"
		id.Min, id.Max = 1, 15
		id.Help = help
	})
}

// randomID returns the collection's primary key as PocketBase makes it, hidden: nothing refers to these rows.
func randomID(collection *core.Collection) *core.TextField {
	return builtIn(collection, "id", func(id *core.TextField) { id.Hidden = true })
}

// execute runs an SQL script.
func execute(app core.App, script string) error {
	_, err := app.DB().NewQuery(script).Execute()
	return err
}

// deleteCollection returns the down migration of a part that created a collection.
func deleteCollection(name string) func(core.App) error {
	return func(app core.App) error {
		collection, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			return err
		}
		return app.Delete(collection)
	}
}

// nameApp returns a migration that sets the name of the application in the dashboard and in e-mails.
func nameApp(name string) func(core.App) error {
	return func(app core.App) error {
		settings := app.Settings()
		settings.Meta.AppName = name
		return app.Save(settings)
	}
}
