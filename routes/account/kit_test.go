package account_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/fakes"
)

// start starts a server with mail, a contact and terms.
func start(t *testing.T, changes ...func(*settings.Settings)) (*testkit.Server, *fakes.Mail) {
	t.Helper()
	set := func(s *settings.Settings) { s.Contact, s.TermsURL = "help@example.com", "https://example.com/terms" }
	return testkit.StartMail(t, append([]func(*settings.Settings){set}, changes...)...)
}

// post sends the form of a button, with pairs of further fields.
func post(s *testkit.Server, do string, pairs ...string) *testkit.Answer {
	return s.Post("/account").Form(append([]string{"do", do}, pairs...)...).Do()
}

// text returns what a page says, without its markup.
func text(answer *testkit.Answer) string {
	shown := regexp.MustCompile(`(?s)<style>.*?</style>|<[^>]+>`).ReplaceAllString(string(answer.Body), " ")
	return strings.Join(strings.Fields(html.UnescapeString(shown)), " ")
}

// want fails the test unless a page has a status and says some texts.
func want(t *testing.T, answer *testkit.Answer, status int, texts ...string) *testkit.Answer {
	t.Helper()
	shown := text(answer)
	if answer.Status != status {
		t.Fatalf("status %d, want %d: %s", answer.Status, status, shown)
	}
	for _, one := range texts {
		if !strings.Contains(shown, one) {
			t.Errorf("no %q in: %s", one, shown)
		}
	}
	return answer
}

var hiddenSession = regexp.MustCompile(`name="session" value="([^"]+)"`)

// session returns the token that a page's forms send.
func session(t *testing.T, answer *testkit.Answer) string {
	t.Helper()
	found := hiddenSession.FindSubmatch(answer.Body)
	if found == nil {
		t.Fatalf("nobody is signed in: %s", text(answer))
	}
	return string(found[1])
}

// signIn signs a person in on the page.
func signIn(t *testing.T, s *testkit.Server, p testkit.Person) (answer *testkit.Answer, token string) {
	t.Helper()
	answer = want(t, post(s, "sign-in", "email", p.Email, "password", testkit.Password), 200, p.Email)
	return answer, session(t, answer)
}

var mailedLink = regexp.MustCompile(`https://api\.example\.com(/account\?\S*token=(\w+)\S*)`)

// linkIn returns the address without its host, and the token, of the link in the newest mail to somebody.
func linkIn(t *testing.T, mail *fakes.Mail, count int, to string) (address, token string) {
	t.Helper()
	letters := mail.Wait("", count, testkit.Soon)
	letter := letters[len(letters)-1]
	found := mailedLink.FindStringSubmatch(letter.Text)
	if found == nil || letter.To != to {
		t.Fatalf("to %s: %s", letter.To, letter.Text)
	}
	return found[1], found[2]
}

// signUpByGoogle signs somebody up without a password, and returns the token.
func signUpByGoogle(s *testkit.Server, google *fakes.Google, sub, email string) (token string) {
	return s.Post("auth/social/signup").JSON(map[string]any{"token": google.IDToken(fakes.GooglePerson{Sub: sub}), "social_type": 1, "role": 1, "price": 1, "phone": "1",
		"email": email}).Do().Want(200).Map().String("token")
}

func TestMain(m *testing.M) { testkit.Main(m) }
