// Package mail sends mails to users and moderators, by the mail server of PocketBase's settings. Mails are written to an outbox, the
// collection mails, and sent in the background afterwards: no request waits for a mail server, and an outage or a restart only delays
// what has not expired. The outbox has neither addresses nor links: the address is looked up, and the link made, at each try.
//
//   - outbox.go: what is added, and how much of it; worker.go: the background worker; attempt.go: one try to send, and what follows
//   - client.go: the SMTP client, which PocketBase's own mails go by as well
//   - texts.go and texts/: what a mail says, by language
package mail

import (
	"context"
	"time"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

const (
	// dayCeiling is how many mails there are within 24 hours in all: a flood of requests must not use up what the mail provider sends
	// in a day, or make it close the account.
	dayCeiling = 1000

	// moderatorShare is how many of these are for moderators alone, so that a flood of requests for links does not silence the desk.
	moderatorShare = 100

	// perHour is how many mails one user gets within an hour (contract section 3, auth/password/forgot).
	perHour = 3

	// lifetime is how long a mail with a link may wait for the mail server: whoever asked for it is looking at the mailbox now.
	lifetime = 30 * time.Minute

	// LinkLifetime is how long a link in a mail is valid (contract section 3).
	LinkLifetime = 30 * time.Minute
)

// storeKey is where an app's store holds its Worker.
const storeKey = "privet_mails"

// Of returns the worker of an app, which NewWorker has made.
func Of(app core.App) *Worker {
	w, _ := app.Store().Get(storeKey).(*Worker)
	return w
}

// On reports whether mails can be sent: PocketBase's settings name a mail server, and PRIVET_PUBLIC_URL is set, of which links are
// made. Links are never made of a request's Host, which an attacker may choose.
func (w *Worker) On() bool { return w.off() == "" }

// off says why no mail can be sent, "" if they can.
func (w *Worker) off() string {
	switch {
	case !w.app.Settings().SMTP.Enabled:
		return "The mail settings name no SMTP server."
	case w.settings.PublicURL == "":
		return "PRIVET_PUBLIC_URL is not set."
	}
	return ""
}

// Add adds a mail to the outbox, unless there are too many. Only the log has what becomes of it: whoever asks for a mail must
// not learn who has an account. Without an end of its own it may wait for half an hour. Call Wake after the commit.
func (w *Worker) Add(ctx context.Context, tx core.App, m store.NewMail) error {
	m.PerDay = dayCeiling
	if m.Superuser == "" {
		m.PerHour, m.PerDay = perHour, dayCeiling-moderatorShare
	}
	if m.Expires.IsZero() {
		m.Expires = time.Now().Add(lifetime)
	}
	reason, err := store.AddMail(ctx, tx, m)
	if reason == store.MailOverCeiling {
		tx.Logger().Warn("a mail is not sent, as there were too many within a day", "type", m.Kind, "limit", m.PerDay)
	}
	return err
}
