package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// The desk: cases are opened by more than reports, people are warned, bans have a history, moderators write notes, and choose how
// they are called.
func init() {
	const (
		lifted = "lifted"
		warned = "account.warned"

		userBefore = "The user it is about, or whose medium it is; empty where it is an order."
		userAfter  = "The user it is about, or whose medium it is; of an order the one of whom was complained."
	)
	caseFields := []string{"kinds", "quote", "word", "called"}
	superuserFields := []string{"notify", "language", "blur"}
	parts := []struct {
		name   string
		create func(core.App) error
	}{{"signals", createSignals}, {"warnings", createWarnings}, {"bans", createBans}, {"notes", createNotes}}
	migrations.Register(func(app core.App) error {
		if err := changeCollection(app, "cases", func(cases *core.Collection) {
			cases.Fields.Add(
				&core.SelectField{Name: "kinds", Values: []string{"report", "word", "overdue", "low", "first", "appeal", "blocked"}, MaxSelect: 7,
					Help: "Why it was opened: a report, a watched word, an order that is overdue, a low rating, a performer's first delivery, an appeal " +
						"against a ban, or a person whom several others have blocked."},
				&core.TextField{Name: "quote", Max: 500, Help: "What was said last."},
				&core.TextField{Name: "word", Max: 100, Help: "The watched word that was found last."},
				&core.DateField{Name: "called", Hidden: true, Help: "When all moderators were called, as it had waited for long."})
			builtIn(cases, "verdict", func(verdict *core.SelectField) { verdict.Values = append(verdict.Values, lifted) })
			builtIn(cases, "user", func(user *core.RelationField) { user.Help = userAfter })
			// The queue with its counts.
			cases.AddIndex("idx_cases_queue", false, "`due`, `id`, `kinds`, `taken_by`, `taken_until`", "`state` = 'open'")
			// Of whom all moderators are to be called.
			cases.AddIndex("idx_cases_uncalled", false, "`created`", "`state` = 'open' AND `called` = ''")
			// Those that are closed, the last one first.
			cases.AddIndex("idx_cases_closed", false, "`closed`", "`state` = 'closed'")
		}); err != nil {
			return err
		}
		if err := changeCollection(app, "reports", func(reports *core.Collection) {
			builtIn(reports, "verdict", func(verdict *core.SelectField) { verdict.Values = append(verdict.Values, lifted) })
		}); err != nil {
			return err
		}
		if err := changeCollection(app, "pushes", func(pushes *core.Collection) {
			builtIn(pushes, "type", func(kind *core.SelectField) { kind.Values = append(kind.Values, warned) })
		}); err != nil {
			return err
		}
		for _, part := range parts {
			if err := part.create(app); err != nil {
				return err
			}
		}
		if err := changeCollection(app, core.CollectionNameSuperusers, func(superusers *core.Collection) {
			superusers.Fields.Add(
				&core.SelectField{Name: "notify", System: true, Values: []string{"now", "daily", "none"},
					Help: "Mails about new cases: at once, once a day, or none. Empty: none. A case that waits for 12 hours is mailed to all, once."},
				&core.SelectField{Name: "language", System: true, Values: []string{"ru", "en"}, Help: "Of these mails, and of the desk. Empty: the browser's."},
				&core.BoolField{Name: "blur", System: true, Help: "Pictures and videos are blurred until they are clicked."})
		}); err != nil {
			return err
		}
		return execute(app, `
			UPDATE cases SET kinds = '["report"]';
			INSERT INTO bans (id, user, reason, until, by, since, lifted, lifted_by, appeal)
				SELECT 'ban' || substr('000000000000' || id, -12), id, ban_reason, banned_until, moderated_by,
					iif(moderated_at <> '', moderated_at, updated), '', '', '' FROM users WHERE banned = 1 AND erased = ''`)
	}, func(app core.App) error {
		if err := changeCollection(app, core.CollectionNameSuperusers, func(superusers *core.Collection) {
			builtIn(superusers, "notify", func(field *core.SelectField) { field.System = false })
			builtIn(superusers, "language", func(field *core.SelectField) { field.System = false })
			builtIn(superusers, "blur", func(field *core.BoolField) { field.System = false })
		}); err != nil {
			return err
		}
		if err := changeCollection(app, core.CollectionNameSuperusers, func(superusers *core.Collection) {
			for _, name := range superuserFields {
				superusers.Fields.RemoveByName(name)
			}
		}); err != nil {
			return err
		}
		for _, part := range slices.Backward(parts) {
			if err := deleteCollection(part.name)(app); err != nil {
				return err
			}
		}
		if err := execute(app, `DELETE FROM pushes WHERE type = 'account.warned';
			UPDATE reports SET verdict = 'nothing' WHERE verdict = 'lifted'`); err != nil {
			return err
		}
		without := func(values []string, value string) []string {
			return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == value })
		}
		if err := changeCollection(app, "pushes", func(pushes *core.Collection) {
			builtIn(pushes, "type", func(kind *core.SelectField) { kind.Values = without(kind.Values, warned) })
		}); err != nil {
			return err
		}
		if err := changeCollection(app, "reports", func(reports *core.Collection) {
			builtIn(reports, "verdict", func(verdict *core.SelectField) { verdict.Values = without(verdict.Values, lifted) })
		}); err != nil {
			return err
		}
		// Before the desk there were cases with reports alone.
		if err := execute(app, `DELETE FROM cases WHERE id NOT IN (SELECT "case" FROM reports);
			UPDATE cases SET verdict = 'nothing' WHERE verdict = 'lifted'`); err != nil {
			return err
		}
		return changeCollection(app, "cases", func(cases *core.Collection) {
			for _, index := range []string{"idx_cases_queue", "idx_cases_uncalled", "idx_cases_closed"} {
				cases.RemoveIndex(index)
			}
			builtIn(cases, "user", func(user *core.RelationField) { user.Help = userBefore })
			builtIn(cases, "verdict", func(verdict *core.SelectField) { verdict.Values = without(verdict.Values, lifted) })
			for _, name := range caseFields {
				cases.Fields.RemoveByName(name)
			}
		})
	})
}

// createSignals creates signals: what opened a case, or joined it, besides reports.
func createSignals(app core.App) error {
	signals := core.NewBaseCollection("signals")
	signals.Fields = core.NewFieldsList(
		randomID(signals),
		&core.RelationField{Name: "case", CollectionId: idOf("cases"), Required: true, CascadeDelete: true},
		&core.TextField{Name: "target", Required: true, Max: 40, Presentable: true, Help: "A user, an order or a medium, with its number."},
		&core.SelectField{Name: "kind", Required: true, Values: []string{"word", "overdue", "low", "first", "appeal", "blocked"}, Presentable: true},
		&core.TextField{Name: "word", Max: 100, Help: "The watched word; of an overdue order its date."},
		&core.TextField{Name: "text", Max: 5000, Help: "Where the word stands, the review, or the appeal. Empty where the user was erased."},
		&core.NumberField{Name: "place", OnlyInt: true, Hidden: true, Help: "The case's rev when it joined."},
		&core.AutodateField{Name: "created", OnCreate: true},
	)
	signals.AddIndex("idx_signals_case", false, "`case`", "")
	// Whether an order was found overdue, or a delivery was a first one, before.
	signals.AddIndex("idx_signals_target", false, "`target`, `kind`", "")
	return app.Save(signals)
}

// createWarnings creates warnings: what people were told by a moderator.
func createWarnings(app core.App) error {
	warnings := core.NewBaseCollection("warnings")
	warnings.Fields = core.NewFieldsList(
		randomID(warnings),
		&core.RelationField{Name: "user", CollectionId: usersID, Required: true, CascadeDelete: true, Presentable: true},
		&core.TextField{Name: "text", Required: true, Max: 1000, Presentable: true, Help: "What the person reads. It is the text of the push."},
		&core.TextField{Name: "by", Max: 255, Help: "The moderator. The person is never told."},
		&core.AutodateField{Name: "created", OnCreate: true},
	)
	warnings.AddIndex("idx_warnings_user", false, "`user`, `created`", "")
	return app.Save(warnings)
}

// createBans creates bans: each ban with how it ended.
func createBans(app core.App) error {
	bans := core.NewBaseCollection("bans")
	bans.Fields = core.NewFieldsList(
		randomID(bans),
		&core.RelationField{Name: "user", CollectionId: usersID, Required: true, CascadeDelete: true, Presentable: true},
		&core.TextField{Name: "reason", Max: 1000, Presentable: true, Help: "What the person reads on the page /account."},
		&core.DateField{Name: "until", Help: "When it was to end; empty for one without an end."},
		&core.TextField{Name: "by", Max: 255, Help: "The moderator. The person is never told."},
		&core.DateField{Name: "since"},
		&core.DateField{Name: "lifted", Help: "When it ended; empty while it holds."},
		&core.TextField{Name: "lifted_by", Max: 255, Help: "The moderator; empty where it ended by itself."},
		&core.TextField{Name: "appeal", Max: 60, Help: "The case of the appeal against it. There is one a ban."},
	)
	bans.AddIndex("idx_bans_user", false, "`user`, `since`", "")
	// The ban that holds is one.
	bans.AddIndex("idx_bans_current", true, "`user`", "`lifted` = ''")
	bans.AddIndex("idx_bans_appeal", false, "`appeal`", "`appeal` != ''")
	return app.Save(bans)
}

// createNotes creates notes: what moderators write for each other.
func createNotes(app core.App) error {
	notes := core.NewBaseCollection("notes")
	notes.Fields = core.NewFieldsList(
		randomID(notes),
		&core.RelationField{Name: "user", CollectionId: usersID, CascadeDelete: true, Help: "The person whom it is about."},
		&core.RelationField{Name: "order", CollectionId: idOf("orders"), CascadeDelete: true, Help: "The order that it is about."},
		&core.TextField{Name: "text", Required: true, Max: 4000, Presentable: true},
		&core.TextField{Name: "by", Max: 255},
		&core.AutodateField{Name: "created", OnCreate: true},
	)
	notes.AddIndex("idx_notes_user", false, "`user`, `created`", "`user` != ''")
	notes.AddIndex("idx_notes_order", false, "`order`, `created`", "`order` != ''")
	return app.Save(notes)
}
