package desk

import (
	_ "embed"
	"net/http"
	"sync"

	acts "github.com/privet/privet/hooks/desk"
	"github.com/privet/privet/routes/reference"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

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
