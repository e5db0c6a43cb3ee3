package desk

import (
	"net/http"

	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// shownFaults is how many faults of a kind are listed.
const shownFaults = 50

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

// faults answers to an owner what has failed of late: pushes, previews and mails.
func (a *api) faults(e *core.RequestEvent) error {
	ctx := e.Request.Context()
	pushes, err := desk.FailedPushes(ctx, e.App, shownFaults)
	if err != nil {
		return err
	}
	previews, err := desk.FailedPreviews(ctx, e.App, shownFaults)
	if err != nil {
		return err
	}
	mails, err := desk.FailedMails(ctx, e.App, shownFaults)
	if err != nil {
		return err
	}
	answer := map[string][]faultJSON{"pushes": {}, "previews": {}, "mails": {}}
	for i := range pushes {
		p := &pushes[i]
		became := pushOf(e, p.State, p.Error, p.Sender)
		answer["pushes"] = append(answer["pushes"], faultJSON{At: moment(p.At), Type: p.Type, State: p.State, User: person(e, &p.Receiver), Order: optional(p.Order), Code: became.Code, Why: became.Why, Detail: p.Error})
	}
	for i := range previews {
		p := &previews[i]
		answer["previews"] = append(answer["previews"], faultJSON{At: moment(p.At), Type: p.Medium.Type, State: p.Medium.Preview, User: person(e, &p.Person), Order: optional(p.Medium.Order), Medium: optional(p.Medium.ID),
			Code: "preview", Why: say(e, "No preview could be made of this file.", "Из этого файла не удалось сделать превью.")})
	}
	for i := range mails {
		m := &mails[i]
		answer["mails"] = append(answer["mails"], faultJSON{At: moment(m.At), Type: m.Kind, State: m.State, User: person(e, &m.User), Whom: m.Superuser, Code: m.State, Why: m.Error, Detail: m.Error})
	}
	return e.JSON(http.StatusOK, answer)
}
