package demo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/media/mediatype"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/orders"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// filling is the demo while it is made.
type filling struct {
	app       core.App // of the transaction
	now       time.Time
	moderator store.Actor
	ids       map[string]string // of the people, by key
	orders    [len(story)]string
	uploads   []*files.Upload
}

func (f *filling) ago(days float64) time.Time {
	return f.now.Add(-time.Duration(days * 24 * float64(time.Hour)))
}

// event is something that happened.
type event struct {
	ago float64 // days
	run func() error
}

// all lets everything happen, in its order.
func (f *filling) all() error {
	hashed, err := store.HashPassword(context.Background(), Password)
	if err != nil {
		return err
	}
	var events []event
	for i, who := range cast {
		events = append(events, event{who.joined, func() error { return f.join(who, i < firstClient, hashed) }})
	}
	for i, what := range story {
		events = append(events, event{what.ordered, func() error { return f.order(i, what) }})
		for _, m := range what.moves {
			events = append(events, event{m.ago, func() error { return f.move(f.orders[i], m) }})
		}
	}
	for _, b := range bans {
		events = append(events, event{b.ago, func() error { return f.ban(b) }})
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(b.ago, a.ago) })
	for _, e := range events {
		if err := e.run(); err != nil {
			return fmt.Errorf("%g days ago: %w", e.ago, err)
		}
	}
	return nil
}

func (f *filling) discard() {
	for _, upload := range f.uploads {
		upload.Discard()
	}
}

// upload stores a file, which waits for its row.
func (f *filling) upload(content []byte) (*files.Upload, error) {
	upload, err := files.NewUpload(f.app, mediatype.Sniff(content[:min(len(content), mediatype.SniffLength)]))
	if err != nil {
		return nil, err
	}
	f.uploads = append(f.uploads, upload)
	if _, err := upload.Write(content); err != nil {
		return nil, err
	}
	return upload, upload.Close()
}

func (f *filling) join(who person, performs bool, hashed string) error {
	user, err := store.NewUser(f.app)
	if err != nil {
		return err
	}
	user.SetEmail(who.email())
	user.SetName(who.name)
	user.SetNickname(who.nickname)
	user.SetPhone(who.phone)
	user.SetDescription(who.about)
	user.SetRole(store.RoleClient)
	if performs {
		user.SetRole(store.RolePerformer)
		user.SetPrice(&who.price)
		user.SetCategories(who.categories)
	}
	user.SetPasswordHash(hashed)
	store.SetActor(user.Record, store.Actor{Side: order.Client})
	picture, err := portrait(who.name)
	if err != nil {
		return err
	}
	upload, err := f.upload(picture)
	if err != nil {
		return err
	}
	if err := f.app.Save(user); err != nil {
		return err
	}
	if err := files.ReplaceProfileMedia(f.app, upload, user.Id); err != nil {
		return err
	}
	f.ids[who.key] = user.Id
	return store.BackdateUser(f.app, user.Id, f.ago(who.joined))
}

func (f *filling) order(number int, what commission) error {
	client := store.Actor{Side: order.Client, UserID: f.ids[what.client]}
	o, err := orders.Create(context.Background(), f.app, client, orders.Draft{
		PerformerID: f.ids[what.performer],
		Occasion:    what.occasion,
		Description: what.wish,
		DateTill:    f.ago(-what.till).Truncate(time.Hour),
	})
	if err != nil {
		return err
	}
	f.orders[number] = o.Id
	return store.BackdateOrder(f.app, o.Id, f.ago(what.ordered))
}

// move changes an order as it stands, as the app of one of its sides does, or the dashboard.
func (f *filling) move(id string, m move) error {
	o, err := store.FindOrder(f.app, id)
	if err != nil {
		return err
	}
	if m.by == order.Moderator {
		store.SetActor(o.Record, f.moderator)
		o.SetStatus(m.ask.Status)
		o.SetCancellation(time.Time{}, m.ask.CancelText)
		if err := f.app.Save(o); err != nil {
			return err
		}
		return store.BackdateOrder(f.app, id, f.ago(m.ago))
	}
	by := store.Actor{Side: m.by, UserID: o.Performer()}
	if m.by == order.Client {
		by.UserID = o.Client()
	}
	var upload *files.Upload
	if m.ask.Media {
		content := greeting
		if !m.video {
			if content, err = card(m.card); err != nil {
				return err
			}
		}
		if upload, err = f.upload(content); err != nil {
			return err
		}
	}
	if err := orders.Update(context.Background(), f.app, id, by, m.ask, upload); err != nil {
		return err
	}
	return store.BackdateOrder(f.app, id, f.ago(m.ago))
}

// ban bans somebody, which cancels their new orders.
func (f *filling) ban(b ban) error {
	user, err := store.FindUser(f.app, f.ids[b.who])
	if err != nil {
		return err
	}
	open, err := store.OpenOrders(f.app, user.Id)
	if err != nil {
		return err
	}
	user.SetBan()
	var until time.Time
	if b.left > 0 {
		until = f.ago(-b.left)
	}
	user.SetBanTerms(b.reason, until)
	store.SetActor(user.Record, f.moderator)
	if err := f.app.Save(user); err != nil {
		return err
	}
	for _, o := range open {
		if err := store.BackdateOrder(f.app, o.Id, f.ago(b.ago)); err != nil {
			return err
		}
	}
	return store.BackdateUser(f.app, user.Id, f.ago(b.ago))
}
