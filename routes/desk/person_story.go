package desk

import (
	"errors"
	"net/http"
	"slices"
	"time"

	acts "github.com/privet/privet/hooks/desk"
	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// The most that the overview of a person shows of each; the tabs have the rest.
const (
	shownOrders  = 10
	shownDevices = 5
	shownPeople  = 10
	shownNotes   = 5
)

type figuresJSON struct {
	Orders    int64    `json:"orders"`
	Done      int64    `json:"done"`
	Cancelled int64    `json:"cancelled"`
	Overdue   int64    `json:"overdue"`
	Rating    *float64 `json:"rating"` // the mean of a performer's
}

type allFiguresJSON struct {
	figuresJSON
	Reports     int64       `json:"reports"`
	AsClient    figuresJSON `json:"as_client"`
	AsPerformer figuresJSON `json:"as_performer"`
}

type deviceJSON struct {
	ID       int64   `json:"id"`
	Language string  `json:"language"`
	SignedIn *string `json:"signed_in"`
	LastUsed *string `json:"last_used"`
	Push     *string `json:"push"` // the push service, null where it takes no pushes
}

type noteJSON struct {
	Text    string  `json:"text"`
	By      string  `json:"by"`
	Created *string `json:"created"`
}

type currentBanJSON struct {
	Reason string  `json:"reason"`
	Until  *string `json:"until"`
	By     string  `json:"by"`
	At     *string `json:"at"`
}

type reportsJSON struct {
	Received        int64 `json:"received"`
	Cases           int64 `json:"cases"`
	ReceivedNothing int64 `json:"received_nothing"`
	Filed           int64 `json:"filed"`
	FiledNothing    int64 `json:"filed_nothing"`
}

type profileJSON struct {
	*personJSON
	Rev         int              `json:"rev"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Categories  []string         `json:"categories"`
	Price       *float64         `json:"price"`
	Since       *string          `json:"since"`
	LastSeen    *string          `json:"last_seen"`
	Warnings    int64            `json:"warnings"`
	Figures     allFiguresJSON   `json:"figures"`
	Counts      map[string]int64 `json:"counts"` // by tab
	Case        *caseJSON        `json:"case"`
	Before      []map[string]any `json:"before"`
	Media       []*mediumJSON    `json:"media"`
	Orders      []orderRowJSON   `json:"orders"`
	Reports     reportsJSON      `json:"reports"`
	Devices     []deviceJSON     `json:"devices"`
	SameDevice  []*personJSON    `json:"same_device"`
	Notes       []noteJSON       `json:"notes"`
	Ban         *currentBanJSON  `json:"ban"`
	Identities  []string         `json:"identities"`
	Acts        []actJSON        `json:"acts"`
}

// personStory answers what the page of a person shows.
func (a *api) personStory(e *core.RequestEvent) error {
	id, err := pathID(e)
	if err != nil {
		return err
	}
	ctx := e.Request.Context()
	p, err := desk.ReadProfile(ctx, e.App, id)
	if errors.Is(err, query.ErrNotFound) {
		return notFound(e)
	}
	if err != nil {
		return err
	}
	figures, err := desk.ReadFigures(ctx, e.App, id, order.DateTill(time.Now(), a.zone))
	if err != nil {
		return err
	}
	orders, _, err := desk.OrdersOf(ctx, e.App, id, 1, shownOrders)
	if err != nil {
		return err
	}
	media, _, err := desk.MediaOfUser(ctx, e.App, id, 1, shownOrders)
	if err != nil {
		return err
	}
	devices, _, err := desk.DevicesOf(ctx, e.App, id, 1, shownDevices)
	if err != nil {
		return err
	}
	same, err := desk.SameDevice(ctx, e.App, id, shownPeople)
	if err != nil {
		return err
	}
	notes, _, err := desk.NotesOf(ctx, e.App, id, 1, shownNotes)
	if err != nil {
		return err
	}
	open, before, err := casesAbout(e, desk.TargetUser, id)
	if err != nil {
		return err
	}
	answer := profileJSON{personJSON: person(e, &p.Person), Rev: p.Rev, Name: p.Name, Description: p.Description, Categories: slices.Concat([]string{}, p.Categories), Price: p.Price,
		Since: moment(p.Since), LastSeen: moment(p.LastSeen), Warnings: p.Warnings, Figures: figuresOf(figures, p.Received), Case: open, Before: before,
		Counts: map[string]int64{"orders": figures.Client.Orders + figures.Performer.Orders, "media": p.Media, "reports": min(p.Received+p.Filed, desk.Cap),
			"devices": p.Devices, "bans": p.Bans, "notes": p.Notes, "log": p.Log},
		Media: mediaOf(e, media), Orders: a.orderRows(e, orders), Devices: devicesOf(devices), Notes: notesOf(notes),
		SameDevice: each(same, func(p *desk.Person) *personJSON { return person(e, p) }),
		Reports:    reportsJSON{p.Received, p.Cases, p.ReceivedNothing, p.Filed, p.FiledNothing},
		Identities: slices.Concat([]string{}, p.Identities), Acts: offers(e, acts.UserOffers(p.Banned, p.Erased))}
	if p.Banned && !p.Erased {
		answer.Ban = &currentBanJSON{p.BanReason, moment(p.BannedUntil), p.BannedBy, moment(p.BannedAt)}
	}
	return e.JSON(http.StatusOK, answer)
}

func figuresOf(f *desk.Figures, reports int64) allFiguresJSON {
	side := func(s desk.Side) figuresJSON { return figuresJSON{s.Orders, s.Done, s.Cancelled, s.Overdue, s.Rating} }
	c, p := f.Client, f.Performer
	return allFiguresJSON{figuresJSON{c.Orders + p.Orders, c.Done + p.Done, c.Cancelled + p.Cancelled, c.Overdue + p.Overdue, p.Rating}, reports, side(c), side(p)}
}

func mediaOf(e *core.RequestEvent, found []desk.Medium) []*mediumJSON {
	return each(found, func(m *desk.Medium) *mediumJSON { return medium(e, m) })
}

func devicesOf(found []desk.ListedDevice) []deviceJSON {
	return each(found, func(d *desk.ListedDevice) deviceJSON {
		device := deviceJSON{ID: d.ID, Language: d.Language, SignedIn: moment(d.SignedIn), LastUsed: moment(d.LastUsed)}
		if d.Address {
			device.Push = &d.Service
		}
		return device
	})
}

func notesOf(found []desk.ListedNote) []noteJSON {
	return each(found, func(n *desk.ListedNote) noteJSON { return noteJSON{n.Text, n.By, moment(n.Created)} })
}
