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

// seeder is the demo while it is made.
type seeder struct {
	app       core.App // of the transaction
	now       time.Time
	moderator store.Actor
	ids       map[string]string // of the people, by key
	orders    [len(pastOrders)]string
	uploads   []*files.Upload
}

func (s *seeder) ago(days float64) time.Time {
	return s.now.Add(-time.Duration(days * 24 * float64(time.Hour)))
}

// event is something that happened.
type event struct {
	ago float64 // days
	run func() error
}

// run lets everything happen, in its order.
func (s *seeder) run() error {
	hashed, err := store.HashPassword(context.Background(), Password)
	if err != nil {
		return err
	}
	var events []event
	for i, who := range people {
		events = append(events, event{who.joined, func() error { return s.join(who, i < firstClient, hashed) }})
	}
	for i, what := range pastOrders {
		events = append(events, event{what.ordered, func() error { return s.order(i, what) }})
		for _, m := range what.changes {
			events = append(events, event{m.ago, func() error { return s.move(s.orders[i], m) }})
		}
	}
	for _, b := range bans {
		events = append(events, event{b.ago, func() error { return s.ban(b) }})
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(b.ago, a.ago) })
	for _, e := range events {
		if err := e.run(); err != nil {
			return fmt.Errorf("%g days ago: %w", e.ago, err)
		}
	}
	return nil
}

func (s *seeder) discard() {
	for _, upload := range s.uploads {
		upload.Discard()
	}
}

// upload stores a file, which waits for its row.
func (s *seeder) upload(content []byte) (*files.Upload, error) {
	upload, err := files.NewUpload(s.app, mediatype.Sniff(content[:min(len(content), mediatype.SniffLength)]))
	if err != nil {
		return nil, err
	}
	s.uploads = append(s.uploads, upload)
	if _, err := upload.Write(content); err != nil {
		return nil, err
	}
	return upload, upload.Close()
}

func (s *seeder) join(who person, performs bool, hashed string) error {
	user, err := store.NewUser(s.app)
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
	upload, err := s.upload(picture)
	if err != nil {
		return err
	}
	if err := s.app.Save(user); err != nil {
		return err
	}
	if err := files.ReplaceProfileMedia(s.app, upload, user.Id); err != nil {
		return err
	}
	s.ids[who.key] = user.Id
	return store.BackdateUser(s.app, user.Id, s.ago(who.joined))
}

func (s *seeder) order(number int, what pastOrder) error {
	client := store.Actor{Side: order.Client, UserID: s.ids[what.client]}
	o, err := orders.Create(context.Background(), s.app, client, orders.Draft{
		PerformerID: s.ids[what.performer],
		Occasion:    what.occasion,
		Description: what.wish,
		DateTill:    s.ago(-what.till).Truncate(time.Hour),
	})
	if err != nil {
		return err
	}
	s.orders[number] = o.Id
	return store.BackdateOrder(s.app, o.Id, s.ago(what.ordered))
}

// move changes an order as it stands, as the app of one of its sides does, or the dashboard.
func (s *seeder) move(id string, m change) error {
	o, err := store.FindOrder(s.app, id)
	if err != nil {
		return err
	}
	if m.by == order.Moderator {
		store.SetActor(o.Record, s.moderator)
		o.SetStatus(m.request.Status)
		o.SetCancellation(time.Time{}, m.request.CancelText)
		if err := s.app.Save(o); err != nil {
			return err
		}
		return store.BackdateOrder(s.app, id, s.ago(m.ago))
	}
	by := store.Actor{Side: m.by, UserID: o.Performer()}
	if m.by == order.Client {
		by.UserID = o.Client()
	}
	var upload *files.Upload
	if m.request.Media {
		content := greeting
		if !m.video {
			if content, err = card(m.card); err != nil {
				return err
			}
		}
		if upload, err = s.upload(content); err != nil {
			return err
		}
	}
	if err := orders.Update(context.Background(), s.app, id, by, m.request, upload); err != nil {
		return err
	}
	return store.BackdateOrder(s.app, id, s.ago(m.ago))
}

// ban bans somebody, which cancels their new orders.
func (s *seeder) ban(b ban) error {
	user, err := store.FindUser(s.app, s.ids[b.who])
	if err != nil {
		return err
	}
	open, err := store.OpenOrders(s.app, user.Id)
	if err != nil {
		return err
	}
	user.SetBan()
	var until time.Time
	if b.left > 0 {
		until = s.ago(-b.left)
	}
	user.SetBanTerms(b.reason, until)
	store.SetActor(user.Record, s.moderator)
	if err := s.app.Save(user); err != nil {
		return err
	}
	for _, o := range open {
		if err := store.BackdateOrder(s.app, o.Id, s.ago(b.ago)); err != nil {
			return err
		}
	}
	return store.BackdateUser(s.app, user.Id, s.ago(b.ago))
}
