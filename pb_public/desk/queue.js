// The queue: open cases, the oldest clock first, or those that are decided, the newest verdict first; and the chosen one beside them.
// Filters and place are in the address.
import { getPages, isAbort, message } from "./api.js";
import { caseAddress, caseTitle, isForPage, kindIcon, kinds, pressed, readCase, renew, who } from "./case.js";
import { badge, button, chip, div, el, failure, fill, icon, kbd, loading, picture, small, span } from "./dom.js";
import { listen, lostSince } from "./live.js";
import { newest } from "./newest.js";
import { pane } from "./pane.js";
import { from, name } from "./people.js";
import { filterOf, queueAddress } from "./place.js";
import { shell } from "./shell.js";
import { dayOf, format, heat, minutesLeft, time, timeLeft, zone } from "./time.js";
import { known, number, w } from "./words.js";

const patience = 150; // milliseconds that a choice by keys must last before its details are read
const tick = 3e4; // milliseconds between two looks at the clocks

// What was seen last is shown again at once, while it is read anew.
const seen = { key: "", counts: null, items: [], more: false };

// Mails about a case lead to it by its id.
export function page({ id: mailed, query, signal }) {
  const filter = filterOf(query), isDecided = filter.state === "closed";
  const key = JSON.stringify(filter);
  if (seen.key !== key) Object.assign(seen, { key, items: [], more: false, pages: 1, read: false });
  let chosen = query.case ?? mailed ?? "", detail = null, failed = null, lastClosed = "", waiting = 0;
  const readList = newest(signal), readChosen = newest(signal);

  const head = div("dk-head"), list = el("section", { class: "dk-list", "aria-label": w("queue"), tabindex: "-1" });
  const reader = pane({ changed, back: () => history.back(), go: (id) => choose(id) });
  const columns = div("dk-cols"), keys = div("dk-keys");
  const root = div("page-content dk dk-queue" + (query.open ? " open" : ""), head, columns, keys);
  shell.title(w("queue"));
  if (mailed) history.replaceState(history.state, "", address({}));
  draw();
  refresh();
  listen(event, signal);
  renew(() => detail, changed, signal);
  const clock = setInterval(draw, tick);
  signal.addEventListener("abort", () => clearInterval(clock));
  addEventListener("keydown", press, { signal });
  return root;

  // address is this page's with some of its parameters changed.
  function address(changes) {
    return "#" + queueAddress({ ...filter, case: chosen, ...changes });
  }

  function event(ids) {
    if (detail && ids?.has(detail.id)) readDetail();
    refresh();
  }

  async function refresh() {
    try {
      const { items, counts, more } = await readList((mine) => getPages("cases", filter, seen.pages, mine));
      // The chosen case stays where it is until the choice moves on, grey if somebody else closed it.
      const gone = row();
      if (gone && !items.some((other) => other.id === gone.id)) {
        items.splice(Math.min(seen.items.indexOf(gone), items.length), 0, gone);
        if (belongs(gone)) readDetail();
      }
      Object.assign(seen, { items, counts, more, read: true });
      failed = null;
    } catch (error) {
      if (isAbort(error, signal)) return;
      failed = error;
      return draw();
    }
    if (!chosen) chooseFirst();
    else if (!row()) return readDetail();
    else if (!detail) readDetail();
    draw();
  }

  function row() { return seen.items.find((item) => item.id === chosen); }

  // belongs reports whether a case is one of those that are listed; others are there only while they are chosen.
  function belongs(item) { return (item.state === "closed") === isDecided; }

  function choose(id, quiet) {
    const old = chosen;
    chosen = id;
    if (old !== id) {
      detail = null;
      seen.items = seen.items.filter((item) => belongs(item) || item.id === id);
    }
    if (/^#\/desk(\?|$)/.test(location.hash)) history.replaceState(history.state, "", address({ open: query.open })); // else it is being left
    draw();
    if (!quiet) list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    clearTimeout(waiting);
    if (id) waiting = setTimeout(readDetail, quiet || !old ? 0 : patience);
  }

  function chooseFirst() { choose(seen.items[0]?.id ?? "", true); }

  // readDetail reads the chosen case. One that the list does not have, as it is decided or beyond the pages read, is put on top of it.
  async function readDetail() {
    const id = chosen;
    if (!id) return;
    try {
      const answer = await readChosen((mine) => readCase(id, { filter, signal: mine }));
      if (id !== chosen) return;
      detail = answer;
      if (!row()) seen.items.unshift(answer);
      take(answer);
    } catch (error) {
      if (isAbort(error, signal) || id !== chosen) return;
      shell.failed(message(error));
      if (error.status === 404) seen.items = seen.items.filter((item) => item.id !== id);
      if (!row()) chooseFirst();
    }
    draw();
  }

  // take puts what may have changed of a case into its row and its details.
  function take({ id, rev, taken, state, verdict, closed, closed_by }) {
    const update = (old) => old?.id === id ? { ...old, rev, taken, state, verdict, closed, closed_by } : old;
    seen.items = seen.items.map(update);
    detail = update(detail);
  }

  // changed is called after an act on the case: with its new row, or with null if it is to be read anew.
  function changed(fresh) {
    if (fresh) {
      take(fresh);
      if (signal.aborted) return; // the page was left before the answer came
      if (fresh.state === "closed" && !isDecided) {
        lastClosed = fresh.closed;
        next();
      }
    } else readDetail();
    draw();
    refresh();
  }

  function next() {
    const at = seen.items.findIndex((item) => item.id === chosen);
    const other = seen.items.slice(at + 1).find(belongs) ?? seen.items.findLast(belongs);
    if (query.open) history.back();
    choose(other?.id ?? "");
  }

  function press(event) {
    if (!isForPage(event)) return;
    if (event.code === "ArrowDown" || event.code === "ArrowUp") {
      const at = seen.items.findIndex((item) => item.id === chosen), step = event.code === "ArrowDown" ? 1 : -1;
      const to = seen.items[Math.max(0, Math.min(seen.items.length - 1, at + step))];
      if (to) choose(to.id);
      list.querySelector("[aria-current]")?.focus({ preventScroll: true });
    } else if (event.code === "Enter" && row()) location.hash = caseAddress(row(), filter);
    else if (event.code === "Escape" && query.open) history.back();
    else if (!pressed(event, detail?.id === chosen ? detail : null, changed)) return;
    event.preventDefault();
  }

  function draw() {
    if (signal.aborted) return;
    const { counts } = seen;
    const lost = lostSince();
    const choice = (words, changes, isChosen, count) => chip(words, isChosen, () => { location.hash = address({ case: "", ...changes }); }, isDecided ? null : count);
    fill(head,
      div("dk-row dk-wrap", el("h1", {}, heading()),
        el("span", { class: "dk-right dk-live" + (lost ? " off" : ""), role: "status" }, lost ? w("live.lost", { time: format(lost, "clock") }) : w("live"))),
      div("dk-row dk-filters", div("dk-chips scroll",
        choice(w("all"), { kind: "" }, !filter.kind, counted(counts?.all)),
        Object.keys(kinds).map((kind) => choice(w("kinds." + kind), { kind: filter.kind === kind ? "" : kind }, filter.kind === kind, counted(counts?.kinds[kind]))),
        div("dk-chips dk-right dk-whose", (isDecided ? ["mine"] : ["free", "mine"]).map((whose) => choice(w("whose." + whose), { whose: filter.whose === whose ? "" : whose }, filter.whose === whose, counted(counts?.[whose]))),
          choice(w("decided"), { state: isDecided ? "" : "closed", whose: "" }, isDecided)))));
    const focused = list.contains(document.activeElement) && document.activeElement.dataset.case;
    drawColumns();
    if (focused) list.querySelector(`[data-case="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    fill(keys, seen.items.length > 0 && [
      span("", kbd("↑"), " ", kbd("↓"), " ", w("key.choose")), span("", kbd("Enter"), " ", w("key.open")),
      !isDecided && [span("", kbd(w("key.space")), " ", w("key.hold")), span("", kbd("1"), "–", kbd("4"), " ", w("key.verdict"))],
      span("", kbd("Ctrl K"), " ", w("key.search"))], span("dk-right", w("zone", { zone: zone() })));
  }

  // heading counts the cases that wait.
  function heading() {
    const { counts } = seen;
    if (isDecided) return w("decided.cases");
    if (!counts) return w("queue");
    if (!counts.all) return w("queue.empty");
    return [counts.capped ? w("cases.many", { n: counts.all }) : w("cases", { n: counts.all }), counts.urgent > 0 && [", ", span("urgent", w("urgent", { n: counts.urgent }))]];
  }

  // counted is a number of open cases on a chip, of which there may be more than the server counts.
  function counted(n) { return n == null ? null : seen.counts.capped ? number(n) + "+" : n; }

  function drawColumns() {
    if (failed && !seen.read) return fill(columns, failure(message(failed), w("again"), refresh));
    if (!seen.read) return fill(columns, loading(w("loading")));
    if (seen.items.length === 0) return fill(columns, filter.kind || filter.whose || isDecided ? emptyFilter() : empty());
    const place = list.scrollTop;
    fill(list, isDecided ? byDay() : byClock(), seen.more && button("line dk-next", w("more"), { on: () => { seen.pages++; refresh(); } }));
    if (columns.firstChild !== list) fill(columns, list, reader.root);
    list.scrollTop = place;
    reader.show(row(), detail?.id === chosen ? detail : null);
  }

  // byClock groups open cases by the time that is left, byDay those that are decided by the day of the verdict.
  function byClock() {
    return [["urgent", "urgent"], ["soon", ""], ["", ""]].map(([degree, colour]) => {
      const rows = seen.items.filter((item) => heat(minutesLeft(item.due)) === degree);
      return rows.length > 0 && [el("h2", { class: "dk-group " + colour }, w("group." + (degree || "later")), " ", span("", String(rows.length))), rows.map(item)];
    });
  }

  function byDay() {
    const days = Map.groupBy(seen.items, (it) => belongs(it) ? dayOf(it.closed) : w("case.open"));
    return [...days].map(([day, rows]) => [el("h2", { class: "dk-group" }, day), rows.map(item)]);
  }

  function item(it) {
    const second = it.kind === "overdue" || it.kind === "first" ? it.order && [from(it.order), it.order.occasion && ", " + known("occasion", it.order.occasion)] : null;
    const isClosed = it.state === "closed";
    return el("button", { type: "button", class: "dk-item" + (isClosed && !isDecided ? " closed" : ""), "data-case": it.id, "aria-current": it.id === chosen && "true", onclick: () => pick(it.id) },
      isClosed && isDecided ? time(it.closed, "clock", "dk-clock") : timeLeft(it), span("dk-thumb", picture(it.medium?.still ?? it.user?.picture), kindIcon(it)),
      span("x dk-ell", span("t dk-row", span("dk-ell", caseTitle(it)), it.reports > 1 && badge("×" + it.reports)),
        span("s dk-ell", second ?? [el("bdi", {}, name(it.user)), it.quote && [": ", el("bdi", {}, `«${it.quote}»`)]])),
      isClosed && isDecided ? span("dk-decided", known("verdict.done", it.verdict), small(who(it.closed_by)))
        : isClosed ? span("dk-taken", w("case.closed", { who: it.closed_by ? who(it.closed_by) : "…" }))
        : it.taken ? span("dk-taken" + (it.taken.mine ? " me" : ""), it.taken.mine ? w("you") : who(it.taken.by)) : span(""));
  }

  // pick opens a case: beside the list, or in its place where there is no room, with a way back.
  function pick(id) {
    if (getComputedStyle(reader.root).display !== "none") return choose(id);
    chosen = id;
    location.hash = address({ open: 1 });
  }

  function empty() {
    return div("dk-empty", icon("checkbox-circle-line", "good"), el("h2", { class: "dk-h1" }, w("queue.empty")),
      el("p", { class: "txt-hint" }, lastClosed && w("queue.last", { time: format(lastClosed) }) + " ", w("queue.new-ones")),
      button("line", w("queue.wall"), { icon: "gallery-line", href: "#/desk/media" }));
  }

  function emptyFilter() {
    const isFiltered = filter.kind || filter.whose;
    return div("dk-empty", icon(isFiltered ? "filter-off-line" : "inbox-line"), el("h2", { class: "dk-h1" }, isFiltered ? w("filter.empty") : w("decided.none")),
      isFiltered && button("line", w("filter.all"), { href: "#" + queueAddress({ state: filter.state }) }));
  }
}
