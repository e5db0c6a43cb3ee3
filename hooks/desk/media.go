package desk

import (
	"context"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// HideMedium takes a medium from everybody at once; ShowMedium takes that back. After desk.HiddenFor it is removed.
func (d *Desk) HideMedium(ctx context.Context, by By, id string) error {
	return d.onMedium(ctx, by, id, hide)
}

// ShowMedium shows a hidden medium again, as it was. hidden is since when the page shows it as hidden: if it was hidden anew since, that
// is refused. Zero is for whenever it was hidden.
func (d *Desk) ShowMedium(ctx context.Context, by By, id string, hidden time.Time) error {
	return d.onMedium(ctx, by, id, func(ctx context.Context, tx core.App, by By, m *store.MediaItem) error {
		if !desk.IsHidden(m) {
			return refusedShown
		}
		if !hidden.IsZero() && !hidden.Equal(desk.HiddenAt(m)) {
			return refuseHidden(m)
		}
		desk.Show(m)
		return by.save(ctx, tx, "show", desk.TargetMedia, m.Record)
	})
}

// RemoveMedium removes a medium for good.
func (d *Desk) RemoveMedium(ctx context.Context, by By, id string) error {
	return d.onMedium(ctx, by, id, remove)
}

func (d *Desk) onMedium(ctx context.Context, by By, id string, work func(context.Context, core.App, By, *store.MediaItem) error) error {
	var err error
	if by.Text, err = checkText(by.Text, maxText, false); err != nil {
		return err
	}
	return d.act(ctx, func(ctx context.Context, tx core.App) error {
		m, err := desk.FindMedium(tx, id)
		if err != nil {
			return err
		}
		return work(ctx, tx, by, m)
	})
}

func hide(ctx context.Context, tx core.App, by By, m *store.MediaItem) error {
	if desk.IsHidden(m) {
		return refuseHidden(m)
	}
	desk.Hide(m, by.Email, time.Now())
	return by.save(ctx, tx, "hide", desk.TargetMedia, m.Record)
}

func refuseHidden(m *store.MediaItem) error {
	if desk.HiddenBy(m) == "" {
		return refusedHidden
	}
	return refuseDone(desk.HiddenBy(m), "It was hidden by %s.", "Уже скрыто: %s.")
}

func remove(ctx context.Context, tx core.App, by By, m *store.MediaItem) error {
	if err := by.audit(ctx, tx, "remove", desk.TargetMedia, m.Id, map[string]any{"type": m.GetString("type"), "user": m.User(), "order": m.Order()}, nil); err != nil {
		return err
	}
	store.SetActor(m.Record, by.actor())
	return tx.DeleteWithContext(ctx, m.Record)
}

// registerRemovals removes hidden media for good when their time is over.
func (d *Desk) registerRemovals() {
	d.app.Cron().MustAdd("privet_hidden_media", "29 * * * *", func() {
		if err := d.removeHidden(context.Background(), time.Now()); err != nil {
			d.app.Logger().Error("hidden media could not be removed", "error", err)
		}
	})
	d.app.OnFileDownloadRequest(store.Media).BindFunc(func(e *core.FileDownloadRequestEvent) error {
		if desk.IsHidden(store.AsMedia(e.Record)) {
			return e.NotFoundError("", nil)
		}
		return e.Next()
	})
}

func (d *Desk) removeHidden(ctx context.Context, now time.Time) error {
	for {
		media, err := desk.MediaToRemove(d.app, now, 100)
		if err != nil || len(media) == 0 {
			return err
		}
		for _, m := range media {
			err := d.act(ctx, func(ctx context.Context, tx core.App) error {
				fresh, err := desk.FindMedium(tx, m.Id)
				if IsNotFound(err) {
					return nil
				}
				if err != nil {
					return err
				}
				if at := fresh.GetDateTime("remove_at"); at.IsZero() || at.Time().After(now) {
					return nil // shown again meanwhile
				}
				by := By{Text: "hidden by " + desk.HiddenBy(fresh)}
				return remove(ctx, tx, by, fresh)
			})
			if err != nil {
				return err
			}
		}
	}
}
