package e2e

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// keyed starts a POST of a person with an Idempotency-Key.
func keyed(s *testkit.Server, person testkit.Person, path, key string) *testkit.Request {
	return s.Post(path).As(person.Token).Header("Idempotency-Key", key)
}

// draft is the body of an order/create.
func draft(performer testkit.Person, description string) string {
	return fmt.Sprintf(`{"performer_id":%d,"description":%q,"date_till":"2030-10-02 12:36:51"}`, performer.ID, description)
}

// wantSame fails the test unless the answers are equal.
func wantSame(t *testing.T, first *testkit.Answer, others ...*testkit.Answer) {
	t.Helper()
	for _, other := range others {
		if other.Status != first.Status || !bytes.Equal(other.Body, first.Body) || other.Header.Get("Content-Type") != first.Header.Get("Content-Type") {
			t.Errorf("the first answer is\n%d %s\nand another\n%d %s", first.Status, first.Body, other.Status, other.Body)
		}
	}
}

// wantConflict fails the test unless the answer refuses a key that another request has used.
func wantConflict(answer *testkit.Answer) {
	answer.Want(http.StatusConflict).
		WantJSON(`{"status":"error","message":"The Idempotency-Key was used for another request: each one needs a key of its own."}`)
}

// A hundred attempts of one order at the same moment make one order, and all get the same answer.
func TestIdempotencyRace(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	answers := make([]*testkit.Answer, 100)
	testkit.Concurrently(20, func(i int) {
		for n := i; n < len(answers); n += 20 {
			answers[n] = keyed(s, client, "order/create", "tap 1").JSON(draft(performer, "Привет, тётя")).Do()
		}
	})
	wantSame(t, answers[0].Want(200), answers[1:]...)
	if n := s.Count("orders"); n != 1 {
		t.Errorf("%d orders", n)
	}
	if n := s.Count("order_history"); n != 1 {
		t.Errorf("%d rows of the history", n)
	}
	s.WantCleanLog()
}

// A key belongs to one user and one request; what was refused is not stored.
func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, other, performer := s.Client(), s.Client(), s.Performer()
	create := func(who testkit.Person, key, body string) *testkit.Answer {
		return keyed(s, who, "order/create", key).JSON(body).Do()
	}
	first := create(client, "k", draft(performer, "x")).Want(200)
	wantSame(t, first, create(client, "k", draft(performer, "x")))
	wantConflict(create(client, "k", draft(performer, "y")))
	wantConflict(keyed(s, client, "order/create?occasion_id=1", "k").JSON(draft(performer, "x")).Do())
	wantConflict(keyed(s, client, "user/add-firebase-token", "k").JSON(draft(performer, "x")).Do())
	if id := create(other, "k", draft(performer, "y")).Want(200).Map().Int("data", "id"); id != 2 {
		t.Errorf("another user's is order %d", id)
	}
	if id := create(client, "k2", draft(performer, "x")).Want(200).Map().Int("data", "id"); id != 3 {
		t.Errorf("with another key it is order %d", id)
	}
	// On another device of the same user, too.
	again := s.Post("order/create").As(s.Login(client)).Header("Idempotency-Key", "k").JSON(draft(performer, "x")).Do()
	wantSame(t, first, again)

	create(client, "late", draft(performer, "")).WantError("description", "The description field is required.")
	create(client, "late", draft(testkit.Person{ID: 99}, "x")).WantError("performer_id", "The selected performer id is invalid.")
	create(client, "late", `{"performer_id":`).Want(400)
	if id := create(client, "late", draft(performer, "x")).Want(200).Map().Int("data", "id"); id != 4 {
		t.Errorf("corrected, it is order %d", id)
	}

	longest := strings.Repeat("k", 255)
	wantSame(t, create(client, longest, draft(performer, "x")).Want(200), create(client, longest, draft(performer, "x")))
	for _, key := range []string{longest + "k", "", " ", "ключ", "a\tb"} {
		create(client, key, draft(performer, "x")).Want(400).
			WantJSON(`{"status":"error","message":"The Idempotency-Key must be one header of 1 to 255 printable ASCII characters."}`)
	}
	if n := s.Count("orders"); n != 5 {
		t.Errorf("%d orders", n)
	}
	create(testkit.Person{Token: "nobody's"}, "", draft(performer, "x")).Want(401)
	// Elsewhere it is ignored.
	s.Get("order/view/1").As(client.Token).Header("Idempotency-Key", "").Do().Want(200)
	for range 2 {
		s.Post("user/check-free").Header("Idempotency-Key", longest+"k").JSON(`{"email":"a@example.com"}`).Do().Want(200)
	}
	s.WantCleanLog()
}

// The retry of an upload adds no second file, though its boundary and the file's name are new; nor does it fail for
// what the first attempt has changed.
func TestIdempotencyOfUploads(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	update := fmt.Sprintf("order/update/%d", s.Order(client, performer))
	stored := len(s.StoredFiles())
	deliver := func(key string, size int) *testkit.Answer {
		clip := testkit.Clip(size)
		clip.Name = fmt.Sprintf("tmp%d.mp4", time.Now().UnixNano())
		return keyed(s, performer, update, key).Multipart([]testkit.File{clip}, "status", "2").Do()
	}
	answers := make([]*testkit.Answer, 8)
	testkit.Concurrently(len(answers), func(i int) { answers[i] = deliver("done", 300_000) })
	wantSame(t, answers[0].Want(200), answers[1:]...)
	wantConflict(deliver("done", 300_001))
	wantConflict(keyed(s, performer, update, "done").Multipart([]testkit.File{testkit.Clip(300_000)}, "status", "1").Do())
	if m := answers[0].Map(); m.Len("data", "media") != 1 || m.Int("data", "status") != 2 {
		t.Errorf("%v", m)
	}
	review := keyed(s, client, update, "stars").JSON(`{"rating_rate":5}`).Do().Want(200)
	wantSame(t, answers[0], deliver("done", 300_000)) // as it was then, although the order takes no media any more
	wantSame(t, review, keyed(s, client, update, "stars").JSON(`{"rating_rate":5}`).Do())
	if files := s.AwaitStored(stored + 2); len(files) != stored+2 {
		t.Errorf("stored are %v", files)
	}
	if n := s.Count(`media WHERE "order" = '1'`); n != 1 {
		t.Errorf("%d media", n)
	}

	profile := func() *testkit.Answer {
		return keyed(s, client, "user/update", "face").Multipart([]testkit.File{testkit.Picture()}, "email", "new@example.com", "firebase_token", "push").Do()
	}
	first := profile().Want(200)
	wantSame(t, first, profile(), profile())
	if m := first.Map(); m.Int("data", "media", 0, "id") != 4 || m.String("data", "firebase_token") != "push" || m.String("data", "email") != "new@example.com" {
		t.Errorf("%v", m)
	}
	if n := s.Count(`media WHERE user = '1'`); n != 1 {
		t.Errorf("%d media", n)
	}
	s.WantCleanLog()
}

// Every signed-in POST answers a retry, whatever it does.
func TestIdempotencyEverywhere(t *testing.T) {
	t.Parallel()
	s, google, _ := testkit.StartSocial(t)
	client := s.Client()
	for _, c := range []struct{ path, body string }{
		{"user/add-firebase-token", `{"firebase_token":"push"}`},
		{"auth/social/connect", fmt.Sprintf(`{"social_type":1,"token":%q}`, google.IDToken(fakes.GooglePerson{Sub: "77"}))},
		{"auth/social/disconnect", `{"social_type":1}`},
	} {
		first := keyed(s, client, c.path, c.path).JSON(c.body).Do().Want(201)
		wantSame(t, first, keyed(s, client, c.path, c.path).JSON(c.body).Do())
		wantConflict(keyed(s, client, c.path, c.path).JSON(c.body + " ").Do())
	}
	// The provider is not asked again: it would refuse a token that has expired meanwhile.
	wantConflict(keyed(s, client, "auth/social/connect", "auth/social/connect").JSON(`{"social_type":1,"token":"expired"}`).Do())
	if n := s.Count("_externalAuths"); n != 0 {
		t.Errorf("the retry has connected again")
	}
}

// An answer is stored for 24 hours, and only for those who may still sign in.
func TestIdempotencyEnds(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer := s.Client(), s.Performer()
	create := func() *testkit.Answer {
		return keyed(s, client, "order/create", "k").JSON(draft(performer, "x")).Do()
	}
	age := func(d time.Duration) {
		s.Exec(`UPDATE idempotency_keys SET created = '%s'`, time.Now().UTC().Add(-d).Format("2006-01-02 15:04:05.000Z"))
	}
	first := create().Want(200)
	age(24*time.Hour - time.Minute)
	s.RunJob("privet_idempotency_keys")
	wantSame(t, first, create())
	age(24*time.Hour + time.Second) // before the job has run
	if id := create().Want(200).Map().Int("data", "id"); id != 2 {
		t.Errorf("a day later it is order %d", id)
	}
	age(24*time.Hour + time.Second)
	s.RunJob("privet_idempotency_keys")
	if n := s.Count("idempotency_keys"); n != 0 {
		t.Errorf("%d keys are left", n)
	}
	create().Want(200)
	s.Dashboard().Change("users", client.ID, map[string]any{"banned": true, "ban_reason": "spam"}).Want(200)
	create().Want(401)
	s.WantCleanLog()
}

// With a person who is erased or deleted go the answers that show them, also those that others got.
func TestIdempotencyErased(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	client, performer, gone := s.Client(), s.Performer(), s.Client()
	keyed(s, gone, "user/update", "gone").JSON(`{"name":"n"}`).Do().Want(200)
	keyed(s, performer, "user/update", "own").JSON(`{"name":"n"}`).Do().Want(200)
	id := keyed(s, client, "order/create", "create").JSON(draft(performer, "Annas words")).Do().Want(200).Map().Int("data", "id")
	keyed(s, performer, fmt.Sprintf("order/update/%d", id), "update").Multipart([]testkit.File{testkit.Picture()}, "status", "2").Do().Want(200)
	dashboard := s.Dashboard()
	dashboard.Delete("users", gone.ID).Want(204)
	dashboard.Change("users", client.ID, map[string]any{"erase": client.Email}).Want(200)
	own := fmt.Sprintf("%x", sha256.Sum256([]byte("own"))) // the key as it is stored
	var left []string
	if err := s.App.DB().Select("key").From("idempotency_keys").Column(&left); err != nil || len(left) != 1 || left[0] != own {
		t.Errorf("left are %q (%v)", left, err)
	}
}

// The answers of a user take up a bounded space: the oldest ones make room.
func TestIdempotencyBounded(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t)
	user, other := fmt.Sprint(s.Client().ID), fmt.Sprint(s.Client().ID)
	for i := range 5 {
		for _, id := range []string{user, other}[:1+i/4] {
			err := store.SaveAnswer(s.App, id, fmt.Sprint(i), store.StoredAnswer{Request: []byte{1}, Status: 200, Body: make([]byte, 3<<20)})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := s.Count(fmt.Sprintf("idempotency_keys WHERE user = '%s' AND key IN ('2', '3', '4')", user)); n != 3 {
		t.Errorf("%d of the newest are left", n)
	}
	if n := s.Count("idempotency_keys"); n != 4 {
		t.Errorf("%d are left", n)
	}
}
