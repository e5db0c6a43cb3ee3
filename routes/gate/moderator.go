package gate

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/search"
)

// deskTopic is what the names of the desk's topics look like. No collection has such a name (hooks/dashboard), so that none of them
// is one of PocketBase's own, on which it sends records.
var deskTopic = regexp.MustCompile(`^` + desk.Topics + `/[a-z0-9_/-]{1,100}$`)

// passModerator lets a moderator's request pass as far as it is a moderator's. What it lets pass to PocketBase, for which a
// moderator is a superuser as any other, it writes anew, of what is allowed and nothing else.
func (g *gate) passModerator(e *core.RequestEvent, allowed who) error {
	if err := g.limits(e).Desk(e.Auth.Id, e.Request.Method); err != nil {
		return tooMany(e, err)
	}
	switch allowed {
	case anySuperuser, anybody:
		e.Request.URL.RawQuery = ""
		return e.Next()
	case reducedForModerators:
		return answerReduced(e)
	case ownAccount:
		if !ofSuperusers(e) || e.Request.PathValue("id") != e.Auth.Id {
			return e.ForbiddenError("A moderator sees their own account only.", nil)
		}
		e.Request.URL.RawQuery = ""
		return e.Next()
	case ownPassword:
		if !ofSuperusers(e) || e.Request.PathValue("id") != e.Auth.Id {
			return e.ForbiddenError("A moderator changes their own password only.", nil)
		}
		return g.changePassword(e)
	case deskTopicsOnly:
		return subscribe(e)
	}
	return e.ForbiddenError("Only owners may do this.", nil)
}

// answerReduced answers what the dashboard asks when it opens, with as little as it needs to go on.
func answerReduced(e *core.RequestEvent) error {
	switch e.Request.Pattern {
	case "GET /api/settings":
		return e.JSON(http.StatusOK, map[string]any{"meta": map[string]any{"appName": e.App.Settings().Meta.AppName}})
	case "GET /api/collections":
		return e.JSON(http.StatusOK, search.Result{Items: []any{}, Page: 1, PerPage: search.DefaultPerPage})
	case "GET /api/collections/meta/oauth2-providers": // those that PocketBase knows
		return e.Next()
	}
	return e.JSON(http.StatusOK, map[string]any{})
}

// changePassword lets a moderator change their password, who has to know the old one: whoever has stolen their token can't take
// the account over.
func (g *gate) changePassword(e *core.RequestEvent) error {
	var form struct {
		Old     string `json:"oldPassword"`
		New     string `json:"password"`
		Confirm string `json:"passwordConfirm"`
	}
	if err := readForm(e, &form); err != nil {
		return err
	}
	if form.New == "" {
		return e.BadRequestError("Choose a password.", validation.Errors{core.FieldNamePassword: validation.ErrRequired})
	}
	from, refund, err := g.countAttempt(e, "superuser", e.Auth.Collection(), e.Auth, "")
	if err != nil {
		return tooMany(e, err)
	}
	matches, err := store.CheckSuperuserPassword(e.Request.Context(), from, e.Auth, form.Old)
	if err != nil {
		refund() // it was not compared
		return busy(e, err)
	}
	if !matches {
		return e.BadRequestError("Failed to update record.", validation.Errors{
			"oldPassword": validation.NewError("validation_invalid_old_password", "Missing or invalid old password.")})
	}
	refund()
	release, err := store.AwaitNewPassword(e.Request.Context(), hasher(e))
	if err != nil {
		return busy(e, err)
	}
	defer release()
	return passForm(e, form)
}

// subscribe lets a moderator subscribe to the desk's topics alone: on others PocketBase sends superusers whole records.
func subscribe(e *core.RequestEvent) error {
	var form struct {
		Client string   `json:"clientId"`
		Topics []string `json:"subscriptions"`
	}
	if err := readForm(e, &form); err != nil {
		return err
	}
	for _, topic := range form.Topics {
		if !deskTopic.MatchString(topic) {
			return e.ForbiddenError("A moderator subscribes to topics of the desk only.", nil)
		}
	}
	return passForm(e, form)
}

// readForm reads a body of JSON that has the form's fields and no others, in their own spelling.
func readForm(e *core.RequestEvent, form any) error {
	body, err := bufferBody(e)
	if err != nil {
		return err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &fields); err != nil {
		return e.BadRequestError("The body must be JSON.", nil)
	}
	known, err := fieldsOf(form)
	if err != nil {
		return err
	}
	for name := range fields {
		if _, ok := known[name]; !ok {
			return e.ForbiddenError("A moderator can't set this here.", nil)
		}
	}
	if err := json.Unmarshal(body, form); err != nil {
		return e.BadRequestError("The body has a value of another type.", nil)
	}
	return nil
}

// fieldsOf returns the fields of a form by their names in JSON.
func fieldsOf(form any) (map[string]json.RawMessage, error) {
	text, err := json.Marshal(form)
	if err != nil {
		return nil, err
	}
	fields := map[string]json.RawMessage{}
	return fields, json.Unmarshal(text, &fields)
}

// passForm lets a request pass with a form as its body, without a query.
func passForm(e *core.RequestEvent, form any) error {
	body, err := json.Marshal(form)
	if err != nil {
		return err
	}
	e.Request.URL.RawQuery = ""
	e.Request.Header.Set("Content-Type", "application/json")
	e.Request.ContentLength = int64(len(body))
	e.Request.Body = &router.RereadableReadCloser{ReadCloser: io.NopCloser(bytes.NewReader(body))}
	return e.Next()
}

// passDesk lets a superuser's request to the desk's own routes pass, as often as its limits allow, with a body of at most
// maxBody.
func (g *gate) passDesk(e *core.RequestEvent) error {
	if err := g.limits(e).Desk(e.Auth.Id, e.Request.Method); err != nil {
		return tooMany(e, err)
	}
	if _, err := bufferBody(e); err != nil {
		return err
	}
	return e.Next()
}
