package benchmark

import (
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// The people of the desk's data whom everything is about. Each is in all sizes of the data.
const (
	busyPerformer  = 5  // has a tenth of all orders
	reportedPerson = 10 // was reported hundreds of times
)

// deskModerators are the superusers: an owner and four moderators.
var deskModerators = []string{"owner@example.com", "anna@example.com", "boris@example.com", "vera@example.com", "gleb@example.com"}

//go:embed desk_seed_test.go
var deskSource []byte

// loadDeskDataset returns a dataset whose rows are spread over the year until now, with what moderators have done in it: an open case for
// each 20 users, four times as many decided ones, reports, signals, pushes, bans, notes and the audit. It has no statistics of tables, as
// a database has none in which nobody has run PRAGMA optimize yet. It is generated once a month for each dataset that it is made of.
func loadDeskDataset(root string, base *dataset) (*dataset, error) {
	name := sha256.Sum256(append([]byte(time.Now().UTC().Format("2006-01")+filepath.Base(base.dir)), deskSource...))
	d := &dataset{users: base.users, orders: base.orders, dir: filepath.Join(root, fmt.Sprintf("desk-%x-%d-%d", name[:6], base.users, base.orders))}
	if _, err := os.Stat(d.dir); err == nil {
		return d, nil
	}
	work, err := os.MkdirTemp(root, "empty-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	if err := os.CopyFS(work, os.DirFS(base.dir)); err != nil {
		return nil, err
	}
	if err := addSuperusers(work); err != nil {
		return nil, err
	}
	if err := fillFile(filepath.Join(work, "data.db"), d.fillDesk, `DELETE FROM sqlite_stat1; PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return nil, err
	}
	return d, os.Rename(work, d.dir)
}

// addSuperusers adds the superusers to a data folder, the first one as the owner.
func addSuperusers(dir string) error {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	superusers, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return err
	}
	for i, email := range deskModerators {
		record := core.NewRecord(superusers)
		record.SetEmail(email)
		record.SetPassword(password)
		record.Set("role", map[bool]string{true: "owner", false: "moderator"}[i == 0])
		if err := app.Save(record); err != nil {
			return err
		}
	}
	return app.ClearBootstrap()
}

// superuserTokens returns a token of each of the superusers of a data folder that no server uses.
func superuserTokens(dir string) (tokens []string, err error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	if err := app.Bootstrap(); err != nil {
		return nil, err
	}
	for _, email := range deskModerators {
		record, err := app.FindAuthRecordByEmail(core.CollectionNameSuperusers, email)
		if err != nil {
			return nil, err
		}
		token, err := record.NewAuthToken()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
	}
	return tokens, app.ClearBootstrap()
}

// fillDesk adds all rows by SQL alone.
func (d *dataset) fillDesk(tx *sql.Tx) error {
	if err := d.spread(tx); err != nil {
		return err
	}
	return d.addDeskRows(tx)
}

// run executes statements whose words in capitals stand for the numbers and expressions of the data.
func (d *dataset) run(tx *sql.Tx, statements ...string) error {
	const year = 365 * 24 * 3600
	now := time.Now().Unix()
	moderators := "CASE"
	for i, email := range deskModerators {
		moderators += fmt.Sprintf(" WHEN (i + i / 7) %% %d = %d THEN '%s'", len(deskModerators), i, email)
	}
	words := strings.NewReplacer(
		"USERS", fmt.Sprint(d.users), "ORDERS", fmt.Sprint(d.orders), "OPEN", fmt.Sprint(d.users/20), "DECIDED", fmt.Sprint(d.users/5), "MANY", fmt.Sprint(d.users/200),
		"PERFORMER", fmt.Sprint(busyPerformer), "PERSON", fmt.Sprint(reportedPerson), "MODERATOR", moderators+" END",
		"DAYS(", "(86400 * ", "YEAR", fmt.Sprint(year), "NOW", fmt.Sprint(now),
		"TIME(", "strftime('%Y-%m-%d %H:%M:%fZ', ", " SECONDS)", ", 'unixepoch')", "UPTO(", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ")
	for _, statement := range statements {
		if _, err := tx.Exec(words.Replace(statement)); err != nil {
			return fmt.Errorf("%s: %w", words.Replace(statement), err)
		}
	}
	return nil
}

// spread moves users, orders, their media and their history into the year until now. All orders but those of the last week that are new
// are overdue.
func (d *dataset) spread(tx *sql.Tx) error {
	return d.run(tx,
		`UPDATE users SET created = TIME(NOW - YEAR + CAST(id AS INTEGER) * YEAR / USERS SECONDS)`,
		`UPDATE orders SET performer = 'PERFORMER' WHERE CAST(id AS INTEGER) % 10 = 3 AND client <> 'PERFORMER'`,
		`UPDATE orders SET created = TIME(NOW - YEAR + CAST(id AS INTEGER) * YEAR / ORDERS SECONDS), reminded = 3`,
		`UPDATE orders SET date_till = TIME(unixepoch(created) + DAYS(7) SECONDS), updated = TIME(unixepoch(created) + CAST(id AS INTEGER) * 7919 % DAYS(3) SECONDS),
			rating_rate = iif(status = 'reviewed', 1 + CAST(id AS INTEGER) * 31 % 9 / 2.0, 0)`,
		`UPDATE orders SET took = unixepoch(updated) - unixepoch(created), delivered = updated WHERE status IN ('done', 'reviewed')`,
		`UPDATE orders SET cancel_date = updated WHERE status = 'cancelled'`,
		`UPDATE order_history SET (time, user) = (SELECT iif("from" = '', o.created, o.updated), iif(actor = 'performer', o.performer, o.client) FROM orders o WHERE o.id = "order")`,
		`UPDATE media SET (created, updated, user) = (SELECT o.updated, o.updated, o.performer FROM orders o WHERE o.id = "order") WHERE "order" <> ''`,
		`UPDATE media SET still = iif(CAST(id AS INTEGER) % 50 = 7, 'failed', 'ready'), preview = iif(CAST(id AS INTEGER) % 50 = 7, '', substr(file, 1, 32) || '.jpg') WHERE type = 'video'`,
		`UPDATE media SET hidden = TIME(NOW SECONDS), hidden_by = 'anna@example.com', remove_at = TIME(NOW + DAYS(30) SECONDS) WHERE CAST(id AS INTEGER) % 400 = 9`,
		`UPDATE devices SET device_id = 'shared-' || CAST(id AS INTEGER) % 20 WHERE CAST(id AS INTEGER) % 50 = 10`)
}

// addDeskRows adds what moderators look at and have done.
func (d *dataset) addDeskRows(tx *sql.Tx) error {
	// cases adds cases with a target each: a person, an order or a medium, by the kind.
	cases := func(id, from, kind, state, created, closed string) string {
		return from + `, k AS (SELECT i, ` + kind + ` AS kind, i * 37 % ORDERS + 1 AS o, i * 19 % USERS + 1 AS u FROM n),
			t AS (SELECT i, kind, CASE WHEN kind IN ('word', 'blocked', 'appeal') OR kind = 'report' AND i % 3 = 0 THEN 'user' WHEN kind = 'report' AND i % 3 = 1 THEN 'media' ELSE 'order' END AS what, o, u FROM k)
			INSERT INTO cases (id, target, user, "order", media, kinds, state, verdict, quote, word, rev, due, created, updated, closed, closed_by, taken_by, taken_until, called)
			SELECT '` + id + `' || i, what || ' ' || iif(what = 'order', o, u), CASE what WHEN 'order' THEN (SELECT performer FROM orders WHERE id = CAST(o AS TEXT)) ELSE CAST(u AS TEXT) END,
				iif(what = 'order', CAST(o AS TEXT), ''), iif(what = 'media', CAST(u AS TEXT), ''), json_array(kind), '` + state + `',
				` + closed + `, 'Что было сказано, дело ' || i, iif(kind = 'word', 'слово', ''), 1, TIME(` + created + ` + DAYS(1) SECONDS), TIME(` + created + ` SECONDS), TIME(` + created + ` SECONDS), ` +
			`iif('` + state + `' = 'closed', TIME(` + created + ` + 3600 + i * 7919 % DAYS(1.2) SECONDS), ''), iif('` + state + `' = 'closed', MODERATOR, ''),
				iif('` + state + `' = 'open' AND i % 25 = 0, MODERATOR, ''), iif('` + state + `' = 'open' AND i % 25 = 0, TIME(NOW + DAYS(40) SECONDS), ''), TIME(` + created + ` SECONDS) FROM t WHERE true`
	}
	const kinds = `json_extract('["report","report","report","word","low","first","appeal","blocked"]', '$[' || (i % 8) || ']')`
	const verdicts = `json_extract('["nothing","nothing","warned","hidden","cancelled","banned"]', '$[' || (i % 6) || ']')`
	const acts = `json_extract('["verdict","hide","show","warn","ban","unban","note","status","cancel","contacts","edit","sign-out"]', '$[' || (i % 12) || ']')`
	return d.run(tx,
		cases("open", `UPTO(OPEN)`, kinds, "open", `NOW - i * 100 % DAYS(2)`, `''`)+` ON CONFLICT DO NOTHING`,
		`INSERT INTO cases (id, target, user, "order", kinds, state, due, rev, created, called)
			SELECT 'late' || id, 'order ' || id, performer, id, '["overdue"]', 'open', TIME(unixepoch(date_till) + DAYS(1) SECONDS), 1, date_till, date_till FROM orders
			WHERE status = 'new' AND date_till > TIME(NOW - DAYS(7) SECONDS) AND date_till < TIME(NOW SECONDS) ON CONFLICT DO NOTHING`,
		`DELETE FROM cases WHERE id IN (SELECT id FROM cases WHERE state = 'open' AND id GLOB 'open*' LIMIT max(0, (SELECT count(*) FROM cases WHERE state = 'open') - OPEN))`,
		cases("done", `UPTO(DECIDED)`, kinds, "closed", `NOW - DAYS(3) - i * 6007 % (YEAR - DAYS(3))`, verdicts),
		// The person who was reported most: in one open case, and in others that led to nothing.
		`INSERT INTO cases (id, target, user, kinds, state, verdict, due, rev, created, called, closed, closed_by)
			UPTO(20) SELECT 'person' || i, 'user PERSON', 'PERSON', '["report"]', iif(i = 1, 'open', 'closed'), iif(i = 1, '', 'nothing'), TIME(NOW - i * DAYS(9) + DAYS(1) SECONDS), max(1, MANY / 20),
			TIME(NOW - i * DAYS(9) SECONDS), TIME(NOW SECONDS), iif(i = 1, '', TIME(NOW - i * DAYS(9) + 7200 SECONDS)), iif(i = 1, '', MODERATOR) FROM n WHERE true ON CONFLICT DO NOTHING`,
		`INSERT INTO reports (id, "case", reporter, target, reason, text, state, verdict, place, kept, kept_until, created, updated, closed)
			UPTO(MANY) SELECT 'person' || i, 'person' || (i % 20 + 1), CAST(i * 11 + 11 AS TEXT), 'user PERSON', 'spam', 'Пишет всем подряд, ' || i, iif(i % 20 = 0, 'open', 'closed'), iif(i % 20 = 0, '', 'nothing'), 1,
			iif(i % 20 = 0, '{"texts":{"nickname":"x"}}', NULL), '', TIME(NOW - (i % 20 + 1) * DAYS(9) + i SECONDS), '', '' FROM n`,
		`INSERT INTO reports (id, "case", reporter, target, reason, text, state, verdict, place, kept_until, created, updated, closed)
			SELECT 'r' || j || c.id, c.id, CAST((c.rowid * 31 + j) % USERS + 1 AS TEXT), c.target, json_extract('["spam","abuse","fraud","other"]', '$[' || (c.rowid % 4) || ']'), 'Посмотрите, пожалуйста', c.state, c.verdict, 1, '', c.created, '', c.closed
			FROM cases c, (SELECT 1 AS j UNION SELECT 2) WHERE c.kinds = '["report"]' AND c.id NOT GLOB 'person*'`,
		`INSERT INTO signals (id, "case", target, kind, word, text, place, created)
			SELECT 's' || c.id, c.id, c.target, kinds ->> 0, iif(c.id GLOB 'late*', (SELECT date_till FROM orders WHERE id = c."order"), c.word), 'Подробности', 1, c.created FROM cases c WHERE c.kinds <> '["report"]'`,
		`INSERT INTO audit (id, at, actor, role, act, target_kind, target, user, "order", "case", reason, before, after)
			UPTO(USERS) SELECT 'a' || i, TIME(NOW - YEAR + i * YEAR / USERS SECONDS), MODERATOR, 'moderator', `+acts+`, iif(i % 3 = 0, 'order', 'user'), w, iif(i % 3 = 0, '', w), iif(i % 3 = 0, w, ''), '',
			'Потому что', '{"status":"new"}', '{"status":"cancelled","note":"`+strings.Repeat("x", 60)+`"}' FROM (SELECT i, CAST(iif(i % 40 = 1, PERSON, i * 23 % USERS + 1) AS TEXT) AS w FROM n)`,
		`INSERT INTO bans (id, user, reason, by, until, since, lifted, lifted_by) UPTO(2 * MANY) SELECT 'b' || i, CAST(i * 97 % USERS + 1 AS TEXT), 'Обман', MODERATOR, '', TIME(NOW - i * 3600 SECONDS), iif(i % 2, TIME(NOW - i * 600 SECONDS), ''), '' FROM n WHERE true ON CONFLICT DO NOTHING`,
		`UPDATE users SET banned = 1, ban_reason = 'Обман', moderated_at = TIME(NOW SECONDS), moderated_by = 'anna@example.com' WHERE id IN (SELECT user FROM bans WHERE lifted = '')`,
		`INSERT INTO notes (id, user, "order", text, by, created) UPTO(10 * MANY) SELECT 'n' || i, iif(i % 2, CAST(iif(i % 20 = 1, PERSON, i) AS TEXT), ''), iif(i % 2, '', CAST(i AS TEXT)), 'Звонил в поддержку', MODERATOR, TIME(NOW - i * 900 SECONDS) FROM n`,
		`INSERT INTO warnings (id, user, text, by, created) UPTO(4 * MANY) SELECT 'w' || i, CAST(iif(i % 20 = 1, PERSON, i) AS TEXT), 'Так нельзя', MODERATOR, TIME(NOW - i * 900 SECONDS) FROM n`,
		`INSERT INTO pushes (id, event, type, receiver, "order", device, state, error, tries, sender, sent, created, updated)
			SELECT 'p' || o.id || k.j, 'order-' || o.id || '-' || k.j, 'order.created', o.performer, o.id, o.performer, s, iif(s = 'failed', 'Requested entity was not found. (UNREGISTERED)', ''), 1, 'fcm', iif(s = 'sent', o.created, ''), o.created, o.created
			FROM orders o, (SELECT 1 AS j UNION SELECT 2 UNION SELECT 3) k, (SELECT 0 AS f, 'sent' AS s UNION SELECT 1, 'failed' UNION SELECT 2, 'expired') e
			WHERE o.created > TIME(NOW - DAYS(29) SECONDS) AND e.f = CASE (CAST(o.id AS INTEGER) + k.j) % 25 WHEN 7 THEN 1 WHEN 8 THEN 2 ELSE 0 END`,
		`INSERT INTO push_hours (hour, state, count) UPTO(365 * 24) SELECT NOW / 3600 - i, s, 20 FROM n, (SELECT 'sent' AS s UNION SELECT 'failed' UNION SELECT 'expired') WHERE true ON CONFLICT DO NOTHING`,
		`INSERT INTO mails (id, kind, user, superuser, language, state, error, tries, sent, created, updated)
			UPTO(10 * MANY) SELECT 'm' || i, 'password', CAST(i AS TEXT), '', 'ru', iif(i % 3 = 0, 'failed', 'sent'), iif(i % 3 = 0, '550 no such mailbox', ''), 1, '', TIME(NOW - i * 400 SECONDS), TIME(NOW - i * 400 SECONDS) FROM n`)
}
