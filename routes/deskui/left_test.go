package deskui_test

import (
	"fmt"
	"net/http"

	"github.com/privet/privet/routes/testkit"
	"github.com/privet/privet/routes/testkit/browser"
)

// holdBack keeps requests from going out, whose addresses a regular expression of JavaScript finds, until release.
func (d *desk) holdBack(addresses string) {
	d.t.Helper()
	d.Until(fmt.Sprintf(`(() => {
		const fetch = window.fetch, held = new Promise(go => { window.release = () => { window.fetch = fetch; go() } });
		window.waits = 0;
		window.fetch = async (...request) => {
			if (/%s/.test(String(request[0]))) { window.waits++; await held }
			return fetch(...request);
		};
		return true;
	})()`, addresses))
}

// holdAnswer keeps the first answer from an address that a regular expression of JavaScript finds until release; later ones arrive.
// After the release window.settled() reports whether what the page made of that answer, and asked because of it, has been done.
func (d *desk) holdAnswer(addresses string) {
	d.t.Helper()
	d.Until(fmt.Sprintf(`(() => {
		const fetch = window.fetch, held = new Promise(go => { window.release = go });
		let asked = 0, over = false;
		window.waits = 0;
		window.settled = () => over && asked === 0;
		window.fetch = async (address, options) => {
			const isHeld = /%s/.test(String(address)) && window.waits === 0;
			asked++;
			try {
				const answer = await fetch(address, isHeld ? { ...options, signal: undefined } : options), body = await answer.text();
				if (isHeld) {
					window.waits++;
					await held;
					setTimeout(() => { over = true }, 300);
				}
				return new Response(body, answer);
			} finally {
				setTimeout(() => asked--, 50);
			}
		};
		return true;
	})()`, addresses))
}

// release lets go what was held back, once there is something.
func (d *desk) release() {
	d.t.Helper()
	d.Until(`window.waits > 0`)
	d.Until(`(window.release(), true)`)
}

// late leaves a page, or a field, while it still waits for an answer, which then changes nothing in what came after it. complaint is
// an open case about a person.
func (d *desk) late(complaint string) {
	d.t.Helper()
	d.open("#/desk?case="+complaint, "en")
	d.Until(`!!document.querySelector('.dk-pane-foot .btn kbd')`)
	d.holdBack(`api\/desk\/users`)
	d.press(".dk-pane-foot", "Ban…")
	d.press(".dk-pane-foot", "Ban…")
	d.Until(`window.waits > 0`)
	d.Anchor("#/desk/log")
	d.Until(`!!document.querySelector('.dk-filter')`)
	d.release()

	d.holdBack(`api\/desk\/search`)
	d.Key("KeyK", "k", browser.Ctrl)
	d.Insert("Олег")
	d.Until(`window.waits > 0`)
	d.Until(`(document.querySelector('#dk-log-who').focus(), true)`)
	d.release()
	d.Until(`!!document.querySelector('.dk-hits .dk-hit')`)
	if d.Evaluate(`!document.querySelector('.dk-hits').hidden`) {
		d.t.Error("hits were shown after the search field was left")
	}
	if d.Evaluate(`!!document.querySelector('.dk-dialog')`) {
		d.t.Error("a dialog appeared over the page that was opened after its own")
	}

	d.Size(390, 844)
	d.open("#/desk?open=1&case="+complaint, "en")
	d.Until(`[...document.querySelectorAll('.dk-pane-foot .txt')].some(e => e.innerText === 'No violation')`)
	d.holdBack("verdict")
	d.press(".dk-pane-foot", "No violation")
	d.Until(`window.waits > 0`)
	d.Anchor("#/desk/log")
	d.Until(`!!document.querySelector('.dk-filter')`)
	d.Until(`(history.back = () => { window.wentBack = true }, true)`)
	d.release()
	d.Until(`[...document.querySelectorAll('.toast')].some(e => e.innerText.includes('Case closed'))`)
	if d.Evaluate(`!!window.wentBack`) {
		d.t.Error("a verdict led away from the page that was opened after its own")
	}
	d.Size(1280, 800)
}

// stale lifts a ban from the open page of a person which shows an older one: that is refused, with who has set the newer one, and the page
// then shows it. A medium that was hidden on the wall is shown again there.
func (d *desk) stale(person int) {
	d.t.Helper()
	d.s.Request(http.MethodPost, fmt.Sprintf("/api/desk/users/%d/ban", person)).As(d.s.Owner()).JSON(map[string]any{"text": "Far worse", "over": true}).Do().Want(200)
	unban := func() {
		d.t.Helper()
		d.press(".dk-topacts", "Unban")
		d.Until(theDialog)
		d.press(".dk-dialog", "Unban")
	}
	unban()
	d.Until(fmt.Sprintf(`document.querySelector('.dk-dialog .dk-wrong').innerText.includes(%q)`, testkit.OwnerEmail))
	d.press(".dk-dialog", "Cancel")
	d.Until(`!document.querySelector('.dk-dialog') && document.querySelector('.dk-case').innerText.includes('Far worse')`)
	unban()
	d.Until(`!document.querySelector('.dk-dialog') && !document.querySelector('.dk-top').innerText.includes('banned')`)

	d.open("#/desk/media", "en")
	d.Until(`(window.tile = document.querySelector('.dk-tile'), !!window.tile)`)
	d.Click(`window.tile.querySelector('.dk-act button')`)
	d.Until(theDialog)
	d.Click(`document.querySelector('.dk-dialog footer .btn:last-child')`)
	d.Until(`!document.querySelector('.dk-dialog') && window.tile.innerText.includes('hidden')`)
	d.Click(`window.tile.querySelector('.dk-act button')`)
	d.Until(`!window.tile.innerText.includes('hidden')`)
}
