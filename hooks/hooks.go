// Package hooks holds the rules that every change of privet's records obeys, whether it comes from the API, the
// dashboard, PocketBase's batch API or a cron job. They are model hooks, which run inside the transaction of the change.
//
// Its subpackages: dashboard (rules of the dashboard's requests only), order (the pure rules of an order's life), orders (what participants do
// with their orders), files (uploads and the storage of media), demo (sample data),
// refusal (the errors that stop a change), store (the collections as Go types, and all SQL), push (outbox, delivery,
// FCM), mail (the outbox of mails), accounts (links by which people help themselves), preview (the queue of previews), reminders (of orders that are due), media (file formats), worker (background work), admission (queues of expensive
// operations), server (the process), upgrade (from version to version), logs (what is printed), database (SQLite's
// settings) and settings (the environment).
package hooks

import (
	"context"
	"time"

	"github.com/privet/privet/hooks/audit"
	"github.com/privet/privet/hooks/dashboard"
	"github.com/privet/privet/hooks/desk"
	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/logs"
	"github.com/privet/privet/hooks/mail"
	"github.com/privet/privet/hooks/preview"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/reminders"
	"github.com/privet/privet/hooks/server"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// Register binds the rules and the background work to the app. Warnings and errors are printed to out.
func Register(app core.App, s *settings.Settings, pushes *push.Worker, mails *mail.Worker, previews *preview.Worker, out *logs.Output) {
	remover := files.NewRemover(app)
	server.RegisterLock(app)
	logs.Register(app, out)
	durable.Register(app)
	registerIDs(app)
	registerTexts(app)
	registerRoles(app)
	registerUsers(app)
	registerDevices(app)
	registerBlocks(app)
	registerReports(app, pushes, previews, remover)
	registerOrders(app, pushes, s.Zone(), s.RateLimit > 0)
	registerMedia(app, previews, remover)
	dashboard.Register(app)
	audit.Register(app)
	desk.Register(app, s, pushes, mails)
	registerBanExpiry(app)
	registerSearchIndex(app)
	registerPushes(app, pushes)
	registerMails(app, s, mails)
	if s.Reminders {
		reminders.Register(app, pushes, s.Zone())
	}
	registerBackups(app)
	registerErasures(app)
	server.RegisterCheckpoints(app)
	server.RegisterWatch(app)
	server.RegisterNotices(app)

	app.Cron().MustAdd("privet_invite_tokens", "17 * * * *", func() {
		if err := store.DeleteExpiredInviteTokens(context.Background(), app, time.Now()); err != nil {
			app.Logger().Error("expired invite tokens could not be removed", "error", err)
		}
	})
	app.Cron().MustAdd("privet_idempotency_keys", "37 * * * *", func() {
		if err := store.DropExpiredAnswers(context.Background(), app, time.Now()); err != nil {
			app.Logger().Error("expired idempotency keys could not be removed", "error", err)
		}
	})
	app.Cron().MustAdd("privet_search", "13 3 * * *", func() {
		err := store.IndexQueuedUsers(context.Background(), app)
		if err == nil {
			err = store.MergeSearchIndex(context.Background(), app)
		}
		if err != nil {
			app.Logger().Error("the search index could not be merged", "error", err)
		}
	})
}
