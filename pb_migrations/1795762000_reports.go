package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// cases are what moderators have to decide: an open one a target, which is a user, an order or a medium. reports are what
// users complain of; each belongs to the case of its target.
func init() {
	const push = "report.closed"
	migrations.Register(func(app core.App) error {
		if err := createCases(app); err != nil {
			return err
		}
		if err := createReports(app); err != nil {
			return err
		}
		return changeCollection(app, "pushes", func(pushes *core.Collection) {
			builtIn(pushes, "type", func(kind *core.SelectField) { kind.Values = append(kind.Values, push) })
		})
	}, func(app core.App) error {
		for _, name := range []string{"reports", "cases"} {
			if err := deleteCollection(name)(app); err != nil {
				return err
			}
		}
		if err := execute(app, `DELETE FROM pushes WHERE type = 'report.closed'`); err != nil {
			return err
		}
		return changeCollection(app, "pushes", func(pushes *core.Collection) {
			builtIn(pushes, "type", func(kind *core.SelectField) {
				kind.Values = slices.DeleteFunc(kind.Values, func(value string) bool { return value == push })
			})
		})
	})
}

// verdicts are what a moderator can decide; all but the first say that something was done.
var verdicts = []string{"nothing", "warned", "hidden", "cancelled", "banned", "removed"}

func createCases(app core.App) error {
	const automatic = "Set automatically."
	cases := core.NewBaseCollection("cases")
	cases.Fields = core.NewFieldsList(
		randomID(cases),
		&core.TextField{Name: "target", Required: true, Max: 40, Presentable: true,
			Help: "What the case is about: a user, an order or a medium, with its number. " + automatic},
		&core.SelectField{Name: "verdict", Values: verdicts,
			Help: "Act first, then set what was done, or nothing: that closes the case with its reports, for good, and whoever reported is told by a " +
				"push whether something was done, and no more. Reports that came after this form was opened stay open, in a new case."},
		&core.SelectField{Name: "state", Required: true, Values: []string{"open", "closed"}, Presentable: true, Help: automatic},
		&core.DateField{Name: "due", Help: "24 hours after it was opened: it should be decided by then."},
		&core.RelationField{Name: "user", CollectionId: usersID, CascadeDelete: true,
			Help: "The user it is about, or whose medium it is; empty where it is an order."},
		&core.RelationField{Name: "order", CollectionId: idOf("orders"), CascadeDelete: true, Help: "The order that it is about, or of which the medium is."},
		&core.RelationField{Name: "media", CollectionId: idOf("media"), Help: "The medium; empty where there is none, or none any more."},
		&core.TextField{Name: "taken_by", Max: 255, Help: "The moderator who works on it."},
		&core.DateField{Name: "taken_until", Help: "When others may take it over."},
		&core.DateField{Name: "closed", Help: automatic},
		&core.TextField{Name: "closed_by", Max: 255, Help: "The moderator who decided. " + automatic},
		&core.NumberField{Name: "rev", OnlyInt: true, Hidden: true, Help: "Counts the reports and changes."},
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	// One open case a target.
	cases.AddIndex("idx_cases_open", true, "`target`", "`state` = 'open'")
	// The queue.
	cases.AddIndex("idx_cases_due", false, "`state`, `due`", "")
	// What was decided before, and PocketBase's look for references to rows that are deleted.
	cases.AddIndex("idx_cases_target", false, "`target`", "")
	cases.AddIndex("idx_cases_user", false, "`user`", "")
	cases.AddIndex("idx_cases_order", false, "`order`", "")
	cases.AddIndex("idx_cases_media", false, "`media`", "")
	return app.Save(cases)
}

func createReports(app core.App) error {
	const byUser = "As the user sent it."
	reports := core.NewBaseCollection("reports")
	reports.Fields = core.NewFieldsList(
		randomID(reports),
		&core.TextField{Name: "target", Required: true, Max: 40, Presentable: true, Help: "A user, an order or a medium, with its number."},
		&core.SelectField{Name: "reason", Required: true, Values: []string{"spam", "abuse", "fraud", "other"}, Presentable: true, Help: byUser},
		&core.TextField{Name: "text", Max: 2000, Help: byUser + " Empty where the user was erased."},
		&core.SelectField{Name: "verdict", Values: verdicts,
			Help: "Closes this report alone, for good; the case closes with the last one. Whoever reported is told by a push whether something was done."},
		&core.SelectField{Name: "state", Required: true, Values: []string{"open", "closed"}, Presentable: true, Help: "Set automatically."},
		&core.RelationField{Name: "case", CollectionId: idOf("cases"), Required: true, CascadeDelete: true},
		&core.RelationField{Name: "reporter", CollectionId: usersID, Required: true, CascadeDelete: true,
			Help: "Who reported. Never tell the other side."},
		&core.JSONField{Name: "kept", MaxSize: 4 << 20,
			Help: "What it is about as it was then: the texts, the media's numbers, a medium's checksum (SHA-256). It goes with the verdict, and after 30 days at the latest."},
		&core.DateField{Name: "kept_until", Help: "When that goes."},
		&core.DateField{Name: "closed"},
		&core.NumberField{Name: "place", OnlyInt: true, Hidden: true, Help: "The case's rev when it joined."},
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	// The same again while it is open is no second row.
	reports.AddIndex("idx_reports_open", true, "`reporter`, `target`", "`state` = 'open'")
	// The reports of a case, and of a user.
	reports.AddIndex("idx_reports_case", false, "`case`, `state`", "")
	reports.AddIndex("idx_reports_reporter", false, "`reporter`", "")
	// What must not be kept any longer.
	reports.AddIndex("idx_reports_kept", false, "`kept_until`", "`kept_until` != ''")
	return app.Save(reports)
}
