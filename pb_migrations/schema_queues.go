package pb_migrations

import "github.com/pocketbase/pocketbase/core"

// queues are the views of what a moderator should look at; only superusers can read them. The dashboard lists views
// after all other collections, sorted by name. The first column after the id opens the record that the row is about.
var queues = []struct{ name, query string }{
	{"queue_banned", `SELECT u.id, u.id AS person, u.ban_reason, u.banned_until, u.moderated_by, u.moderated_at
		FROM users u WHERE u.banned = 1 AND u.erased = '' ORDER BY u.moderated_at DESC`},
	{"queue_failed_pushes", `SELECT p.id, p.id AS push, p.receiver, p.type, p.error, p.tries, p.created
		FROM pushes p WHERE p.state IN ('failed', 'expired') ORDER BY p.created DESC`},
	{"queue_low_ratings", `SELECT o.id, o.id AS reviewed_order, o.rating_rate, o.rating_text, o.client, o.performer, o.updated
		FROM orders o WHERE o.status = 'reviewed' AND o.rating_rate <= 2 ORDER BY o.updated DESC`},
	{"queue_new_performers", `SELECT u.id, u.id AS person, u.categories, u.price, u.created
		FROM users u WHERE u.role = 'performer' AND u.banned = 0 AND u.created > strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-30 days')
		AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.performer = u.id) ORDER BY u.created DESC`},
	{"queue_overdue_orders", `SELECT o.id, o.id AS new_order, o.date_till, o.client, o.performer, o.created
		FROM orders o WHERE o.status = 'new' AND o.date_till < strftime('%Y-%m-%d %H:%M:%fZ', 'now') ORDER BY o.date_till`},
}

func createQueues(app core.App) error {
	for _, queue := range queues {
		view := core.NewViewCollection(queue.name)
		view.ViewQuery = queue.query
		if err := app.Save(view); err != nil {
			return err
		}
	}
	return nil
}

func deleteQueues(app core.App) error {
	for _, queue := range queues {
		if err := deleteCollection(queue.name)(app); err != nil {
			return err
		}
	}
	return nil
}
