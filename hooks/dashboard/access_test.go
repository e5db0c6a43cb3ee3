package dashboard_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// The requests of a batch obey the same rules, in one transaction, and the history names the moderator.
func TestDeskBatch(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	dashboard := s.Dashboard()
	first, second := s.Order(client, performer), s.Order(client, performer)
	batch := func(dashboard *testkit.Dashboard, requests ...map[string]any) *testkit.Answer {
		return dashboard.Request(http.MethodPost, "batch").JSON(map[string]any{"requests": requests}).Do()
	}
	change := func(collection string, id int, body map[string]any) map[string]any {
		return map[string]any{"method": "PATCH", "url": fmt.Sprintf("/api/collections/%s/records/%d", collection, id), "body": body}
	}
	cancel := map[string]any{"status": "cancelled", "cancel_text": "Spam"}
	before := dashboard.Open("orders", first)
	for _, rejected := range []map[string]any{
		change("orders", second, map[string]any{"status": "reviewed"}),
		change("orders", second, map[string]any{"rev": 7}),
		change("devices", 1, map[string]any{"language": "ru"}),
		change("users", 1, map[string]any{"banned": true, "banned_until": "soon"}),
		{"method": "PUT", "url": "/api/collections/orders/records", "body": map[string]any{"id": fmt.Sprint(second), "client": "2"}},
		{"method": "DELETE", "url": fmt.Sprintf("/api/collections/orders/records/%d", second)},
		{"method": "DELETE", "url": fmt.Sprintf("/api/collections/users/records/%d", client.ID)},
		{"method": "POST", "url": "/api/collections/order_history/records", "body": map[string]any{"order": "1", "to": "done", "actor": "client"}},
	} {
		t.Run(fmt.Sprint(rejected["method"], " ", rejected["url"], " ", rejected["body"]), func(t *testing.T) {
			dashboard := dashboard.WithT(t)
			t.Logf("%s", batch(dashboard, change("orders", first, cancel), rejected).Want(400).Body)
			wantUnchanged(t, dashboard, "orders", first, before)
		})
	}
	batch(dashboard, change("orders", first, cancel), change("users", performer.ID, map[string]any{"banned": true})).Want(200)
	if n := s.Count(`order_history WHERE "to" = 'cancelled' AND moderator = 'owner@example.com'`); n != 2 {
		t.Errorf("%d rows of the history name the moderator", n)
	}
	s.Get("order/search").As(performer.Token).Do().Want(401)
	s.WantCleanLog()
}

// The dashboard can't change the collections that the rules rely on: neither their fields nor their access rules.
func TestDeskSchema(t *testing.T) {
	s := testkit.Start(t)
	client := s.Client()
	dashboard := s.Dashboard()
	collection := func(name string) map[string]any {
		fields := map[string]any{}
		dashboard.Request(http.MethodGet, "collections/"+name).Do().Want(200).Into(&fields)
		return fields
	}
	for _, name := range []string{"users", "orders", "order_history", "media", "devices", "invite_tokens", "pushes"} {
		t.Run(name, func(t *testing.T) {
			dashboard := dashboard.WithT(t)
			dashboard.Request(http.MethodPatch, "collections/"+name).JSON(`{"listRule":""}`).Do().WantMessage("part of privet")
			dashboard.Request(http.MethodPatch, "collections/"+name).JSON(`{"name":"other"}`).Do().WantMessage("part of privet")
			dashboard.Request(http.MethodDelete, "collections/"+name).Do().WantMessage("part of privet")
			dashboard.Request(http.MethodDelete, "collections/"+name+"/truncate").Do().Want(400)
			changed := collection(name)
			changed["listRule"] = ""
			dashboard.Request(http.MethodPut, "collections/import").JSON(map[string]any{"collections": []any{changed}}).Do().WantMessage("part of privet")
			delete(changed, "name")
			dashboard.Request(http.MethodPut, "collections/import").JSON(map[string]any{"collections": []any{changed}}).Do().WantMessage("part of privet")
		})
	}
	own := map[string]any{"name": "drafts", "type": "base", "fields": []map[string]any{{"name": "text", "type": "text"}, {"name": "scan", "type": "file"}}}
	dashboard.Request(http.MethodPut, "collections/import").JSON(map[string]any{"collections": []any{own}, "deleteMissing": true}).Do().Want(400)
	dashboard.Request(http.MethodPut, "collections/import").JSON(map[string]any{"collections": []any{own}}).Do().Want(204)
	if body := dashboard.Request(http.MethodPatch, "collections/drafts").JSON(`{"name":"memos"}`).Do().Want(200).Body; !bytes.Contains(body, []byte(`"protected":true`)) {
		t.Errorf("the dashboard can't show the files of another collection: %s", body)
	}
	dashboard.Request(http.MethodDelete, "collections/memos").Do().Want(204)
	// The superusers' collection may be changed: it has the second factor.
	dashboard.Request(http.MethodPatch, "collections/_superusers").JSON(`{"otp":{"enabled":true},"mfa":{"enabled":true}}`).Do().Want(200)
	// But for the field that says who is an owner.
	superusers := collection("_superusers")
	dashboard.Request(http.MethodPut, "collections/import").JSON(map[string]any{"collections": []any{superusers}}).Do().WantMessage("part of privet")
	fields := superusers["fields"].([]any)
	for i, field := range fields {
		if role := field.(map[string]any); role["name"] == "role" {
			role["values"], role["system"] = []string{"moderator"}, false
			dashboard.Request(http.MethodPatch, "collections/_superusers").JSON(map[string]any{"fields": fields}).Do().WantMessage("part of privet")
			dashboard.Request(http.MethodPatch, "collections/_superusers").JSON(map[string]any{"fields": slices.Delete(fields, i, i+1)}).Do().Want(400)
			break
		}
	}
	s.Get("/api/collections/users/records").As(client.Token).Do().Want(401)
	if n := s.Count("users"); n != 1 {
		t.Errorf("%d users", n)
	}
}

// With a second factor a superuser can't sign in by the password alone.
func TestDeskSuperusers(t *testing.T) {
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	signIn := func() *testkit.Answer {
		return s.Post("/api/collections/_superusers/auth-with-password").JSON(`{"identity":"owner@example.com","password":"a long password"}`).Do()
	}
	signIn().Want(200)
	dashboard.Request(http.MethodPatch, "collections/_superusers").JSON(`{"otp":{"enabled":true},"mfa":{"enabled":true}}`).Do().Want(200)
	if m := signIn().Want(401).Map(); m.String("mfaId") == "" {
		t.Errorf("%v", m)
	}
}

// A superuser's token is rejected from an IP address that is not in the allow-list.
func TestDeskAddresses(t *testing.T) {
	p := testkit.Process(t) // PocketBase reads its settings without a lock, which the race detector would see
	dashboard := p.Dashboard()
	dashboard.Request(http.MethodPatch, "settings").JSON(`{"superuserIPs":["192.0.2.1"]}`).Do().Want(200)
	dashboard.Request(http.MethodGet, "collections").Do().Want(403)
	p.Get("user/view/1").Do().Want(401) // the API is open to all addresses
}

// The dashboard's lists request thumbnails, for which PocketBase would decode pictures of any size. They get the
// picture itself instead.
func TestDeskMakesNoThumbs(t *testing.T) {
	s := testkit.Start(t)
	picture := image.NewGray(image.Rect(0, 0, 300, 200))
	picture.Set(1, 1, color.White)
	var content bytes.Buffer
	if err := png.Encode(&content, picture); err != nil {
		t.Fatal(err)
	}
	s.Post("auth/signup").Multipart([]testkit.File{{Field: "media", Name: "a.png", Type: "image/png", Content: content.Bytes()}},
		"email", "a@example.com", "nickname", "A", "password", testkit.Password, "role", "1").Do().Want(200)
	dashboard := s.Dashboard()
	token := dashboard.Request(http.MethodPost, "files/token").Do().Want(200).Map().String("token")
	file := fmt.Sprint("files/media/1/", dashboard.Open("media", 1)["file"])
	for _, size := range []string{"100x100", "10x10"} {
		answer := dashboard.Request(http.MethodGet, file+"?thumb="+size+"&token="+token).Do().Want(200)
		if !bytes.Equal(answer.Body, content.Bytes()) {
			t.Errorf("%s: another picture of %d bytes", size, len(answer.Body))
		}
	}
	dashboard.Request(http.MethodGet, file+"?thumb=100x100").Do().Want(404)
	for _, name := range s.StoredFiles() {
		if strings.Contains(name, "thumbs") {
			t.Errorf("stored is %s", name)
		}
	}
}

// A moderator can't act under another one's name.
func TestDeskNobodyActsAsAnother(t *testing.T) {
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	other := dashboard.Create("_superusers", map[string]any{"email": "other@example.com", "password": "a long password", "passwordConfirm": "a long password"}).Want(200).Map().String("id")
	dashboard.Request(http.MethodPost, "collections/_superusers/impersonate/"+other).JSON(`{}`).Do().Want(404)
	dashboard.Request(http.MethodPost, "collections/_superusers/auth-refresh").Do().Want(200)
}
