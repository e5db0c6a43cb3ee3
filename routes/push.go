package routes

import (
	"net/http"

	"github.com/privet/privet/routes/resource"
)

// push sends a test push to the caller's own devices, once a minute. Without credentials it says so to anybody, as the original
// did, but without its paths and its trace.
func (a *api) push(c *call) error {
	if a.settings.Firebase.Credentials == nil {
		return &resource.Error{Status: http.StatusInternalServerError, Body: resource.Message{
			Message: "Invalid service account: no Firebase credentials are configured"}}
	}
	if c.principal == nil || c.principal.Invite {
		return errNoToken
	}
	if err := c.refuseOver(c.throttle.Hit("push "+c.user(), 1)); err != nil {
		return err
	}
	if err := a.worker.Test(a.app, c.user()); err != nil {
		return err
	}
	return c.answer(http.StatusOK, success{"success"})
}
