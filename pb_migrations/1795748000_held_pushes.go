package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// pushes.state gets the value held: what waited in a backup waits after its restore for an operator, who knows whether it
// still has to be told.
func init() {
	const (
		held   = "held"
		before = "off: Firebase was not configured when it was written; it is never sent later. A row that waits is " +
			"not sent if it is deleted; none can be changed."
		after = before + " held: it waited in a backup that was restored, and waits for the operator (privet outbox)."
	)
	migrations.Register(func(app core.App) error {
		return changeCollection(app, "pushes", func(pushes *core.Collection) {
			builtIn(pushes, "state", func(state *core.SelectField) {
				state.Values, state.Help = append(state.Values, held), after
			})
		})
	}, func(app core.App) error {
		if err := execute(app, `UPDATE pushes SET state = 'expired' WHERE state = 'held'`); err != nil {
			return err
		}
		return changeCollection(app, "pushes", func(pushes *core.Collection) {
			builtIn(pushes, "state", func(state *core.SelectField) {
				state.Values = slices.DeleteFunc(state.Values, func(value string) bool { return value == held })
				state.Help = before
			})
		})
	})
}
