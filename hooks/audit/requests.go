package audit

import (
	"cmp"
	"context"
	"net/http"

	"github.com/pocketbase/pocketbase/core"
)

// requests are the routes of PocketBase's API whose use is an act, and changes no record by which the hooks would see it.
var requests = map[string]string{
	"PATCH /api/settings":                           "settings",
	"POST /api/collections":                         "collection-create",
	"PATCH /api/collections/{collection}":           "collection-edit",
	"DELETE /api/collections/{collection}":          "collection-delete",
	"DELETE /api/collections/{collection}/truncate": "collection-truncate",
	"PUT /api/collections/import":                   "collections-import",
	"POST /api/sql":                                 "sql",
	"DELETE /api/logs":                              "logs-delete",
	"POST /api/crons/{id}":                          "cron",
	"POST /api/backups":                             "backup",
	"POST /api/backups/upload":                      "backup-upload",
	"GET /api/backups/{key}":                        "backup-download",
	"DELETE /api/backups/{key}":                     "backup-delete",
}

func registerRequests(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.BindFunc(auditRequest)
		return e.Next()
	})
	app.OnRecordAuthRequest(core.CollectionNameSuperusers).BindFunc(func(e *core.RecordAuthRequestEvent) error {
		if err := e.Next(); err != nil || e.AuthMethod == "" || e.Status() != http.StatusOK { // a token was renewed, or a second factor is asked for
			return err
		}
		writeRequest(e.RequestEvent, Entry{Actor: e.Record.Email(), Act: "sign-in", TargetKind: core.CollectionNameSuperusers, TargetID: e.Record.Id})
		return nil
	})
}

// auditRequest writes a row for a request that has succeeded and is an act by itself.
func auditRequest(e *core.RequestEvent) error {
	act, is := requests[e.Request.Pattern]
	if !is {
		return e.Next()
	}
	if err := e.Next(); err != nil {
		return err
	}
	actor := e.Auth
	if actor == nil { // a download carries a token in its address
		actor, _ = e.App.FindAuthRecordByToken(e.Request.URL.Query().Get("token"), core.TokenTypeFile)
	}
	if actor != nil && e.Status() < http.StatusBadRequest {
		target := cmp.Or(e.Request.PathValue("collection"), e.Request.PathValue("key"), e.Request.PathValue("id"))
		writeRequest(e, Entry{Actor: actor.Email(), Act: act, TargetKind: "server", TargetID: target})
	}
	return nil
}

// writeRequest writes the row of an act that has been done.
func writeRequest(e *core.RequestEvent, entry Entry) {
	if err := Write(context.WithoutCancel(e.Request.Context()), e.App, entry); err != nil {
		e.App.Logger().ErrorContext(e.Request.Context(), "an act could not be audited", "error", err)
	}
}
