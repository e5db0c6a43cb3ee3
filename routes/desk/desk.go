// Package desk serves the moderators' desk under /api/desk: what the pages of the dashboard's extension read and do. Its handlers are
// thin; the acts are in hooks/desk (imported as acts), the SQL in hooks/store/desk. Who may use the routes is decided before, by the
// table of routes/gate.
package desk

import (
	_ "embed"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	acts "github.com/privet/privet/hooks/desk"
	"github.com/privet/privet/hooks/store/superuser"
	"github.com/privet/privet/routes/reference"

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

// bindActs adds the routes by which moderators act and decide cases.
func (a *api) bindActs(group *router.RouterGroup[*core.RequestEvent]) {
	group.GET("/openapi.json", specification)
	group.GET("/me", a.me)
	group.POST("/me", a.setMe)
	group.POST("/sign-out", signOut)
	group.GET("/reasons", reasons)

	group.GET("/cases", listCases)
	group.GET("/cases/{id}", viewCase)
	group.POST("/cases/{id}/take", onCase(takeCase))
	group.POST("/cases/{id}/renew", lease((*acts.Desk).Renew))
	group.POST("/cases/{id}/release", lease((*acts.Desk).Release))
	group.POST("/cases/{id}/verdict", onCase(decideCase))

	group.POST("/media/{id}/hide", act(hideMedium))
	group.POST("/media/{id}/show", act(showMedium))
	group.POST("/media/{id}/remove", simple((*acts.Desk).RemoveMedium))

	group.POST("/orders/{id}/cancel", act(cancelOrder))
	group.POST("/orders/{id}/status", act(setOrderStatus))
	group.POST("/orders/{id}/note", simple((*acts.Desk).NoteOrder))

	group.GET("/users/{id}/consequences", consequences)
	group.POST("/users/{id}/contacts", act(readContacts))
	group.POST("/users/{id}/ban", act(banUser))
	group.POST("/users/{id}/erase", act(eraseUser))
	group.POST("/users/{id}/edit", act(editUser))
	group.POST("/users/{id}/warn", simple((*acts.Desk).Warn))
	group.POST("/users/{id}/unban", act(unbanUser))
	group.POST("/users/{id}/sign-out", simple((*acts.Desk).SignOut))
	group.POST("/users/{id}/note", simple((*acts.Desk).NoteUser))
}

// Specification describes the routes, in OpenAPI 3.1 as YAML. Every exchange of the tests is checked by it.
//
//go:embed openapi.yaml
var Specification []byte

var specificationJSON = sync.OnceValues(func() ([]byte, error) { return reference.JSON(Specification) })

// specification answers the specification: it is that of this version, for who writes a script against this server.
func specification(e *core.RequestEvent) error {
	text, err := specificationJSON()
	if err != nil {
		return err
	}
	return e.Blob(http.StatusOK, "application/vnd.oai.openapi+json", text)
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
