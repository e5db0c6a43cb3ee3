package hooks

import (
	"context"
	"fmt"
	"time"

	"github.com/privet/privet/hooks/desk"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/preview"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store"
	cases "github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/worker"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// registerReports binds the rules of cases and reports: a verdict closes them for good, whoever reported is notified, and a
// report's snapshot of its target is deleted with the verdict, or when it expires. It runs the worker that makes the pictures of snapshots.
func registerReports(app core.App, pushes *push.Worker, previews *preview.Worker, remover *files.Remover) {
	update := func(collection string, change func(*core.RecordEvent) error) {
		app.OnRecordUpdate(collection).Bind(&hook.Handler[*core.RecordEvent]{
			Id:       "privet_" + collection + "_update",
			Priority: beforeInterceptors,
			Func:     func(e *core.RecordEvent) error { return store.InTransaction(e, func() error { return change(e) }) },
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
	snapshots := preview.NewSnapshots(previews, remover)
	app.OnRecordAfterCreateSuccess(store.Reports).BindFunc(func(e *core.RecordEvent) error {
		snapshots.Wake()
		return e.Next()
	})
	removed := func(e *core.RecordEvent) error { // the database has queued the removal of the still
		remover.Wake()
		return e.Next()
	}
	app.OnRecordAfterUpdateSuccess(store.Reports).BindFunc(removed)
	app.OnRecordAfterDeleteSuccess(store.Reports).BindFunc(removed)
	dropExpired := func() {
		if err := cases.DropExpiredSnapshots(context.Background(), app, time.Now()); err != nil {
			app.Logger().Error("the expired snapshots of reports could not be deleted", "error", err)
		}
		remover.Wake()
	}
	worker.WhileServing(app, func() (stop func()) {
		dropExpired() // what expired while the server was down
		return snapshots.Start()
	})
	app.Cron().MustAdd("privet_reports", "* * * * *", dropExpired)
}

// updateCase closes a case with the verdict of a moderator, and with it the reports that the moderator has seen: those that
// came later stay open, in a new case.
func updateCase(e *core.RecordEvent, pushes *push.Worker) error {
	actor := store.ActorOf(e.Record)
	if actor.Side != order.Moderator {
		return e.Next()
	}
	c := cases.AsCase(e.Record)
	fresh, err := cases.FindCase(e.App, c.Id)
	if err != nil {
		return fmt.Errorf("read case %s: %w", c.Id, err)
	}
	seen, decides := c.Rev(), c.Verdict() != fresh.Verdict()
	if err := checkVerdict(e.Record, fresh.Record, fresh.IsOpen()); err != nil {
		return err
	}
	if seen > fresh.Rev() {
		return refusal.Stale("case")
	}
	c.SetRev(fresh.Rev() + 1)
	if !decides {
		return e.Next()
	}
	if foreign, err := desk.IsForOthers(e.Context, e.App, fresh, actor.Moderator); err != nil {
		return err
	} else if foreign {
		return validation.Errors{"verdict": refusal.Invalid(desk.BannedByYou)}
	}
	now := time.Now()
	c.Close(actor.Moderator, now)
	if err := e.Next(); err != nil {
		return err
	}
	return desk.CloseReports(e.Context, e.App, pushes, c, seen, actor.Moderator, now)
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
	report, fresh := cases.AsReport(e.Record), cases.AsReport(record)
	decides := report.Verdict() != fresh.Verdict()
	if err := checkVerdict(e.Record, record, fresh.IsOpen()); err != nil {
		return err
	}
	if !decides {
		return e.Next()
	}
	now := time.Now()
	report.Close(report.Verdict(), now)
	if err := e.Next(); err != nil {
		return err
	}
	if err := pushes.AnnounceReport(e.Context, e.App, report); err != nil {
		return err
	}
	c, err := cases.FindCase(e.App, report.Case())
	if err != nil {
		return err
	}
	left, err := cases.HasOpenReports(e.App, c.Id)
	if err != nil || left || !c.IsOpen() {
		return err
	}
	if foreign, err := desk.IsForOthers(e.Context, e.App, c, actor.Moderator); err != nil || foreign {
		return err // the appeal that joined the reports is not decided by this
	}
	c.SetVerdict(report.Verdict())
	c.SetRev(c.Rev() + 1)
	c.Close(actor.Moderator, now)
	return e.App.SaveWithContext(e.Context, c)
}

// checkVerdict refuses a moderator's change of any field of a case or report but the verdict, and of the verdict too unless
// the row is open. It sets all other fields of the record to those of the row as it is now, fresh.
func checkVerdict(record, fresh *core.Record, open bool) error {
	errs := validation.Errors{}
	for _, name := range store.Changed(record, record.Original()) {
		switch {
		case name == "verdict" && !open:
			errs[name] = refusal.Invalid("The verdict is final: whoever reported was notified of it. Another report opens a new case.")
		case name == "verdict" && record.GetString(name) == "":
			errs[name] = refusal.Invalid("Choose a verdict: nothing, if nothing has to be done.")
		case name == "kept": // the form may send the same JSON in another notation
		case name != "verdict":
			errs[name] = refusal.Invalid("It can't be changed: only the verdict can be given.")
		}
	}
	if len(errs) > 0 {
		return errs
	}
	for _, name := range store.Comparable(record) {
		if name != "verdict" {
			record.SetRaw(name, fresh.GetRaw(name))
		}
	}
	return nil
}
