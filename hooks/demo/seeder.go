package demo

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/privet/privet/hooks/audit"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/store"
	cases "github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/history"

	"github.com/pocketbase/pocketbase/core"
)

// seeder creates the demo data in one transaction. It replays the past in its order, as the apps of the participants and the desk would
// have done, and moves each change to its time.
type seeder struct {
	tx      core.App
	now     time.Time
	staff   Staff
	people  []person
	orders  []pastOrder
	userIDs map[string]string // by the person's key

	orderIDs []string // of orders
	uploads  []*files.Upload
	cards    cards

	events  []event    // those to come, by their time
	random  *rand.Rand // the same each time
	daysAgo float64    // of the event that is run
	seen    map[string]bool
	failure string // why the mail of the event that is run could not be sent, "" if it was
}

// event is a change in the past.
type event struct {
	daysAgo float64
	run     act
	told    bool // the story goes on with the cases that it opens
}

// byTime compares events: the earliest is the first.
func byTime(a, b event) int { return cmp.Compare(b.daysAgo, a.daysAgo) }

func newSeeder(staff Staff, now time.Time) *seeder {
	crowdPeople, crowdOrders := crowd()
	s := &seeder{now: now, staff: staff, people: slices.Concat(people, crowdPeople), orders: slices.Concat(pastOrders, crowdOrders), userIDs: map[string]string{}, cards: cards{},
		random: rand.New(rand.NewPCG(7, 2026)), seen: map[string]bool{}} //nolint:gosec // it has to be the same each time
	s.orderIDs = make([]string, len(s.orders))
	return s
}

// seed creates everything.
func (s *seeder) seed(ctx context.Context) error {
	hashed, err := store.HashPassword(ctx, store.Hasher{Network: "demo"}, Password)
	if err != nil {
		return err
	}
	if err := s.watchWords(ctx); err != nil {
		return err
	}
	for _, p := range s.people {
		s.events = append(s.events, event{daysAgo: p.daysAgo, run: func(ctx context.Context) error { return s.signUp(ctx, p, hashed) }})
	}
	for _, p := range s.phones() {
		s.events = append(s.events, event{daysAgo: p.daysAgo, run: func(ctx context.Context) error { return s.signIn(ctx, p) }})
	}
	for i, o := range s.orders {
		s.events = append(s.events, event{daysAgo: o.daysAgo, run: func(ctx context.Context) error { return s.createOrder(ctx, i, o) }})
		for _, c := range o.changes {
			s.events = append(s.events, event{daysAgo: c.daysAgo, run: func(ctx context.Context) error { return s.changeOrder(ctx, s.orderIDs[i], c) }})
		}
	}
	s.events = append(s.events, s.story()...)
	s.events = append(s.events, s.signIns()...)
	slices.SortStableFunc(s.events, byTime)
	for len(s.events) > 0 {
		next := s.events[0]
		s.events = s.events[1:]
		if err := s.replay(ctx, next); err != nil {
			return fmt.Errorf("%g days ago: %w", next.daysAgo, err)
		}
	}
	return s.callNobody(ctx)
}

// replay runs an event, and moves what it has changed to its time.
func (s *seeder) replay(ctx context.Context, e event) error {
	since, at := time.Now(), s.at(e.daysAgo)
	s.daysAgo, s.failure = e.daysAgo, ""
	if err := e.run(audit.At(ctx, at)); err != nil {
		return err
	}
	if err := s.deliver(ctx, since, at); err != nil {
		return err
	}
	if err := history.Move(ctx, s.tx, since, at); err != nil {
		return err
	}
	return s.schedule(ctx, e.told)
}

// at returns the time a number of days ago; a negative number is in the future.
func (s *seeder) at(daysAgo float64) time.Time {
	return s.now.Add(-time.Duration(daysAgo * 24 * float64(time.Hour)))
}

// deliver settles the pushes and mails that were added since a moment: nothing of the demo is left for a server to send.
func (s *seeder) deliver(ctx context.Context, since, at time.Time) error {
	pushes, err := history.Added(ctx, s.tx, store.Pushes, since)
	if err != nil {
		return err
	}
	for _, p := range pushes {
		outcome := store.SendOutcome{State: store.PushSent}
		for _, f := range fates {
			if s.daysAgo < f.from && s.daysAgo > f.to && (f.key == "" || s.userIDs[f.key] == p.Receiver) {
				// What waits is due only after it has expired, and so is never sent.
				outcome = store.SendOutcome{State: f.state, Error: f.error, NextTry: at.Add(25 * time.Hour)}
			}
		}
		if err := history.Settle(ctx, s.tx, store.Pushes, p.ID, at.Add(2*time.Second), outcome); err != nil {
			return err
		}
	}
	mails, err := history.Added(ctx, s.tx, store.Mails, since)
	if err != nil {
		return err
	}
	for _, m := range mails {
		outcome := store.SendOutcome{State: store.MailSent}
		if s.failure != "" {
			outcome = store.SendOutcome{State: store.MailFailed, Error: s.failure}
		}
		if err := history.Settle(ctx, s.tx, store.Mails, m.ID, at.Add(4*time.Second), outcome); err != nil {
			return err
		}
	}
	return nil
}

// liveDays is since when cases are left for whoever looks at the demo.
const liveDays = 1.2

// schedule has a moderator decide the cases that an event has opened, unless the story goes on with them: told.
func (s *seeder) schedule(ctx context.Context, told bool) error {
	if s.daysAgo < liveDays {
		return nil
	}
	open, err := s.openCases(ctx)
	if err != nil {
		return err
	}
	for _, c := range open {
		if s.seen[c.ID] {
			continue
		}
		s.seen[c.ID] = true
		if told {
			continue
		}
		by, target := s.staff.Moderator, c.Target
		if s.random.IntN(3) == 0 {
			by = s.staff.Colleague
		}
		decided := event{daysAgo: max(s.daysAgo-hours(0.5+22*s.random.Float64()*s.random.Float64()), liveDays-0.1), run: func(ctx context.Context) error {
			return s.settle(ctx, by, target)
		}}
		at, _ := slices.BinarySearchFunc(s.events, decided, byTime)
		s.events = slices.Insert(s.events, at, decided)
	}
	return nil
}

// warnings are what moderators say of low ratings.
var warnings = []string{"Пожалуйста, перечитывайте пожелания клиента перед записью.", "Please say the names that the client gives you.",
	"Клиент ждал дольше, чем вы обещали: предупреждайте заранее."}

// settle decides the case about a target, unless somebody has: about half of the low ratings are warnings, and nothing else is.
func (s *seeder) settle(ctx context.Context, by, target string) error {
	c, err := s.caseAbout(ctx, target)
	if err != nil || c == nil {
		return err
	}
	verdict, text := cases.VerdictNothing, ""
	if cases.Gravest(c.Kinds) == cases.KindLow && s.random.IntN(2) == 0 {
		verdict, text = cases.VerdictWarned, warnings[s.random.IntN(len(warnings))]
	}
	return s.decide(ctx, by, c, verdict, text)
}

// callNobody ends what a server would tell of the cases: they are no news.
func (s *seeder) callNobody(ctx context.Context) error {
	for {
		waiting, err := cases.NoteWaiting(ctx, s.tx, s.now)
		if err != nil {
			return err
		}
		if len(waiting) == 0 {
			break
		}
	}
	calls, err := cases.DueCalls(ctx, s.tx, time.Now(), 10_000)
	for _, id := range calls {
		if err == nil {
			err = cases.DeleteCall(ctx, s.tx, id)
		}
	}
	return err
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
