package routes_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "a folder for screenshots")

// browser is a Chromium and what it asked of the network.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	asked  []string
	status map[string]int64 // of the last answer, by path
	files  []string         // what a file dialog chooses
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	var binary string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			binary = found
			break
		}
	}
	if binary == "" {
		t.Skip("needs chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(binary), chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	return newTab(t, ctx)
}

// newTab watches the tab of a context.
func newTab(t *testing.T, ctx context.Context) *browser {
	t.Helper()
	b := &browser{t: t, ctx: ctx, status: map[string]int64{}}
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	_, err2 := chromedp.Call(ctx, page.Enable, page.EnableParams{})
	_, err3 := chromedp.Call(ctx, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: true})
	if err := errors.Join(err, err2, err3, chromedp.Listen(ctx, b.note)); err != nil {
		t.Fatal(err)
	}
	return b
}

// tab opens another tab of the same browser, with the same storage.
func (b *browser) tab() *browser {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	return newTab(b.t, ctx)
}

// wantLoopback fails the test if the tab asked any other host than this machine, or next to nothing.
func (b *browser) wantLoopback() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, asked := range b.asked {
		if at, err := url.Parse(asked); err != nil || at.Scheme == "http" && at.Hostname() != "127.0.0.1" || at.Scheme == "https" {
			b.t.Errorf("it asked %s", asked)
		}
	}
	if len(b.asked) < 8 {
		b.t.Errorf("the network log is short: %q", b.asked)
	}
}

// note keeps what happens on the network, and answers file dialogs.
func (b *browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	case *network.EventResponseReceived:
		if at, err := url.Parse(e.Response.URL); err == nil {
			b.status[at.Path] = e.Response.Status
		}
	case *page.EventFileChooserOpened:
		files := b.files
		go func() {
			_, err := chromedp.Call(b.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, BackendNodeID: e.BackendNodeID})
			if err != nil {
				b.t.Error(err)
			}
		}()
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// evaluate is what an expression says, as if the user had asked for it: only then a file dialog opens.
func (b *browser) evaluate(expression string) bool {
	b.t.Helper()
	byUser := func(p *runtime.EvaluateParams) { yes := true; p.UserGesture = &yes }
	is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression, byUser))
	if err != nil {
		b.t.Fatal(expression, ": ", err)
	}
	return is
}

// until waits for an expression to become true.
func (b *browser) until(expression string) {
	b.t.Helper()
	for range 300 {
		if b.evaluate("!!(" + expression + ")") {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Fatal("it never came true: ", expression)
}

// click clicks the first element that an expression finds, as soon as it does.
func (b *browser) click(expression string) {
	b.t.Helper()
	b.until("(() => { const e = " + expression + "; if (e) e.click(); return !!e })()")
}

// anchor moves to an anchor of the page.
func (b *browser) anchor(name string) {
	b.t.Helper()
	b.until(fmt.Sprintf("(location.hash = %q, true)", name))
}

// answer waits for the answer of a path and returns its status.
func (b *browser) answer(path string) int64 {
	b.t.Helper()
	for range 300 {
		b.mu.Lock()
		status := b.status[path]
		b.mu.Unlock()
		if status != 0 {
			return status
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Fatal("no answer of ", path)
	return 0
}

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
func (b *browser) try(anchor, path string, prepare func()) int64 {
	b.t.Helper()
	b.anchor(anchor + path)
	b.click(fmt.Sprintf(theTry, path, path))
	b.until("!!" + theSend)
	prepare()
	b.click(theSend)
	status := b.answer(strings.Replace(path, "{order_id}", "1", 1))
	b.click(theClose)
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
	b := openBrowser(t)
	picture := filepath.Join(t.TempDir(), "portrait.png")
	if err := os.WriteFile(picture, testkit.PNG(), 0o600); err != nil {
		t.Fatal(err)
	}
	b.files = []string{picture}
	b.do(chromedp.EmulateViewport(1400, 1000), chromedp.Navigate(s.URL))
	b.until(shown)

	if status := b.try("#tag/auth-management/POST", "/api/v1/auth/signup", func() {
		b.click(theFile)
		b.until(`document.querySelector('[role=dialog]').innerText.includes('portrait.png')`)
	}); status != 200 {
		t.Fatalf("signup: %d", status)
	}
	if status := b.try("#tag/order-management/POST", "/api/v1/order/create", func() {}); status != 200 {
		t.Fatalf("order/create: %d", status)
	}
	orders := s.Get("order/search").As(performer.Token).Do().Want(200).Map()
	if orders.Int("data", 0, "client_id") != 2 || orders.Int("data", 0, "client", "media", 0, "type") != 1 {
		t.Errorf("the order: %v", orders)
	}
	if status := b.try("#tag/order-management/POST", "/api/v1/order/update/{order_id}", func() {}); status != 200 {
		t.Fatalf("order/update: %d", status)
	}
	if order := s.Get("order/view/1").As(performer.Token).Do().Want(200).Map(); order.Int("data", "status") != 3 {
		t.Errorf("the cancelled order: %v", order)
	}
	if status := b.try("#tag/user-management/POST", "/api/v1/user/update", func() {}); status != 200 {
		t.Fatalf("user/update: %d", status)
	}
	if user := s.Get("user/view/2").As(performer.Token).Do().Want(200).Map(); user.String("data", "description") != "Funny songs for any day" {
		t.Errorf("the updated user: %v", user)
	}
	b.do(chromedp.Navigate(s.URL))
	b.until(shown)
	if status := b.try("#tag/user-management/GET", "/api/v1/user/search", func() {}); status != 200 {
		t.Errorf("after a reload, user/search: %d", status)
	}

	b.anchor("#tag/auth-management/POST/api/v1/auth/signup")
	b.click(`document.querySelector('section[id$="auth/signup"] [data-testid=client-picker]')`)
	b.click(`[...document.querySelectorAll('[role=option]')].find(o => o.innerText.trim() === 'Kotlin')`)
	b.until(`document.querySelector('section[id$="auth/signup"]').innerText.includes('asRequestBody')`)

	b.wantLoopback()
}

// The page fits phones and desktops, in light and dark.
func TestReferenceScreens(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	s := testkit.Start(t)
	b := openBrowser(t)
	folder := *shots
	if folder == "" {
		folder = t.TempDir()
	}
	for _, screen := range []struct {
		name          string
		width, height int64
		scheme        string
	}{{"phone-light", 390, 844, "light"}, {"phone-dark", 390, 844, "dark"}, {"desktop-light", 1400, 1000, "light"}, {"desktop-dark", 1400, 1000, "dark"}} {
		if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: screen.scheme}}}); err != nil {
			t.Fatal(err)
		}
		b.do(chromedp.EmulateViewport(screen.width, screen.height), chromedp.Navigate(s.URL))
		b.until(`(localStorage.clear(), true)`)
		b.do(chromedp.Reload())
		b.until(shown)
		for _, anchor := range []string{"", "#tag/auth-management/POST/api/v1/auth/signup", "#tag/order-management/POST/api/v1/order/update/{order_id}"} {
			b.anchor(anchor)
			b.do(chromedp.Sleep(time.Second))
			if b.evaluate(`document.documentElement.scrollWidth > innerWidth`) {
				t.Errorf("%s %s: too wide", screen.name, anchor)
			}
			if dark := b.evaluate(`document.body.classList.contains('dark-mode')`); dark != (screen.scheme == "dark") {
				t.Errorf("%s %s: dark %t", screen.name, anchor, dark)
			}
			picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			name := screen.name + "-" + strings.NewReplacer("#", "", "/", "-", "{", "", "}", "").Replace(anchor) + ".png"
			if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, name), picture, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
}
