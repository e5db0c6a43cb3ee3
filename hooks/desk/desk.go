// Package desk is what moderators do at their desk: they take cases and decide them, hide media, warn and ban people, change orders,
// write notes. One function does each act: it checks whether the act makes sense now, makes the change by the rules that hold for all
// moderators, and writes the row of the audit, in one transaction.
//
//   - desk.go: the service, and why it refuses
//   - cases.go: the leases of cases, and their verdicts
//   - media.go, orders.go, users.go: the acts
//   - open.go, words.go: what opens cases besides reports
//   - call.go, webhook.go: who is told of new cases
package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/privet/privet/hooks/audit"
	"github.com/privet/privet/hooks/mail"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Desk is the service.
type Desk struct {
	app      core.App
	settings *settings.Settings
	pushes   *push.Worker
	mails    *mail.Worker
	words    *words
	webhook  *webhook // nil: off
}

const keyDesk = "privet_desk"

// Register binds the desk's rules and its background work to the app.
func Register(app core.App, s *settings.Settings, pushes *push.Worker, mails *mail.Worker) {
	d := &Desk{app: app, settings: s, pushes: pushes, mails: mails, words: newWords(app)}
	app.Store().Set(keyDesk, d)
	d.registerOpeners()
	d.registerRemovals()
	d.registerEvents()
	d.registerCalls()
}

// Of returns the desk of an app.
func Of(app core.App) *Desk { return app.Store().Get(keyDesk).(*Desk) }

// In returns the desk in a transaction that the caller has open: what it does is a part of that.
func (d *Desk) In(tx core.App) *Desk {
	within := *d
	within.app = tx
	return &within
}

// By is who acts, and why.
type By struct {
	Email string // of the superuser
	Text  string // the reason, and what the person reads where they read something
	Case  string // that is decided by the act, "" for none
}

// actor returns the actor for records: what this package changes it audits itself.
func (b By) actor() store.Actor { return store.Actor{Side: order.Moderator, Moderator: b.Email} }

// Refusal is why an act is not done, for the moderator who wants to act.
type Refusal struct {
	Status           int
	English, Russian string
	Data             map[string]any
}

// Error implements error.
func (r *Refusal) Error() string { return r.English }

// refuse returns the refusal of an act that makes no sense in the state that its target has now.
func refuse(english, russian string) *Refusal {
	return &Refusal{Status: http.StatusConflict, English: english, Russian: russian}
}

// invalid returns the refusal of an act whose input is wrong.
func invalid(field, english, russian string) error {
	return &Refusal{Status: http.StatusBadRequest, English: english, Russian: russian, Data: map[string]any{field: map[string]string{"code": "invalid", "message": english}}}
}

// stale returns the refusal of an act on an older state than there is.
func stale() error {
	return refuse("It has changed meanwhile: look at it again.", "Данные уже изменились: посмотрите ещё раз.")
}

// refuseDone returns the refusal of an act as somebody else has acted: by, for whom the texts have %s.
func refuseDone(by, english, russian string) *Refusal {
	return &Refusal{Status: http.StatusConflict, English: fmt.Sprintf(english, by), Russian: fmt.Sprintf(russian, by), Data: map[string]any{"by": by}}
}

// The longest texts, in characters.
const (
	maxText    = 1000 // of a reason
	maxWarning = 400  // which a push holds
	maxNote    = 4000
)

// checkText returns a text without the white space around it. It refuses one that is too long, and an empty one where one is required.
func checkText(text string, most int, required bool) (string, error) {
	text = strings.TrimSpace(text)
	switch length := utf8.RuneCountInString(text); {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "", invalid("text", "The text is not valid.", "Текст неверен.")
	case length > most:
		return "", invalid("text", fmt.Sprintf("The text has more than %d characters.", most), fmt.Sprintf("В тексте больше %d знаков.", most))
	case length == 0 && required:
		return "", invalid("text", "Give a reason.", "Укажите причину.")
	}
	return text, nil
}

// act runs an act in a transaction, whatever becomes of the request.
func (d *Desk) act(ctx context.Context, work func(ctx context.Context, tx core.App) error) error {
	ctx = context.WithoutCancel(ctx)
	return d.app.RunInTransaction(func(tx core.App) error { return work(ctx, tx) })
}

// audit writes the row of an act.
func (b By) audit(ctx context.Context, tx core.App, act, kind, id string, from, to map[string]any) error {
	return audit.Write(ctx, tx, audit.Entry{Actor: b.Email, Act: act, TargetKind: kind, TargetID: id, Case: b.Case, Reason: b.Text, Before: from, After: to})
}

// save saves the record that an act has changed, and writes the row of the act with what it has changed.
func (b By) save(ctx context.Context, tx core.App, act, kind string, record *core.Record) error {
	before := record.Original()
	store.SetActor(record, b.actor())
	if err := tx.SaveWithContext(ctx, record); err != nil {
		return err
	}
	from, to := audit.Changes(before, record)
	return b.audit(ctx, tx, act, kind, record.Id, from, to)
}

// findUser loads a user whom an act is about: one who was not erased.
func findUser(tx core.App, id string) (*store.User, error) {
	user, err := store.FindUser(tx, id)
	if err != nil {
		return nil, err
	}
	if user.Erased() {
		return nil, refusedErased
	}
	return user, nil
}

// IsNotFound reports whether an error says that the target of an act is not there.
func IsNotFound(err error) bool { return errors.Is(err, query.ErrNotFound) }
