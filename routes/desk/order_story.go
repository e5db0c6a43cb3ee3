package desk

import (
	"errors"
	"net/http"
	"time"

	acts "github.com/privet/privet/hooks/desk"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// The most that the page of an order shows of each.
const (
	shownOthers = 10
	shownMedia  = 50
)

// sideJSON is a participant of an order, with figures.
type sideJSON struct {
	*personJSON
	Orders   int64    `json:"orders"`
	Rating   *float64 `json:"rating"`  // the mean of a performer's
	Reports  int64    `json:"reports"` // by a client
	Warnings int64    `json:"warnings"`
}

// listedReportJSON is a report in a list.
type listedReportJSON struct {
	Target   targetJSON  `json:"target"`
	Reason   string      `json:"reason"`
	Text     string      `json:"text"`
	State    string      `json:"state"`
	Verdict  string      `json:"verdict"`
	Created  *string     `json:"created"`
	Reporter *personJSON `json:"reporter"`
}

func listedReports(e *core.RequestEvent, found []desk.ListedReport) []listedReportJSON {
	return each(found, func(r *desk.ListedReport) listedReportJSON {
		return listedReportJSON{caseTarget(r.Target), r.Reason, r.Text, r.State, r.Verdict, moment(r.Created), person(e, &r.Reporter)}
	})
}

// actJSON is an act, and whether it makes sense now.
type actJSON struct {
	Act     string `json:"act"`
	Allowed bool   `json:"allowed"`
	Why     string `json:"why"`
}

func offers(e *core.RequestEvent, found []acts.Offer) []actJSON {
	return each(found, func(o *acts.Offer) actJSON {
		return actJSON{Act: o.Act, Allowed: o.Refusal == nil, Why: why(e, o.Refusal)}
	})
}

// why returns the reason of a refusal in the language of a request, "" for none.
func why(e *core.RequestEvent, refusal *acts.Refusal) string {
	if refusal == nil {
		return ""
	}
	return say(e, refusal.English, refusal.Russian)
}

type storyJSON struct {
	ID          int64              `json:"id"`
	Rev         int                `json:"rev"`
	Status      string             `json:"status"`
	Overdue     bool               `json:"overdue"`
	Occasion    *string            `json:"occasion"`
	Description string             `json:"description"`
	Price       float64            `json:"price"`
	DateTill    *string            `json:"date_till"`
	CancelText  string             `json:"cancel_text"`
	CancelDate  *string            `json:"cancel_date"`
	Rating      *float64           `json:"rating"`
	RatingText  string             `json:"rating_text"`
	Done        *string            `json:"done"`
	Created     *string            `json:"created"`
	Updated     *string            `json:"updated"`
	Client      sideJSON           `json:"client"`
	Performer   sideJSON           `json:"performer"`
	Pair        map[string]int64   `json:"pair"`
	Media       []*mediumJSON      `json:"media"`
	Reports     []listedReportJSON `json:"reports"`
	ReportCount int64              `json:"report_count"`
	Timeline    []eventJSON        `json:"timeline"`
	Others      []orderRowJSON     `json:"others"`
	Case        *caseJSON          `json:"case"`
	Before      []map[string]any   `json:"before"`
	Acts        []actJSON          `json:"acts"`
}

// orderStory answers what the page of an order shows.
func (a *api) orderStory(e *core.RequestEvent) error {
	id, err := pathID(e)
	if err != nil {
		return err
	}
	ctx := e.Request.Context()
	s, err := desk.ReadStory(ctx, e.App, id)
	if errors.Is(err, query.ErrNotFound) {
		return notFound(e)
	}
	if err != nil {
		return err
	}
	overdue := order.DateTill(time.Now(), a.zone)
	client, err := desk.ReadSide(ctx, e.App, s.Client.ID, store.RoleClient, overdue)
	if err != nil {
		return err
	}
	performer, err := desk.ReadSide(ctx, e.App, s.Performer.ID, store.RolePerformer, overdue)
	if err != nil {
		return err
	}
	media, err := desk.MediaOfOrder(ctx, e.App, id, shownMedia)
	if err != nil {
		return err
	}
	reports, err := desk.ReportsOfOrder(ctx, e.App, id, shownReports)
	if err != nil {
		return err
	}
	events, err := desk.OrderEvents(ctx, e.App, id)
	if err != nil {
		return err
	}
	others, err := desk.OrdersOfPair(ctx, e.App, s, shownOthers)
	if err != nil {
		return err
	}
	open, before, err := casesAbout(e, desk.TargetOrder, id)
	if err != nil {
		return err
	}
	answer := storyJSON{ID: s.ID, Rev: s.Rev, Status: s.Status, Overdue: a.overdue(s.Status, s.DateTill), Occasion: optional(s.Occasion), Description: s.Description, Price: s.Price,
		DateTill: a.dateTill(s.DateTill), CancelText: s.CancelText, CancelDate: moment(s.CancelDate), Rating: optional(s.Rating), RatingText: s.RatingText, Done: moment(s.Delivered),
		Created: moment(s.Created), Updated: moment(s.Updated), Pair: map[string]int64{"orders": s.Pair}, Reports: listedReports(e, reports), ReportCount: s.Reports,
		Client:    sideJSON{person(e, &s.Client), client.Orders, nil, s.ClientFiled, s.ClientWarned},
		Performer: sideJSON{person(e, &s.Performer), performer.Orders, performer.Rating, 0, s.PerformerWarned},
		Media:     mediaOf(e, media), Timeline: timeline(e, s, events), Others: a.orderRows(e, others), Case: open, Before: before}
	shown := acts.Shown{}
	for i := range media {
		if media[i].Hidden == "" {
			shown.Visible++
		} else {
			shown.Hidden++
		}
	}
	answer.Acts = offers(e, acts.OrderOffers(order.Status(s.Status), shown, s.Client.Erased && s.Performer.Erased))
	return e.JSON(http.StatusOK, answer)
}

// casesAbout returns the open case about an order or a user, nil for none, and what was decided about them before.
func casesAbout(e *core.RequestEvent, kind string, id int64) (open *caseJSON, before []map[string]any, err error) {
	ctx := e.Request.Context()
	earlier, err := desk.EarlierCasesAbout(ctx, e.App, kind, id, shownBefore)
	if err != nil {
		return nil, nil, err
	}
	before = earlierVerdicts(earlier)
	found, err := desk.CaseOf(ctx, e.App, kind, id)
	if err != nil || found == "" {
		return nil, before, err
	}
	c, err := desk.ReadCase(ctx, e.App, found)
	if errors.Is(err, query.ErrNotFound) {
		return nil, before, nil
	}
	return caseRow(e, c), before, err
}
