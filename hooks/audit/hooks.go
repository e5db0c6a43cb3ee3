package audit

import (
	"context"

	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// insideRules is a hook priority behind that of the rules that open a transaction and bring older copies together with the row
// (beforeInterceptors in package hooks), and ahead of all others.
const insideRules = -199

// Register binds the hooks that write the rows of changes through the stock dashboard and by commands.
func Register(app core.App) {
	bind := func(h *hook.TaggedHook[*core.RecordEvent], write func(e *core.RecordEvent) error) {
		h.Bind(&hook.Handler[*core.RecordEvent]{
			Id:       "privet_audit",
			Priority: insideRules,
			Func: func(e *core.RecordEvent) error {
				if !store.ActorOf(e.Record).Audit {
					return e.Next()
				}
				return store.InTransaction(e, func() error { return write(e) })
			},
		})
	}
	bind(app.OnRecordCreate(), auditCreate)
	bind(app.OnRecordUpdate(), auditUpdate)
	bind(app.OnRecordDelete(), auditDelete)
	registerRequests(app)
}

func auditCreate(e *core.RecordEvent) error {
	actor := store.ActorOf(e.Record)
	if err := e.Next(); err != nil {
		return err
	}
	from, to := Changes(nil, e.Record)
	return writeRecord(e, actor.Moderator, "create", "", from, to)
}

func auditUpdate(e *core.RecordEvent) error {
	actor := store.ActorOf(e.Record)
	before, err := e.App.FindRecordById(e.Record.Collection(), e.Record.Id)
	if err != nil {
		return e.Next() // which says what is wrong
	}
	if err := e.Next(); err != nil {
		return err
	}
	from, to := Changes(before, e.Record)
	if len(to) == 0 {
		return nil
	}
	act, reason := actOf(before, e.Record)
	return writeRecord(e, actor.Moderator, act, reason, from, to)
}

func auditDelete(e *core.RecordEvent) error {
	act := "delete"
	switch e.Record.Collection().Name {
	case store.Media:
		act = "remove"
	case store.Devices:
		act = "sign-out"
	}
	from, to := Changes(e.Record, nil)
	if err := writeRecord(e, store.ActorOf(e.Record).Moderator, act, "", from, to); err != nil {
		return err
	}
	return e.Next()
}

// actOf returns what the change of a record is called, and the reason that the record has for it.
func actOf(before, after *core.Record) (act, reason string) {
	switch after.Collection().Name {
	case store.Users:
		was, is := store.AsUser(before), store.AsUser(after)
		switch {
		case is.Erased() && !was.Erased():
			return "erase", ""
		case is.BanSet() && (!was.BanSet() || is.BanReason() != was.BanReason() || !is.BannedUntil().Equal(was.BannedUntil())):
			return "ban", is.BanReason()
		case was.BanSet() && !is.BanSet():
			return "unban", ""
		}
	case store.Orders:
		was, is := store.AsOrder(before), store.AsOrder(after)
		switch {
		case is.Status() != was.Status() && is.CancelText() != was.CancelText():
			return "cancel", is.CancelText()
		case is.Status() != was.Status():
			return "status", ""
		}
	case store.Cases, store.Reports:
		if before.GetString("verdict") != after.GetString("verdict") {
			return "verdict", ""
		}
	}
	return "edit", ""
}

// kinds are the collections whose rows have a name of their own in the audit.
var kinds = map[string]string{store.Users: "user", store.Orders: "order", store.Media: "media", store.Cases: "case"}

func writeRecord(e *core.RecordEvent, actor, act, reason string, from, to map[string]any) error {
	kind, id := e.Record.Collection().Name, e.Record.Id
	if name, ok := kinds[kind]; ok {
		kind = name
	}
	if kind == store.Devices {
		kind, id = "user", e.Record.GetString("user")
	}
	return Write(context.WithoutCancel(e.Context), e.App, Entry{Actor: actor, Act: act, TargetKind: kind, TargetID: id, Reason: reason, Before: from, After: to})
}
