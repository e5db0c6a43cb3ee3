package desk

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Take gives a moderator an open case for desk.Lease; with over also one that somebody else has. The error is a Refusal that says
// who has the case, or what they have decided.
func (d *Desk) Take(ctx context.Context, me, id string, over bool) error {
	return d.changed(ctx, id, "taken", desk.TakeCase(context.WithoutCancel(ctx), d.app, id, me, over, time.Now()))
}

// Renew extends a moderator's lease of a case, as their page does while it is open.
func (d *Desk) Renew(ctx context.Context, me, id string) error {
	err := desk.RenewCase(context.WithoutCancel(ctx), d.app, id, me, time.Now())
	if IsNotFound(err) {
		return d.conflict(ctx, d.app, id)
	}
	return err
}

// Release gives a case back.
func (d *Desk) Release(ctx context.Context, me, id string) error {
	return d.changed(ctx, id, "released", desk.ReleaseCase(context.WithoutCancel(ctx), d.app, id, me))
}

// SignOutModerator gives all cases of a moderator back.
func (d *Desk) SignOutModerator(ctx context.Context, me string) error {
	ids, err := desk.ReleaseAll(context.WithoutCancel(ctx), d.app, me)
	for _, id := range ids {
		d.tell(ctx, id, "released")
	}
	return err
}

// changed tells the pages of a change that was made by SQL, or says why it was not made.
func (d *Desk) changed(ctx context.Context, id, event string, err error) error {
	if IsNotFound(err) {
		return d.conflict(ctx, d.app, id)
	}
	if err == nil {
		d.tell(ctx, id, event)
	}
	return err
}

// conflict returns the refusal that says who has a case, or has decided it. The error is query.ErrNotFound when there is no such case.
func (d *Desk) conflict(ctx context.Context, app core.App, id string) error {
	h, err := desk.ReadHolder(ctx, app, id)
	if err != nil {
		return err
	}
	at, _ := query.ParseDate(string(h.At))
	data := map[string]any{"by": h.By, "verdict": h.Verdict, "at": nil}
	if !at.IsZero() {
		data["at"] = at.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	refusal := &Refusal{Status: http.StatusConflict, Data: data}
	switch {
	case h.Verdict != "":
		refusal.English, refusal.Russian = "It was decided by "+h.By+".", "Дело уже закрыто: "+h.By+"."
	case h.By == "":
		refusal.English, refusal.Russian = "Nobody has taken it.", "Дело никем не взято."
	default:
		refusal.English, refusal.Russian = "It is taken by "+h.By+".", "Дело взято: "+h.By+"."
	}
	return refusal
}

// Decision is what a moderator decides about a case.
type Decision struct {
	Rev     int       // of the case on the page: what joined it later stays open, in a new case
	Verdict string    // one of desk.Verdicts
	Until   time.Time // of a ban, zero for ever
	Over    bool      // also if somebody else has taken the case

	Ban      time.Time // that is lifted: since when the page shows it (SeenBan), zero where that is not known
	OrderRev int       // of the order that is cancelled, on the page; NoRev where that is not known
}

// Decide does what a verdict says, and closes the case with the reports that the moderator has seen. Taking the case, deciding
// and the act are one transaction: of several who decide at once one does, and the others are told who. The error is a Refusal,
// query.ErrNotFound, that of a rule that the act breaks, or the server's.
func (d *Desk) Decide(ctx context.Context, by By, id string, j Decision) error {
	if !slices.Contains(desk.Verdicts, j.Verdict) {
		return invalid("verdict", "The verdict is not valid.", "Решение неверно.")
	}
	outward := j.Verdict == desk.VerdictCancelled || j.Verdict == desk.VerdictWarned || j.Verdict == desk.VerdictBanned
	var err error
	if by.Text, err = checkText(by.Text, maxText, outward); err != nil {
		return err
	}
	by.Case = id
	err = d.act(ctx, func(ctx context.Context, tx core.App) error { return d.decide(ctx, tx, by, id, j) })
	if err == nil {
		d.pushes.Wake()
		d.tell(ctx, id, "closed")
	}
	return err
}

func (d *Desk) decide(ctx context.Context, tx core.App, by By, id string, j Decision) error {
	c, err := desk.FindCase(tx, id)
	if err != nil {
		return err
	}
	now := time.Now()
	if c.IsOpen() && (j.Rev < 1 || j.Rev > c.Rev()) {
		return stale()
	}
	options, err := Options(ctx, tx, c, by.Email)
	if err != nil {
		return err
	}
	if err := desk.CloseCase(ctx, tx, id, by.Email, j.Verdict, j.Over, now); IsNotFound(err) {
		return d.conflict(ctx, tx, id)
	} else if err != nil {
		return err
	}
	for _, o := range options {
		if o.Verdict == j.Verdict && o.Refusal != nil {
			return o.Refusal
		}
	}
	if err := d.carryOut(ctx, tx, by, c, j); err != nil {
		return err
	}
	c.SetVerdict(j.Verdict)
	return CloseReports(ctx, tx, d.pushes, c, j.Rev, by.Email, now)
}

// carryOut does what a verdict says.
func (d *Desk) carryOut(ctx context.Context, tx core.App, by By, c *desk.Case, j Decision) error {
	switch j.Verdict {
	case desk.VerdictNothing:
		kind, id := desk.SplitTarget(c.Target())
		return by.audit(ctx, tx, "verdict", kind, id, nil, map[string]any{"verdict": j.Verdict})
	case desk.VerdictCancelled:
		return setStatus(ctx, tx, by, c.Order(), j.OrderRev, order.Cancelled)
	case desk.VerdictHidden, desk.VerdictRemoved:
		return clearMedia(ctx, tx, by, c.Target(), j.Verdict == desk.VerdictRemoved)
	}
	user, err := findUser(tx, c.User())
	if err != nil {
		return err
	}
	switch j.Verdict {
	case desk.VerdictWarned:
		return d.warn(ctx, tx, by, user)
	case desk.VerdictBanned:
		return ban(ctx, tx, by, user, j.Until)
	default:
		return unban(ctx, tx, by, user, SeenBan{At: j.Ban, Over: j.Ban.IsZero()})
	}
}

// CloseReports closes the reports of a closed case that the moderator by has seen, up to the revision seen, with the case's verdict,
// and tells whoever reported. What came later gets a new case.
func CloseReports(ctx context.Context, tx core.App, pushes *push.Worker, c *desk.Case, seen int, by string, now time.Time) error {
	reports, err := desk.OpenReports(tx, c.Id, seen)
	if err != nil {
		return err
	}
	for _, report := range reports {
		report.Close(c.Verdict(), now)
		if err := tx.SaveWithContext(ctx, report); err != nil {
			return fmt.Errorf("close report %s: %w", report.Id, err)
		}
		if err := pushes.AnnounceReport(ctx, tx, report); err != nil {
			return err
		}
	}
	return desk.ReopenRest(ctx, tx, c, seen, by)
}
