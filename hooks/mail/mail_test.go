package mail_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

const subject = "new password"

func forgot(s *testkit.Server, email string) {
	s.Post("auth/password/forgot").JSON(map[string]any{"email": email}).Do().Want(200)
}

// awaitMail waits until there is a mail for which the condition holds.
func awaitMail(t *testing.T, s *testkit.Server, where string) {
	t.Helper()
	for deadline := time.Now().Add(testkit.Soon); s.Count("mails WHERE "+where) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			var states []string
			_ = s.App.DB().NewQuery("SELECT state || ' ' || tries || ' ' || error FROM mails").Column(&states)
			t.Fatalf("no mail with %s: %q", where, states)
		}
	}
}

// A mail that the mail server refuses for good is given up; what it refuses for now, does not answer, or refuses to privet whatever the
// mail, is tried again. Neither the outbox nor the log has the address, which servers like to repeat.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		step, answer string
		retried      bool
	}{
		{"RCPT", "550 5.1.1 <ADDRESS>: Recipient address rejected: ADDRESS is unknown", false},
		{"DATA", "554 the content is spam", false},
		{"MAIL", "553 sender not verified", true}, // it is not about this mail
		{"greeting", "554 blocked", true},
		{"RCPT", "451 4.7.1 greylisted, ADDRESS, come again", true},
		{"DATA", "452 no room", true},
		{"EHLO", "421 busy", true},
		{"greeting", "421 too many connections", true},
	} {
		t.Run(c.step+" "+c.answer[:3], func(t *testing.T) {
			t.Parallel()
			s, server := testkit.StartMail(t)
			client := s.Client()
			server.Break(c.step, strings.ReplaceAll(c.answer, "ADDRESS", client.Email))
			forgot(s, client.Email)
			if !c.retried {
				awaitMail(t, s, "state = 'failed' AND tries = 1 AND error LIKE '%"+c.answer[:3]+"%'")
				s.WantLog("a mail was refused, and is given up")
			} else {
				awaitMail(t, s, "state = 'waiting' AND tries = 1 AND error LIKE '%"+c.answer[:3]+"%' AND next_try > strftime('%Y-%m-%d %H:%M:%fZ', 'now', '3 seconds')")
				s.WantLog("is tried again")
				server.Break(c.step, "")
				s.Pass(time.Minute)
				server.Wait(subject, 1, testkit.Soon)
				awaitMail(t, s, "state = 'sent' AND tries = 2 AND error = '' AND sent <> ''")
			}
			if n := s.Count("mails WHERE error LIKE '%@%'"); n != 0 || strings.Contains(s.Log.String(), client.Email) {
				t.Errorf("the address is in %d rows, or in the log: %s", n, s.Log)
			}
		})
	}
}

// A mail that can't be put into a mail's form is given up, and says nothing of the mail server: the others don't wait.
func TestUnsendable(t *testing.T) {
	t.Parallel()
	s, server := testkit.StartMail(t)
	for range 4 {
		broken := s.Client()
		s.Exec("UPDATE users SET email = 'nowhere' || id WHERE id = %d", broken.ID)
		forgot(s, broken.Email)
	}
	testkit.Await(t, testkit.Soon, "mails that can't be sent wait", func() bool { return s.Count("mails WHERE state = 'failed' AND error <> ''") == 4 })
	client := s.Client()
	forgot(s, client.Email)
	if letter := server.Wait(subject, 1, testkit.Soon)[0]; letter.To != client.Email {
		t.Errorf("%+v", letter)
	}
}

// While the mail server is gone mails wait, and expire after half an hour: whoever asked has given up. One that is deleted is not sent.
func TestOutage(t *testing.T) {
	t.Parallel()
	s := testkit.StartStored(t, (&fakes.Mail{Host: "127.0.0.1", Port: 1}).Store, func(s *settings.Settings) { s.PublicURL = testkit.PublicURL })
	client, other := s.Client(), s.Client()
	forgot(s, client.Email)
	awaitMail(t, s, "state = 'waiting' AND error LIKE '%refused%' AND error NOT LIKE '%@%'")
	forgot(s, other.Email)
	s.Exec("DELETE FROM mails WHERE user = %d", other.ID)
	s.Pass(31 * time.Minute)
	awaitMail(t, s, "state = 'expired'")
	if n := s.Count("mails"); n != 1 {
		t.Errorf("%d mails", n)
	}
	// What still waited when the password was changed would bring a link that nobody needs.
	forgot(s, client.Email)
	s.Post("user/update").As(client.Token).JSON(`{"password":"remembered"}`).Do().Want(200)
	if n := s.Count("mails WHERE state = 'waiting'"); n != 0 {
		t.Errorf("%d mails wait", n)
	}
}

// A mail server that says nothing holds up neither requests nor the end of the server, and neither an end nor a kill loses a mail, or a call
// of the desk's webhook, which fails until then.
func TestHangAndKill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	server := fakes.NewMail(t)
	server.Break("DATA", fakes.Hang)
	var works atomic.Bool
	told := make(chan string, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line, _ := io.ReadAll(r.Body)
		if !works.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		told <- string(line)
	}))
	t.Cleanup(hook.Close)
	p := testkit.Process(t, "PRIVET_PUBLIC_URL="+testkit.PublicURL, "PRIVET_DESK_WEBHOOK="+hook.URL)
	desk := p.Dashboard()
	desk.Request(http.MethodPatch, "settings").JSON(map[string]any{"smtp": server.Settings()}).Do().Want(200)
	client := p.Client()
	tried := func(n float64) {
		t.Helper()
		desk = p.Dashboard()
		for deadline := time.Now().Add(testkit.Soon); ; time.Sleep(10 * time.Millisecond) {
			rows := desk.List("mails")
			if len(rows) == 1 && rows[0]["state"] == "waiting" && rows[0]["tries"].(float64) >= n {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%v", rows)
			}
		}
	}
	p.Post("user/report").As(client.Token).JSON(map[string]any{"user_id": p.Performer().ID, "reason": 1}).Do().Want(201)
	forgot(p.Server, client.Email)
	tried(1)
	p.Get("order/search").As(client.Token).Do().Want(200)
	began := time.Now()
	if code := p.Stop(syscall.SIGTERM); code != 0 || time.Since(began) > 20*time.Second { // of the 30 of a try
		t.Errorf("it ended with %d after %s", code, time.Since(began))
	}
	p.Start()
	tried(2)
	desk.Request(http.MethodPost, "sql").JSON(map[string]any{"query": "UPDATE case_calls SET next_try = '2020-01-01 00:00:00.000Z'"}).Do().Want(200) // sooner than it would be
	p.Stop(syscall.SIGKILL)
	server.Break("DATA", "")
	works.Store(true)
	p.Start()
	letter := server.Wait(subject, 1, testkit.Soon)[0]
	if letter.To != client.Email || len(server.Letters()) != 1 {
		t.Errorf("%+v", server.Letters())
	}
	select {
	case line := <-told:
		if !strings.Contains(line, testkit.PublicURL+"/_/#/desk/cases/") {
			t.Errorf("the webhook was told %q", line)
		}
	case <-time.After(4 * testkit.Soon):
		t.Error("the webhook was not told")
	}
}

// PocketBase's own mails to superusers go by the same client, and link to the public address.
func TestMailsOfSuperusers(t *testing.T) {
	t.Parallel()
	s, server := testkit.StartMail(t)
	s.Owner()
	s.Post("/api/collections/_superusers/request-password-reset").JSON(map[string]any{"email": testkit.OwnerEmail}).Do().Want(204)
	letter := server.Wait("", 1, testkit.Soon)[0]
	if letter.To != testkit.OwnerEmail || !strings.Contains(letter.HTML, `href="https://api.example.com/_/`) {
		t.Errorf("%+v", letter)
	}
	if !strings.Contains(server.Said(), "EHLO api.example.com\r\n") {
		t.Errorf("it said\n%s", server.Said())
	}
}

// The outbox forgets: what is old, of what is dropped all but the newest, and links that are of no use any more.
func TestOutboxForgets(t *testing.T) {
	t.Parallel()
	s, _ := testkit.StartMail(t)
	client := s.Client()
	const many = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO mails (id, state, kind, user, language, created) SELECT '%s' || i, '%s', 'password', '%s', 'en', %s FROM n`
	const now, old = `strftime('%Y-%m-%d %H:%M:%fZ', 'now')`, `'2020-01-01 00:00:00.000Z'`
	s.Exec(many, 5, "o", "sent", fmt.Sprint(client.ID), old)
	s.Exec(many, 5, "p", "dropped", "", old)
	s.Exec(many, 1100, "d", "dropped", "", now)
	s.Exec(many, 3, "s", "sent", fmt.Sprint(client.ID), now)
	s.Exec("INSERT INTO account_links (hash, user, purpose, expires) VALUES ('a', '1', 'password', '2020-01-01 00:00:00.000Z'), ('b', '1', 'password', '2100-01-01 00:00:00.000Z')")
	s.RunJob("privet_mails")
	for query, want := range map[string]int{"mails WHERE state = 'dropped'": 1000, "mails WHERE state = 'dropped' AND id IN ('d1', 'd100')": 0, "mails WHERE state = 'sent'": 3, "account_links": 1} {
		if n := s.Count(query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
	user, err := s.App.FindRecordById("users", fmt.Sprint(client.ID))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.App.Delete(user); err != nil {
		t.Fatal(err)
	}
	if n := s.Count("mails WHERE user <> ''"); n != 0 {
		t.Errorf("%d mails of a user who was deleted", n)
	}
	s.WantCleanLog()
}
