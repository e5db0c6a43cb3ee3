package desk_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// Of two moderators who decide at once one does, and the other is told who. A stale page can't undo it.
func TestTwoModerators(t *testing.T) {
	if testing.Short() {
		t.Skip("decides two hundred cases")
	}
	t.Parallel()
	s := testkit.Start(t)
	desks := []desk{moderator(s), {s, s.Owner()}}
	client, performer := s.Client(), s.Performer()
	for try := range 200 {
		report(s, client, "user_id", performer.ID)
		id := desks[0].cases().String("items", 0, "id")
		var done [2]*testkit.Answer
		testkit.Concurrently(2, func(i int) {
			done[i] = desks[i].post("cases/"+id+"/verdict", in{"rev": 1, "verdict": "warned", "text": fmt.Sprint("By ", i)})
		})
		winner := 0
		if done[1].Status == 200 {
			winner = 1
		}
		by := []string{testkit.ModeratorEmail, testkit.OwnerEmail}[winner]
		done[winner].Want(200)
		lost := done[1-winner].Want(409).Map()
		if lost.String("data", "by") != by || lost.String("data", "verdict") != "warned" || !strings.Contains(lost.String("message"), by) {
			t.Fatalf("try %d: %v", try, lost)
		}
		if n := s.Count("warnings"); n != try+1 {
			t.Fatalf("try %d: %d warnings", try, n)
		}
		desks[1-winner].post("cases/"+id+"/verdict", in{"rev": 1, "verdict": "nothing", "over": true}).Want(409)
	}
	s.WantCleanLog()
}

// A lease keeps others from deciding until it ends, is given back, or is taken over.
func TestLease(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	mine, theirs := moderator(s), desk{s, s.Owner()}
	client, performer := s.Client(), s.Performer()
	report(s, client, "user_id", performer.ID)
	path := "cases/" + mine.cases().String("items", 0, "id")
	if taken := mine.post(path+"/take", in{}).Want(200).Map(); taken.At("taken", "mine") != true || taken.String("taken", "by") != testkit.ModeratorEmail {
		t.Errorf("%v", taken)
	}
	theirs.post(path+"/take", in{}).Want(409)
	theirs.post(path+"/verdict", in{"rev": 1, "verdict": "nothing"}).Want(409)
	theirs.post(path+"/renew", in{}).Want(409)
	if q := theirs.cases(); q.Int("counts", "free") != 0 || q.Int("counts", "mine") != 0 || mine.cases().Int("counts", "mine") != 1 {
		t.Errorf("%v", q)
	}
	mine.post(path+"/renew", in{}).Want(200)
	mine.post(path+"/release", in{}).Want(200)
	theirs.post(path+"/take", in{}).Want(200)
	mine.post(path+"/take", in{"over": true}).Want(200)
	theirs.post(path+"/renew", in{}).Want(409)
	s.Exec(`UPDATE cases SET taken_until = '2020-01-01 00:00:00.000Z'`) // nobody renews it
	theirs.post(path+"/take", in{}).Want(200)
	theirs.post("sign-out", in{}).Want(200)
	for try := range 20 { // both want it at once
		desks := []desk{mine, theirs}
		var taken [2]*testkit.Answer
		testkit.Concurrently(2, func(i int) { taken[i] = desks[i].post(path+"/take", in{}) })
		winner := 0
		if taken[1].Status == 200 {
			winner = 1
		}
		taken[winner].Want(200)
		if lost := taken[1-winner].Want(409).Map(); lost.String("data", "by") != []string{testkit.ModeratorEmail, testkit.OwnerEmail}[winner] {
			t.Fatalf("try %d: %v", try, lost)
		}
		desks[winner].post(path+"/release", in{}).Want(200)
	}
	mine.post(path+"/verdict", in{"rev": 1, "verdict": "nothing"}).Want(200)
	mine.post("cases/nope/take", in{}).Want(404)
	// The person's page shows what was decided also while no case is open.
	if p := mine.get(fmt.Sprint("users/", performer.ID)).Want(200).Map(); p.At("case") != nil || p.String("before", 0, "verdict") != "nothing" || p.Int("before", 0, "target", "id") != performer.ID {
		t.Errorf("%v", p.At("before"))
	}

	// What came after the page was opened stays open, with the old verdict in sight.
	other := s.Client()
	report(s, client, "user_id", performer.ID)
	path = "cases/" + mine.cases().String("items", 0, "id")
	page := mine.get(path).Want(200).Map()
	if page.String("before", 0, "verdict") != "nothing" {
		t.Errorf("%v", page)
	}
	report(s, other, "user_id", performer.ID)
	mine.post(path+"/verdict", in{"rev": page.Int("rev"), "verdict": "banned", "text": "Fraud"}).Want(200)
	if q := mine.cases(); q.Len("items") != 1 || q.Int("items", 0, "reports") != 1 {
		t.Errorf("%v", q)
	}
	// What is decided shows what was decided before it, and not itself.
	if page := mine.get(path).Want(200).Map(); page.Len("before") != 1 || page.String("before", 0, "verdict") != "nothing" {
		t.Errorf("%v", page.At("before"))
	}
	if bans := mine.get("bans").Want(200).Map(); bans.Int("items", 0, "user", "id") != performer.ID || bans.String("items", 0, "reason") != "Fraud" || bans.Len("items") != 1 {
		t.Errorf("%v", bans)
	}
	// Who signs out keeps no case, also where one is taken over meanwhile: here, while the other one is released.
	report(s, client, "user_id", other.ID)
	for i := range mine.cases().Len("items") {
		mine.post("cases/"+mine.cases().String("items", i, "id")+"/take", in{}).Want(200)
	}
	s.Exec(`CREATE TRIGGER taken_over AFTER UPDATE OF taken_by ON cases WHEN NEW.taken_by = '' BEGIN
		UPDATE cases SET taken_by = '%s' WHERE taken_by = OLD.taken_by; END`, testkit.OwnerEmail)
	mine.post("sign-out", in{}).Want(200)
	s.Exec(`DROP TRIGGER taken_over`)
	if q := mine.cases(); q.Int("counts", "all") != 2 || q.Int("counts", "free") != 1 || q.Int("counts", "mine") != 0 {
		t.Errorf("%v", q.At("counts"))
	}
	mine.post(fmt.Sprintf("users/%d/unban", performer.ID), in{}).Want(200)
	if bans := mine.get("bans").Want(200).Map(); bans.Len("items") != 0 {
		t.Errorf("%v", bans)
	}
	s.WantCleanLog()
}

// What opens cases besides reports.
func TestOpeners(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	d := moderator(s)
	s.Request(http.MethodPost, "/api/collections/watched_words/records").As(s.Owner()).JSON(in{"word": "Ёлка"}).Do().Want(200)
	kinds := func() string { return fmt.Sprint(d.cases().At("counts", "kinds")) }
	want := func(kind string, count int) {
		t.Helper()
		if got := d.cases().Int("counts", "kinds", kind); got != count {
			t.Errorf("%d of %s, want %d: %s", got, kind, count, kinds())
		}
	}
	client, performer := s.Client(), s.Performer()
	s.Post("user/update").As(performer.Token).JSON(in{"description": "Продаю ЕЛКАМИ!"}).Do().Want(200)
	want("word", 1)
	s.Post("user/update").As(performer.Token).JSON(in{"name": "N"}).Do().Want(200)
	if q := d.cases(); q.Int("items", 0, "rev") != 1 || q.String("items", 0, "word") != "Ёлка" || !strings.Contains(q.String("items", 0, "quote"), "ЕЛКАМИ") {
		t.Errorf("%v", q)
	}
	order := s.Order(client, performer)
	s.Finish(performer, order).Want(200)
	want("first", 1)
	s.Post(fmt.Sprint("order/update/", order)).As(client.Token).JSON(in{"rating_rate": 2, "rating_text": "Bad"}).Do().Want(200)
	want("low", 1)
	late := s.Order(client, performer)
	s.Exec(`UPDATE orders SET date_till = strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now', '-1 hour') WHERE id = '%d'`, late)
	for range 2 {
		s.RunJob("privet_overdue")
	}
	want("overdue", 1)
	for range 3 {
		s.Post("user/block").As(s.Client().Token).JSON(in{"user_id": client.ID}).Do().Want(201)
	}
	want("blocked", 1)
	d.post("orders/"+fmt.Sprint(late)+"/cancel", in{"rev": 99, "text": "Late"}).Want(409)
	if all := d.cases(); all.Len("items") != all.Int("counts", "all") {
		t.Errorf("%v", all)
	}
	d.wantPlaces(t, "")
	d.wantPlaces(t, "kind=word")
	d.post("cases/"+d.cases().String("items", 0, "id")+"/take", in{}).Want(200)
	d.wantPlaces(t, "whose=free")
	d.wantPlaces(t, "whose=mine")
	for range 2 {
		c := d.cases()
		d.post("cases/"+c.String("items", 0, "id")+"/verdict", in{"rev": c.Int("items", 0, "rev"), "verdict": "nothing"}).Want(200)
	}
	d.wantPlaces(t, "state=closed")
	if c := d.get("cases/" + d.get("cases?state=closed").Want(200).Map().String("items", 0, "id")).Want(200).Map(); c.At("place") != nil || c.At("of") != nil {
		t.Errorf("a closed case has a place among the open ones: %v", c)
	}
	s.WantCleanLog()
}

// wantPlaces checks that the page of each case of a queue says where it stands in that queue.
func (d desk) wantPlaces(t *testing.T, filter string) {
	t.Helper()
	items := d.get("cases?" + filter).Want(200).Map()
	id := func(i int) any {
		if i < 0 || i >= items.Len("items") {
			return nil
		}
		return items.At("items", i, "id")
	}
	for i := range items.Len("items") {
		page := d.get("cases/" + items.String("items", i, "id") + "?" + filter).Want(200).Map()
		if page.Int("place") != i+1 || page.Int("of") != items.Len("items") || page.At("of_capped") != false || page.At("previous") != id(i-1) || page.At("next") != id(i+1) {
			t.Errorf("%q, case %d of %d: %v of %v between %v and %v", filter, i+1, items.Len("items"), page.At("place"), page.At("of"), page.At("previous"), page.At("next"))
		}
	}
	if items.Len("items") == 0 {
		t.Errorf("%q: no case", filter)
	}
}
