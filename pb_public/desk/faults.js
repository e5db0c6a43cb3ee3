// Faults of operation, for owners: pushes, previews and mails that failed, to whom, when and why.
import { get, isAbort, message } from "./api.js";
import { button, div, el, failure, fill, icon, loading, span } from "./dom.js";
import { orderLink, personLink } from "./people.js";
import { shell } from "./shell.js";
import { time, zone } from "./time.js";
import { known, w } from "./words.js";

const kinds = { pushes: "notification-off-line", previews: "film-line", mails: "mail-close-line" };

export function page({ signal }) {
  const body = div("dk-stack gap-20", loading(w("loading")));
  shell.title(w("faults"));
  read();
  return div("page-content dk dk-story", div("dk-row dk-wrap", el("h1", {}, w("faults")), span("txt-hint", w("zone", { zone: zone() }))), body);

  async function read() {
    try {
      const answer = await get("faults", {}, signal), all = Object.keys(kinds);
      fill(body, all.every((kind) => answer[kind].length === 0)
        ? div("dk-empty", icon("checkbox-circle-line", "good"), el("h2", { class: "dk-h1" }, w("faults.fine")), el("p", { class: "txt-hint" }, w("faults.fine-all")))
        : all.map((kind) => part(kind, answer, signal)));
    } catch (error) {
      if (!isAbort(error, signal)) fill(body, failure(message(error), w("again"), read));
    }
  }
}

// part lists the faults of a kind, the newest first, from the first page of all kinds; older ones follow on demand.
function part(kind, first, signal) {
  const list = div("dk-lines"), bottom = div("dk-stack");
  show(first);
  return el("section", {}, el("h2", {}, w("faults." + kind)), first[kind].length === 0 ? el("p", { class: "txt-hint" }, w("faults.none")) : [list, bottom]);

  function show({ [kind]: found, more, page }) {
    list.append(...found.map((item) => line(item, kind)));
    fill(bottom, more[kind] && button("line dk-next", w("more"), { on: () => readPage(page + 1) }));
  }

  async function readPage(page) {
    fill(bottom, loading(w("loading")));
    try {
      show(await get("faults", { kind, page }, signal));
    } catch (error) {
      if (!isAbort(error, signal)) fill(bottom, failure(message(error), w("again"), () => readPage(page)));
    }
  }
}

// line tells of one fault: what it was, to whom, about what, and why.
function line(item, kind) {
  const what = kind === "previews" ? w("medium.number", { id: item.medium }) : kind === "mails" ? known("mail", item.type) : known("pushtype", item.type);
  const parts = [what, item.user && personLink(item.user), item.whom, item.order && orderLink(item.order)].filter(Boolean);
  return div("", icon(kinds[kind], "soon"), div("", el("p", {}, parts.flatMap((part, i) => i > 0 ? [" · ", part] : [part])),
    el("small", { dir: "auto", title: item.detail }, item.why || item.detail)), span("dk-right txt-hint", time(item.at)));
}
