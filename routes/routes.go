// Package routes implements the /api/v1 contract: it presents privet's collections as the mobile apps know them. A
// request is matched with the route table, authenticated by its access token and counted by the rate limits; its input
// is validated, its handler runs, and the answer is encoded as a resource. Rules that hold for every change, whoever
// makes it, are in package hooks.
package routes

import (
	"io/fs"
	"net/http"

	"github.com/privet/privet/hooks/durable"
	"github.com/privet/privet/hooks/logs"
	"github.com/privet/privet/hooks/preview"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/metrics"
	"github.com/privet/privet/routes/wire"

	"github.com/pocketbase/pocketbase/core"
)

// loginPath is the path of sign-in by password. What else costs as much as a sign-in counts as one.
const loginPath = "auth/login"

// forgotPath is the path of requests for a link by mail, which has a limit of its own.
const forgotPath = "auth/password/forgot"

// endpoints is the route table.
func (a *api) endpoints() []endpoint {
	const get, post = http.MethodGet, http.MethodPost
	return []endpoint{
		{post, "auth/signup", publicLimited, a.signup},
		{post, loginPath, publicLimited, a.login},
		{post, "auth/social/signup", public, a.socialSignup},
		{post, "auth/social/sign-in", public, a.socialSignIn},
		{post, "auth/social/connect", signedIn, a.socialConnect},
		{post, "auth/social/disconnect", signedIn, a.socialDisconnect},
		{post, "auth/logout", signedIn, a.logout},
		{post, forgotPath, publicLimited, a.passwordForgot},
		{post, "auth/password/reset", public, a.passwordReset},
		{get, "push", optionalUser, a.push},
		{post, "order/create", signedIn, a.orderCreate},
		{post, "order/update/{order_id}", signedIn, a.orderUpdate},
		{get, "order/view/{order_id}", signedIn, a.orderView},
		{get, "order/search", signedIn, a.orderSearch},
		{post, "user/get-by-invite", publicLimited, a.userByInvite},
		{post, "user/check-free", publicLimited, a.userCheckFree},
		{post, "user/update", signedIn, a.userUpdate},
		{get, "user/search", signedIn, a.userSearch},
		{get, "user/view/{user_id}", userOrInvite, a.userView},
		{post, "user/add-firebase-token", signedIn, a.userAddFirebaseToken},
		{post, reportPath, signedIn, a.userReport},
		{post, "user/delete", signedIn, a.userDelete},
		{post, "user/block", signedIn, a.userBlock},
		{post, "user/unblock", signedIn, a.userUnblock},
		{get, "user/blocked", signedIn, a.userBlocked},
	}
}

// Register serves the endpoints, the media files and the static pages whenever the app serves HTTP. The access log, if it
// is on, is written to out.
func Register(app core.App, s *settings.Settings, pushes *push.Worker, previews *preview.Worker, pages fs.FS, out *logs.Output, build metrics.Build) {
	a := newAPI(app, s, pushes, previews)
	drainer := a.newDrainer()
	observer := a.newObserver(out)
	a.registerMetrics(build)
	a.answerMalformed()
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		a.bind(e, a.endpoints(), pages, build.Version)
		if err := e.Next(); err != nil {
			return err
		}
		handler := durable.Of(app).Handler(e.Server.Handler, a.answerUnstored)
		e.Server.Handler = observer.Wrap(a.normalizeHeaders(drainer.Wrap(normalizePath(wire.Handler(handler, Prefix)))))
		return nil
	})
}
