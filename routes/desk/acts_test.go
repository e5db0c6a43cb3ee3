package desk_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cases "github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"

	"github.com/pocketbase/pocketbase/core"
)

// desk acts as a moderator at the desk.
type desk struct {
	s     *testkit.Server
	token string
}

// moderator returns the desk of the testkit's moderator.
func moderator(s *testkit.Server) desk { return desk{s, s.Moderator()} }

func (d desk) post(path string, body any) *testkit.Answer {
	return d.s.Request(http.MethodPost, "/api/desk/"+path).As(d.token).JSON(body).Do()
}

func (d desk) get(path string) *testkit.Answer {
	return d.s.Get("/api/desk/" + path).As(d.token).Do()
}

type in = map[string]any

// cases returns the open cases, the oldest clock first.
func (d desk) cases() testkit.Map { return d.get("cases").Want(200).Map() }

// report reports a medium, as a user does.
func report(s *testkit.Server, by testkit.Person, field string, id int) {
	s.Post("user/report").As(by.Token).JSON(in{field: id, "reason": 2, "text": "It is bad"}).Do().Want(201)
}

// A hidden medium is gone at once, from the storage and from the API, and comes back as it was. After its time it is removed.
func TestHideMedium(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	d := moderator(s)
	client, performer := s.Client(), s.Performer()
	order := s.Order(client, performer)
	m := s.Finish(performer, order).Want(200).Map()
	id, url := m.Int("data", "media", 0, "id"), testkit.PathOf(m.String("data", "media", 0, "path_url"))
	content := s.Get(url).Do().Want(200).Body
	shown := func() int {
		return s.Get(fmt.Sprintf("order/view/%d", order)).As(client.Token).Do().Want(200).Map().Len("data", "media")
	}
	hidden := d.post(fmt.Sprintf("media/%d/hide", id), in{"text": "Insults"}).Want(200).Map()
	if hidden.String("hidden") == "" || hidden.String("remove_at") == "" {
		t.Errorf("%v", hidden)
	}
	s.Get(url).Do().Want(404)
	if shown() != 0 {
		t.Error("the order still has it")
	}
	s.Post("user/report").As(client.Token).JSON(in{"media_id": id, "reason": 2}).Do().WantError("media_id", "The selected media id is invalid.")
	s.Get(hidden.String("url")).Do().Want(200) // the desk sees it
	d.post(fmt.Sprintf("media/%d/hide", id), in{}).Want(409)

	if back := d.post(fmt.Sprintf("media/%d/show", id), in{}).Want(200).Map(); back.At("hidden") != nil {
		t.Errorf("%v", back)
	}
	if again := s.Get(url).Do().Want(200).Body; !bytes.Equal(again, content) || shown() != 1 {
		t.Error("it did not come back")
	}
	d.post(fmt.Sprintf("media/%d/show", id), in{}).Want(409)

	d.post(fmt.Sprintf("media/%d/hide", id), in{}).Want(200)
	s.RunJob("privet_hidden_media")
	d.post(fmt.Sprintf("media/%d/show", id), in{}).Want(200)
	d.post(fmt.Sprintf("media/%d/hide", id), in{}).Want(200)
	stored := len(s.StoredFiles())
	s.Exec(`UPDATE media SET remove_at = '2020-01-01 00:00:00.000Z' WHERE id = '%d'`, id)
	s.RunJob("privet_hidden_media")
	s.AwaitStored(stored - 2)
	d.post(fmt.Sprintf("media/%d/show", id), in{}).Want(404)
	if n := s.Count(`audit WHERE act = 'remove' AND role = 'system' AND "order" = '1' AND user = '2'`); n != 1 {
		t.Errorf("%d rows of the removal", n)
	}
	s.WantCleanLog()
}

// A hundred reports of one medium at the same moment are one case, and each keeps what it was about; its verdict hides the medium and
// tells each of who reported, once.
func TestHundredReports(t *testing.T) {
	if testing.Short() {
		t.Skip("signs up a hundred people")
	}
	t.Parallel()
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	d := moderator(s)
	performer := s.Performer()
	medium := performer.Data.Int("data", "media", 0, "id")
	people := make([]testkit.Person, 100)
	for i := range people {
		people[i] = s.Client()
		s.AddDevice(people[i], fmt.Sprint("phone", i), "en")
	}
	content := s.Get(testkit.PathOf(performer.Data.String("data", "media", 0, "path_url"))).Do().Want(200).Body
	testkit.Concurrently(len(people), func(i int) { report(s, people[i], "media_id", medium) })
	kept := fmt.Sprintf(`reports WHERE source <> '' AND text <> '' AND kept LIKE '%%"id":%d,"sha256":"%x"%%'`, medium, sha256.Sum256(content))
	if n := s.Count(kept); n != 100 || len(sources(t, s)) != 100 {
		t.Errorf("%d reports keep what they are about, and %v", n, sources(t, s))
	}
	found := d.cases()
	if found.Len("items") != 1 || found.Int("items", 0, "reports") != 100 || found.Int("counts", "all") != 1 || found.Int("counts", "kinds", "report") != 1 {
		t.Fatalf("%v", found)
	}
	id := found.String("items", 0, "id")
	page := d.get("cases/" + id).Want(200).Map()
	if page.Len("reports") != 20 || page.Int("more") != 80 {
		t.Errorf("%v", page)
	}
	closed := d.post("cases/"+id+"/verdict", in{"rev": page.Int("rev"), "verdict": "hidden", "text": "Insults"}).Want(200).Map()
	if closed.String("state") != "closed" || closed.String("closed_by") != testkit.ModeratorEmail {
		t.Errorf("%v", closed)
	}
	for _, m := range fcm.Wait(100, testkit.Soon) {
		if m.Type() != "report.closed" || m.Token == "" {
			t.Errorf("%+v", m)
		}
	}
	if s.Count(`reports WHERE state = 'closed'`) != 100 || s.Count(`pushes WHERE type = 'report.closed'`) != 100 || s.Count("cases") != 1 || s.Count("audit WHERE act = 'hide'") != 1 {
		t.Error("not all is closed")
	}
	s.Get(testkit.PathOf(performer.Data.String("data", "media", 0, "path_url"))).Do().Want(404)
	testkit.Await(t, testkit.Soon, "the reports' files go", func() bool { return len(sources(t, s)) == 0 })
	s.WantCleanLog()
}

// sources lists the files that reports keep until each has its still.
func sources(t *testing.T, s *testkit.Server) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.App.DataDir(), "storage", "*", "*", "source.*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A ban has its reason, its end and its history; who banned is not told to anybody.
func TestBan(t *testing.T) {
	t.Parallel()
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	d := moderator(s)
	client, performer := s.Client(), s.Performer()
	s.AddDevice(client, "client", "ru")
	s.AddDevice(performer, "performer", "en")
	order := s.Order(client, performer)
	user := fmt.Sprintf("users/%d/", performer.ID)
	fcm.Wait(1, testkit.Soon)
	fcm.Reset()

	d.post(user+"warn", in{"text": " Please be polite "}).Want(200)
	if m := fcm.Wait(1, testkit.Soon)[0]; m.Type() != "account.warned" || m.Notification.Body != "Please be polite" || m.Data["event_id"] == "" || m.Token != "performer" {
		t.Errorf("%+v", m)
	}
	d.post(user+"warn", in{"text": " "}).Want(400)
	d.post(user+"ban", in{"text": "Fraud", "until": "soon"}).Want(400)
	d.post(user+"ban", in{"text": "Fraud", "until": "2020-01-01T00:00:00Z"}).Want(400)
	counts := d.get(user + "consequences?act=ban").Want(200).Map()
	if counts.Int("orders_cancelled") != 1 || counts.Int("devices") != 2 {
		t.Errorf("%v", counts)
	}
	until := time.Now().Add(7 * 24 * time.Hour).UTC().Truncate(time.Second)
	d.post(user+"ban", in{"text": "Fraud", "until": until.Format(time.RFC3339)}).Want(200)
	s.Get("order/search").As(performer.Token).Do().Want(401)
	view := s.Get(fmt.Sprintf("order/view/%d", order)).As(client.Token).Do().Want(200)
	if bytes.Contains(view.Body, []byte("moderator@")) || view.Map().Int("data", "status") != 3 {
		t.Errorf("%s", view.Body)
	}
	if n := s.Count(`bans WHERE user = '2' AND reason = 'Fraud' AND lifted = '' AND by = 'moderator@example.com' AND until = '` + until.Format("2006-01-02 15:04:05.000Z") + `'`); n != 1 {
		t.Errorf("%d bans", n)
	}
	// The page of another moderator does not show it yet, and so can't change it.
	stale := desk{s, s.Owner()}
	if refused := stale.post(user+"ban", in{"text": "Rude"}).Want(409).Map(); refused.String("data", "by") != testkit.ModeratorEmail || s.Count(`bans WHERE reason = 'Rude'`) != 0 {
		t.Errorf("%v", refused)
	}
	stale.post(user+"ban", in{"text": "Rude", "over": true}).Want(200)
	d.post(user+"ban", in{"text": "Fraud", "until": until.Format(time.RFC3339), "over": true}).Want(200)
	d.post(user+"unban", in{"text": "A mistake"}).Want(200)
	d.post(user+"unban", in{"text": "A mistake"}).Want(409)
	s.Login(performer)
	if n := s.Count(`bans WHERE lifted <> '' AND lifted_by = 'moderator@example.com' AND reason = 'Fraud'`); n != 1 {
		t.Errorf("%d bans were lifted", n)
	}
	if contacts := d.post(user+"contacts", in{}).Want(200).Map(); contacts.String("email") != performer.Email {
		t.Errorf("%v", contacts)
	}
	for act, rows := range map[string]int{"warn": 1, "ban": 2, "unban": 1, "contacts": 1, "cancel": 0} {
		if n := s.Count("audit WHERE act = '" + act + "' AND actor = 'moderator@example.com' AND role = 'moderator'"); n != rows {
			t.Errorf("%d rows of %s", n, act)
		}
	}
	if n := s.Count(`audit WHERE before LIKE '%@%' OR after LIKE '%@%'`); n != 0 {
		t.Error("the audit has contacts")
	}
	s.WantCleanLog()
}

// What an act takes back is what its page shows, and nothing that another moderator has done since: that is refused, with who it was.
func TestStalePages(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	mine, theirs := moderator(s), desk{s, s.Owner()}
	client, performer, other := s.Client(), s.Performer(), s.Performer()
	refused := func(answer *testkit.Answer) {
		t.Helper()
		if m := answer.Want(409).Map(); m.String("data", "by") != testkit.OwnerEmail || !strings.Contains(m.String("message"), testkit.OwnerEmail) {
			t.Errorf("%v", m)
		}
	}
	user := fmt.Sprintf("users/%d", performer.ID)
	banned := func() string { return mine.get(user).Want(200).Map().String("banned_at") }

	theirs.post(user+"/ban", in{"text": "Rude"}).Want(200)
	older := banned()
	theirs.post(user+"/ban", in{"text": "Fraud", "ban": older}).Want(200)
	for _, act := range []string{"/ban", "/unban"} {
		refused(mine.post(user+act, in{"text": "x", "ban": older}))
		refused(mine.post(user+act, in{"text": "x", "ban": nil})) // the page shows none
		mine.post(user+act, in{"text": "x", "ban": "yesterday"}).Want(400)
	}
	newer := banned()
	if at := mine.get(user).Want(200).Map().String("ban", "at"); at != newer || newer == older || s.Count(`bans WHERE reason = 'Fraud' AND lifted = ''`) != 1 {
		t.Errorf("banned at %s, or %s, and before at %s", newer, at, older)
	}
	theirs.post(user+"/unban", in{"ban": newer}).Want(200)
	refused(mine.post(user+"/ban", in{"text": "x", "ban": newer}))
	refused(mine.post(user+"/unban", in{"ban": newer}))
	theirs.post(user+"/ban", in{"text": "Rude"}).Want(200)
	mine.post(user+"/unban", in{"ban": banned()}).Want(200)
	theirs.post(user+"/ban", in{"text": "Rude"}).Want(200)
	mine.post(user+"/unban", in{"over": true}).Want(200)

	medium := fmt.Sprintf("media/%d", performer.Data.Int("data", "media", 0, "id"))
	hidden := mine.post(medium+"/hide", in{}).Want(200).Map().String("hidden")
	mine.post(medium+"/show", in{"hidden": hidden}).Want(200)
	now := theirs.post(medium+"/hide", in{}).Want(200).Map().String("hidden")
	refused(mine.post(medium+"/show", in{"hidden": hidden}))
	refused(mine.post(medium+"/hide", in{}))
	mine.post(medium+"/show", in{"hidden": now}).Want(200)

	order := s.Order(client, other)
	report(s, client, "order_id", order)
	page := mine.cases()
	path := "cases/" + page.String("items", 0, "id") + "/verdict"
	verdict := in{"rev": 1, "verdict": "cancelled", "text": "Late", "order_rev": page.Int("items", 0, "order", "rev")}
	s.Finish(other, order).Want(200)
	mine.post(path, verdict).Want(409)
	if story := mine.get(fmt.Sprint("orders/", order)).Want(200).Map(); story.String("status") != "done" || story.At("case") == nil {
		t.Errorf("%v", story)
	} else {
		verdict["order_rev"] = story.Int("rev")
	}
	mine.post(path, verdict).Want(200)

	theirs.post(user+"/ban", in{"text": "Rude"}).Want(200)
	if err := s.App.RunInTransaction(func(tx core.App) error { return cases.OpenAppeal(tx, fmt.Sprint(performer.ID), "It was not me") }); err != nil {
		t.Fatal(err)
	}
	page = mine.cases()
	appeal := -1
	for i := range page.Len("items") {
		if page.String("items", i, "kind") == "appeal" {
			appeal = i
		}
	}
	path = "cases/" + page.String("items", appeal, "id") + "/verdict"
	theirs.post(user+"/ban", in{"text": "Fraud"}).Want(200)
	refused(mine.post(path, in{"rev": 1, "verdict": "lifted", "ban": page.String("items", appeal, "user", "banned_at")}))
	theirs.post(user+"/unban", in{}).Want(200)
	theirs.post(user+"/ban", in{"text": "Fraud"}).Want(200)
	mine.post(path, in{"rev": 1, "verdict": "lifted"}).Want(409) // there was no appeal against this ban
	mine.post(path, in{"rev": 1, "verdict": "nothing"}).Want(200)
	s.WantCleanLog()
}
