package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/privet/privet/hooks/desk"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	cases "github.com/privet/privet/hooks/store/desk"
)

// An act is done when its time has come in the replay.
type act func(context.Context) error

// A target is what a report or an act is about, by its name in cases: it has a number only once it was made.
type target func() (string, error)

func (s *seeder) user(key string) target {
	return func() (string, error) { return cases.UserTarget(s.userIDs[key]), nil }
}

// order returns the order whose description begins with a text.
func (s *seeder) order(begins string) target {
	return func() (string, error) {
		for i, o := range pastOrders {
			if strings.HasPrefix(o.description, begins) {
				return cases.OrderTarget(s.orderIDs[i]), nil
			}
		}
		return "", fmt.Errorf("no order begins with %q", begins)
	}
}

func (s *seeder) mediumOf(begins string) target  { return s.mediumIn(s.order(begins)) }
func (s *seeder) pictureOf(person string) target { return s.mediumIn(s.user(person)) }
func (s *seeder) mediumIn(whole target) target {
	return func() (string, error) {
		name, err := whole()
		if err != nil {
			return "", err
		}
		media, err := cases.MediaOf(s.tx, name)
		if err != nil {
			return "", err
		}
		if len(media) == 0 {
			return "", fmt.Errorf("%s has no medium", name)
		}
		return cases.TargetMedia + " " + media[0].Id, nil
	}
}

// onTarget returns an act about a target, whose number it gets.
func onTarget(t target, do func(ctx context.Context, kind, id string) error) act {
	return func(ctx context.Context) error {
		name, err := t()
		if err != nil {
			return err
		}
		kind, id := cases.SplitTarget(name)
		return do(ctx, kind, id)
	}
}

func (s *seeder) desk() *desk.Desk { return desk.Of(s.tx).In(s.tx) }

func (s *seeder) report(reporter string, t target, reason, text string) act {
	return onTarget(t, func(ctx context.Context, kind, id string) error {
		number, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return err
		}
		seen, err := cases.ReadTarget(ctx, s.tx, kind, number, s.userIDs[reporter])
		if err != nil {
			return err
		}
		return cases.AddReport(s.tx, seen, s.userIDs[reporter], reason, text)
	})
}

func (s *seeder) block(blocker, blocked string) act {
	return func(context.Context) error { return store.AddBlock(s.tx, s.userIDs[blocker], s.userIDs[blocked]) }
}

func (s *seeder) appeal(key, text string) act {
	return func(context.Context) error { return cases.OpenAppeal(s.tx, s.userIDs[key], text) }
}

// overdue opens the cases of the orders whose date has passed, as a job does each minute.
func (s *seeder) overdue(ctx context.Context) error {
	return s.desk().OpenOverdue(ctx, s.at(s.daysAgo))
}

// find returns the open case about a target.
func (s *seeder) find(ctx context.Context, t target) (*cases.CaseRow, error) {
	name, err := t()
	if err != nil {
		return nil, err
	}
	c, err := s.caseAbout(ctx, name)
	if err == nil && c == nil {
		err = fmt.Errorf("no case is open about %s", name)
	}
	return c, err
}

// caseAbout returns the open case about a target, by its name in cases, nil for none.
func (s *seeder) caseAbout(ctx context.Context, target string) (*cases.CaseRow, error) {
	open, err := s.openCases(ctx)
	for i := range open {
		if open[i].Target == target {
			return &open[i], nil
		}
	}
	return nil, err
}

func (s *seeder) openCases(ctx context.Context) ([]cases.CaseRow, error) {
	rows, _, _, err := cases.ReadQueue(ctx, s.tx, cases.QueueFilter{Page: 1}, "", s.now)
	return rows, err
}

// verdict decides the open case about a target. A ban has no end.
func (s *seeder) verdict(by string, t target, verdict, text string) act {
	return func(ctx context.Context) error {
		c, err := s.find(ctx, t)
		if err != nil {
			return err
		}
		return s.decide(ctx, by, c, verdict, text)
	}
}

func (s *seeder) decide(ctx context.Context, by string, c *cases.CaseRow, verdict, text string) error {
	return s.desk().Decide(ctx, desk.By{Email: by, Text: text}, c.ID, desk.Decision{Rev: c.Rev, Verdict: verdict, OrderRev: desk.NoRev})
}

// endOf returns the end of a ban that begins now and is then moved into the past.
func endOf(ban time.Duration) time.Time {
	if ban == 0 {
		return time.Time{}
	}
	return time.Now().Add(ban)
}

// take takes a case for an hour: by a moderator whose page goes on renewing the lease, as it were.
func (s *seeder) take(by string, t target) act {
	return func(ctx context.Context) error {
		c, err := s.find(ctx, t)
		if err != nil {
			return err
		}
		return cases.TakeCase(ctx, s.tx, c.ID, by, false, s.now.Add(time.Hour-cases.Lease))
	}
}

func (s *seeder) ban(by, key, reason string, ban time.Duration) act {
	return onTarget(s.user(key), func(ctx context.Context, _, id string) error {
		return s.desk().Ban(ctx, desk.By{Email: by, Text: reason}, id, endOf(ban), desk.SeenBan{})
	})
}

// endBan lifts a ban as the server does at its end.
func (s *seeder) endBan(key string) act {
	return s.save(key, store.Actor{}, func(user *store.User) { user.LiftBan() })
}

// describe writes a person's text about themselves, as they do in the app.
func (s *seeder) describe(key, text string) act {
	return func(ctx context.Context) error {
		actor := store.Actor{Side: order.Client, UserID: s.userIDs[key]}
		return s.save(key, actor, func(user *store.User) { user.SetDescription(store.NewDescription(text)) })(ctx)
	}
}

func (s *seeder) save(key string, actor store.Actor, change func(*store.User)) act {
	return func(ctx context.Context) error {
		user, err := store.FindUser(s.tx, s.userIDs[key])
		if err != nil {
			return err
		}
		change(user)
		store.SetActor(user.Record, actor)
		return s.tx.SaveWithContext(ctx, user)
	}
}

func (s *seeder) warn(by, key, text string) act {
	return onTarget(s.user(key), func(ctx context.Context, _, id string) error {
		return s.desk().Warn(ctx, desk.By{Email: by, Text: text}, id)
	})
}

func (s *seeder) rename(by, key, nickname, reason string) act {
	return func(ctx context.Context) error {
		user, err := store.FindUser(s.tx, s.userIDs[key])
		if err != nil {
			return err
		}
		return s.desk().Edit(ctx, desk.By{Email: by, Text: reason}, user.Id, user.Rev(), func(user *store.User) { user.SetNickname(nickname) })
	}
}

func (s *seeder) signOut(by, key string) act {
	return onTarget(s.user(key), func(ctx context.Context, _, id string) error { return s.desk().SignOut(ctx, desk.By{Email: by}, id) })
}

func (s *seeder) lookUpContacts(by, key string) act {
	return onTarget(s.user(key), func(ctx context.Context, _, id string) error {
		_, err := s.desk().ReadContacts(ctx, desk.By{Email: by}, id)
		return err
	})
}

func (s *seeder) note(by string, t target, text string) act {
	return onTarget(t, func(ctx context.Context, kind, id string) error {
		if kind == cases.TargetOrder {
			return s.desk().NoteOrder(ctx, desk.By{Email: by, Text: text}, id)
		}
		return s.desk().NoteUser(ctx, desk.By{Email: by, Text: text}, id)
	})
}

func (s *seeder) hide(by string, medium target, reason string) act {
	return onTarget(medium, func(ctx context.Context, _, id string) error {
		return s.desk().HideMedium(ctx, desk.By{Email: by, Text: reason}, id)
	})
}

func (s *seeder) show(by string, medium target) act {
	return onTarget(medium, func(ctx context.Context, _, id string) error {
		return s.desk().ShowMedium(ctx, desk.By{Email: by}, id, time.Time{})
	})
}
