package desk

import (
	"context"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// onUser runs an act about a person in a transaction, and wakes the workers of what it may have added to the outbox.
func (d *Desk) onUser(ctx context.Context, by By, id string, required bool, work func(context.Context, core.App, By, *store.User) error) error {
	var err error
	if by.Text, err = checkText(by.Text, maxText, required); err != nil {
		return err
	}
	err = d.act(ctx, func(ctx context.Context, tx core.App) error {
		user, err := findUser(tx, id)
		if err != nil {
			return err
		}
		return work(ctx, tx, by, user)
	})
	d.pushes.Wake()
	return err
}

// Warn sends a person a push with the moderator's text.
func (d *Desk) Warn(ctx context.Context, by By, id string) error {
	return d.onUser(ctx, by, id, true, d.warn)
}

func (d *Desk) warn(ctx context.Context, tx core.App, by By, user *store.User) error {
	if _, err := checkText(by.Text, maxWarning, true); err != nil {
		return err
	}
	warning, err := desk.AddWarning(tx, user.Id, by.Text, by.Email)
	if err != nil {
		return err
	}
	if err := d.pushes.Warn(ctx, tx, user.Id, warning); err != nil {
		return err
	}
	return by.audit(ctx, tx, "warn", desk.TargetUser, user.Id, nil, nil)
}

// SeenBan is what a moderator knows of the ban of the person whom an act is about.
type SeenBan struct {
	At   time.Time // when the ban that the page shows got its terms; zero for no ban, or where nothing is known
	Over bool      // whatever ban there is, the act holds
}

// check returns the refusal of an act on a ban that the moderator me does not know: another one than the page shows or, where it shows
// none, one that another moderator has set. The refusal says who did what.
func (s SeenBan) check(ctx context.Context, tx core.App, me By, user *store.User) error {
	switch {
	case s.Over, s.At.IsZero() && !user.Banned(), user.BanSet() && !s.At.IsZero() && s.At.Equal(user.ModeratedAt()):
		return nil
	case !user.BanSet():
		by, err := desk.UnbannedBy(ctx, tx, user.Id)
		if err != nil || by == "" { // it ended by itself
			return err
		}
		return refuseDone(by, "The ban was lifted by %s.", "Блокировка уже снята: %s.")
	}
	by, err := desk.BannedBy(tx, user.Id)
	if err != nil || s.At.IsZero() && (by == "" || by == me.Email) {
		return err
	}
	if by == "" {
		return stale()
	}
	return refuseBanned(by)
}

// Ban bans a person until a moment, zero for ever. The person reads the reason on the page /account. A ban that there is gets other
// terms; one that the moderator does not know is refused (SeenBan).
func (d *Desk) Ban(ctx context.Context, by By, id string, until time.Time, seen SeenBan) error {
	return d.onUser(ctx, by, id, true, func(ctx context.Context, tx core.App, by By, user *store.User) error {
		if err := seen.check(ctx, tx, by, user); err != nil {
			return err
		}
		return ban(ctx, tx, by, user, until)
	})
}

func ban(ctx context.Context, tx core.App, by By, user *store.User, until time.Time) error {
	if !until.IsZero() && !until.After(time.Now()) {
		return invalid("until", "The end of the ban is in the past.", "Конец блокировки уже прошёл.")
	}
	if user.BanSet() && user.Banned() && user.BannedUntil().Equal(until) && user.BanReason() == by.Text {
		return refusedBanned
	}
	user.SetBan()
	user.SetBanTerms(by.Text, until)
	return by.save(ctx, tx, "ban", desk.TargetUser, user.Record)
}

// Unban ends a person's ban; one that the moderator does not know is refused (SeenBan).
func (d *Desk) Unban(ctx context.Context, by By, id string, seen SeenBan) error {
	return d.onUser(ctx, by, id, false, func(ctx context.Context, tx core.App, by By, user *store.User) error {
		return unban(ctx, tx, by, user, seen)
	})
}

func unban(ctx context.Context, tx core.App, by By, user *store.User, seen SeenBan) error {
	if err := seen.check(ctx, tx, by, user); err != nil {
		return err
	}
	if !user.BanSet() {
		return refusedNotBanned
	}
	user.LiftBan()
	return by.save(ctx, tx, "unban", desk.TargetUser, user.Record)
}

// SignOut ends all sessions of a person.
func (d *Desk) SignOut(ctx context.Context, by By, id string) error {
	return d.onUser(ctx, by, id, false, func(ctx context.Context, tx core.App, by By, user *store.User) error {
		count, err := desk.ReadConsequences(ctx, tx, id, "sign-out")
		if err != nil {
			return err
		}
		if err := store.RevokeSessions(tx, id, ""); err != nil {
			return err
		}
		return by.audit(ctx, tx, "sign-out", desk.TargetUser, id, nil, map[string]any{"devices": count.Devices})
	})
}

// Erase erases a person for good. confirm is their number, as the moderator has typed it.
func (d *Desk) Erase(ctx context.Context, by By, id, confirm string) error {
	if strings.TrimSpace(confirm) != id {
		return invalid("confirm", "Type the number of the person to erase them for good.", "Введите номер человека, чтобы удалить его навсегда.")
	}
	return d.onUser(ctx, by, id, false, func(ctx context.Context, tx core.App, by By, user *store.User) error {
		user.ConfirmErasure()
		store.SetActor(user.Record, by.actor())
		// Without validation: a field that an older version saved must not prevent it.
		if err := tx.SaveNoValidateWithContext(ctx, user); err != nil {
			return err
		}
		return by.audit(ctx, tx, "erase", desk.TargetUser, id, nil, nil)
	})
}

// Edit changes fields of a person whom the page shows as of the revision rev.
func (d *Desk) Edit(ctx context.Context, by By, id string, rev int, change func(*store.User)) error {
	return d.onUser(ctx, by, id, false, func(ctx context.Context, tx core.App, by By, user *store.User) error {
		if rev != user.Rev() {
			return stale()
		}
		change(user)
		if len(store.Changed(user.Record, user.Original())) == 0 {
			return refuse("Nothing is changed.", "Ничего не изменено.")
		}
		return by.save(ctx, tx, "edit", desk.TargetUser, user.Record)
	})
}

// Contacts are how a person can be reached.
type Contacts struct {
	Email      string   `json:"email"`
	Phone      string   `json:"phone"`
	Identities []string `json:"identities"` // the providers whose logins they have
}

// ReadContacts returns how a person can be reached. That a moderator has looked is audited.
func (d *Desk) ReadContacts(ctx context.Context, by By, id string) (c *Contacts, err error) {
	err = d.onUser(ctx, by, id, false, func(ctx context.Context, tx core.App, by By, user *store.User) error {
		links, err := tx.FindAllExternalAuthsByRecord(user.Record)
		if err != nil {
			return err
		}
		c = &Contacts{Email: user.Email(), Phone: user.Phone(), Identities: []string{}}
		for _, link := range links {
			c.Identities = append(c.Identities, link.Provider())
		}
		return by.audit(ctx, tx, "contacts", desk.TargetUser, id, nil, nil)
	})
	return c, err
}
