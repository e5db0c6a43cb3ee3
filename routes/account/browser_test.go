package account_test

import (
	"fmt"
	"testing"

	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/browser"
	"github.com/privet/privet/routes/testkit/fakes"

	"github.com/chromedp/chromedp"
)

// reader reads the page in a browser.
type reader struct {
	*browser.Browser
	t      *testing.T
	folder string // of screenshots
}

// openReader opens a browser of its own, with the screen of a phone and a colour scheme.
func openReader(t *testing.T, scheme string) *reader {
	t.Helper()
	r := &reader{browser.Open(t), t, browser.Screenshots(t)}
	r.ColorScheme(scheme)
	r.Do(chromedp.EmulateViewport(390, 844))
	return r
}

// at waits for a heading, and checks and pictures the page.
func (r *reader) at(heading string) {
	r.t.Helper()
	r.Until(fmt.Sprintf(`document.readyState === 'complete' && document.querySelector('h1')?.innerText === %q`, heading))
	if r.Evaluate(`document.documentElement.scrollWidth > innerWidth`) {
		r.t.Errorf("%s: it is wider than the screen", heading)
	}
	if r.Evaluate(`[...document.querySelectorAll('button, input:not([type=hidden]):not([hidden]), header a')].some(e => e.getBoundingClientRect().height < 44 && e.type !== 'checkbox')`) {
		r.t.Errorf("%s: something is too small for a thumb", heading)
	}
	if !r.Evaluate(`getComputedStyle(document.body).maxWidth !== 'none'`) {
		r.t.Errorf("%s: it has no style", heading)
	}
	r.WantAccessible()
}

// fill types into a field.
func (r *reader) fill(selector, text string) {
	r.t.Helper()
	r.Until(fmt.Sprintf(`(() => { const e = document.querySelector(%q); if (e) { e.value = %q } return !!e })()`, selector, text))
}

// press presses the button with a value.
func (r *reader) press(do string) {
	r.t.Helper()
	r.Click(fmt.Sprintf(`document.querySelector('main button[value=%q]')`, do))
}

// From the mail to a new password, opened in another browser than the one that asked, in Russian; then the deletion, with a password.
func TestWalkWithPassword(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	s, mail := start(t, func(s *settings.Settings) { s.PublicURL = "https://api.example.com" })
	client, performer := s.Client(), s.Performer()
	s.Order(client, performer)

	asking := openReader(t, "light")
	asking.Do(chromedp.Navigate(s.URL + "/account?lang=ru"))
	asking.at("Ваш аккаунт")
	asking.fill("#link-email", client.Email)
	asking.press("forgot")
	asking.at("Проверьте почту")
	address, _ := linkIn(t, mail, 1, client.Email)

	other := openReader(t, "dark")
	other.Do(chromedp.Navigate(s.URL + address))
	other.at("Новый пароль")
	other.fill("#new-password", "а новый пароль")
	other.fill("#confirmation", "а новый пароль")
	other.press("reset")
	other.at("Пароль задан")
	other.Click(`document.querySelector('main a')`)
	other.at("Ваш аккаунт")
	other.fill("#email", client.Email)
	other.fill("#password", "а новый пароль")
	other.press("sign-in")
	other.Until(`document.querySelector('button[value=ask]')`)
	other.at("Ваш аккаунт")
	other.Click(`document.querySelector('header button')`) // to English
	other.at("Your account")
	other.press("ask")
	other.at("Delete the account for good?")
	other.press("delete") // the browser asks for the tick
	other.at("Delete the account for good?")
	other.Click(`document.querySelector('input[type=checkbox]')`)
	other.press("delete")
	other.at("The account is deleted")
	if other.Evaluate(`document.cookie !== '' || location.search !== '' || localStorage.length > 0`) {
		t.Error("something is kept in the browser")
	}
	s.Get("order/search").As(client.Token).Do().Want(401)
	want(t, post(s, "sign-in", "email", client.Email, "password", "а новый пароль"), 401)
	s.WantCleanLog()
}

// The deletion of an account without a password, by a mailed link.
func TestWalkWithoutPassword(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	google := fakes.NewGoogle(t)
	s, mail := start(t, func(s *settings.Settings) { s.Google = google.Settings() })
	token := signUpByGoogle(s, google, "9", "nopassword@example.com")

	r := openReader(t, "light")
	r.Do(chromedp.Navigate(s.URL + "/account?lang=en"))
	r.at("Your account")
	r.fill("#link-email", "nopassword@example.com")
	r.press("prove")
	r.at("Look into your mail")
	address, _ := linkIn(t, mail, 1, "nopassword@example.com")
	r.Do(chromedp.Navigate(s.URL + address))
	r.at("Open your account")
	r.press("open")
	r.at("Your account")
	r.press("ask")
	r.at("Delete the account for good?")
	r.Click(`document.querySelector('input[type=checkbox]')`)
	r.press("delete")
	r.at("The account is deleted")
	s.Get("order/search").As(token).Do().Want(401)
	s.SocialSignIn(google.IDToken(fakes.GooglePerson{Sub: "9"}), 1).Want(400).WantJSON(testkit.UserNotExists)
	s.WantCleanLog()
}

// All pages on the screens of phones and desktops, in light and dark. Look at the pictures by
//
//	go test ./routes/account -run Screens -shots folder
func TestScreens(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	s, _ := start(t)
	client, banned := s.Client(), s.Client()
	s.Dashboard().Change("users", banned.ID, map[string]any{"banned": true, "ban_reason": "Оскорбления в заказах.\nСнова.", "banned_until": "2040-05-01 12:00:00.000Z"}).Want(200)
	r := openReader(t, "light")
	for _, screen := range []struct {
		name             string
		width, height    int64
		scheme, language string
	}{
		{"phone-light", 390, 844, "light", "ru"}, {"phone-dark", 390, 844, "dark", "en"},
		{"desktop-light", 1400, 1000, "light", "en"}, {"desktop-dark", 1400, 1000, "dark", "ru"},
	} {
		r.ColorScheme(screen.scheme)
		r.Do(chromedp.EmulateViewport(screen.width, screen.height))
		capture := func(name string) {
			t.Helper()
			r.CaptureWhole(r.folder, screen.name+"-"+name+".png")
		}
		heading := map[string]string{"en": "Your account", "ru": "Ваш аккаунт"}[screen.language]
		for _, p := range []testkit.Person{client, banned} {
			r.Do(chromedp.Navigate(s.URL + "/account?lang=" + screen.language))
			r.at(heading)
			capture("start")
			r.fill("#email", p.Email)
			r.fill("#password", testkit.Password)
			r.press("sign-in")
			r.Until(`document.querySelector('button[value=ask]')`)
			r.at(heading)
			capture(map[bool]string{true: "banned", false: "signed-in"}[p.ID == banned.ID])
		}
		r.press("ask")
		r.Until(`document.querySelector('button[value=delete]')`)
		capture("deletion")
		r.Do(chromedp.Navigate(s.URL + "/account?token=x&lang=" + screen.language))
		r.Until(`document.querySelector('.bad')`)
		capture("problem")
	}
}
