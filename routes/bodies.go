package routes

import (
	"net/http"

	"github.com/privet/privet/routes/bodydrain"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// newDrainer returns the middleware around all others, which discards what is left of a request's body before its
// answer (contract, section 1).
func (a *api) newDrainer() *bodydrain.Drainer {
	drainer := bodydrain.New(bodydrain.Config{
		MaxBody: uploadLimit,
		Network: func(r *http.Request) string {
			e := &core.RequestEvent{App: a.app}
			e.Request = r
			return (&call{api: a, event: e, req: r}).network()
		},
		Begin: a.requests.Begin,
	})
	a.app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{
		Id:       "privet_drainer",
		Priority: -10001, // before the graceful shutdown waits for requests
		Func: func(e *core.TerminateEvent) error {
			drainer.Stop()
			return e.Next()
		},
	})
	return drainer
}
