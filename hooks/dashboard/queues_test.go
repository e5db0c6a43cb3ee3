package dashboard_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// The queues list what needs a moderator's attention, and each row links to the record that it is about.
func TestDeskQueues(t *testing.T) {
	s := testkit.Start(t)
	client, performer, idle, banned := s.Client(), s.Performer(), s.Performer(), s.Performer()
	s.AddDevice(performer, "performer", "en")
	dashboard := s.Dashboard()
	var orders []int
	for range 4 {
		orders = append(orders, s.Order(client, performer))
	}
	rate := func(order int, rating float64) {
		s.Finish(performer, order).Want(200)
		s.Post(fmt.Sprintf("order/update/%d", order)).As(client.Token).JSON(map[string]any{"rating_rate": rating, "rating_text": "So"}).Do().Want(200)
	}
	rate(orders[0], 2)
	rate(orders[1], 2.5)
	dashboard.Change("orders", orders[2], map[string]any{"date_till": time.Now().UTC().Add(-time.Second).Format(time.RFC3339)}).Want(200)
	dashboard.Change("users", banned.ID, map[string]any{"banned": true, "ban_reason": "Spam", "banned_until": "2099-01-01 00:00:00"}).Want(200)
	s.Exec(`UPDATE pushes SET state = 'failed', error = 'Unknown' WHERE "order" = '%d' AND type = 'order.created'`, orders[0])

	for _, want := range []struct {
		queue, link string
		id          int
		shows       map[string]any
	}{
		{"queue_overdue_orders", "new_order", orders[2], map[string]any{"client": "1", "performer": "2"}},
		{"queue_new_performers", "person", idle.ID, map[string]any{"price": 2.99, "categories": "[comedian]"}},
		{"queue_low_ratings", "reviewed_order", orders[0], map[string]any{"rating_rate": 2.0, "rating_text": "So", "performer": "2"}},
		{"queue_banned", "person", banned.ID, map[string]any{"ban_reason": "Spam", "banned_until": "2099-01-01 00:00:00.000Z", "moderated_by": "owner@example.com"}},
		{"queue_failed_pushes", "receiver", performer.ID, map[string]any{"error": "Unknown", "type": "order.created"}},
	} {
		t.Run(want.queue, func(t *testing.T) {
			s, dashboard := s.WithT(t), dashboard.WithT(t)
			rows := dashboard.List(want.queue)
			if len(rows) != 1 || rows[0][want.link] != fmt.Sprint(want.id) {
				t.Fatalf("%s: %v", want.queue, rows)
			}
			for field, value := range want.shows {
				if fmt.Sprint(rows[0][field]) != fmt.Sprint(value) {
					t.Errorf("%s: %s is %v", want.queue, field, rows[0][field])
				}
			}
			path := "/api/" + dashboard.Path(want.queue, nil)
			s.Get(path).As(client.Token).Do().Want(401)
			s.Get(path).Do().Want(401)
			var expanded struct {
				Items []struct{ Expand map[string]any }
			}
			dashboard.Request(http.MethodGet, dashboard.Path(want.queue, nil)+"?expand="+want.link).Do().Want(200).Into(&expanded)
			if expanded.Items[0].Expand[want.link] == nil {
				t.Errorf("%s does not link to %s", want.queue, want.link)
			}
		})
	}
	// An erased user needs no more attention.
	dashboard.Change("users", banned.ID, map[string]any{"erase": banned.Email}).Want(200)
	if rows := dashboard.List("queue_banned"); len(rows) != 0 {
		t.Errorf("erased and in the queue: %v", rows)
	}
}

// Each field that a moderator edits has a help text, and internal fields are hidden.
func TestDeskFields(t *testing.T) {
	s := testkit.Start(t)
	for _, name := range []string{"users", "orders", "order_history", "media", "devices", "invite_tokens", "pushes"} {
		collection, err := s.App.FindCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		presentable := 0
		for _, field := range collection.Fields {
			data := map[string]any{}
			encode(t, field, &data)
			internal := slices.Contains([]string{"email_key", "search", "password_set", "rev", "reminded", "delivered", "took", "still_tries", "still_version", "token", "tokenKey", "password"}, field.GetName())
			if internal != (data["hidden"] == true) && !slices.Contains([]string{"verified", "emailVisibility", "id"}, field.GetName()) {
				t.Errorf("%s.%s: hidden %v", name, field.GetName(), data["hidden"])
			}
			if data["presentable"] == true {
				presentable++
			}
			if plain := []string{"created", "updated", "emailVisibility", "tokenKey"}; data["help"] == "" && (name == "users" || name == "orders") && !slices.Contains(plain, field.GetName()) {
				t.Errorf("%s.%s has no help", name, field.GetName())
			}
		}
		if presentable == 0 && name != "order_history" {
			t.Errorf("a relation to %s shows nothing", name)
		}
	}
}
