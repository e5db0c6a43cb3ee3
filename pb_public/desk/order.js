// An order's story: its two people, what was wished for and delivered, what happened, and what can be done.
import { actBox, onMedium, onOrder, onPerson } from "./acts.js";
import { fingerprint, get, isAbort, message } from "./api.js";
import { caseTitle, clock, holdButton, holder, isForPage, pressed, readCase, renew, verdictBar, verdictsOf } from "./case.js";
import { badge, div, el, failure, fill, label, link, loading, quote, refill, small, span } from "./dom.js";
import { listen } from "./live.js";
import { newest } from "./newest.js";
import { before, reports } from "./pane.js";
import { between, card, name, price, status } from "./people.js";
import { filterOf, goToCase, place, queueAddress } from "./place.js";
import { shell } from "./shell.js";
import { format, time, zone } from "./time.js";
import { timeline } from "./timeline.js";
import { blurBox, hiddenNote, medium } from "./video.js";
import { known, number, w } from "./words.js";

export function page({ id, query, signal }) {
  const root = div("page-content dk dk-story", loading(w("loading"))), filter = filterOf(query), reading = newest(signal);
  let order, detail = null, drawn = "", mediaBox, sameMedia = "";
  shell.title(w("order", { id }));
  read();
  listen((ids) => { if (!ids || !detail || ids.has(detail.id)) read(); }, signal);
  renew(() => detail, changed, signal);
  addEventListener("keydown", press, { signal });
  return root;

  async function read() {
    try {
      [order, detail] = await reading(async (mine) => {
        const story = await get("orders/" + id, {}, mine), isOpen = story.case && story.case.state !== "closed";
        return [story, isOpen ? await readCase(story.case.id, { filter, media: story.media, signal: mine }) : null];
      });
      draw();
    } catch (error) {
      if (isAbort(error, signal)) return;
      if (order) shell.failed(message(error));
      else fill(root, head(), failure(message(error), w("again"), read));
    }
  }

  function changed() { read(); }

  function press(event) {
    if (!isForPage(event)) return;
    if (event.code === "Escape") location.hash = back();
    else if (!pressed(event, detail, changed)) return;
    event.preventDefault();
  }

  // draw leaves the page alone if nothing has changed: a video may be playing.
  function draw() {
    const state = fingerprint([order, detail]);
    if (state === drawn) return;
    drawn = state;
    const media = JSON.stringify(order.media.map((item) => [item.id, item.hidden, item.still === null]));
    if (media !== sameMedia || !mediaBox.querySelector("video")) mediaBox = mediaPart();
    sameMedia = media;
    refill(root, head(), detail && banner(),
      div("dk-two",
        div("dk-stack gap-20 dk-main", people(), div("dk-split wide", mediaBox, textPart()), others()),
        div("dk-stack gap-20", acts(), !detail && before(order), el("section", {}, el("h2", {}, w("timeline"), small(w("zone", { zone: zone() }))), timeline(order.timeline)))),
      detail && div("dk-thumbs", verdictBar(detail, changed)));
  }

  function head() {
    return div("dk-row dk-wrap", link(back(), w("queue")), span("txt-hint", "/"), el("h1", {}, w("order", { id })), order && [
      status(order), span("txt-hint", [order.occasion && known("occasion", order.occasion), price(order.price)].filter(Boolean).join(" · ")),
      detail && !filter.state && place(detail, (other) => goToCase(other, filter, signal))]);
  }

  // back is the queue as it was left, with the case that is decided there, or the order's open one.
  function back() { return queueAddress(filter, query.case ?? detail?.id); }

  function banner() {
    const earlier = order.before?.length ? w("case.before", { n: order.before.length, verdict: known("verdict.done", order.before[0].verdict) }) : w("case.before-none");
    return div("dk-case", div("dk-big", clock(detail)),
      div("", div("dk-row dk-wrap", el("b", {}, caseTitle(detail)), detail.reports > 1 && badge(w("reports", { n: detail.reports }))),
        div("dk-row dk-wrap dk-hold", holder(detail), holdButton(detail, changed, w("key.space")), span("txt-hint", earlier))),
      verdictBar(detail, changed));
  }

  function people() {
    const figures = (person) => person && [person.orders != null && w("orders", { n: person.orders }), person.rating ? w("rated", { rating: number(person.rating, 1) }) : null,
      person.reports > 0 && w("reports", { n: person.reports })].filter(Boolean).join(" · ");
    const lines = (person) => [figures(person) && el("p", { class: "txt-hint txt-sm" }, figures(person)), person?.warnings > 0 && el("p", { class: "soon txt-sm" }, w("warnings", { n: person.warnings }))];
    const { client, performer } = order;
    return div("dk-people", card(client, [w("role.client"), client && w("number", { id: client.id })].filter(Boolean).join(", "), ...lines(client)),
      div("dk-between", el("i", { class: "ri-arrow-right-line", "aria-hidden": "true" }), order.pair?.orders > 1 ? w("orders.together", { n: order.pair.orders }) : w("orders.first")),
      card(performer, [w("role.performer"), performer && w("number", { id: performer.id })].filter(Boolean).join(", "), ...lines(performer)));
  }

  function mediaPart() {
    const box = div("dk-stack", el("h2", {}, w(order.media[0]?.type === "image" ? "photo" : "video"), order.done && small(w("delivered-at", { time: format(order.done) })), order.media.length > 0 && blurBox(() => box)),
      order.media.length === 0 ? div("dk-none", w("video.none")) : order.media.map((item) => [medium(item), hiddenNote(item) && small(hiddenNote(item))]));
    return box;
  }

  function textPart() {
    const list = order.reports ?? [];
    return div("dk-stack", el("h2", {}, w("wish")), order.description ? quote(order.description) : small(w("wish.none")),
      order.rating_text && [el("h2", { class: "m-t-10" }, w("review")), quote(order.rating_text, w("rated", { rating: number(order.rating, 1) }))],
      order.cancel_text && [el("h2", { class: "m-t-10" }, w("cancel-reason")), quote(order.cancel_text)],
      list.length > 0 && [el("h2", { class: "m-t-10" }, w("tab.reports")), reports(list, order.report_count - list.length)]);
  }

  function others() {
    if (!order.others?.length) return null;
    return div("", el("h2", {}, w("orders.others")), div("dk-lines", order.others.map((row) => orderRow(row))));
  }

  // An act that is a verdict now stands in the banner only.
  function acts() {
    const now = detail ? verdictsOf(detail) : [];
    const verdictOf = { hide: "hidden", cancel: "cancelled", warn: "warned", ban: "banned" };
    const places = ["note", "status", "cancel", "hide", "show", "warn", "ban", "remove"]; // deleting for good stands apart, at the end
    const offers = (order.acts ?? []).filter(({ act }) => places.includes(act) && !now.includes(verdictOf[act])).sort((a, b) => places.indexOf(a.act) - places.indexOf(b.act));
    const buttons = [], ofPeople = { client: [], performer: [] };
    for (const offer of offers) {
      const items = order.media.filter((item) => offer.act === "show" ? item.hidden : offer.act === "hide" ? !item.hidden : true);
      if (["hide", "show", "remove"].includes(offer.act)) {
        for (const item of items) buttons.push(actBox({ ...offer, words: w(`act.${offer.act}.${item.type}`) }, () => onMedium(item, offer.act, read)));
      } else if (["warn", "ban"].includes(offer.act)) {
        for (const role of ["client", "performer"]) if (order[role] && !order[role].erased) ofPeople[role].push(actBox({ ...offer, words: `${w("act." + offer.act)}: ${name(order[role])}` }, () => onPerson(order[role], offer.act, read)));
      } else buttons.push(actBox(offer, () => onOrder(order, offer.act, read)));
    }
    return el("section", {}, el("h2", {}, w("acts")), div("dk-acts", buttons), div("dk-acts", ofPeople.client, ofPeople.performer));
  }
}

// orderRow is one line of a list of orders; from whose side it is told, is the caller's.
export function orderRow(row, words = null) {
  return el("a", { class: "dk-plain dk-order", href: "#/desk/orders/" + row.id }, span("txt-hint", w("number", { id: row.id })), el("b", { class: "dk-ell" }, words ?? between(row)),
    span("dk-ell", row.occasion && known("occasion", row.occasion)), span("txt-hint", time(row.created, "day")), row.reports > 0 ? label(w("reports", { n: row.reports }), "warning") : status(row));
}
