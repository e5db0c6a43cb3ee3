package hooks

import (
	"context"
	"time"

	"github.com/privet/privet/hooks/mail"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// pushRetention is how long the outbox shows the outcome of a push.
const pushRetention = 30 * 24 * time.Hour

// registerPushes runs the worker of the outbox while the app serves, and wakes it when a change of an order has
// committed.
func registerPushes(app core.App, pushes *push.Worker) {
	wake := func(e *core.RecordEvent) error {
		pushes.Wake()
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess(store.Orders).BindFunc(wake)
	app.OnRecordAfterUpdateSuccess(store.Orders).BindFunc(wake)
	worker.OnForeignChange(app, pushes.Wake)
	worker.WhileServing(app, pushes.Start)
	app.Cron().MustAdd("privet_pushes", "43 4 * * *", func() {
		if err := store.DeleteOldPushes(context.Background(), app, time.Now().Add(-pushRetention)); err != nil {
			app.Logger().Error("old pushes could not be removed", "error", err)
		}
	})
}

const (
	// mailRetention is how long the outbox shows what became of a mail.
	mailRetention = 30 * 24 * time.Hour
	// droppedMails is how many of the mails that are not sent the outbox shows. Everybody can make more of them.
	droppedMails = 1000
)

// registerMails runs the worker of the outbox of mails while the app serves, and has PocketBase send its own mails by the same client and
// with links to the public address.
func registerMails(app core.App, s *settings.Settings, mails *mail.Worker) {
	worker.OnForeignChange(app, mails.Wake)
	worker.WhileServing(app, mails.Start)
	app.OnMailerSend().Bind(&hook.Handler[*core.MailerEvent]{Id: "privet_mails", Priority: 999, Func: mails.SendOthers})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_mails",
		Priority: -9970, // before anybody is answered
		Func: func(e *core.ServeEvent) error {
			if err := linkToPublicURL(app, s.PublicURL); err != nil {
				return err
			}
			return e.Next()
		},
	})
	app.Cron().MustAdd("privet_mails", "* * * * *", func() {
		if err := store.DeleteOldMails(context.Background(), app, time.Now().Add(-mailRetention), droppedMails); err != nil {
			app.Logger().Error("old mails could not be removed", "error", err)
		}
		if err := store.DeleteExpiredLinks(context.Background(), app, time.Now()); err != nil {
			app.Logger().Error("expired links of mails could not be removed", "error", err)
		}
	})
}

// linkToPublicURL makes PocketBase's mails to superusers link to the public address, where there is one: its own setting is another one,
// whose default is of use to nobody.
func linkToPublicURL(app core.App, public string) error {
	if public == "" || app.Settings().Meta.AppURL == public {
		return nil
	}
	changed, err := app.Settings().Clone()
	if err != nil {
		return err
	}
	changed.Meta.AppURL = public
	return app.Save(changed)
}
