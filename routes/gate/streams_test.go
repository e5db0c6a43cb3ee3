package gate_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

// Moderators get the desk's events and those of no collection, whatever they subscribe to; a former owner, too.
func TestEvents(t *testing.T) {
	s := testkit.Start(t)
	person := s.Client()
	owner, token := s.Dashboard(), s.Moderator()
	users, err := s.App.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	moderators := s.OpenStream(token)
	for _, topic := range []string{"users/*", "users", fmt.Sprint("users/", person.ID), users.Id + "/*", users.Id, "USERS/*", "desk/*", "desk/cases?options={}", "desk/../users", "", "@oauth2"} {
		moderators.Subscribe(token, "desk/cases", topic).Want(403)
	}
	s.Post("/api/realtime").As(token).JSON(map[string]any{"clientId": moderators.ID, "subscriptions": []string{}, "Subscriptions": []string{"users/*"}}).Do().Want(403)
	s.Post("/api/realtime").As(token).Raw("application/x-www-form-urlencoded", strings.NewReader("clientId="+moderators.ID+"&subscriptions=users/*")).Do().Want(400)
	moderators.Subscribe("", "desk/cases").Want(401)
	moderators.Subscribe(person.Token, "desk/cases").Want(401)
	moderators.Subscribe(token, "desk/cases").Want(204)

	second := map[string]any{"email": "second@example.com", "password": testkit.SuperuserPassword, "passwordConfirm": testkit.SuperuserPassword, "role": "owner"}
	id := owner.Create("_superusers", second).Want(200).Map().String("id")
	former := s.OpenStream()
	formersToken := signIn(s, "192.0.2.1", "second@example.com", testkit.SuperuserPassword).Want(200).Map().String("token")
	former.Subscribe(formersToken, "users/*", "desk/cases").Want(204)
	owners := s.OpenStream(owner.Token())
	owners.Subscribe(owner.Token(), "users/*", "desk/cases").Want(204)

	want := func(st *testkit.Stream, name string) {
		t.Helper()
		if got := <-st.Events; got.Name != name {
			t.Fatalf("the event %q, want %q", got, name)
		}
	}
	change := func(name string) { owner.Change("users", person.ID, map[string]any{"name": name}).Want(200) }
	tell := func() {
		for _, client := range s.App.SubscriptionsBroker().Clients() {
			if client.HasSubscription("desk/cases") {
				client.Send(subscriptions.Message{Name: "desk/cases", Data: []byte(`{}`)})
			}
		}
	}
	change("A")
	want(former, "users/*")
	want(owners, "users/*")
	owner.Request(http.MethodPatch, owner.Path("_superusers", id)).JSON(`{"role":"moderator"}`).Do().Want(200)
	change("B")
	want(owners, "users/*")
	tell()
	for _, st := range []*testkit.Stream{former, owners, moderators} {
		want(st, "desk/cases") // and nothing before
	}

	// Nor does a deleted one.
	owner.Delete("_superusers", id).Want(204)
	tell()
	want(owners, "desk/cases")
	want(moderators, "desk/cases")
	select {
	case event := <-former.Events:
		t.Errorf("a deleted superuser's stream got %q", event)
	default:
	}
	desk := core.NewBaseCollection("desk")
	if err := s.App.Save(desk); err == nil {
		t.Error("a collection sends its records on the desk's topics")
	}
}

// Of the anonymous streams the oldest make room for others, and a moderator's stays.
func TestAnonymousStreams(t *testing.T) {
	if testing.Short() {
		t.Skip("opens many connections")
	}
	s := testkit.Start(t)
	token := s.Moderator()
	moderators, anonymous := s.OpenStream(), s.OpenStream()
	moderators.Subscribe(token, "desk/cases").Want(204)
	for range 256 {
		s.OpenStream()
	}
	if event, open := <-anonymous.Events; open {
		t.Errorf("the event %q", event)
	}
	for _, client := range s.App.SubscriptionsBroker().Clients() {
		client.Send(subscriptions.Message{Name: "desk/cases", Data: []byte(`{}`)})
	}
	if event := <-moderators.Events; event.Name != "desk/cases" {
		t.Errorf("the event %q", event)
	}
}
