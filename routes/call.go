package routes

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/access"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/text/language"
)

// call is one request to an endpoint, as its handler sees it.
type call struct {
	*api
	event     *core.RequestEvent
	req       *http.Request
	principal *store.Principal // who is signed in, or nil
	uploads   []*files.Upload
}

// user is the id of who is signed in.
func (c *call) user() string { return store.Key(c.principal.UserID) }

// device is the id of the device that calls.
func (c *call) device() string { return store.Key(c.principal.DeviceID) }

// actor is who is signed in, as a side of an order.
func (c *call) actor(side order.Side) store.Actor {
	return store.Actor{Side: side, UserID: c.user(), DeviceID: c.device()}
}

// pathID reads an id out of the path; 0, which is nobody's, for what is none.
func (c *call) pathID(name string) int64 {
	text := c.req.PathValue(name)
	if strings.Trim(text, "0123456789") != "" {
		return 0
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// viewer is who reads the answer. An invite token's holder is a stranger to the profile.
func (c *call) viewer() resource.Viewer {
	v := resource.Viewer{Base: c.base()}
	if c.principal != nil && !c.principal.Invite {
		v.UserID, v.FirebaseToken = c.principal.UserID, c.principal.FirebaseToken
	}
	return v
}

// base is where the server's own links point: the configured public URL, else where the request went.
func (c *call) base() string {
	if c.settings.PublicURL != "" {
		return c.settings.PublicURL
	}
	scheme := "http"
	trusted := len(c.app.Settings().TrustedProxy.Headers) > 0
	if c.req.TLS != nil || (trusted && strings.EqualFold(c.req.Header.Get("X-Forwarded-Proto"), "https")) {
		scheme = "https"
	}
	return scheme + "://" + c.req.Host
}

// url is the absolute address of the request, without its query.
func (c *call) url() string { return c.base() + c.req.URL.Path }

// address is what is counted of where the request comes from.
func (c *call) address() string {
	ip := c.event.RealIP()
	if host, _, err := net.SplitHostPort(ip); err == nil {
		ip = host
	}
	return access.Neighbourhood(ip)
}

var languages = language.NewMatcher([]language.Tag{language.English, language.Russian})

// language is that of the device's pushes: ru or en, whichever Accept-Language likes better.
func (c *call) language() string {
	wanted := c.req.Header.Get("Accept-Language")
	if len(wanted) > 1000 {
		return "en"
	}
	tags, _, err := language.ParseAcceptLanguage(wanted)
	if err != nil {
		return "en"
	}
	if _, i, _ := languages.Match(tags...); i == 1 {
		return "ru"
	}
	return "en"
}

// answer writes a JSON answer.
func (c *call) answer(status int, body any) error {
	c.awaitStills()
	return writeJSON(c.event, status, body)
}

// data wraps a resource.
type data struct {
	Data any `json:"data"`
}

// dataToken wraps a resource with an access token.
type dataToken struct {
	Data  any    `json:"data"`
	Token string `json:"token"`
}

func writeJSON(e *core.RequestEvent, status int, body any) error {
	out, err := marshal(body)
	if err != nil {
		return err
	}
	header := e.Response.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(out)))
	e.Response.WriteHeader(status)
	_, _ = e.Response.Write(out) // a client that is gone needs no answer
	return nil
}

func marshal(body any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(body)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}
