package desk

import (
	"context"
	"slices"

	"github.com/privet/privet/hooks/audit"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// Option is a verdict, and why it is refused now: nil where it is not.
type Option struct {
	Verdict string
	Refusal *Refusal
}

// Options returns all verdicts of a case, in their order, as they stand for a moderator.
func Options(ctx context.Context, tx core.App, c *desk.Case, me string) ([]Option, error) {
	refusals, err := refuseVerdicts(ctx, tx, c, me)
	if err != nil {
		return nil, err
	}
	options := make([]Option, len(desk.Verdicts))
	for i, verdict := range desk.Verdicts {
		options[i] = Option{verdict, refusals[verdict]}
	}
	return options, nil
}

// refuseVerdicts returns why verdicts of a case make no sense now, nil for those that do.
func refuseVerdicts(ctx context.Context, tx core.App, c *desk.Case, me string) (map[string]*Refusal, error) {
	refusals := map[string]*Refusal{}
	refuseAll := func(why *Refusal) (map[string]*Refusal, error) {
		for _, verdict := range desk.Verdicts {
			refusals[verdict] = why
		}
		return refusals, nil
	}
	if !c.IsOpen() {
		return refuseAll(refuse("It is decided.", "Дело закрыто."))
	}
	if foreign, err := IsForOthers(ctx, tx, c, me); err != nil {
		return nil, err
	} else if foreign {
		return refuseAll(refuse(BannedByYou, "Блокировка ваша: решает другой модератор."))
	}
	media, err := desk.MediaOf(tx, c.Target())
	if err != nil {
		return nil, err
	}
	switch {
	case len(media) == 0:
		refusals[desk.VerdictHidden], refusals[desk.VerdictRemoved] = refusedNoMedia, refusedNoMedia
	case !slices.ContainsFunc(media, func(m *store.MediaItem) bool { return !desk.IsHidden(m) }):
		refusals[desk.VerdictHidden] = refusedHidden
	}
	if c.Order() == "" {
		refusals[desk.VerdictCancelled] = refuse("It is not about an order.", "Дело не о заказе.")
	} else if o, err := store.FindOrder(tx, c.Order()); err != nil {
		return nil, err
	} else {
		refusals[desk.VerdictCancelled] = refuseStatus(o.Status(), order.Cancelled)
	}
	return refusals, refusePersonVerdicts(tx, c, refusals)
}

// refusePersonVerdicts adds why the verdicts about a person make no sense.
func refusePersonVerdicts(tx core.App, c *desk.Case, refusals map[string]*Refusal) error {
	refuseAll := func(why *Refusal) error {
		for _, verdict := range []string{desk.VerdictWarned, desk.VerdictBanned, desk.VerdictLifted} {
			refusals[verdict] = why
		}
		return nil
	}
	if c.User() == "" {
		return refuseAll(refuse("It is about nobody.", "Дело не о человеке."))
	}
	user, err := store.FindUser(tx, c.User())
	if err != nil {
		return err
	}
	if user.Erased() {
		return refuseAll(refusedErased)
	}
	if user.BanSet() {
		refusals[desk.VerdictBanned] = refusedBanned
		if by, err := desk.BannedBy(tx, user.Id); err != nil {
			return err
		} else if by != "" {
			refusals[desk.VerdictBanned] = refuseBanned(by)
		}
	}
	if !c.IsAppeal() {
		refusals[desk.VerdictLifted] = refuse("It is no appeal against a ban.", "Это не обжалование блокировки.")
		return nil
	}
	if !user.BanSet() {
		refusals[desk.VerdictLifted] = refusedNotBanned
		return nil
	}
	current, err := desk.IsAgainstCurrentBan(tx, c)
	if err == nil && !current {
		refusals[desk.VerdictLifted] = refuse("The appeal is against an earlier ban.", "Обжалована прежняя блокировка.")
	}
	return err
}

// BannedByYou is why a moderator can't decide a case that IsForOthers.
const BannedByYou = "You have set this ban: another moderator decides."

// IsForOthers reports whether a case is an appeal against a ban that a moderator has set, and somebody else could decide it.
func IsForOthers(ctx context.Context, tx core.App, c *desk.Case, me string) (bool, error) {
	if !c.IsAppeal() {
		return false, nil
	}
	by, err := desk.BannedBy(tx, c.User())
	if err != nil || by != me {
		return false, err
	}
	return desk.HasOtherModerator(ctx, tx, me)
}

// clearMedia hides or removes what the target of a case shows.
func clearMedia(ctx context.Context, tx core.App, by By, target string, forGood bool) error {
	media, err := desk.MediaOf(tx, target)
	if err != nil {
		return err
	}
	act, name := hide, "hide"
	if forGood {
		act, name = remove, "remove"
	}
	kind, id := desk.SplitTarget(target)
	if kind == desk.TargetMedia {
		return act(ctx, tx, by, media[0])
	}
	var done []string
	for _, m := range media {
		if !forGood && desk.IsHidden(m) {
			continue
		}
		if err := act(audit.Within(ctx), tx, by, m); err != nil {
			return err
		}
		done = append(done, m.Id)
	}
	return by.audit(ctx, tx, name, kind, id, nil, map[string]any{"media": done})
}
