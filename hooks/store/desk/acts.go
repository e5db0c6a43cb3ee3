package desk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// AuditRow is a row of the audit.
type AuditRow struct {
	At                                                   time.Time
	Actor, Role, Act, TargetKind, TargetID, Case, Reason string
	Before, After                                        map[string]any
}

// AddAudit adds a row to the audit, with the user and the order that its target is about.
func AddAudit(ctx context.Context, tx core.App, r AuditRow) error {
	before, err := json.Marshal(r.Before)
	if err != nil {
		return err
	}
	after, err := json.Marshal(r.After)
	if err != nil {
		return err
	}
	err = query.Write(ctx, tx, `INSERT INTO audit (id, at, actor, role, act, target_kind, target, user, "order", "case", reason, before, after)
		VALUES (:id, :at, :actor, :role, :act, :kind, :target,
			CASE :kind WHEN 'user' THEN :target WHEN 'media' THEN coalesce((SELECT user FROM media WHERE id = :target), '')
				WHEN 'case' THEN coalesce((SELECT user FROM cases WHERE id = :target), '') ELSE '' END,
			CASE :kind WHEN 'order' THEN :target WHEN 'media' THEN coalesce((SELECT "order" FROM media WHERE id = :target), '')
				WHEN 'case' THEN coalesce((SELECT "order" FROM cases WHERE id = :target), '') ELSE '' END,
			:case, :reason, :before, :after)`,
		sql.Named("id", core.GenerateDefaultRandomId()), sql.Named("at", query.Timestamp(r.At)), sql.Named("actor", r.Actor), sql.Named("role", r.Role),
		sql.Named("act", r.Act), sql.Named("kind", r.TargetKind), sql.Named("target", r.TargetID), sql.Named("case", r.Case), sql.Named("reason", r.Reason),
		sql.Named("before", string(before)), sql.Named("after", string(after)))
	return query.Wrap("add to the audit", err)
}

// RoleOf returns the role of a superuser by e-mail, "" if there is none.
func RoleOf(ctx context.Context, app core.App, email string) (role string, err error) {
	role, err = query.Value[string](ctx, app, `SELECT role FROM _superusers WHERE email = :email AND email <> ''`, sql.Named("email", email))
	if errors.Is(err, query.ErrNotFound) {
		err = nil
	}
	return role, query.Wrap("read the role of a superuser", err)
}

// AddWarning adds what a moderator warns a user of, and returns the warning's id.
func AddWarning(tx core.App, user, text, by string) (id string, err error) {
	return add(tx, store.Warnings, map[string]any{fieldUser: user, "text": text, "by": by})
}

// AddNote adds a moderator's note on a user or an order; the other is "".
func AddNote(tx core.App, user, order, text, by string) error {
	_, err := add(tx, store.Notes, map[string]any{fieldUser: user, fieldOrder: order, "text": text, "by": by})
	return err
}

func add(tx core.App, collection string, fields map[string]any) (id string, err error) {
	record, err := query.NewRecord(tx, collection)
	if err != nil {
		return "", query.Wrap("add to "+collection, err)
	}
	record.Load(fields)
	err = tx.Save(record)
	return record.Id, query.Wrap("add to "+collection, err)
}

// HiddenFor is how long a hidden medium can be shown again, before it is removed.
const HiddenFor = 30 * 24 * time.Hour

// FindMedium loads a medium by id. The error is query.ErrNotFound when there is none.
func FindMedium(app core.App, id string) (*store.MediaItem, error) {
	record, err := app.FindRecordById(store.Media, id)
	if err != nil {
		return nil, query.Wrap("find medium", query.NotFound(err))
	}
	return store.AsMedia(record), nil
}

// IsHidden reports whether a moderator has hidden a medium.
func IsHidden(m *store.MediaItem) bool { return !HiddenAt(m).IsZero() }

// Hide hides a medium, which is to be removed after HiddenFor.
func Hide(m *store.MediaItem, by string, at time.Time) {
	m.Set("hidden", at)
	m.Set("hidden_by", by)
	m.Set("remove_at", at.Add(HiddenFor))
}

// Show shows a hidden medium again.
func Show(m *store.MediaItem) {
	for _, name := range []string{"hidden", "hidden_by", "remove_at"} {
		m.Set(name, "")
	}
}

// HiddenAt returns when a medium was hidden, zero for one that is not.
func HiddenAt(m *store.MediaItem) time.Time { return m.GetDateTime("hidden").Time() }

// HiddenBy returns which moderator has hidden a medium.
func HiddenBy(m *store.MediaItem) string { return m.GetString("hidden_by") }

// MediaToRemove loads hidden media whose time is over.
func MediaToRemove(app core.App, now time.Time, limit int) ([]*store.MediaItem, error) {
	records, err := app.FindRecordsByFilter(store.Media, "remove_at != '' && remove_at <= {:now}", "remove_at", limit, 0, dbx.Params{"now": query.Timestamp(now)})
	return mediaItems(records), query.Wrap("read media to remove", err)
}

// MediaOf loads the media of a case's target: the medium itself, those that an order has, or those of a user's profile.
func MediaOf(app core.App, target string) ([]*store.MediaItem, error) {
	kind, id := SplitTarget(target)
	condition := dbx.HashExp{core.FieldNameId: id}
	switch kind {
	case TargetOrder:
		condition = dbx.HashExp{fieldOrder: id}
	case TargetUser:
		condition = dbx.HashExp{fieldUser: id, fieldOrder: ""}
	}
	records, err := app.FindAllRecords(store.Media, condition)
	return mediaItems(records), query.Wrap("read the media of a case", err)
}

func mediaItems(records []*core.Record) []*store.MediaItem {
	media := make([]*store.MediaItem, len(records))
	for i, record := range records {
		media[i] = store.AsMedia(record)
	}
	return media
}

// Consequences counts what a ban, a sign-out or an erasure of a user ends.
type Consequences struct {
	Orders  int `json:"orders_cancelled"` // new ones, which are cancelled
	Media   int `json:"media"`            // of the profile
	Devices int `json:"devices"`
	Pushes  int `json:"pushes"` // that wait for these devices
	Done    int `json:"orders_kept"`
}

// ReadConsequences counts what an act ends: "ban", "erase" or "sign-out".
func ReadConsequences(ctx context.Context, app core.App, user, act string) (*Consequences, error) {
	counts, err := store.CountErasure(ctx, app, user)
	if err != nil {
		return nil, err
	}
	c := Consequences{Orders: counts.OpenOrders, Media: counts.Media, Devices: counts.Devices, Pushes: counts.Pushes, Done: counts.OtherOrders}
	if act == "sign-out" {
		c.Orders, c.Media = 0, 0
	}
	if act == "ban" {
		c.Media = 0
	}
	return &c, nil
}
