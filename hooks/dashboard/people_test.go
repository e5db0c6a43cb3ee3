package dashboard_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// A user's or media item's form with an impossible state is rejected with a message on the field, and nothing changes.
func TestDeskPeopleForms(t *testing.T) {
	s := testkit.Start(t)
	client, performer, other := s.Client(), s.Performer(), s.Performer()
	dashboard := s.Dashboard()
	order := s.Order(client, performer)
	s.Finish(performer, order).Want(200)
	s.Order(client, performer)
	long := strings.Repeat("x", 256)
	for _, c := range []struct {
		collection string
		id         int
		fields     map[string]any
		wrong      []string
	}{
		{"users", 1, map[string]any{"email": "no address"}, []string{"email"}},
		{"users", 1, map[string]any{"email": ""}, []string{"email"}},
		{"users", 1, map[string]any{"email": strings.ToUpper(performer.Email)}, []string{"email"}},
		{"users", 1, map[string]any{"nickname": ""}, []string{"nickname"}},
		{"users", 1, map[string]any{"nickname": long}, []string{"nickname"}},
		{"users", 1, map[string]any{"name": long, "phone": long}, []string{"name", "phone"}},
		{"users", 1, map[string]any{"role": ""}, []string{"role"}},
		{"users", 1, map[string]any{"role": "moderator"}, []string{"role"}},
		{"users", 2, map[string]any{"role": "client"}, []string{"role"}}, // has a new order
		{"users", 2, map[string]any{"categories": []string{"singer"}}, []string{"categories"}},
		{"users", 2, map[string]any{"price": -1}, []string{"price"}},
		{"users", 2, map[string]any{"price": 1.999}, []string{"price"}},
		{"users", 2, map[string]any{"price": 1e9}, []string{"price"}},
		{"users", 2, map[string]any{"price": "much"}, []string{"price"}},
		{"users", 1, map[string]any{"invite": "short"}, []string{"invite"}},
		{"users", 1, map[string]any{"invite": "????????"}, []string{"invite"}},
		{"users", 1, map[string]any{"invite": performer.Data.String("data", "invite")}, []string{"invite"}},
		{"users", 1, map[string]any{"password": "short", "passwordConfirm": "short"}, []string{"password"}},
		{"users", 1, map[string]any{"password": "long enough", "passwordConfirm": "another"}, []string{"passwordConfirm"}},
		{"users", 1, map[string]any{"verified": false}, []string{"verified"}},
		{"users", 1, map[string]any{"email_proven": true, "password_set": false}, []string{"email_proven", "password_set"}},
		{"users", 1, map[string]any{"erased": "2026-01-01 00:00:00"}, []string{"erased"}},
		{"users", 1, map[string]any{"moderated_by": "x", "moderated_at": "2026-01-01 00:00:00"}, []string{"moderated_by", "moderated_at"}},
		{"users", 1, map[string]any{"ban_reason": "Rude"}, []string{"ban_reason"}},
		{"users", 1, map[string]any{"banned_until": "2099-01-01 00:00:00"}, []string{"banned_until"}},
		{"users", 1, map[string]any{"banned": true, "banned_until": "2020-01-01 00:00:00"}, []string{"banned_until"}},
		{"users", 1, map[string]any{"banned": true, "banned_until": "tomorrow"}, []string{"banned_until"}},
		{"users", 1, map[string]any{"erase": "yes"}, []string{"erase"}},
		{"users", 1, map[string]any{"erase": performer.Email}, []string{"erase"}},
		{"media", 4, map[string]any{"order": "2"}, []string{"order"}},
		{"media", 4, map[string]any{"order": ""}, []string{"order"}},
		{"media", 4, map[string]any{"user": "1"}, []string{"user"}},
		{"media", 4, map[string]any{"type": "video"}, []string{"type"}},
		{"media", 1, map[string]any{"order": "1"}, []string{"order"}},
		{"media", 1, map[string]any{"file": ""}, []string{"file"}},
	} {
		t.Run(fmt.Sprint(c.collection, " ", c.id, " ", caseName(c.fields)), func(t *testing.T) {
			dashboard := dashboard.WithT(t)
			before := dashboard.Open(c.collection, c.id)
			dashboard.Change(c.collection, c.id, c.fields).WantFields(c.wrong...)
			wantUnchanged(t, dashboard, c.collection, c.id, before)
		})
	}
	for _, media := range []struct{ user, order, wrong string }{
		{"1", "1", "order"}, {fmt.Sprint(other.ID), "1", "order"}, {"2", "999", "order"}, {"999", "", "user"}, {"", "", "user"},
	} {
		t.Run(fmt.Sprintf("create media user=%s order=%s", media.user, media.order), func(t *testing.T) {
			dashboard.WithT(t).Request(http.MethodPost, dashboard.Path("media", nil)).Multipart([]testkit.File{{Field: "file", Name: "a.png", Type: "image/png", Content: testkit.PNG()}},
				"user", media.user, "order", media.order).Do().WantFields(media.wrong)
		})
	}
	if n := s.Count("media"); n != 4 {
		t.Errorf("%d media", n)
	}
	for field, value := range map[string]any{"banned_until": "2099-01-01 00:00:00", "erase": "new@example.com", "price": 0.001, "moderated_by": "x", "email": client.Email} {
		t.Run(fmt.Sprintf("create user %s=%v", field, value), func(t *testing.T) {
			fields := map[string]any{"email": "new@example.com", "nickname": "New", "role": "client", "password": "secret", "passwordConfirm": "secret"}
			fields[field] = value
			dashboard.WithT(t).Create("users", fields).WantFields(field)
		})
	}
	// A price with more decimals, which only the API accepts, doesn't make the form invalid.
	s.Post("user/update").As(other.Token).JSON(`{"price":1.999}`).Do().Want(200)
	dashboard.Change("users", other.ID, map[string]any{"name": "N"}).Want(200)
	s.WantCleanLog()
}

// A user with orders can't be deleted. With any other user everything of theirs is deleted.
func TestDeskDeleteUser(t *testing.T) {
	s, google, _ := testkit.StartSocial(t)
	client, performer, unused := s.Client(), s.Performer(), s.Client()
	s.Post("auth/social/connect").As(unused.Token).JSON(map[string]any{"token": google.IDToken(fakes.GooglePerson{Sub: "7"}), "social_type": 1}).Do().Want(201)
	s.Post("user/get-by-invite").JSON(map[string]any{"invite": unused.Data.String("data", "invite")}).Do().Want(200)
	s.Order(client, performer)
	dashboard := s.Dashboard()
	for _, p := range []testkit.Person{client, performer} {
		dashboard.Delete("users", p.ID).WantMessage("erase them instead")
		s.Get("order/search").As(p.Token).Do().Want(200)
	}
	before := len(s.StoredFiles())
	dashboard.Delete("users", unused.ID).Want(204)
	for _, table := range []string{"devices WHERE user = '3'", "media WHERE user = '3'", "invite_tokens", "_externalAuths"} {
		if n := s.Count(table); n != 0 {
			t.Errorf("%d %s", n, table)
		}
	}
	if files := s.AwaitStored(before - 2); len(files) != before-2 {
		t.Errorf("stored are %v", files)
	}
}

// Blank texts count as empty in forms as they do in the API, and an id far beyond the last one is rejected, so that a
// typing error doesn't use up ids.
func TestDeskTypedTexts(t *testing.T) {
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	client, performer := s.Client(), s.Performer()
	order := s.Order(client, performer)
	dashboard.Change("users", client.ID, map[string]any{"nickname": " \t "}).WantFields("nickname")
	dashboard.Change("orders", order, map[string]any{"description": "  "}).WantFields("description")
	dashboard.Change("users", client.ID, map[string]any{"nickname": " Anna ", "name": " "}).Want(200)
	if m := s.Get(fmt.Sprintf("user/view/%d", client.ID)).As(client.Token).Do().Want(200).Map(); m.String("data", "nickname") != "Anna" || m.At("data", "name") != nil {
		t.Errorf("%v", m)
	}
	fields := map[string]any{"id": "999999999999999", "email": "new@example.com", "nickname": "New", "role": "client", "password": "secret", "passwordConfirm": "secret"}
	dashboard.Create("users", fields).WantFields("id")
	fields["id"] = "5000"
	dashboard.Create("users", fields).Want(200)
	if p := s.Client(); p.ID != 5001 {
		t.Errorf("the next user is %d", p.ID)
	}
}
