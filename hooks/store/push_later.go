package store

import (
	"context"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// NewerPush tells whether a later push of the same order was sent to the same device, or waits for it. The ids of
// pushes ascend (row_ids.go).
func NewerPush(ctx context.Context, app core.App, id string) (newer bool, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT EXISTS (SELECT 1 FROM pushes p
		JOIN pushes n ON n."order" = p."order" AND n.device = p.device AND n.event <> p.event AND n.id > p.id
		WHERE p.id = {:id} AND p."order" <> '' AND p.device <> '' AND n.state IN ('sent', 'waiting'))`).
		Bind(dbx.Params{"id": id}).WithContext(ctx).Row(&newer)
	return newer, err
}
