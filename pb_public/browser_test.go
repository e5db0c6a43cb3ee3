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
	loaded      = `document.body?.innerText.includes('From zero to the first order')`
	inDialog    = `[...document.querySelectorAll('[role=dialog] button')]`
	closeButton = inDialog + `.find(b => b.innerText.includes('Close Client'))`
	sendButton  = inDialog + `.find(b => b.innerText.trim().startsWith('Send'))`
	// the button of the row whose key is media
	fileButton = `(() => {
		let row = [...document.querySelectorAll('[role=dialog] [aria-label$="Key"]')].find(e => e.innerText.trim() === 'media');
		while (row && !row.innerText.includes('Select File')) row = row.parentElement;
		return row && [...row.querySelectorAll('button')].find(b => b.innerText.includes('Select File'));
	})()`
	tryButton = `[...document.querySelectorAll('button.show-api-client-button')].find(b => b.innerText.includes(%q) || b.closest('section')?.id.endsWith(%q))`
)

// try opens the form of an operation, calls prepare to fill it in, sends it, and returns the answer's status.
func try(t *testing.T, b *browser.Browser, anchor, path string, prepare func()) int64 {
	t.Helper()
	b.Anchor(anchor + path)
	b.Click(fmt.Sprintf(tryButton, path, path))
	b.Until("!!" + sendButton)
	prepare()
	b.Click(sendButton)
	status := b.Answer(strings.Replace(path, "{order_id}", "1", 1))
	b.Until(fmt.Sprintf(`document.querySelector('[role=dialog]').innerText.includes('%d')`, status)) // closing it earlier cancels the request
	b.Click(closeButton)
	return status
}

// In a browser the reference can sign up with a picture, order, cancel, stay signed in after a reload, and show code
// that sends a file, without requests to other hosts.
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
	b.Until(loaded)

	if status := try(t, b, "#tag/auth-management/POST", "/api/v1/auth/signup", func() {
		b.Click(fileButton)
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
	if order := s.Get("order/view/1").As(performer.Token).Do().Want(200).Map(); order.Int("data", "status") != 1 {
		t.Errorf("what the form contains at first changed the order: %v", order)
	}
	if status := try(t, b, "#tag/user-management/POST", "/api/v1/user/update", func() {}); status != 200 {
		t.Fatalf("user/update: %d", status)
	}
	if user := s.Get("user/view/2").As(performer.Token).Do().Want(200).Map(); user.String("data", "description") != "Funny songs for any day" {
		t.Errorf("the updated user: %v", user)
	}
	b.Do(chromedp.Navigate(s.URL))
	b.Until(loaded)
	if status := try(t, b, "#tag/user-management/GET", "/api/v1/user/search", func() {}); status != 200 {
		t.Errorf("after a reload, user/search: %d", status)
	}

	b.Anchor("#tag/auth-management/POST/api/v1/auth/signup")
	b.Click(`document.querySelector('section[id$="auth/signup"] [data-testid=client-picker]')`)
	b.Click(`[...document.querySelectorAll('[role=option]')].find(o => o.innerText.trim() === 'Kotlin')`)
	b.Until(`document.querySelector('section[id$="auth/signup"]').innerText.includes('asRequestBody')`)

	b.WantLoopback()
}

// hidePort shows the port that the README names in the samples of code, in place of that of the test's server, which is one of chance: the
// README's picture is of this page. Colours divide an address into several texts.
const hidePort = `(() => {
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) if (texts.currentNode.data.includes(location.port)) texts.currentNode.data = texts.currentNode.data.replaceAll(location.port, '8090');
	return !document.body.innerText.includes(location.port);
})()`

// The reference fits the screens of phones and desktops, and follows the colour scheme.
func TestReferenceScreens(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	s := testkit.Start(t)
	b := browser.Open(t)
	folder := browser.Screenshots(t)
	for _, screen := range screens {
		screen.use(b)
		b.Do(chromedp.Navigate(s.URL))
		b.Until(`(localStorage.clear(), true)`)
		b.Do(chromedp.Reload())
		b.Until(loaded)
		for _, anchor := range []string{"", "#tag/auth-management/POST/api/v1/auth/signup", "#tag/order-management/POST/api/v1/order/update/{order_id}"} {
			b.Anchor(anchor)
			b.Do(chromedp.Sleep(time.Second))
			screen.want(t, b, anchor, `document.body.classList.contains('dark-mode')`)
			if b.Evaluate(`document.querySelectorAll('main').length !== 1 || document.querySelectorAll('h1').length !== 1 || document.body.innerText.includes('is loading')`) {
				t.Errorf("%s %s: what is shown without JavaScript is still there", screen.name, anchor)
			}
			b.Until(hidePort)
			b.Capture(folder, screen.name+"-"+strings.NewReplacer("#", "", "/", "-", "{", "", "}", "").Replace(anchor)+".png")
		}
	}
}
