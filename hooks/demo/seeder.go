package demo

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/orders"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
)

// seeder creates the demo data in one transaction. It replays the past in its order, as the apps of the participants
// and the dashboard would have done, and backdates each change.
type seeder struct {
	tx        core.App
	now       time.Time
	moderator store.Actor
	userIDs   map[string]string // by the person's key
	orderIDs  [len(pastOrders)]string
	uploads   []*files.Upload
}

// event is a change in the past.
type event struct {
	daysAgo float64
	run     func(context.Context) error
}

// seed creates everything.
func (s *seeder) seed(ctx context.Context) error {
	hashed, err := store.HashPassword(ctx, store.Hasher{Network: "demo"}, Password)
	if err != nil {
		return err
	}
	var events []event
	for i, p := range people {
		events = append(events, event{p.daysAgo, func(ctx context.Context) error { return s.signUp(ctx, p, i < firstClient, hashed) }})
	}
	for i, o := range pastOrders {
		events = append(events, event{o.daysAgo, func(ctx context.Context) error { return s.createOrder(ctx, i, o) }})
		for _, c := range o.changes {
			events = append(events, event{c.daysAgo, func(ctx context.Context) error { return s.changeOrder(ctx, s.orderIDs[i], c) }})
		}
	}
	for _, b := range bans {
		events = append(events, event{b.daysAgo, func(ctx context.Context) error { return s.ban(ctx, b) }})
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(b.daysAgo, a.daysAgo) })
	for _, e := range events {
		if err := e.run(ctx); err != nil {
			return fmt.Errorf("%g days ago: %w", e.daysAgo, err)
		}
	}
	return nil
}

// at returns the time a number of days ago; a negative number is in the future.
func (s *seeder) at(daysAgo float64) time.Time {
	return s.now.Add(-time.Duration(daysAgo * 24 * float64(time.Hour)))
}

// discard removes the uploads whose rows were not committed.
func (s *seeder) discard() {
	for _, upload := range s.uploads {
		upload.Discard()
	}
}

// upload stages a file.
func (s *seeder) upload(content []byte) (*files.Upload, error) {
	upload, err := files.Store(s.tx, bytes.NewReader(content))
	if err == nil {
		s.uploads = append(s.uploads, upload)
	}
	return upload, err
}

// signUp creates a user with a profile picture.
func (s *seeder) signUp(ctx context.Context, p person, isPerformer bool, hashedPassword string) error {
	user, err := store.NewUser(s.tx)
	if err != nil {
		return err
	}
	user.SetEmail(p.email())
	user.SetName(p.name)
	user.SetNickname(p.nickname)
	user.SetPhone(p.phone)
	user.SetDescription(store.NewDescription(p.about))
	user.SetRole(store.RoleClient)
	if isPerformer {
		user.SetRole(store.RolePerformer)
		user.SetPrice(&p.price)
		user.SetCategories(p.categories)
	}
	user.SetPasswordHash(hashedPassword)
	store.SetActor(user.Record, store.Actor{Side: order.Client})
	picture, err := portrait(p.name)
	if err != nil {
		return err
	}
	upload, err := s.upload(picture)
	if err != nil {
		return err
	}
	if err := s.tx.Save(user); err != nil {
		return err
	}
	if err := files.ReplaceProfileMedia(s.tx, upload, user.Id); err != nil {
		return err
	}
	s.userIDs[p.key] = user.Id
	return store.BackdateUser(ctx, s.tx, user.Id, s.at(p.daysAgo))
}

// createOrder creates the order that is pastOrders[index].
func (s *seeder) createOrder(ctx context.Context, index int, past pastOrder) error {
	client := store.Actor{Side: order.Client, UserID: s.userIDs[past.client]}
	o, err := orders.Create(ctx, s.tx, client, orders.Draft{
		PerformerID: s.userIDs[past.performer],
		Occasion:    past.occasion,
		Description: past.description,
		DateTill:    s.at(-past.tillDays).Truncate(time.Hour),
	})
	if err != nil {
		return err
	}
	s.orderIDs[index] = o.Id
	return store.BackdateOrder(ctx, s.tx, o.Id, s.at(past.daysAgo))
}

// changeOrder makes a change of an order, as the app of one of its participants does, or the dashboard.
func (s *seeder) changeOrder(ctx context.Context, id string, c change) error {
	o, err := store.FindOrder(s.tx, id)
	if err != nil {
		return err
	}
	if c.by == order.Moderator {
		err = s.moderateOrder(o, c.request)
	} else {
		err = s.requestChange(ctx, o, c)
	}
	if err != nil {
		return err
	}
	return store.BackdateOrder(ctx, s.tx, id, s.at(c.daysAgo))
}

func (s *seeder) moderateOrder(o *store.Order, request order.Request) error {
	store.SetActor(o.Record, s.moderator)
	o.SetStatus(request.Status)
	o.SetCancellation(time.Time{}, request.CancelText)
	return s.tx.Save(o)
}

func (s *seeder) requestChange(ctx context.Context, o *store.Order, c change) error {
	participant := store.Actor{Side: c.by, UserID: o.Performer()}
	if c.by == order.Client {
		participant.UserID = o.Client()
	}
	var upload *files.Upload
	if c.request.Media {
		content, err := greeting, error(nil)
		if c.card != "" {
			content, err = card(c.card)
		}
		if err != nil {
			return err
		}
		if upload, err = s.upload(content); err != nil {
			return err
		}
	}
	return orders.Update(ctx, s.tx, o.Id, participant, c.request, upload)
}

// ban bans a user, which cancels their new orders.
func (s *seeder) ban(ctx context.Context, b ban) error {
	user, err := store.FindUser(s.tx, s.userIDs[b.key])
	if err != nil {
		return err
	}
	open, err := store.OpenOrders(s.tx, user.Id)
	if err != nil {
		return err
	}
	user.SetBan()
	var until time.Time
	if b.daysLeft > 0 {
		until = s.at(-b.daysLeft)
	}
	user.SetBanTerms(b.reason, until)
	store.SetActor(user.Record, s.moderator)
	if err := s.tx.Save(user); err != nil {
		return err
	}
	for _, o := range open {
		if err := store.BackdateOrder(ctx, s.tx, o.Id, s.at(b.daysAgo)); err != nil {
			return err
		}
	}
	return store.BackdateUser(ctx, s.tx, user.Id, s.at(b.daysAgo))
}
