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
	BannedUntil                                           query.Moment
	Identities                                            Choices // the providers
	Media, Devices, Bans, Notes, Log, Warnings            int64   // up to Cap
	Received, Cases, ReceivedNothing, Filed, FiledNothing int64   // reports, up to Cap
}

// received are the reports about a person, their media and their side of orders.
const received = `cases rc CROSS JOIN reports r ON r."case" = rc.id WHERE rc.user = u.id`

// ReadProfile reads a person. The error is query.ErrNotFound when there is none.
func ReadProfile(ctx context.Context, app core.App, id int64) (*Profile, error) {
	users, err := app.FindCachedCollectionByNameOrId("users")
	if err != nil {
		return nil, query.Wrap("read person", err)
	}
	p, err := profiles.Row(ctx, app, sql.Named("id", query.Key(id)), sql.Named("users", users.Id))
	return p, query.Wrap("read person", err)
}

// own counts a person's rows of a table.
func own(table string) string { return capped(table + ` t WHERE t.user = u.id AND t.user != ''`) }

var profiles = query.Map("", func(c *query.Columns, p *Profile) {
	personColumns.Add(c, "u", &p.Person)
	c.Add(`u.rev`, &p.Rev)
	c.Add(`u.name`, &p.Name)
	c.Add(`u.description`, &p.Description)
	c.Add(`u.categories`, &p.Categories)
	c.Add(`CASE WHEN u.price <> 0 OR u.free THEN u.price END`, &p.Price)
	c.Add(`u.created`, &p.Since)
	c.Add(`coalesce((SELECT max(max(d.last_used, d.created)) FROM devices d WHERE d.user = u.id), '')`, &p.LastSeen)
	c.Add(`u.ban_reason`, &p.BanReason)
	c.Add(`u.moderated_by`, &p.BannedBy)
	c.Add(`u.banned_until`, &p.BannedUntil)
	c.Add(`(SELECT json_group_array(a.provider) FROM _externalAuths a WHERE a.collectionRef = :users AND a.recordRef = u.id)`, &p.Identities)
	c.Add(own("media"), &p.Media)
	c.Add(own("devices"), &p.Devices)
	c.Add(own("bans"), &p.Bans)
	c.Add(own("notes"), &p.Notes)
	c.Add(own("audit"), &p.Log)
	c.Add(own("warnings"), &p.Warnings)
	c.Add(own("cases"), &p.Cases)
	c.Add(capped(received), &p.Received)
	c.Add(capped(received+` AND +r.verdict = 'nothing'`), &p.ReceivedNothing)
	c.Add(capped(`reports r WHERE r.reporter = u.id`), &p.Filed)
	c.Add(capped(`reports r WHERE r.reporter = u.id AND +r.verdict = 'nothing'`), &p.FiledNothing)
}).Select(`FROM users u WHERE u.id = :id`)

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

// listOf reads a page of rows that belong to a person; from is what follows the columns, after the common table expressions with.
func listOf[Row any](ctx context.Context, app core.App, user, number int64, size int, columns *query.Mapping[Row], with, from string) ([]Row, bool, error) {
	rows, err := columns.SelectWith(with, from+page(number, size)).Rows(ctx, app, sql.Named("user", query.Key(user)))
	items, more := cut(rows, size)
	return items, more, query.Wrap("read a list of a person", err)
}

// MediaOfUser reads a page of what a person has uploaded, the newest first.
func MediaOfUser(ctx context.Context, app core.App, user, number int64, size int) ([]Medium, bool, error) {
	return listOf(ctx, app, user, number, size, mediumColumns, ``, `FROM media m WHERE m.user = CAST(:user AS TEXT) ORDER BY CAST(m.id AS INTEGER) DESC`)
}

// ListedReport is a report by a person, or about them.
type ListedReport struct {
	Target, Reason, Text, State, Verdict string
	Created                              query.Moment
	Reporter                             Person
}

var reportColumns = query.Map("", func(c *query.Columns, r *ListedReport) {
	c.Add(`r.target`, &r.Target)
	c.Add(`r.reason`, &r.Reason)
	c.Add(`r.text`, &r.Text)
	c.Add(`r.state`, &r.State)
	c.Add(`r.verdict`, &r.Verdict)
	c.Add(`r.created`, &r.Created)
	personColumns.Add(c, "w", &r.Reporter)
})

// ReportsOf reads a page of the reports about a person and by them, the newest first.
func ReportsOf(ctx context.Context, app core.App, user, number int64) ([]ListedReport, bool, error) {
	return listOf(ctx, app, user, number, PageSize, reportColumns, `WITH found AS MATERIALIZED (
			SELECT r.id FROM cases c CROSS JOIN reports r ON r."case" = c.id WHERE c.user = CAST(:user AS TEXT) UNION SELECT id FROM reports WHERE reporter = CAST(:user AS TEXT)) `,
		`FROM found CROSS JOIN reports r ON r.id = found.id LEFT JOIN users w ON w.id = r.reporter ORDER BY r.created DESC, r.id`)
}

// ReportsOfOrder returns the newest reports about an order and its media.
func ReportsOfOrder(ctx context.Context, app core.App, order int64, limit int) ([]ListedReport, error) {
	rows, err := reportColumns.Select(`FROM cases c CROSS JOIN reports r ON r."case" = c.id LEFT JOIN users w ON w.id = r.reporter
		WHERE c."order" = CAST(:order AS TEXT) ORDER BY r.created DESC, r.id`+limited(limit)).Rows(ctx, app, sql.Named("order", query.Key(order)))
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
	return listOf(ctx, app, user, number, size, deviceColumns, ``, `FROM devices WHERE user = CAST(:user AS TEXT) ORDER BY used DESC, CAST(id AS INTEGER) DESC`)
}

var deviceColumns = query.Map("", func(c *query.Columns, d *ListedDevice) {
	c.Add(`id`, query.ID(&d.ID))
	c.Add(`language`, &d.Language)
	c.Add(`firebase_token <> ''`, &d.Address)
	c.Add(`iif(substr(firebase_token, 1, 8) = 'rustore:', 'rustore', 'fcm')`, &d.Service)
	c.Add(`created`, &d.SignedIn)
	c.Add(`max(last_used, created) AS used`, &d.LastUsed)
})

// SameDevice returns other people who are signed in on a device of a person.
func SameDevice(ctx context.Context, app core.App, user int64, limit int) ([]Person, error) {
	people, _, err := listOf(ctx, app, user, 1, limit, personColumns, `WITH found AS MATERIALIZED (
			SELECT DISTINCT n.user FROM (SELECT DISTINCT device_id FROM devices WHERE user = CAST(:user AS TEXT) AND device_id != '' LIMIT 50) d
			CROSS JOIN devices n ON n.device_id = d.device_id AND n.device_id != '' WHERE n.user <> :user LIMIT 50) `,
		`FROM found CROSS JOIN users u ON u.id = found.user ORDER BY CAST(u.id AS INTEGER) DESC`)
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
	return listOf(ctx, app, user, number, PageSize, banColumns, ``, `FROM bans b WHERE b.user = CAST(:user AS TEXT) ORDER BY b.since DESC`)
}

var banColumns = query.Map("b", func(c *query.Columns, b *ListedBan) {
	c.Add(`b.reason`, &b.Reason)
	c.Add(`b."by"`, &b.By)
	c.Add(`b.lifted_by`, &b.LiftedBy)
	c.Add(`b.until`, &b.Until)
	c.Add(`b.since`, &b.Since)
	c.Add(`b.lifted`, &b.Lifted)
	c.Add(`b.appeal`, &b.Appeal)
})

// Banned is a person with the ban that they have.
type Banned struct {
	ListedBan
	Person Person
}

// BannedPeople reads a page of who is banned now, the last one first; more reports whether there is another page.
func BannedPeople(ctx context.Context, app core.App, number int64) (people []Banned, more bool, err error) {
	rows, err := bannedColumns.SelectWith(`WITH page AS MATERIALIZED (SELECT id FROM bans WHERE lifted = '' ORDER BY since DESC`+page(number, PageSize)+`) `,
		`FROM page CROSS JOIN bans b ON b.id = page.id CROSS JOIN users u ON u.id = b.user ORDER BY b.since DESC`).Rows(ctx, app)
	people, more = cut(rows, PageSize)
	return people, more, query.Wrap("read who is banned", err)
}

var bannedColumns = query.Map("", func(c *query.Columns, b *Banned) {
	banColumns.Add(c, "b", &b.ListedBan)
	personColumns.Add(c, "u", &b.Person)
})

// ListedNote is a moderator's note.
type ListedNote struct {
	Text, By string
	Created  query.Moment
}

// NotesOf reads a page of the notes about a person, the last one first.
func NotesOf(ctx context.Context, app core.App, user, number int64, size int) ([]ListedNote, bool, error) {
	return listOf(ctx, app, user, number, size, noteColumns, ``, `FROM notes WHERE user = CAST(:user AS TEXT) AND user != '' ORDER BY created DESC`)
}

var noteColumns = query.Map("", func(c *query.Columns, n *ListedNote) {
	c.Add(`text`, &n.Text)
	c.Add(`"by"`, &n.By)
	c.Add(`created`, &n.Created)
})

// IsUser reports whether there is a user with a number.
func IsUser(ctx context.Context, app core.App, id int64) (there bool, err error) {
	there, err = query.Value[bool](ctx, app, `SELECT EXISTS (SELECT 1 FROM users WHERE id = :id)`, sql.Named("id", query.Key(id)))
	return there, query.Wrap("find person", err)
}
