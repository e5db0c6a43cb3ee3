package pb_migrations

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// figures has what the desk's charts count, by hour: a year of orders is summed up from some thousand rows, and pushes are deleted
// after a month. hour counts from 1970 in UTC. Triggers maintain it, so that no way to write can bypass them.
//
//	name      hour of             key             total
//	orders    the order           its status
//	ratings   the order           1 to 5, rounded   of the ratings
//	delivery  the delivery                          of the seconds since the order
//	signups   the sign-up         the role
//	pushes    the outcome         sent, failed, expired
func init() {
	const (
		hour     = `coalesce(CAST(strftime('%s', TIME) AS INTEGER), 0) / 3600`
		conflict = ` ON CONFLICT (name, hour, key) DO UPDATE SET count = count + excluded.count, total = total + excluded.total;`
		seconds  = `coalesce((julianday(ROW.time) - julianday(o.created)) * 86400, 0)`
	)
	// counted are the rows of a table that are counted: each is a SELECT of name, time, key, count and total.
	orders := `SELECT 'orders' AS name, ROW.created AS time, ROW.status AS key, 1 AS count, 0 AS total`
	ratings := `SELECT 'ratings' AS name, ROW.created AS time, CAST(CAST(ROW.rating_rate + 0.5 AS INTEGER) AS TEXT) AS key, 1 AS count, ROW.rating_rate AS total WHERE ROW.rating_rate > 0`
	signups := `SELECT 'signups' AS name, ROW.created AS time, ROW.role AS key, 1 AS count, 0 AS total`
	delivery := `SELECT 'delivery' AS name, ROW.time AS time, '' AS key, 1 AS count, ` + seconds + ` AS total FROM orders o WHERE o.id = ROW."order" AND ROW."from" = 'new' AND ROW."to" = 'done'`
	pushes := `SELECT 'pushes' AS name, ROW.updated AS time, ROW.state AS key, 1 AS count, 0 AS total WHERE ROW.state IN ('sent', 'failed', 'expired')`

	add := func(row, counted, sign string) string {
		return `INSERT INTO figures (name, hour, key, count, total)
			SELECT name, ` + strings.ReplaceAll(hour, "TIME", "time") + `, key, ` + sign + `count, ` + sign + `total FROM (` + strings.ReplaceAll(counted, "ROW", row) + `) WHERE true` + conflict
	}
	type trigger struct{ name, event, when, body string }
	var triggers []trigger
	// follow adds the triggers that keep the count of a table's rows as its columns change.
	follow := func(table, counted, columns string) {
		changed := ""
		for column := range strings.SplitSeq(columns, ", ") {
			changed += ` OR old.` + column + ` <> new.` + column
		}
		name := "figures_" + strings.Trim(strings.SplitN(counted, "'", 3)[1], "'")
		triggers = append(triggers,
			trigger{name + "_insert", "INSERT ON " + table, "true", add("new", counted, "")},
			trigger{name + "_update", "UPDATE OF " + columns + " ON " + table, strings.TrimPrefix(changed, " OR "), add("old", counted, "-") + add("new", counted, "")},
			trigger{name + "_delete", "DELETE ON " + table, "true", add("old", counted, "-")})
	}
	follow("orders", orders, "status, created")
	follow("orders", ratings, "rating_rate, created")
	follow("users", signups, "role, created")
	triggers = append(triggers,
		trigger{"figures_delivery_insert", "INSERT ON order_history", `new."to" = 'done'`, add("new", delivery, "")},
		trigger{"figures_delivery_update", "UPDATE OF time ON order_history", `new."to" = 'done'`, add("old", delivery, "-") + add("new", delivery, "")},
		trigger{"figures_pushes_update", "UPDATE OF state ON pushes", `old.state <> new.state AND new.state IN ('sent', 'failed', 'expired')`, add("new", pushes, "")})

	// sum counts the rows that a table has already.
	sum := func(table, counted string) string {
		if strings.Contains(counted, " FROM ") {
			counted = strings.Replace(counted, " FROM orders o", " FROM "+table+" CROSS JOIN orders o", 1)
		} else if head, where, found := strings.Cut(counted, " WHERE "); found {
			counted = head + " FROM " + table + " WHERE " + where
		} else {
			counted += " FROM " + table
		}
		return `INSERT INTO figures (name, hour, key, count, total) SELECT name, ` + strings.ReplaceAll(hour, "TIME", "time") + ` AS h, key, sum(count), sum(total)
			FROM (` + strings.ReplaceAll(counted, "ROW", table) + `) GROUP BY name, h, key;`
	}
	migrations.Register(func(app core.App) error {
		text := `CREATE TABLE figures (
				name  TEXT NOT NULL,
				hour  INTEGER NOT NULL,
				key   TEXT NOT NULL,
				count INTEGER NOT NULL,
				total REAL NOT NULL,
				PRIMARY KEY (name, hour, key)
			) WITHOUT ROWID;` + sum("orders", orders) + sum("orders", ratings) + sum("users", signups) + sum("order_history", delivery) + sum("pushes", pushes)
		for _, t := range triggers {
			text += `CREATE TRIGGER ` + t.name + ` AFTER ` + t.event + ` WHEN ` + t.when + ` BEGIN ` + t.body + ` END;`
		}
		return execute(app, text)
	}, func(app core.App) error {
		text := ""
		for _, t := range triggers {
			text += `DROP TRIGGER ` + t.name + `;`
		}
		return execute(app, text+`DROP TABLE figures;`)
	})
}
