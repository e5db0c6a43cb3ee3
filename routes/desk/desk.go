// Package desk serves the moderators' desk under /api/desk: what the pages of the dashboard's extension read and do. Its handlers are
// thin; the acts are in hooks/desk (imported as acts), the SQL in hooks/store/desk. Who may use the routes is decided before, by the
// table of routes/gate.
package desk

import (
	"errors"
	"strings"
	"time"

	"github.com/privet/privet/hooks/store/superuser"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"golang.org/x/text/language"
)

// api is what the handlers share.
type api struct {
	zone    *time.Location // in which the dates of orders are meant
	version string         // of privet
}

// Bind adds the desk's routes. zone is the one in which the dates of orders are meant, version that of privet.
func Bind(on *router.Router[*core.RequestEvent], zone *time.Location, version string) {
	a := &api{zone, version}
	group := on.Group(strings.TrimSuffix(Base, "/"))
	group.BindFunc(requireSuperuser)
	group.Bind(apis.SkipSuccessActivityLog())
	a.bindActs(group)
	group.GET("/search", a.search)
	group.GET("/figures/{name}", a.figures)
	group.GET("/media", a.wall)
	group.GET("/orders/{id}", a.orderStory)
	group.GET("/users/{id}", a.personStory)
	group.GET("/users/{id}/orders", listOf(a.ordersOf))
	group.GET("/users/{id}/media", listOf(mediaOfUser))
	group.GET("/users/{id}/reports", listOf(reportsOf))
	group.GET("/users/{id}/devices", listOf(devicesOfUser))
	group.GET("/users/{id}/bans", listOf(bansOf))
	group.GET("/users/{id}/notes", listOf(notesOfUser))
	group.GET("/users/{id}/log", listOf(logOf))
	group.GET("/bans", banned)
	group.GET("/log", a.log)
	group.GET("/log.csv", a.logCSV).BindFunc(requireOwner)
	group.GET("/faults", a.faults).BindFunc(requireOwner)
	group.GET("/media/{id}/file", mediaFile)
	group.GET("/media/{id}/still", mediaStill)
	group.GET("/reports/{id}/still", reportStill)
}

// requireSuperuser refuses requests that the gate has let pass and that are nobody's.
func requireSuperuser(e *core.RequestEvent) error {
	if !e.HasSuperuserAuth() {
		return e.UnauthorizedError(say(e, "Sign in to the dashboard.", "Войдите в панель управления."), nil)
	}
	e.Response.Header().Set("Cache-Control", "private, no-store")
	return ownFault(e, e.Next())
}

// ownFault returns the answer 500 for an error that no handler has made an answer of: PocketBase's would be 400, which nobody logs.
func ownFault(e *core.RequestEvent, err error) error {
	var answer *router.ApiError
	if err == nil || errors.As(err, &answer) || e.Request.Context().Err() != nil {
		return err
	}
	return e.InternalServerError("", err)
}

// requireOwner refuses the requests of moderators, as the gate does.
func requireOwner(e *core.RequestEvent) error {
	if !superuser.IsOwner(e.Auth) {
		return e.ForbiddenError(say(e, "Only owners may do this.", "Это могут только владельцы."), nil)
	}
	return e.Next()
}

// languages are those of the desk's messages.
var languages = language.NewMatcher([]language.Tag{language.English, language.Russian})

// say returns a message in the language of a request.
func say(e *core.RequestEvent, english, russian string) string {
	if _, at := language.MatchStrings(languages, e.Request.Header.Get("Accept-Language")); at == 1 {
		return russian
	}
	return english
}

// notFound is the answer where what a request is about does not exist.
func notFound(e *core.RequestEvent) error {
	return e.NotFoundError(say(e, "It is not there.", "Здесь ничего нет."), nil)
}
