package additions_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// report sends a report with the given fields, for the reason abuse.
func report(s *testkit.Server, by testkit.Person, field string, id any) *testkit.Answer {
	return s.Post("user/report").As(by.Token).JSON(map[string]any{field: id, "reason": 2, "text": "It is bad"}).Do()
}

// mediumOf returns the number of a person's profile picture.
func mediumOf(p testkit.Person) int { return p.Data.Int("data", "media", 0, "id") }

// Who may report what. What can't be seen is answered as what is not there.
func TestReportInput(t *testing.T) {
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	client, performer, stranger, banned, blocker := s.Client(), s.Performer(), s.Client(), s.Client(), s.Client()
	order := s.Order(client, performer)
	m := s.Finish(performer, order).Want(200).Map()
	delivered := m.Int("data", "media", 0, "id")
	dashboard.Change("users", banned.ID, map[string]any{"banned": true}).Want(200)
	block(s, blocker, client)
	invite := s.Post("user/get-by-invite").JSON(map[string]any{"invite": client.Data.String("data", "invite")}).Do().Want(200).Map().String("token")

	s.Post("user/report").JSON(map[string]any{"user_id": 1, "reason": 1}).Do().Want(401)
	s.Post("user/report").As(invite).JSON(map[string]any{"user_id": 1, "reason": 1}).Do().Want(401)
	s.Post("user/report").As(client.Token).JSON(`{}`).Do().Want(429).WantJSON(`{"message":"The user id field is required when none of order id / media id are present. (and 1 more error)",
		"errors":{"user_id":["The user id field is required when none of order id / media id are present."],"reason":["The reason field is required."]}}`)
	s.Post("user/report").As(client.Token).JSON(map[string]any{"user_id": performer.ID, "reason": 5}).Do().WantError("reason", "The selected reason is invalid.")
	s.Post("user/report").As(client.Token).JSON(map[string]any{"user_id": performer.ID, "reason": 1, "text": strings.Repeat("я", 2001)}).Do().
		WantError("text", "The text field must not be greater than 2000 characters.")
	for _, c := range []struct {
		by    testkit.Person
		field string
		id    any
	}{
		{client, "user_id", 999}, {client, "user_id", client.ID}, {client, "user_id", banned.ID}, {client, "user_id", blocker.ID}, {client, "user_id", -1},
		{stranger, "order_id", order}, {client, "order_id", 999},
		{stranger, "media_id", delivered}, {performer, "media_id", delivered}, {client, "media_id", mediumOf(client)}, {client, "media_id", mediumOf(banned)},
		{client, "media_id", mediumOf(blocker)}, {client, "media_id", 999},
	} {
		report(s, c.by, c.field, c.id).WantError(c.field, "The selected "+strings.ReplaceAll(c.field, "_", " ")+" is invalid.")
	}
	const reported = `cases WHERE kinds LIKE '%"report"%'`
	if n := s.Count(reported) + s.Count("reports"); n != 0 {
		t.Fatalf("%d rows of what was refused", n)
	}
	block(s, client, blocker) // who is in one's own list can be seen there
	for _, c := range []struct {
		by    testkit.Person
		field string
		id    int
	}{
		{client, "user_id", performer.ID}, {client, "user_id", blocker.ID}, {client, "order_id", order}, {performer, "order_id", order},
		{client, "media_id", delivered}, {stranger, "media_id", mediumOf(performer)},
	} {
		for range 2 { // the same again is no second row
			report(s, c.by, c.field, c.id).Want(201).WantJSON(done)
		}
	}
	if cases, reports := s.Count(reported), s.Count("reports"); cases != 5 || reports != 6 {
		t.Errorf("%d cases, %d reports", cases, reports)
	}
	s.Post("user/report").As(stranger.Token).Form("user_id", fmt.Sprint(client.ID), "reason", "4", "text", strings.Repeat("я", 2000)).Do().Want(201)
	s.WantCleanLog()
}

// Reports are limited as sign-ins are.
func TestReportsAreLimited(t *testing.T) {
	s := testkit.Start(t, func(s *settings.Settings) { s.RateLimit = 30 })
	client, performer := s.Client(), s.Performer()
	for range 10 {
		report(s, client, "user_id", performer.ID).Want(201)
	}
	if answer := report(s, client, "user_id", performer.ID).Want(429); answer.Header.Get("Retry-After") == "" {
		t.Errorf("%s", answer.Body)
	}
}

// row returns the one row of a collection whose field has a value.
func row(t *testing.T, dashboard *testkit.Dashboard, collection, field, value string) map[string]any {
	t.Helper()
	for _, row := range dashboard.List(collection) {
		if row[field] == value {
			return row
		}
	}
	t.Fatalf("no row of %s has the %s %s: %v", collection, field, value, dashboard.List(collection))
	return nil
}

// Reports on one target are one case, and one verdict closes them, tells whoever reported, once, and nothing else to anybody.
func TestVerdict(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	dashboard := s.Dashboard()
	performer := s.Performer()
	s.AddDevice(performer, "performer", "en")
	var all sync.WaitGroup
	people := make([]testkit.Person, 6)
	for i := range people {
		people[i] = s.Client()
		s.AddDevice(people[i], fmt.Sprint("phone", i), []string{"en", "ru"}[i%2])
	}
	for _, p := range people {
		all.Go(func() { report(s, p, "media_id", mediumOf(performer)).Want(201) })
	}
	all.Wait()
	target := fmt.Sprint("media ", mediumOf(performer))
	c := row(t, dashboard, "cases", "target", target)
	if s.Count("cases") != 1 || s.Count("reports WHERE state = 'open'") != 6 || c["user"] != fmt.Sprint(performer.ID) || c["media"] != fmt.Sprint(mediumOf(performer)) || c["state"] != "open" {
		t.Fatalf("%v", dashboard.List("cases"))
	}
	opened, err1 := time.Parse("2006-01-02 15:04:05.000Z", fmt.Sprint(c["created"]))
	due, err2 := time.Parse("2006-01-02 15:04:05.000Z", fmt.Sprint(c["due"]))
	if err1 != nil || err2 != nil || due.Sub(opened).Round(time.Minute) != 24*time.Hour {
		t.Errorf("opened %v, due %v", c["created"], c["due"])
	}
	kept := fmt.Sprint(row(t, dashboard, "reports", "target", target)["kept"])
	if sum := fmt.Sprintf("%x", sha256.Sum256(s.Get(testkit.PathOf(performer.Data.String("data", "media", 0, "path_url"))).Do().Body)); !strings.Contains(kept, sum) {
		t.Errorf("kept is %s, the checksum is %s", kept, sum)
	}

	dashboard.Change("cases", c["id"], map[string]any{"verdict": "warned"}).Want(200)

	for i, m := range fcm.Wait(6, testkit.Soon) {
		if m.Type() != "report.closed" || m.Token == "performer" || len(m.Data) != 2 || m.Data["event_id"] == "" ||
			!strings.Contains(m.Notification.Body, "acted upon it") && !strings.Contains(m.Notification.Body, "принял меры") {
			t.Errorf("push %d: %+v", i, m)
		}
	}
	if n := s.Count(`reports WHERE state = 'closed' AND verdict = 'warned' AND closed <> '' AND kept_until = '' AND (kept IS NULL OR kept = 'null')`); n != 6 {
		t.Errorf("%d reports are closed: %v", n, dashboard.List("reports"))
	}
	if c = dashboard.Open("cases", c["id"]); c["state"] != "closed" || c["closed_by"] != testkit.OwnerEmail || c["closed"] == "" {
		t.Errorf("%v", c)
	}
	// It is final; what is reported again gets a new case.
	dashboard.Change("cases", c["id"], map[string]any{"verdict": "nothing"}).WantFields("verdict")
	dashboard.Change("reports", dashboard.List("reports")[0]["id"], map[string]any{"verdict": "nothing"}).WantFields("verdict")
	report(s, people[0], "media_id", mediumOf(performer)).Want(201)
	if n := s.Count("cases WHERE state = 'open'"); n != 1 {
		t.Errorf("%d open cases", n)
	}
	if n := s.Count("pushes"); n != 6 {
		t.Errorf("%d pushes", n)
	}
	s.WantCleanLog()
}

// A verdict closes what the moderator has seen: a report that came after the form was opened stays open, in a new case.
func TestVerdictOnWhatWasSeen(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	dashboard := s.Dashboard()
	performer, early, late := s.Performer(), s.Client(), s.Client()
	s.AddDevice(early, "early", "en")
	s.AddDevice(late, "late", "en")
	report(s, early, "user_id", performer.ID).Want(201)
	form := dashboard.List("cases")[0]
	report(s, late, "user_id", performer.ID).Want(201)
	dashboard.Save("cases", form["id"], form, map[string]any{"verdict": "nothing"}).Want(200)
	if got := fcm.Wait(1, testkit.Soon)[0]; got.Token != "early" || !strings.Contains(got.Notification.Body, "no violation") {
		t.Errorf("%+v", got)
	}
	next := row(t, dashboard, "cases", "state", "open")
	if open := row(t, dashboard, "reports", "state", "open"); open["reporter"] != fmt.Sprint(late.ID) || open["case"] != next["id"] || next["target"] != form["target"] || next["user"] != fmt.Sprint(performer.ID) {
		t.Errorf("%v in %v", open, next)
	}
	// A single report closes by itself, and the case with its last one.
	report(s, early, "user_id", performer.ID).Want(201)
	for _, left := range []int{1, 0} {
		dashboard.Change("reports", row(t, dashboard, "reports", "state", "open")["id"], map[string]any{"verdict": "banned"}).Want(200)
		if n := s.Count("cases WHERE state = 'open'"); n != left {
			t.Errorf("%d open cases, want %d", n, left)
		}
	}
	fcm.Wait(3, testkit.Soon)
	if n := s.Count("pushes"); n != 3 {
		t.Errorf("%d pushes", n)
	}
	s.WantCleanLog()
}

// In the dashboard only the verdict can be given.
func TestReportsInTheDashboard(t *testing.T) {
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	client, performer := s.Client(), s.Performer()
	report(s, client, "user_id", performer.ID).Want(201)
	c, r := dashboard.List("cases")[0], dashboard.List("reports")[0]
	if r["reason"] != "abuse" || r["text"] != "It is bad" || !strings.Contains(fmt.Sprint(r["kept"]), "Person 2") {
		t.Errorf("%v", r)
	}
	for collection, fields := range map[string]map[string]any{
		"cases":   {"target": "user 9", "state": "closed", "due": "2040-01-01 00:00:00.000Z", "closed_by": "x", "user": fmt.Sprint(client.ID), "taken_by": "x"},
		"reports": {"target": "user 9", "state": "closed", "text": "x", "reason": "spam", "reporter": fmt.Sprint(performer.ID)},
	} {
		id := map[string]any{"cases": c["id"], "reports": r["id"]}[collection]
		for name, value := range fields {
			dashboard.Change(collection, id, map[string]any{name: value}).WantFields(name)
		}
		dashboard.Delete(collection, id).WantMessage("verdict")
		dashboard.Create(collection, map[string]any{"target": "user 1", "state": "open", "reason": "spam", "case": c["id"], "reporter": "1"}).WantFields("target")
	}
	dashboard.Save("cases", c["id"], c, nil).Want(200)
	dashboard.Save("reports", r["id"], r, nil).Want(200)
	if n := s.Count("reports WHERE state = 'open'"); n != 1 {
		t.Error("a form that changes nothing has closed a report")
	}
	// A medium that goes does not take its case along; a user who goes without orders does.
	report(s, client, "media_id", mediumOf(performer)).Want(201)
	s.Post("user/update").As(performer.Token).Multipart([]testkit.File{testkit.Picture()}).Do().Want(200)
	if row := row(t, dashboard, "cases", "target", fmt.Sprint("media ", mediumOf(performer))); row["state"] != "open" || row["media"] != "" {
		t.Errorf("%v", row)
	}
	dashboard.Delete("users", performer.ID).Want(204)
	if n := s.Count("cases") + s.Count("reports"); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	s.WantCleanLog()
}

// What a report keeps outlives the deletion of the account that it is about, until the verdict or for 30 days, and nothing of
// whoever reported and deletes their account is kept.
func TestKeptGoes(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Signup("role", "2", "nickname", "Keptname", "description", "Kept words")
	report(s, client, "user_id", performer.ID).Want(201)
	deleteAccount(s, performer, testkit.Password).Want(200)
	const open = `reports WHERE state = 'open' AND kept LIKE '%Kept words%' AND text = 'It is bad'`
	s.RunJob("privet_reports")
	if n := s.Count(open); n != 1 {
		t.Fatalf("%d reports", n)
	}
	var until string
	if err := s.App.DB().NewQuery("SELECT kept_until FROM reports").Row(&until); err != nil {
		t.Fatal(err)
	}
	if at, err := time.Parse("2006-01-02 15:04:05.000Z", until); err != nil || time.Until(at) > 30*24*time.Hour || time.Until(at) < 29*24*time.Hour {
		t.Errorf("kept until %s: %v", until, err)
	}
	deleteAccount(s, client, testkit.Password).Want(200)
	if n := s.Count(`reports WHERE state = 'open' AND kept LIKE '%Kept words%' AND text = ''`); n != 1 {
		t.Errorf("%d reports", n)
	}
	s.Exec(`UPDATE reports SET kept_until = strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now', '-1 seconds')`)
	s.RunJob("privet_reports")
	if n := s.Count(`reports WHERE state = 'open' AND kept IS NULL AND kept_until = ''`); n != 1 {
		t.Errorf("%d reports have forgotten", n)
	}
	s.WantCleanLog()
}

// After a deletion nothing but what the open report keeps is in the files, and nothing at all after the verdict.
func TestKeptLeavesNoBytes(t *testing.T) {
	p := testkit.Process(t)
	person := p.Signup("role", "2", "email", "vanishing@example.com", "nickname", "Seenname", "phone", "+79990001122", "description", "Seen words",
		"device_id", "vanishing-device", "firebase_token", "vanishing-push")
	client := p.Client()
	report(p.Server, client, "user_id", person.ID).Want(201)
	deleteAccount(p.Server, person, testkit.Password).Want(200)
	p.Stop(syscall.SIGTERM)
	wantNoBytes(t, p.Dir, "vanishing", "+79990001122")
	p.Start()
	dashboard := p.Dashboard()
	if c := dashboard.List("reports")[0]; !strings.Contains(fmt.Sprint(c["kept"]), "Seen words") {
		t.Errorf("%v", c)
	}
	dashboard.Change("cases", dashboard.List("cases")[0]["id"], map[string]any{"verdict": "warned"}).Want(200)
	p.Stop(syscall.SIGTERM)
	wantNoBytes(t, p.Dir, "vanishing", "+79990001122", "seen words", "seenname")
}
