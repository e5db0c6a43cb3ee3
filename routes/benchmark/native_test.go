package benchmark

import (
	"strconv"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// plainOrders is a collection with the fields of orders, PocketBase's own ids, and none of privet's hooks.
const plainOrders = "plain_orders"

// serveNative runs unmodified PocketBase with its own logs and settings. It reads the command line.
func serveNative(connections int) error {
	return pocketbase.NewWithConfig(pocketbase.Config{
		HideStartBanner:  true,
		DataMaxOpenConns: connections,
		DataMaxIdleConns: connections,
	}).Start()
}

// openNative prepares a copied data folder for native PocketBase: all signed-in users may read and order, users can
// sign in by password, and plainOrders has the rows of orders. It returns the tokens of the first regular clients.
// PocketBase has privet's indexes, which are better than its own.
func openNative(d *dataset) (tokens []string, err error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: d.dir})
	if err := app.Bootstrap(); err != nil {
		return nil, err
	}
	for _, name := range []string{"users", "orders", "media"} {
		collection, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			return nil, err
		}
		collection.ListRule, collection.ViewRule = types.Pointer(`@request.auth.id != ""`), types.Pointer(`@request.auth.id != ""`)
		if collection.IsAuth() {
			collection.PasswordAuth.Enabled, collection.AuthRule = true, types.Pointer("")
		}
		if err := app.Save(collection); err != nil {
			return nil, err
		}
	}
	if err := addPlainOrders(app); err != nil {
		return nil, err
	}
	for n := range min(maxCallers, d.regularClients()) {
		user, err := app.FindRecordById("users", strconv.Itoa(d.regularClient(n)))
		if err != nil {
			return nil, err
		}
		token, err := user.NewAuthToken()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
	}
	return tokens, app.ClearBootstrap()
}

// addPlainOrders creates the collection plainOrders and copies the orders to it.
func addPlainOrders(app core.App) error {
	orders, err := app.FindCollectionByNameOrId("orders")
	if err != nil {
		return err
	}
	plain := core.NewBaseCollection(plainOrders)
	plain.CreateRule = types.Pointer(`@request.auth.id != ""`)
	plain.ViewRule = plain.CreateRule
	for _, field := range orders.Fields {
		if field.GetName() != core.FieldNameId {
			field.SetId("")
			plain.Fields.Add(field)
		}
	}
	plain.AddIndex("idx_plain_client", false, "`client`, CAST(`id` AS INTEGER)", "")
	plain.AddIndex("idx_plain_performer", false, "`performer`, CAST(`id` AS INTEGER)", "")
	if err := app.Save(plain); err != nil {
		return err
	}
	const columns = `client, performer, status, occasion, description, date_till, price, cancel_text, cancel_date, rating_rate, rating_text, rev, created, updated`
	_, err = app.NonconcurrentDB().NewQuery(`INSERT INTO ` + plainOrders + ` (id, ` + columns + `)
		SELECT substr('00000000000000' || id, -15), ` + columns + ` FROM orders`).Execute()
	return err
}
