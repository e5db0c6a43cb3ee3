package hooks

import (
	"context"
	"fmt"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/worker"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// registerReports binds the rules of cases and reports: a verdict closes, once and for all; whoever reported is told; and what a
// report has kept goes with its verdict, or when its time is over.
func registerReports(app core.App, pushes *push.Worker) {
	update := func(collection string, change func(*core.RecordEvent) error) {
		app.OnRecordUpdate(collection).Bind(&hook.Handler[*core.RecordEvent]{
			Id:       "privet_" + collection + "_update",
			Priority: beforeInterceptors,
			Func:     func(e *core.RecordEvent) error { return inTransaction(e, func() error { return change(e) }) },
		})
	}
	update(store.Cases, func(e *core.RecordEvent) error { return updateCase(e, pushes) })
	update(store.Reports, func(e *core.RecordEvent) error { return updateReport(e, pushes) })
	for _, name := range []string{store.Cases, store.Reports} {
		app.OnRecordAfterUpdateSuccess(name).BindFunc(func(e *core.RecordEvent) error {
			pushes.Wake()
			return e.Next()
		})
	}
	forget := func() {
		if err := store.ForgetKept(context.Background(), app, time.Now()); err != nil {
			app.Logger().Error("what reports keep could not be ended", "error", err)
		}
	}
	worker.WhileServing(app, func() (stop func()) {
		forget() // what became due while the server was down
		return func() {}
	})
	app.Cron().MustAdd("privet_reports", "* * * * *", forget)
}

// updateCase closes a case with the verdict of a moderator, and with it the reports that the moderator has seen: those that
// came later stay open, in a new case.
func updateCase(e *core.RecordEvent, pushes *push.Worker) error {
	c := store.AsCase(e.Record)
	fresh, err := store.FindCase(e.App, c.Id)
	if err != nil {
		return fmt.Errorf("read case %s: %w", c.Id, err)
	}
	actor := store.ActorOf(e.Record)
	if actor.Side != order.Moderator {
		return e.Next()
	}
	seen, verdict, decides := c.Rev(), c.Verdict(), c.Verdict() != fresh.Verdict()
	if err := refuseAllBut(e.Record, fresh.Record, fresh.IsOpen()); err != nil {
		return err
	}
	if seen > fresh.Rev() {
		return refusal.Stale("case")
	}
	c.SetRev(fresh.Rev() + 1)
	if !decides {
		return e.Next()
	}
	now := time.Now()
	c.Close(actor.Moderator, now)
	if err := e.Next(); err != nil {
		return err
	}
	reports, err := store.OpenReports(e.App, c.Id, seen)
	if err != nil {
		return err
	}
	for _, report := range reports {
		if err := closeReport(e.Context, e.App, report, verdict, now, pushes); err != nil {
			return err
		}
	}
	return store.ReopenRest(e.App, c)
}

// updateReport closes a single report with the verdict of a moderator, and its case if it was the last one that was open.
func updateReport(e *core.RecordEvent, pushes *push.Worker) error {
	actor := store.ActorOf(e.Record)
	if actor.Side != order.Moderator {
		return e.Next()
	}
	record, err := e.App.FindRecordById(store.Reports, e.Record.Id)
	if err != nil {
		return fmt.Errorf("read report %s: %w", e.Record.Id, err)
	}
	report, fresh := store.AsReport(e.Record), store.AsReport(record)
	decides := report.Verdict() != fresh.Verdict()
	if err := refuseAllBut(e.Record, record, fresh.IsOpen()); err != nil || !decides {
		return orNext(err, e)
	}
	now := time.Now()
	report.Close(report.Verdict(), now)
	if err := e.Next(); err != nil {
		return err
	}
	if err := pushes.AnnounceReport(e.Context, e.App, report); err != nil {
		return fmt.Errorf("tell of report %s: %w", report.Id, err)
	}
	c, err := store.FindCase(e.App, report.Case())
	if err != nil {
		return err
	}
	left, err := store.OpenReports(e.App, c.Id, c.Rev())
	if err != nil || len(left) > 0 || !c.IsOpen() {
		return err
	}
	c.SetVerdict(report.Verdict())
	c.SetRev(c.Rev() + 1)
	c.Close(actor.Moderator, now)
	return e.App.SaveWithContext(e.Context, c)
}

func orNext(err error, e *core.RecordEvent) error {
	if err != nil {
		return err
	}
	return e.Next()
}

// closeReport closes a report with the verdict on its case, and tells whoever reported.
func closeReport(ctx context.Context, tx core.App, report *store.Report, verdict string, at time.Time, pushes *push.Worker) error {
	report.Close(verdict, at)
	if err := tx.SaveWithContext(ctx, report); err != nil {
		return fmt.Errorf("close report %s: %w", report.Id, err)
	}
	if err := pushes.AnnounceReport(ctx, tx, report); err != nil {
		return fmt.Errorf("tell of report %s: %w", report.Id, err)
	}
	return nil
}

// refuseAllBut refuses a moderator's change of any field but the verdict, and of that one too when it was given.
func refuseAllBut(record, fresh *core.Record, open bool) error {
	errs := validation.Errors{}
	for _, name := range store.Changed(record, record.Original()) {
		switch {
		case name == "verdict" && !open:
			errs[name] = refusal.Invalid("It was decided and told, and stays so. What is reported again gets a new case.")
		case name == "verdict" && record.GetString(name) == "":
			errs[name] = refusal.Invalid("Choose one: nothing, where nothing has to be done.")
		case name == "kept": // its form may be another JSON of the same
		case name != "verdict":
			errs[name] = refusal.Invalid("It can't be changed: only the verdict can be given.")
		}
	}
	if len(errs) > 0 {
		return errs
	}
	for _, name := range store.Comparable(record) {
		if name != "verdict" {
			record.SetRaw(name, fresh.GetRaw(name)) // the row as it is now
		}
	}
	return nil
}
