package gate_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

// stream is an event stream, as a browser's EventSource opens it.
type stream struct {
	s      *testkit.Server
	id     string
	events chan string // the names of the events; closed when the stream ends
}

// openStream opens a stream until the test ends. A browser sends no token here; other clients may.
func openStream(t *testing.T, s *testkit.Server, token ...string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/realtime", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header["Authorization"] = token
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); answer.Body.Close() })
	if answer.StatusCode != 200 {
		t.Fatal(answer.Status)
	}
	lines := bufio.NewScanner(answer.Body)
	opened := &stream{s: s, events: make(chan string, 100)}
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data:"); ok {
			var connected struct{ ClientID string }
			if err := json.Unmarshal([]byte(data), &connected); err != nil {
				t.Fatal(err)
			}
			opened.id = connected.ClientID
			break
		}
	}
	go func() {
		defer close(opened.events)
		for lines.Scan() {
			if name, ok := strings.CutPrefix(lines.Text(), "event:"); ok {
				opened.events <- strings.TrimSpace(name)
			}
		}
	}()
	return opened
}

// subscribe sets the topics of a stream.
func (st *stream) subscribe(token string, topics ...string) *testkit.Answer {
	return st.s.Post("/api/realtime").As(token).JSON(map[string]any{"clientId": st.id, "subscriptions": topics}).Do()
}

// Moderators get the desk's events and those of no collection, whatever they subscribe to; a former owner, too.
func TestEvents(t *testing.T) {
	s := testkit.Start(t)
	person := s.Client()
	owner, token := s.Dashboard(), s.Moderator()
	users, err := s.App.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	moderators := openStream(t, s, token)
	for _, topic := range []string{"users/*", "users", fmt.Sprint("users/", person.ID), users.Id + "/*", users.Id, "USERS/*", "desk/*", "desk/cases?options={}", "desk/../users", "", "@oauth2"} {
		moderators.subscribe(token, "desk/cases", topic).Want(403)
	}
	s.Post("/api/realtime").As(token).JSON(map[string]any{"clientId": moderators.id, "subscriptions": []string{}, "Subscriptions": []string{"users/*"}}).Do().Want(403)
	s.Post("/api/realtime").As(token).Raw("application/x-www-form-urlencoded", strings.NewReader("clientId="+moderators.id+"&subscriptions=users/*")).Do().Want(400)
	moderators.subscribe("", "desk/cases").Want(401)
	moderators.subscribe(person.Token, "desk/cases").Want(401)
	moderators.subscribe(token, "desk/cases").Want(204)

	second := map[string]any{"email": "second@example.com", "password": testkit.SuperuserPassword, "passwordConfirm": testkit.SuperuserPassword, "role": "owner"}
	id := owner.Create("_superusers", second).Want(200).Map().String("id")
	former := openStream(t, s)
	formersToken := signIn(s, "192.0.2.1", "second@example.com", testkit.SuperuserPassword).Want(200).Map().String("token")
	former.subscribe(formersToken, "users/*", "desk/cases").Want(204)
	owners := openStream(t, s, owner.Token())
	owners.subscribe(owner.Token(), "users/*", "desk/cases").Want(204)

	want := func(st *stream, name string) {
		t.Helper()
		if got := <-st.events; got != name {
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
	for _, st := range []*stream{former, owners, moderators} {
		want(st, "desk/cases") // and nothing before
	}

	// Nor does a deleted one.
	owner.Delete("_superusers", id).Want(204)
	tell()
	want(owners, "desk/cases")
	want(moderators, "desk/cases")
	select {
	case name := <-former.events:
		t.Errorf("a deleted superuser's stream got %q", name)
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
	moderators, anonymous := openStream(t, s), openStream(t, s)
	moderators.subscribe(token, "desk/cases").Want(204)
	for range 256 {
		openStream(t, s)
	}
	if name, open := <-anonymous.events; open {
		t.Errorf("the event %q", name)
	}
	for _, client := range s.App.SubscriptionsBroker().Clients() {
		client.Send(subscriptions.Message{Name: "desk/cases", Data: []byte(`{}`)})
	}
	if name := <-moderators.events; name != "desk/cases" {
		t.Errorf("the event %q", name)
	}
}
