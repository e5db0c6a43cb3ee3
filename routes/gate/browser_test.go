package gate_test

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/browser"
	"github.com/privet/privet/routes/testkit/fakes"

	"github.com/chromedp/chromedp"
)

// Owners and moderators sign in to the dashboard by password and a code that comes by mail, in a browser. Others who try codes
// are throttled, and keep nobody from anything. A moderator's dashboard is refused nothing when it starts.
func TestSecondFactorInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	mail := fakes.NewMail(t)
	s := testkit.Process(t, "PRIVET_RATE_LIMIT=24")
	s.ModeratorsDashboard()
	desk := s.Dashboard()
	desk.Request(http.MethodPatch, "settings").JSON(map[string]any{"smtp": mail.Settings(),
		"meta":         map[string]any{"appName": "privet", "senderName": "privet", "senderAddress": "privet@example.com", "appURL": s.URL},
		"trustedProxy": map[string]any{"headers": []string{"X-Forwarded-For"}}}).Do().Want(200)
	desk.Request(http.MethodPatch, "collections/_superusers").JSON(`{"otp":{"enabled":true},"mfa":{"enabled":true}}`).Do().Want(200)

	codes := 0
	code := func(to string) string {
		codes++
		letters := mail.Wait("OTP", codes, testkit.Soon)
		last := letters[len(letters)-1]
		if last.To != to {
			t.Errorf("%+v", last)
		}
		return regexp.MustCompile(`\b\d{8}\b`).FindString(last.Text)
	}
	d := browser.OpenSignIn(t, s.Server)
	d.EnterPassword(testkit.OwnerEmail, testkit.SuperuserPassword)
	right := code(testkit.OwnerEmail)
	d.EnterCode("00000000")
	d.WantMessage("Invalid or expired OTP")
	d.EnterCode(right)
	d.WantSignedIn()
	d.SignOut()

	// Others know the number of a code, and try it out from many addresses.
	mfa := signIn(s.Server, "192.0.2.1", testkit.OwnerEmail, testkit.SuperuserPassword).Want(401).Map().String("mfaId")
	number := s.Post(superusers + "request-otp").JSON(map[string]any{"email": testkit.OwnerEmail}).Do().Want(200).Map().String("otpId")
	try := func(from, password string) *testkit.Answer {
		return s.Post(superusers+"auth-with-otp").Header("X-Forwarded-For", from).
			JSON(map[string]any{"otpId": number, "mfaId": mfa, "password": password}).Do()
	}
	right = code(testkit.OwnerEmail)
	refused := false
	for n := 0; n < 60 && !refused; n++ {
		answer := try(fmt.Sprint("198.51.100.", n/4), "00000000") // fewer of an address than it may try
		if refused = answer.Status == 429; !refused {
			answer.Want(400)
		}
	}
	if !refused {
		t.Error("no limit for an account from all addresses")
	}
	try("203.0.113.1", right).Want(429)

	d.EnterPassword(testkit.OwnerEmail, testkit.SuperuserPassword)
	d.EnterCode(code(testkit.OwnerEmail))
	d.WantSignedIn()
	d.SignOut()

	d.EnterPassword(testkit.ModeratorEmail, testkit.SuperuserPassword)
	d.EnterCode(code(testkit.ModeratorEmail))
	d.WantDesk()
	d.Do(chromedp.Reload())
	d.WantDesk()
	if !d.Evaluate(`performance.getEntriesByType('resource').every(e => e.responseStatus < 400 || e.name.includes('/api/desk/'))`) {
		t.Error("PocketBase's API refused something that the moderator's dashboard asks by itself")
	}
	d.Until(`!document.querySelector('.toast')`)
	d.WantLoopback()
}
