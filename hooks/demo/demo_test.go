package demo_test

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/demo"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// The demo has a past without gaps, and something on each page of the desk. Nothing of it is sent.
func TestDemo(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	s.Owner() // the first superuser
	accounts, err := demo.Fill(s.App, demo.DefaultStaff, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	wantPast(t, s)
	wantDesk(t, s)
	for rows, want := range map[string]int{"users WHERE banned = 1 AND erased = ''": 2, "orders WHERE status = 'new' AND date_till < strftime('%Y-%m-%d %H:%M:%fZ')": 2} {
		if got := s.Count(rows); got != want {
			t.Errorf("%d %s", got, rows)
		}
	}
	for _, a := range accounts[1:] { // the owner was there
		if s.Count(fmt.Sprintf("_superusers WHERE email = '%s' AND role = '%s'", a.Email, a.Role)) != 1 || a.Password == "" {
			t.Errorf("the %s %s has the password %q", a.Role, a.Email, a.Password)
		}
	}
	s.Post("auth/login").JSON(map[string]any{"email": "gleb@example.com", "password": demo.Password}).Do().Want(401)
	token := s.Post("auth/login").JSON(map[string]any{"email": "oleg@example.com", "password": demo.Password}).Do().Want(200).Map().String("token")
	orders := s.Get("order/search").As(token).Do().Want(200).Map()
	kinds := map[int]bool{}
	for i := range orders.Len("data") {
		for j := range orders.Len("data", i, "media") {
			kinds[orders.Int("data", i, "media", j, "type")] = true
			s.Get(testkit.PathOf(orders.String("data", i, "media", j, "path_url"))).Do().Want(200)
		}
	}
	if !kinds[1] || !kinds[2] {
		t.Errorf("delivered: %v", kinds)
	}
	if _, err := demo.Fill(s.App, demo.DefaultStaff, time.Now()); !errors.Is(err, demo.ErrInUse) {
		t.Errorf("filled twice: %v", err)
	}
	// What waits is due only after it has expired: a server never sends it.
	if n := s.Count("pushes WHERE state = 'waiting' AND next_try < expires"); n != 0 {
		t.Errorf("%d pushes would be sent", n)
	}
	if n := s.Count("mails WHERE state = 'waiting'") + s.Count("case_calls") + s.Count("cases WHERE state = 'open' AND called = '' AND created < strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-12 hours')"); n != 0 {
		t.Errorf("%d mails and calls would be made", n)
	}
	if n := fcm.Asked(); n != 0 {
		t.Errorf("it has sent %d pushes", n)
	}
	s.WantCleanLog()
}

// wantPast fails the test unless all that has happened has done so in its order, within the year.
func wantPast(t *testing.T, s *testkit.Server) {
	t.Helper()
	for what, rows := range map[string]string{
		"orders that were changed before they were created": "orders WHERE updated < created",
		"orders with a cancellation that is none":           "orders WHERE (cancel_date <> '') <> (status = 'cancelled')",
		"orders that are older than the one before":         "orders o JOIN orders b ON CAST(b.id AS INTEGER) = CAST(o.id AS INTEGER) - 1 AND b.created > o.created",
		"orders of somebody who had not signed up":          "orders o JOIN users u ON u.id IN (o.client, o.performer) AND u.created > o.created",
		"changes that precede their order":                  "order_history h JOIN orders o ON o.id = h.\"order\" AND h.time < o.created",
		"cases that were closed before they were opened":    "cases WHERE closed <> '' AND closed < created",
		"cases that were closed late":                       "cases WHERE closed > due",
		"bans that ended before they began":                 "bans WHERE lifted <> '' AND lifted < since",
		"pushes that were sent before they were added":      "pushes WHERE sent <> '' AND sent < created",
		"acts of today that were done long ago":             "audit WHERE act IN ('ban', 'unban', 'verdict', 'hide', 'warn') AND at > strftime('%Y-%m-%d %H:%M:%fZ', 'now', '-1 day')",
	} {
		if n := s.Count(rows); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	for rows, least := range map[string]int{
		"(SELECT DISTINCT substr(created, 1, 7) FROM orders)": 12, "(SELECT DISTINCT substr(created, 1, 7) FROM users)": 10,
		"(SELECT DISTINCT actor FROM order_history WHERE \"to\" = 'cancelled')": 3, "(SELECT DISTINCT status FROM orders)": 4,
		"(SELECT DISTINCT verdict FROM cases)": 8, "(SELECT DISTINCT round(rating_rate) FROM orders)": 5,
		"bans WHERE lifted <> '' AND lifted_by <> ''": 1, "bans WHERE lifted <> '' AND lifted_by = ''": 1, "bans WHERE lifted = '' AND until <> ''": 1,
		"media WHERE hidden <> '' AND remove_at <> ''": 1, "push_hours": 100, "warnings": 3, "notes": 3, "reports": 10, "blocks": 3,
	} {
		if n := s.Count(rows); n < least {
			t.Errorf("%d of %s, want %d", n, rows, least)
		}
	}
}

// wantDesk fails the test unless each page of the desk shows something.
func wantDesk(t *testing.T, s *testkit.Server) {
	t.Helper()
	get := func(path string, within ...any) testkit.Map {
		t.Helper()
		answer := s.Get("/api/desk/" + path).As(s.Owner()).Do().Want(200).Map()
		if within != nil && answer.Len(within...) == 0 {
			t.Errorf("%s shows no %v", path, within)
		}
		return answer
	}
	queue := get("cases", "items")
	for _, kind := range []string{"report", "appeal", "overdue", "low", "word", "first", "blocked"} {
		if queue.Int("counts", "kinds", kind) == 0 {
			t.Errorf("no case of the kind %s is open", kind)
		}
		get("cases?kind="+kind, "items")
	}
	over, urgent, taken := 0, queue.Int("counts", "urgent"), 0
	for i := range queue.Len("items") {
		due, err := time.Parse(time.RFC3339, queue.String("items", i, "due"))
		if err != nil {
			t.Fatal(err)
		}
		if due.Before(time.Now()) {
			over++
		}
		if queue.At("items", i, "taken") != nil {
			taken++
		}
		get("cases/" + queue.String("items", i, "id"))
	}
	if over != 1 || urgent != 3 || taken != 1 {
		t.Errorf("%d cases are over, %d urgent, %d taken", over, urgent, taken)
	}
	get("cases?state=closed", "items")
	for _, kind := range []string{"pushes", "previews", "mails"} {
		get("faults", kind)
	}
	for _, figure := range []string{"orders", "signups", "delivery", "cancelled", "ratings", "pushes", "cases", "verdicts"} {
		if got := fmt.Sprint(get("figures/" + figure + "?period=year")); !strings.ContainsAny(got, "123456789") {
			t.Errorf("the figure %s is empty: %s", figure, got)
		}
	}
	for _, page := range []string{"log", "media", "media?show=hidden", "log?who=" + demo.DefaultStaff.Moderator} {
		get(page, "items")
	}
	people := func(nickname string) string {
		t.Helper()
		return fmt.Sprint(get("search?q="+nickname, "people").Int("people", 0, "id"))
	}
	tony := people("tony_t")
	get("users/"+tony, "same_device")
	get("users/"+tony, "notes")
	for list, nickname := range map[string]string{"orders": "MaxPower", "media": "MaxPower", "devices": "MaxPower", "reports": "MaxPower", "log": "MaxPower", "bans": "Рома", "notes": "tony_t"} {
		get("users/"+people(nickname)+"/"+list, "items")
	}
	roast, err := s.App.FindFirstRecordByFilter("orders", "description ~ 'A roast'")
	if err != nil {
		t.Fatal(err)
	}
	get("orders/"+roast.Id, "timeline")
}

// A failure leaves nothing behind, neither rows nor files.
func TestDemoAtOnce(t *testing.T) {
	s := testkit.Start(t)
	if _, err := demo.Fill(s.App, demo.Staff{Owner: "no e-mail"}, time.Now()); err == nil || !strings.Contains(err.Error(), `"no e-mail"`) {
		t.Errorf("an invalid e-mail: %v", err)
	}
	s.Exec(`CREATE TRIGGER stop BEFORE UPDATE OF banned ON users WHEN NEW.banned BEGIN SELECT RAISE(ABORT, 'stopped'); END`)
	if _, err := demo.Fill(s.App, demo.DefaultStaff, time.Now()); err == nil {
		t.Fatal("it was not stopped")
	}
	if users, superusers := s.Count("users"), s.Count("_superusers"); users != 0 || superusers != 0 {
		t.Errorf("%d users and %d superusers are left", users, superusers)
	}
	if files := s.StoredFiles(); len(files) != 0 {
		t.Errorf("files are left: %q", files)
	}
}

// The command prints how to sign in, and rejects a data folder in use by one line.
func TestDemoCommand(t *testing.T) {
	run := func(dir string) (string, error) {
		command := exec.Command(testkit.Binary(t), "demo", "--dir", dir, "--moderator", "olga@example.com")
		out, err := command.CombinedOutput()
		return string(out), err
	}
	dir := t.TempDir()
	out, err := run(dir)
	lines := strings.Split(out, "\n")
	if err != nil || !strings.Contains(out, "privet serve --dir") || len(lines) < 6 {
		t.Fatalf("%v: %s", err, out)
	}
	for i, words := range [][]string{{"owner", "owner@example.com"}, {"moderator", "olga@example.com"}, {"moderator", "kirill@example.com"}, {"performer", "anna@example.com", demo.Password}, {"client", "oleg@example.com", demo.Password}} {
		got := strings.Fields(lines[i+1])
		for j, word := range words {
			if len(got) < 4 || got[j] != word {
				t.Errorf("line %d is %q, want %q", i+1, lines[i+1], words)
			}
		}
		if len(words) == 2 && len(got[2]) != 16 {
			t.Errorf("line %d has no password: %q", i+1, lines[i+1])
		}
	}
	if out, err = run(dir); err == nil || strings.Count(out, "\n") != 1 || !strings.Contains(out, "in use") {
		t.Errorf("the second time: %v: %s", err, out)
	}
}
