package pb_public_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/browser"

	"github.com/chromedp/chromedp"
	"golang.org/x/image/webp"
)

// photographer takes the guide's pictures of the desk, in one language after the other.
type photographer struct {
	*browser.Dashboard
	t                *testing.T
	s                *testkit.Server
	token            string // of the moderator
	folder, language string
}

// speak sets the language in which a superuser has the desk.
func (p *photographer) speak(token, language string) {
	p.t.Helper()
	p.language = language
	p.s.Request(http.MethodPost, "/api/desk/me").As(token).JSON(map[string]any{"language": language}).Do().Want(200)
}

// open shows a page of the desk in a window of a size, and waits until its data is there.
func (p *photographer) open(hash string, width, height int64) {
	p.t.Helper()
	p.Size(width, height)
	p.Do(chromedp.Navigate("about:blank"), chromedp.Navigate(p.s.URL+"/_/"+hash))
	p.Until(fmt.Sprintf(`document.documentElement.lang === %q && !!document.querySelector('.dk-page .dk') && !document.querySelector('.dk-page .dk-wait')`, p.language))
}

// take takes a picture of the parts of the page that a selector names.
func (p *photographer) take(name, selector string) {
	p.t.Helper()
	p.Picture(p.folder, name+"."+p.language, selector, 0)
}

// takePart is take with a margin around the parts.
func (p *photographer) takePart(name, selector string) {
	p.t.Helper()
	p.Picture(p.folder, name+"."+p.language, selector, 16)
}

// press clicks the button with an icon, within a part of the page.
func (p *photographer) press(within, icon string) {
	p.t.Helper()
	p.Click(fmt.Sprintf(`[...document.querySelectorAll('%s .ri-%s')].map(e => e.closest('button')).find(e => e && !e.disabled)`, within, icon))
}

const theDialog = ".dk-dialog[data-modal-state=open]"

// dialog takes a picture of the dialog that is about to open, and leaves it.
func (p *photographer) dialog(name string) {
	p.t.Helper()
	p.Until(fmt.Sprintf(`!!document.querySelector('%[1]s .modal-footer') && !document.querySelector('%[1]s .dk-will:empty')`, theDialog))
	p.take(name, theDialog)
	p.Key("Escape", "Escape")
	p.Until(`!document.querySelector('.dk-dialog')`)
}

// get reads what the desk's server says to a moderator.
func (p *photographer) get(path string) testkit.Map {
	p.t.Helper()
	return p.s.Request(http.MethodGet, "/api/desk/"+path).As(p.token).Do().Want(200).Map()
}

// caseOf returns the first open case of a kind that has so many reports and, where with is not "", a field of that name.
func (p *photographer) caseOf(kind string, reports int, with string) map[string]any {
	p.t.Helper()
	cases := p.get("cases?kind=" + kind)
	for i := range cases.Len("items") {
		row := cases.At("items", i).(map[string]any)
		if cases.Int("items", i, "reports") == reports && (with == "" || row[with] != nil) {
			return row
		}
	}
	p.t.Fatalf("the demo has no such case of the kind %s", kind)
	return nil
}

// person returns the address of the first person whom the search finds.
func (p *photographer) person(nickname string) string {
	p.t.Helper()
	return fmt.Sprintf("#/desk/users/%d", p.get("search?q="+url.QueryEscape(nickname)).Int("people", 0, "id"))
}

// The guide's pictures are taken of the demo's data, in both languages, by
//
//	go test ./pb_public -run GuidePictures -shots guide
//
// which also writes their sizes into the guide's pages. Without -shots nothing is taken.
func TestGuidePictures(t *testing.T) {
	folder := browser.NeedsShots(t)
	server := testkit.Process(t) // as previews need privet's own binary
	moderator := server.ModeratorsDashboard()
	owner := server.Dashboard()
	if code := server.Stop(syscall.SIGTERM); code != 0 {
		t.Fatal(code)
	}
	server.Run("demo", "--owner", testkit.OwnerEmail, "--moderator", testkit.ModeratorEmail)
	server.Start()
	awaitPreviews(t, owner)
	p := &photographer{browser.OpenSignIn(t, server.Server), t, server.Server, moderator.Token(), folder, ""}
	p.TimeZone("Europe/Moscow")
	p.Size(640, 560)
	p.Until(`!!document.querySelector('input[name=identity]')`)
	p.Picture(folder, "sign-in", "body", 0)
	p.EnterPassword(testkit.OwnerEmail, testkit.SuperuserPassword)
	p.WantDesk()
	for _, language := range []string{"en", "ru"} {
		p.speak(owner.Token(), language)
		p.open("#/desk/faults", wide, 480)
		p.take("faults", "body")
	}
	p.SignOut()
	p.EnterPassword(testkit.ModeratorEmail, testkit.SuperuserPassword)
	p.WantDesk()
	for _, language := range []string{"en", "ru"} {
		p.speak(moderator.Token(), language)
		p.cases()
		p.stories()
		p.acts()
		p.pages()
	}
	p.writeSizes()
}

// The widths of the window, of a computer and of a phone.
const wide, narrow = 1180, 390

// awaitPreviews waits until all media have their previews, or are known to have none.
func awaitPreviews(t *testing.T, owner *testkit.Dashboard) {
	t.Helper()
	for range 120 {
		waiting := owner.Request(http.MethodGet, "collections/media/records?filter="+url.QueryEscape("still = 'waiting'")).Do().Want(200)
		if waiting.Map().Len("items") == 0 {
			return
		}
		time.Sleep(time.Second)
	}
	t.Fatal("some media have no preview yet")
}

func (p *photographer) cases() {
	p.t.Helper()
	at := func(row map[string]any) string { return fmt.Sprintf("#/desk?case=%v", row["id"]) }
	p.open(at(p.caseOf("low", 0, "order")), wide, 760)
	p.take("queue", "body")
	p.open(at(p.caseOf("report", 1, "taken")), wide, 600)
	p.take("taken", ".dk-pane")
	reported := p.caseOf("report", 2, "medium")
	report := at(reported)
	p.open(fmt.Sprintf("#/desk/cases/%v", reported["id"]), wide, 700) // as mails link to it
	p.Until(fmt.Sprintf(`location.hash === %q`, report))
	p.take("report", ".dk-pane")
	p.open(at(p.caseOf("appeal", 0, "user")), wide, 700)
	p.take("appeal", ".dk-pane")
	p.open("#/desk", narrow, 760)
	p.take("phone", "body")
	p.open(report+"&open=1", narrow, 760)
	p.take("phone-case", "body")
}

// order returns the address of the order that a case is about.
func order(row map[string]any) string {
	return fmt.Sprintf("#/desk/orders/%v", row["order"].(map[string]any)["id"])
}

func (p *photographer) stories() {
	p.t.Helper()
	p.open(order(p.caseOf("low", 0, "order")), wide, 840)
	p.take("order", "body")
	p.takePart("push", ".dk-two > :last-child > section:last-child")
	p.open(p.person("jackt"), wide, 780)
	p.take("person", "body")
}

func (p *photographer) acts() {
	p.t.Helper()
	p.open(order(p.caseOf("low", 0, "order")), wide, 860)
	p.Key("Digit2", "2")
	p.dialog("hide")
	p.open(order(p.caseOf("overdue", 0, "order")), wide, 860)
	p.Key("Digit2", "2")
	p.dialog("cancel")
	p.open(p.person("MaxPower"), wide, 860)
	p.press(".dk-topacts", "spam-2-line")
	p.dialog("warn")
	p.press(".dk-topacts", "forbid-line")
	p.dialog("ban")
	p.more(p.person("Emma"), 0)
	p.dialog("contacts")
	p.more(p.person("jackt"), 3)
	p.dialog("erase")

	cancelled := p.get("search?q=" + url.QueryEscape("Lucy Bright"))
	for i := range cancelled.Len("orders") {
		if cancelled.String("orders", i, "status") == "cancelled" {
			p.open(fmt.Sprintf("#/desk/orders/%d", cancelled.Int("orders", i, "id")), wide, 860)
			p.takePart("refused", ".dk-two > :last-child > section:first-child")
			return
		}
	}
	p.t.Fatal("the demo has no such order that is cancelled")
}

// more opens the dialog of an act that is in the menu of a person's page.
func (p *photographer) more(hash string, place int) {
	p.t.Helper()
	p.open(hash, wide, 860)
	// In one step, as a page that is drawn anew closes its menu.
	p.Click(fmt.Sprintf(`(() => {
		const menu = document.querySelector('#dk-more');
		if (menu?.matches(':popover-open')) return menu.querySelectorAll('button')[%d];
		menu?.showPopover();
	})()`, place))
}

func (p *photographer) pages() {
	p.t.Helper()
	p.open("#/desk/media", wide, 640)
	p.take("wall", "body")
	p.open("#/desk/figures?period=month", wide, 740)
	p.take("figures", "body")
	p.open("#/desk/log?who=kirill%40example.com", wide, 640)
	p.take("log", "body")
	p.open("#/desk/settings", 640, 860)
	p.takePart("settings", ".dk-settings")
	p.open("#/desk", wide, 520)
	p.Click(`document.querySelector('.dk-search input')`)
	p.Type(".dk-search input", "Аня")
	p.Until(`!!document.querySelector('.dk-hit')`)
	p.takePart("search", ".dk-search, .dk-hits")
}

var sizes = regexp.MustCompile(`src="/guide/([\w.-]+)" width="\d+" height="\d+"`)

// writeSizes writes the sizes of the pictures into the pages that are in their folder.
func (p *photographer) writeSizes() {
	p.t.Helper()
	pages, err := filepath.Glob(filepath.Join(p.folder, "index*.html"))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, page := range pages {
		html, err := os.ReadFile(page)
		if err != nil {
			p.t.Fatal(err)
		}
		html = sizes.ReplaceAllFunc(html, func(found []byte) []byte {
			name := sizes.FindSubmatch(found)[1]
			content, err := os.ReadFile(filepath.Join(p.folder, string(name)))
			if err != nil {
				p.t.Error("no picture is taken for the guide's: ", err)
				return found
			}
			size, err := webp.DecodeConfig(bytes.NewReader(content))
			if err != nil {
				p.t.Fatal(err)
			}
			return fmt.Appendf(nil, `src="/guide/%s" width="%d" height="%d"`, name, size.Width, size.Height)
		})
		if err := os.WriteFile(page, html, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
}
