package routes

import (
	"context"
	"net/http"

	"github.com/privet/privet/routes/resource"
)

// push sends a test push to the user's devices, at most once a minute. Without a push service that is configured it answers a 500
// to everybody, as the original does, but without the original's file paths and stack trace.
func (a *api) push(c *call) error {
	if !a.pushes.On() {
		// Not an error in the log: the start has said that pushes are off, and everybody could fill the log with them.
		a.app.Logger().InfoContext(c.req.Context(), "a test push was refused", "reason", "pushes are not configured")
		return &resource.Error{Status: http.StatusInternalServerError, Body: resource.Message{
			Message: "Invalid service account: no Firebase credentials are configured"}}
	}
	if c.principal == nil || c.principal.Invite {
		return errNoToken
	}
	if err := c.limits.TestPush(c.userID()); err != nil {
		return err
	}
	if err := a.pushes.Test(context.WithoutCancel(c.req.Context()), a.app, c.userID()); err != nil {
		return err
	}
	return c.answer(success{"success"})
}
