package desk

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	acts "github.com/privet/privet/hooks/desk"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// The most that the page of a case shows.
const (
	shownReports = 20
	shownBefore  = 10
)

type targetJSON struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
}

// caseTarget returns the target of a case or a report.
func caseTarget(target string) targetJSON {
	kind, id := desk.SplitTarget(target)
	return targetJSON{kind, query.Number(id)}
}

type caseOrderJSON struct {
	ID        int64       `json:"id"`
	Rev       int         `json:"rev"`
	Client    *personJSON `json:"client"`
	Performer *personJSON `json:"performer"`
	Status    string      `json:"status"`
	Occasion  *string     `json:"occasion"`
}

type takenJSON struct {
	By    string  `json:"by"`
	Until *string `json:"until"`
	Mine  bool    `json:"mine"`
}

// caseJSON is a case in an answer.
type caseJSON struct {
	ID       string         `json:"id"`
	Rev      int            `json:"rev"`
	Kind     string         `json:"kind"`
	Kinds    []string       `json:"kinds"`
	Target   targetJSON     `json:"target"`
	Reports  int            `json:"reports"`
	Created  *string        `json:"created"`
	Due      *string        `json:"due"`
	User     *personJSON    `json:"user"`
	Order    *caseOrderJSON `json:"order"`
	Medium   *mediumJSON    `json:"medium"`
	Quote    string         `json:"quote"`
	Word     string         `json:"word"`
	Rating   *float64       `json:"rating"`
	Taken    *takenJSON     `json:"taken"`
	State    string         `json:"state"`
	Verdict  string         `json:"verdict"`
	Closed   *string        `json:"closed"`
	ClosedBy string         `json:"closed_by"`
}

// caseRow returns a case as the superuser of a request sees it.
func caseRow(e *core.RequestEvent, c *desk.CaseRow) *caseJSON {
	shown := &caseJSON{ID: c.ID, Rev: c.Rev, Kind: desk.Gravest(c.Kinds), Kinds: slices.Concat([]string{}, c.Kinds), Target: caseTarget(c.Target),
		Reports: c.Reports, Created: moment(c.Created), Due: moment(c.Due), User: person(e, &c.User), Medium: medium(e, &c.Medium), Rating: optional(c.Rating),
		Quote: c.Quote, Word: c.Word, State: c.State, Verdict: c.Verdict, Closed: moment(c.Closed), ClosedBy: c.ClosedBy}
	if c.Order != 0 {
		shown.Order = &caseOrderJSON{ID: c.Order, Rev: c.OrderRev, Client: person(e, &c.Client), Performer: person(e, &c.Performer), Status: c.Status, Occasion: optional(c.Occasion)}
	}
	if c.State == "open" && c.Taken(time.Now()) {
		shown.Taken = &takenJSON{By: c.TakenBy, Until: moment(c.Until), Mine: c.TakenBy == e.Auth.Email()}
	}
	return shown
}

// listCases answers the queue.
func listCases(e *core.RequestEvent) error {
	f, err := filterOf(e)
	if err != nil {
		return err
	}
	found, counts, more, err := desk.ReadQueue(e.Request.Context(), e.App, f, e.Auth.Email(), time.Now())
	if err != nil {
		return err
	}
	items := each(found, func(c *desk.CaseRow) *caseJSON { return caseRow(e, c) })
	counted := map[string]any{"all": counts.All, "urgent": counts.Urgent, "free": counts.Free, "mine": counts.Mine, "kinds": counts.Kinds}
	if counts.Capped {
		counted["capped"] = true
	}
	return e.JSON(http.StatusOK, map[string]any{"counts": counted, "items": items, "page": f.Page, "more": more})
}

type keptJSON struct {
	Texts map[string]string `json:"texts"`
	Still *string           `json:"still"`
}

type reportJSON struct {
	ID       string      `json:"id"`
	Reason   string      `json:"reason"`
	Text     string      `json:"text"`
	Created  *string     `json:"created"`
	Reporter *personJSON `json:"reporter"`
	State    string      `json:"state"`
	Kept     keptJSON    `json:"kept"`
}

// viewCase answers what the page of a case shows. The parameters are those of the queue from which it was opened.
func viewCase(e *core.RequestEvent) error {
	id, err := recordID(e)
	if err != nil {
		return err
	}
	f, err := filterOf(e)
	if err != nil {
		return err
	}
	ctx := e.Request.Context()
	c, err := desk.ReadCase(ctx, e.App, id)
	if err != nil {
		return fail(e, err)
	}
	reports, err := caseReports(e, c)
	if err != nil {
		return err
	}
	signals, err := desk.NewestSignals(ctx, e.App, id, shownReports)
	if err != nil {
		return err
	}
	before, err := desk.EarlierCases(ctx, e.App, c, shownBefore)
	if err != nil {
		return err
	}
	appeal, err := desk.ReadAppeal(ctx, e.App, id)
	if err != nil {
		return err
	}
	place, err := desk.ReadPlace(ctx, e.App, c, f, e.Auth.Email(), time.Now())
	if err != nil {
		return err
	}
	wish, err := desk.ReadWish(ctx, e.App, c.Order)
	if err != nil {
		return err
	}
	verdicts, err := caseVerdicts(e, id)
	if err != nil {
		return fail(e, err)
	}
	about, err := caseAbout(e, c)
	if err != nil {
		return err
	}
	answer := struct {
		*caseJSON
		Newest   []reportJSON     `json:"reports"`
		More     int              `json:"more"`
		Signals  []map[string]any `json:"signals"`
		Before   []map[string]any `json:"before"`
		About    any              `json:"about"`
		Wish     string           `json:"wish"`
		Appeal   any              `json:"appeal"`
		Verdicts []map[string]any `json:"verdicts"`
		Previous *string          `json:"previous"`
		Next     *string          `json:"next"`
		Place    *int             `json:"place"` // from 1, null where the case has another state than those of the queue
		Of       *int             `json:"of"`
		Capped   bool             `json:"of_capped"`
	}{caseJSON: caseRow(e, c), Newest: reports, More: c.Reports - len(reports), Before: earlierVerdicts(before),
		About: about, Wish: wish, Verdicts: verdicts, Previous: optional(place.Previous), Next: optional(place.Next),
		Place: optional(place.Place), Of: optional(place.Of), Capped: place.Capped,
		Signals: each(signals, func(s *desk.CaseSignal) map[string]any {
			return map[string]any{"kind": s.Kind, "text": s.Text, "word": s.Word, "created": moment(s.Created)}
		})}
	if appeal != nil {
		answer.Appeal = map[string]any{"text": appeal.Text, "ban_reason": appeal.Reason, "ban_until": moment(appeal.Until)}
	}
	return e.JSON(http.StatusOK, answer)
}

// earlierVerdicts returns what was decided before.
func earlierVerdicts(found []desk.Earlier) []map[string]any {
	return each(found, func(b *desk.Earlier) map[string]any {
		return map[string]any{"verdict": b.Verdict, "closed": moment(b.Closed), "closed_by": b.ClosedBy, "kind": desk.Gravest(b.Kinds), "target": caseTarget(b.Target)}
	})
}

func caseReports(e *core.RequestEvent, c *desk.CaseRow) ([]reportJSON, error) {
	found, err := desk.NewestReports(e.Request.Context(), e.App, c.ID, shownReports)
	if err != nil {
		return nil, err
	}
	return each(found, func(r *desk.CaseReport) reportJSON {
		var kept desk.Snapshot
		_ = json.Unmarshal([]byte(r.Kept), &kept) // nothing, once it has gone
		report := reportJSON{ID: r.ID, Reason: r.Reason, Text: r.Text, Created: moment(r.Created), Reporter: person(e, &r.Reporter), State: r.State,
			Kept: keptJSON{Texts: kept.Texts}}
		if r.Still != "" {
			report.Kept.Still = new(signedURL(e, "reports/"+r.ID+"/still"))
		}
		if kept.Texts == nil {
			report.Kept.Texts = map[string]string{}
		}
		return report
	}), nil
}

func caseVerdicts(e *core.RequestEvent, id string) ([]map[string]any, error) {
	c, err := desk.FindCase(e.App, id)
	if err != nil {
		return nil, err
	}
	options, err := acts.Options(e.Request.Context(), e.App, c, e.Auth.Email())
	if err != nil {
		return nil, err
	}
	return each(options, func(o *acts.Option) map[string]any {
		return map[string]any{"verdict": o.Verdict, "allowed": o.Refusal == nil, "why": why(e, o.Refusal)}
	}), nil
}

// caseAbout returns the person whom a case is about in short, nil where it is about nobody.
func caseAbout(e *core.RequestEvent, c *desk.CaseRow) (any, error) {
	if c.User.ID == 0 {
		return nil, nil
	}
	a, err := desk.ReadAbout(e.Request.Context(), e.App, query.Key(c.User.ID))
	if err != nil {
		return nil, err
	}
	about := map[string]any{"orders": a.Orders, "rating": a.Rating, "since": moment(a.Since), "warnings": a.Warnings, "last_warning": nil}
	if a.LastWarned != "" {
		about["last_warning"] = map[string]any{"at": moment(a.LastWarned), "text": a.LastWarning}
	}
	return about, nil
}
