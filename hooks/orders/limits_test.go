package orders_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
)

// orderForm is the body of an order for a performer.
func orderForm(performer testkit.Person) map[string]any {
	return map[string]any{"performer_id": performer.ID, "description": "Please greet my aunt", "date_till": "2030-10-02 12:36:51"}
}

const tooManyOpen = "Too many open orders."

// limited turns on the rate limit, and with it the limits of open orders.
func limited(s *settings.Settings) { s.RateLimit = 1000 }

// A client can have three new orders with a performer, and twenty in all. Orders that are no longer new, a moderator's
// orders and retries don't count against anybody.
func TestOpenOrders(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, limited)
	client, performer := s.Client(), s.Performer()
	create := func(p testkit.Person) *testkit.Answer {
		return s.Post("order/create").As(client.Token).JSON(orderForm(p)).Do()
	}
	keyed := func(key string) *testkit.Answer {
		return s.Post("order/create").As(client.Token).Header("Idempotency-Key", key).JSON(orderForm(performer)).Do()
	}
	first := keyed("first").Want(200).Map().Int("data", "id")
	create(performer).Want(200)
	third := keyed("third").Want(200)
	create(performer).WantError("performer_id", tooManyOpen)
	keyed("fourth").WantError("performer_id", tooManyOpen)
	keyed("third").Want(200).WantJSON(string(third.Body)) // a retry creates nothing
	other := s.Client()
	s.Order(other, performer) // somebody else's count is their own

	dashboard := s.Dashboard()
	form := map[string]any{"client": fmt.Sprint(client.ID), "performer": fmt.Sprint(performer.ID), "status": "new",
		"description": "By phone", "date_till": "2030-10-02 12:36:51"}
	dashboard.Create("orders", form).Want(200)
	create(performer).WantError("performer_id", tooManyOpen)
	s.Finish(performer, first).Want(200)
	create(performer).WantError("performer_id", tooManyOpen) // the moderator's is one of the three
	s.Post(fmt.Sprint("order/update/", first+1)).As(client.Token).JSON(`{"status":3}`).Do().Want(200)
	create(performer).Want(200)

	second := s.Performer()
	for open := 3; open < 20; open++ {
		s.Exec("UPDATE orders SET performer = '%d'", second.ID)
		create(performer).Want(200)
	}
	create(performer).WantError("performer_id", tooManyOpen)
	create(client).WantError("performer_id", "The selected performer id is invalid.")
	if open := s.Count(fmt.Sprintf("orders WHERE client = '%d' AND status = 'new'", client.ID)); open != 20 {
		t.Errorf("%d open orders", open)
	}
	dashboard.Create("orders", form).Want(200)
	dashboard.Change("orders", first, map[string]any{"status": "new"}).Want(200)
	s.WantCleanLog()
}

// Of orders that are created at once no more succeed than are allowed.
func TestOpenOrdersAtOnce(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, limited)
	client, performer := s.Client(), s.Performer()
	var created atomic.Int64
	testkit.Concurrently(20, func(int) {
		answer := s.Post("order/create").As(client.Token).JSON(orderForm(performer)).Do()
		if answer.Status == http.StatusOK {
			created.Add(1)
		} else if answer.Status != http.StatusTooManyRequests {
			t.Errorf("%d: %s", answer.Status, answer.Body)
		}
	})
	if open := s.Count("orders"); created.Load() != 3 || open != 3 {
		t.Errorf("%d succeeded, there are %d", created.Load(), open)
	}
}

// Without a rate limit open orders are not limited.
func TestOpenOrdersWithoutRateLimit(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	for range 21 {
		s.Order(client, performer)
	}
}

// An order has room for 20 files. A further one is refused before it is read as a picture or a video, to the performer and
// to a moderator, and nothing of it stays.
func TestMediaOfAnOrder(t *testing.T) {
	t.Parallel()
	const full = "The media field must not have more than 20 items."
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	order := s.Order(client, performer)
	update := fmt.Sprint("order/update/", order)
	add := func(by testkit.Person, file testkit.File, pairs ...string) *testkit.Answer {
		return s.Post(update).As(by.Token).Multipart([]testkit.File{file}, pairs...).Do()
	}
	for range 18 {
		add(performer, testkit.Picture()).Want(200)
	}
	// Of files that arrive at once two have room.
	var added atomic.Int64
	testkit.Concurrently(6, func(int) {
		if answer := add(performer, testkit.Picture()); answer.Status == http.StatusOK {
			added.Add(1)
		} else {
			answer.WantError("media", full)
		}
	})
	if count := s.Count(fmt.Sprintf(`media WHERE "order" = '%d'`, order)); added.Load() != 2 || count != 20 {
		t.Fatalf("%d were added, there are %d", added.Load(), count)
	}
	stored := len(s.AwaitStored(22)) // with the two profile pictures
	damaged := testkit.File{Field: "media", Name: "me.png", Type: "image/png", Content: testkit.PNG()[:40]}
	add(performer, damaged).WantError("media", full)
	add(performer, testkit.Clip(1<<20), "status", "2").WantError("media", full)
	add(performer, testkit.Picture(), "status", "4").WantError("status", "The selected status is invalid.")
	add(client, damaged).Want(200) // files of a client are ignored
	add(client, testkit.Picture(), "status", "2").WantError("status", "The selected status is invalid.")

	dashboard := s.Dashboard()
	upload := func(content []byte) *testkit.Answer {
		return dashboard.Request(http.MethodPost, dashboard.Path("media", nil)).Multipart([]testkit.File{
			{Field: "file", Name: "me.png", Type: "image/png", Content: content}}, "user", fmt.Sprint(performer.ID), "order", fmt.Sprint(order)).Do()
	}
	refused := upload(damaged.Content)
	refused.WantFields("file")
	if message := refused.Map().String("data", "file", "message"); message != full {
		t.Errorf("the moderator reads %q", message)
	}
	if now := len(s.AwaitStored(stored)); now != stored {
		t.Errorf("%d files are stored, were %d", now, stored)
	}

	s.Post(update).As(performer.Token).JSON(`{"status":2}`).Do().Want(200)
	rows := dashboard.List("media")
	dashboard.Delete("media", rows[len(rows)-1]["id"]).Want(204)
	upload(testkit.PNG()).Want(200)
	upload(testkit.PNG()).WantFields("file")
	add(client, testkit.Picture(), "rating_rate", "5").Want(200)
	add(performer, damaged).WantError("media", "The media field is prohibited.")
	s.WantCleanLog()
}
