package routes_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// A user's e-mail, phone and push token are hidden from other users (contract section 2).
func TestPrivacy(t *testing.T) {
	s := testkit.Start(t)
	owner := s.Signup("role", "2", "phone", "+79000000000", "firebase_token", "push-1", "device_id", "d1")
	stranger := s.Client()

	own := s.Get(owner.Path()).As(owner.Token).Do().Want(200).Map()
	if own.String("data", "email") != owner.Email || own.String("data", "phone") != "+79000000000" || own.String("data", "firebase_token") != "push-1" {
		t.Errorf("the owner doesn't see their own data: %v", own)
	}
	for name, seen := range map[string]testkit.Map{
		"view":   s.Get(owner.Path()).As(stranger.Token).Do().Want(200).Map(),
		"invite": s.Post("user/get-by-invite").JSON(map[string]any{"invite": own.String("data", "invite")}).Do().Want(200).Map(),
	} {
		if seen.String("data", "email") != "user1@hidden.invalid" || seen.At("data", "phone") != nil || seen.At("data", "firebase_token") != nil {
			t.Errorf("%s shows too much: %v", name, seen)
		}
	}
	found := s.Get("user/search?role=2").As(stranger.Token).Do().Want(200).Map()
	if found.String("data", 0, "email") != "user1@hidden.invalid" || found.At("data", 0, "phone") != nil {
		t.Errorf("search shows too much: %v", found)
	}
}

// The performer of an order sees the client's contacts until it is cancelled, the client the performer's from its
// delivery on; both in order/view alone (contract section 2).
func TestContactsInOrders(t *testing.T) {
	s := testkit.Start(t)
	performer, client := s.Signup("role", "2", "phone", "+79000000001"), s.Signup("role", "1", "phone", "+79000000002")
	dashboard := s.Dashboard()
	// check compares what each side sees of the other with what they should, and of themselves, which is everything.
	check := func(order int, status string, performers, clients bool) {
		t.Helper()
		want := func(seen testkit.Map, side string, p testkit.Person, phone string, shown bool) {
			t.Helper()
			wanted := []any{p.Email, phone}
			if !shown {
				wanted = []any{fmt.Sprintf("user%d@hidden.invalid", p.ID), nil}
			}
			if got := []any{seen.At("data", side, "email"), seen.At("data", side, "phone")}; !slices.Equal(got, wanted) {
				t.Errorf("%s: the %s is shown as %v, want %v", status, side, got, wanted)
			}
		}
		view := fmt.Sprint("order/view/", order)
		toClient, toPerformer := s.Get(view).As(client.Token).Do().Want(200).Map(), s.Get(view).As(performer.Token).Do().Want(200).Map()
		want(toClient, "performer", performer, "+79000000001", performers)
		want(toClient, "client", client, "+79000000002", true)
		want(toPerformer, "client", client, "+79000000002", clients)
		want(toPerformer, "performer", performer, "+79000000001", true)
		if toClient.At("data", "performer", "firebase_token") != nil || toPerformer.At("data", "client", "firebase_token") != nil {
			t.Errorf("%s: a push token is shown", status)
		}
		for _, list := range []struct {
			of    testkit.Person
			other string
		}{{client, "performer"}, {performer, "client"}} {
			listed := s.Get("order/search").As(list.of.Token).Do().Want(200).Map()
			if listed.At("data", 0, list.other, "phone") != nil || !strings.HasSuffix(listed.String("data", 0, list.other, "email"), "@hidden.invalid") {
				t.Errorf("%s: order/search shows the %s's contacts", status, list.other)
			}
		}
	}
	order := s.Order(client, performer)
	update := fmt.Sprint("order/update/", order)
	check(order, "new", false, true)
	s.Post(update).As(performer.Token).Multipart([]testkit.File{testkit.Picture()}).Do().Want(200)
	check(order, "new, with a file", false, true)
	s.Finish(performer, order).Want(200)
	check(order, "done", true, true)
	s.Post(update).As(client.Token).JSON(`{"rating_rate":5}`).Do().Want(200)
	check(order, "rated", true, true)
	dashboard.Change("orders", order, map[string]any{"status": "cancelled"}).Want(200)
	check(order, "cancelled after the delivery", false, false)

	order = s.Order(client, performer)
	s.Post(fmt.Sprint("order/update/", order)).As(client.Token).JSON(`{"status":3,"cancel_text":"no"}`).Do().Want(200)
	check(order, "cancelled", false, false)
	dashboard.Change("orders", order, map[string]any{"status": "new"}).Want(200)
	check(order, "reopened", false, true)
}

// A sign-in with a known device_id replaces the device's token. Without a device_id each sign-in is a new device.
func TestDevices(t *testing.T) {
	s := testkit.Start(t)
	p := s.Signup("role", "1", "device_id", "phone", "firebase_token", "push-1")
	signIn := func(body string) testkit.Map {
		t.Helper()
		return s.Post("auth/login").JSON(fmt.Sprintf(`{"email":%q,"password":"password"%s}`, strings.ToUpper(p.Email), body)).Do().Want(200).Map()
	}
	again := signIn(`,"device_id":"phone"`)
	s.Get(p.Path()).As(p.Token).Do().Want(401)
	if again.String("data", "firebase_token") != "push-1" {
		t.Errorf("the device lost its push token: %v", again)
	}
	tablet := signIn(`,"device_id":"tablet"`)
	if tablet.At("data", "firebase_token") != nil {
		t.Errorf("another device has the first one's push token: %v", tablet)
	}
	first, second := signIn(``), signIn(``)
	for _, m := range []testkit.Map{again, tablet, first, second} {
		s.Get(p.Path()).As(m.String("token")).Do().Want(200)
	}

	// The most recent device to register a push token owns it.
	s.Post("user/add-firebase-token").As(tablet.String("token")).JSON(`{"firebase_token":" push-1 "}`).Do().Want(201).WantJSON(`{"status":"success"}`)
	if m := s.Get(p.Path()).As(again.String("token")).Do().Want(200).Map(); m.At("data", "firebase_token") != nil {
		t.Errorf("two devices have the same push token: %v", m)
	}
	if m := s.Get(p.Path()).As(tablet.String("token")).Do().Want(200).Map(); m.String("data", "firebase_token") != "push-1" {
		t.Errorf("the push token got lost: %v", m)
	}
	s.Post("user/add-firebase-token").As(tablet.String("token")).JSON(`{}`).Do().Want(422).WantJSON(`{"message":"The firebase token field is required."}`)
}

// user/update changes the given fields by the contract's rules, and replaces the media.
func TestUpdate(t *testing.T) {
	s := testkit.Start(t)
	p := s.Signup("role", "2", "phone", "1", "name", "N", "description", "D", "price", "0", "category_ids[]", "1", "category_ids[]", "2")
	if p.Data.At("data", "price") != 0.0 || p.Data.Len("data", "categories") != 2 {
		t.Fatalf("signed up as %v", p.Data)
	}
	update := func(body string) testkit.Map {
		t.Helper()
		return s.Post("user/update").As(p.Token).JSON(body).Do().Want(200).Map()
	}

	// Only given fields change. A blank or null doesn't change a field that can't be empty.
	m := update(`{"nickname":"New","email":null,"password":"","role":"","price":"12.50"}`)
	if m.String("data", "nickname") != "New" || m.String("data", "email") != p.Email || m.Int("data", "role") != 2 ||
		m.At("data", "price") != 12.5 || m.String("data", "phone") != "1" || m.Len("data", "categories") != 2 {
		t.Fatalf("after a change: %v", m)
	}
	m = update(`{"phone":null,"name":" ","description":"","price":null,"category_ids":null,"firebase_token":null,"nickname":null,"media":null}`)
	for _, field := range []string{"phone", "name", "description", "price", "firebase_token"} {
		if m.At("data", field) != nil {
			t.Errorf("%s was not cleared: %v", field, m)
		}
	}
	if m.Len("data", "categories") != 0 || m.String("data", "nickname") != "New" || m.Len("data", "media") != 1 {
		t.Errorf("after nulls: %v", m)
	}

	// E-mails are unique without regard to case, in any script, except for oneself.
	other := s.Signup("role", "1", "email", "Иван@пример.рф")
	s.Post("user/update").As(p.Token).JSON(`{"email":"иВАН@пример.рф"}`).Do().WantError("email", "The email has already been taken.")
	s.Post("user/update").As(other.Token).JSON(`{"email":"иВАН@пример.рф"}`).Do().Want(200)
	s.Post("user/check-free").JSON(`{"email":"ИВАН@пример.рф"}`).Do().Want(200).WantJSON(`{"free":false}`)
	s.Post("user/check-free").JSON(`{"email":"free@example.com"}`).Do().Want(200).WantJSON(`{"free":true}`)

	// New media replace the old ones, whose files are deleted.
	old := p.Data.String("data", "media", 0, "path_url")
	s.Get(strings.TrimPrefix(old, s.URL)).Do().Want(200)
	m = s.Post("user/update").As(p.Token).Multipart([]testkit.File{testkit.Clip(5000)}).Do().Want(200).Map()
	if m.Len("data", "media") != 1 || m.Int("data", "media", 0, "type") != 2 {
		t.Fatalf("new media: %v", m)
	}
	s.Get(strings.TrimPrefix(old, s.URL)).Do().Want(404)
	s.Get(strings.TrimPrefix(m.String("data", "media", 0, "preview_url"), s.URL)).Do().Want(200)

	// A performer with New orders can't become a client.
	order := s.Order(other, p)
	s.Post("user/update").As(p.Token).JSON(`{"role":1}`).Do().WantError("role", "The selected role is invalid.")
	s.Post(fmt.Sprintf("order/update/%d", order)).As(p.Token).JSON(`{"status":"3"}`).Do().Want(200)
	if update(`{"role":1}`).Int("data", "role") != 1 {
		t.Error("the role did not change")
	}
}

// A new password signs out all other devices. It may be longer than the 72 bytes that bcrypt reads.
func TestPassword(t *testing.T) {
	s := testkit.Start(t)
	p := s.Client()
	other := s.Login(p)
	long := strings.Repeat("пароль", 20)
	s.Post("user/update").As(p.Token).JSON(map[string]any{"password": long, "password_confirmation": long + "!"}).Do().
		WantError("password_confirmation", "The password confirmation field must match password.")
	s.Post("user/update").As(p.Token).JSON(map[string]any{"password": long, "password_confirmation": long}).Do().Want(200)
	s.Get(p.Path()).As(p.Token).Do().Want(200)
	s.Get(p.Path()).As(other).Do().Want(401).WantJSON(`{"status":"error","message":"Unauthorized"}`)
	login := func(password string) int {
		return s.Post("auth/login").JSON(map[string]any{"email": p.Email, "password": password}).Do().Status
	}
	if login(long) != 200 || login(long[:len(long)-2]) != 401 || login(testkit.Password) != 401 || login(long+"x") != 401 {
		t.Error("not just the new password signs in")
	}
	// Around the 72 bytes that bcrypt reads.
	for _, size := range []int{71, 72, 73} {
		t.Run(fmt.Sprint(size, " bytes"), func(t *testing.T) {
			password := strings.Repeat("x", size)
			s.WithT(t).Post("user/update").As(p.Token).JSON(map[string]any{"password": password, "password_confirmation": password}).Do().Want(200)
			if login(password) != 200 || login(password[1:]) != 401 || login(password+"x") != 401 {
				t.Error("not just the new password signs in")
			}
		})
	}
}

// The token of an invite gives access to one profile and nothing else, for a day.
func TestInvite(t *testing.T) {
	s := testkit.Start(t)
	p, other := s.Performer(), s.Client()
	m := s.Post("user/get-by-invite").JSON(map[string]any{"invite": p.Data.String("data", "invite")}).Do().Want(200).Map()
	token := m.String("token")
	s.Get(p.Path()).As(token).Do().Want(200)
	for _, path := range []string{other.Path(), "user/search", "order/search", "order/view/1", "user/view/0"} {
		t.Run(path, func(t *testing.T) {
			answer := s.WithT(t).Get(path).As(token).Do().Want(401)
			if answer.Header.Get("X-RateLimit-Limit") != "" {
				t.Error("a 401 has rate limit headers")
			}
		})
	}
	s.Post("user/update").As(token).JSON(`{"nickname":"Mine"}`).Do().Want(401)
	s.Post("user/get-by-invite").JSON(`{"invite":"nobody99"}`).Do().Want(404).WantJSON(`{"status":"error","message":"User not found"}`)

	// It expires after a day.
	if _, err := s.App.DB().NewQuery(`UPDATE invite_tokens SET expires = '2020-01-01 00:00:00.000Z'`).Execute(); err != nil {
		t.Fatal(err)
	}
	s.Get(p.Path()).As(token).Do().Want(401)
}

// A search finds texts in any script, regardless of case, within words too. The newest users come first.
func TestSearch(t *testing.T) {
	s := testkit.Start(t)
	ivan := s.Signup("role", "2", "name", "Иванов Пётр", "category_ids[]", "1")
	anna := s.Signup("role", "2", "nickname", "ANNA_xx", "description", `100% "fun" ИВАНОВСКАЯ`, "category_ids[]", "2")
	s.Signup("role", "1", "nickname", "Ян")
	search := func(query string) (ids []int) {
		t.Helper()
		m := s.Get("user/search?" + query).As(ivan.Token).Do().Want(200).Map()
		for i := range m.Len("data") {
			ids = append(ids, m.Int("data", i, "id"))
		}
		return ids
	}
	for query, want := range map[string]string{
		"":                          "[3 2 1]",
		"text=иван":                 "[2 1]",
		"text=ПЕТР":                 "[1]",
		"text=пётр":                 "[1]",
		"text=анн":                  "[]",
		"text=anna_XX":              "[2]",
		"text=_":                    "[2]",
		"text=ян":                   "[3]",
		"text=%25":                  "[2]",
		"text=%22fun%22":            "[2]",
		"text=0%25+%22":             "[2]",
		"text=нов&category_id=1":    "[1]",
		"category_id=2":             "[2]",
		"role=1":                    "[3]",
		"role=2&text=ив":            "[2 1]",
		"text=иван+OR+anna":         "[]",
		"text=" + "иванов%0Aпетр":   "[]",
		"text=иванов+петр&page=2":   "[]",
		"text=++иванов+петр++&a=b ": "[1]",
	} {
		t.Run(query, func(t *testing.T) {
			query := strings.ReplaceAll(query, " ", "%20")
			if got := fmt.Sprint(search(query)); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
	s.Post("user/update").As(anna.Token).JSON(`{"description":"nothing"}`).Do().Want(200)
	if got := fmt.Sprint(search("text=иван")); got != "[1]" {
		t.Errorf("after a change: %s", got)
	}
}
