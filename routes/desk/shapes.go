package desk

import (
	"fmt"
	"time"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/query"
	"github.com/privet/privet/routes/desk/link"

	"github.com/pocketbase/pocketbase/core"
)

// Base is the prefix of the desk's routes.
const Base = "/api/desk/"

// personJSON is a user in an answer.
type personJSON struct {
	ID       int64   `json:"id"`
	Nickname string  `json:"nickname"`
	Role     string  `json:"role"`
	Picture  *string `json:"picture"`
	Banned   bool    `json:"banned"`
	BannedAt *string `json:"banned_at"`
	Erased   bool    `json:"erased"`
}

// mediumJSON is a photo or a video in an answer.
type mediumJSON struct {
	ID       int64   `json:"id"`
	Type     string  `json:"type"`
	URL      string  `json:"url"`
	Still    *string `json:"still"`
	Hidden   *string `json:"hidden"`
	RemoveAt *string `json:"remove_at"`
	Order    *int64  `json:"order"`
	User     int64   `json:"user"`
	Created  *string `json:"created"`
}

// person returns a user as the superuser of a request sees one, nil for nobody.
func person(e *core.RequestEvent, p *desk.Person) *personJSON {
	if p == nil || p.ID == 0 {
		return nil
	}
	shown := &personJSON{ID: p.ID, Nickname: p.Nickname, Role: p.Role, Banned: p.Banned, BannedAt: moment(p.BannedAt), Erased: p.Erased}
	if p.Picture != 0 {
		shown.Picture = new(mediaURL(e, p.Picture, "still"))
	}
	return shown
}

// medium returns a medium as the superuser of a request sees one, nil for none.
func medium(e *core.RequestEvent, m *desk.Medium) *mediumJSON {
	if m == nil || m.ID == 0 {
		return nil
	}
	shown := &mediumJSON{ID: m.ID, Type: m.Type, URL: mediaURL(e, m.ID, "file"), Order: optional(m.Order), User: m.User, Created: moment(m.Created),
		Hidden: moment(m.Hidden), RemoveAt: moment(m.RemoveAt)}
	if m.Type == store.Image || m.Preview == store.PreviewReady {
		shown.Still = new(mediaURL(e, m.ID, "still"))
	}
	return shown
}

// mediaURL returns the URL of the file or the still of a medium for the superuser of a request.
func mediaURL(e *core.RequestEvent, id int64, part string) string {
	return signedURL(e, fmt.Sprintf("media/%d/%s", id, part))
}

// signedURL returns the URL of a path below Base for the superuser of a request.
func signedURL(e *core.RequestEvent, path string) string {
	return link.Sign(e.Auth, Base+path, time.Now())
}

// each returns what show returns for each of some rows; for none an empty list, not null.
func each[Row, Shown any](rows []Row, show func(*Row) Shown) []Shown {
	list := make([]Shown, len(rows))
	for i := range rows {
		list[i] = show(&rows[i])
	}
	return list
}

// optional returns a value as answers have it, nil for the zero value, which stands for none.
func optional[Value comparable](value Value) *Value {
	if value == *new(Value) {
		return nil
	}
	return &value
}

// moment returns a time as answers have it: RFC 3339 in UTC, with milliseconds; nil for none.
func moment(m query.Moment) *string {
	at, ok := query.ParseDate(string(m))
	if !ok {
		return nil
	}
	return instant(at)
}

// instant is moment of a time, nil for the zero time.
func instant(at time.Time) *string {
	if at.IsZero() {
		return nil
	}
	return new(at.UTC().Format("2006-01-02T15:04:05.000Z"))
}

// pageJSON is a page of a list.
type pageJSON[Item any] struct {
	Items []Item `json:"items"`
	Page  int64  `json:"page"`
	More  bool   `json:"more"`
}

// dateTill returns the moment at which the date of an order passes, which is on the clock of the zone for orders.
func (a *api) dateTill(m query.Moment) *string {
	at, ok := query.ParseDate(string(m))
	if !ok {
		return nil
	}
	return instant(order.Deadline(at, a.zone))
}

// overdue reports whether an order's date has passed.
func (a *api) overdue(status string, date query.Moment) bool {
	at, ok := query.ParseDate(string(date))
	return ok && status == string(order.New) && !order.Deadline(at, a.zone).After(time.Now())
}
