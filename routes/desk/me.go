package desk

import (
	"net/http"
	"slices"
	"time"

	acts "github.com/privet/privet/hooks/desk"
	"github.com/privet/privet/hooks/refusal"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/superuser"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
)

// me answers who the superuser of the request is, and how they want the desk.
func (a *api) me(e *core.RequestEvent) error { return a.answerMe(e, e.Auth) }

func (a *api) answerMe(e *core.RequestEvent, record *core.Record) error {
	notify := record.GetString("notify")
	if notify == "" {
		notify = "none"
	}
	return e.JSON(http.StatusOK, map[string]any{"email": record.Email(), "role": superuser.RoleOf(record), "language": record.GetString("language"),
		"notify": notify, "blur": record.GetBool("blur"), "version": a.version, "zone": a.zone.String(), "now": instant(time.Now())})
}

// setMe changes how the superuser of the request wants the desk.
func (a *api) setMe(e *core.RequestEvent) error {
	var in struct {
		Language *string `json:"language"`
		Notify   *string `json:"notify"`
		Blur     *bool   `json:"blur"`
	}
	if err := bind(e, &in); err != nil {
		return err
	}
	record, err := e.App.FindRecordById(e.Auth.Collection(), e.Auth.Id)
	if err != nil {
		return err
	}
	errs := validation.Errors{}
	set := func(name string, value *string, words ...string) {
		switch {
		case value == nil:
		case !slices.Contains(words, *value):
			errs[name] = refusal.Invalid("It is not one of the choices.")
		default:
			record.Set(name, *value)
		}
	}
	set("language", in.Language, "", "ru", "en")
	set("notify", in.Notify, "now", "daily", "none")
	if in.Blur != nil {
		record.Set("blur", *in.Blur)
	}
	if len(errs) > 0 {
		return e.BadRequestError(say(e, "The request is not valid.", "Запрос неверен."), errs)
	}
	if err := e.App.SaveWithContext(e.Request.Context(), record); err != nil {
		return err
	}
	return a.answerMe(e, record)
}

// signOut gives back the cases of a superuser who signs out.
func signOut(e *core.RequestEvent) error {
	if err := bind(e, new(struct{})); err != nil {
		return err
	}
	if err := acts.Of(e.App).SignOutModerator(e.Request.Context(), e.Auth.Email()); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, struct{}{})
}

// reasons answers the canned reasons for an act.
func reasons(e *core.RequestEvent) error {
	act, err := parameter(e, "act", 20)
	if err != nil {
		return err
	}
	found, err := desk.Reasons(e.Request.Context(), e.App, act)
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, map[string]any{"items": append([]desk.Reason{}, found...)})
}
