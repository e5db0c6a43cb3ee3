package desk

import (
	"net/http"

	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// maxQuery is the longest text of the search field, in characters.
const maxQuery = 200

type foundPersonJSON struct {
	*personJSON
	Name  string `json:"name"`
	Match string `json:"match"`
	Case  bool   `json:"case"`
}

type orderRowJSON struct {
	ID        int64       `json:"id"`
	Client    *personJSON `json:"client"`
	Performer *personJSON `json:"performer"`
	Status    string      `json:"status"`
	Overdue   bool        `json:"overdue"`
	Occasion  *string     `json:"occasion"`
	DateTill  *string     `json:"date_till"`
	Created   *string     `json:"created"`
	Rating    *float64    `json:"rating"`
	Reports   int64       `json:"reports"`
}

// search answers what the one search field of the desk finds.
func (a *api) search(e *core.RequestEvent) error {
	text, err := parameter(e, "q", maxQuery)
	if err != nil {
		return err
	}
	looks := desk.LookAt(text)
	people, err := desk.SearchPeople(e.Request.Context(), e.App, looks)
	if err != nil {
		return err
	}
	orders, err := desk.SearchOrders(e.Request.Context(), e.App, looks.Number, people)
	if err != nil {
		return err
	}
	found := each(people, func(p *desk.FoundPerson) foundPersonJSON {
		return foundPersonJSON{person(e, &p.Person), p.Name, p.Match, p.OpenCase}
	})
	note := ""
	if looks.Part && len(people) == 0 {
		note = "whole" // a phone number or an e-mail address is found whole only
	}
	return e.JSON(http.StatusOK, map[string]any{"people": found, "orders": a.orderRows(e, orders), "note": note})
}

// orderRows returns orders as lists show them.
func (a *api) orderRows(e *core.RequestEvent, orders []desk.FoundOrder) []orderRowJSON {
	return each(orders, func(o *desk.FoundOrder) orderRowJSON {
		return orderRowJSON{ID: o.ID, Client: person(e, &o.Client), Performer: person(e, &o.Performer), Status: o.Status, Overdue: a.overdue(o.Status, o.DateTill),
			Occasion: optional(o.Occasion), DateTill: a.dateTill(o.DateTill), Created: moment(o.Created), Rating: optional(o.Rating), Reports: o.Reports}
	})
}
