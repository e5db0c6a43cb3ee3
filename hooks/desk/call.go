package desk

import (
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/query"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

// registerCalls has those told of new cases who want to be: the webhook, in the transaction that opens the case.
func (d *Desk) registerCalls() {
	if d.settings.DeskWebhook != "" {
		d.webhook = newWebhook(d.app, d.settings.DeskWebhook, d.settings.PublicURL)
		worker.OnForeignChange(d.app, d.webhook.worker.Wake)
		worker.WhileServing(d.app, d.webhook.worker.Start)
	}
	d.app.OnRecordCreateExecute(store.Cases).BindFunc(func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		return d.call(e)
	})
	d.app.OnRecordAfterCreateSuccess(store.Cases).BindFunc(func(e *core.RecordEvent) error {
		if d.webhook != nil {
			d.webhook.worker.Wake()
		}
		return e.Next()
	})
}

// call queues who is to be told of a new case.
func (d *Desk) call(e *core.RecordEvent) error {
	if d.webhook != nil {
		return desk.AddCall(e.Context, e.App, e.Record.Id)
	}
	return nil
}

// caseURL returns the address of a case at the desk.
func caseURL(base, id string) string { return base + "/_/#/desk/cases/" + id }

// rfc3339 returns a time as it is in the database in the form of answers.
func rfc3339(stored string) string {
	at, ok := query.ParseDate(stored)
	if !ok {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
