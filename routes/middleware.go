package routes

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/privet/privet/hooks/logs"
	"github.com/privet/privet/hooks/store/superuser"
	"github.com/privet/privet/hooks/telemetry"
	"github.com/privet/privet/pb_public"
	"github.com/privet/privet/routes/access"
	"github.com/privet/privet/routes/account"
	"github.com/privet/privet/routes/bodydrain"
	"github.com/privet/privet/routes/desk"
	"github.com/privet/privet/routes/deskui"
	"github.com/privet/privet/routes/gate"
	"github.com/privet/privet/routes/graceful"
	"github.com/privet/privet/routes/limits"
	"github.com/privet/privet/routes/malformed"
	"github.com/privet/privet/routes/observe"
	"github.com/privet/privet/routes/pages"
	"github.com/privet/privet/routes/resource"
	"github.com/privet/privet/routes/storage"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
)

// bind adds all routes to PocketBase's router, with the middleware that they need.
func (a *api) bind(e *core.ServeEvent, endpoints []endpoint, files fs.FS, version string) {
	e.Router.Bind(&hook.Handler[*core.RequestEvent]{
		Id:       "privet_outermost",
		Priority: apis.DefaultActivityLoggerMiddlewarePriority - 10,
		Func:     func(e *core.RequestEvent) error { return a.outermost(e, endpoints) },
	})
	gate.Register(a.app, e.Router, a.limiter, Prefix)
	desk.Bind(e.Router, a.settings.Zone(), version)
	deskui.Bind(e, pb_public.Desk())
	group := e.Router.Group("")
	// The contract has its own access tokens, size limits and rate limits.
	group.Unbind(apis.DefaultLoadAuthTokenMiddlewareId, apis.DefaultRateLimitMiddlewareId, apis.DefaultBodyLimitMiddlewareId)
	group.Bind(apis.SkipSuccessActivityLog())
	for _, point := range endpoints {
		group.Any(Prefix+point.path, a.serve(point))
	}
	group.Any(Prefix+"{path...}", noRoute)
	storage.Bind(group, a.settings.Redirect)
	account.Bind(group, account.Config{Settings: a.settings, Limiter: a.limiter, Networks: clientNetworks, Login: loginPath, Forgot: forgotPath})
	pages.Bind(group, files)
}

// exposedHeaders are those that a page of another origin may read, besides the few that it always may.
const exposedHeaders = "Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"

// outermost runs before all of PocketBase's middleware. It lets a shutdown wait for the request, sets the headers
// of every answer of the contract, and turns errors that no handler has answered (a recovered panic, or a refusal by
// PocketBase's middleware) into a 500.
func (a *api) outermost(e *core.RequestEvent, endpoints []endpoint) error {
	if e.Request.URL.Path != "/api/realtime" { // which ends only when the client closes it
		defer a.requests.Begin()()
	}
	if !strings.HasPrefix(e.Request.URL.Path, Prefix) {
		return a.native(e)
	}
	header := e.Response.Header()
	setCommonHeaders(header)
	if e.Request.Method == http.MethodOptions {
		if e.Request.Header.Get("Access-Control-Request-Method") == "" {
			return options(e, endpoints)
		}
		header.Set("Access-Control-Max-Age", "86400") // a day
	}
	err := e.Next()
	if err == nil || e.Written() {
		return err
	}
	return serverError(e, err).Write(e.Response)
}

// native handles a request to anything but the contract's API, and logs what only the operator can act upon.
func (a *api) native(e *core.RequestEvent) error {
	request := logs.RequestOf(e.Request.Context())
	if request != nil {
		e.Set(apis.RequestEventKeyLogMeta, map[string]any{logs.RequestIDKey: request.ID}) // in the row of the dashboard's log
	}
	err := a.nativeUpload(e)
	if request != nil && e.Auth != nil {
		request.User = e.Auth.Collection().Name + ":" + e.Auth.Id
	}
	if err == nil {
		return nil
	}
	status := router.ToApiError(err).Status
	backup := strings.HasPrefix(e.Request.Pattern, "POST /api/backups") && superuser.IsOwner(e.Auth)
	if status == http.StatusInternalServerError || backup { // others with 5xx are logged where their cause is
		e.App.Logger().ErrorContext(e.Request.Context(), "a request failed", "method", e.Request.Method, "path", e.Request.URL.Path,
			"status", status, "error", causeOf(err))
	}
	return err
}

// causeOf returns the error that one of PocketBase's own, which is for clients, was made of, with the message for clients.
func causeOf(err error) error {
	var answer *router.ApiError
	if !errors.As(err, &answer) {
		return err
	}
	if cause, ok := answer.RawData().(error); ok {
		return fmt.Errorf("%s: %w", answer.Message, cause)
	}
	return err
}

// setCommonHeaders sets the headers of every answer of the contract (section 1).
func setCommonHeaders(header http.Header) {
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Access-Control-Expose-Headers", exposedHeaders)
	header.Set("Cache-Control", "no-cache, private")
}

// answerMalformed gives requests that net/http itself refuses answers of the contract's form.
func (a *api) answerMalformed() {
	a.app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_malformed",
		Priority: graceful.ListenPriority + 1, // when there is a listener
		Func: func(e *core.ServeEvent) error {
			e.Listener = &malformed.Listener{Listener: e.Listener, Header: func() http.Header {
				header := http.Header{observe.Header: {observe.NewID()}}
				setCommonHeaders(header)
				return header
			}}
			return e.Next()
		},
	})
}

// answerUnstored answers a request whose changes may be lost by a power cut, because the disk fails.
func (a *api) answerUnstored(w http.ResponseWriter, r *http.Request, cause error) {
	answer := resource.LogServerError(r.Context(), a.app.Logger(), "a request could not be acknowledged",
		"method", r.Method, "path", r.URL.Path, "error", cause)
	if strings.HasPrefix(r.URL.Path, Prefix) {
		setCommonHeaders(w.Header())
	} else {
		answer = &resource.Error{Status: http.StatusInternalServerError,
			Body: router.NewInternalServerError("The disk fails, and what was changed may be lost: see the log.", nil)}
	}
	_ = answer.Write(w) // the client may be gone
}

// newDrainer returns the middleware around the server's handler that discards what is left of a request's body before
// its answer is sent (contract, section 1).
func (a *api) newDrainer() *bodydrain.Drainer {
	drainer := bodydrain.New(bodydrain.Config{
		MaxBody: uploadLimit,
		Networks: func(r *http.Request) []limits.Network {
			e := &core.RequestEvent{App: a.app}
			e.Request = r
			return clientNetworks(e)
		},
		Begin: a.requests.Begin,
	})
	a.app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{
		Id:       "privet_drainer",
		Priority: graceful.Priority - 1, // before the shutdown waits for requests
		Func: func(e *core.TerminateEvent) error {
			drainer.Stop()
			return e.Next()
		},
	})
	return drainer
}

// newObserver returns the middleware around all others, which names, counts and logs requests.
func (a *api) newObserver(out *logs.Output) *observe.Observer {
	config := observe.Config{
		Logger:  a.app.Logger,
		Trusted: a.settings.TrustedProxies,
		Client: func(r *http.Request) string {
			e := &core.RequestEvent{App: a.app}
			e.Request = r
			return e.RealIP()
		},
		Failed: func(w http.ResponseWriter, _ *http.Request) {
			setCommonHeaders(w.Header())
			_ = resource.ServerError.Write(w) // the client may be gone
		},
	}
	if a.settings.AccessLog {
		config.Access = out.Plain()
	}
	if a.settings.Metrics != "" {
		config.Count = func(seen observe.Seen) { telemetry.CountRequest(seen.Route, seen.Method, seen.Status, seen.Duration) }
		config.Begin = func() (end func()) {
			telemetry.RequestsInFlight.Inc()
			return telemetry.RequestsInFlight.Dec
		}
	}
	return observe.New(config)
}

// normalizeHeaders is the middleware before all others, after which each header has the one form that is read behind it,
// by PocketBase as well, and none says where the request came from that can't be relied on.
func (a *api) normalizeHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxy := a.app.Settings().TrustedProxy
		access.ResolveForwarded(r, a.settings.TrustedProxies, proxy.Headers, proxy.UseLeftmostIP)
		storage.NormalizeRange(r.Header)
		next.ServeHTTP(w, r)
	})
}

// options answers OPTIONS with the methods of an endpoint. A browser's preflight is left to PocketBase's CORS
// middleware.
func options(e *core.RequestEvent, endpoints []endpoint) error {
	for _, point := range endpoints {
		if e.Request.Pattern == Prefix+point.path {
			e.Response.Header().Set("Allow", strings.ReplaceAll(point.allow(), " ", ""))
			e.Response.WriteHeader(http.StatusOK)
			return nil
		}
	}
	return noRoute(e)
}

// noRoute answers paths under Prefix that are no endpoint.
func noRoute(e *core.RequestEvent) error {
	return resource.NoRoute(sentPath(e.Request)).Write(e.Response)
}
