package hooks_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// A user who is banned in the dashboard is signed out, can't sign in, is not found by searches, and gets no orders.
func TestBan(t *testing.T) {
	s, google, _ := testkit.StartSocial(t)
	client, performer := s.Client(), s.Performer()
	token := google.IDToken(fakes.GooglePerson{Sub: "110"})
	s.Post("auth/social/connect").As(performer.Token).JSON(map[string]any{"token": token, "social_type": 1}).Do().Want(201)
	invite := map[string]any{"invite": performer.Data.String("data", "invite")}
	inviteToken := s.Post("user/get-by-invite").JSON(invite).Do().Want(200).Map().String("token")
	ban := func(on bool) {
		t.Helper()
		s.Request(http.MethodPatch, fmt.Sprintf("/api/collections/users/records/%d", performer.ID)).As(s.Owner()).
			JSON(map[string]any{"banned": on}).Do().Want(200)
	}
	found := func() int {
		return s.Get("user/search?role=2").As(client.Token).Do().Want(200).Map().Int("meta", "total")
	}
	order := map[string]any{"performer_id": performer.ID, "description": "x", "date_till": "2030-01-01 00:00:00"}

	ban(true)
	s.Get(performer.Path()).As(performer.Token).Do().Want(401)
	s.Get(performer.Path()).As(inviteToken).Do().Want(401)
	s.Post("auth/login").JSON(map[string]any{"email": performer.Email, "password": testkit.Password}).Do().Want(401)
	s.SocialSignIn(token, 1).Want(401).WantJSON(`{"status":"error","message":"Unauthorized"}`)
	s.Post("user/get-by-invite").JSON(invite).Do().Want(404)
	s.Post("order/create").As(client.Token).JSON(order).Do().WantError("performer_id", "The selected performer id is invalid.")
	if n := found(); n != 0 {
		t.Errorf("%d are found", n)
	}

	ban(false)
	s.Login(performer)
	s.SocialSignIn(token, 1).Want(200)
	s.Post("order/create").As(client.Token).JSON(order).Do().Want(200)
	if n := found(); n != 1 {
		t.Errorf("%d are found afterwards", n)
	}
}

// Of a banned user, or one who was erased, neither the profile nor its picture is shown. What they delivered belongs to
// their clients' orders and stays.
func TestBannedProfileIsHidden(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	order := s.Order(client, performer)
	delivered := testkit.PathOf(s.Finish(performer, order).Want(200).Map().String("data", "media", 0, "path_url"))
	picture := testkit.PathOf(performer.Data.String("data", "media", 0, "path_url"))
	s.Post("user/update").As(client.Token).Multipart([]testkit.File{testkit.Clip(1000)}).Do().Want(200)
	films := s.Get(client.Path()).As(client.Token).Do().Want(200).Map()
	film, still := testkit.PathOf(films.String("data", "media", 0, "path_url")), testkit.PathOf(films.String("data", "media", 0, "preview_url"))
	tag := s.Get(picture).Do().Want(200).Header.Get("ETag")
	dashboard := s.Dashboard()
	shown := func(status, media int) {
		t.Helper()
		s.Get(performer.Path()).As(client.Token).Do().Want(status)
		s.Get(picture).Do().Want(status)
		if status == http.StatusOK {
			s.Get(picture).Header("If-None-Match", tag).Do().Want(304)
		} else {
			s.Get(picture).Header("If-None-Match", tag).Do().Want(status)
		}
		s.Get(delivered).Do().Want(200)
		view := s.Get(fmt.Sprintf("order/view/%d", order)).As(client.Token).Do().Want(200).Map()
		if view.Len("data", "media") != 1 || view.Len("data", "performer", "media") != media {
			t.Errorf("the order shows %v", view)
		}
	}
	shown(200, 1)
	dashboard.Change("users", performer.ID, map[string]any{"banned": true}).Want(200)
	shown(404, 0)
	dashboard.Change("users", performer.ID, map[string]any{"banned": false}).Want(200)
	shown(200, 1)
	dashboard.Change("users", performer.ID, map[string]any{"erase": performer.Email}).Want(200)
	shown(404, 0)
	other := s.Client()
	s.Get(film).Do().Want(200)
	s.Get(still).Do().Want(200)
	dashboard.Change("users", client.ID, map[string]any{"banned": true}).Want(200)
	s.Get(film).Do().Want(404)
	s.Get(still).Do().Want(404)
	s.Get(client.Path()).As(other.Token).Do().Want(404)
	s.WantCleanLog()
}
