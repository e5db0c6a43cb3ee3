package demo

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/privet/privet/hooks/audit"
	"github.com/privet/privet/hooks/desk"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/orders"
	"github.com/privet/privet/hooks/store"
	cases "github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// signUp creates a user with a profile picture.
func (s *seeder) signUp(ctx context.Context, p person, hashedPassword string) error {
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
	if len(p.categories) > 0 {
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
	if err := s.tx.SaveWithContext(ctx, user); err != nil {
		return err
	}
	s.userIDs[p.key] = user.Id
	return files.ReplaceProfileMedia(s.tx, upload, user.Id)
}

// phones returns the devices of the story, and one of each performer of the crowd.
func (s *seeder) phones() []phone {
	all := slices.Clone(phones)
	for _, p := range s.people[len(people):] {
		if len(p.categories) > 0 {
			all = append(all, phone{p.key, p.key + "-phone", "demo-" + p.key, "ru", p.daysAgo - 0.01, 2})
		}
	}
	return all
}

func (s *seeder) signIn(ctx context.Context, p phone) error {
	_, principal, err := store.AddDevice(ctx, s.tx, store.SignIn{UserID: s.userIDs[p.key], DeviceID: p.device, PushToken: p.address, Language: p.language})
	if err != nil {
		return err
	}
	return store.TouchDevices(ctx, s.tx, map[int64]time.Time{principal.DeviceID: s.at(p.usedAgo)})
}

// createOrder creates the order with an index.
func (s *seeder) createOrder(ctx context.Context, index int, past pastOrder) error {
	client := store.Actor{Side: order.Client, UserID: s.userIDs[past.client]}
	o, err := orders.Create(ctx, s.tx, client, orders.Draft{
		PerformerID: s.userIDs[past.performer],
		Occasion:    past.occasion,
		Description: past.description,
		DateTill:    s.at(-past.tillDays).Truncate(time.Hour),
	})
	if err == nil {
		s.orderIDs[index] = o.Id
	}
	return err
}

// changeOrder makes a change of an order, as the app of one of its participants does.
func (s *seeder) changeOrder(ctx context.Context, id string, c change) error {
	o, err := store.FindOrder(s.tx, id)
	if err != nil {
		return err
	}
	participant := store.Actor{Side: c.by, UserID: o.Performer()}
	if c.by == order.Client {
		participant.UserID = o.Client()
	}
	if !c.request.Media {
		return orders.Update(ctx, s.tx, o.Id, participant, c.request, nil)
	}
	content := greeting
	if c.card != "" {
		if content, err = s.cards.of(c.card); err != nil {
			return err
		}
	}
	if c.broken {
		content = broken()
	}
	upload, err := s.upload(content)
	if err != nil {
		return err
	}
	if err := orders.Update(ctx, s.tx, o.Id, participant, c.request, upload); err != nil || !c.broken {
		return err
	}
	return s.giveUpPreview(ctx, o.Id)
}

// giveUpPreview notes that no preview can be made of an order's video, as the server does once it has tried.
func (s *seeder) giveUpPreview(ctx context.Context, orderID string) error {
	media, err := cases.MediaOf(s.tx, cases.OrderTarget(orderID))
	if err != nil {
		return err
	}
	file, err := store.ReadMediaFile(ctx, s.tx, media[0].Id)
	if err != nil {
		return err
	}
	return store.SetPreviewState(ctx, s.tx, file, store.PreviewFailed, "")
}

// watchWords adds the watched words, as an owner does.
func (s *seeder) watchWords(ctx context.Context) error {
	collection, err := s.tx.FindCachedCollectionByNameOrId(store.WatchedWords)
	if err != nil {
		return err
	}
	for _, word := range watched {
		record := core.NewRecord(collection)
		record.Set("word", word)
		store.SetActor(record, store.Actor{Side: order.Moderator, Moderator: s.staff.Owner, Audit: true})
		if err := s.tx.SaveWithContext(audit.At(ctx, s.at(year)), record); err != nil {
			return err
		}
	}
	return nil
}

// signIns are the sign-ins of the staff to the dashboard in the last days.
func (s *seeder) signIns() []event {
	var events []event
	for day := range 12 {
		for i, email := range []string{s.staff.Moderator, s.staff.Colleague, s.staff.Owner} {
			if i == 2 && day%4 > 0 {
				continue // the owner comes seldom
			}
			events = append(events, event{daysAgo: float64(day) + 0.3 + float64(i)/10, run: func(ctx context.Context) error {
				record, err := s.tx.FindAuthRecordByEmail(core.CollectionNameSuperusers, email)
				if err != nil {
					return err
				}
				return audit.Write(ctx, s.tx, audit.Entry{Actor: email, Act: "sign-in", TargetKind: core.CollectionNameSuperusers, TargetID: record.Id})
			}})
		}
	}
	return events
}

// mailPassword asks for the mail with a new password's link. failure is what the mail server says, "" if it takes the mail.
func (s *seeder) mailPassword(key, failure string) act {
	return func(ctx context.Context) error {
		s.failure = failure
		_, err := store.AddMail(ctx, s.tx, store.NewMail{Kind: store.MailPassword, User: s.userIDs[key], Language: "ru", Expires: time.Now().Add(time.Hour), PerDay: 1000})
		return err
	}
}

// mailCase tells a moderator of the case about a target.
func (s *seeder) mailCase(to string, t target, failure string) act {
	return func(ctx context.Context) error {
		s.failure = failure
		c, err := s.find(ctx, t)
		if err != nil {
			return err
		}
		record, err := s.tx.FindAuthRecordByEmail(core.CollectionNameSuperusers, to)
		if err != nil {
			return err
		}
		data, err := json.Marshal(map[string]string{"what": "Поступило новое дело.", "path": desk.CaseURL("", c.ID)})
		if err != nil {
			return err
		}
		_, err = store.AddMail(ctx, s.tx, store.NewMail{Kind: store.MailCase, Superuser: record.Id, Language: "ru", Data: string(data), Expires: time.Now().Add(time.Hour), PerDay: 1000})
		return err
	}
}
