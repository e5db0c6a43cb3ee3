package routes_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// dashboard is PocketBase's dashboard in a tab, used as a moderator uses it: by clicks and keys.
type dashboard struct {
	*browser
	at string // its address
}

// openDashboard signs a moderator in.
func openDashboard(t *testing.T, s *testkit.Server, email, password string) *dashboard {
	t.Helper()
	d := &dashboard{openBrowser(t), s.URL + "/_/"}
	d.light()
	d.do(chromedp.Navigate(d.at))
	d.until(`!!document.querySelector('input[name=identity]')`)
	d.keys("input[name=identity]", email)
	d.keys("input[type=password]", password)
	d.shot("sign-in")
	d.click(`document.querySelector('.auth-with-password-form button[type=submit], .auth-with-password-form .btn.block')`)
	d.until(`location.hash.startsWith('#/collections') && !!document.querySelector('.page-content table')`)
	return d
}

// light is how the guide's pictures are taken.
func (d *dashboard) light() {
	d.t.Helper()
	if _, err := chromedp.Call(d.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}}}); err != nil {
		d.t.Fatal(err)
	}
	d.do(chromedp.EmulateViewport(1280, 800))
}

// another opens a second tab, in which the moderator is signed in, too.
func (d *dashboard) another() *dashboard {
	d.t.Helper()
	second := &dashboard{d.tab(), d.at}
	second.light()
	return second
}

// list opens a collection by the sidebar.
func (d *dashboard) list(collection string, rows int) {
	d.t.Helper()
	d.click(fmt.Sprintf(`[...document.querySelectorAll('.page-sidebar a, .page-sidebar button')].find(e => e.innerText.trim() === %q)`, collection))
	d.until(fmt.Sprintf(`document.querySelector('.page-header')?.innerText.includes(%q) && document.querySelectorAll('.page-content tbody tr.handle').length === %d`, collection, rows))
}

// form opens a record's form by its address, as a link does.
func (d *dashboard) form(collection string, id any) {
	d.t.Helper()
	d.do(chromedp.Navigate(fmt.Sprintf("%s#/collections?collection=%s&record=%v", d.at, collection, id)))
	d.until(fmt.Sprintf(`%s?.querySelector('[name=id]')?.value === '%v' && !theForm.querySelector('.grid[inert]') && theForm.innerText.includes(%q)`,
		`(window.theForm = document.querySelector('.record-upsert-modal'))`, id, collection))
}

// keys types a text into an input in the place of what it holds.
func (d *dashboard) keys(selector, text string) {
	d.t.Helper()
	d.until(fmt.Sprintf(`(() => { const e = document.querySelector(%q); if (!e) return false; e.scrollIntoView({block: 'center'}); e.focus(); e.select(); return document.activeElement === e })()`, selector))
	if _, err := chromedp.Call(d.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		d.t.Fatal(err)
	}
}

// write fills in a field of the open form.
func (d *dashboard) write(field, text string) {
	d.t.Helper()
	d.keys(fmt.Sprintf(".record-upsert-modal [name=%s]", field), text)
}

// choose picks a word of a select field.
func (d *dashboard) choose(field, word string) {
	d.t.Helper()
	output := fmt.Sprintf(`document.querySelector('.record-upsert-modal output[name=%s]')`, field)
	d.click(output + `?.querySelector('.selected-container')`)
	d.click(fmt.Sprintf(`[...(%s?.querySelectorAll('.select-option') ?? [])].find(e => e.innerText.trim() === %q)`, output, word))
	d.until(fmt.Sprintf(`%s.querySelector('.selected-item')?.innerText.trim() === %q`, output, word))
}

// turnOn flips a switch.
func (d *dashboard) turnOn(field string) {
	d.t.Helper()
	box := fmt.Sprintf(`document.querySelector('.record-upsert-modal input[type=checkbox][name=%s]')`, field)
	d.click(box)
	d.until(box + `.checked`)
}

const theSave = `[...document.querySelectorAll('.record-upsert-modal .modal-footer .btn')].find(e => e.innerText.trim() === 'Save changes' && !e.disabled)`

// save saves the form, which closes.
func (d *dashboard) save() {
	d.t.Helper()
	d.click(theSave)
	d.until(`!document.querySelector('.record-upsert-modal')`)
}

// refused saves the form and waits for a message on a field.
func (d *dashboard) refused(field, message string) {
	d.t.Helper()
	d.click(theSave)
	d.until(fmt.Sprintf(`[...document.querySelectorAll('.record-upsert-modal .generated-error')].some(e => e.dataset.inputName === %q && e.innerText.includes(%q))`, field, message))
}

// remove deletes the record of the open form; asked is called while the dashboard asks whether it really should.
func (d *dashboard) remove(asked func()) {
	d.t.Helper()
	d.click(`document.querySelector('.record-upsert-modal .modal-header [title="More options"]')`)
	d.click(`[...document.querySelectorAll('.modal-header-dropdown .dropdown-item')].find(e => e.innerText.trim() === 'Delete')`)
	yes := `[...document.querySelectorAll('.modal.popup .btn')].find(e => e.innerText.trim() === 'Delete record')`
	d.until("!!" + yes)
	asked()
	d.click(yes)
	d.until(`!document.querySelector('.record-upsert-modal')`)
}

// shot keeps a picture of the screen, where the flag shots asks for it, once it has come to rest. The part of the form
// around a field is shown, if one is named.
func (d *dashboard) shot(name string, field ...string) {
	d.t.Helper()
	if *shots == "" {
		return
	}
	for _, f := range field {
		d.until(fmt.Sprintf(`(document.querySelector('.record-upsert-modal [name=%s]')?.scrollIntoView({block: 'center'}), true)`, f))
	}
	d.until(`document.getAnimations().every(a => a.playState !== 'running' || a.effect.getComputedTiming().endTime === Infinity) &&
		[...document.images].every(i => i.complete) && ![...document.querySelectorAll('.skeleton-loader, .btn.loading')].some(e => e.checkVisibility())`)
	picture, err := chromedp.Run(d.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		d.t.Fatal(err)
	}
	if err := errors.Join(os.MkdirAll(*shots, 0o755), os.WriteFile(filepath.Join(*shots, strings.ToLower(name)+".png"), picture, 0o644)); err != nil {
		d.t.Fatal(err)
	}
}

// settle waits until messages of what was done before are gone.
func (d *dashboard) settle() {
	d.t.Helper()
	d.until(`([...document.querySelectorAll('.toast-remove')].forEach(e => e.click()), !document.querySelector('.toast'))`)
}

// sideways shows the columns of a list that are farthest to the right.
func (d *dashboard) sideways() {
	d.t.Helper()
	d.until(`(() => { let e = document.querySelector('.page-content table'); while (e && e.scrollWidth <= e.clientWidth) e = e.parentElement; if (e) e.scrollLeft = e.scrollWidth; return !!e })()`)
}

// settings opens the second factor and the allow-list, and changes neither.
func (d *dashboard) settings() {
	d.t.Helper()
	open := func(title string) {
		d.t.Helper()
		d.click(fmt.Sprintf(`[...document.querySelectorAll('details > summary')].find(e => e.innerText.includes(%q))`, title))
		d.until(fmt.Sprintf(`(() => { const e = [...document.querySelectorAll('details[open] > summary')].find(e => e.innerText.includes(%q))?.parentElement; return e && e.lastElementChild.getBoundingClientRect().bottom <= e.getBoundingClientRect().bottom + 1 && e.clientHeight >= e.scrollHeight })()`, title))
	}
	d.settle()
	d.do(chromedp.Navigate(d.at + "#/collections?collection=_superusers"))
	d.until(`document.querySelector('.page-header')?.innerText.includes('_superusers')`)
	d.click(`document.querySelector('.btn-collection-settings')`)
	d.click(`[...document.querySelectorAll('.modal .tab-item')].find(e => e.innerText.trim() === 'Options')`)
	open("Multi-factor authentication")
	d.shot("second-factor")
	d.do(chromedp.Navigate(d.at+"#/settings"), chromedp.Reload())
	open("Superuser IPs")
	d.shot("allow-list")
}
