package dashboard_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Erasing a user removes all personal data in one transaction: their rows, the texts that they wrote, sign-in and
// search. Other users keep their orders.
func TestDeskErase(t *testing.T) {
	s, google, _ := testkit.StartSocial(t)
	client, performer := s.Client(), s.Performer()
	p := signUpAnna(s, google)
	path := func(order int) string { return fmt.Sprintf("order/update/%d", order) }
	update := func(who testkit.Person, order int, body string) {
		s.Post(path(order)).As(who.Token).JSON(body).Do().Want(200)
	}
	delivered, rated, placed, received := s.Order(client, p), s.Order(p, performer), s.Order(p, performer), s.Order(client, p)
	cancelled, cancelledByClient := s.Order(client, p), s.Order(client, p)
	s.Finish(p, delivered).Want(200)
	s.Finish(performer, rated).Want(200)
	update(p, rated, `{"rating_rate":4,"rating_text":"Annas review"}`)
	update(p, cancelled, `{"status":3,"cancel_text":"Annas reason"}`)
	update(client, cancelledByClient, `{"status":3,"cancel_text":"The client's own reason"}`)
	addNativeRows(t, s, p)
	dashboard := s.Dashboard()
	dashboard.Request("GET", "collections/users/records?filter=anna%40home.example").Do()
	logged := func() (n int) {
		s.FlushLog()
		if err := s.App.AuxDB().NewQuery(`SELECT count(*) FROM _logs WHERE data LIKE '%anna%home%'`).Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if rows := s.AwaitLogRows("data LIKE '%anna%home%'"); len(rows) != 1 {
		t.Fatalf("the test has left %d lines in the log", len(rows))
	}
	pictures := len(s.StoredFiles())
	stored := dump(t, s)
	for _, trace := range []string{"anna@home.example", "Anna Karenina", "+79001234567", "Annas words", "Annas review", "Annas reason", "anna-push", "Please greet"} {
		if !strings.Contains(stored, trace) {
			t.Fatalf("the test has left no %s", trace)
		}
	}

	dashboard.Change("users", p.ID, map[string]any{"erase": " Anna@Home.example ", "nickname": "typed besides"}).Want(200)

	stored = dump(t, s)
	for _, trace := range []string{"anna", "karenina", "9001234567", "Annas", "typed besides", `"providerId":"77"`, p.Data.String("data", "invite")} {
		if strings.Contains(strings.ToLower(stored), strings.ToLower(trace)) {
			t.Errorf("%s is still there: %s", trace, around(stored, trace))
		}
	}
	for _, table := range []string{`devices WHERE user = '3'`, `invite_tokens`, `_externalAuths`, `_otps`, `_mfas`, `_authOrigins`, `pushes WHERE receiver = '3'`, `media WHERE user = '3' AND "order" = ''`} {
		if n := s.Count(table); n != 0 {
			t.Errorf("%d %s", n, table)
		}
	}
	if files := s.AwaitStored(pictures - 2); len(files) != pictures-2 {
		t.Errorf("stored are %v", files)
	}
	if n := logged(); n != 0 {
		t.Errorf("%d lines of the log", n)
	}

	// The user can't sign in, is not found and gets no orders. The e-mail is free again.
	s.Get("order/search").As(p.Token).Do().Want(401)
	s.Post("auth/login").JSON(map[string]any{"email": p.Email, "password": testkit.Password}).Do().Want(401)
	s.Post("auth/login").JSON(map[string]any{"email": "deleted3@hidden.invalid", "password": testkit.Password}).Do().Want(401)
	s.SocialSignIn(google.IDToken(fakes.GooglePerson{Sub: "77"}), 1).Want(400).WantJSON(testkit.UserNotExists)
	s.Post("user/get-by-invite").JSON(map[string]any{"invite": dashboard.Open("users", p.ID)["invite"]}).Do().Want(404)
	s.Post("order/create").As(client.Token).JSON(map[string]any{"performer_id": p.ID, "description": "x", "date_till": "2030-01-01 00:00:00"}).Do().
		WantError("performer_id", "The selected performer id is invalid.")
	if n := s.Get("user/search?role=2").As(client.Token).Do().Want(200).Map().Int("meta", "total"); n != 1 {
		t.Errorf("%d are found", n)
	}
	s.Post("user/check-free").JSON(map[string]any{"email": p.Email}).Do().Want(200).WantJSON(`{"free":true}`)

	// Other users keep their data.
	view := func(order int, who testkit.Person) testkit.Map {
		return s.Get(fmt.Sprintf("order/view/%d", order)).As(who.Token).Do().Want(200).Map()
	}
	m := view(delivered, client)
	if m.Int("data", "status") != 2 || m.Len("data", "media") != 1 || m.String("data", "description") != "Please greet my aunt" ||
		m.String("data", "performer", "nickname") != "Deleted user" || m.String("data", "performer", "email") != "deleted3@hidden.invalid" ||
		m.At("data", "performer", "phone") != nil || m.At("data", "performer", "name") != nil || m.Len("data", "performer", "media") != 0 {
		t.Errorf("%v", m)
	}
	s.Get(testkit.PathOf(m.String("data", "media", 0, "path_url"))).Do().Want(200)
	m = view(rated, performer)
	if m.At("data", "rating_rate") != 4.0 || m.At("data", "rating_text") != nil || m.String("data", "description") != "" || m.String("data", "client", "nickname") != "Deleted user" {
		t.Errorf("%v", m)
	}
	if m = view(placed, performer); m.Int("data", "status") != 3 || m.String("data", "cancel_text") != "The client is no longer available." {
		t.Errorf("%v", m)
	}
	if m = view(received, client); m.Int("data", "status") != 3 || m.String("data", "cancel_text") != "The performer is no longer available." {
		t.Errorf("%v", m)
	}
	if m = view(cancelled, client); m.At("data", "cancel_text") != nil {
		t.Errorf("%v", m)
	}
	if m = view(cancelledByClient, client); m.String("data", "cancel_text") != "The client's own reason" {
		t.Errorf("%v", m)
	}
	dashboard.Change("orders", rated, map[string]any{"occasion": "just"}).Want(200) // although the description is empty

	// The record says that it was erased, which can't be undone.
	user := dashboard.Open("users", p.ID)
	if user["erased"] == "" || user["erase"] != "" || user["moderated_by"] != "owner@example.com" {
		t.Errorf("%v", user)
	}
	for field, value := range map[string]any{"banned": false, "nickname": "Anna", "email": "anna@home.example", "erased": "", "role": "client"} {
		dashboard.Change("users", p.ID, map[string]any{field: value}).WantFields(field)
	}
	dashboard.Change("users", p.ID, map[string]any{"password": "password", "passwordConfirm": "password"}).WantFields("password")
	dashboard.Delete("users", p.ID).WantMessage("has orders")
	s.WantCleanLog()
}

// The e-mail that an erased user would get may belong to another user.
func TestDeskEraseTakenAddress(t *testing.T) {
	s := testkit.Start(t)
	s.Signup("role", "1", "email", "deleted2@hidden.invalid")
	p := s.Client()
	dashboard := s.Dashboard()
	dashboard.Change("users", p.ID, map[string]any{"erase": p.Email}).Want(200)
	if email := fmt.Sprint(dashboard.Open("users", p.ID)["email"]); !strings.HasPrefix(email, "deleted2-") || !strings.HasSuffix(email, "@hidden.invalid") {
		t.Errorf("%s", email)
	}
	s.Post("auth/login").JSON(map[string]any{"email": "deleted2@hidden.invalid", "password": testkit.Password}).Do().Want(200)
	dashboard.Delete("users", p.ID).Want(204)
}

// If any step of an erasure or of a ban fails, nothing changes.
func TestDeskEraseIsWhole(t *testing.T) {
	s, google, _ := testkit.StartSocial(t)
	client, performer := s.Client(), s.Performer()
	p := signUpAnna(s, google)
	s.Order(client, p)
	s.Order(p, performer)
	s.Finish(p, s.Order(client, p)).Want(200)
	dashboard := s.Dashboard()
	failing := ""
	fail := func(e *core.RecordEvent) error {
		if failing == e.Record.Collection().Name {
			return errors.New("the disk is full")
		}
		return e.Next()
	}
	s.App.OnRecordDeleteExecute().BindFunc(fail)
	s.App.OnRecordUpdateExecute("orders", "users").BindFunc(fail)
	s.App.OnRecordCreateExecute("order_history").BindFunc(fail)
	for _, step := range []struct {
		fails  string
		fields map[string]any
	}{
		{"users", map[string]any{"erase": p.Email}},
		{"devices", map[string]any{"erase": p.Email}},
		{"orders", map[string]any{"erase": p.Email}},
		{"media", map[string]any{"erase": p.Email}},
		{"_externalAuths", map[string]any{"erase": p.Email}},
		{"devices", map[string]any{"banned": true}},
		{"orders", map[string]any{"banned": true}},
	} {
		t.Run(caseName(step.fields)+" fails at "+step.fails, func(t *testing.T) {
			s, dashboard := s.WithT(t), dashboard.WithT(t)
			before, files := dump(t, s), strings.Join(s.StoredFiles(), "\n")
			failing = step.fails
			dashboard.Change("users", p.ID, step.fields).Want(400)
			failing = ""
			if after := dump(t, s); after != before {
				t.Errorf("the database was\n%s\nand is\n%s", before, after)
			}
			if now := strings.Join(s.StoredFiles(), "\n"); now != files {
				t.Errorf("the files were\n%s\nand are\n%s", files, now)
			}
			s.Get("order/search").As(p.Token).Do().Want(200)
		})
	}
	// A failure after all steps, which prevents the commit.
	before := dump(t, s)
	batch := map[string]any{"requests": []map[string]any{
		{"method": "PATCH", "url": fmt.Sprintf("/api/collections/users/records/%d", p.ID), "body": map[string]any{"erase": p.Email}},
		{"method": "DELETE", "url": "/api/collections/orders/records/1"},
	}}
	dashboard.Request(http.MethodPost, "batch").JSON(batch).Do().Want(400)
	if after := dump(t, s); after != before {
		t.Errorf("a batch that fails has changed something:\n%s\n%s", before, after)
	}
	dashboard.Change("users", p.ID, map[string]any{"erase": p.Email}).Want(200)
}

// Erased data is removed from the database's files, too.
func TestDeskEraseLeavesNoBytes(t *testing.T) {
	p := testkit.Process(t)
	p.Signup("role", "1", "email", "vanishing@example.com", "nickname", "Vanishing nickname", "name", "Vanishing name",
		"phone", "+79990001122", "description", "A vanishing description", "device_id", "d", "firebase_token", "vanishing-push")
	dashboard := p.Dashboard()
	dashboard.Change("users", 1, map[string]any{"name": "Vanishing other name"}).Want(200)
	dashboard.Change("users", 1, map[string]any{"erase": "vanishing@example.com"}).Want(200)
	p.Stop(syscall.SIGTERM)
	for _, name := range []string{"data.db", "data.db-wal", "auxiliary.db", "auxiliary.db-wal"} {
		content, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for _, trace := range []string{"vanishing", "+79990001122"} {
			if i := bytes.Index(bytes.ToLower(content), []byte(trace)); i >= 0 {
				t.Errorf("%s still holds %q", name, content[max(0, i-20):min(len(content), i+60)])
			}
		}
	}
}

// Log lines that PocketBase has buffered and not yet written are removed, too.
func TestDeskEraseForgetsWhatIsGathered(t *testing.T) {
	s := testkit.Start(t)
	dashboard, client := s.Dashboard(), s.Client()
	s.App.Logger().Warn("somebody", "details", client.Email)
	dashboard.Change("users", client.ID, map[string]any{"erase": client.Email}).Want(200)
	s.FlushLog()
	var n int
	if err := s.App.AuxDB().NewQuery("SELECT count(*) FROM _logs WHERE instr(data, {:email}) > 0").Bind(dbx.Params{"email": client.Email}).Row(&n); err != nil || n != 0 {
		t.Errorf("%d lines hold the e-mail: %v", n, err)
	}
}
