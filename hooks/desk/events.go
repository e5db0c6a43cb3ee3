package desk

import (
	"context"
	"encoding/json"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

// Topic is the topic of PocketBase's realtime API by which the pages of moderators hear that cases have changed. Its messages have
// the case's id and revision and what has happened: opened, joined, taken, released or closed. The page then reads it anew.
const Topic = desk.Topics + "/cases"

// registerEvents tells the pages of cases that are opened, joined or closed by a record, once that has committed.
func (d *Desk) registerEvents() {
	d.app.OnRecordAfterCreateSuccess(store.Cases).BindFunc(func(e *core.RecordEvent) error {
		d.broadcast(e.Record.Id, desk.AsCase(e.Record).Rev(), "opened")
		return e.Next()
	})
	d.app.OnRecordAfterUpdateSuccess(store.Cases).BindFunc(func(e *core.RecordEvent) error {
		c, event := desk.AsCase(e.Record), "joined"
		if !c.IsOpen() {
			event = "closed"
		}
		d.broadcast(c.Id, c.Rev(), event)
		return e.Next()
	})
}

// tell is broadcast of a case that was changed by SQL.
func (d *Desk) tell(ctx context.Context, id, event string) {
	h, err := desk.ReadHolder(context.WithoutCancel(ctx), d.app, id)
	if err != nil {
		d.app.Logger().WarnContext(ctx, "the desk could not be told of a case", "id", id, "error", err)
		return
	}
	d.broadcast(id, h.Rev, event)
}

// broadcast sends a message to the superusers who listen.
func (d *Desk) broadcast(id string, rev int, event string) {
	data, err := json.Marshal(map[string]any{"id": id, "rev": rev, "event": event})
	if err != nil {
		return
	}
	message := subscriptions.Message{Name: Topic, Data: data}
	for _, client := range d.app.SubscriptionsBroker().Clients() {
		auth, _ := client.Get(apis.RealtimeClientAuthKey).(*core.Record)
		if auth != nil && auth.IsSuperuser() && client.HasSubscription(Topic) {
			go client.Send(message)
		}
	}
}
