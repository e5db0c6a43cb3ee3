// Faults of operation, for owners: pushes, previews and mails that failed, to whom, when and why.
import { get, isAbort, message } from "./api.js";
import { div, el, failure, fill, icon, link, loading, small, span } from "./dom.js";
import { personLink } from "./people.js";
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
      const answer = await get("faults", {}, signal);
      fill(body, Object.entries(kinds).map(([kind, picture]) => part(kind, picture, answer[kind] ?? [])));
    } catch (error) {
      if (!isAbort(error, signal)) fill(body, failure(message(error), w("again"), read));
    }
  }
}

function part(kind, picture, found) {
  const items = Array.isArray(found) ? found : found.items ?? [];
  return el("section", {}, el("h2", {}, w("faults." + kind)), items.length === 0 ? el("p", { class: "txt-hint" }, w("faults.none"))
    : div("dk-lines", items.map((item) => div("", icon(picture, "soon"), div("", el("p", {}, item.type && [known("pushtype", item.type), " "], item.user && personLink(item.user),
      item.order && [" ", link("/desk/orders/" + (item.order.id ?? item.order), w("order", { id: item.order.id ?? item.order }))]), small(item.why ?? item.error ?? "")),
    span("dk-right txt-hint", time(item.at ?? item.created))))));
}
