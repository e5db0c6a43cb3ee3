package deskui_test

import (
	"fmt"
	"net/http"

	"github.com/privet/privet/routes/testkit"
)

// password changes the moderator's own password: what is wrong is said at the field, and the session goes on, with its events.
func (d *desk) password() {
	d.t.Helper()
	d.open("#/desk", "en")
	d.Until(`performance.getEntriesByType('resource').some(e => e.name.endsWith('/api/realtime') && e.initiatorType === 'fetch')`) // events are subscribed to
	d.Anchor("#/desk/settings")
	change := func(old, new, again string) {
		d.t.Helper()
		d.Type("#dk-oldPassword", old)
		d.Type("#dk-password", new)
		d.Type("#dk-passwordConfirm", again)
		d.press(".dk-form", "Change the password")
	}
	at := func(field, words string) {
		d.t.Helper()
		d.Until(fmt.Sprintf(`document.querySelector('#dk-%s-wrong').innerText === %q && document.querySelector('#dk-%s').hasAttribute('aria-invalid')`, field, words, field))
	}
	change(testkit.SuperuserPassword, "", "")
	at("password", "Fill this in.")
	change(testkit.SuperuserPassword, "another-password", "another-pasword")
	at("passwordConfirm", "The passwords do not match.")
	change("wrong-password", "another-password", "another-password")
	at("oldPassword", "This is not your current password.")
	change(testkit.SuperuserPassword, "short", "short")
	at("password", "At least 8 characters.")
	change(testkit.SuperuserPassword, "another-password", "another-password")
	d.Until(`[...document.querySelectorAll('.toast')].some(e => e.innerText.includes('Password changed'))`)
	d.Anchor("#/desk/log")
	d.Until(`!!document.querySelector('.dk-logline')`)
	d.Anchor("#/desk")
	d.DismissMessages()
	id := d.freeCase("")
	row := fmt.Sprintf(`document.querySelector('.dk-item[data-case=%q]')`, id)
	d.Until(row + `?.querySelector('.dk-taken') === null`)
	d.s.Request(http.MethodPost, "/api/desk/cases/"+id+"/take").As(d.s.Owner()).JSON(map[string]any{}).Do().Want(200)
	d.Until(row + `.querySelector('.dk-taken')?.innerText === 'owner'`)
	d.s.Request(http.MethodPost, "/api/collections/_superusers/auth-with-password").JSON(map[string]any{"identity": testkit.ModeratorEmail, "password": "another-password"}).Do().Want(200)
}
