package desk

import (
	"net/http"

	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// listOf returns the handler of a list that belongs to a person: read returns a page of it.
func listOf[Item any](read func(e *core.RequestEvent, user, page int64) (items []Item, more bool, err error)) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		id, err := pathID(e)
		if err != nil {
			return err
		}
		page, err := pageOf(e)
		if err != nil {
			return err
		}
		there, err := desk.IsUser(e.Request.Context(), e.App, id)
		if err != nil {
			return err
		}
		if !there {
			return notFound(e)
		}
		items, more, err := read(e, id, page)
		if err != nil {
			return err
		}
		return e.JSON(http.StatusOK, pageJSON[Item]{items, page, more})
	}
}

func (a *api) ordersOf(e *core.RequestEvent, user, page int64) ([]orderRowJSON, bool, error) {
	found, more, err := desk.OrdersOf(e.Request.Context(), e.App, user, page, desk.PageSize)
	return a.orderRows(e, found), more, err
}

func mediaOfUser(e *core.RequestEvent, user, page int64) ([]*mediumJSON, bool, error) {
	found, more, err := desk.MediaOfUser(e.Request.Context(), e.App, user, page, desk.PageSize)
	return mediaOf(e, found), more, err
}

func reportsOf(e *core.RequestEvent, user, page int64) ([]listedReportJSON, bool, error) {
	found, more, err := desk.ReportsOf(e.Request.Context(), e.App, user, page)
	return listedReports(e, found), more, err
}

func devicesOfUser(e *core.RequestEvent, user, page int64) ([]deviceJSON, bool, error) {
	found, more, err := desk.DevicesOf(e.Request.Context(), e.App, user, page, desk.PageSize)
	return devicesOf(found), more, err
}

func notesOfUser(e *core.RequestEvent, user, page int64) ([]noteJSON, bool, error) {
	found, more, err := desk.NotesOf(e.Request.Context(), e.App, user, page, desk.PageSize)
	return notesOf(found), more, err
}

func logOf(e *core.RequestEvent, user, page int64) ([]loggedJSON, bool, error) {
	found, more, err := desk.ReadLog(e.Request.Context(), e.App, desk.LogFilter{Kind: desk.TargetUser, ID: query.Key(user)}, page, desk.PageSize)
	return logged(found), more, err
}

type banJSON struct {
	Reason   string  `json:"reason"`
	By       string  `json:"by"`
	Since    *string `json:"since"`
	Until    *string `json:"until"`
	Lifted   *string `json:"lifted"`
	LiftedBy string  `json:"lifted_by"`
	Appeal   *string `json:"appeal"` // the case
}

func banOf(b *desk.ListedBan) banJSON {
	return banJSON{b.Reason, b.By, moment(b.Since), moment(b.Until), moment(b.Lifted), b.LiftedBy, optional(b.Appeal)}
}

func bansOf(e *core.RequestEvent, user, page int64) ([]banJSON, bool, error) {
	found, more, err := desk.BansOf(e.Request.Context(), e.App, user, page)
	return each(found, banOf), more, err
}

type bannedJSON struct {
	banJSON
	User *personJSON `json:"user"`
}

// banned answers a page of who is banned now.
func banned(e *core.RequestEvent) error {
	page, err := pageOf(e)
	if err != nil {
		return err
	}
	found, more, err := desk.BannedPeople(e.Request.Context(), e.App, page)
	if err != nil {
		return err
	}
	people := each(found, func(b *desk.Banned) bannedJSON { return bannedJSON{banOf(&b.ListedBan), person(e, &b.Person)} })
	return e.JSON(http.StatusOK, pageJSON[bannedJSON]{people, page, more})
}
