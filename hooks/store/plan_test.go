package store_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/testkit"

	"github.com/pocketbase/dbx"
	"golang.org/x/crypto/bcrypt"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// fillWithCrowd adds many users, orders, devices and media to the tables, bypassing the hooks, and advances the
// sequences beyond them.
func fillWithCrowd(t *testing.T, s *testkit.Server) {
	t.Helper()
	crowd := 100_000
	if testing.Short() {
		crowd = 1000
	}
	first := 1000 // leaves room for users who have signed up
	const many = `WITH RECURSIVE n(i) AS (SELECT {:first} UNION ALL SELECT i + 1 FROM n WHERE i < {:last}) `
	for _, insert := range []string{
		`INSERT INTO users (id, email, email_key, emailVisibility, verified, nickname, name, description, search, role, categories, price, invite, password, tokenKey, created, updated)
			SELECT i, 'crowd' || i || '@example.com', 'crowd' || i || '@example.com', 0, 1, 'Nick ' || i, 'Name ' || i, 'Describes ' || i, 'nick ' || i || char(10) || 'name ' || i,
			iif(i % 3, 'client', 'performer'), iif(i % 2, '["streamer"]', '["comedian"]'), i % 100, printf('%08d', i), '', printf('%040d', i), '2024-01-01 00:00:00.000Z', '2024-01-01 00:00:00.000Z' FROM n`,
		`INSERT INTO devices (id, user, device_id, firebase_token, language, token, created, updated)
			SELECT i, i, 'device ' || i % 1000, 'push ' || i, 'en', printf('%064d', i), '2024-01-01 00:00:00.000Z', '2024-01-01 00:00:00.000Z' FROM n`,
		`INSERT INTO orders (id, client, performer, status, description, rev, created, updated)
			SELECT i, i, iif(i % 100, i - 1, 2), iif(i % 4, 'done', 'new'), 'd', 1, '2024-01-01 00:00:00.000Z', '2024-01-01 00:00:00.000Z' FROM n`,
		`INSERT INTO media (id, file, type, user, "order", created, updated)
			SELECT i, printf('%032x.png', i), 'image', i, iif(i % 2, i, ''), '2024-01-01 00:00:00.000Z', '2024-01-01 00:00:00.000Z' FROM n`,
		`INSERT INTO order_history (id, "order", "to", actor, time) SELECT 'h' || i, i, 'new', 'client', '2024-01-01 00:00:00.000Z' FROM n`,
		`INSERT INTO pushes (id, state, type, receiver, "order", device, event, created, updated)
			SELECT 'p' || i, 'sent', 'order.created', i, i, i, 'event ' || i, '2024-01-01 00:00:00.000Z', '2024-01-01 00:00:00.000Z' FROM n`,
		`INSERT INTO blocks (id, blocker, blocked, created) SELECT 'b' || i, i, i + 1, '2024-01-01 00:00:00.000Z' FROM n`,
		`INSERT INTO cases (id, target, state, user, "order", due, rev, created, updated)
			SELECT printf('c%014d', i), 'user ' || i, iif(i % 10, 'closed', 'open'), i, iif(i % 10, i, ''), '2024-01-02 00:00:00.000Z', 1, '2024-01-01 00:00:00.000Z', '2024-01-01 00:00:00.000Z' FROM n`,
		`INSERT INTO reports (id, target, reason, state, "case", reporter, kept_until, place, created, updated)
			SELECT printf('r%014d', i), 'user ' || i, 'spam', iif(i % 10, 'closed', 'open'), printf('c%014d', i), i + 1, iif(i % 10, '', '2100-01-01 00:00:00.000Z'), 1,
			'2024-01-01 00:00:00.000Z', '2024-01-01 00:00:00.000Z' FROM n`,
		`INSERT INTO signals (id, "case", target, kind, created)
			SELECT printf('s%014d', i), printf('c%014d', i), iif(i % 2, 'order ', 'user ') || i, iif(i % 2, 'overdue', 'word'), '2024-01-01 00:00:00.000Z' FROM n`,
		`INSERT INTO bans (id, user, since, lifted) SELECT printf('b%014d', i), i, '2024-01-01 00:00:00.000Z', '2024-01-02 00:00:00.000Z' FROM n`,
		`INSERT INTO warnings (id, user, text, created) SELECT printf('w%014d', i), i, 'w', '2024-01-01 00:00:00.000Z' FROM n`,
		`INSERT INTO notes (id, user, text, created) SELECT printf('n%014d', i), i, 'n', '2024-01-01 00:00:00.000Z' FROM n`,
		`INSERT INTO invite_tokens (id, user, expires, token) SELECT i + 1000000, i, '2024-01-01 00:00:00.000Z', printf('%064d', i) FROM n`,
	} {
		if _, err := s.App.NonconcurrentDB().NewQuery(many + insert).Bind(dbx.Params{"first": first, "last": first + crowd - 1}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.App.NonconcurrentDB().NewQuery(`DELETE FROM users_search_queue; UPDATE sequences SET value = 2000000`).Execute(); err != nil {
		t.Fatal(err)
	}
}

// queries records the SQL that a server runs on its database.
type queries struct {
	mu  sync.Mutex
	all []string
}

func (q *queries) add(statement string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all = append(q.all, statement)
}

// drain returns the statements recorded since the last call.
func (q *queries) drain() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := q.all
	q.all = nil
	return all
}

// scans reports whether a step reads a whole table: a SCAN, with an index or without, of anything but the few rows of a
// subquery, a match of the search index, or a JSON value.
func scans(step string) bool {
	return strings.HasPrefix(step, "SCAN ") && !slices.ContainsFunc(harmless, func(known *regexp.Regexp) bool { return known.MatchString(step) })
}

// harmless are the steps that begin with SCAN and read few rows.
var harmless = []*regexp.Regexp{
	regexp.MustCompile(`^SCAN (CONSTANT ROW|users_counts)$`), // eight rows
	regexp.MustCompile(`^SCAN _superusers$`),                 // a few rows, of which a job looks every five minutes whom to write to
	regexp.MustCompile(`^SCAN \(?(matching|page|subquery|h$)`),
	regexp.MustCompile(`^SCAN (q|users_search_queue)$`),            // the users who wait to be indexed
	regexp.MustCompile(`^SCAN s VIRTUAL TABLE INDEX \d+:M`),        // a MATCH
	regexp.MustCompile(`^SCAN c (EXISTS )?VIRTUAL TABLE INDEX 1:`), // json_each of a user's categories
}

// Every query of the API uses an index: none reads a whole table of a hundred thousand rows.
func TestPlans(t *testing.T) {
	t.Parallel()
	q := &queries{}
	s := testkit.StartWatched(t, q.add, func(s *settings.Settings) { s.RateLimit = 10_000 }) // which limits open orders, too
	client, performer := s.Signup("role", "1", "device_id", "phone", "firebase_token", "push"), s.Performer()
	order := s.Order(client, performer)
	s.Finish(performer, order).Want(200)
	fillWithCrowd(t, s)
	dashboard := s.Dashboard()
	q.drain()
	login := map[string]any{"email": client.Email, "password": testkit.Password, "device_id": "phone"}
	picture := testkit.PathOf(client.Data.String("data", "media", 0, "path_url"))
	token := client.Token
	reported, decided := 1900, 1000 // the last of the crowd that is reported, or has a verdict
	decide := func(s *testkit.Server, collection string) {
		decided += 10
		id := fmt.Sprintf("%c%014d", collection[0], decided)
		s.Request(http.MethodPatch, "/api/"+dashboard.Path(collection, id)).As(dashboard.Token()).JSON(`{"verdict":"warned"}`).Do().Want(200)
	}
	report := func(s *testkit.Server, token, target string, id int) {
		s.Post("user/report").As(token).JSON(map[string]any{target: id, "reason": 1}).Do().Want(201)
	}

	cases := []struct {
		name, index string // an index that a query must use, as the plan names it
		do          func(s *testkit.Server)
	}{
		{"check-free", "users USING INDEX idx_users_email_key (email_key=?)", func(s *testkit.Server) { s.Post("user/check-free").JSON(login).Do().Want(200) }},
		{"login", "users USING INDEX idx_users_email_key (email_key=?)", func(s *testkit.Server) { token = s.Post("auth/login").JSON(login).Do().Want(200).Map().String("token") }},
		{"login, the device", "devices USING INDEX idx_devices_user (user=? AND device_id=?)", func(s *testkit.Server) { token = s.Post("auth/login").JSON(login).Do().Want(200).Map().String("token") }},
		{"signup", "users USING INDEX idx_users_email_key (email_key=?)", func(s *testkit.Server) { s.Client() }},
		{"a token", "devices USING INDEX", func(s *testkit.Server) { s.Get(fmt.Sprintf("user/view/%d", client.ID)).As(token).Do().Want(200) }},
		{"a token without its number", "devices USING INDEX idx_devices_token (token=?)", func(s *testkit.Server) {
			_, secret, _ := strings.Cut(token, "|")
			s.Get(fmt.Sprintf("user/view/%d", client.ID)).As(secret).Do().Want(200)
		}},
		{"an unknown token", "invite_tokens USING INDEX idx_invite_tokens_token (token=?)", func(s *testkit.Server) { s.Get("order/search").As("unknown").Do().Want(401) }},
		{"get-by-invite", "u USING INDEX idx_users_invite (invite=?)", func(s *testkit.Server) {
			s.Post("user/get-by-invite").JSON(map[string]any{"invite": client.Data.String("data", "invite")}).Do().Want(200)
		}},
		{"user/view", "u USING INDEX sqlite_autoindex_users_1 (id=?)", func(s *testkit.Server) { s.Get(fmt.Sprintf("user/view/%d", performer.ID)).As(token).Do().Want(200) }},
		{"the media of a profile", "m USING INDEX idx_media_user (user=? AND order=?)", func(s *testkit.Server) { s.Get("user/view/1500").As(token).Do().Want(200) }},
		{"user/search by text", "s VIRTUAL TABLE INDEX", func(s *testkit.Server) { s.Get("user/search?text=name+5432").As(token).Do().Want(200) }},
		{"user/search by all", "s VIRTUAL TABLE INDEX", func(s *testkit.Server) {
			s.Get("user/search?text=name+54&role=2&category_id=1&page=2").As(token).Do().Want(200)
		}},
		{"user/search without text", "u USING INDEX idx_users_role (role=? AND banned=?)", func(s *testkit.Server) { s.Get("user/search?role=2&category_id=1&page=2").As(token).Do().Want(200) }},
		{"user/search, all of them", "u USING COVERING INDEX idx_users_newest (banned=?)", func(s *testkit.Server) { s.Get("user/search").As(token).Do().Want(200) }},
		{"user/update", "devices USING INDEX idx_devices_firebase_token (firebase_token=?)", func(s *testkit.Server) {
			s.Post("user/update").As(token).Multipart([]testkit.File{testkit.Picture()}, "email", "other@example.com", "firebase_token", "push 1600", "password", "password").Do().Want(200)
		}},
		{"add-firebase-token", "devices USING INDEX idx_devices_firebase_token (firebase_token=?)", func(s *testkit.Server) {
			s.Post("user/add-firebase-token").As(token).JSON(`{"firebase_token":"push 1500"}`).Do().Want(201)
		}},
		{"order/create", "users USING INDEX sqlite_autoindex_users_1 (id=?)", func(s *testkit.Server) { order = s.Order(testkit.Person{Token: token}, performer) }},
		{"order/create, the open ones", "orders USING COVERING INDEX idx_orders_open (client=?)", func(s *testkit.Server) {
			s.Finish(performer, s.Order(testkit.Person{Token: token}, performer)).Want(200)
		}},
		{"order/view", "o USING INDEX sqlite_autoindex_orders_1 (id=?)", func(s *testkit.Server) { s.Get(fmt.Sprintf("order/view/%d", order)).As(token).Do().Want(200) }},
		{"the media of an order", "m USING INDEX idx_media_order (order=?)", func(s *testkit.Server) { s.Get(fmt.Sprintf("order/view/%d", order)).As(performer.Token).Do().Want(200) }},
		{"order/update", "media USING COVERING INDEX idx_media_order (order=?)", func(s *testkit.Server) { s.Finish(performer, order).Want(200) }},
		{"order/search, a client's", "orders USING COVERING INDEX idx_orders_client (client=?)", func(s *testkit.Server) { s.Get("order/search?status=1").As(token).Do().Want(200) }},
		{"order/search, a performer's", "orders USING COVERING INDEX idx_orders_performer (performer=?)", func(s *testkit.Server) { s.Get("order/search?page=3").As(performer.Token).Do().Want(200) }},
		{"user/block", "blocks USING COVERING INDEX idx_blocks_blocker (blocker=? AND blocked=?)", func(s *testkit.Server) {
			s.Post("user/block").As(performer.Token).JSON(`{"user_id":1700}`).Do().Want(201)
		}},
		{"a token with blocks", "blocks USING COVERING INDEX idx_blocks_blocked (blocked=?)", func(s *testkit.Server) {
			s.Post("user/block").As(performer.Token).JSON(`{"user_id":1701}`).Do().Want(201)
			s.Get("user/view/1800").As(performer.Token).Do().Want(200)
		}},
		{"user/view with blocks", "blocks USING COVERING INDEX idx_blocks_blocker (blocker=? AND blocked=?)", func(s *testkit.Server) { s.Get("user/view/1700").As(performer.Token).Do().Want(404) }},
		{"user/search with blocks", "blocks USING COVERING INDEX idx_blocks_blocked (blocked=?)", func(s *testkit.Server) { s.Get("user/search").As(performer.Token).Do().Want(200) }},
		{"user/search with blocks and filters", "u USING INDEX idx_users_role (role=? AND banned=?)", func(s *testkit.Server) {
			s.Get("user/search?role=2&category_id=1").As(performer.Token).Do().Want(200)
		}},
		{"user/search by text with blocks", "s VIRTUAL TABLE INDEX", func(s *testkit.Server) { s.Get("user/search?text=name+5432").As(performer.Token).Do().Want(200) }},
		{"user/blocked", "blocks USING COVERING INDEX idx_blocks_blocker (blocker=?)", func(s *testkit.Server) { s.Get("user/blocked").As(performer.Token).Do().Want(200) }},
		{"user/unblock", "blocks USING", func(s *testkit.Server) {
			s.Post("user/unblock").As(performer.Token).JSON(`{"user_id":1701}`).Do().Want(201)
		}},
		{"auth/logout", "pushes USING INDEX idx_pushes_event (device=?)", func(s *testkit.Server) {
			s.Post("auth/logout").As(s.Login(performer)).Do().Want(200)
		}},
		{"user/report of a user", "reports USING COVERING INDEX idx_reports_open (reporter=? AND target=?)", func(s *testkit.Server) { report(s, performer.Token, "user_id", 1900) }},
		{"user/report, the case", "cases USING INDEX idx_cases_open (target=?)", func(s *testkit.Server) {
			reported++
			report(s, performer.Token, "user_id", reported)
		}},
		{"user/report of an order", "m USING INDEX idx_media_order (order=?)", func(s *testkit.Server) { report(s, performer.Token, "order_id", order) }},
		{"user/report of a medium", "m USING INDEX sqlite_autoindex_media_1 (id=?)", func(s *testkit.Server) {
			report(s, token, "media_id", performer.Data.Int("data", "media", 0, "id"))
		}},
		{"a case's verdict", "reports USING INDEX idx_reports_case (case=? AND state=?)", func(s *testkit.Server) { decide(s, "cases") }},
		{"a report's verdict", "reports USING COVERING INDEX idx_reports_case (case=? AND state=?)", func(s *testkit.Server) { decide(s, "reports") }},
		{"privet_reports", "reports USING COVERING INDEX idx_reports_kept (kept_until<?)", func(s *testkit.Server) { s.RunJob("privet_reports") }},
		{"user/delete", "reports USING INDEX idx_reports_reporter (reporter=?)", func(s *testkit.Server) {
			s.Post("user/delete").As(s.Client().Token).JSON(map[string]any{"password": testkit.Password}).Do().Want(200)
		}},
		{"a media file", "media USING INDEX idx_media_file (file=?)", func(s *testkit.Server) { s.Get(picture).Do().Want(404) }}, // user/update has replaced it
	}
	check := func(statistics string) {
		for _, c := range cases {
			t.Run(statistics+"/"+c.name, func(t *testing.T) {
				q.drain()
				c.do(s.WithT(t))
				statements, byIndex := q.drain(), false
				var steps []string
				for _, statement := range statements {
					if verb, _, _ := strings.Cut(strings.TrimSpace(statement), " "); !slices.Contains([]string{"SELECT", "UPDATE", "DELETE", "INSERT", "WITH"}, strings.ToUpper(verb)) {
						continue
					}
					for _, step := range s.WithT(t).Plan(statement) {
						steps, byIndex = append(steps, step), byIndex || strings.Contains(step, c.index)
						if scans(step) {
							t.Errorf("%s in\n%s", step, statement)
						}
					}
				}
				if !byIndex {
					t.Errorf("nothing uses %s, but:\n%s", c.index, strings.Join(steps, "\n"))
				}
			})
		}
	}
	check("without statistics")
	if t.Failed() {
		return
	}
	// PocketBase runs PRAGMA optimize once a day, whose statistics may change SQLite's plans.
	if _, err := s.App.NonconcurrentDB().NewQuery("ANALYZE").Execute(); err != nil {
		t.Fatal(err)
	}
	s.Reconnect()
	s.Post("user/update").As(token).JSON(map[string]any{"email": client.Email}).Do().Want(200)
	check("with statistics")
	s.WantCleanLog()
}

// The time that a failed sign-in takes doesn't reveal whether the e-mail is registered: it hashes once, at the same cost.
func TestLoginTakesItsTime(t *testing.T) {
	s := testkit.Start(t)
	known := s.Client()
	for _, device := range []string{"", "phone"} {
		for _, email := range []string{known.Email, "nobody@example.com"} {
			before, _ := store.HashingStats()
			s.Post("auth/login").JSON(map[string]any{"email": email, "password": "wrong password", "device_id": device}).Do().Want(401).
				WantJSON(`{"status":"error","message":"Unauthorized"}`)
			after, _ := store.HashingStats()
			if hashes := after.Admitted - before.Admitted; hashes != 1 {
				t.Errorf("%s on device %q: %d hashes", email, device, hashes)
			}
		}
	}
	user, err := store.FindUser(s.App, store.Key(int64(known.ID)))
	if err != nil {
		t.Fatal(err)
	}
	cost := func() int {
		t.Helper()
		cost, err := bcrypt.Cost([]byte(user.PasswordHash()))
		if err != nil {
			t.Fatal(err)
		}
		return cost
	}
	own := cost()
	user.DisablePassword() // its hash is the one with which an unknown account's password is compared
	if nobodys := cost(); nobodys != own {
		t.Errorf("a hash costs %d, of an account that there is %d", nobodys, own)
	}
}
