package desk

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	acts "github.com/privet/privet/hooks/desk"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/query"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

// reason is the body of an act that takes no more than a reason, or the text of a note. The bodies of the other acts have it as a part.
type reason struct {
	Text string `json:"text"`
}

func (r *reason) text() string { return r.Text }

// act returns the handler of an act on a person, an order or a medium: it reads the body, acts, and answers what do returns.
func act[Body any, In interface {
	*Body
	text() string
}](do func(e *core.RequestEvent, d *acts.Desk, by acts.By, id string, in In) (any, error)) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		id, err := pathID(e)
		if err != nil {
			return err
		}
		in := In(new(Body))
		if err := bind(e, in); err != nil {
			return err
		}
		answer, err := do(e, acts.Of(e.App), acts.By{Email: e.Auth.Email(), Text: in.text()}, query.Key(id), in)
		if err != nil {
			return fail(e, err)
		}
		if answer == nil {
			answer = struct{}{}
		}
		return e.JSON(http.StatusOK, answer)
	}
}

// fail returns the answer for an error of an act.
func fail(e *core.RequestEvent, err error) error {
	var refused *acts.Refusal
	var fields validation.Errors
	var answer *router.ApiError
	switch {
	case errors.As(err, &refused):
		data := refused.Data
		if data == nil {
			data = map[string]any{}
		}
		return &router.ApiError{Status: refused.Status, Message: say(e, refused.English, refused.Russian), Data: data}
	case acts.IsNotFound(err):
		return notFound(e)
	case errors.As(err, &fields):
		return e.BadRequestError(say(e, "It can't be done.", "Это невозможно."), fields)
	case errors.As(err, &answer):
		return answer
	}
	return err
}

// simple is act for an act that needs no more than a text.
func simple(do func(d *acts.Desk, ctx context.Context, by acts.By, id string) error) func(*core.RequestEvent) error {
	return act(func(e *core.RequestEvent, d *acts.Desk, by acts.By, id string, _ *reason) (any, error) {
		return nil, do(d, e.Request.Context(), by, id)
	})
}

func hideMedium(e *core.RequestEvent, d *acts.Desk, by acts.By, id string, _ *reason) (any, error) {
	if err := d.HideMedium(e.Request.Context(), by, id); err != nil {
		return nil, err
	}
	return mediumNow(e, id)
}

func showMedium(e *core.RequestEvent, d *acts.Desk, by acts.By, id string, in *struct {
	reason
	Hidden string `json:"hidden"`
}) (any, error) {
	hidden, err := timeIn(e, "hidden", in.Hidden, "The time of the hiding is not valid.", "Время скрытия неверно.")
	if err != nil {
		return nil, err
	}
	if err := d.ShowMedium(e.Request.Context(), by, id, hidden); err != nil {
		return nil, err
	}
	return mediumNow(e, id)
}

func mediumNow(e *core.RequestEvent, id string) (any, error) {
	m, err := desk.ReadMedium(e.Request.Context(), e.App, id)
	if err != nil {
		return nil, err
	}
	return medium(e, m), nil
}

// changeOfOrder is the body of an act that changes an order.
type changeOfOrder struct {
	reason
	Rev *int `json:"rev"`
}

func cancelOrder(e *core.RequestEvent, d *acts.Desk, by acts.By, id string, in *changeOfOrder) (any, error) {
	return nil, setStatus(e, d, by, id, in, order.Cancelled)
}

func setOrderStatus(e *core.RequestEvent, d *acts.Desk, by acts.By, id string, in *struct {
	changeOfOrder
	Status string `json:"status"`
}) (any, error) {
	return nil, setStatus(e, d, by, id, &in.changeOfOrder, order.Status(in.Status))
}

func setStatus(e *core.RequestEvent, d *acts.Desk, by acts.By, id string, in *changeOfOrder, status order.Status) error {
	rev, err := revOf(e, "rev", in.Rev)
	if err != nil {
		return err
	}
	return d.SetOrderStatus(e.Request.Context(), by, id, rev, status)
}

// ban is the part of a body that says which ban the page shows.
type ban struct {
	Ban  string `json:"ban"`
	Over bool   `json:"over"`
}

func (b *ban) seen(e *core.RequestEvent) (acts.SeenBan, error) {
	at, err := shownBan(e, b.Ban)
	return acts.SeenBan{At: at, Over: b.Over}, err
}

// shownBan returns since when a page shows a ban, zero for none.
func shownBan(e *core.RequestEvent, text string) (time.Time, error) {
	return timeIn(e, "ban", text, "The time of the ban is not valid.", "Время блокировки неверно.")
}

func banUser(e *core.RequestEvent, d *acts.Desk, by acts.By, id string, in *struct {
	reason
	ban
	Until string `json:"until"`
}) (any, error) {
	until, err := endOfBan(e, in.Until)
	if err != nil {
		return nil, err
	}
	seen, err := in.seen(e)
	if err != nil {
		return nil, err
	}
	return nil, d.Ban(e.Request.Context(), by, id, until, seen)
}

func unbanUser(e *core.RequestEvent, d *acts.Desk, by acts.By, id string, in *struct {
	reason
	ban
}) (any, error) {
	seen, err := in.seen(e)
	if err != nil {
		return nil, err
	}
	return nil, d.Unban(e.Request.Context(), by, id, seen)
}

func eraseUser(e *core.RequestEvent, d *acts.Desk, by acts.By, id string, in *struct {
	reason
	Confirm any `json:"confirm"` // a number, as a number or a text
}) (any, error) {
	confirm, _ := in.Confirm.(string)
	if number, is := in.Confirm.(float64); is {
		confirm = strconv.FormatFloat(number, 'f', -1, 64)
	}
	return nil, d.Erase(e.Request.Context(), by, id, confirm)
}

func editUser(e *core.RequestEvent, d *acts.Desk, by acts.By, id string, in *struct {
	reason
	Rev         *int      `json:"rev"`
	Nickname    *string   `json:"nickname"`
	Name        *string   `json:"name"`
	Description *string   `json:"description"`
	Email       *string   `json:"email"`
	Phone       *string   `json:"phone"`
	Role        *string   `json:"role"`
	Categories  *[]string `json:"categories"`
	Price       *float64  `json:"price"`
	NoPrice     bool      `json:"no_price"`
}) (any, error) {
	rev, err := revOf(e, "rev", in.Rev)
	if err != nil {
		return nil, err
	}
	var description *store.Description
	if in.Description != nil {
		description = new(store.NewDescription(strings.TrimSpace(*in.Description)))
	}
	return nil, d.Edit(e.Request.Context(), by, id, rev, func(user *store.User) {
		set := func(text *string, to func(string)) {
			if text != nil {
				to(strings.TrimSpace(*text))
			}
		}
		set(in.Nickname, user.SetNickname)
		set(in.Name, user.SetName)
		if description != nil {
			user.SetDescription(*description)
		}
		set(in.Email, user.SetEmail)
		set(in.Phone, user.SetPhone)
		set(in.Role, user.SetRole)
		if in.Categories != nil {
			user.SetCategories(*in.Categories)
		}
		if in.Price != nil || in.NoPrice {
			user.SetPrice(in.Price)
		}
	})
}

func readContacts(e *core.RequestEvent, d *acts.Desk, by acts.By, id string, _ *reason) (any, error) {
	return d.ReadContacts(e.Request.Context(), by, id)
}

// consequences answers what an act would end.
func consequences(e *core.RequestEvent) error {
	id, err := pathID(e)
	if err != nil {
		return err
	}
	what, err := choice(e, "act", "ban", "erase", "sign-out")
	if err != nil {
		return err
	}
	counts, err := desk.ReadConsequences(e.Request.Context(), e.App, query.Key(id), what)
	if err != nil {
		return fail(e, err)
	}
	return e.JSON(http.StatusOK, counts)
}
