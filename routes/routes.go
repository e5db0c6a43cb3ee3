// Package routes is the /api/v1 contract and nothing else: it reshapes privet's collections into what the mobile
// apps know. A request goes route table → bearer token → throttle → input → handler → output; rules that hold
// for everybody live in package hooks.
//
//	routes.go   every URL: method, path, who may come in, handler
//	serve.go    what happens around each handler; exit.go: errors into the contract's shapes
//	call.go     what a handler works with; upload.go: files on their way in
//	portraits.go  profile pictures that come with a social sign-up
//	auth.go social.go users.go orders.go push.go    the endpoints, a file a section of the reference
//	storage.go  media files; pages.go: pb_public; front.go: what stands before the router
//	drain.go    an end in peace; announce.go health.go: for who runs the server
package routes

import (
	"io/fs"
	"net/http"
	"time"

	"github.com/privet/privet/hooks/preview"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/access"
	"github.com/privet/privet/routes/social"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// Prefix is the path of every endpoint.
const Prefix = "/api/v1/"

// admission is who may call an endpoint.
type admission int

const (
	open     admission = iota // anybody; throttled by address, a token is not looked at
	tight                     // open, with a throttle of its own besides
	signedIn                  // a device's token
	orInvite                  // a device's token, or an invite token for just this profile
	either                    // the handler looks at the token, if there is one
)

type endpoint struct {
	method, path string
	admission    admission
	handle       func(*call) error
}

func (a *api) endpoints() []endpoint {
	const get, post = http.MethodGet, http.MethodPost
	return []endpoint{
		{post, "auth/signup", tight, a.signup},
		{post, "auth/login", tight, a.login},
		{post, "auth/social/signup", open, a.socialSignup},
		{post, "auth/social/sign-in", open, a.socialSignIn},
		{post, "auth/social/connect", signedIn, a.socialConnect},
		{post, "auth/social/disconnect", signedIn, a.socialDisconnect},
		{get, "push", either, a.push},
		{post, "order/create", signedIn, a.orderCreate},
		{post, "order/update/{order_id}", signedIn, a.orderUpdate},
		{get, "order/view/{order_id}", signedIn, a.orderView},
		{get, "order/search", signedIn, a.orderSearch},
		{post, "user/get-by-invite", tight, a.userByInvite},
		{post, "user/check-free", tight, a.userCheckFree},
		{post, "user/update", signedIn, a.userUpdate},
		{get, "user/search", signedIn, a.userSearch},
		{get, "user/view/{user_id}", orInvite, a.userView},
		{post, "user/add-firebase-token", signedIn, a.userAddFirebaseToken},
	}
}

// api is what the handlers share.
type api struct {
	app      core.App
	settings *settings.Settings
	worker   *push.Worker
	stills   *preview.Worker
	throttle *access.Throttle
	lastUsed *access.LastUsed
	requests *inflight

	providers map[int]provider // by social_type
	portraits *portraits
}

// Register serves the contract, the media files and the static pages once the app serves HTTP.
func Register(app core.App, s *settings.Settings, worker *push.Worker, pictures *preview.Worker, pages fs.FS) {
	a := &api{
		app:      app,
		settings: s,
		worker:   worker,
		stills:   pictures,
		throttle: access.NewThrottle(time.Now),
		lastUsed: access.NewLastUsed(app),
		requests: &inflight{},

		providers: newProviders(s),
	}
	a.portraits = newPortraits(app, social.NewPictures(s.Google, s.VK), a.requests)
	app.Cron().MustAdd("privet_last_used", "* * * * *", a.lastUsed.Flush)
	a.drain(app)
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		a.bind(e, pages)
		if err := e.Next(); err != nil {
			return err
		}
		e.Server.Handler = front(e.Server.Handler)
		return nil
	})
}

func (a *api) bind(e *core.ServeEvent, pages fs.FS) {
	e.Router.Bind(&hook.Handler[*core.RequestEvent]{
		Id:       "privet_exit",
		Priority: apis.DefaultActivityLoggerMiddlewarePriority - 10,
		Func:     a.lastResort,
	})
	group := e.Router.Group("")
	// Tokens, limits and throttles of /api/v1 are the contract's own.
	group.Unbind(apis.DefaultLoadAuthTokenMiddlewareId, apis.DefaultRateLimitMiddlewareId, apis.DefaultBodyLimitMiddlewareId)
	group.Bind(apis.SkipSuccessActivityLog())
	for _, point := range a.endpoints() {
		group.Any(Prefix+point.path, a.serve(point))
	}
	group.Any(Prefix+"{path...}", a.noRoute)
	a.bindStorage(group)
	a.bindPages(group, pages)
}
