package gate_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store/superuser"
	"github.com/privet/privet/routes/gate"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// moderators are the routes on which a moderator's token is of use, with the status of the request that the test sends. The
// desk's have tests of their own (routes/desk).
var moderators = map[string]int{
	"GET /api/collections/{collection}/auth-methods":            200,
	"POST /api/collections/{collection}/auth-with-password":     400,
	"POST /api/collections/{collection}/request-otp":            403, // it is off
	"POST /api/collections/{collection}/auth-with-otp":          403,
	"POST /api/collections/{collection}/request-password-reset": 400,
	"POST /api/collections/{collection}/confirm-password-reset": 400,
	"POST /api/collections/{collection}/auth-refresh":           200,
	"GET /api/collections/{collection}/records/{id}":            200,
	"PATCH /api/collections/{collection}/records/{id}":          400,
	"POST /api/realtime":                         400, // without a stream
	"GET /api/collections":                       200,
	"GET /api/collections/meta/scaffolds":        200,
	"GET /api/collections/meta/oauth2-providers": 200,
	"GET /api/settings":                          200,
}

// Of all routes that the server has, PocketBase's and ours, a moderator reaches those that are listed: a new one is closed until
// somebody lists it.
func TestModeratorOnAllRoutes(t *testing.T) {
	s := testkit.Start(t)
	s.Order(s.Client(), s.Performer())
	token := s.Moderator()
	record, err := s.App.FindAuthRecordByEmail(core.CollectionNameSuperusers, testkit.ModeratorEmail)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, pattern := range patterns(t, s) {
		method, path, _ := strings.Cut(pattern, " ")
		if strings.HasPrefix(path, "/api/desk/") || gate.Stays(pattern) {
			continue
		}
		status, listed := moderators[pattern]
		if listed {
			seen++
		}
		for _, collection := range []string{"_superusers", record.Collection().Id, "_SUPERUSERS", "%5Fsuperusers", "users", "bans"} {
			id, want, superusers := record.Id, []int{403, 404}, !slices.Contains([]string{"users", "bans"}, collection)
			if !superusers {
				id = "1"
			}
			if listed && (superusers || !strings.Contains(pattern, "{collection}")) {
				want = []int{status}
			}
			url := strings.NewReplacer("{collection}", collection, "{id}", id).Replace(path)
			for _, spelling := range []string{method, "HEAD"} {
				if spelling == "HEAD" && method != "GET" {
					continue
				}
				answer := s.Request(spelling, parameter.ReplaceAllString(url, "1")+"?expand=x&fields=*").As(token).JSON(`{}`).Do()
				if !slices.Contains(want, answer.Status) {
					t.Errorf("%s of %s: %d, want %v: %s", pattern, collection, answer.Status, want, answer.Body)
				}
			}
			if !strings.Contains(pattern, "{collection}") {
				break
			}
		}
	}
	if seen != len(moderators) {
		t.Errorf("%d routes of the list are there, of %d", seen, len(moderators))
	}
	s.WantCleanLog()
}

// What a moderator gets is what the dashboard asks by itself and their own account; what they change is their password.
func TestModeratorsOwn(t *testing.T) {
	s := testkit.Start(t)
	person := s.Client()
	owner, token := s.Dashboard(), s.Moderator()
	moderator := s.DashboardOf(token)
	if answer := moderator.Request(http.MethodGet, "settings").Do().Want(200); strings.TrimSpace(string(answer.Body)) != `{"meta":{"appName":"privet"}}` {
		t.Errorf("%s", answer.Body)
	}
	if m := moderator.Request(http.MethodGet, "collections?perPage=500").Do().Want(200).Map(); m.Len("items") != 0 || m.Int("totalItems") != 0 {
		t.Errorf("%v", m)
	}
	id := ""
	for _, row := range owner.List("_superusers") {
		if row["email"] == testkit.OwnerEmail {
			moderator.Request(http.MethodGet, owner.Path("_superusers", row["id"])).Do().Want(403)
			moderator.Request(http.MethodPatch, owner.Path("_superusers", row["id"])).JSON(`{"password":"stolen-password"}`).Do().Want(403)
		} else {
			id = fmt.Sprint(row["id"])
		}
	}
	own := owner.Path("_superusers", id)
	superusersID, err := s.App.FindCollectionByNameOrId("_superusers")
	if err != nil {
		t.Fatal(err)
	}
	memos := map[string]any{"name": "memos", "type": "base", "fields": []map[string]any{
		{"name": "about", "type": "relation", "collectionId": superusersID.Id}, {"name": "secret", "type": "text"}}}
	owner.Request(http.MethodPut, "collections/import").JSON(map[string]any{"collections": []any{memos}}).Do().Want(204)
	owner.Create("memos", map[string]any{"about": id, "secret": "verysecret"}).Want(200)
	for _, request := range []*testkit.Request{
		moderator.Request(http.MethodGet, own+"?expand=memos_via_about"), moderator.Request(http.MethodPost, "collections/_superusers/auth-refresh?expand=memos_via_about"),
		s.Post(superusers + "auth-with-password?expand=memos_via_about").JSON(map[string]any{"identity": testkit.ModeratorEmail, "password": testkit.SuperuserPassword}),
	} {
		if answer := request.Do().Want(200); strings.Contains(string(answer.Body), "verysecret") {
			t.Errorf("%s", answer.Body)
		}
	}

	patch := func(body string) *testkit.Answer { return moderator.Request(http.MethodPatch, own).JSON(body).Do() }
	for _, body := range []string{
		`{"role":"owner"}`, `{"role+":"owner"}`, `{"+role":"owner"}`, `{"role-":"moderator"}`, `{"Role":"owner"}`, `{"email":"other@example.com"}`, `{"tokenKey":"x"}`,
		`{"oldPassword":"a long password","password":"another password","passwordConfirm":"another password","role":"owner"}`, `{"@jsonPayload":"{\"role\":\"owner\"}"}`,
	} {
		patch(body).Want(403)
	}
	moderator.Request(http.MethodPatch, own).Multipart(nil, "@jsonPayload", `{"role":"owner"}`).Do().Want(400)
	moderator.Request(http.MethodPatch, own).Raw("application/x-www-form-urlencoded", strings.NewReader("role=owner")).Do().Want(400)
	patch(`{"password":"another password","passwordConfirm":"another password"}`).WantFields("oldPassword")
	patch(`{"oldPassword":"wrong","password":"another password","passwordConfirm":"another password"}`).WantFields("oldPassword")
	patch(`{"oldPassword":"a long password","password":"another password","passwordConfirm":"yet another"}`).WantFields("passwordConfirm")
	patch(`{"oldPassword":"a long password","password":"another password","passwordConfirm":"another password"}`).Want(200)
	moderator.Request(http.MethodPost, "collections/_superusers/auth-refresh").Do().Want(401)
	signIn(s, "192.0.2.1", testkit.ModeratorEmail, "another password").Want(200)
	if row := owner.Open("_superusers", id); row["role"] != "moderator" || row["email"] != testkit.ModeratorEmail {
		t.Errorf("%v", row)
	}
	s.Get("user/view/1").As(person.Token).Do().Want(200)
	s.WantCleanLog()
}

// The bytes of a backup and of a file are for owners' file tokens. One that was made before its owner became a moderator opens
// nothing any more, and neither does their other token.
func TestFormerOwner(t *testing.T) {
	s := testkit.Start(t)
	s.Client()
	first := s.Dashboard()
	second := map[string]any{"email": "second@example.com", "password": testkit.SuperuserPassword, "passwordConfirm": testkit.SuperuserPassword, "role": "owner"}
	id := first.Create("_superusers", second).Want(200).Map().String("id")
	former := s.DashboardOf(signIn(s, "192.0.2.1", "second@example.com", testkit.SuperuserPassword).Want(200).Map().String("token"))
	former.Request(http.MethodPost, "backups").JSON(`{"name":"all.zip"}`).Do().Want(204)
	file := fmt.Sprint("/api/files/media/1/", former.Open("media", 1)["file"])
	token := former.Request(http.MethodPost, "files/token").Do().Want(200).Map().String("token")
	urls := []string{"/api/backups/all.zip?token=" + token, file + "?token=" + token}
	for _, url := range urls {
		s.Get(url).Do().Want(200)
	}
	first.Request(http.MethodPatch, first.Path("_superusers", id)).JSON(`{"role":"moderator"}`).Do().Want(200)
	for _, url := range urls {
		s.Get(url).Do().Want(404)
		s.Get(url).As(former.Token()).Do().Want(403)
		s.Get(url).As(first.Token()).Do().Want(403)
	}
	former.Request(http.MethodPost, "files/token").Do().Want(403)
	for _, path := range []string{"backups", "logs", "collections/users", "collections/users/records", "collections/bans/records", "crons"} {
		former.Request(http.MethodGet, path).Do().Want(403)
	}
	former.Request(http.MethodPost, "sql").JSON(`{"query":"SELECT 1"}`).Do().Want(403)
	former.Request(http.MethodPost, "batch").JSON(map[string]any{"requests": []any{map[string]any{"method": "PATCH",
		"url": "/api/" + first.Path("_superusers", id), "body": map[string]any{"role": "owner"}}}}).Do().Want(403)
	if record, err := s.App.FindRecordById(core.CollectionNameSuperusers, id); err != nil || superuser.RoleOf(record) != superuser.Moderator {
		t.Errorf("%v, %v", record, err)
	}
	s.WantCleanLog()
}

// A moderator's token has a brake, an owner's outside of the desk has none.
func TestModeratorsLimit(t *testing.T) {
	s := testkit.Start(t, func(s *settings.Settings) { s.RateLimit = 6 })
	owner, moderator := s.Dashboard(), s.DashboardOf(s.Moderator())
	for range 12 {
		moderator.Request(http.MethodPost, "sql").JSON(`{}`).Do().Want(403)
	}
	if refused := moderator.Request(http.MethodPost, "sql").JSON(`{}`).Do().Want(429); refused.Header.Get("Retry-After") == "" {
		t.Errorf("%v", refused.Header)
	}
	for range 48 { // 60 in all
		moderator.Request(http.MethodGet, "settings").Do().Want(200)
	}
	moderator.Request(http.MethodGet, "settings").Do().Want(429)
	for range 70 {
		owner.Request(http.MethodGet, "settings").Do().Want(200)
	}
}
