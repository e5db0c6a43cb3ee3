package desk_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

// An appeal is decided by another than the superuser who has set the ban, where there is one: at the desk and in the stock form.
func TestAppeals(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	owner := s.Dashboard()
	appeal := func(by string) (id string) {
		t.Helper()
		person := s.Client()
		key := strconv.Itoa(person.ID)
		at(s, by, "users/"+key+"/ban", in{"text": "Fraud"}).Want(200)
		if err := s.App.RunInTransaction(func(tx core.App) error { return desk.OpenAppeal(tx, key, "It was not me") }); err != nil {
			t.Fatal(err)
		}
		return caseOf(t, s, person)
	}
	allowed := func(token, id, verdict string) bool {
		t.Helper()
		c := at(s, token, "cases/"+id, nil).Want(200).Map()
		for i := range c.Len("verdicts") {
			if c.String("verdicts", i, "verdict") == verdict {
				return c.At("verdicts", i, "allowed") == true
			}
		}
		t.Fatalf("no verdict %s: %v", verdict, c)
		return false
	}
	lifted, nothing := in{"rev": 1, "verdict": "lifted", "text": "Sorry"}, in{"rev": 1, "verdict": "nothing"}

	alone := appeal(owner.Token())
	if !allowed(owner.Token(), alone, "lifted") {
		t.Error("the only superuser may not decide")
	}
	at(s, owner.Token(), "cases/"+alone+"/verdict", lifted).Want(200)

	moderator := s.Moderator()
	for _, c := range []struct{ banned, other string }{{owner.Token(), moderator}, {moderator, owner.Token()}} {
		id := appeal(c.banned)
		for _, verdict := range []string{"lifted", "nothing"} {
			if allowed(c.banned, id, verdict) || !allowed(c.other, id, verdict) {
				t.Errorf("%s is offered to the wrong one", verdict)
			}
		}
		at(s, c.banned, "cases/"+id+"/verdict", lifted).Want(409)
		at(s, c.banned, "cases/"+id+"/verdict", nothing).Want(409)
		if c.banned == owner.Token() {
			owner.Change("cases", id, in{"verdict": "nothing"}).WantFields("verdict")
		}
		at(s, c.other, "cases/"+id+"/verdict", lifted).Want(200)
	}
	s.WantCleanLog()
}

// A moderator's page hears what happens to cases, once it has, and not whom they are about.
func TestEvents(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	moderator := s.Moderator()
	stream := s.OpenStream()
	stream.Subscribe(moderator, "desk/cases").Want(204)
	client, performer := s.Client(), s.Performer()
	heard := func(event, id string) {
		t.Helper()
		got := <-stream.Events
		var data map[string]any
		if err := json.Unmarshal([]byte(got.Data), &data); err != nil {
			t.Fatal(err)
		}
		if got.Name != "desk/cases" || data["event"] != event || id != "" && data["id"] != id || data["rev"] == nil || len(data) != 3 {
			t.Errorf("%v, want %s of %s", got, event, id)
		}
		at(s, moderator, "cases/"+data["id"].(string), nil).Want(200) // it is there by now
	}
	s.Exec(`CREATE TRIGGER stop BEFORE INSERT ON reports BEGIN SELECT RAISE(ABORT, 'stopped'); END`)
	s.Post("user/report").As(client.Token).JSON(in{"user_id": performer.ID, "reason": 2}).Do().Want(500) // nobody hears of it
	s.Exec(`DROP TRIGGER stop`)
	report(s, client, performer, "Rude")
	heard("opened", "")
	id := caseOf(t, s, performer)
	report(s, s.Client(), performer, "Rude")
	heard("joined", id)
	path := "cases/" + id
	for _, act := range []string{"take", "release"} {
		at(s, moderator, path+"/"+act, in{}).Want(200)
		heard(map[string]string{"take": "taken", "release": "released"}[act], id)
	}
	at(s, moderator, path+"/verdict", in{"rev": 2, "verdict": "nothing"}).Want(200)
	heard("closed", id)
	report(s, client, performer, "Again")
	heard("opened", "")
	again := caseOf(t, s, performer)
	s.Dashboard().Change("cases", again, in{"verdict": "nothing"}).Want(200)
	heard("closed", again)
	select {
	case more := <-stream.Events:
		t.Errorf("and %v", more)
	default:
	}
}
