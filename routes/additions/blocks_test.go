package additions_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/pocketbase/core"
)

const noSuchUser = "The selected user id is invalid."

// block makes one person block another.
func block(s *testkit.Server, by, whom testkit.Person) {
	s.Post("user/block").As(by.Token).JSON(map[string]any{"user_id": whom.ID}).Do().Want(201).WantJSON(done)
}

func unblock(s *testkit.Server, by, whom testkit.Person) {
	s.Post("user/unblock").As(by.Token).JSON(map[string]any{"user_id": whom.ID}).Do().Want(201).WantJSON(done)
}

// tryOrder sends an order of a client for a performer.
func tryOrder(s *testkit.Server, client testkit.Person, performer int) *testkit.Answer {
	return s.Post("order/create").As(client.Token).JSON(map[string]any{
		"performer_id": performer, "description": "x", "date_till": "2030-01-01 00:00:00"}).Do()
}

// Who may send what.
func TestBlockInput(t *testing.T) {
	s := testkit.Start(t)
	client, performer, gone := s.Client(), s.Performer(), s.Client()
	s.Dashboard().Change("users", gone.ID, map[string]any{"erase": gone.Email}).Want(200)
	invite := s.Post("user/get-by-invite").JSON(map[string]any{"invite": client.Data.String("data", "invite")}).Do().Want(200).Map().String("token")
	for _, path := range []string{"user/block", "user/unblock"} {
		s.Post(path).JSON(map[string]any{"user_id": performer.ID}).Do().Want(401)
		s.Post(path).As(invite).JSON(map[string]any{"user_id": performer.ID}).Do().Want(401)
		s.Post(path).As(client.Token).Do().WantError("user_id", "The user id field is required.")
		s.Post(path).As(client.Token).JSON(`{"user_id":"x"}`).Do().WantError("user_id", "The user id field must be an integer.")
	}
	s.Get("user/blocked").Do().Want(401)
	s.Get("user/blocked").As(invite).Do().Want(401)
	for _, id := range []any{client.ID, gone.ID, 0, -1, 999, 9e18} {
		s.Post("user/block").As(client.Token).JSON(map[string]any{"user_id": id}).Do().WantError("user_id", noSuchUser)
	}
	s.Post("user/unblock").As(client.Token).JSON(`{"user_id":999}`).Do().Want(201)
	for range 2 {
		block(s, client, performer)
	}
	s.Post("user/block").As(client.Token).Form("user_id", fmt.Sprint(performer.ID)).Do().Want(201)
	if n := s.Count("blocks"); n != 1 {
		t.Errorf("%d blocks", n)
	}
	key := func(path string) *testkit.Answer {
		return s.Post(path).As(client.Token).Header("Idempotency-Key", "tap").JSON(map[string]any{"user_id": performer.ID}).Do()
	}
	key("user/unblock").Want(201)
	block(s, client, performer)
	key("user/unblock").Want(201) // was answered before: it does not unblock anew
	key("user/block").Want(409)
	if n := s.Count("blocks"); n != 1 {
		t.Errorf("%d blocks", n)
	}
	s.WantCleanLog()
}

// A block closes every door in both directions, with the answers that somebody gets who looks for nobody; an end of it opens
// them again.
func TestBlockHolds(t *testing.T) {
	s := testkit.Start(t)
	a := s.Signup("role", "2", "nickname", "Agata", "category_ids[]", "1")
	b := s.Signup("role", "2", "nickname", "Boris", "category_ids[]", "2")
	c := s.Signup("role", "2", "nickname", "Cyril agata boris")
	old := s.Order(a, b)
	searches := []string{"", "role=2", "text=ag", "text=agata", "text=bo", "text=boris", "role=2&category_id=1", "role=2&category_id=2&text=boris", "category_id=2",
		"text=" + strings.Repeat("x", 70)}
	type doors struct {
		search       string
		view, invite int
		order        int
	}
	of := func(who, whom testkit.Person) (d doors) {
		t.Helper()
		for _, query := range searches {
			m := s.Get("user/search?" + query).As(who.Token).Do().Want(200).Map()
			found := 0
			for i := range m.Len("data") {
				if m.Int("data", i, "id") == whom.ID {
					found++
				}
			}
			if total := m.Int("meta", "total"); total != m.Len("data") {
				t.Errorf("%s: %d of %d", query, m.Len("data"), total)
			}
			d.search += fmt.Sprint(found)
		}
		d.view = s.Get(whom.Path()).As(who.Token).Do().Status
		d.invite = s.Post("user/get-by-invite").As(who.Token).JSON(map[string]any{"invite": whom.Data.String("data", "invite")}).Do().Status
		d.order = tryOrder(s, who, whom.ID).Status
		return d
	}
	for _, indexed := range []bool{false, true} {
		if indexed { // by now the search finds them in its queue, later in its index
			s.RunJob("privet_search")
		}
		open, shut := of(a, b), doors{strings.Repeat("0", len(searches)), 404, 404, 429}
		if open.search != "1100110110" || open.view != 200 || open.invite != 200 || open.order != 200 {
			t.Fatalf("before: %+v", open)
		}
		block(s, a, b)
		for name, d := range map[string]doors{"a to b": of(a, b), "b to a": of(b, a)} {
			if d != shut {
				t.Errorf("%s: %+v", name, d)
			}
		}
		if d := of(c, b); d.view != 200 || d.invite != 200 || d.order != 200 || !strings.Contains(d.search, "1") {
			t.Errorf("c to b: %+v", d)
		}
		tryOrder(s, b, a.ID).WantError("performer_id", "The selected performer id is invalid.")
		s.Get(a.Path()).As(b.Token).Do().Want(404).WantJSON(string(s.Get("user/view/999").As(b.Token).Do().Want(404).Body))
		// What the two have with each other stays.
		for _, who := range []testkit.Person{a, b} {
			m := s.Get(fmt.Sprintf("order/view/%d", old)).As(who.Token).Do().Want(200).Map()
			if m.String("data", "performer", "nickname") != "Boris" || m.String("data", "client", "nickname") != "Agata" {
				t.Errorf("%v", m)
			}
		}
		// Each block stands by itself.
		block(s, b, a)
		unblock(s, a, b)
		if d := of(a, b); d != shut {
			t.Errorf("a to b, who blocks a: %+v", d)
		}
		unblock(s, b, a)
		if d := of(a, b); d != open {
			t.Errorf("after: %+v, before: %+v", d, open)
		}
	}
	if n := s.Count("pushes"); n != 0 {
		t.Errorf("%d pushes", n)
	}
	s.WantCleanLog()
}

// The list of whom one has blocked has pages, the last block first. It shows nothing by which to tell that somebody has blocked
// the reader: they look like somebody who is banned.
func TestBlocked(t *testing.T) {
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	reader, blocker, banned, plain := s.Client(), s.Performer(), s.Performer(), s.Performer()
	for _, p := range []testkit.Person{plain, banned, blocker} {
		block(s, reader, p)
	}
	block(s, blocker, reader)
	dashboard.Change("users", banned.ID, map[string]any{"banned": true}).Want(200)
	s.Post("user/update").As(blocker.Token).JSON(`{"nickname":"Person 3","description":"later words"}`).Do().Want(200)

	m := s.Get("user/blocked").As(reader.Token).Do().Want(200).Map()
	if m.Len("data") != 3 || m.Int("data", 0, "id") != blocker.ID || m.Int("data", 1, "id") != banned.ID || m.Int("data", 2, "id") != plain.ID {
		t.Fatalf("%v", m)
	}
	if m.Len("data", 2, "media") != 1 || m.String("data", 2, "invite") != plain.Data.String("data", "invite") {
		t.Errorf("%v", m.At("data", 2))
	}
	differ := map[string]bool{"id": true, "email": true, "nickname": true, "created_at": true, "updated_at": true}
	for field, value := range m.At("data", 0).(map[string]any) {
		if other := m.At("data", 1, field); !differ[field] && fmt.Sprint(value) != fmt.Sprint(other) {
			t.Errorf("%s is %v of who has blocked the reader, and %v of who is banned", field, value, other)
		}
	}
	for i := range 2 {
		if m.Len("data", i, "media") != 0 || m.At("data", i, "description") != nil || m.String("data", i, "invite") != "00000000" || m.At("data", i, "price") != nil {
			t.Errorf("%v", m.At("data", i))
		}
	}
	for range 14 {
		block(s, reader, s.Client())
	}
	m = s.Get("user/blocked?page=2").As(reader.Token).Do().Want(200).Map()
	if m.Len("data") != 2 || m.Int("meta", "total") != 17 || m.Int("data", 1, "id") != plain.ID {
		t.Errorf("%v", m)
	}
	if n := s.Get("user/blocked").As(blocker.Token).Do().Want(200).Map().Int("meta", "total"); n != 1 {
		t.Errorf("%d are blocked", n)
	}
	if n := s.Get("user/blocked").As(plain.Token).Do().Want(200).Map().Int("meta", "total"); n != 0 {
		t.Errorf("%d are blocked", n)
	}
	s.WantCleanLog()
}

// An order that was on its way when the performer blocked the client is refused: the transaction of the block decides.
func TestBlockAndOrderAtOnce(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	var sent sync.WaitGroup
	var answer *testkit.Answer
	err := s.App.RunInTransaction(func(tx core.App) error {
		if err := store.AddBlock(tx, fmt.Sprint(performer.ID), fmt.Sprint(client.ID)); err != nil {
			return err
		}
		begun := make(chan struct{})
		sent.Go(func() {
			close(begun)
			answer = tryOrder(s, client, performer.ID)
		})
		<-begun
		for range 20 { // it waits for this transaction: nothing tells when it has begun to
			time.Sleep(10 * time.Millisecond)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sent.Wait()
	answer.WantError("performer_id", "The selected performer id is invalid.")

	// And many at once: none gets through after the block was answered.
	for range 5 {
		client := s.Client()
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { tryOrder(s, client, performer.ID) })
		}
		all.Go(func() { block(s, performer, client) })
		all.Wait()
		tryOrder(s, client, performer.ID).WantError("performer_id", "The selected performer id is invalid.")
	}
	if n := s.Count(`orders o JOIN blocks b ON b.blocker = o.performer AND b.blocked = o.client WHERE o.created > b.created`); n != 0 {
		t.Errorf("%d orders after a block", n)
	}
	s.WantCleanLog()
}

// A block shows in the dashboard, where it can't be made, changed or ended; it holds for a moderator's orders, too, and ends
// with either account.
func TestBlockInTheDashboard(t *testing.T) {
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	client, performer, other := s.Client(), s.Performer(), s.Client()
	block(s, client, performer)
	block(s, other, client)
	rows := dashboard.List("blocks")
	if len(rows) != 2 {
		t.Fatalf("%v", rows)
	}
	for _, row := range rows {
		if row["blocker"] == fmt.Sprint(client.ID) && row["blocked"] != fmt.Sprint(performer.ID) {
			t.Errorf("%v", row)
		}
		dashboard.Change("blocks", row["id"], map[string]any{"blocked": fmt.Sprint(other.ID)}).WantFields("blocked")
		dashboard.Delete("blocks", row["id"]).WantMessage("Only the user")
	}
	dashboard.Create("blocks", map[string]any{"blocker": fmt.Sprint(performer.ID), "blocked": fmt.Sprint(client.ID)}).WantFields("blocker")
	dashboard.Create("orders", map[string]any{"client": fmt.Sprint(client.ID), "performer": fmt.Sprint(performer.ID), "status": "new", "description": "x",
		"date_till": "2030-01-01 00:00:00.000Z"}).WantFields("performer")
	dashboard.Change("users", performer.ID, map[string]any{"erase": performer.Email}).Want(200)
	if n := s.Count("blocks"); n != 1 {
		t.Errorf("%d blocks after the erasure", n)
	}
	dashboard.Delete("users", client.ID).Want(204)
	if n := s.Count("blocks"); n != 0 {
		t.Errorf("%d blocks after the deletion", n)
	}
	s.WantCleanLog()
}

// One can block many users, but not without end.
func TestBlocksHaveALimit(t *testing.T) {
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	s.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		INSERT INTO blocks (id, blocker, blocked, created) SELECT 'b' || i, '%d', 'nobody' || i, '' FROM n`, client.ID)
	s.Post("user/block").As(client.Token).JSON(map[string]any{"user_id": performer.ID}).Do().WantError("user_id", "Too many blocked users.")
	s.Exec(`DELETE FROM blocks WHERE id = 'b1'`)
	block(s, client, performer)
}
