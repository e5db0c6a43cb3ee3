// What happened, newest first, by day. A push is a line with a bell: delivered, or not and why.
import { div, el, icon, small } from "./dom.js";
import { known, w } from "./words.js";
import { dayOf, time } from "./time.js";
import { name } from "./people.js";

const icons = {
  created: "file-list-3-line", new: "file-list-3-line", done: "movie-line", delivered: "movie-line", cancelled: "close-circle-line", reviewed: "star-line", status: "refresh-line",
  media: "movie-line", report: "flag-line", case: "inbox-line", opened: "inbox-line", closed: "checkbox-circle-line", taken: "hand", hidden: "eye-off-line",
  shown: "eye-line", removed: "delete-bin-7-line", warned: "spam-2-line", banned: "forbid-line", note: "sticky-note-line", reminder: "alarm-line", overdue: "timer-line", edit: "edit-line",
};

// timeline lists entries {at, kind, who, text, push}.
export function timeline(entries) {
  if (!entries?.length) return small(w("timeline.none"));
  const days = Map.groupBy(entries, (entry) => dayOf(entry.at));
  return [...days].map(([day, list]) => [el("h3", { class: "dk-day" }, day), el("ul", { class: "dk-time" }, list.map(line))]);
}

function line(entry) {
  const { push } = entry;
  const isBad = push && !["delivered", "sent", "waiting", "pending"].includes(push.state);
  const picture = push ? icon(isBad ? "notification-off-line" : "notification-3-line", isBad ? "soon" : push.state === "waiting" || push.state === "pending" ? "" : "good") : icon(icons[entry.kind] ?? "record-circle-line");
  const title = push ? known("push", push.state) : known("event", entry.kind);
  const whose = entry.who && (typeof entry.who === "object" ? name(entry.who) : String(entry.who).split("@")[0]);
  const below = [push?.why, entry.text].filter(Boolean);
  return el("li", {}, time(entry.at, "clock"), picture, div("",
    el("p", {}, title, whose && [": ", el("bdi", {}, whose)]), below.map((text) => el("small", { dir: "auto" }, text))));
}

