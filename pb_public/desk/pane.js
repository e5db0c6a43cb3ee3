// The reading pane: all that is needed to judge most cases, and the verdicts.
import { fingerprint } from "./api.js";
import { caseTitle, clock, holdButton, holder, verdictBar } from "./case.js";
import { badge, button, div, el, fill, icon, label, loading, picture, quote, refill, small, span } from "./dom.js";
import { between, name, nameOf, orderLink, personLink } from "./people.js";
import { place } from "./place.js";
import { format, sinceDays } from "./time.js";
import { medium } from "./video.js";
import { known, number, w } from "./words.js";

// pane makes the pane; back leaves it, where it stands in place of the list, and go chooses another case. show draws a case: a row of
// the list first, its details when they have come. What a moderator is looking at, such as a video that plays, is left alone if it is
// still the same.
export function pane({ changed, back, go }) {
  const head = div("dk-pane-head"), body = div("dk-pane-body"), foot = div("dk-pane-foot");
  const root = el("section", { class: "dk-pane", "aria-label": w("pane") }, head, body, foot);
  let drawn = "";

  function show(row, detail) {
    if (!row) {
      drawn = "";
      fill(head);
      fill(body, div("dk-empty", el("p", { class: "txt-hint" }, w("pane.none"))));
      fill(foot);
      return;
    }
    const current = detail ?? row;
    refill(head,
      div("dk-row dk-back", button("transparent circle", "", { icon: "arrow-left-line", label: w("back-to-queue"), on: back }), detail && place(detail, go)),
      div("dk-row dk-wrap dk-grow", el("h2", { class: "dk-h1" }, caseTitle(current)), current.reports > 1 && badge(w("reports", { n: current.reports }))),
      current.state !== "closed" && span("dk-row gap-5 dk-left", clock(current)),
      div("dk-row dk-wrap dk-hold", holder(current), current.state !== "closed" && holdButton(current, changed, w("key.space"))));
    const state = detail && fingerprint([detail.id, detail.kinds, detail.reported, detail.medium, detail.signals, detail.appeal, detail.about]);
    if (!detail) {
      if (!drawn.startsWith(`["${row.id}"`)) fill(body, loading(w("loading")));
    } else if (state !== drawn) {
      drawn = state;
      fill(body, sections(detail));
      body.scrollTop = 0;
    }
    refill(foot, !detail ? span("txt-hint", w("loading")) : [detail.state !== "closed" && (!detail.taken || detail.taken.mine) && el("b", { class: "dk-word" }, w("verdict")), verdictBar(detail, changed)]);
  }

  return { root, show };
}

// sections are what there is to read, by what the case is about.
function sections(detail) {
  const said = [reportReasons(detail), reports(detail.reported, detail.more), signals(detail)].flat().filter(Boolean);
  return [
    appeal(detail),
    detail.medium ? div("dk-split", div("dk-stack", medium(detail.medium), orderLine(detail)), div("dk-stack", said.length ? said : small(w("case.nothing-said"))))
      : [detail.order && orderLine(detail), said.length > 0 && div("dk-stack", said)],
    about(detail),
    detail.wish && div("", el("h3", {}, w("wish")), quote(detail.wish)),
    before(detail),
    kept(detail),
  ];
}

function orderLine({ order }) {
  if (!order) return null;
  return div("dk-row dk-wrap", orderLink(order.id), small(between(order), ", ", known("status", order.status)));
}

// reportReasons counts the reasons of the reports that are shown.
function reportReasons(detail) {
  const counts = {};
  for (const report of detail.reported) counts[report.reason] = (counts[report.reason] ?? 0) + 1;
  const list = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  return list.length > 0 && div("dk-row dk-wrap", list.map(([reason, n], i) => label([known("reason", reason), n > 1 && number(n)].filter(Boolean).join(" "), i === 0 ? "warning" : "")));
}

const shown = 3;

// reports lists the newest reports: the first ones at once, the rest folded. more is the number of those that are older still.
export function reports(list, more = 0) {
  const one = (report) => quote(report.text || known("reason", report.reason), name(report.reporter), report.reporter?.role && ", " + known("role", report.reporter.role), " · ", format(report.created));
  const rest = list.slice(shown);
  return [list.slice(0, shown).map(one), rest.length > 0 && el("details", { class: "dk-more" }, el("summary", {}, w("reports.more", { n: rest.length + more })), div("dk-stack", rest.map(one)),
    more > 0 && small(w("reports.beyond", { n: more })))].flat();
}

function signals(detail) {
  const seen = new Set();
  const isToldAbove = (signal) => signal.kind === "appeal" && signal.text === detail.appeal?.text;
  return (detail.signals ?? []).filter((signal) => signal.text && !isToldAbove(signal) && !seen.has(signal.kind + signal.text) && seen.add(signal.kind + signal.text))
    .map((signal) => quote(signal.kind === "blocked" ? w("signal.blocked", { n: Number(signal.text) }) : signal.text, known("kind", signal.kind), " · ", format(signal.created)));
}

function appeal({ appeal: written, kinds, user }) {
  if (!written || !kinds.includes("appeal")) return null;
  return [
    div("", el("h3", {}, w("appeal.writes")), quote(written.text, name(user))),
    div("", el("h3", {}, w("appeal.banned-for")), div("dk-lines", div("", icon("forbid-line"), div("", el("p", { dir: "auto" }, written.ban_reason || w("reason.none")),
      small(written.ban_until ? w("until", { time: format(written.ban_until, "day") }) : w("for-ever")))))),
  ];
}

// about tells whom the case is about.
function about({ user, about: figures }) {
  if (!user) return null;
  const line = figures && [figures.orders != null && w("orders", { n: figures.orders }), figures.rating ? w("rated", { rating: number(figures.rating, 1) }) : w("unrated"),
    figures.since && w("here-for", { n: sinceDays(figures.since) })].filter(Boolean).join(" · ");
  const warning = figures?.last_warning;
  return div("", el("h3", {}, w("about")), div("dk-card dk-person", picture(user.picture, "round l"), div("",
    el("p", {}, personLink(user), " ", small([known("role", user.role), w("number", { id: user.id })].join(", ")), user.banned && [" ", label(w("banned"), "danger")]),
    line && el("p", {}, line),
    warning && el("p", { class: "soon" }, w("warned-on", { time: format(warning.at, "day"), text: warning.text || w("reason.none") })),
    !warning && figures?.warnings > 0 && el("p", { class: "soon" }, w("warnings", { n: figures.warnings })))));
}

// before lists what was decided earlier about the target of a case, or about an order or a person.
export function before({ before: verdicts }) {
  if (!verdicts?.length) return null;
  return el("section", {}, el("h2", {}, w("before")), div("dk-lines", verdicts.map((old) => div("", icon("history-line"),
    span("", `${known("kind", old.kind)}: ${known("verdict.done", old.verdict)}`), span("dk-right txt-hint", [format(old.closed, "day"), nameOf(old.closed_by)].filter(Boolean).join(", "))))));
}

// kept is what a report says that the target was like, which may have changed since.
function kept(detail) {
  const first = detail.reported.find((report) => report.kept && (Object.values(report.kept.texts ?? {}).some(Boolean) || report.kept.still));
  if (!first) return null;
  return el("details", { class: "dk-more" }, el("summary", {}, w("kept")), div("dk-stack",
    first.kept.still && el("img", { class: "dk-kept", src: first.kept.still, alt: "" }),
    Object.entries(first.kept.texts ?? {}).filter(([, text]) => text).map(([field, text]) => quote(String(text), known("field", field), " · ", format(first.created)))));
}

