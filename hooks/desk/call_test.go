package desk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/worker"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// hook is an address that is told of new cases.
type hook struct {
	*httptest.Server

	mu     sync.Mutex
	asked  int
	told   []string                                            // the lines that it has taken
	answer func(ctx context.Context, line string) (status int) // may take its time
}

func newHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{}
	h.answers(func(context.Context, string) int { return http.StatusNoContent })
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		h.asked++
		answer := h.answer
		h.mu.Unlock()
		status := answer(r.Context(), string(body))
		h.mu.Lock()
		if status/100 == 2 {
			h.told = append(h.told, string(body))
		}
		h.mu.Unlock()
		w.Header().Set("Location", "/elsewhere") // which means something with a status of redirects alone
		w.WriteHeader(status)
	}))
	t.Cleanup(h.Close)
	return h
}

// answers sets how the hook answers a line from now on.
func (h *hook) answers(answer func(ctx context.Context, line string) (status int)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = answer
}

// lines returns the lines that the hook has taken.
func (h *hook) lines() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.told)
}

// wait waits until the hook has been told of a case, and returns the line.
func (h *hook) wait(t *testing.T, id string) (line string) {
	t.Helper()
	testkit.Await(t, testkit.Soon, "the webhook was not told of the case "+id, func() bool {
		for _, line = range h.lines() {
			if strings.Contains(line, id) {
				return true
			}
		}
		return false
	})
	return line
}

// morning is a zone in which it is twenty past eight: the hour of the digest.
func morning() *time.Location {
	now := time.Now().UTC()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	ahead := 8*time.Hour + 20*time.Minute - now.Sub(midnight)
	if ahead < -12*time.Hour {
		ahead += 24 * time.Hour
	}
	return time.FixedZone("morning", int(ahead.Seconds()))
}

// Moderators are mailed at once, once a day or after twelve hours, the webhook is told of each new case, and neither says who it is about.
func TestCalled(t *testing.T) {
	t.Parallel()
	h := newHook(t)
	s, mail := testkit.StartMail(t, func(s *settings.Settings) { s.DeskWebhook, s.OrderZone = h.URL+"/secret", morning() })
	owner, moderator := s.Dashboard(), s.Moderator()
	at(s, moderator, "me", in{"notify": "now", "language": "ru"}).Want(200)
	at(s, owner.Token(), "me", in{"notify": "now", "language": "en"}).Want(200)
	const thirdEmail = "third@example.com"
	third := owner.Create("_superusers", in{"email": thirdEmail, "password": testkit.SuperuserPassword, "passwordConfirm": testkit.SuperuserPassword, "notify": "daily"}).Want(200).Map().String("id")
	mails := func(email, kind string) int {
		return s.Count(fmt.Sprintf("mails m JOIN _superusers s ON s.id = m.superuser WHERE s.email = '%s' AND m.kind = '%s'", email, kind))
	}
	wantMails := func(what, kind string, moderators, owners, thirds int) {
		t.Helper()
		if m, o, n := mails(testkit.ModeratorEmail, kind), mails(testkit.OwnerEmail, kind), mails(thirdEmail, kind); m != moderators || o != owners || n != thirds {
			t.Errorf("%s: %d, %d and %d mails, want %d, %d and %d", what, m, o, n, moderators, owners, thirds)
		}
	}

	s.RunJob("privet_desk_digest")
	wantMails("a digest without cases", "digest", 0, 0, 0)
	client := s.Signup("role", "1", "nickname", "Zaborskaya", "name", "Zinaida", "phone", "+7 999 000-11-22")
	performer := s.Signup("role", "2", "nickname", "Mukhin", "name", "Arkady", "phone", "+7 999 000-33-44", "price", "7")
	report(s, client, performer, "He called me a turnip")
	id := caseOf(t, s, performer)
	for _, letter := range mail.Wait("", 2, testkit.Soon) {
		subject := map[string]string{testkit.ModeratorEmail: "privet: дело ждёт решения", testkit.OwnerEmail: "privet: a case"}[letter.To]
		if subject == "" || !strings.HasPrefix(letter.Subject, subject) || !slices.Contains(strings.Fields(letter.Text), testkit.PublicURL+"/_/#/desk/cases/"+id) {
			t.Errorf("to %s: %s\n%s", letter.To, letter.Subject, letter.Text)
		}
	}
	var line map[string]string
	if err := json.Unmarshal([]byte(h.wait(t, id)), &line); err != nil {
		t.Fatal(err)
	}
	if line["event"] != "case.opened" || line["kind"] != "report" || line["about"] != "user" || line["url"] != testkit.PublicURL+"/_/#/desk/cases/"+id || len(line) != 7 {
		t.Errorf("%v", line)
	}

	report(s, s.Client(), performer, "Me, too: a turnip")
	wantMails("of what joins a case", "case", 1, 1, 0)
	for range 2 {
		s.RunJob("privet_desk_digest")
	}
	wantMails("the digest", "digest", 0, 0, 1)
	if digest := mail.Wait("", 3, testkit.Soon)[2]; digest.To != thirdEmail || !slices.Contains(strings.Fields(digest.Text), testkit.PublicURL+"/_/#/desk") || !strings.Contains(digest.Subject, "1") {
		t.Errorf("%+v", digest)
	}

	// What came after the moderator had opened the page stays open, in a case that opens by their own act.
	at(s, moderator, "cases/"+id+"/verdict", in{"rev": 1, "verdict": "nothing"}).Want(200)
	rest := caseOf(t, s, performer)
	wantMails("of one's own act", "case", 1, 2, 0)
	h.wait(t, rest)

	s.RunJob("privet_waiting_cases")
	wantMails("of a new case", "case", 1, 2, 0)
	owner.Change("_superusers", third, in{"notify": "none"}).Want(200)
	s.Exec(`UPDATE cases SET created = strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now', '-12 hours') WHERE id = '%s'`, rest)
	for range 2 {
		s.RunJob("privet_waiting_cases")
	}
	wantMails("after twelve hours", "case", 2, 3, 1)

	// A moderator's act alone opens this one: a first delivery.
	order := s.Order(client, performer)
	rev := at(s, moderator, fmt.Sprint("orders/", order), nil).Want(200).Map().Int("rev")
	at(s, moderator, fmt.Sprintf("orders/%d/status", order), in{"rev": rev, "status": "done", "text": "Delivered by mail"}).Want(200)
	if n := s.Count(`cases WHERE state = 'open' AND kinds LIKE '%first%'`); n != 1 {
		t.Errorf("%d cases of a first delivery", n)
	}
	wantMails("of one's own act alone", "case", 2, 4, 1)

	said := strings.Join(h.lines(), "\n")
	for _, letter := range mail.Wait("", 8, testkit.Soon) {
		said += fmt.Sprint(letter.Subject, letter.Text, letter.HTML, letter.Header)
	}
	for _, secret := range []string{"Zabor", "Zinaida", "Mukhin", "Arkady", "turnip", "000-11", "000-33", client.Email, performer.Email} {
		if strings.Contains(said, secret) {
			t.Errorf("%q is told:\n%s", secret, said)
		}
	}
	if n := s.Count("case_calls"); len(h.lines()) != 2 || n != 0 {
		t.Errorf("the webhook was told %q, and %d calls wait", h.lines(), n)
	}
	s.WantCleanLog()
}

// A webhook that hangs or fails holds up neither mails and pushes nor what it is told of other cases, and is told until it takes it.
func TestWebhookFails(t *testing.T) {
	t.Parallel()
	h, fcm := newHook(t), fakes.NewFCM(t)
	hanging := make(chan int)
	s, mail := testkit.StartMail(t, fcm.Configure, func(s *settings.Settings) { s.DeskWebhook = h.URL + "/secret" })
	at(s, s.Moderator(), "me", in{"notify": "now"}).Want(200)
	client, first, second := s.Client(), s.Performer(), s.Performer()
	s.AddDevice(second, "second's phone", "en")
	var about string
	h.answers(func(ctx context.Context, line string) int {
		h.mu.Lock()
		hangs := about == "" || strings.Contains(line, about)
		h.mu.Unlock()
		if !hangs {
			return http.StatusOK
		}
		select {
		case status := <-hanging:
			return status
		case <-ctx.Done(): // on a slow machine
			return http.StatusInternalServerError
		}
	})
	report(s, client, first, "")
	id := caseOf(t, s, first)
	h.mu.Lock()
	about = id
	h.mu.Unlock()
	asked := func(times int) {
		t.Helper()
		testkit.Await(t, testkit.Soon, fmt.Sprintf("the webhook was not asked %d times", times), func() bool {
			h.mu.Lock()
			defer h.mu.Unlock()
			return h.asked >= times
		})
	}
	asked(1)
	report(s, client, second, "")
	h.wait(t, caseOf(t, s, second))
	s.Order(client, second)
	fcm.Wait(1, testkit.Soon)
	mail.Wait("", 2, testkit.Soon)

	for i, status := range []int{http.StatusInternalServerError, http.StatusFound, http.StatusTemporaryRedirect} {
		try := i + 1
		hanging <- status
		testkit.Await(t, testkit.Soon, "the failure is not recorded", func() bool { return s.Count(fmt.Sprint("case_calls WHERE tries >= ", try)) == 1 })
		s.Exec("UPDATE case_calls SET next_try = '2020-01-01 00:00:00.000Z'") // its time has come
		worker.ForeignChange(s.App)
		asked(2 + try)
	}
	hanging <- http.StatusAccepted
	h.wait(t, id)
	testkit.Await(t, testkit.Soon, "a call is left", func() bool { return s.Count("case_calls") == 0 })
	if lines := h.lines(); len(lines) != 2 {
		t.Errorf("it was told %q", lines)
	}
	s.WantLog("the webhook of the desk could not be called")
	if strings.Contains(s.Log.String(), "/secret") {
		t.Error("the log has the address")
	}
}
