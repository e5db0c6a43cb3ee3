package desk

import (
	"net/http"

	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// faultJSON is something that could not be done for somebody.
type faultJSON struct {
	At     *string     `json:"at"`
	Type   string      `json:"type"` // of the push or the mail, or of the medium
	State  string      `json:"state"`
	User   *personJSON `json:"user"`
	Order  *int64      `json:"order"`
	Medium *int64      `json:"medium"`
	Whom   string      `json:"whom"` // the superuser whom a mail was for
	Code   string      `json:"code"` // why, in short
	Why    string      `json:"why"`
	Detail string      `json:"detail"` // the sentence of the outbox
}

// faultsJSON is a page of each kind of faults, or of the one that was asked for.
type faultsJSON struct {
	Pushes   []faultJSON     `json:"pushes"`
	Previews []faultJSON     `json:"previews"`
	Mails    []faultJSON     `json:"mails"`
	Page     int64           `json:"page"`
	More     map[string]bool `json:"more"` // by kind, whether there is another page
}

// faults answers to an owner what has failed, the last first: a page of the pushes, previews and mails, or of those of one kind.
func (a *api) faults(e *core.RequestEvent) error {
	kind, err := choice(e, "kind", "", "pushes", "previews", "mails")
	if err != nil {
		return err
	}
	page, err := pageOf(e)
	if err != nil {
		return err
	}
	answer := faultsJSON{Pushes: []faultJSON{}, Previews: []faultJSON{}, Mails: []faultJSON{}, Page: page, More: map[string]bool{"pushes": false, "previews": false, "mails": false}}
	for _, part := range []struct {
		kind string
		into *[]faultJSON
		read func(e *core.RequestEvent, page int64) ([]faultJSON, bool, error)
	}{{"pushes", &answer.Pushes, failedPushes}, {"previews", &answer.Previews, failedPreviews}, {"mails", &answer.Mails, failedMails}} {
		if kind != "" && kind != part.kind {
			continue
		}
		if *part.into, answer.More[part.kind], err = part.read(e, page); err != nil {
			return err
		}
	}
	return e.JSON(http.StatusOK, answer)
}

func failedPushes(e *core.RequestEvent, page int64) ([]faultJSON, bool, error) {
	found, more, err := desk.FailedPushes(e.Request.Context(), e.App, page)
	return each(found, func(p *desk.FailedPush) faultJSON {
		became := pushOf(e, p.State, p.Error, p.Sender)
		return faultJSON{At: moment(p.At), Type: p.Type, State: p.State, User: person(e, &p.Receiver), Order: optional(p.Order), Code: became.Code, Why: became.Why, Detail: p.Error}
	}), more, err
}

func failedPreviews(e *core.RequestEvent, page int64) ([]faultJSON, bool, error) {
	found, more, err := desk.FailedPreviews(e.Request.Context(), e.App, page)
	return each(found, func(p *desk.FailedPreview) faultJSON {
		return faultJSON{At: moment(p.At), Type: p.Medium.Type, State: p.Medium.Preview, User: person(e, &p.Person), Order: optional(p.Medium.Order), Medium: optional(p.Medium.ID),
			Code: "preview", Why: say(e, "No preview could be made of this file.", "Из этого файла не удалось сделать превью.")}
	}), more, err
}

func failedMails(e *core.RequestEvent, page int64) ([]faultJSON, bool, error) {
	found, more, err := desk.FailedMails(e.Request.Context(), e.App, page)
	return each(found, func(m *desk.FailedMail) faultJSON {
		return faultJSON{At: moment(m.At), Type: m.Kind, State: m.State, User: person(e, &m.User), Whom: m.Superuser, Code: m.State, Why: m.Error, Detail: m.Error}
	}), more, err
}
