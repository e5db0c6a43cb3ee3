package desk

import (
	"context"
	"database/sql"

	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/pocketbase/core"
)

// Profile is a person as their page shows them. It has no contacts.
type Profile struct {
	Person
	Rev                                                   int
	Name, Description                                     string
	Categories                                            Choices
	Price                                                 *float64 // nil for none
	Since, LastSeen                                       query.Moment
	BanReason, BannedBy                                   string
	BannedUntil, BannedAt                                 query.Moment
	Identities                                            Choices // the providers
	Media, Devices, Bans, Notes, Log, Warnings            int64   // up to Cap
	Received, Cases, ReceivedNothing, Filed, FiledNothing int64   // reports, up to Cap
}

// received are the reports about a person, their media and their side of orders.
const received = `cases rc CROSS JOIN reports r ON r."case" = rc.id WHERE rc.user = u.id`

// ReadProfile reads a person. The error is query.ErrNotFound when there is none.
func ReadProfile(ctx context.Context, app core.App, id int64) (*Profile, error) {
	var p Profile
	users, err := app.FindCachedCollectionByNameOrId("users")
	if err != nil {
		return nil, query.Wrap("read person", err)
	}
	own := func(table string) string { return capped(table + ` t WHERE t.user = u.id AND t.user != ''`) }
	targets := append(p.Person.Targets(), &p.Rev, &p.Name, &p.Description, &p.Categories, &p.Price, &p.Since, &p.LastSeen, &p.BanReason, &p.BannedBy, &p.BannedUntil, &p.BannedAt,
		&p.Identities, &p.Media, &p.Devices, &p.Bans, &p.Notes, &p.Log, &p.Warnings, &p.Received, &p.Cases, &p.ReceivedNothing, &p.Filed, &p.FiledNothing)
	err = query.ReadRow(ctx, app, `SELECT `+PersonColumns("u")+`, u.rev, u.name, u.description, u.categories, CASE WHEN u.price <> 0 OR u.free THEN u.price END, u.created,
			coalesce((SELECT max(max(d.last_used, d.created)) FROM devices d WHERE d.user = u.id), ''), u.ban_reason, u.moderated_by, u.banned_until, u.moderated_at,
			(SELECT json_group_array(a.provider) FROM _externalAuths a WHERE a.collectionRef = :users AND a.recordRef = u.id),
			`+own("media")+`, `+own("devices")+`, `+own("bans")+`, `+own("notes")+`, `+own("audit")+`, `+own("warnings")+`,
			`+capped(received)+`, `+own("cases")+`, `+capped(received+` AND +r.verdict = 'nothing'`)+`,
			`+capped(`reports r WHERE r.reporter = u.id`)+`, `+capped(`reports r WHERE r.reporter = u.id AND +r.verdict = 'nothing'`)+`
		FROM users u WHERE u.id = :id`, []any{sql.Named("id", query.Key(id)), sql.Named("users", users.Id)}, targets...)
	return &p, query.Wrap("read person", query.NotFound(err))
}

// PageSize is how many rows a page of a list of a person's has.
const PageSize = 25

// OrdersOf reads a page of a person's orders, both ways, the newest first.
func OrdersOf(ctx context.Context, app core.App, user, number int64, size int) ([]FoundOrder, bool, error) {
	// Of each side as many as all pages so far may have.
	side := func(column string) string {
		return `SELECT * FROM (SELECT id, CAST(id AS INTEGER) AS n FROM orders WHERE ` + column + ` = CAST(:user AS TEXT) ORDER BY CAST(id AS INTEGER) DESC` + limited(int(number)*size+1) + `)`
	}
	rows, err := readOrders(ctx, app, `WITH page AS MATERIALIZED (SELECT id FROM (`+side("client")+` UNION ALL `+side("performer")+`) ORDER BY n DESC`+page(number, size)+`)`,
		`CAST(o.id AS INTEGER) DESC`, sql.Named("user", query.Key(user)))
	orders, more := cut(rows, size)
	return orders, more, query.Wrap("read the orders of a person", err)
}

// listOf reads a page of rows that belong to a person.
func listOf[Row any](ctx context.Context, app core.App, user, number int64, size int, text string, targets func(*Row) []any) ([]Row, bool, error) {
	rows, err := query.ReadRows(ctx, app, text+page(number, size), []any{sql.Named("user", query.Key(user))}, targets)
	items, more := cut(rows, size)
	return items, more, query.Wrap("read a list of a person", err)
}

// MediaOfUser reads a page of what a person has uploaded, the newest first.
func MediaOfUser(ctx context.Context, app core.App, user, number int64, size int) ([]Medium, bool, error) {
	return listOf(ctx, app, user, number, size, `SELECT `+MediumColumns("m")+` FROM media m WHERE m.user = CAST(:user AS TEXT) ORDER BY CAST(m.id AS INTEGER) DESC`, (*Medium).Targets)
}

// ListedReport is a report by a person, or about them.
type ListedReport struct {
	Target, Reason, Text, State, Verdict string
	Created                              query.Moment
	Reporter                             Person
}

func (r *ListedReport) targets() []any {
	return append([]any{&r.Target, &r.Reason, &r.Text, &r.State, &r.Verdict, &r.Created}, r.Reporter.Targets()...)
}

var reportColumns = `r.target, r.reason, r.text, r.state, r.verdict, r.created, ` + PersonColumns("w")

// ReportsOf reads a page of the reports about a person and by them, the newest first.
func ReportsOf(ctx context.Context, app core.App, user, number int64) ([]ListedReport, bool, error) {
	return listOf(ctx, app, user, number, PageSize, `WITH found AS MATERIALIZED (
			SELECT r.id FROM cases c CROSS JOIN reports r ON r."case" = c.id WHERE c.user = CAST(:user AS TEXT) UNION SELECT id FROM reports WHERE reporter = CAST(:user AS TEXT))
		SELECT `+reportColumns+` FROM found CROSS JOIN reports r ON r.id = found.id LEFT JOIN users w ON w.id = r.reporter ORDER BY r.created DESC, r.id`, (*ListedReport).targets)
}

// ReportsOfOrder returns the newest reports about an order and its media.
func ReportsOfOrder(ctx context.Context, app core.App, order int64, limit int) ([]ListedReport, error) {
	rows, err := query.ReadRows(ctx, app, `SELECT `+reportColumns+` FROM cases c CROSS JOIN reports r ON r."case" = c.id LEFT JOIN users w ON w.id = r.reporter
		WHERE c."order" = CAST(:order AS TEXT) ORDER BY r.created DESC, r.id`+limited(limit), []any{sql.Named("order", query.Key(order))}, (*ListedReport).targets)
	return rows, query.Wrap("read the reports of an order", err)
}

// ListedDevice is a device on which a person is signed in.
type ListedDevice struct {
	ID                 int64
	Language           string
	Address            bool   // it has a push address
	Service            string // of which the address is
	SignedIn, LastUsed query.Moment
}

// DevicesOf reads a page of a person's devices, the one that was used last first.
func DevicesOf(ctx context.Context, app core.App, user, number int64, size int) ([]ListedDevice, bool, error) {
	return listOf(ctx, app, user, number, size, `SELECT id, language, firebase_token <> '', iif(substr(firebase_token, 1, 8) = 'rustore:', 'rustore', 'fcm'), created, max(last_used, created) AS used
		FROM devices WHERE user = CAST(:user AS TEXT) ORDER BY used DESC, CAST(id AS INTEGER) DESC`,
		func(d *ListedDevice) []any {
			return []any{query.ID(&d.ID), &d.Language, &d.Address, &d.Service, &d.SignedIn, &d.LastUsed}
		})
}

// SameDevice returns other people who are signed in on a device of a person.
func SameDevice(ctx context.Context, app core.App, user int64, limit int) ([]Person, error) {
	people, _, err := listOf(ctx, app, user, 1, limit, `WITH found AS MATERIALIZED (SELECT DISTINCT n.user FROM (SELECT DISTINCT device_id FROM devices WHERE user = CAST(:user AS TEXT) AND device_id != '' LIMIT 50) d
			CROSS JOIN devices n ON n.device_id = d.device_id AND n.device_id != '' WHERE n.user <> :user LIMIT 50)
		SELECT `+PersonColumns("u")+` FROM found CROSS JOIN users u ON u.id = found.user ORDER BY CAST(u.id AS INTEGER) DESC`, (*Person).Targets)
	return people, err
}

// ListedBan is a ban of a person, as it was.
type ListedBan struct {
	Reason, By, LiftedBy string
	Until, Since, Lifted query.Moment
	Appeal               string // the case, "" for none
}

// BansOf reads a page of a person's bans, the last one first.
func BansOf(ctx context.Context, app core.App, user, number int64) ([]ListedBan, bool, error) {
	return listOf(ctx, app, user, number, PageSize, `SELECT reason, "by", lifted_by, until, since, lifted, appeal FROM bans WHERE user = CAST(:user AS TEXT) ORDER BY since DESC`,
		func(b *ListedBan) []any {
			return []any{&b.Reason, &b.By, &b.LiftedBy, &b.Until, &b.Since, &b.Lifted, &b.Appeal}
		})
}

// ListedNote is a moderator's note.
type ListedNote struct {
	Text, By string
	Created  query.Moment
}

// NotesOf reads a page of the notes about a person, the last one first.
func NotesOf(ctx context.Context, app core.App, user, number int64, size int) ([]ListedNote, bool, error) {
	return listOf(ctx, app, user, number, size, `SELECT text, "by", created FROM notes WHERE user = CAST(:user AS TEXT) AND user != '' ORDER BY created DESC`,
		func(n *ListedNote) []any { return []any{&n.Text, &n.By, &n.Created} })
}

// IsUser reports whether there is a user with a number.
func IsUser(ctx context.Context, app core.App, id int64) (there bool, err error) {
	err = query.ReadRow(ctx, app, `SELECT EXISTS (SELECT 1 FROM users WHERE id = :id)`, []any{sql.Named("id", query.Key(id))}, &there)
	return there, query.Wrap("find person", err)
}
