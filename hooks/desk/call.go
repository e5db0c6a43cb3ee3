package desk

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/query"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

// digestHour is the hour of the orders' zone within which moderators get the mail of a day, if cases are open then.
const digestHour = 8

// registerCalls has those told of new cases who want to be: the webhook and moderators by mail, by rows that are written in the
// transaction that opens the case. The mails and calls have no personal data, but the case's address.
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
		d.mails.Wake()
		return e.Next()
	})
	job := func(id, when string, work func(context.Context, time.Time) error) {
		d.app.Cron().MustAdd(id, when, func() {
			if err := work(context.Background(), time.Now()); err != nil {
				d.app.Logger().Error("moderators could not be called", "error", err)
			}
			d.mails.Wake()
		})
	}
	job("privet_waiting_cases", "*/5 * * * *", d.callWaiting)
	// Several times within the hour, as a server may be down at its beginning, and zones differ by parts of an hour.
	job("privet_desk_digest", "*/5 * * * *", func(ctx context.Context, now time.Time) error {
		local := now.In(d.settings.Zone())
		if local.Hour() != digestHour {
			return nil
		}
		year, month, day := local.Date()
		return d.digest(ctx, now, time.Date(year, month, day, 0, 0, 0, 0, local.Location()))
	})
}

// call queues who is to be told of a new case: not the moderator by whose act it comes about, and not the webhook where it is about
// nothing but that act. What a decided case has left open is about more.
func (d *Desk) call(e *core.RecordEvent) error {
	if d.webhook != nil && !desk.AsCase(e.Record).IsOwn() {
		if err := desk.AddCall(e.Context, e.App, e.Record.Id); err != nil {
			return err
		}
	}
	if !d.mails.On() {
		return nil
	}
	receivers, err := desk.Receivers(e.Context, e.App, "now", store.ActorOf(e.Record).Moderator)
	if err != nil {
		return err
	}
	return d.mailCase(e.Context, e.App, receivers, e.Record.Id, false)
}

// mailCase mails a case to moderators.
func (d *Desk) mailCase(ctx context.Context, tx core.App, receivers []desk.Receiver, caseID string, waited bool) error {
	what := [2]string{"A new case waits at the desk.", "Поступило новое дело."}
	if waited {
		what = [2]string{"A case has waited for 12 hours.", "Дело ждёт уже 12 часов."}
	}
	for _, r := range receivers {
		if err := d.mail(ctx, tx, r, store.MailCase, map[string]string{"what": r.Say(what), "path": CaseURL("", caseID)}); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) mail(ctx context.Context, tx core.App, r desk.Receiver, kind string, data map[string]string) error {
	if !d.mails.On() {
		return nil
	}
	content, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return d.mails.Add(ctx, tx, store.NewMail{Kind: kind, Superuser: r.ID, Language: r.MailLanguage(), Data: string(content), Expires: time.Now().Add(24 * time.Hour)})
}

// callWaiting mails all moderators, whatever they have chosen, the cases that have waited for long: each once.
func (d *Desk) callWaiting(ctx context.Context, now time.Time) error {
	return d.act(ctx, func(ctx context.Context, tx core.App) error {
		waiting, err := desk.NoteWaiting(ctx, tx, now)
		if err != nil || len(waiting) == 0 {
			return err
		}
		receivers, err := desk.Receivers(ctx, tx, "", "")
		if err != nil {
			return err
		}
		for _, id := range waiting {
			if err := d.mailCase(ctx, tx, receivers, id, true); err != nil {
				return err
			}
		}
		return nil
	})
}

// digest mails how many cases wait to the moderators who want that once a day and have not been told since today began.
func (d *Desk) digest(ctx context.Context, now, today time.Time) error {
	_, counts, _, err := desk.ReadQueue(ctx, d.app, desk.QueueFilter{Page: 1}, "", now)
	if err != nil || counts.All == 0 {
		return err
	}
	return d.act(ctx, func(ctx context.Context, tx core.App) error {
		receivers, err := desk.DigestReceivers(ctx, tx, today)
		if err != nil {
			return err
		}
		for _, r := range receivers {
			data := map[string]string{"waiting": strconv.Itoa(counts.All), "urgent": strconv.Itoa(counts.Urgent), "path": "/_/#/desk"}
			if err := d.mail(ctx, tx, r, store.MailDigest, data); err != nil {
				return err
			}
		}
		return nil
	})
}

// CaseURL returns the address of a case at the desk; base is the public address, "" for a path on it.
func CaseURL(base, id string) string { return base + "/_/#/desk/cases/" + id }

// rfc3339 returns a time as it is in the database in the form of answers.
func rfc3339(stored string) string {
	at, ok := query.ParseDate(stored)
	if !ok {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
