// A person's story: the profile as others see it, figures, and tabs with all that belongs to them.
import { actButton, actName, onPerson } from "./acts.js";
import { fingerprint, get, getPages, isAbort, message } from "./api.js";
import { caseAddress, caseTitle, holder, isForPage, readCase } from "./case.js";
import { badge, button, div, el, failure, fill, icon, label, link, loading, picture, refill, span, withQuery } from "./dom.js";
import { listen } from "./live.js";
import { newest } from "./newest.js";
import { marks, name, nameOf, price } from "./people.js";
import { filterOf, goToCase, place, queueAddress } from "./place.js";
import { shell } from "./shell.js";
import { format, timeLeft } from "./time.js";
import { overview, tabs } from "./tabs.js";
import { known, number, w } from "./words.js";

const first = ["note", "warn", "ban", "unban"]; // the others are in the menu
const menu = ["contacts", "edit", "sign-out", "erase"];

export function page({ id, query, signal }) {
  const root = div("page-content dk dk-story", loading(w("loading"))), filter = filterOf(query), reading = newest(signal), readingTab = newest(signal);
  const tab = query.tab in tabs ? query.tab : "overview";
  const panel = el("div", { role: "tabpanel", id: "dk-panel", "aria-labelledby": "dk-tab-" + tab, tabindex: "-1" });
  let person, detail = null, drawn = "";
  shell.title(w("person.number", { id }));
  read();
  listen((ids) => { if (!ids || ids.has(detail?.id)) read(); }, signal);
  addEventListener("keydown", (event) => {
    if (!isForPage(event) || event.code !== "Escape") return;
    event.preventDefault();
    location.hash = back();
  }, { signal });
  return root;

  async function read() {
    try {
      [person, detail] = await reading(async (mine) => {
        const story = await get("users/" + id, {}, mine), isOpen = story.case && story.case.state !== "closed";
        return [story, isOpen ? await readCase(story.case.id, { filter, media: [], signal: mine }) : null];
      });
    } catch (error) {
      if (isAbort(error, signal)) return;
      if (person) shell.failed(message(error));
      else fill(root, way(), failure(message(error), w("again"), read));
      return;
    }
    const state = fingerprint([person, detail]);
    if (state === drawn) return;
    drawn = state;
    shell.title(name(person));
    const bar = tabBar(), chosen = bar.querySelector(".active");
    refill(root, way(), top(), ban(), banner(), figures(), bar, panel);
    bar.scrollLeft = chosen.offsetLeft - (bar.clientWidth - chosen.clientWidth) / 2;
    if (tab === "overview") fill(panel, overview(person));
    else readTab();
  }

  async function readTab(pages = 1) {
    if (!panel.firstChild) fill(panel, loading(w("loading")));
    try {
      const { items, more } = await readingTab((mine) => getPages(`users/${id}/${tab}`, {}, pages, mine));
      fill(panel, items.length === 0 ? el("p", { class: "txt-hint" }, w("tab.empty")) : tabs[tab](items, person),
        more && button("line dk-next", w("more"), { on: () => readTab(pages + 1) }));
    } catch (error) {
      if (!isAbort(error, signal)) fill(panel, failure(message(error), w("again"), () => readTab(pages)));
    }
  }

  function way() {
    return div("dk-row dk-wrap", link(back(), w("queue")), span("txt-hint", "/"), span("", w("person.number", { id })),
      detail && !filter.state && place(detail, (other) => goToCase(other, filter, signal)));
  }

  // back is the queue as it was left, with the case that is decided there, or the person's open one.
  function back() { return queueAddress(filter, query.case ?? detail?.id); }

  function top() {
    const facts = [person.name, ...(person.categories ?? []).map((category) => known("category", category)), price(person.price), person.since && w("here-since", { time: format(person.since, "day") }),
      person.last_seen && w("seen", { time: format(person.last_seen) })].filter(Boolean).join(" · ");
    return div("dk-row gap-20 dk-top", picture(person.picture, "xl"),
      div("dk-stack gap-5 flex-fill", div("dk-row dk-wrap", el("h1", {}, el("bdi", {}, name(person))), marks(person), (person.identities ?? []).map((provider) => label(known("provider", provider)))),
        person.description && el("p", { dir: "auto" }, person.description), el("p", { class: "txt-hint txt-sm" }, facts)),
      actButtons());
  }

  function actButtons() {
    const offers = new Map((person.acts ?? []).map((offer) => [offer.act, offer]));
    const shown = first.map((act) => offers.get(act)).filter((offer) => offer && (offer.allowed !== false || offer.act === "warn" || offer.act === "ban" && offers.get("unban")?.allowed === false));
    const hidden = menu.map((act) => offers.get(act)).filter(Boolean);
    const list = el("div", { class: "dropdown sm dk-more-menu", popover: "auto", id: "dk-more" }, hidden.map((offer) => el("button", {
      type: "button", class: "dropdown-item" + (offer.act === "erase" ? " txt-danger" : ""), disabled: offer.allowed === false, title: offer.allowed === false ? offer.why : null,
      onclick: () => { list.hidePopover(); onPerson(person, offer.act, read); },
    }, span("txt", actName(offer.act)), offer.allowed === false && el("small", {}, offer.why))));
    const opener = button("line", w("more.acts"), { icon: "more-2-fill" });
    opener.setAttribute("popovertarget", "dk-more");
    const refused = shown.filter((offer) => offer.allowed === false && offer.why);
    return div("dk-topbox", div("dk-row dk-wrap dk-topacts", shown.map((offer) => actButton(offer, () => onPerson(person, offer.act, read))), hidden.length > 0 && [opener, list]),
    refused.map((offer) => el("small", { class: "dk-why" }, `${w("act." + offer.act)}: ${offer.why}`)));
  }

  function ban() {
    if (!person.ban) return null;
    const { reason, until, by, at } = person.ban;
    return div("dk-case slim", icon("forbid-line", "urgent"), span("", el("b", {}, w("banned")), ": ", reason || w("reason.none")),
      span("txt-hint", [until ? w("until", { time: format(until) }) : w("for-ever"), at && format(at, "day"), nameOf(by)].filter(Boolean).join(", ")));
  }

  function banner() {
    const row = person.case;
    if (!row || row.state === "closed") return null;
    const open = { ...filter, state: "" };
    const address = row.target?.kind === "user" ? queueAddress({ ...open, open: 1 }, row.id) : caseAddress(row, open);
    return el("a", { class: "dk-plain dk-case slim", href: "#" + address }, span("dk-row gap-5", timeLeft(row)),
      span("dk-row dk-wrap", el("b", {}, caseTitle(row)), row.reports > 1 && badge(w("reports", { n: row.reports })), holder(row)),
      span("dk-row gap-5", w("case.decide"), icon("arrow-right-line")));
  }

  function figures() {
    const f = person.figures ?? {};
    const one = (value, words, colour) => div("", el("b", { class: colour }, value == null ? "–" : number(value, 1)), span("", words));
    return div("dk-figs", one(f.orders, w("figure.orders", { n: f.orders ?? 0 })), one(f.done, w("figure.done")), one(f.cancelled, w("figure.cancelled")),
      one(f.overdue, w("figure.overdue"), f.overdue > 0 && "soon"), one(f.rating || null, w("figure.rating")), one(f.reports, w("figure.reports"), f.reports > 0 && "soon"));
  }

  // address is this page's with another tab.
  function address(key) {
    return withQuery(`#/desk/users/${id}`, { ...filter, case: query.case, tab: key === "overview" ? "" : key });
  }

  function tabBar() {
    const counts = person.counts ?? {};
    const names = ["overview", ...Object.keys(tabs).filter((key) => key !== "overview")];
    const bar = el("div", { class: "tabs-header", role: "tablist", "aria-label": w("tabs") }, names.map((key) => el("a", {
      class: "dk-plain tab-item" + (key === tab ? " active" : ""), role: "tab", id: "dk-tab-" + key, "aria-selected": String(key === tab), "aria-controls": "dk-panel",
      tabindex: key === tab ? 0 : -1, href: address(key),
    }, w("tab." + key), counts[key] != null && badge(String(counts[key])))));
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], at = [...bar.children].indexOf(document.activeElement);
      if (step) bar.children[(at + step + bar.children.length) % bar.children.length].focus();
    });
    return bar;
  }
}
