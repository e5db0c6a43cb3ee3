package desk

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

const (
	// lowRating is the highest rating that opens a case.
	lowRating = 2
	// manyBlockers is how many people who have blocked somebody within blockersTime open a case.
	manyBlockers = 3
	blockersTime = 7 * 24 * time.Hour
)

// The texts that are searched for watched words.
var (
	userTexts  = store.Written(store.Users)
	orderTexts = store.Written(store.Orders)
)

// registerOpeners opens cases for what happens, in the transaction in which it happens. It blocks nothing.
func (d *Desk) registerOpeners() {
	users := func(e *core.RecordEvent) error {
		before := e.Record.Original()
		if err := e.Next(); err != nil {
			return err
		}
		return d.watch(e, before, userTexts, desk.Opening{Target: desk.UserTarget(e.Record.Id), User: e.Record.Id})
	}
	d.app.OnRecordCreate(store.Users).BindFunc(users)
	d.app.OnRecordUpdate(store.Users).BindFunc(users)
	d.app.OnRecordCreate(store.Orders).BindFunc(func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		if watches, err := d.words.any(e.Context, e.App); err != nil || !watches && store.AsOrder(e.Record).Status() == order.New {
			return err // there is nothing to look at in most new orders, and a copy of the empty record is not cheap
		}
		return d.watchOrder(e, core.NewRecord(e.Record.Collection()))
	})
	d.app.OnRecordUpdate(store.Orders).BindFunc(func(e *core.RecordEvent) error {
		before := e.Record.Original()
		if err := e.Next(); err != nil {
			return err
		}
		return d.watchOrder(e, before)
	})
	d.app.OnRecordCreate(store.Blocks).BindFunc(func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		return watchBlocks(e.Context, e.App, store.AsBlock(e.Record).Blocked())
	})
	d.app.Cron().MustAdd("privet_overdue", "* * * * *", func() {
		if err := d.OpenOverdue(context.Background(), time.Now()); err != nil {
			d.app.Logger().Error("the cases of overdue orders could not be opened", "error", err)
		}
	})
}

// watch opens a case where a changed text has a watched word. Moderators may write what they want.
func (d *Desk) watch(e *core.RecordEvent, before *core.Record, fields []string, o desk.Opening) error {
	if store.ActorOf(e.Record).Side == order.Moderator {
		return nil
	}
	for _, name := range fields {
		word, around, err := d.words.find(e.Context, e.App, e.Record.GetString(name), before.GetString(name))
		if err != nil {
			return err
		}
		if word == "" {
			continue
		}
		o.Kind, o.Word, o.Quote = desk.KindWord, word, around
		_, err = desk.AddSignal(e.App, desk.Signal{Opening: o, Text: around})
		return err
	}
	return nil
}

// watchOrder opens a case where an order was changed in one of the ways that moderators look at.
func (d *Desk) watchOrder(e *core.RecordEvent, before *core.Record) error {
	o, was := store.AsOrder(e.Record), store.AsOrder(before)
	actor := store.ActorOf(e.Record)
	writer := cmp.Or(actor.UserID, o.Client())
	opening := desk.Opening{Target: desk.OrderTarget(o.Id), User: writer, Order: o.Id, By: actor.Moderator}
	if err := d.watch(e, before, orderTexts, opening); err != nil {
		return err
	}
	opening.User = o.Performer()
	if o.Status() == order.Reviewed && o.Rating() <= lowRating && (was.Status() != order.Reviewed || was.Rating() > lowRating) {
		opening.Kind, opening.Quote = desk.KindLow, o.RatingText()
		if _, err := desk.AddSignal(e.App, desk.Signal{Opening: opening, Text: excerpt(o.RatingText(), 0)}); err != nil {
			return err
		}
	}
	if o.Status() != order.Done || was.Status() == order.Done {
		return nil
	}
	first, err := desk.IsFirstDelivery(e.Context, e.App, o.Performer(), o.Id)
	if err != nil || !first {
		return err
	}
	opening.Kind, opening.Quote = desk.KindFirst, ""
	_, err = desk.AddSignal(e.App, desk.Signal{Opening: opening})
	return err
}

// watchBlocks opens a case of a user whom several others have blocked.
func watchBlocks(ctx context.Context, tx core.App, user string) error {
	count, err := desk.CountBlockers(ctx, tx, user, time.Now().Add(-blockersTime))
	if err != nil || count < manyBlockers {
		return err
	}
	o := desk.Opening{Target: desk.UserTarget(user), User: user, Kind: desk.KindBlocked}
	_, err = desk.AddSignal(tx, desk.Signal{Opening: o, Text: strconv.Itoa(count)})
	return err
}

// OpenOverdue opens the cases of orders whose date has passed by now. What is overdue is decided as for reminders.
func (d *Desk) OpenOverdue(ctx context.Context, now time.Time) error {
	zone := d.settings.Zone()
	after, until := order.DateTill(now.Add(-order.OverdueFor), zone), order.DateTill(now, zone)
	for {
		overdue, err := desk.OverdueOrders(ctx, d.app, after, until, 50)
		if err != nil || len(overdue) == 0 {
			return err
		}
		err = d.act(ctx, func(_ context.Context, tx core.App) error {
			for _, o := range overdue {
				opening := desk.Opening{Target: desk.OrderTarget(o.ID), User: o.Performer, Order: o.ID, Kind: desk.KindOverdue}
				if _, err := desk.AddSignal(tx, desk.Signal{Opening: opening, Date: o.DateTill}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
