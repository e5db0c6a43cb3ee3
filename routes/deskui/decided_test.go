package deskui_test

import (
	"fmt"
	"net/http"
	"strings"
)

// decided looks at the cases that are decided, of which id is the last one: who decided what and when, in pages, and each as it was, with
// nothing that can be done about it any more.
func (d *desk) decided(id string) {
	d.t.Helper()
	const old = 60
	d.s.Exec(`WITH RECURSIVE old(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM old WHERE i < %d)
		INSERT INTO cases (id, target, kinds, state, verdict, closed, closed_by, created, updated, due, rev)
		SELECT 'old' || i, 'user 1', '["report"]', 'closed', 'nothing', moment, 'kirill@example.com', moment, moment, moment, 1
		FROM (SELECT i, printf('2020-01-02 03:04:%%02d.000Z', i %% 60) AS moment FROM old)`, old)
	d.open("#/desk", "en")
	d.press(".dk-whose", "Decided")
	d.Until(`location.hash.includes('state=closed') && !!document.querySelector('.dk-item .dk-decided')`)
	d.settle()
	if !d.Evaluate(`document.querySelector('.dk-head h1').innerText === 'Decided cases' && [...document.querySelectorAll('.dk-chip')].every(e => e.innerText.trim() !== 'Free' && !e.querySelector('b'))`) {
		d.t.Error("the heading or the filters are those of open cases")
	}
	page := d.s.Request(http.MethodGet, "/api/desk/cases?state=closed").As(d.s.Moderator()).Do().Want(200).Map()
	ids := make([]string, page.Len("items"))
	for i := range ids {
		ids[i] = page.String("items", i, "id")
	}
	d.Until(fmt.Sprintf(`[...document.querySelectorAll('.dk-item')].map(e => e.dataset.case).join(' ') === %q`, strings.Join(ids, " ")))
	first := fmt.Sprintf(`document.querySelector('.dk-item[data-case=%q]')`, id)
	d.Until(first + ` === document.querySelector('.dk-item') && ` + first + `.querySelector('.dk-decided').innerText.split(/\s*\n\s*/).join(', ') === 'no violation, you' && ` +
		`/^\d\d:\d\d$/.test(` + first + `.querySelector('time').innerText)`)
	d.WantAccessible(".dk-page")

	// It is as it was, and nothing can be done about it any more.
	d.Until(`document.querySelector('.dk-pane-foot').innerText.includes('Closed by you today, ') && document.querySelector('.dk-pane-body').innerText.length > 20`)
	d.Key("Digit2", "2")
	d.Key("Space", " ")
	if d.Evaluate(`!!document.querySelector('.dk-dialog') || !!document.querySelector('.dk-pane-foot .btn, .dk-hold .btn')`) {
		d.t.Error("a case that is decided can be decided again")
	}
	d.Key("Enter", "Enter")
	d.Until(`location.hash.startsWith('#/desk/orders/') && !!document.querySelector('.dk-acts')`)
	d.Key("Escape", "Escape")
	d.Until(`location.hash.includes('state=closed') && document.querySelector('.dk-item[aria-current=true]')?.dataset.case === ` + fmt.Sprintf("%q", id))

	d.press(".dk-list", "Show more")
	d.Until(fmt.Sprintf(`document.querySelectorAll('.dk-item').length > %d`, len(ids)))
	d.press(".dk-whose", "Mine")
	d.Until(`(window.deciders = [...document.querySelectorAll('.dk-decided small')]).length > 0 && window.deciders.every(e => e.innerText === 'you') && location.hash.includes('whose=mine')`)
	d.press(".dk-whose", "Decided")
	d.Until(`!location.hash.includes('state') && !!document.querySelector('.dk-item .dk-clock') && !document.querySelector('.dk-decided')`)
}
