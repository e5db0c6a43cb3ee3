// Package audit writes down who has done what to whom, when and why: each act of a moderator or an owner, at the desk or in the stock
// dashboard, and each of the command line. A row is written in the transaction of the act.
//
// An act of the desk calls Write itself. A record that is changed through the stock dashboard or by a command has an actor whose
// field Audit is set; the hooks of this package write its row.
//
// Nobody can change or erase the audit, so it holds no texts and no contacts of users: of those it only says that they changed.
package audit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// Operator is who acts by commands, as rows name a moderator.
const Operator = "operator"

// The roles of whom is neither owner nor moderator.
const (
	roleOperator = "operator"
	roleSystem   = "system"
)

// Entry is a row to be written.
type Entry struct {
	Actor         string // a superuser's e-mail, or Operator; "" for a rule that acts by itself
	Role          string // "": it is looked up
	Act           string
	TargetKind    string // user, order, media, case, or the name of a collection
	TargetID      string
	Case          string // the case that is decided by the act, "" for none
	Reason        string
	Before, After map[string]any
}

// maxReason is the length of a reason in characters.
const maxReason = 2000

// Write adds a row to the audit, in the transaction of the act. An act that deletes its target writes before it does.
func Write(ctx context.Context, tx core.App, e Entry) error {
	if ctx.Value(withinKey{}) != nil {
		return nil
	}
	if e.Role == "" {
		switch e.Actor {
		case "":
			e.Role = roleSystem
		case Operator:
			e.Role = roleOperator
		default:
			var err error
			if e.Role, err = desk.RoleOf(ctx, tx, e.Actor); err != nil {
				return err
			}
		}
	}
	if reason := []rune(e.Reason); len(reason) > maxReason {
		e.Reason = string(reason[:maxReason])
	}
	at, ok := ctx.Value(atKey{}).(time.Time)
	if !ok {
		at = time.Now()
	}
	err := desk.AddAudit(ctx, tx, desk.AuditRow{At: at, Actor: e.Actor, Role: e.Role, Act: e.Act, TargetKind: e.TargetKind, TargetID: e.TargetID,
		Case: e.Case, Reason: e.Reason, Before: e.Before, After: e.After})
	if err != nil {
		return fmt.Errorf("audit the act %s of %s %s: %w", e.Act, e.TargetKind, e.TargetID, err)
	}
	return nil
}

// Changes returns the values that differ between a record before and after a change, by field; nil stands for a new or deleted
// record. Of what is personal, and of texts, files and secrets, it has the names alone.
func Changes(before, after *core.Record) (from, to map[string]any) {
	record := after
	if record == nil {
		record = before
	}
	from, to = map[string]any{}, map[string]any{}
	for _, field := range record.Collection().Fields {
		name := field.GetName()
		column, _ := store.Declared(record.Collection().Name, name)
		if name == core.FieldNameId || name == core.FieldNameTokenKey || field.Type() == core.FieldTypeAutodate || column.Derived || column.Unstored {
			continue
		}
		was, is := valueOf(before, name), valueOf(after, name)
		if was == is {
			continue
		}
		if isKept(field.Type()) && !column.Kind.IsPersonal() {
			from[name], to[name] = was, is
		} else {
			from[name], to[name] = present(was), present(is)
		}
	}
	return from, to
}

// isKept reports whether the values of a field's type say nothing that a user has written.
func isKept(kind string) bool {
	switch kind {
	case core.FieldTypeBool, core.FieldTypeNumber, core.FieldTypeSelect, core.FieldTypeDate, core.FieldTypeRelation:
		return true
	}
	return false
}

// present stands for a value that is not kept.
func present(value string) string {
	if value == "" {
		return ""
	}
	return "…"
}

func valueOf(record *core.Record, name string) string {
	if record == nil {
		return ""
	}
	if field := record.Collection().Fields.GetByName(name); field.Type() == core.FieldTypePassword {
		return record.GetString(name + ":hash")
	}
	switch text := store.Text(record, name); text {
	case "0", "false", "[]", "null", "0001-01-01 00:00:00 +0000 UTC":
		return ""
	default:
		return strings.TrimSuffix(text, " +0000 UTC")
	}
}

type withinKey struct{}

// Within returns a context for the parts of an act that has a row of its own: with it Write does nothing.
func Within(ctx context.Context) context.Context { return context.WithValue(ctx, withinKey{}, true) }

type atKey struct{}

// At returns a context in which Write dates its rows: demo data has a past, and no row can be changed afterwards.
func At(ctx context.Context, at time.Time) context.Context {
	return context.WithValue(ctx, atKey{}, at)
}
