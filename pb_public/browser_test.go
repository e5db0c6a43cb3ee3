package pb_public_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/browser"

	"github.com/chromedp/chromedp"
)

const (
	shown    = `document.body?.innerText.includes('From zero to the first order')`
	inDialog = `[...document.querySelectorAll('[role=dialog] button')]`
	theClose = inDialog + `.find(b => b.innerText.includes('Close Client'))`
	theSend  = inDialog + `.find(b => b.innerText.trim().startsWith('Send'))`
	// the button of the row whose key is media
	theFile = `(() => {
		let row = [...document.querySelectorAll('[role=dialog] [aria-label$="Key"]')].find(e => e.innerText.trim() === 'media');
		while (row && !row.innerText.includes('Select File')) row = row.parentElement;
		return row && [...row.querySelectorAll('button')].find(b => b.innerText.includes('Select File'));
	})()`
	theTry = `[...document.querySelectorAll('button.show-api-client-button')].find(b => b.innerText.includes(%q) || b.closest('section')?.id.endsWith(%q))`
)

// try opens an operation's form; prepare fills it in; then it is sent and its status returned.
func try(t *testing.T, b *browser.Browser, anchor, path string, prepare func()) int64 {
	t.Helper()
	b.Anchor(anchor + path)
	b.Click(fmt.Sprintf(theTry, path, path))
	b.Until("!!" + theSend)
	prepare()
	b.Click(theSend)
	status := b.Answer(strings.Replace(path, "{order_id}", "1", 1))
	b.Click(theClose)
	return status
}

// A browser signs up with a picture, orders, cancels, is still signed in after a reload, is shown code that sends a file,
// and talks to nobody else.
func TestReferenceInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	s := testkit.Start(t)
	performer := s.Performer() // 1, as in the examples
	b := browser.Open(t)
	picture := filepath.Join(t.TempDir(), "portrait.png")
	if err := os.WriteFile(picture, testkit.PNG(), 0o600); err != nil {
		t.Fatal(err)
	}
	b.ChooseFiles(picture)
	b.Do(chromedp.EmulateViewport(1400, 1000), chromedp.Navigate(s.URL))
	b.Until(shown)

	if status := try(t, b, "#tag/auth-management/POST", "/api/v1/auth/signup", func() {
		b.Click(theFile)
		b.Until(`document.querySelector('[role=dialog]').innerText.includes('portrait.png')`)
	}); status != 200 {
		t.Fatalf("signup: %d", status)
	}
	if status := try(t, b, "#tag/order-management/POST", "/api/v1/order/create", func() {}); status != 200 {
		t.Fatalf("order/create: %d", status)
	}
	orders := s.Get("order/search").As(performer.Token).Do().Want(200).Map()
	if orders.Int("data", 0, "client_id") != 2 || orders.Int("data", 0, "client", "media", 0, "type") != 1 {
		t.Errorf("the order: %v", orders)
	}
	if status := try(t, b, "#tag/order-management/POST", "/api/v1/order/update/{order_id}", func() {}); status != 200 {
		t.Fatalf("order/update: %d", status)
	}
	if order := s.Get("order/view/1").As(performer.Token).Do().Want(200).Map(); order.Int("data", "status") != 3 {
		t.Errorf("the cancelled order: %v", order)
	}
	if status := try(t, b, "#tag/user-management/POST", "/api/v1/user/update", func() {}); status != 200 {
		t.Fatalf("user/update: %d", status)
	}
	if user := s.Get("user/view/2").As(performer.Token).Do().Want(200).Map(); user.String("data", "description") != "Funny songs for any day" {
		t.Errorf("the updated user: %v", user)
	}
	b.Do(chromedp.Navigate(s.URL))
	b.Until(shown)
	if status := try(t, b, "#tag/user-management/GET", "/api/v1/user/search", func() {}); status != 200 {
		t.Errorf("after a reload, user/search: %d", status)
	}

	b.Anchor("#tag/auth-management/POST/api/v1/auth/signup")
	b.Click(`document.querySelector('section[id$="auth/signup"] [data-testid=client-picker]')`)
	b.Click(`[...document.querySelectorAll('[role=option]')].find(o => o.innerText.trim() === 'Kotlin')`)
	b.Until(`document.querySelector('section[id$="auth/signup"]').innerText.includes('asRequestBody')`)

	b.WantLoopback()
}

// The page fits phones and desktops, in light and dark.
func TestReferenceScreens(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	s := testkit.Start(t)
	b := browser.Open(t)
	folder := browser.Screenshots(t)
	for _, screen := range []struct {
		name          string
		width, height int64
		scheme        string
	}{{"phone-light", 390, 844, "light"}, {"phone-dark", 390, 844, "dark"}, {"desktop-light", 1400, 1000, "light"}, {"desktop-dark", 1400, 1000, "dark"}} {
		b.ColorScheme(screen.scheme)
		b.Do(chromedp.EmulateViewport(screen.width, screen.height), chromedp.Navigate(s.URL))
		b.Until(`(localStorage.clear(), true)`)
		b.Do(chromedp.Reload())
		b.Until(shown)
		for _, anchor := range []string{"", "#tag/auth-management/POST/api/v1/auth/signup", "#tag/order-management/POST/api/v1/order/update/{order_id}"} {
			b.Anchor(anchor)
			b.Do(chromedp.Sleep(time.Second))
			if b.Evaluate(`document.documentElement.scrollWidth > innerWidth`) {
				t.Errorf("%s %s: too wide", screen.name, anchor)
			}
			if dark := b.Evaluate(`document.body.classList.contains('dark-mode')`); dark != (screen.scheme == "dark") {
				t.Errorf("%s %s: dark %t", screen.name, anchor, dark)
			}
			b.Capture(folder, screen.name+"-"+strings.NewReplacer("#", "", "/", "-", "{", "", "}", "").Replace(anchor)+".png")
		}
	}
}
