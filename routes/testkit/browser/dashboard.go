package browser

import (
	"fmt"
	"testing"

	"github.com/privet/privet/routes/testkit"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Dashboard drives PocketBase's dashboard in a tab by clicks and keys, as a moderator does.
type Dashboard struct {
	*Browser
	url string
}

// OpenDashboard starts a Chromium and signs in a moderator.
func OpenDashboard(t *testing.T, s *testkit.Server, email, password string) *Dashboard {
	t.Helper()
	d := OpenSignIn(t, s)
	d.EnterPassword(email, password)
	d.WantSignedIn()
	return d
}

// OpenSignIn starts a Chromium with the dashboard's form to sign in.
func OpenSignIn(t *testing.T, s *testkit.Server) *Dashboard {
	t.Helper()
	d := &Dashboard{Open(t), s.URL + "/_/"}
	d.light()
	d.Do(chromedp.Navigate(d.url))
	return d
}

// Beside opens the form to sign in as another person's browser has it: in the same Chromium, with a storage of its own.
func (d *Dashboard) Beside() *Dashboard {
	d.t.Helper()
	second := &Dashboard{d.open(chromedp.WithNewBrowserContext()), d.url}
	second.light()
	second.Do(chromedp.Navigate(d.url))
	return second
}

// EnterPassword fills and sends the form to sign in.
func (d *Dashboard) EnterPassword(email, password string) {
	d.t.Helper()
	d.Until(`!!document.querySelector('input[name=identity]')`)
	d.Type("input[name=identity]", email)
	d.Type("input[type=password]", password)
	d.Click(`document.querySelector('.auth-with-password-form button[type=submit], .auth-with-password-form .btn.block')`)
}

// EnterCode fills and sends the form for the one-time password, which follows the password where it is the second factor.
func (d *Dashboard) EnterCode(code string) {
	d.t.Helper()
	d.Until(`!!document.querySelector('#otp_password')`)
	d.Type("#otp_password", code)
	d.Click(`[...document.querySelectorAll('form .btn.block')].find(e => e.innerText.trim() === 'Login' && !e.disabled)`)
}

// WantMessage waits for a message of the dashboard's with a text, and closes it.
func (d *Dashboard) WantMessage(text string) {
	d.t.Helper()
	d.Until(fmt.Sprintf(`[...document.querySelectorAll('.toast, .toasts *')].some(e => e.innerText?.includes(%q))`, text))
	d.DismissMessages()
}

// WantDesk waits until the desk is there.
func (d *Dashboard) WantDesk() {
	d.t.Helper()
	d.Until(`location.hash.startsWith('#/desk') && !!document.querySelector('.app-header .dk-search')`)
}

// WantSignedIn waits until an owner's desk is there, and goes on to the collections.
func (d *Dashboard) WantSignedIn() {
	d.t.Helper()
	d.WantDesk()
	d.Anchor("#/collections")
	d.Until(`location.hash.startsWith('#/collections') && !!document.querySelector('.page-content table')`)
}

// SignOut signs the moderator out, and opens the form to sign in.
func (d *Dashboard) SignOut() {
	d.t.Helper()
	d.Until(`(localStorage.clear(), true)`)
	d.Do(chromedp.Navigate("about:blank"))
	d.Do(chromedp.Navigate(d.url))
}

// light sets the size of the window and the light colour scheme.
func (d *Dashboard) light() {
	d.t.Helper()
	d.ColorScheme("light")
	d.Do(chromedp.EmulateViewport(1280, 800))
}

// Another opens another tab, in which the moderator is signed in, too.
func (d *Dashboard) Another() *Dashboard {
	d.t.Helper()
	second := &Dashboard{d.Tab(), d.url}
	second.light()
	return second
}

// List opens a collection by the sidebar and waits until the list has the given number of rows.
func (d *Dashboard) List(collection string, rows int) {
	d.t.Helper()
	d.Click(fmt.Sprintf(`[...document.querySelectorAll('.page-sidebar a, .page-sidebar button')].find(e => e.innerText.trim() === %q)`, collection))
	d.Until(fmt.Sprintf(`document.querySelector('.page-header')?.innerText.includes(%q) && document.querySelectorAll('.page-content tbody tr.handle').length === %d`, collection, rows))
}

// Form opens a record's form by its URL.
func (d *Dashboard) Form(collection string, id any) {
	d.t.Helper()
	d.Do(chromedp.Navigate(fmt.Sprintf("%s#/collections?collection=%s&record=%v", d.url, collection, id)))
	d.Until(fmt.Sprintf(`%s?.querySelector('[name=id]')?.value === '%v' && !theForm.querySelector('.grid[inert]') && theForm.innerText.includes(%q)`,
		`(window.theForm = document.querySelector('.record-upsert-modal'))`, id, collection))
}

// Type replaces the text of an input.
func (d *Dashboard) Type(selector, text string) {
	d.t.Helper()
	d.Until(fmt.Sprintf(`(() => { const e = document.querySelector(%q); if (!e) return false; e.scrollIntoView({block: 'center'}); e.focus(); e.select(); return document.activeElement === e })()`, selector))
	if _, err := chromedp.Call(d.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		d.t.Fatal(err)
	}
}

// Write replaces the text of a field of the open form.
func (d *Dashboard) Write(field, text string) {
	d.t.Helper()
	d.Type(fmt.Sprintf(".record-upsert-modal [name=%s]", field), text)
}

// Choose selects a value of a select field of the open form.
func (d *Dashboard) Choose(field, word string) {
	d.t.Helper()
	output := fmt.Sprintf(`document.querySelector('.record-upsert-modal output[name=%s]')`, field)
	d.Click(output + `?.querySelector('.selected-container')`)
	d.Click(fmt.Sprintf(`[...(%s?.querySelectorAll('.select-option') ?? [])].find(e => e.innerText.trim() === %q)`, output, word))
	d.Until(fmt.Sprintf(`%s.querySelector('.selected-item')?.innerText.trim() === %q`, output, word))
}

// TurnOn turns on a switch of the open form.
func (d *Dashboard) TurnOn(field string) {
	d.t.Helper()
	box := fmt.Sprintf(`document.querySelector('.record-upsert-modal input[type=checkbox][name=%s]')`, field)
	d.Click(box)
	d.Until(box + `.checked`)
}

const theSave = `[...document.querySelectorAll('.record-upsert-modal .modal-footer .btn')].find(e => e.innerText.trim() === 'Save changes' && !e.disabled)`

// Save saves the open form and waits until it has closed.
func (d *Dashboard) Save() {
	d.t.Helper()
	d.Click(theSave)
	d.Until(`!document.querySelector('.record-upsert-modal')`)
}

// WantRefused tries to save the open form and waits for a message on a field.
func (d *Dashboard) WantRefused(field, message string) {
	d.t.Helper()
	d.Click(theSave)
	d.Until(fmt.Sprintf(`[...document.querySelectorAll('.record-upsert-modal .generated-error')].some(e => e.dataset.inputName === %q && e.innerText.includes(%q))`, field, message))
}

// Remove deletes the record of the open form.
func (d *Dashboard) Remove() {
	d.t.Helper()
	d.Click(`document.querySelector('.record-upsert-modal .modal-header [title="More options"]')`)
	d.Click(`[...document.querySelectorAll('.modal-header-dropdown .dropdown-item')].find(e => e.innerText.trim() === 'Delete')`)
	d.Click(`[...document.querySelectorAll('.modal.popup .btn')].find(e => e.innerText.trim() === 'Delete record')`)
	d.Until(`!document.querySelector('.record-upsert-modal')`)
}

// DismissMessages closes the messages about earlier actions.
func (d *Dashboard) DismissMessages() {
	d.t.Helper()
	d.Until(`([...document.querySelectorAll('.toast-remove')].forEach(e => e.click()), !document.querySelector('.toast'))`)
}
