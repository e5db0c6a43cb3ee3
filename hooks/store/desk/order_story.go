package desk

import (
	"context"
	"database/sql"
	"time"

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
	var s Story
	targets := []any{query.ID(&s.ID), &s.Status, &s.Occasion, &s.DateTill, &s.Created, &s.Rating, &s.Reports, &s.Rev, &s.Description, &s.CancelText, &s.RatingText,
		&s.Price, &s.CancelDate, &s.Delivered, &s.Updated, &s.Pair, &s.ClientFiled, &s.ClientWarned, &s.PerformerWarned}
	err := query.ReadRow(ctx, app, `SELECT o.id, o.status, o.occasion, o.date_till, o.created, o.rating_rate, `+orderReports+`, o.rev, o.description, o.cancel_text, o.rating_text,
			o.price, o.cancel_date, o.delivered, o.updated, `+capped(`orders n WHERE n.client = o.client AND +n.performer = o.performer`)+`, `+
		capped(`reports r WHERE r.reporter = o.client`)+`, `+capped(`warnings w WHERE w.user = o.client`)+`, `+capped(`warnings w WHERE w.user = o.performer`)+`,
			`+PersonColumns("c")+`, `+PersonColumns("p")+`
		FROM orders o CROSS JOIN users c ON c.id = o.client CROSS JOIN users p ON p.id = o.performer WHERE o.id = :id`,
		[]any{sql.Named("id", query.Key(id))}, append(append(targets, s.Client.Targets()...), s.Performer.Targets()...)...)
	return &s, query.Wrap("read order", query.NotFound(err))
}

// Side is what became of a person's orders, on one side of them.
type Side struct {
	Orders, Done, Cancelled, Overdue int64
	Rating                           *float64 // the mean, nil for none
}

// Figures are a person's orders, as client and as performer.
type Figures struct{ Client, Performer Side }

// ReadFigures counts a person's orders. dateTill is the latest date of those that are overdue.
func ReadFigures(ctx context.Context, app core.App, user int64, dateTill time.Time) (*Figures, error) {
	var f Figures
	side := func(column, rating string) string {
		return `SELECT count(*), CAST(total(status IN ('done', 'reviewed')) AS INTEGER), CAST(total(status = 'cancelled') AS INTEGER),
			CAST(total(status = 'new' AND date_till > '' AND date_till <= :date) AS INTEGER), ` + rating + ` FROM orders WHERE ` + column + ` = CAST(:user AS TEXT)`
	}
	rows, err := query.ReadRows(ctx, app, side("client", `NULL`)+` UNION ALL `+side("performer", `(SELECT avg(rating_rate) FROM orders WHERE performer = CAST(:user AS TEXT) AND rating_rate > 0)`),
		[]any{sql.Named("user", query.Key(user)), sql.Named("date", query.Timestamp(dateTill))},
		func(s *Side) []any { return []any{&s.Orders, &s.Done, &s.Cancelled, &s.Overdue, &s.Rating} })
	if err == nil {
		f.Client, f.Performer = rows[0], rows[1]
	}
	return &f, query.Wrap("count a person's orders", err)
}

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
	media, err := query.ReadRows(ctx, app, `SELECT `+MediumColumns("m")+` FROM media m WHERE m."order" = CAST(:order AS TEXT) ORDER BY CAST(m.id AS INTEGER)`+limited(limit),
		[]any{sql.Named("order", query.Key(id))}, (*Medium).Targets)
	return media, query.Wrap("read the media of an order", err)
}

// CaseOf returns the id of the most urgent open case about an order or its media, or about a user and what they have uploaded; "" for
// none. kind is TargetOrder or TargetUser.
func CaseOf(ctx context.Context, app core.App, kind string, id int64) (string, error) {
	var found string
	err := query.ReadRow(ctx, app, `SELECT coalesce((SELECT id FROM cases WHERE "`+kind+`" = CAST(:id AS TEXT) AND +state = 'open' ORDER BY due LIMIT 1), '')`,
		[]any{sql.Named("id", query.Key(id))}, &found)
	return found, query.Wrap("find the open case", err)
}
