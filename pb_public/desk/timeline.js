// What happened, newest first, by day. A push is a line with a bell: delivered, or not and why.
import { div, el, icon, small } from "./dom.js";
import { has, known, w } from "./words.js";
import { dayOf, time } from "./time.js";
import { name } from "./people.js";
import { who } from "./case.js";

const icons = {
  created: "file-list-3-line", delivered: "movie-line", cancelled: "close-circle-line", reviewed: "star-line", status: "refresh-line", report: "flag-line",
  opened: "inbox-line", closed: "checkbox-circle-line", note: "sticky-note-line", hidden: "eye-off-line", shown: "eye-line", removed: "delete-bin-7-line",
  warned: "spam-2-line", banned: "forbid-line", unban: "shield-check-line", edit: "edit-line", contacts: "contacts-book-line",
};

// timeline lists entries {at, kind, who, text, push}.
export function timeline(entries) {
  if (!entries?.length) return small(w("timeline.none"));
  const told = entries.filter((entry) => entry.kind !== "verdict"); // the case that it closed tells of it
  const days = Map.groupBy(told, (entry) => dayOf(entry.at));
  return [...days].map(([day, list]) => [el("h3", { class: "dk-day" }, day), el("ul", { class: "dk-time" }, list.map(line))]);
}

// outcomes are what became of a push, as the outbox has it: it is there, it waits, or else it never came.
const outcomes = { sent: "good", waiting: "", held: "" };

// about is what an entry's code adds to its title.
function about({ kind, code, push }) {
  if (!code) return "";
  if (push) return known("pushtype", code);
  return { report: () => known("reason", code), closed: () => known("verdict.done", code), status: () => known("status", code) }[kind]?.() ?? "";
}

function line(entry) {
  const { push } = entry;
  const picture = push ? icon(push.state in outcomes ? "notification-3-line" : "notification-off-line", outcomes[push.state] ?? "soon") : icon(icons[entry.kind] ?? "record-circle-line");
  const title = push ? known("push", push.state) : has("event." + entry.kind) ? w("event." + entry.kind) : known("did", entry.kind);
  const whose = entry.who && (typeof entry.who === "object" ? name(entry.who) : who(entry.who));
  return el("li", {}, time(entry.at, "clock"), picture, div("",
    el("p", {}, title, whose && [": ", el("bdi", {}, whose)]), [about(entry), push?.why, entry.text].filter(Boolean).map((text) => el("small", { dir: "auto" }, text))));
}
