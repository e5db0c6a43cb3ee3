// Package gate stands before PocketBase's own API, through which the dashboard works. It decides which routes there are
// and who may use them (table.go), how often, and with how large a body. privet's API under /api/v1 has limits of its own
// and does not pass here; neither does the health check.
package gate

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/superuser"
	"github.com/privet/privet/routes/desk/link"
	"github.com/privet/privet/routes/limits"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/ui"
)

// Limits of requests without a superuser's token, in bytes.
const (
	maxBody   = 64 << 10
	maxURI    = 2 << 10
	maxHeader = 200 // of Referer and User-Agent, which PocketBase logs
)

// gate is what the middleware and the hooks share.
type gate struct {
	limiter *limits.Limiter
	exempt  string // the prefix of the paths that don't pass
}

// Register puts the gate before PocketBase's API, with limits that it shares with the API under the prefix exempt.
func Register(app core.App, router *router.Router[*core.RequestEvent], limiter *limits.Limiter, exempt string) {
	g := &gate{limiter, exempt}
	router.Bind(&hook.Handler[*core.RequestEvent]{
		Id:       "privet_gate",
		Priority: apis.DefaultCorsMiddlewarePriority, // bound later, it comes after it, and before the log of requests
		Func:     g.pass,
	})
	g.registerSignIn(app)
	new(streams).register(app)
}

// pass refuses what the table does not allow. What it refuses is no row of PocketBase's log: with the URL and headers it
// would have up to 14 KB, and everybody can send such requests.
func (g *gate) pass(e *core.RequestEvent) error {
	route := e.Request.Pattern
	if route == "GET /_/{path...}" && !isDashboardFile(e.Request.PathValue("path")) {
		return e.NotFoundError("", nil)
	}
	if !strings.HasPrefix(e.Request.URL.Path+"/", "/api/") || strings.HasPrefix(e.Request.URL.Path, g.exempt) || route == "GET /api/health" {
		return e.Next()
	}
	allowed := table[route]
	if allowed == signingIn && !ofSuperusers(e) {
		allowed = nobody
	}
	signedIn := isSuperuser(e) || allowed == deskOrSignedURL && hasSignedURL(e)
	if allowed == signingIn {
		signedIn = false // whoever they are, they want to become another
	}
	if !signedIn {
		if err := g.checkStranger(e, allowed); err != nil {
			return err
		}
	}
	isOwner := signedIn && superuser.IsOwner(e.Auth)
	switch {
	case allowed == nobody, allowed == ownerOrFileToken && !signedIn && !hasFileToken(e):
		return e.NotFoundError("", nil)
	case allowed == ownerOrFileToken && isOwner && e.Request.URL.Query().Has(fileToken) && !hasFileToken(e):
		return e.ForbiddenError("This token opens nothing.", nil)
	case !signedIn && !slices.Contains([]who{signingIn, anybody, ownerOrFileToken}, allowed):
		return e.UnauthorizedError("The request requires valid record authorization token.", nil)
	case signedIn && (allowed == atDesk || allowed == deskOrSignedURL):
		return g.passDesk(e)
	case signedIn && !isOwner:
		return g.passModerator(e, allowed)
	}
	if allowed == signingIn && e.Request.URL.Query().Has("expand") {
		e.Request.URL.RawQuery = "" // the answer has the account, and would have what refers to it
	}
	if signedIn && (!hashing[route] || e.Request.ContentLength > maxBody || e.Request.ContentLength < 0) {
		return e.Next() // receiving a large form takes longer than a turn to hash should
	}
	body, err := bufferBody(e)
	if err != nil {
		return err
	}
	switch {
	case route == authWithOTP:
		return g.authWithOTP(e)
	case !hashing[route] || !bytes.Contains(body, []byte("password")):
		return e.Next()
	}
	release, err := store.AwaitNewPassword(e.Request.Context(), hasher(e))
	if err != nil {
		return busy(e, err)
	}
	defer release()
	return e.Next()
}

// hasher returns for whom PocketBase hashes a password.
func hasher(e *core.RequestEvent) store.Hasher {
	h := store.Hasher{Network: sender(e), Moderator: true}
	if e.Auth != nil {
		h.Account, h.Proven = accountOf(e.Auth), true
	}
	return h
}

// accountOf returns the name of a superuser's account, which no user's is.
func accountOf(superuser *core.Record) string { return "superuser " + superuser.Id }

// checkStranger counts a request without a superuser's token against the limits, and refuses or shortens what
// PocketBase would log in full.
func (g *gate) checkStranger(e *core.RequestEvent, allowed who) error {
	own := ""
	if allowed == signingIn && e.Request.Method == http.MethodPost {
		own = e.Request.Pattern
	}
	if err := g.limits(e).Anonymous(own); err != nil {
		return tooMany(e, err)
	}
	if len(e.Request.RequestURI) > maxURI {
		return router.NewApiError(http.StatusRequestURITooLong, "The URL is too long.", nil)
	}
	for _, name := range []string{"Referer", "User-Agent"} {
		if value := e.Request.Header.Get(name); len(value) > maxHeader {
			e.Request.Header.Set(name, value[:maxHeader])
		}
	}
	return nil
}

// limits returns the limits that a request is counted against.
func (g *gate) limits(e *core.RequestEvent) *limits.Request {
	return g.limiter.Request(limits.Networks(e.RealIP()), e.Response.Header())
}

// sender is the key by which a request waits for its turn.
func sender(e *core.RequestEvent) string { return limits.Sender(limits.Networks(e.RealIP())) }

// isSuperuser reports whether a request has a superuser's token, and authenticates it if so, as PocketBase does further
// in.
func isSuperuser(e *core.RequestEvent) bool {
	token := e.Request.Header.Get("Authorization")
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = rest
	}
	if token == "" {
		return false
	}
	record, err := e.App.FindAuthRecordByToken(token, core.TokenTypeAuth)
	if err != nil || !record.IsSuperuser() {
		return false
	}
	e.Auth = record
	store.NoteNetwork(accountOf(record), sender(e))
	return true
}

// fileToken is the parameter of the query that has a file token.
const fileToken = "token"

// hasFileToken reports whether a request has an owner's file token. A moderator's may be from when they were an owner.
func hasFileToken(e *core.RequestEvent) bool {
	record, err := e.App.FindAuthRecordByToken(e.Request.URL.Query().Get(fileToken), core.TokenTypeFile)
	return err == nil && superuser.IsOwner(record)
}

// hasSignedURL reports whether the URL of a request was signed for a superuser, and authenticates it if so.
func hasSignedURL(e *core.RequestEvent) bool {
	e.Auth = link.Superuser(e.App, e.Request, time.Now())
	return e.Auth != nil
}

// ofSuperusers reports whether a request is for the collection of superusers.
func ofSuperusers(e *core.RequestEvent) bool {
	collection, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	return err == nil && collection.Name == core.CollectionNameSuperusers
}

// isDashboardFile reports whether a path under /_/ is one of the dashboard's files.
func isDashboardFile(name string) bool {
	_, err := fs.Stat(ui.DistDirFS, path.Clean("./"+name))
	return err == nil
}

// bufferBody reads the body of a request before PocketBase does, so that its size is bounded whatever the request says
// of it, and no turn is spent on waiting for it.
func bufferBody(e *core.RequestEvent) ([]byte, error) {
	if e.Request.ContentLength > maxBody {
		return nil, apis.ErrRequestEntityTooLarge
	}
	body, err := io.ReadAll(io.LimitReader(e.Request.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, e.BadRequestError("The body could not be read.", nil)
	case len(body) > maxBody:
		return nil, apis.ErrRequestEntityTooLarge
	}
	e.Request.Body = &router.RereadableReadCloser{ReadCloser: io.NopCloser(bytes.NewReader(body))}
	return body, nil
}

// tooMany returns the answer to a request over a limit, in PocketBase's form.
func tooMany(e *core.RequestEvent, err error) error {
	if errors.Is(err, limits.ErrExceeded) {
		return e.TooManyRequestsError("Too many attempts, try again later.", nil)
	}
	return err
}

// busy returns the answer to a request that was not admitted, in PocketBase's form.
func busy(e *core.RequestEvent, err error) error {
	var full *admission.Busy
	if errors.As(err, &full) {
		e.Response.Header().Set("Retry-After", limits.Seconds(full.RetryAfter))
		return router.NewApiError(http.StatusServiceUnavailable, "The server is busy, try again later.", nil)
	}
	return err
}
