package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/privet/privet/hooks/order"
	"github.com/privet/privet/hooks/store/query"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Pushes is the collection that is the outbox.
const Pushes = "pushes"

// The states of a push. A push is PushOff when it was added while pushes were switched off, and PushHeld when it waited in
// a backup that was restored.
const (
	PushWaiting = "waiting"
	PushSent    = "sent"
	PushFailed  = "failed"
	PushExpired = "expired"
	PushOff     = "off"
	PushHeld    = "held"
)

// NewPush is an event of which all devices of a user are notified.
type NewPush struct {
	Event    string // the event_id
	Type     string
	Order    string // its id, "" for none
	Receiver string // the user's id
	Routes   []PushRoute
	Expires  time.Time
}

// PushRoute says which push service delivers to an address: of the routes whose prefix it has, the first one's.
type PushRoute struct {
	Sender string // the service's name in the outbox
	Prefix string // how the addresses begin
	State  string // of a new push: PushWaiting or PushOff
}

// Cut returns an address without the prefix of the route, and whether it had it.
func (r PushRoute) Cut(address string) (rest string, ok bool) {
	return strings.CutPrefix(address, r.Prefix)
}

// AddPushes adds a push for each of the receiver's devices that has a push token, at most for the thousand newest: an
// app that sends no device_id adds a device with each sign-in. A second push of the same event for the same device is
// ignored.
func AddPushes(ctx context.Context, tx core.App, p NewPush) error {
	now := query.Timestamp(time.Now())
	arguments := []any{sql.Named("row", newRowIDPrefix()), sql.Named("type", p.Type), sql.Named("order", p.Order),
		sql.Named("receiver", p.Receiver), sql.Named("now", now), sql.Named("expires", query.Timestamp(p.Expires)), sql.Named("event", p.Event)}
	var sender, state strings.Builder
	for i, route := range p.Routes {
		n := strconv.Itoa(i)
		when := ` WHEN substr(firebase_token, 1, ` + strconv.Itoa(utf8.RuneCountInString(route.Prefix)) + `) = :prefix` + n
		sender.WriteString(when + ` THEN :sender` + n)
		state.WriteString(when + ` THEN :state` + n)
		arguments = append(arguments, sql.Named("prefix"+n, route.Prefix), sql.Named("sender"+n, route.Sender), sql.Named("state"+n, route.State))
	}
	err := query.Write(ctx, tx, `INSERT INTO pushes
		(id, state, sender, type, receiver, "order", device, tries, error, sent, next_try, expires, event, created, updated)
		SELECT :row || printf('%03x', row_number() OVER newest), CASE`+state.String()+` END, CASE`+sender.String()+` END, :type, user, :order, id, 0, '', '', :now,
			:expires, :event, :now, :now
		FROM devices WHERE user = CAST(:receiver AS TEXT) AND firebase_token <> ''
		WINDOW newest AS (ORDER BY CAST(id AS INTEGER) DESC) ORDER BY CAST(id AS INTEGER) DESC LIMIT 1000
		ON CONFLICT (device, event, iif(device = '', id, '')) DO NOTHING`, arguments...)
	return query.Wrap("add pushes", err)
}

// DuePushes returns the ids of the waiting pushes of a sender that are due, the earliest first.
func DuePushes(ctx context.Context, app core.App, sender string, now time.Time, limit int) ([]string, error) {
	var ids []string
	err := app.ConcurrentDB().NewQuery(`SELECT id FROM pushes WHERE state = 'waiting' AND sender = {:sender} AND next_try <= {:now}
		ORDER BY next_try LIMIT {:limit}`).
		Bind(dbx.Params{"sender": sender, "now": query.Timestamp(now), "limit": limit}).WithContext(ctx).Column(&ids)
	return ids, query.Wrap("read due pushes", err)
}

// PushContent is the current data of which the message of a push is made.
type PushContent struct {
	ID        string
	Event     string
	Type      string
	Order     string
	Tries     int
	Expires   time.Time
	Device    string // "" if the device has signed out, or belongs to another user now
	PushToken string
	Language  string
	Client    string // the nickname
	Performer string // the nickname
	Rating    float64
	Acted     bool         // something was done about the report that was closed
	Warning   string       // what a moderator warns of
	Status    order.Status // the order's, as is DateTill
	DateTill  time.Time
	Badge     int // how many orders wait for the receiver
}

// waitingOrders counts the orders that wait for the receiver of a push p: new ones for the performer, and delivered ones, which
// have no rating yet, for the client.
const waitingOrders = `(SELECT count(*) FROM orders w WHERE w.performer = p.receiver AND w.status = 'new')
	+ (SELECT count(*) FROM orders w WHERE w.client = p.receiver AND w.status = 'done')`

// The types of pushes that tell of a report's verdict or warn somebody; their event_id is what follows and the row's id.
const (
	PushReportClosed = "report.closed"
	ReportEvent      = "report-"
	PushWarned       = "account.warned"
	WarningEvent     = "warning-"
)

// ReadPush reads a push that is due. The error is ErrNotFound when it is not due, or does not wait any more.
func ReadPush(ctx context.Context, app core.App, id string, now time.Time) (*PushContent, error) {
	p, err := pushContents.Row(ctx, app, sql.Named("id", id), sql.Named("now", query.Timestamp(now)))
	return p, query.Wrap("read push", err)
}

var pushContents = query.Map("", func(c *query.Columns, p *PushContent) {
	c.Add(`p.id`, &p.ID)
	c.Add(`p.event`, &p.Event)
	c.Add(`p.type`, &p.Type)
	c.Add(`p."order"`, &p.Order)
	c.Add(`p.tries`, &p.Tries)
	c.Add(`p.expires`, query.Date(&p.Expires)) // zero, and so expired, if a moderator has emptied it
	c.Add(`coalesce(d.id, '')`, &p.Device)
	c.Add(`coalesce(d.firebase_token, '')`, &p.PushToken)
	c.Add(`coalesce(d.language, '')`, &p.Language)
	c.Add(`coalesce(c.nickname, '')`, &p.Client)
	c.Add(`coalesce(f.nickname, '')`, &p.Performer)
	c.Add(`coalesce(o.rating_rate, 0)`, &p.Rating)
	c.Add(`coalesce((SELECT verdict <> 'nothing' FROM reports WHERE p.type = '`+PushReportClosed+`' AND id = substr(p.event, length('`+ReportEvent+`') + 1)), 0)`, &p.Acted)
	c.Add(`coalesce((SELECT text FROM warnings WHERE p.type = '`+PushWarned+`' AND id = substr(p.event, length('`+WarningEvent+`') + 1)), '')`, &p.Warning)
	c.Add(`coalesce(o.status, '')`, &p.Status)
	c.Add(`coalesce(o.date_till, '')`, query.Date(&p.DateTill))
	c.Add(waitingOrders, &p.Badge)
}).Select(`FROM pushes p
	LEFT JOIN devices d ON d.id = p.device AND d.user = p.receiver
	LEFT JOIN orders o ON o.id = p."order"
	LEFT JOIN users c ON c.id = o.client
	LEFT JOIN users f ON f.id = o.performer
	WHERE p.id = :id AND p.state = 'waiting' AND p.next_try <= :now`)

// NextPush returns when the next waiting push of a sender is due; ok is false when none waits.
func NextPush(ctx context.Context, app core.App, sender string) (at time.Time, ok bool, err error) {
	next, ok, err := query.ReadEarliest(ctx, app, `SELECT min(next_try) FROM pushes WHERE state = 'waiting' AND sender = :sender`, sql.Named("sender", sender))
	at, _ = time.Parse(query.TimestampLayout, next) // what is no time is due at once
	return at, ok, query.Wrap("read time of next push", err)
}

// DelayPushes puts off all waiting pushes of a device that are due before a time until then.
func DelayPushes(ctx context.Context, app core.App, device string, until time.Time) error {
	err := query.Write(ctx, app, `UPDATE pushes SET next_try = :until WHERE device = :device AND state = 'waiting' AND next_try < :until`,
		sql.Named("device", device), sql.Named("until", query.Timestamp(until)))
	return query.Wrap("delay pushes", err)
}

// SetPushSender gives a waiting push to another sender, or ends it with the state PushOff.
func SetPushSender(ctx context.Context, app core.App, id, sender, state string) error {
	err := query.Write(ctx, app, `UPDATE pushes SET sender = :sender, state = :state WHERE id = :id AND state = 'waiting'`,
		sql.Named("id", id), sql.Named("sender", sender), sql.Named("state", state))
	return query.Wrap("set sender of push", err)
}

// DeleteOldPushes deletes the pushes that were added before a time, a thousand in a transaction. There is no index by time:
// the first rows are the oldest, and it ends at a thousand of which none is old.
func DeleteOldPushes(ctx context.Context, app core.App, before time.Time) error {
	for after, last, old := int64(0), int64(0), 1; old > 0; after = last {
		arguments := []any{sql.Named("after", after), sql.Named("before", query.Timestamp(before))}
		row, err := oldPushes.Row(ctx, app, arguments...)
		last, old = row.last, row.old
		if err == nil && old > 0 {
			err = query.Write(ctx, app, `DELETE FROM pushes WHERE rowid > :after AND rowid <= :last AND created < :before`, append(arguments, sql.Named("last", last))...)
		}
		if err != nil {
			return query.Wrap("delete old pushes", err)
		}
	}
	return nil
}

var oldPushes = query.Map("", func(c *query.Columns, r *struct {
	last int64
	old  int
}) {
	c.Add(`coalesce(max(row), 0)`, &r.last)
	c.Add(`count(*) FILTER (WHERE created < :before)`, &r.old)
}).Select(`FROM (SELECT rowid AS row, created FROM pushes WHERE rowid > :after ORDER BY rowid LIMIT 1000)`)

// HasNewerPush reports whether a later push of the same order was sent to the same device or waits to be. The ids of
// pushes ascend (newRowIDPrefix).
func HasNewerPush(ctx context.Context, app core.App, id string) (newer bool, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT EXISTS (SELECT 1 FROM pushes p
		JOIN pushes n ON n."order" = p."order" AND n.device = p.device AND n.event <> p.event AND n.id > p.id
		WHERE p.id = {:id} AND p."order" <> '' AND p.device <> '' AND n.state IN ('sent', 'waiting'))`).
		Bind(dbx.Params{"id": id}).WithContext(ctx).Row(&newer)
	return newer, query.Wrap("find newer push", err)
}

// QueueNumbers are the numbers of what waits for background work, and of what it has done.
type QueueNumbers struct {
	Pushes      map[string]int64 // by state
	Mails       map[string]int64 // by state
	Previews    map[string]int64 // by state
	Removals    int64            // of files, that wait
	OldestPush  time.Time        // of those that wait; zero for none
	OldestMail  time.Time        // of those that wait; zero for none
	OldestMedia time.Time        // of those that wait for a preview; zero for none
}

// ReadQueueNumbers reads the numbers of all queues: by indexes, and from the counts that triggers maintain, as a table may
// have a million rows.
func ReadQueueNumbers(ctx context.Context, app core.App) (*QueueNumbers, error) {
	numbers := &QueueNumbers{
		Pushes:   map[string]int64{PushWaiting: 0, PushSent: 0, PushFailed: 0, PushExpired: 0, PushOff: 0},
		Previews: map[string]int64{PreviewWaiting: 0, PreviewReady: 0, PreviewFailed: 0},
	}
	rows, err := stateCounts.Rows(ctx, app)
	if err != nil {
		return nil, query.Wrap("read the numbers of queues", err)
	}
	for _, r := range rows {
		switch r.kind {
		case "push":
			numbers.Pushes[r.state] = r.count
		case "preview":
			numbers.Previews[r.state] = r.count
		case "removal":
			numbers.Removals = r.count
		}
	}
	// Pushes that wait or that nobody sends are in no count: those that wait are few, and the others are the rest.
	pushes, err := pushCounts.Row(ctx, app)
	if err != nil {
		return nil, query.Wrap("count the pushes", err)
	}
	off := pushes.all - pushes.waiting
	for _, count := range numbers.Pushes {
		off -= count
	}
	numbers.Pushes[PushWaiting], numbers.Pushes[PushOff] = pushes.waiting, max(0, off)
	if err := oldestWaiting.Into(ctx, app, numbers); err != nil {
		return nil, query.Wrap("read the ages of queues", err)
	}
	return numbers, numbers.readMailNumbers(ctx, app)
}

type stateCount struct {
	kind, state string
	count       int64
}

var stateCounts = query.Map("", func(c *query.Columns, r *stateCount) {
	c.Add(`kind`, &r.kind)
	c.Add(`state`, &r.state)
	c.Add(`count`, &r.count)
}).Select(`FROM state_counts`)

var pushCounts = query.Map("", func(c *query.Columns, n *struct{ waiting, all int64 }) {
	c.Add(`(SELECT count(*) FROM pushes WHERE state = 'waiting')`, &n.waiting)
	c.Add(`(SELECT count(*) FROM pushes)`, &n.all)
}).Select(``)

// oldestWaiting reads the ages, zero for none. Left alone, SQLite takes the index by next_try and looks at each push that waits.
var oldestWaiting = query.Map("", func(c *query.Columns, n *QueueNumbers) {
	c.Add(`coalesce((SELECT created FROM pushes INDEXED BY idx_pushes_oldest WHERE state = 'waiting' ORDER BY created LIMIT 1), '')`, query.Date(&n.OldestPush))
	c.Add(`coalesce((SELECT created FROM media WHERE still = 'waiting' ORDER BY CAST(id AS INTEGER) LIMIT 1), '')`, query.Date(&n.OldestMedia))
}).Select(``)
