package hooks

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/revision"
	"github.com/privet/privet/hooks/store"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// applyModeration checks and completes what moderators may change of a user: bans and erasure. before is the fresh
// row, or nil for a new user. disabled reports whether this change bans or erases the user.
//
// conflicts are the fields of an older copy, a moderator's form, that another moderator has changed since: an erasure
// replaces them all. shownEmail is the e-mail that the form shows.
func applyModeration(ctx context.Context, tx core.App, user, before *store.User, conflicts []string, shownEmail string) (disabled bool, err error) {
	actor := store.ActorOf(user.Record)
	confirmation := user.PopEraseConfirmation()
	if before == nil {
		if before, err = store.NewUser(tx); err != nil {
			return false, err
		}
		before.SetVerified(true)
	}
	now := time.Now()
	if before.Erased() {
		return false, checkErasedUser(user, before)
	}
	if confirmation != "" {
		typed := store.EmailKey(strings.TrimSpace(confirmation))
		if before.Id == "" || typed != store.EmailKey(before.Email()) && typed != store.EmailKey(shownEmail) {
			return false, validation.Errors{"erase": refusal.Invalid("Type the user's e-mail, to erase them for good, or leave it empty.")}
		}
		if err := user.Anonymize(ctx, tx, before, now); err != nil {
			return false, fmt.Errorf("anonymize user %s: %w", user.Id, err)
		}
		if !byParticipant(user.Record) { // who deletes their own account leaves what a moderator has decided before
			user.SetModerated(actor, now)
		}
		return true, nil
	}
	if len(conflicts) > 0 {
		return false, refusal.Conflict("user", conflicts)
	}
	errs := validation.Errors{}
	if actor.Side == order.Moderator {
		errs = checkModeratorEdit(user, before)
	}
	checkBan(user, before, now, errs)
	if user.BanSet() != before.BanSet() || !user.BannedUntil().Equal(before.BannedUntil()) ||
		user.BanReason() != before.BanReason() {
		user.SetModerated(actor, now)
	}
	return user.Banned() && !before.Banned(), errs.Filter()
}

// mergeUser makes a change that was made on an older copy of a user, such as a form, the same change of the fresh row, so
// that a user who goes on saving can't keep moderators from acting. Of a field that both have changed, the moderator's
// value counts; fields that another moderator, or the system, has changed meanwhile are returned as conflicts. It also returns
// the e-mail that the copy shows.
func mergeUser(changes *revision.History, user, before *store.User) (conflicts []string, shownEmail string, err error) {
	email := user.Email()
	conflicts, known := changes.Merge(user.Record, before.Record, user.Rev(), before.Rev())
	if !known {
		return nil, "", refusal.Stale("user")
	}
	store.TakeSecrets(user, before)
	if user.Email() != before.Email() { // the form changes it
		email = before.Email()
	}
	user.SetRev(before.Rev())
	return conflicts, email, nil
}

// checkBan makes the fields of a ban consistent: a lifted ban has no end and no reason. It adds errors to errs for an
// end or a reason without a ban, and for a new end in the past.
func checkBan(user, before *store.User, now time.Time, errs validation.Errors) {
	until := user.BannedUntil()
	switch {
	case !user.BanSet() && before.BanSet():
		user.LiftBan()
	case !user.BanSet():
		const why = "Only a banned user has one: turn banned on, too."
		if !until.IsZero() {
			errs["banned_until"] = refusal.Invalid(why)
		}
		if user.BanReason() != "" {
			errs["ban_reason"] = refusal.Invalid(why)
		}
	case until.IsZero() || until.After(now):
	case until.Equal(before.BannedUntil()) && before.BanSet(): // expired, and not lifted yet
		user.LiftBan()
	default:
		errs["banned_until"] = refusal.Invalid("Must be in the future, or be empty for a ban without an end.")
	}
}

// checkModeratorEdit returns errors for the fields that a moderator has changed but that only privet's code sets, and
// for a price with more than two decimals.
func checkModeratorEdit(user, before *store.User) validation.Errors {
	const derived, agreed = "It is set automatically.", "It is what the user has agreed to in the app."
	errs := refusal.Changed(user.Record, before.Record, map[string]string{
		"email_proven": derived, "password_set": derived, "moderated_by": derived, "moderated_at": derived,
		"terms": agreed, "terms_at": agreed,
		"erased":   "Type the user's e-mail into erase instead.",
		"verified": "It stays on: PocketBase deletes the external logins of a user for whom it is turned on.",
	})
	if price := user.Price(); price != before.Price() {
		if _, decimals, _ := strings.Cut(strconv.FormatFloat(price, 'f', -1, 64), "."); len(decimals) > 2 {
			errs["price"] = refusal.Invalid("Must have at most two decimals.")
		}
	}
	return errs
}

// checkErasedUser refuses every change of an erased user.
func checkErasedUser(user, before *store.User) error {
	errs := validation.Errors{}
	for _, name := range store.Changed(user.Record, before.Record) {
		errs[name] = refusal.Invalid("This user was erased and can no longer be changed.")
	}
	if user.PasswordHash() != before.PasswordHash() {
		errs[core.FieldNamePassword] = refusal.Invalid("This user was erased and can no longer sign in.")
	}
	return errs.Filter()
}

// revokeAccess ends the sessions and invite tokens of a user who was banned or erased, and cancels their new orders,
// which notifies the other participants. It runs in the transaction of the ban or erasure.
func revokeAccess(ctx context.Context, tx core.App, user *store.User) error {
	if err := errors.Join(store.RevokeSessions(tx, user.Id, ""), store.RevokeInviteTokens(ctx, tx, user.Id)); err != nil {
		return fmt.Errorf("revoke the tokens of user %s: %w", user.Id, err)
	}
	if user.Erased() { // before the cancellations, whose reasons stay for the other participants
		if err := store.EraseTraces(ctx, tx, user); err != nil {
			return fmt.Errorf("erase the traces of user %s: %w", user.Id, err)
		}
	}
	open, err := store.OpenOrders(tx, user.Id)
	if err != nil {
		return fmt.Errorf("read the open orders of user %s: %w", user.Id, err)
	}
	for _, o := range open {
		side, other := order.Client, o.Performer()
		if o.Performer() == user.Id {
			side, other = order.Performer, o.Client()
		}
		language, err := store.LanguageOf(ctx, tx, other)
		if err != nil {
			return fmt.Errorf("read the language of user %s: %w", other, err)
		}
		actor, at := store.ActorOf(user.Record), time.Time{} // checkOrderUpdate sets the date
		actor.Audit = false                                  // it is a part of the ban
		if byParticipant(user.Record) {                      // who deletes their own account
			actor.Side, at = side, time.Now()
		}
		store.SetActor(o.Record, actor)
		o.SetStatus(order.Cancelled)
		o.SetCancellation(at, cancellationReason(side, language))
		// Without validation: an order that an older version saved with an invalid field must not prevent the ban.
		if err := tx.SaveNoValidateWithContext(ctx, o); err != nil {
			return fmt.Errorf("cancel order %s: %w", o.Id, err)
		}
	}
	return nil
}

// cancellationReason is the text of an order that is cancelled because the participant on that side was banned or
// erased, in the other participant's language. It does not say which of the two: a ban is confidential.
func cancellationReason(side order.Side, language string) string {
	texts := map[order.Side][2]string{
		order.Client:    {"The client is no longer available.", "Клиент больше недоступен."},
		order.Performer: {"The performer is no longer available.", "Исполнитель больше недоступен."},
	}
	if language == "ru" {
		return texts[side][1]
	}
	return texts[side][0]
}
