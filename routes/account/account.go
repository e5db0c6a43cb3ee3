// Package account serves the web page /account, for people who have lost the app (contract, section 3): a new password,
// signing out everywhere, the deletion of the account; what a ban says, and an appeal against it. Before anybody signs in it says what a
// deletion removes and what stays.
//
// The page has no scripts and sets no cookies. Who has signed in is known by a token in the forms (session.go), which is sent by
// POST only, so that it is in no address, no log and no Referer.
//
//   - account.go: the requests
//   - form.go: what a form may send
//   - actions.go, links.go, appeal.go, deletion.go: what the buttons do
//   - session.go: who has signed in
//   - page.go, texts.go, *.html, account.css: what is shown
package account

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/privet/privet/hooks/accounts"
	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/access"
	"github.com/privet/privet/routes/bodydrain"
	"github.com/privet/privet/routes/limits"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

// Path is where the page is. Links in mails add a token as the query.
const Path = "/account"

// Config is what the page shares with the API.
type Config struct {
	Settings *settings.Settings
	Limiter  *limits.Limiter
	Networks func(*core.RequestEvent) []limits.Network // that a request comes from
	Login    string                                    // the API's endpoint of sign-ins, with which the page's are counted
	Forgot   string                                    // likewise, of requests for a link
}

// Bind serves the page, and the address by which password managers find it.
func Bind(group *router.RouterGroup[*core.RequestEvent], c Config) {
	p := &page{Config: c}
	group.Any(Path, p.serve)
	group.Any(Path+"/{path...}", func(e *core.RequestEvent) error {
		return p.visit(e).fail(errNoPage)
	})
	group.Any("/.well-known/change-password", func(e *core.RequestEvent) error {
		if e.Request.Method != http.MethodGet && e.Request.Method != http.MethodHead {
			return p.visit(e).fail(errMethod)
		}
		return e.Redirect(http.StatusFound, Path)
	})
}

// page is what requests share.
type page struct{ Config }

// visit is one request.
type visit struct {
	*page
	event    *core.RequestEvent
	req      *http.Request
	limits   *limits.Request
	language string // "en" or "ru"
	link     string // the token of a mailed link, in the address
	form     form   // of a POST
}

// The errors that have no other cause than the request.
var (
	errNoPage  = &failure{http.StatusNotFound, "no_page"}
	errMethod  = &failure{http.StatusMethodNotAllowed, "no_method"}
	errForm    = &failure{http.StatusBadRequest, "bad_form"}
	errType    = &failure{http.StatusUnsupportedMediaType, "bad_form"}
	errText    = &failure{http.StatusBadRequest, "bad_text"}
	errLarge   = &failure{http.StatusRequestEntityTooLarge, "too_large"}
	errForeign = &failure{http.StatusForbidden, "foreign"}
	errEnded   = &failure{http.StatusForbidden, "session_ended"}
	errLink    = &failure{http.StatusBadRequest, "link_ended"}
	errNoMail  = &failure{http.StatusServiceUnavailable, "no_mail"}
)

// failure is an answer that shows a message.
type failure struct {
	status  int
	message string // a key of texts
}

// Error implements error.
func (f *failure) Error() string { return "account: " + f.message }

// visit reads who asks, and takes the token of a mailed link out of the request's address: PocketBase logs that, and the Referer.
func (p *page) visit(e *core.RequestEvent) *visit {
	v := &visit{page: p, event: e, req: e.Request, limits: p.Limiter.Request(p.Networks(e), e.Response.Header())}
	query := e.Request.URL.Query()
	e.Request.URL.RawQuery = ""
	e.Request.Header.Del("Referer")
	v.link = query.Get("token")
	v.language = languageOf(query.Get("lang"), access.Language(e.Request.Header))
	return v
}

// serve answers a request for the page.
func (p *page) serve(e *core.RequestEvent) error {
	v := p.visit(e)
	var err error
	switch e.Request.Method {
	case http.MethodGet, http.MethodHead:
		err = v.show()
	case http.MethodPost:
		err = v.act()
	default:
		err = errMethod
	}
	if err != nil {
		return v.fail(err)
	}
	return nil
}

// show answers a GET: the start, or what a mailed link leads to. It changes nothing, as programs that check mails follow links.
func (v *visit) show() error {
	if err := v.limits.Anonymous(""); err != nil {
		return err
	}
	if v.link != "" {
		return v.showLink()
	}
	return v.render(http.StatusOK, view{name: "home", Heading: "home"})
}

// actions are what the buttons do, by their value.
var actions = map[string]func(*visit) error{
	"sign-in":  (*visit).signIn,
	"forgot":   (*visit).forgot,
	"prove":    (*visit).prove,
	"reset":    (*visit).reset,
	"open":     (*visit).open,
	"view":     (*visit).view,
	"sign-out": (*visit).signOut,
	"appeal":   (*visit).appeal,
	"ask":      (*visit).askDeletion,
	"delete":   (*visit).delete,
}

// act answers a POST.
func (v *visit) act() error {
	if v.isForeign() {
		return errForeign
	}
	if err := v.limits.Anonymous(""); err != nil { // what costs more is counted once more, by its action
		return err
	}
	if err := v.readForm(); err != nil {
		return err
	}
	v.language = languageOf(v.form.get("lang"), v.language)
	action, ok := actions[v.form.get("do")]
	if !ok {
		return errForm
	}
	return action(v)
}

// sender is the key by which the request shares what is bounded for each client.
func (v *visit) sender() string { return limits.Sender(v.Networks(v.event)) }

// background returns a context for a change, which goes on if the client hangs up.
func (v *visit) background() context.Context { return context.WithoutCancel(v.req.Context()) }

// fail answers with an error.
func (v *visit) fail(err error) error {
	var answer *failure
	var busy *admission.Busy
	header := v.event.Response.Header()
	switch {
	case errors.Is(err, bodydrain.ErrTooSlow):
		answer = &failure{http.StatusRequestTimeout, "bad_form"}
	case errors.As(err, &answer):
	case errors.Is(err, accounts.ErrInvalidLink):
		answer = errLink
	case errors.Is(err, limits.ErrExceeded):
		answer = &failure{http.StatusTooManyRequests, "too_many"}
	case errors.As(err, &busy):
		header.Set("Retry-After", limits.Seconds(busy.RetryAfter))
		answer = &failure{http.StatusServiceUnavailable, "busy"}
	case errors.Is(err, store.ErrNotFound): // the session is over, or the account went while this request waited
		answer = errEnded
	case v.req.Context().Err() != nil:
		header.Set("Retry-After", limits.Seconds(10*time.Second))
		answer = &failure{http.StatusServiceUnavailable, "busy"}
	default:
		v.event.App.Logger().ErrorContext(v.req.Context(), "the account page failed", "error", err)
		answer = &failure{http.StatusInternalServerError, "failed"}
	}
	if answer == errNoMail {
		header.Set("Retry-After", "300")
	}
	if answer == errMethod {
		allow := "GET, HEAD, POST"
		if v.req.URL.Path != Path {
			allow = "GET, HEAD"
		}
		header.Set("Allow", allow)
	}
	return v.render(answer.status, view{name: "message", Heading: "problem", Message: answer.message, Problem: true})
}
