package e2e

import (
	"fmt"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// One order from sign-up to its rating, by the requests that the apps send.
func TestWholeOrder(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	if client.ID != 1 || performer.ID != 2 {
		t.Fatalf("ids %d and %d", client.ID, performer.ID)
	}
	id := s.Order(client, performer)
	view := fmt.Sprintf("order/view/%d", id)
	update := fmt.Sprintf("order/update/%d", id)

	s.Post(update).As(performer.Token).JSON(`{"status":2}`).Do().WantError("media", "The media field is required.")
	done := s.Finish(performer, id).Want(200).Map()
	if done.Int("data", "status") != 2 || done.Len("data", "media") != 1 || done.Int("data", "media", 0, "user_id") != performer.ID {
		t.Fatalf("done: %v", done)
	}
	s.Post(update).As(client.Token).JSON(`{"status":3}`).Do().WantError("status", "The selected status is invalid.")
	s.Post(update).As(client.Token).Form("status", "4").Do().WantError("rating_rate", "The rating rate field is required.")
	s.Post(update).As(client.Token).JSON(`{"rating_rate":"4.5","rating_text":" Lovely "}`).Do().Want(200)
	seen := s.Get(view).As(performer.Token).Do().Want(200).Map()
	if seen.Int("data", "status") != 4 || seen.At("data", "rating_rate") != 4.5 || seen.String("data", "rating_text") != "Lovely" {
		t.Fatalf("reviewed: %v", seen)
	}
	if seen.String("data", "client", "email") != client.Email || seen.String("data", "performer", "email") != performer.Email {
		t.Fatalf("the participants don't see each other's data: %v", seen)
	}
	list := s.Get("order/search?status=4").As(client.Token).Do().Want(200).Map()
	if list.Int("meta", "total") != 1 || list.Int("data", 0, "id") != id {
		t.Fatalf("search: %v", list)
	}
	s.Get(view).As(s.Client().Token).Do().Want(404).WantJSON(`{"status":"error","message":"Not found"}`)
	if log := s.Log.String(); log != "" {
		t.Fatal(log)
	}
}
