// The log: who did what to whom, when, why, and from what to what. Filters are in the address.
import { getPages, isAbort, me, message } from "./api.js";
import { button, div, el, failure, fill, icon, link, loading, span, withQuery } from "./dom.js";
import { newest } from "./newest.js";
import { shell } from "./shell.js";
import { dayOf, format, time, zone } from "./time.js";
import { known, w } from "./words.js";

const filters = ["who", "what", "kind", "id", "from", "to"];
const kinds = ["user", "order", "media", "case"];
const acts = ["sign-in", "verdict", "hide", "show", "remove", "cancel", "status", "warn", "ban", "unban", "sign-out", "erase", "edit", "note", "contacts", "export", "create", "delete"];

export function page({ query, signal }) {
  const body = div("dk-stack"), fields = {}, reading = newest(signal);
  const form = el("form", { class: "dk-filter", onsubmit: (event) => { event.preventDefault(); go(); } },
    field("who", "text", { placeholder: "vera@example.com" }), choice("what", acts, (act) => known("did", act)), choice("kind", kinds, (kind) => w("log.kind." + kind)),
    field("id", "text", { inputmode: "numeric" }), field("from", "date"), field("to", "date"),
    div("dk-row", el("button", { class: "btn sm line" }, icon("filter-3-line"), span("txt", w("filter"))), filters.some((name) => query[name]) && button("transparent", w("filter.all"), { href: "#/desk/log" })));
  const download = button("line", w("log.csv"), { icon: "download-2-line", on: save });
  const root = div("page-content dk dk-story", div("dk-row dk-wrap", el("h1", {}, w("log")), span("txt-hint", w("zone", { zone: zone() })), span("dk-right", me.isOwner && download)), form, body);
  shell.title(w("log"));
  read(1);
  return root;

  function named(name, input) {
    fields[name] = input;
    return div("", el("label", { for: input.id }, w("log." + name)), input);
  }

  function field(name, type, more) {
    return named(name, el("input", { id: "dk-log-" + name, type, value: query[name] ?? "", maxlength: 200, ...more }));
  }

  function choice(name, values, words) {
    return named(name, el("select", { id: "dk-log-" + name }, ["", ...values].map((value) => el("option", { value, selected: (query[name] ?? "") === value }, value ? words(value) : w("all")))));
  }

  function go() {
    location.hash = withQuery("#/desk/log", Object.fromEntries(filters.map((name) => [name, fields[name].value.trim()])));
  }

  // asked is the filter as the server takes it. Days are those of the moderator's zone.
  function asked() {
    const day = (text, later) => {
      const at = new Date(text + "T00:00");
      at.setDate(at.getDate() + later);
      return at.toISOString();
    };
    const all = { who: query.who, what: query.what, whom: query.id && `${query.kind || "user"} ${query.id}`, from: query.from && day(query.from, 0), to: query.to && day(query.to, 1) };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
  }

  async function read(pages) {
    if (pages === 1) fill(body, loading(w("loading")));
    try {
      const { items, more } = await reading((mine) => getPages("log", asked(), pages, mine));
      fill(body, items.length === 0 ? el("p", { class: "txt-hint" }, w("log.none")) : lines(items), more && button("line dk-next", w("more"), { on: () => read(pages + 1) }));
    } catch (error) {
      if (!isAbort(error, signal)) fill(body, failure(message(error), w("again"), () => read(pages)));
    }
  }

  // save downloads the whole log as it is filtered. A link couldn't: it sends no Authorization.
  async function save() {
    try {
      const answer = await fetch(app.pb.buildURL("/api/desk/log.csv?" + new URLSearchParams(asked())), { headers: { Authorization: app.pb.authStore.token }, signal });
      if (!answer.ok) throw new Error(w("error.status", { status: answer.status }));
      const address = URL.createObjectURL(await answer.blob());
      el("a", { href: address, download: "log.csv" }).click();
      setTimeout(() => URL.revokeObjectURL(address), 6e4);
    } catch (error) {
      if (!isAbort(error, signal)) shell.failed(message(error));
    }
  }
}

// lines lists rows of the log by day.
export function lines(items) {
  const days = Map.groupBy(items, (row) => dayOf(row.at));
  return div("dk-stack", [...days].map(([day, rows]) => el("section", {}, el("h3", { class: "dk-day" }, day), div("dk-lines", rows.map(line)))));
}

function line(row) {
  const about = row.act !== "sign-in" && target(row), verdict = row.act === "verdict" && row.after?.verdict;
  return div("dk-logline", time(row.at, "clock", "txt-hint"), el("span", { class: "dk-ell txt-hint", title: row.actor }, actor(row)),
    div("", el("p", {}, el("b", {}, known("did", row.act), verdict && [", ", known("verdict.done", verdict)]), about && [": ", about]), row.reason && el("p", { class: "txt-hint", dir: "auto" }, row.reason), changes(row)));
}

// actor is who did it: a superuser, somebody at the server's command line, or a rule.
const actor = (row) => row.actor === "operator" ? w("log.operator") : row.actor || w("log.rule");

function target({ target_kind: kind, target_id: id }) {
  const text = known("target", kind, { id });
  if (kind === "user") return link("/desk/users/" + id, text);
  if (kind === "order") return link("/desk/orders/" + id, text);
  return text && span("", text);
}

const ofFields = { status: "status", role: "superuser" };
const told = new Set(["hidden_by", "verdict"]); // by the row itself
const concealed = "…"; // what the log has in place of texts and contacts

// changes tells what was changed, from what to what; of what the log keeps to itself, that it was.
function changes({ before, after }) {
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const parts = keys.filter((key) => !told.has(key)).map((key) => {
    const from = value(before?.[key], key), to = value(after?.[key], key), field = known("field", key) + ": ";
    if (from === concealed || to === concealed) return [field, w(from ? "log.changed" : "log.set")];
    return [field, from && [el("bdi", {}, from), " → "], el("bdi", {}, to || "–")];
  });
  return parts.length > 0 && el("small", { dir: "auto" }, parts.map((part, i) => [i > 0 && "; ", part]));
}

function value(raw, key) {
  if (raw == null || raw === "") return "";
  if (raw === "true") return w("log.yes"); // false is ""
  if (typeof raw === "object") return Array.isArray(raw) ? raw.join(", ") : JSON.stringify(raw);
  if (/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d/.test(raw)) return format(raw.replace(" ", "T").replace(/Z?$/, "Z"));
  return key in ofFields ? known(ofFields[key], raw) : String(raw);
}
