package additions_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"

	"github.com/pocketbase/dbx"
)

// startWithMail starts a server with mail and a contact.
func startWithMail(t *testing.T, changes ...func(*settings.Settings)) (*testkit.Server, *fakes.Mail) {
	t.Helper()
	contact := func(s *settings.Settings) { s.Contact = "help@example.com" }
	return testkit.StartMail(t, append([]func(*settings.Settings){contact}, changes...)...)
}

var aLink = regexp.MustCompile(`https?://\S+/account\?\S*token=(\w+)`)

// tokenOf returns the token of the link in a mail.
func tokenOf(t *testing.T, letter fakes.Letter) string {
	t.Helper()
	found := aLink.FindStringSubmatch(letter.Text)
	if found == nil || !strings.HasPrefix(found[0], testkit.PublicURL+"/account?") {
		t.Fatalf("no link to the public address:\n%s", letter.Text)
	}
	return found[1]
}

func forgot(s *testkit.Server, email string) *testkit.Answer {
	return s.Post("auth/password/forgot").JSON(map[string]any{"email": email}).Do()
}

func reset(s *testkit.Server, token, password string) *testkit.Answer {
	return s.Post("auth/password/reset").JSON(map[string]any{"token": token, "password": password, "password_confirmation": password}).Do()
}

// Whoever has forgotten the password gets in again by a mail in either language, which anybody may open before; nobody else stays in.
func TestForgottenPassword(t *testing.T) {
	s, mail := startWithMail(t)
	for language, subject := range map[string]string{"ru-RU,ru;q=0.9": "privet: новый пароль", "de, en;q=0.5": "privet: choose a new password"} {
		client := s.Client()
		s.AddDevice(client, "tablet", "en")
		s.Post("auth/password/forgot").Header("Accept-Language", language).JSON(map[string]any{"email": strings.ToUpper(client.Email)}).Do().Want(200).WantJSON(done)

		letter := mail.Wait(subject, 1, testkit.Soon)[0]
		token := tokenOf(t, letter)
		link := aLink.FindString(letter.Text)
		if letter.To != client.Email || letter.From != "privet@example.com" || letter.Subject != subject {
			t.Errorf("%+v", letter)
		}
		if !strings.Contains(letter.HTML, `href="`+strings.ReplaceAll(link, "&", "&amp;")+`"`) || !strings.Contains(letter.HTML, "help@example.com") || !strings.Contains(letter.Text, "help@example.com") {
			t.Errorf("the HTML has no link, or there is no contact:\n%s\n%s", letter.HTML, letter.Text)
		}
		for _, not := range []string{"color:", "background", "<img", "src=", "bgcolor"} {
			if strings.Contains(letter.HTML, not) {
				t.Errorf("the HTML has %s", not)
			}
		}
		for _, method := range []string{http.MethodHead, http.MethodGet} { // a mail scanner's
			request, err := http.NewRequest(method, s.URL+strings.TrimPrefix(link, testkit.PublicURL), nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
		}
		reset(s, token, "another one").Want(200).WantJSON(done)
		if n := s.Count("devices WHERE user = " + fmt.Sprint(client.ID)); n != 0 {
			t.Errorf("%d devices are signed in", n)
		}
		s.Get("order/search").As(client.Token).Do().Want(401)
		s.Post("auth/login").JSON(map[string]any{"email": client.Email, "password": "another one"}).Do().Want(200)
		reset(s, token, "yet another").Want(400).WantJSON(`{"status":"error","message":"Invalid token"}`)
		if n := s.Count("mails WHERE state = 'sent' AND user = " + fmt.Sprint(client.ID)); n != 1 {
			t.Errorf("%d mails are sent", n)
		}
		for _, table := range []string{"mails", "account_links"} {
			var rows []dbx.NullStringMap
			if err := s.App.DB().NewQuery("SELECT * FROM " + table).All(&rows); err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprint(rows)
			if strings.Contains(text, token) || strings.Contains(text, "@") {
				t.Errorf("%s has a link or an address: %s", table, text)
			}
		}
	}
	s.WantCleanLog()
}

// The answer is the same for everybody, and does not tell that there were too many; erased people count as nobody, the banned get mails.
func TestForgotTellsNothing(t *testing.T) {
	s, mail := startWithMail(t, func(s *settings.Settings) { s.RateLimit = 600 })
	client, banned, erased := s.Client(), s.Client(), s.Client()
	desk := s.Dashboard()
	desk.Change("users", banned.ID, map[string]any{"banned": true, "ban_reason": "x"}).Want(200)
	s.Post("user/delete").As(erased.Token).JSON(map[string]any{"password": testkit.Password}).Do().Want(200)
	var first *testkit.Answer
	for _, email := range []string{client.Email, "nobody@example.com", erased.Email, fmt.Sprintf("deleted%d@hidden.invalid", erased.ID), banned.Email,
		client.Email, client.Email, client.Email, client.Email} {
		answer := forgot(s, email).Want(200)
		answer.WantJSON(done)
		if first == nil {
			first = answer
		}
		for _, header := range []string{"Date", "X-Request-Id", "X-Ratelimit-Remaining"} {
			answer.Header.Del(header)
			first.Header.Del(header)
		}
		if fmt.Sprint(answer.Header) != fmt.Sprint(first.Header) {
			t.Errorf("%s: the headers differ: %v, %v", email, answer.Header, first.Header)
		}
	}
	mail.Wait("new password", 4, testkit.Soon)
	want := map[string]int{
		"mails": 9, // a row each, whoever it is
		"mails WHERE state = 'dropped' AND user = ''":                                                               3,
		"mails WHERE state = 'dropped' AND error LIKE '%an hour%' AND user = " + fmt.Sprint(client.ID):              2,
		"mails WHERE state <> 'dropped' AND user IN (" + fmt.Sprint(client.ID) + ", " + fmt.Sprint(banned.ID) + ")": 4,
		"account_links WHERE user = " + fmt.Sprint(client.ID):                                                       3,
	}
	for query, n := range want {
		if got := s.Count(query); got != n {
			t.Errorf("%s: %d, want %d", query, got, n)
		}
	}
	s.Post("auth/password/forgot").JSON(`{"email":"x"}`).Do().Want(429)
	s.Post("auth/password/forgot").JSON(`{}`).Do().Want(429)

	// The day's ceiling does not show either, and leaves some for moderators.
	other := s.Client()
	s.Exec(`WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 900)
		INSERT INTO mails (id, state, kind, user, language, created) SELECT 'x' || value, 'sent', 'password', '', 'en', strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now') FROM n`)
	forgot(s, other.Email).Want(200).WantJSON(done)
	if n := s.Count("mails WHERE state = 'dropped' AND error LIKE '%within a day%' AND user = " + fmt.Sprint(other.ID)); n != 1 {
		t.Errorf("%d mails are dropped for the ceiling", n)
	}
	s.WantLog("too many within a day")
}

// Without a mail server, or an address to link to, nobody is promised a mail.
func TestForgotWithoutMail(t *testing.T) {
	mail := fakes.NewMail(t)
	for name, s := range map[string]*testkit.Server{
		"no mail server":    testkit.Start(t, func(s *settings.Settings) { s.PublicURL = testkit.PublicURL }),
		"no public address": testkit.StartStored(t, mail.Store),
	} {
		client := s.Client()
		for _, email := range []string{client.Email, "nobody@example.com"} {
			forgot(s, email).Want(503).WantJSON(`{"status":"error","message":"Mail is not available, try again later"}`)
		}
		if n := s.Count("mails"); n != 0 {
			t.Errorf("%s: %d rows", name, n)
		}
	}
}

// The request names a host, and the mail links to ours.
func TestForgotByAForeignHost(t *testing.T) {
	s, mail := startWithMail(t)
	client := s.Client()
	request, err := http.NewRequest(http.MethodPost, s.URL+"/api/v1/auth/password/forgot", strings.NewReader(`{"email":"`+client.Email+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "evil.example"
	for name, value := range map[string]string{"Content-Type": "application/json", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "Origin": "https://evil.example",
		"X-Forwarded-Proto": "http", "X-Original-Host": "evil.example", "Referer": "https://evil.example/"} {
		request.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	letter := mail.Wait("new password", 1, testkit.Soon)[0]
	tokenOf(t, letter)
	if strings.Contains(fmt.Sprint(letter), "evil") {
		t.Errorf("%+v", letter)
	}
}

// A link is good for one account, once, for half an hour, and for its purpose; a new password or address ends all of the account's.
func TestResetRefuses(t *testing.T) {
	s, mail := startWithMail(t)
	asked := 0
	link := func(p testkit.Person) string {
		t.Helper()
		forgot(s, p.Email).Want(200)
		asked++
		letters := mail.Wait("new password", asked, testkit.Soon)
		return tokenOf(t, letters[len(letters)-1])
	}
	client, other := s.Client(), s.Client()
	signedIn := func(p testkit.Person) { t.Helper(); s.Get("order/search").As(p.Token).Do().Want(200) }

	first, second := link(client), link(client)
	for _, wrong := range []string{"x", first[:47], first + "0", strings.ToUpper(first), "1|" + first, client.Token, strings.Split(client.Token, "|")[1], "' OR 1=1 --"} {
		reset(s, wrong, "another one").Want(400).WantJSON(`{"status":"error","message":"Invalid token"}`)
	}
	s.Post("auth/password/reset").JSON(map[string]any{"token": first, "password": "short"}).Do().Want(429)
	s.Post("auth/password/reset").JSON(map[string]any{"token": first, "password": "long enough", "password_confirmation": "another"}).Do().Want(429)
	s.Post("auth/password/reset").JSON(`{}`).Do().Want(429)
	signedIn(client)
	reset(s, second, "another one").Want(200)
	reset(s, first, "yet another").Want(400)
	s.Post("auth/login").JSON(map[string]any{"email": client.Email, "password": "another one"}).Do().Want(200)
	signedIn(other)

	for name, end := range map[string]func(p testkit.Person, token string){
		"too old": func(p testkit.Person, _ string) {
			s.Exec("UPDATE account_links SET expires = '2020-01-01 00:00:00.000Z' WHERE user = %d", p.ID)
		},
		"another purpose": func(p testkit.Person, _ string) {
			s.Exec("UPDATE account_links SET purpose = 'proof' WHERE user = %d", p.ID)
		},
		"a new password": func(p testkit.Person, _ string) {
			s.Post("user/update").As(p.Token).JSON(`{"password":"changed by hand"}`).Do().Want(200)
		},
		"a new address": func(p testkit.Person, _ string) {
			s.Post("user/update").As(p.Token).JSON(map[string]any{"email": "new" + p.Email}).Do().Want(200)
		},
		"erased": func(p testkit.Person, _ string) {
			s.Post("user/delete").As(p.Token).JSON(map[string]any{"password": testkit.Password}).Do().Want(200)
		},
	} {
		person := s.Client()
		token := link(person)
		if n := s.Count(fmt.Sprintf("account_links WHERE user = %d AND expires BETWEEN strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now', '29 minutes') AND strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', 'now', '30 minutes')", person.ID)); n != 1 {
			t.Errorf("%d links are good for half an hour", n)
		}
		end(person, token)
		if answer := reset(s, token, "another one"); answer.Status != 400 {
			t.Errorf("%s: %d", name, answer.Status)
		}
	}
	s.WantCleanLog()
}

// Of many who use one link at once, one does.
func TestResetAtOnce(t *testing.T) {
	s, mail := startWithMail(t)
	client := s.Client()
	forgot(s, client.Email).Want(200)
	token := tokenOf(t, mail.Wait("new password", 1, testkit.Soon)[0])
	var all sync.WaitGroup
	var won atomic.Int32
	for i := range 4 {
		all.Go(func() {
			if answer := reset(s, token, fmt.Sprint("password ", i)); answer.Status == 200 {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d have used it", won.Load())
	}
}

// Who has come by a provider gets a password, which is one that they have set.
func TestResetGivesAPassword(t *testing.T) {
	s, mail := startWithMail(t)
	client := s.Client()
	s.Exec("UPDATE users SET password_set = 0 WHERE id = %d", client.ID)
	forgot(s, client.Email).Want(200)
	reset(s, tokenOf(t, mail.Wait("new password", 1, testkit.Soon)[0]), "my first one").Want(200)
	token := s.Post("auth/login").JSON(map[string]any{"email": client.Email, "password": "my first one"}).Do().Want(200).Map().String("token")
	s.Post("user/delete").As(token).JSON(`{}`).Do().Want(429)
	s.Post("user/delete").As(token).JSON(`{"password":"my first one"}`).Do().Want(200)
}
