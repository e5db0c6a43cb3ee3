// The tabs of a person's story, and the overview, which shows the top of each.
import { div, el, icon, label, quote, small, span } from "./dom.js";
import { lines } from "./log.js";
import { orderRow } from "./order.js";
import { before } from "./pane.js";
import { name, nameOf, orderLink, personLink } from "./people.js";
import { format, time } from "./time.js";
import { hiddenNote, medium } from "./video.js";
import { known, w } from "./words.js";

// tabs has a function for each tab, which makes its content of its items and of the person.
export const tabs = {
  overview: null,
  orders: (items, person) => div("dk-lines", items.map((order) => ofPerson(order, person))),
  media: (items) => gallery(items),
  reports: (items) => div("dk-lines", items.map(report)),
  devices: (items) => div("dk-lines", items.map(device)),
  bans: (items) => div("dk-lines", items.map(ban)),
  notes: (items) => div("dk-stack", items.map(note)),
  log: lines,
};

// ofPerson is an order as its person sees it: the arrow goes from client to performer.
function ofPerson(order, person) {
  const isPerformer = order.performer?.id === person.id;
  return orderRow(order, [isPerformer ? "← " : "→ ", el("bdi", {}, name(isPerformer ? order.client : order.performer))]);
}

const gallery = (items) => div("dk-gallery", items.map((item) => div("", medium(item, { small: true }),
  small(item.order ? orderLink(item.order) : w("medium.of-profile")), item.hidden && small(hiddenNote(item)))));

function report(item) {
  const about = item.reporter ? [el("bdi", {}, name(item.reporter)), " → "] : "";
  const target = known("target", item.target.kind, { id: item.target.id });
  return div("", icon("flag-line"), div("", el("p", {}, about, [target, known("reason", item.reason)].filter(Boolean).join(": ")), item.text && el("p", { dir: "auto", class: "txt-hint" }, `«${item.text}»`)),
    span("dk-right txt-hint", item.verdict ? known("verdict.done", item.verdict) + ", " : item.state === "open" ? w("case.open") + ", " : "", time(item.created)));
}

function device(item) {
  const push = item.push ? w("device.push", { service: known("service", item.push) }) : w("device.no-push");
  return div("", icon("smartphone-line"), div("", el("p", {}, w("device", { id: String(item.id) }), item.language && ", " + known("language", item.language)),
    small(push, item.signed_in && [" · ", w("device.signed-in", { time: format(item.signed_in) })])), span("dk-right txt-hint", time(item.last_used)));
}

function ban(item) {
  const end = item.lifted ? w("ban.lifted", { time: format(item.lifted), by: nameOf(item.lifted_by) || w("ban.by-itself") }) : item.until ? w("until", { time: format(item.until) }) : w("for-ever");
  return div("", icon("forbid-line"), div("", el("p", { dir: "auto" }, item.reason || w("reason.none")), small(end, item.appeal && [" · ", w("case.appeal")])),
    span("dk-right txt-hint", [format(item.since), nameOf(item.by)].filter(Boolean).join(", ")));
}

const note = (item) => quote(item.text, nameOf(item.by), ", ", format(item.created));

// overview shows the person's media and orders at the left, reports, devices and notes at the right.
export function overview(person) {
  const counts = person.counts ?? {}, reports = person.reports ?? {};
  const all = (tab) => counts[tab] > 0 && el("a", { class: "dk-right", href: `#/desk/users/${person.id}?tab=${tab}` }, w("all-of", { n: counts[tab] }));
  const part = (tab, ...content) => el("section", {}, el("h2", {}, w("tab." + tab), all(tab)), content);
  const none = (text) => el("p", { class: "txt-hint" }, text);
  const share = (nothing, of) => of > 0 && span("dk-right txt-hint", w("reports.nothing", { n: nothing ?? 0, of }));
  return div("dk-two",
    div("dk-stack gap-20",
      part("media", person.media?.length ? gallery(person.media.slice(0, 5)) : none(w("media.none"))),
      part("orders", person.orders?.length ? div("dk-lines", person.orders.map((order) => ofPerson(order, person))) : none(w("orders.none")))),
    div("dk-stack gap-20",
      before(person),
      part("reports", div("dk-lines",
        div("", span("", w("reports.received", { n: reports.received ?? 0 }), reports.cases > 0 && ", " + w("reports.cases", { n: reports.cases })), share(reports.received_nothing, reports.received)),
        div("", span("", w("reports.filed", { n: reports.filed ?? 0 })), share(reports.filed_nothing, reports.filed)))),
      part("devices", person.devices?.length || person.same_device?.length ? div("dk-lines", (person.devices ?? []).map(device), (person.same_device ?? []).map((other) => div("", icon("group-line"),
        span("", w("device.same"), " ", personLink(other)), other.banned && span("dk-right", label(w("banned"), "danger"))))) : none(w("devices.none"))),
      part("notes", person.notes?.length ? div("dk-stack", person.notes.map(note)) : none(w("notes.none")))));
}

