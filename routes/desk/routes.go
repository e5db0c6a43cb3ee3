package desk

import (
	acts "github.com/privet/privet/hooks/desk"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

// bindActs adds the routes by which moderators act and decide cases.
func (a *api) bindActs(group *router.RouterGroup[*core.RequestEvent]) {
	group.GET("/me", a.me)
	group.POST("/me", a.setMe)
	group.POST("/sign-out", signOut)
	group.GET("/reasons", reasons)

	group.GET("/cases", listCases)
	group.GET("/cases/{id}", viewCase)
	group.POST("/cases/{id}/take", onCase(func(e *core.RequestEvent, d *acts.Desk, id string, in *input) error {
		return d.Take(e.Request.Context(), e.Auth.Email(), id, in.Over)
	}))
	group.POST("/cases/{id}/renew", onCase(func(e *core.RequestEvent, d *acts.Desk, id string, _ *input) error {
		return d.Renew(e.Request.Context(), e.Auth.Email(), id)
	}))
	group.POST("/cases/{id}/release", onCase(func(e *core.RequestEvent, d *acts.Desk, id string, _ *input) error {
		return d.Release(e.Request.Context(), e.Auth.Email(), id)
	}))
	group.POST("/cases/{id}/verdict", onCase(decideCase))

	group.POST("/media/{id}/hide", onMedium(func(e *core.RequestEvent, d *acts.Desk, by acts.By, id string) error {
		return d.HideMedium(e.Request.Context(), by, id)
	}, false))
	group.POST("/media/{id}/show", onMedium(func(e *core.RequestEvent, d *acts.Desk, by acts.By, id string) error {
		return d.ShowMedium(e.Request.Context(), by, id)
	}, false))
	group.POST("/media/{id}/remove", onMedium(func(e *core.RequestEvent, d *acts.Desk, by acts.By, id string) error {
		return d.RemoveMedium(e.Request.Context(), by, id)
	}, true))

	group.POST("/orders/{id}/cancel", act(cancelOrder))
	group.POST("/orders/{id}/status", act(setOrderStatus))
	group.POST("/orders/{id}/note", simple(func(e *core.RequestEvent, d *acts.Desk, by acts.By, id string) error {
		return d.NoteOrder(e.Request.Context(), by, id)
	}))

	group.GET("/users/{id}/consequences", consequences)
	group.POST("/users/{id}/contacts", act(readContacts))
	group.POST("/users/{id}/ban", act(banUser))
	group.POST("/users/{id}/erase", act(eraseUser))
	group.POST("/users/{id}/edit", act(editUser))
	group.POST("/users/{id}/warn", simple(func(e *core.RequestEvent, d *acts.Desk, by acts.By, id string) error {
		return d.Warn(e.Request.Context(), by, id)
	}))
	group.POST("/users/{id}/unban", simple(func(e *core.RequestEvent, d *acts.Desk, by acts.By, id string) error {
		return d.Unban(e.Request.Context(), by, id)
	}))
	group.POST("/users/{id}/sign-out", simple(func(e *core.RequestEvent, d *acts.Desk, by acts.By, id string) error {
		return d.SignOut(e.Request.Context(), by, id)
	}))
	group.POST("/users/{id}/note", simple(func(e *core.RequestEvent, d *acts.Desk, by acts.By, id string) error {
		return d.NoteUser(e.Request.Context(), by, id)
	}))
}
