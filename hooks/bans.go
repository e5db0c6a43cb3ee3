package hooks

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// moderate keeps the rules of what moderators do to a user that is created (before is nil) or changed: bans,
// erasure, and what nobody may set. shut tells that the user is shut out by this change.
func moderate(tx core.App, user, before *store.User) (shut bool, err error) {
	actor := store.ActorOf(user.Record)
	typed := user.TakeErase()
	if before == nil {
		if before, err = store.NewUser(tx); err != nil {
			return false, err
		}
		before.SetVerified(true)
	} else if user.Rev() != before.Rev() {
		return false, refusal.Stale("user")
	}
	now := time.Now()
	if before.Erased() {
		return false, untouched(user, before)
	}
	if typed != "" {
		if before.Id == "" || store.EmailKey(strings.TrimSpace(typed)) != store.EmailKey(before.Email()) {
			return false, validation.Errors{"erase": refusal.Invalid("Type the user's e-mail, to erase them for good, or leave it empty.")}
		}
		if err := user.Blank(tx, before, now); err != nil {
			return false, err
		}
		user.SetModerated(actor, now)
		return true, nil
	}
	wrong := validation.Errors{}
	if actor.Side == order.Moderator {
		wrong = forbidden(user, before)
	}
	checkBan(user, before, now, wrong)
	if user.BanSet() != before.BanSet() || !user.BannedUntil().Equal(before.BannedUntil()) || user.BanReason() != before.BanReason() {
		user.SetModerated(actor, now)
	}
	return user.Banned() && !before.Banned(), wrong.Filter()
}

// checkBan brings a ban's fields in line with each other.
func checkBan(user, before *store.User, now time.Time, wrong validation.Errors) {
	until := user.BannedUntil()
	switch {
	case !user.BanSet() && before.BanSet():
		user.LiftBan()
	case !user.BanSet():
		if !until.IsZero() {
			wrong["banned_until"] = refusal.Invalid("Only who is banned has it: turn banned on, too.")
		}
		if user.BanReason() != "" {
			wrong["ban_reason"] = refusal.Invalid("Only who is banned has it: turn banned on, too.")
		}
	case until.IsZero() || until.After(now):
	case until.Equal(before.BannedUntil()) && before.BanSet(): // it is over, and not lifted yet
		user.LiftBan()
	default:
		wrong["banned_until"] = refusal.Invalid("Must lie in the future, or be empty for a ban without an end.")
	}
}

// forbidden are the fields that a moderator has changed and can't: they follow by themselves.
func forbidden(user, before *store.User) validation.Errors {
	const byItself = "It is set by itself."
	wrong := refusal.Changed(user.Record, before.Record, map[string]string{
		"email_proven": byItself, "password_set": byItself, "moderated_by": byItself, "moderated_at": byItself,
		"erased":   "Type the user's e-mail into erase instead.",
		"verified": "It stays on: PocketBase deletes the external logins of a user for whom it is turned on.",
	})
	if price := user.Price(); price != before.Price() {
		if _, decimals, _ := strings.Cut(strconv.FormatFloat(price, 'f', -1, 64), "."); len(decimals) > 2 {
			wrong["price"] = refusal.Invalid("Must have at most two decimals.")
		}
	}
	return wrong
}

// untouched refuses each change of an erased user.
func untouched(user, before *store.User) error {
	wrong := validation.Errors{}
	for _, name := range store.Changed(user.Record, before.Record) {
		wrong[name] = refusal.Invalid("This user was erased: nothing of it can be changed.")
	}
	if user.PasswordHash() != before.PasswordHash() {
		wrong[core.FieldNamePassword] = refusal.Invalid("This user was erased: nobody can sign in as them.")
	}
	return wrong.Filter()
}

// shutOut does what follows when a user is banned or erased, in the transaction of that: it ends their sessions
// and cancels their new orders, of which the other sides are told.
func shutOut(tx core.App, user *store.User) error {
	if err := errors.Join(store.EndSessions(tx, user.Id, ""), store.EndInvites(tx, user.Id)); err != nil {
		return err
	}
	open, err := store.OpenOrders(tx, user.Id)
	if err != nil {
		return err
	}
	for _, o := range open {
		side, other := order.Client, o.Performer()
		if o.Performer() == user.Id {
			side, other = order.Performer, o.Client()
		}
		language, err := store.LanguageOf(tx, other)
		if err != nil {
			return err
		}
		store.SetActor(o.Record, store.ActorOf(user.Record))
		o.SetStatus(order.Cancelled)
		o.SetCancellation(time.Time{}, goneText(side, language)) // the date follows
		if err := tx.SaveNoValidate(o); err != nil {             // no flaw of an old order may keep somebody from being banned
			return err
		}
	}
	if user.Erased() {
		return store.EraseTraces(tx, user)
	}
	return nil
}

// goneText is why an order was cancelled whose client or performer was shut out, in the other side's language. It
// does not say more than that: a ban is nobody else's matter.
func goneText(side order.Side, language string) string {
	texts := map[order.Side][2]string{
		order.Client:    {"The client is no longer available.", "Клиент больше недоступен."},
		order.Performer: {"The performer is no longer available.", "Исполнитель больше недоступен."},
	}
	if language == "ru" {
		return texts[side][1]
	}
	return texts[side][0]
}
