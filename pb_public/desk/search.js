// The search field in the header: people and orders by number, nickname, name, invite; e-mail and phone only whole.
import { get, isAbort, message } from "./api.js";
import { div, el, fill, icon, kbd, label, picture, small, span } from "./dom.js";
import { newest } from "./newest.js";
import { between, name } from "./people.js";
import { known, w } from "./words.js";

const pause = 200; // milliseconds after the last key

// searchField makes the field with its list of hits.
export function searchField() {
  const reading = newest();
  let timer;
  const list = div("dk-hits base-surface");
  list.id = "dk-hits";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", w("search.hits"));
  const field = el("input", {
    type: "search", placeholder: w("search.placeholder"), "aria-label": w("search"), autocomplete: "off", maxlength: 200,
    role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list",
    oninput: () => { clearTimeout(timer); timer = setTimeout(ask, pause); },
    onfocus: () => { if (field.value.trim()) open(); },
    onkeydown: choose,
  });
  const box = div("dk-search", icon("search-line"), field, kbd("Ctrl K"), list);
  close();
  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) close(); });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus until the click
  list.addEventListener("click", (event) => { if (event.target.closest("a")) leave(); });
  return box;

  // open shows the hits, unless the field was left before they came.
  function open() {
    if (!box.contains(document.activeElement)) return;
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  }

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function leave() {
    clearTimeout(timer);
    reading.end();
    field.value = "";
    close();
    field.blur();
  }

  async function ask() {
    const q = field.value.trim();
    reading.end();
    if (!q) return close();
    try {
      show(await reading((mine) => get("search", { q }, mine)));
    } catch (error) {
      if (isAbort(error)) return;
      fill(list, small(message(error)));
    }
    open();
  }

  function show({ people, orders, note }) {
    fill(list,
      people.length > 0 && [small(w("search.people")), people.map(person)],
      orders.length > 0 && [small(w("search.orders")), orders.map(order)],
      people.length + orders.length === 0 && small(w("search.none")),
      small(note === "whole" ? w("search.whole") : w("search.help")));
    mark(list.querySelector("a"));
  }

  function choose(event) {
    const hits = [...list.querySelectorAll("a")], at = hits.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
    if (event.key === "Escape") {
      event.preventDefault();
      leave();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(hits[Math.max(0, Math.min(hits.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))]);
    } else if (event.key === "Enter" && !list.hidden && hits[at]) {
      event.preventDefault();
      hits[at].click();
    }
  }

  function mark(hit) {
    for (const other of list.querySelectorAll("a")) other.setAttribute("aria-selected", String(other === hit));
    if (!hit) return;
    field.setAttribute("aria-activedescendant", hit.id);
    hit.scrollIntoView({ block: "nearest" });
  }
}

const hit = (id, href, ...content) => el("a", { id, href, class: "dk-hit", role: "option", "aria-selected": "false", tabindex: -1 }, ...content);

function person(p) {
  return hit("dk-hit-user-" + p.id, "#/desk/users/" + p.id, picture(p.picture, "s round"), el("b", { dir: "auto" }, name(p)),
    span("dk-ell txt-hint", [w("number", { id: p.id }), p.name || known("role", p.role)].join(", ")),
    (p.case || p.banned) && span("dk-right dk-row", p.case && label(w("case.open"), "danger"), p.banned && label(w("banned"), "warning")));
}

function order(o) {
  return hit("dk-hit-order-" + o.id, "#/desk/orders/" + o.id, picture(o.client?.picture, "s round"), el("b", {}, w("number", { id: o.id })),
    span("dk-ell txt-hint", between(o), ", ", known("status", o.status)));
}
