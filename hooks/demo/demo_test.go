package demo_test

import (
	"errors"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/hooks/demo"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// The demo has orders of each status, spread over the weeks before, and sends no pushes.
func TestDemo(t *testing.T) {
	fcm := fakes.NewFCM(t)
	s := testkit.Start(t, fcm.Configure)
	dashboard := s.Dashboard() // of the owner, who is the first superuser
	if _, err := demo.Fill(s.App, "olga@example.com", time.Now()); err != nil {
		t.Fatal(err)
	}
	statuses, days := map[any]int{}, map[string]bool{}
	last := ""
	for _, order := range dashboard.List("orders") {
		statuses[order["status"]]++
		created, updated := order["created"].(string), order["updated"].(string)
		days[created[:10]] = true
		if updated < created || (order["cancel_date"] != "") != (order["status"] == "cancelled") || order["status"] == "cancelled" && order["cancel_date"] != updated {
			t.Errorf("order %v: %v to %v, cancelled %v", order["id"], created, updated, order["cancel_date"])
		}
		if created < last {
			t.Errorf("order %v is older than the one before it", order["id"])
		}
		last = created
	}
	if statuses["new"] != 4 || statuses["done"] != 2 || statuses["reviewed"] != 4 || statuses["cancelled"] != 5 || len(days) < 10 {
		t.Errorf("statuses %v on %d days", statuses, len(days))
	}
	actors := map[any]bool{}
	last = ""
	for _, row := range dashboard.List("order_history") {
		if row["to"] == "cancelled" {
			actors[row["actor"]] = true
		}
		if at := row["time"].(string); at < last {
			t.Errorf("the history goes back from %s to %s", last, at)
		}
		last = row["time"].(string)
	}
	if len(actors) != 3 {
		t.Errorf("orders were cancelled by %v", actors)
	}
	for queue, rows := range map[string]int{"queue_banned": 2, "queue_failed_pushes": 0, "queue_low_ratings": 2, "queue_new_performers": 2, "queue_overdue_orders": 2} {
		if got := dashboard.List(queue); len(got) != rows {
			t.Errorf("%s: %v", queue, got)
		}
	}
	if n := s.Count("pushes"); n != 0 {
		t.Errorf("%d pushes", n)
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
	if _, err := demo.Fill(s.App, "olga@example.com", time.Now()); !errors.Is(err, demo.ErrInUse) {
		t.Errorf("filled twice: %v", err)
	}
	s.WantCleanLog()
}

// A failure leaves nothing behind, neither rows nor files.
func TestDemoAtOnce(t *testing.T) {
	s := testkit.Start(t)
	if _, err := demo.Fill(s.App, "no e-mail", time.Now()); err == nil || !strings.Contains(err.Error(), `"no e-mail"`) {
		t.Errorf("an invalid e-mail: %v", err)
	}
	s.Exec(`CREATE TRIGGER stop BEFORE UPDATE OF banned ON users WHEN NEW.banned BEGIN SELECT RAISE(ABORT, 'stopped'); END`)
	if _, err := demo.Fill(s.App, "olga@example.com", time.Now()); err == nil {
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
	if err != nil || !regexp.MustCompile(`moderator +olga@example.com +[a-z0-9]{16} `).MatchString(out) ||
		!strings.Contains(out, demo.Password) || !strings.Contains(out, "privet serve --dir") {
		t.Errorf("%v: %s", err, out)
	}
	if out, err = run(dir); err == nil || strings.Count(out, "\n") != 1 || !strings.Contains(out, "in use") {
		t.Errorf("the second time: %v: %s", err, out)
	}
}
