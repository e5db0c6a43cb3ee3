package command_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// What is done by a command holds at once on the server that runs, whose caches know nothing of it.
func TestUserCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	fcm := fakes.NewFCM(t)
	p := testkit.Process(t, fcm.Env()...)
	client, performer := p.Client(), p.Performer()
	p.AddDevice(client, "phone", "en")
	order := p.Order(client, performer)
	p.Get("order/search").As(performer.Token).Do().Want(http.StatusOK)
	id := fmt.Sprint(performer.ID)
	printed, status := run(t, p.Dir, "user", "list", "--role", "performer")
	want(t, printed, status, 0, performer.Email, "1 users")
	printed, status = run(t, p.Dir, "user", "ban", id, "--until", "2001-01-01")
	want(t, printed, status, 1, "Must be in the future")
	printed, status = run(t, p.Dir, "user", "ban", strings.ToUpper(performer.Email), "--reason", "spam")
	want(t, printed, status, 0, "is banned")
	p.Get("order/search").As(performer.Token).Do().Want(http.StatusUnauthorized)
	if pushed := fcm.Wait(1, testkit.Soon); len(pushed) != 1 || pushed[0].Data["type"] != "order.cancelled" {
		t.Errorf("pushed: %v", pushed)
	}
	history := p.Dashboard().List("order_history")
	if last := history[len(history)-1]; last["actor"] != "moderator" && history[0]["actor"] != "moderator" || fmt.Sprint(last["order"]) != fmt.Sprint(order) {
		t.Errorf("history: %v", history)
	}
	printed, status = run(t, p.Dir, "user", "unban", id)
	want(t, printed, status, 0, "is not banned any more")
	p.Login(performer)
	printed, status = run(t, p.Dir, "user", "erase", id)
	want(t, printed, status, 1, "nobody was erased")
	printed, status = run(t, p.Dir, "user", "erase", id, "--yes")
	want(t, printed, status, 0, "is erased")
	printed, status = run(t, p.Dir, "user", "list", "--erased", "--json")
	want(t, printed, status, 0, `"email": "deleted`, `"total": 1`)
	printed, status = run(t, p.Dir, "user", "ban", "99")
	want(t, printed, status, 1, "there is no user 99")
	printed, status = run(t, p.Dir, "still"+"s", "retry")
	want(t, printed, status, 0, "0 previews are queued again")
	printed, status = runWith(t, fcm.Env(), "test", "push", fmt.Sprint(client.ID), "--dir", p.Dir)
	want(t, printed, status, 0, "the push was taken")
}

// Commands that write beside the server make none of its changes fail, and it none of theirs.
func TestCommandsBesideChanges(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	p := testkit.Process(t)
	performer, bystander := p.Performer(), p.Client()
	done := make(chan struct{})
	var all sync.WaitGroup
	for range 3 {
		client := p.Client()
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				order, err := p.Post("order/create").As(client.Token).JSON(map[string]any{"performer_id": performer.ID, "description": "x", "date_till": "2030-01-01 00:00:00"}).Try()
				if err != nil || order.Status != http.StatusOK {
					t.Errorf("an order: %v %+v", err, order)
					return
				}
			}
		})
	}
	for i := range 6 {
		verb := []string{"ban", "unban"}[i%2]
		printed, status := run(t, p.Dir, "user", verb, fmt.Sprint(bystander.ID))
		if status != 0 {
			t.Errorf("user %s: %s", verb, printed)
		}
	}
	close(done)
	all.Wait()
	if printed := p.Log.String(); strings.Contains(printed, "level=ERROR") {
		t.Error(printed)
	}
}

// Arguments that make no sense are told of, and no command that does nothing makes a data folder.
func TestWrongArguments(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "none")
	for arguments, c := range map[string]struct {
		status int
		text   string
	}{
		"user":               {0, "Usage:"},
		"user nonsense":      {1, `unknown command "nonsense" for "privet user"; see privet user --help`},
		"superuser nonsense": {1, `unknown command "nonsense" for "privet superuser"`},
		"previews":           {0, "Usage:"},
		"test":               {0, "Usage:"},
		"test sms":           {1, `unknown command "sms" for "privet test"`},
		"user ban 1":         {1, "is no data folder of privet"},
		"backup":             {1, "usage: privet backup FILE.zip; see"},
		"backup a b":         {1, "usage: privet backup FILE.zip; see"},
		"health now":         {1, `unknown command "now" for "privet health"`},
	} {
		printed, status := run(t, dir, strings.Fields(arguments)...)
		if status != c.status || !strings.Contains(printed, c.text) {
			t.Errorf("%s: status %d, %s", arguments, status, printed)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a data folder was made")
	}
}

// The doctor finds what is wrong, and says so by its status.
func TestDoctor(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	p := testkit.Process(t)
	p.Client()
	apple := fakes.NewApple(t)
	env := []string{
		"PRIVET_UPLOAD_FLOOR=1", "PRIVET_PUBLIC_URL=" + p.URL,
		"PRIVET_APPLE_CLIENT_IDS=" + fakes.BundleID, "PRIVET_APPLE_JWKS_URL=" + apple.Settings().JWKSURL,
	}
	printed, status := runWith(t, env, "doctor", "--dir", p.Dir)
	want(t, printed, status, 0, "one uses the folder", "is not encrypted", "a body of 120 MB comes through", "1, each of a row",
		"Apple      "+strings.TrimPrefix(apple.URL, "http://")+" answers")
	if strings.Contains(printed, "relay") {
		t.Errorf("a hint without mails: %s", printed)
	}

	// Who signs in with Apple may have an address whose mails vanish unless the sender is registered.
	p.Dashboard().Request(http.MethodPatch, "settings").JSON(map[string]any{
		"meta": map[string]any{"senderAddress": "greetings@example.com"},
		"smtp": map[string]any{"enabled": true, "host": "127.0.0.1", "port": 25},
	}).Do().Want(http.StatusOK)
	printed, status = runWith(t, env, "doctor", "--offline", "--dir", p.Dir)
	want(t, printed, status, 0, "ok       Apple ", "may get an address of Apple's mail relay", "register greetings@example.com and its domain")
	p.Signup("role", "1", "email", "dpdc7nu@PrivateRelay.AppleID.com")
	p.Signup("role", "1", "email", "x9@private.icloud.com")
	printed, status = runWith(t, env, "doctor", "--offline", "--dir", p.Dir)
	want(t, printed, status, 0, "warning  Apple ", "2 users have an address", "register greetings@example.com and its domain")

	stored, err := filepath.Glob(filepath.Join(p.Dir, "storage", "*", "*", "*.png"))
	if err != nil || len(stored) != 3 {
		t.Fatal(stored, err)
	}
	if err := os.Rename(stored[0], stored[0]+".moved"); err != nil {
		t.Fatal(err)
	}
	printed, status = runWith(t, append(env, "PRIVET_RATELIMIT=5"), "doctor", "--offline", "--full", "--dir", p.Dir)
	want(t, printed, status, 1, "PRIVET_RATELIMIT", "1 files that rows name are not in the storage", "belong to no row", "sound: tables")
}
