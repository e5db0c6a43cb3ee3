package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// pushes.sender is the service that delivers a push, as there is more than one: each looks for its own rows that wait.
// Rows from before that wait are Firebase's; of the others it is not recorded.
func init() {
	const (
		index    = "idx_pushes_waiting"
		firebase = "Firebase"
		service  = "the push service"
	)
	// rename replaces in the help texts who sends.
	rename := func(pushes *core.Collection, from, to string) {
		builtIn(pushes, "state", func(state *core.SelectField) { state.Help = strings.ReplaceAll(state.Help, from, to) })
		builtIn(pushes, "tries", func(tries *core.NumberField) { tries.Help = strings.ReplaceAll(tries.Help, from, to) })
	}
	migrations.Register(func(app core.App) error {
		err := changeCollection(app, "pushes", func(pushes *core.Collection) {
			pushes.Fields.Add(&core.TextField{Name: "sender", Max: 30,
				Help: "The service that delivers it: fcm (Firebase) or rustore."})
			rename(pushes, firebase, service)
			pushes.RemoveIndex(index)
			pushes.AddIndex(index, false, "`state`, `sender`, `next_try`", "")
		})
		if err != nil {
			return err
		}
		return execute(app, `UPDATE pushes SET sender = 'fcm' WHERE state IN ('waiting', 'held')`)
	}, func(app core.App) error {
		return changeCollection(app, "pushes", func(pushes *core.Collection) {
			pushes.RemoveIndex(index)
			pushes.AddIndex(index, false, "`state`, `next_try`", "")
			rename(pushes, service, firebase)
			pushes.Fields.RemoveByName("sender")
		})
	})
}
