package desk

import (
	"context"
	"database/sql"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Story is an order as its page shows it.
type Story struct {
	FoundOrder
	Rev                           int
	Description                   string
	CancelText, RatingText        string
	Price                         float64
	CancelDate, Delivered         query.Moment
	Updated                       query.Moment
	Pair                          int64 // orders of the two, in the same direction
	ClientFiled                   int64 // reports by the client
	ClientWarned, PerformerWarned int64 // warnings
}

// ReadStory reads an order. The error is query.ErrNotFound when there is none.
func ReadStory(ctx context.Context, app core.App, id int64) (*Story, error) {
	s, err := stories.Row(ctx, app, sql.Named("id", query.Key(id)))
	return s, query.Wrap("read order", err)
}

var stories = query.Map("", func(c *query.Columns, s *Story) {
	foundColumns.Add(c, "", &s.FoundOrder)
	c.Add(`o.rev`, &s.Rev)
	c.Add(`o.description`, &s.Description)
	c.Add(`o.cancel_text`, &s.CancelText)
	c.Add(`o.rating_text`, &s.RatingText)
	c.Add(`o.price`, &s.Price)
	c.Add(`o.cancel_date`, &s.CancelDate)
	c.Add(`o.delivered`, &s.Delivered)
	c.Add(`o.updated`, &s.Updated)
	c.Add(capped(`orders n WHERE n.client = o.client AND +n.performer = o.performer`), &s.Pair)
	c.Add(capped(`reports r WHERE r.reporter = o.client`), &s.ClientFiled)
	c.Add(capped(`warnings w WHERE w.user = o.client`), &s.ClientWarned)
	c.Add(capped(`warnings w WHERE w.user = o.performer`), &s.PerformerWarned)
}).Select(`FROM orders o CROSS JOIN users c ON c.id = o.client CROSS JOIN users p ON p.id = o.performer WHERE o.id = :id`)

// Side is what became of a person's orders, on one side of them.
type Side struct {
	Orders, Done, Cancelled, Overdue int64
	Rating                           *float64 // the mean, nil for none
}

// Figures are a person's orders, as client and as performer.
type Figures struct{ Client, Performer Side }

// ReadFigures counts a person's orders. dateTill is the latest date of those that are overdue.
func ReadFigures(ctx context.Context, app core.App, user int64, dateTill time.Time) (*Figures, error) {
	client, err := ReadSide(ctx, app, user, store.RoleClient, dateTill)
	if err != nil {
		return nil, err
	}
	performer, err := ReadSide(ctx, app, user, store.RolePerformer, dateTill)
	if err != nil {
		return nil, err
	}
	return &Figures{*client, *performer}, nil
}

// ReadSide counts a person's orders in which they have a role, store.RoleClient or store.RolePerformer.
func ReadSide(ctx context.Context, app core.App, user int64, role string, dateTill time.Time) (*Side, error) {
	figures := clientFigures
	if role == store.RolePerformer {
		figures = performerFigures
	}
	side := &Side{}
	err := figures.Into(ctx, app, side, sql.Named("user", query.Key(user)), sql.Named("date", query.Timestamp(dateTill)))
	return side, query.Wrap("count a person's orders", err)
}

// sideFigures returns the query of one side, by the column of orders that names the person there; rating is the mean in SQL.
func sideFigures(column, rating string) query.Query[Side] {
	return query.Map("", func(c *query.Columns, s *Side) {
		c.Add(`count(*)`, &s.Orders)
		c.Add(`CAST(total(status IN ('done', 'reviewed')) AS INTEGER)`, &s.Done)
		c.Add(`CAST(total(status = 'cancelled') AS INTEGER)`, &s.Cancelled)
		c.Add(`CAST(total(status = 'new' AND date_till > '' AND date_till <= :date) AS INTEGER)`, &s.Overdue)
		c.Add(rating, &s.Rating)
	}).Select(`FROM orders WHERE ` + column + ` = CAST(:user AS TEXT)`)
}

var (
	clientFigures    = sideFigures("client", `NULL`)
	performerFigures = sideFigures("performer", `(SELECT avg(rating_rate) FROM orders WHERE performer = CAST(:user AS TEXT) AND rating_rate > 0)`)
)

// OrdersOfPair returns the newest other orders of the two participants of an order, in both directions.
func OrdersOfPair(ctx context.Context, app core.App, s *Story, limit int) ([]FoundOrder, error) {
	pair := func(client, performer string) string {
		return `SELECT * FROM (SELECT id FROM orders WHERE client = CAST(` + client + ` AS TEXT) AND +performer = ` + performer + ` AND id <> :order ORDER BY CAST(id AS INTEGER) DESC` + limited(limit) + `)`
	}
	orders, err := readOrders(ctx, app, `WITH page AS MATERIALIZED (`+pair(":a", ":b")+` UNION ALL `+pair(":b", ":a")+`)`, `CAST(o.id AS INTEGER) DESC`+limited(limit),
		sql.Named("a", query.Key(s.Client.ID)), sql.Named("b", query.Key(s.Performer.ID)), sql.Named("order", query.Key(s.ID)))
	return orders, query.Wrap("read the orders of a pair", err)
}

// MediaOfOrder returns the media of an order, the oldest first.
func MediaOfOrder(ctx context.Context, app core.App, id int64, limit int) ([]Medium, error) {
	media, err := mediumColumns.Select(`FROM media m WHERE m."order" = CAST(:order AS TEXT) ORDER BY CAST(m.id AS INTEGER)`+limited(limit)).
		Rows(ctx, app, sql.Named("order", query.Key(id)))
	return media, query.Wrap("read the media of an order", err)
}

// CaseOf returns the id of the most urgent open case about an order or its media, or about a user and what they have uploaded; "" for
// none. kind is TargetOrder or TargetUser.
func CaseOf(ctx context.Context, app core.App, kind string, id int64) (string, error) {
	found, err := query.Value[string](ctx, app, `SELECT coalesce((SELECT id FROM cases WHERE "`+kind+`" = CAST(:id AS TEXT) AND +state = 'open' ORDER BY due LIMIT 1), '')`,
		sql.Named("id", query.Key(id)))
	return found, query.Wrap("find the open case", err)
}
