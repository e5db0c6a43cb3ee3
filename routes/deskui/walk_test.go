package deskui_test

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/privet/privet/routes/testkit/browser"
)

// fill replaces the text of a field of the open dialog.
func (d *desk) fill(selector, text string) {
	d.t.Helper()
	d.Until(theDialog)
	d.Type(".dk-dialog "+selector, text)
}

// menu carries out an act of a person's menu.
func (d *desk) menu(words string) {
	d.t.Helper()
	d.press(".dk-topacts", "More")
	d.Until(`!!document.querySelector('.dk-more-menu:popover-open')`)
	d.press(".dk-more-menu", words)
	d.Until(theDialog)
}

// redraw fills a part of the page anew, as pages do when what they show has changed.
func (d *desk) redraw(selector string) {
	d.t.Helper()
	d.Evaluate(fmt.Sprintf(`window.redrawn = false, import(performance.getEntriesByType('resource').find(({name}) => name.includes('/dom.js')).name).then(({refill}) => {
		const part = document.querySelector(%q);
		refill(part, ...part.children);
		window.redrawn = true;
	}), true`, selector))
	d.Until(`window.redrawn`)
}

// closed waits until the dialog is gone.
func (d *desk) closed() {
	d.t.Helper()
	d.Until(`!document.querySelector('.dk-dialog')`)
}

// dialogs walks the dialogs of the menu of a person of the demo to their ends: edit, contacts, signing out, erasure.
func (d *desk) dialogs(person string) {
	d.t.Helper()
	email := person + "@example.com"
	id := numberOf(d.t, d.s, "users", "email = '"+email+"'")
	d.open(fmt.Sprintf("#/desk/users/%d", id), "en")
	d.press(".dk-topacts", "More")
	d.Until(`document.querySelector('.dk-more-menu:popover-open')`)
	d.redraw(".dk-topacts")
	d.Until(`document.querySelector('.dk-more-menu:popover-open')`)
	d.press(".dk-more-menu", "Edit the profile…")
	d.fill("#dk-edit-nickname", "Renamed")
	d.press(".dk-dialog", "Edit the profile")
	d.closed()
	d.Until(`document.querySelector('.dk-top h1').innerText === 'Renamed'`)

	d.menu("Show contacts")
	if !d.Evaluate(fmt.Sprintf(`document.querySelector('.dk-dialog').innerText.includes(%q) && document.querySelectorAll('.dk-dialog .modal-footer button').length === 1`, email)) {
		d.t.Error("the contacts are not shown, or their dialog has more than one way out")
	}
	d.press(".dk-dialog", "Close")
	d.closed()

	d.menu("Sign out everywhere")
	d.Until(`document.querySelector('.dk-will')?.innerText.includes('signed out')`)
	d.press(".dk-dialog", "Sign out everywhere")
	d.closed()

	d.menu("Erase…")
	d.fill("#dk-confirm", "0")
	d.press(".dk-dialog", "Erase")
	d.Until(`document.querySelector('.dk-dialog .dk-wrong').innerText !== ''`)
	d.fill("#dk-confirm", fmt.Sprint(id))
	d.press(".dk-dialog", "Erase")
	d.closed()
	d.Until(`document.querySelector('.dk-top').innerText.includes('erased')`)
}

// keyboard walks from the queue to an order and back, takes a case and gives it back, searches, and acts, without a mouse.
func (d *desk) keyboard() {
	d.t.Helper()
	d.open("#/desk?kind=overdue", "en")
	d.Until(`document.querySelectorAll('.dk-item').length > 1 && !!document.querySelector('.dk-item[aria-current=true]')`)
	d.Key("ArrowDown", "ArrowDown")
	d.Until(`document.querySelectorAll('.dk-item')[1].getAttribute('aria-current') === 'true' && (window.second = document.querySelectorAll('.dk-item')[1].dataset.case)`)
	d.Key("ArrowUp", "ArrowUp")
	d.Until(`document.querySelectorAll('.dk-item')[0].getAttribute('aria-current') === 'true'`)
	d.Key("ArrowDown", "ArrowDown")
	d.Until(`!!document.querySelector('.dk-pane-foot .btn kbd')`)
	d.Key("Space", " ")
	d.Until(`document.querySelector('.dk-pane-head .dk-taken.me')`)
	d.Key("Space", " ")
	d.Until(`document.querySelector('.dk-pane-head .dk-taken')?.innerText === 'Free'`)
	d.Key("Enter", "Enter")
	d.Until(`location.hash.startsWith('#/desk/orders/') && location.hash.includes('kind=overdue') && /^2 of \d+$/.test(document.querySelector('.dk-story .dk-place')?.innerText.trim())`)
	d.Click(`document.querySelectorAll('.dk-story .dk-place button')[0]`)
	d.Until(`/^1 of \d+$/.test(document.querySelector('.dk-story .dk-place')?.innerText.trim()) && document.querySelectorAll('.dk-story .dk-place button')[0].disabled`)
	d.Click(`document.querySelectorAll('.dk-story .dk-place button')[1]`)
	d.Until(`/^2 of \d+$/.test(document.querySelector('.dk-story .dk-place')?.innerText.trim())`)
	d.Key("Escape", "Escape")
	d.Until(`location.hash.includes('kind=overdue') && document.querySelector('.dk-item[aria-current=true]')?.dataset.case === window.second`)

	// By keys alone to another order, where a note is written; digits and Space are texts there.
	page := fmt.Sprintf("#/desk/orders/%d", numberOf(d.t, d.s, "orders", theDiploma))
	d.search("Олег", "No. ")
	d.Until(fmt.Sprintf(`(window.steps = [...document.querySelectorAll('.dk-hit')].findIndex(e => e.hash === %q)) >= 0`, page))
	for d.Evaluate(`window.steps-- > 0`) {
		d.Key("ArrowDown", "ArrowDown")
	}
	d.Key("Enter", "Enter")
	d.Until(fmt.Sprintf(`location.hash === %q && !!document.querySelector('.dk-acts')`, page))
	d.press(".dk-acts", "Note")
	d.fill("#dk-text", "1 2 3")
	d.Key("Digit4", "4")
	d.Key("Enter", "Enter", browser.Ctrl)
	d.closed()
	d.Until(`[...document.querySelectorAll('.dk-time small')].some(e => e.innerText === '1 2 34')`)
}

// freeCase returns the id of an open case of a kind that nobody has taken.
func (d *desk) freeCase(kind string) string {
	d.t.Helper()
	return d.s.Request(http.MethodGet, "/api/desk/cases?whose=free&kind="+kind).As(d.s.Moderator()).Do().Want(200).Map().String("items", 0, "id")
}

// together has two moderators at the same queue: what one does the other sees at once, and can't do again.
func (d *desk) together(other *desk, id string) {
	d.t.Helper()
	for _, one := range []*desk{d, other} {
		one.open("#/desk?case="+id, "en")
		one.Until(`!!document.querySelector('.dk-pane-foot .btn')`)
	}
	row := fmt.Sprintf(`document.querySelector('.dk-item[data-case=%q]')`, id)
	d.press(".dk-pane-head", "Take")
	other.Until(row + `.innerText.includes('moderator')`)
	other.Until(`document.querySelector('.dk-pane-foot').innerText.includes('Whoever took the case decides') && !document.querySelector('.dk-pane-foot .btn')`)
	other.Key("Digit1", "1")
	d.press(".dk-pane-foot", "No violation")
	other.Until(row + `.classList.contains('closed') && ` + row + `.innerText.includes('closed by moderator')`)
	other.Until(`document.querySelector('.dk-pane-foot').innerText.includes('Closed by moderator') && !document.querySelector('.dk-pane-foot .btn, .dk-hold .btn')`)
	other.Key("Digit1", "1")
	other.Key("Space", " ")
	other.Key("ArrowDown", "ArrowDown")
	other.Until(`!` + row)
	other.open("#/desk/cases/"+id, "en") // as a mail leads to it, which is read late
	other.Until(row + `?.classList.contains('closed') && document.querySelector('.dk-pane-foot').innerText.includes('Closed by moderator')`)

	// So does an open one that is not in the list. One that is not there says so.
	elsewhere := d.freeCase("report")
	other.open("#/desk?kind=overdue&case="+elsewhere, "en")
	other.Until(fmt.Sprintf(`document.querySelector('.dk-item[aria-current=true]')?.dataset.case === %q && !!document.querySelector('.dk-pane-foot .btn kbd')`, elsewhere))
	other.open("#/desk/cases/gone", "en")
	other.Until(`[...document.querySelectorAll('.toast')].some(e => e.innerText.includes('It is not there.')) && document.querySelector('.dk-item')?.getAttribute('aria-current') === 'true'`)
	other.DismissMessages()
	if n := d.s.Count(fmt.Sprintf(`audit WHERE "case" = '%s' AND act = 'verdict'`, id)); n != 1 {
		d.t.Errorf("a case has %d verdicts", n)
	}
}

// fault finds why a push failed, from the queue, as an owner.
func (d *desk) fault() {
	d.t.Helper()
	d.open("#/desk", "en")
	d.count()
	d.Click(`[...document.querySelectorAll('.header-link')].find(e => e.innerText.trim() === 'Faults')`)
	d.Until(`[...document.querySelectorAll('.dk-lines small')].some(e => /removed from the device|App was removed|app was removed/i.test(e.innerText))`)
	d.wantClicks("why a push failed", 3)
	d.WantAccessible(".dk-page")
}

// newestWins has a read of a page answered after a later one: the page shows the later one.
func (d *desk) newestWins() {
	d.t.Helper()
	id := d.freeCase("overdue")
	order := fmt.Sprint("orders/", d.s.Request(http.MethodGet, "/api/desk/cases/"+id).As(d.s.Moderator()).Do().Want(200).Map().Int("order", "id"))
	post := func(path string, body map[string]any) {
		d.t.Helper()
		d.s.Request(http.MethodPost, "/api/desk/"+path).As(d.s.Moderator()).JSON(body).Do().Want(200)
	}
	d.open("#/desk/log", "en")
	d.holdAnswer(strings.ReplaceAll(order, "/", `\/`))
	d.Anchor("#/desk/" + order)
	d.Until(`window.waits > 0`)
	post(order+"/note", map[string]any{"text": "A newer note"})
	post("cases/"+id+"/take", map[string]any{})
	d.Until(`document.querySelector('.dk-time')?.innerText.includes('A newer note')`)
	d.release()
	d.Until(`window.settled()`)
	if !d.Evaluate(`document.querySelector('.dk-time').innerText.includes('A newer note')`) {
		d.t.Error("an older answer has overwritten a newer one")
	}
}

// hostile has texts that are markup in each field that a user or a moderator can fill, and looks for them on each page.
func (d *desk) hostile(owner *desk) {
	d.t.Helper()
	client := d.s.Signup("role", "1", "name", hostile, "nickname", hostile+"c")
	performer := d.s.Signup("role", "2", "price", "2.99", "category_ids[]", "2", "name", hostile, "nickname", hostile+"p", "description", hostile)
	order := d.s.Order(client, performer)
	for _, set := range []string{"description", "rating_text", "cancel_text"} {
		d.s.Exec(`UPDATE orders SET %s = '%s' WHERE id = '%d'`, set, hostile, order)
	}
	post := func(path string, body map[string]any) {
		d.t.Helper()
		d.s.Request(http.MethodPost, "/api/desk/"+path).As(d.s.Moderator()).JSON(body).Do().Want(200)
	}
	user := fmt.Sprintf("users/%d", performer.ID)
	post(user+"/note", map[string]any{"text": hostile})
	post(fmt.Sprintf("orders/%d/note", order), map[string]any{"text": hostile})
	post(user+"/warn", map[string]any{"text": hostile})
	d.s.Post("user/report").As(client.Token).JSON(map[string]any{"user_id": performer.ID, "reason": 2, "text": hostile}).Do().Want(201)
	post(user+"/ban", map[string]any{"text": hostile, "until": nil})
	complaint := caseOf(d.s, "user", performer.ID)
	d.s.Exec(`UPDATE cases SET word = '%s', kinds = '["word"]' WHERE id = '%s'`, hostile, complaint)
	d.s.Exec(`UPDATE media SET still = 'failed' WHERE user = '%d'`, client.ID)
	d.s.Exec(`UPDATE pushes SET error = '%s' WHERE state = 'failed'`, hostile)

	person := fmt.Sprintf("#/desk/users/%d", performer.ID)
	pages := []string{"#/desk?case=" + complaint, fmt.Sprintf("#/desk/orders/%d", order), person}
	if *whole {
		pages = append(pages, "#/desk/media", "#/desk/log")
		for _, tab := range []string{"orders", "media", "reports", "devices", "bans", "notes", "log", "overview"} {
			pages = append(pages, person+"?tab="+tab)
		}
	}
	for _, page := range pages {
		d.open(page, "en")
		d.wantText(page)
	}
	for _, act := range []string{"Note", "Warn", "Ban…"} {
		d.press(".dk-topacts", act)
		d.Until(theDialog)
		d.wantText(act)
		d.Key("Escape", "Escape")
		d.closed()
	}
	d.search("<img src=x", "onerror")
	d.wantText("search")
	owner.open("#/desk/faults", "en")
	owner.wantText("#/desk/faults")
	if *whole {
		owner.everywhere("#/desk/faults")
	}
	for _, width := range []int64{1024, 900, 700, 390} {
		owner.Size(width, 700)
		owner.open("#/desk?case="+complaint, "en")
		owner.wantNarrow(fmt.Sprint("the queue, at ", width, " pixels,"))
	}
}

// wantText fails the test if a hostile text isn't there as text, or has become markup.
func (d *desk) wantText(where string) {
	d.t.Helper()
	d.Until(`document.body.innerText.includes('<img src=x onerror=')`)
	if d.Evaluate(`window.hacked === 1 || !!document.querySelector('[src=x], [onerror], .dk b b, .dk script, .dk-hit script')`) {
		d.t.Errorf("%s: a user's text became markup", where)
	}
}
