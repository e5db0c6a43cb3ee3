package routes

import (
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/access"
	"github.com/privet/privet/routes/idempotency"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/limits"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

// call is one request to an endpoint, as its handler sees it.
type call struct {
	*api
	event     *core.RequestEvent
	req       *http.Request
	principal *store.Principal // the owner of the access token; nil for none
	uploads   []*files.Upload  // of this request; those without a row are discarded at its end
	media     *files.Upload    // the one of them that is to be a row's; nil for none
	dropFiles bool             // files of this request are not stored, as they can't be used

	idempotency *idempotency.Request // nil without an Idempotency-Key
	limits      *limits.Request      // against which the request is counted
}

// userID is the id of the signed-in user.
func (c *call) userID() string { return store.Key(c.principal.UserID) }

// deviceID is the id of the signed-in device.
func (c *call) deviceID() string { return store.Key(c.principal.DeviceID) }

// actor is the signed-in user as a side of an order.
func (c *call) actor(side order.Side) store.Actor {
	return store.Actor{Side: side, UserID: c.userID(), DeviceID: c.deviceID()}
}

// pathID returns an id that is a part of the path; 0, which no row has, for what is not an id.
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

// viewer is the reader of the answer. The holder of an invite token is a stranger to the profile.
func (c *call) viewer() resource.Viewer {
	v := resource.Viewer{Base: c.base(), Zone: c.settings.Zone()}
	if c.principal != nil && !c.principal.Invite {
		v.UserID, v.FirebaseToken = c.principal.UserID, c.principal.PushToken
	}
	return v
}

// base is the URL that links to this server begin with: the configured public URL, else the one that was requested.
func (c *call) base() string {
	if c.settings.PublicURL != "" {
		return c.settings.PublicURL
	}
	scheme := "http"
	trusted := len(c.app.Settings().TrustedProxy.Headers) > 0
	if c.req.TLS != nil || (trusted && access.IsForwardedHTTPS(c.req.Header)) {
		scheme = "https"
	}
	return scheme + "://" + c.req.Host
}

// url is the absolute URL of the request, without its query.
func (c *call) url() string { return c.base() + c.req.URL.Path }

// clientNetworks returns the networks that a request comes from, by the trusted proxy's header if there is one.
func clientNetworks(e *core.RequestEvent) []limits.Network { return limits.Networks(e.RealIP()) }

// sender is the key by which the request shares what is bounded for each client: slots of expensive operations
// (hooks/admission), uploads.
func (c *call) sender() string { return limits.Sender(clientNetworks(c.event)) }

// countTexts counts the long texts of an input, which are kept for good, and refuses them where there are too many, or where
// too little of the disk is free: what is left is for what people need to write.
func (c *call) countTexts(in any) error {
	user := ""
	if c.principal != nil {
		user = c.userID()
	}
	size := textSize(reflect.ValueOf(in).Elem())
	if long, err := c.limits.Texts(user, size); !long || err != nil {
		return err
	}
	room, err := c.space.Begin(int64(size))
	if errors.Is(err, disk.ErrFull) {
		return errNoRoom
	}
	if err == nil {
		room.End()
	}
	return err
}

// errNoRoom refuses a long text, where too little of the disk is free.
var errNoRoom = resource.Failure(http.StatusInsufficientStorage, "The server has no room for long texts, try again later")

// textSize returns the number of bytes in the fields of an input whose length is bounded by bytes.
func textSize(in reflect.Value) (size int) {
	for i := range in.NumField() {
		if !strings.Contains(in.Type().Field(i).Tag.Get("rules"), "max_bytes:") {
			continue
		}
		switch text := in.Field(i).Addr().Interface().(type) {
		case *string:
			size += len(*text)
		case *laravel.Field[string]:
			size += len(text.Value)
		}
	}
	return size
}
