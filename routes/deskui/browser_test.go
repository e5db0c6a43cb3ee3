package deskui_test

import (
	"flag"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/privet/privet/hooks/demo"
	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/browser"

	"github.com/chromedp/chromedp"
)

// whole has the walk look at more than the rest needs.
var whole = flag.Bool("whole", false, "look for faults of accessibility on each page and dialog of the desk, wide and narrow, light and dark, and for hostile texts on each")

// hostile is what shows as text wherever a user writes it.
const hostile = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><b>bold</b>`

// desk drives the desk's pages as a superuser does.
type desk struct {
	*browser.Dashboard
	t *testing.T
	s *testkit.Server
}

// open shows a page of the desk in a language, and waits until its data is there.
func (d *desk) open(hash, language string) {
	d.t.Helper()
	d.Do(chromedp.Navigate("about:blank"))
	d.Do(chromedp.Navigate(d.s.URL + "/_/" + hash))
	d.Until(fmt.Sprintf(`document.documentElement.lang === %q && !!document.querySelector('.dk-page')`, language))
	d.settle()
}

// settle waits until nothing is awaited any more.
func (d *desk) settle() {
	d.t.Helper()
	d.Until(`!!document.querySelector('.dk-page .dk') && !document.querySelector('.dk-page .dk-wait, .dk .btn.loading')`)
}

// count counts the clicks of what follows.
func (d *desk) count() {
	d.t.Helper()
	d.Until(`(window.clicks = 0, window.counts ??= (addEventListener('click', () => window.clicks++, true), true))`)
}

// wantClicks fails the test if more clicks were counted.
func (d *desk) wantClicks(what string, most int) {
	d.t.Helper()
	if !d.Evaluate(fmt.Sprintf(`window.clicks <= %d`, most)) {
		d.t.Errorf("%s took more than %d clicks", what, most)
	}
}

// press clicks a button by its words, within a part of the page.
func (d *desk) press(within, words string) {
	d.t.Helper()
	d.Click(fmt.Sprintf(`[...document.querySelectorAll('%s button, %s a')].find(e => !e.disabled && (e.querySelector('.txt') ?? e).innerText.trim() === %q)`, within, within, words))
}

// search types into the search field and waits for a hit.
func (d *desk) search(text, hit string) {
	d.t.Helper()
	d.Key("KeyK", "k", browser.Ctrl)
	d.Until(`document.activeElement === document.querySelector('.dk-search input')`)
	d.Insert(text)
	d.Until(fmt.Sprintf(`[...document.querySelectorAll('.dk-hit')].some(e => e.innerText.includes(%q))`, hit))
}

const theDialog = `document.querySelector('.dk-dialog[data-modal-state=open]')`

// A day of a moderator: cases from the queue, by mouse and by keyboard, an order by its client's name, a ban. The tests count the
// clicks.
func TestDeskInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	s := testkit.Start(t)
	s.Moderator()
	if _, err := demo.Fill(s.App, demo.Staff{Owner: testkit.OwnerEmail, Moderator: testkit.ModeratorEmail, Colleague: "kirill@example.com"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	login := func(name string) string {
		return s.Post("auth/login").JSON(map[string]any{"email": name + "@example.com", "password": demo.Password, "device_id": name}).Do().Want(200).Map().String("token")
	}
	anna, misha, diploma := numberOf(t, s, "users", "email = 'anna@example.com'"), numberOf(t, s, "users", "email = 'misha@example.com'"), numberOf(t, s, "orders", theDiploma)
	report := func(by, field string, id int, text string) {
		s.Post("user/report").As(by).JSON(map[string]any{field: id, "reason": 2, "text": text}).Do().Want(201)
	}
	oleg, emma := login("oleg"), login("emma")
	video := s.Get(fmt.Sprintf("order/view/%d", diploma)).As(oleg).Do().Want(200).Map().Int("data", "media", 0, "id")
	report(oleg, "media_id", video, hostile)
	report(emma, "user_id", misha, "He wants money outside")
	report(oleg, "user_id", anna, "Not polite")
	open := func() int {
		return s.Request(http.MethodGet, "/api/desk/cases").As(s.Moderator()).Do().Want(200).Map().Int("counts", "all")
	}

	d := &desk{browser.OpenSignIn(t, s), t, s}
	d.EnterPassword(testkit.ModeratorEmail, testkit.SuperuserPassword)
	d.Until(`location.hash.startsWith('#/desk') && !!document.querySelector('.dk-item')`)
	d.settle()
	if d.Evaluate(`!!document.querySelector('.toast') || [...document.querySelectorAll('.header-link')].some(e => /Collections|Settings|Logs/.test(e.innerText))`) {
		t.Error("a moderator's dashboard begins with an error, or shows what is not theirs")
	}
	for i, language := range []string{"ru", "en"} {
		s.Request(http.MethodPost, "/api/desk/me").As(s.Moderator()).JSON(map[string]any{"language": language}).Do().Want(200)
		for _, page := range pages {
			d.ColorScheme([]string{"dark", "light"}[i])
			d.open(page, language)
			d.WantAccessible(".dk-page")
		}
	}

	d.open("#/desk?kind=appeal", "en")
	d.Until(`document.querySelector('.dk-pane-body')?.innerText.includes('Это была шутка')`)
	if d.Evaluate(`document.querySelector('.dk-pane-body').innerText.split('Это была шутка').length > 2`) {
		t.Error("an appeal is shown twice")
	}

	d.open(fmt.Sprintf("#/desk?case=%s", caseOf(s, "media", video)), "en")
	d.Until(fmt.Sprintf(`document.querySelector('.dk-pane-body')?.innerText.includes(%q)`, hostile))

	// Keys are the dialog's while one is open, and a text field's while it has the focus.
	before := open()
	d.Key("Digit3", "3")
	d.Key("Digit3", "3") // opens no second one
	d.Until(theDialog)
	d.Key("Digit1", "1")
	d.Key("ArrowDown", "ArrowDown")
	d.Key("Digit2", "2")
	d.Until(theDialog + `.querySelectorAll('input[type=radio]')[1].checked`)
	d.Until(theDialog + `.querySelector('textarea').select() === undefined`)
	d.Until(`(document.querySelector('.dk-dialog textarea').focus(), document.activeElement.tagName === 'TEXTAREA')`)
	d.Insert("My own words")
	d.Key("Digit1", "1")
	d.Key("Escape", "Escape")
	d.Until(`!document.querySelector('.dk-dialog')`)
	if open() != before || !d.Evaluate(fmt.Sprintf(`location.hash.includes(%q)`, caseOf(s, "media", video))) {
		t.Error("keys acted behind the dialog")
	}
	d.Key("Digit3", "3")
	d.Until(theDialog + `?.querySelector('textarea').value === 'My own words1'`) // the draft was kept
	d.Key("Escape", "Escape")
	d.Until(`!document.querySelector('.dk-dialog')`)

	// A complaint is answered in six clicks at most.
	d.open("#/desk?kind=report", "en")
	d.count()
	complaint := caseOf(s, "user", anna)
	d.Click(fmt.Sprintf(`document.querySelector('.dk-item[data-case=%q]')`, complaint))
	d.Until(`document.querySelector('.dk-pane-body')?.innerText.includes('Not polite')`)
	d.press(".dk-pane-foot", "No violation")
	d.Until(fmt.Sprintf(`!document.querySelector('.dk-item[data-case=%q]:not(.closed)')`, complaint))
	d.wantClicks("answering a complaint", 6)
	if open() != before-1 {
		t.Error("the complaint is still open")
	}
	d.late(caseOf(s, "user", misha))
	d.story()
	d.keyboard()
	d.newestWins()
	d.dialogs("lucy")

	owner := &desk{d.Beside(), t, s}
	owner.EnterPassword(testkit.OwnerEmail, testkit.SuperuserPassword)
	owner.WantDesk()
	s.Request(http.MethodPost, "/api/desk/me").As(s.Owner()).JSON(map[string]any{"language": "en"}).Do().Want(200)
	low := d.freeCase("low")
	d.together(owner, low)
	d.decided(low)
	owner.dialogs("jack")
	owner.fault()
	d.hostile(owner)
	d.password()
	d.WantLoopback()
}

// story finds an order by its client's name, looks at its video and decides; bans a person with an end; and sees why a push didn't
// come.
func (d *desk) story() {
	d.t.Helper()
	diploma, max, misha := numberOf(d.t, d.s, "orders", theDiploma), numberOf(d.t, d.s, "users", "email = 'max@example.com'"), numberOf(d.t, d.s, "users", "email = 'misha@example.com'")
	d.open("#/desk", "en")
	d.count()
	d.search("Олег", fmt.Sprintf("No. %d", diploma))
	d.Click(fmt.Sprintf(`[...document.querySelectorAll('.dk-hit')].find(e => e.hash === '#/desk/orders/%d')`, diploma))
	d.Until(`!!document.querySelector('.dk-main .dk-still')`)
	if !d.Evaluate(`[...document.querySelectorAll('.dk-time small')].some(e => e.innerText.includes('No device that takes pushes'))`) {
		d.t.Error("the order doesn't say why nobody got a push")
	}
	d.Click(`document.querySelector('.dk-main .dk-still')`)
	d.Until(`document.querySelector('.dk-main video')?.muted`)
	d.press(".dk-case", "Hide the video")
	d.Until(theDialog)
	d.press(".dk-dialog", "Hide the video")
	d.Until(`!document.querySelector('.dk-dialog') && document.querySelector('.dk-main').innerText.includes('hidden')`)
	d.wantClicks("an order by its client's name, its video and a decision", 4)

	d.open("#/desk", "en")
	d.count()
	d.search("MaxPower", fmt.Sprintf("No. %d", max))
	d.Click(fmt.Sprintf(`[...document.querySelectorAll('.dk-hit')].find(e => e.hash === '#/desk/users/%d')`, max))
	d.Until(`!!document.querySelector('.dk-topacts')`)
	d.press(".dk-topacts", "Ban…")
	d.Until(theDialog)
	d.press(".dk-dialog", "3 days")
	d.press(".dk-dialog", "Ban for 3 days")
	d.Until(`!document.querySelector('.dk-dialog') && document.querySelector('.dk-top').innerText.includes('banned')`)
	d.wantClicks("a ban with an end", 4)
	d.stale(max)
	order, person := fmt.Sprintf("#/desk/orders/%d", diploma), fmt.Sprintf("#/desk/users/%d", misha)
	for _, page := range []string{order, person, person + "?tab=orders", "#/desk/log"} {
		d.open(page, "en")
		d.WantAccessible(".dk-page")
	}
	d.Size(390, 844)
	d.ColorScheme("dark")
	for _, page := range []string{"#/desk", order, person} {
		d.open(page, "en")
		d.WantAccessible(".dk-page")
		d.wantNarrow(page)
	}
	d.ColorScheme("light")
	d.Size(1280, 800)
	if *whole {
		d.everywhere(order, person, person+"?tab=media", person+"?tab=reports", person+"?tab=devices", "#/desk", "#/desk?state=closed", "#/desk/media", "#/desk/figures", "#/desk/log", "#/desk/settings")
	}
}

// everywhere looks at pages, and at the dialog of a ban, wide and narrow, light and dark.
func (d *desk) everywhere(pages ...string) {
	d.t.Helper()
	for _, width := range []int64{1440, 1024, 390} {
		d.Size(width, 844)
		for _, scheme := range []string{"light", "dark"} {
			d.ColorScheme(scheme)
			for _, page := range pages {
				d.open(page, "en")
				d.WantAccessible(".dk-page")
				d.wantNarrow(page)
				if !d.Evaluate(`[...document.querySelectorAll('.dk-topacts .txt')].some(e => e.innerText === 'Ban…')`) {
					continue
				}
				d.press(".dk-topacts", "Ban…")
				d.Until(theDialog)
				d.Until(`document.querySelectorAll('.dk-will div').length > 0 && document.getAnimations().every(a => a.playState !== 'running')`)
				d.WantAccessible(".dk-dialog")
				d.Key("Escape", "Escape")
				d.closed()
			}
		}
	}
	d.ColorScheme("light")
	d.Size(1280, 800)
}

// wantNarrow fails the test if a page or the header is wider than the window.
func (d *desk) wantNarrow(page string) {
	d.t.Helper()
	if d.Evaluate(`[document.documentElement, document.querySelector('.dk'), document.querySelector('.app-header'), document.querySelector('.app-main-nav')].some(e => e.scrollWidth > Math.min(e.clientWidth, innerWidth))`) {
		d.t.Errorf("%s is wider than its window", page)
	}
}

// theDiploma is the order of the demo with a video and nobody who gets pushes.
const theDiploma = "description ~ 'с дипломом'"

// numberOf returns the number of the record that a filter finds.
func numberOf(t *testing.T, s *testkit.Server, collection, filter string) (number int) {
	t.Helper()
	record, err := s.App.FindFirstRecordByFilter(collection, filter)
	if err == nil {
		number, err = strconv.Atoi(record.Id)
	}
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	return number
}

// caseOf returns the id of the open case about something.
func caseOf(s *testkit.Server, kind string, id int) string {
	items := s.Request(http.MethodGet, "/api/desk/cases").As(s.Moderator()).Do().Want(200).Map()
	for i := range items.Len("items") {
		if items.String("items", i, "target", "kind") == kind && items.Int("items", i, "target", "id") == id {
			return items.String("items", i, "id")
		}
	}
	return "none"
}

// pages are all that a moderator opens, with the data of the demo.
var pages = []string{"#/desk", "#/desk?kind=appeal", "#/desk/media", "#/desk/figures?period=year", "#/desk/settings"}
