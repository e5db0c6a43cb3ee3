package desk

import (
	"context"

	"github.com/privet/privet/hooks/audit"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// Option is a verdict, and whether it makes sense now.
type Option struct {
	Verdict          string
	Allowed          bool
	English, Russian string // why not
}

// Options returns all verdicts of a case, in their order, as they stand for a moderator.
func Options(ctx context.Context, tx core.App, c *desk.Case, me string) ([]Option, error) {
	why, err := whyNot(ctx, tx, c, me)
	if err != nil {
		return nil, err
	}
	options := make([]Option, len(desk.Verdicts))
	for i, verdict := range desk.Verdicts {
		reason := why[verdict]
		options[i] = Option{Verdict: verdict, Allowed: reason == [2]string{}, English: reason[0], Russian: reason[1]}
	}
	return options, nil
}

// whyNot returns for the verdicts that make no sense why, in English and Russian.
func whyNot(ctx context.Context, tx core.App, c *desk.Case, me string) (map[string][2]string, error) {
	why := map[string][2]string{}
	all := func(reason [2]string) (map[string][2]string, error) {
		for _, verdict := range desk.Verdicts {
			why[verdict] = reason
		}
		return why, nil
	}
	if !c.IsOpen() {
		return all([2]string{"It is decided.", "Дело закрыто."})
	}
	if c.IsAppeal() {
		foreign, err := isForOthers(ctx, tx, c, me)
		if err != nil {
			return nil, err
		}
		if foreign {
			return all([2]string{"You have set this ban: another moderator decides.", "Блокировка ваша: решает другой модератор."})
		}
	}
	media, err := desk.MediaOf(tx, c.Target())
	if err != nil {
		return nil, err
	}
	visible := 0
	for _, m := range media {
		if !desk.IsHidden(m) {
			visible++
		}
	}
	switch {
	case len(media) == 0:
		none := [2]string{"There is no video or photo.", "Видео и фото нет."}
		why[desk.VerdictHidden], why[desk.VerdictRemoved] = none, none
	case visible == 0:
		why[desk.VerdictHidden] = [2]string{"It is hidden already.", "Оно уже скрыто."}
	}
	if c.Order() == "" {
		why[desk.VerdictCancelled] = [2]string{"It is not about an order.", "Дело не о заказе."}
	} else if o, err := store.FindOrder(tx, c.Order()); err != nil {
		return nil, err
	} else if o.Status() == order.Cancelled {
		why[desk.VerdictCancelled] = [2]string{"The order is cancelled already.", "Заказ уже отменён."}
	}
	return why, personWhyNot(tx, c, why)
}

// personWhyNot adds why the verdicts about a person make no sense.
func personWhyNot(tx core.App, c *desk.Case, why map[string][2]string) error {
	var none [2]string
	banned := false
	if c.User() == "" {
		none = [2]string{"It is about nobody.", "Дело не о человеке."}
	} else if user, err := store.FindUser(tx, c.User()); err != nil {
		return err
	} else if user.Erased() {
		none = [2]string{"This person was erased.", "Этот человек удалён."}
	} else {
		banned = user.BanSet()
	}
	for _, verdict := range []string{desk.VerdictWarned, desk.VerdictBanned, desk.VerdictLifted} {
		if none != [2]string{} {
			why[verdict] = none
		}
	}
	if none != [2]string{} {
		return nil
	}
	if banned {
		why[desk.VerdictBanned] = [2]string{"This person is banned already.", "Этот человек уже заблокирован."}
	}
	switch {
	case !c.IsAppeal():
		why[desk.VerdictLifted] = [2]string{"It is no appeal against a ban.", "Это не обжалование блокировки."}
	case !banned:
		why[desk.VerdictLifted] = [2]string{"This person is not banned.", "Этот человек не заблокирован."}
	}
	return nil
}

// isForOthers reports whether a case is an appeal against a ban that a moderator has set, and somebody else could decide it.
func isForOthers(ctx context.Context, tx core.App, c *desk.Case, me string) (bool, error) {
	by, err := desk.BannedBy(tx, c.User())
	if err != nil || by != me {
		return false, err
	}
	return desk.HasOtherModerator(ctx, tx, me)
}

// clear hides or removes what the target of a case shows.
func clear(ctx context.Context, tx core.App, by By, target string, forGood bool) error {
	media, err := desk.MediaOf(tx, target)
	if err != nil {
		return err
	}
	act := hide
	if forGood {
		act = remove
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
	name := map[bool]string{false: "hide", true: "remove"}[forGood]
	return by.audit(ctx, tx, name, kind, id, nil, map[string]any{"media": done})
}
