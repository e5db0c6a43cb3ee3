// What the queue's pane and an order's banner share of a case: its words, who holds it, and its verdicts.
import { get, me, message, post } from "./api.js";
import { ask } from "./dialog.js";
import { button, div, el, icon, isTyping, picture, span, withQuery } from "./dom.js";
import { name, nameOf } from "./people.js";
import { shell } from "./shell.js";
import { duration, format, minutesLeft, timeLeft } from "./time.js";
import { known, number, w } from "./words.js";
import { banWill, cancelWill, hideWill, unbanWill, warnWill } from "./will.js";

export const kinds = { report: "flag-line", appeal: "scales-3-line", overdue: "timer-line", low: "star-half-line", word: "chat-delete-line", first: "user-star-line", blocked: "user-forbid-line" };
const renewal = 24e4; // milliseconds; a lease is ten minutes

// readCase reads all of a case, with its place in the queue of a filter. reported are the newest reports on it; reports is their number, as
// in a row of the queue. A case about an order is shown with what was delivered: media, if they are known, else they are read. Once it is
// decided that may be hidden.
export async function readCase(id, { filter, media, signal }) {
  const answer = await get("cases/" + id, filter, signal);
  const isClosed = answer.state === "closed";
  const isOfOrder = !answer.medium && answer.order && (isClosed || isOffered(answer, "hidden"));
  const medium = isOfOrder ? (media ?? await delivered(answer.order.id, signal)).find((item) => isClosed || !item.hidden) ?? null : answer.medium;
  return { ...answer, medium, reported: answer.reports, reports: answer.reports.length + answer.more };
}

async function delivered(order, signal) {
  try {
    return (await get("orders/" + order, {}, signal)).media;
  } catch {
    return []; // the order's page tells why
  }
}

const isOffered = (detail, verdict) => detail.verdicts?.some((offer) => offer.verdict === verdict && offer.allowed);

// thing names what a case is about, as a part of keys of words.
const thing = (row) => row.target.kind === "media" ? typeOf(row) : row.target.kind;

// typeOf is the type of a case's medium, as a part of keys of words.
const typeOf = (row) => row.target.kind === "user" ? "profile" : row.medium?.type ?? "video";

// caseTitle says what a case is.
export function caseTitle(row) {
  switch (row.kind) {
    case "report": return w("case.report." + thing(row), { id: row.target.id });
    case "overdue": return w("case.overdue", { id: row.order?.id ?? row.target.id });
    case "low": return row.rating ? w("case.low", { rating: number(row.rating, 1) }) : w("case.low-rating");
    case "word": return row.word ? w("case.word", { word: row.word }) : w("case.words");
  }
  return known("case", row.kind);
}

// caseAddress is the page that tells all about a case's target. It takes the filter of the queue along, and a case that is decided, which
// that page does not show.
export function caseAddress(row, filter = {}) {
  const page = row.order ? "/desk/orders/" + row.order.id : "/desk/users/" + (row.user?.id ?? row.target.id);
  return withQuery(page, { ...filter, case: row.state === "closed" && row.id });
}

// clock is the time that is left, with words.
export const clock = (row) => [el("small", {}, w(minutesLeft(row.due) < 0 ? "late" : "left")), timeLeft(row, true)];

// verdictOf tells what was decided, by whom and when.
const verdictOf = (row) => w("case.closed-by", { who: who(row.closed_by), time: format(row.closed), verdict: known("verdict.done", row.verdict) });

// holder tells who has taken a case and for how long.
export function holder(row) {
  if (row.state === "closed") return span("dk-taken", verdictOf(row));
  const { taken } = row;
  if (!taken) return span("dk-taken", w("case.free"));
  const time = duration(minutesLeft(taken.until));
  return span("dk-taken" + (taken.mine ? " me" : ""), taken.mine ? w("case.taken-me", { time }) : w("case.taken-by", { who: who(taken.by), time }));
}

// who names a moderator, or says that it is the one who is signed in.
export const who = (email) => email === me.email ? w("you") : nameOf(email) ?? "";

// holdButton takes a case, gives it back, or takes it over.
export function holdButton(row, changed, key) {
  const words = row.taken?.mine ? "case.release" : row.taken ? "case.take-over" : "case.take";
  return button("line", w(words), { key, on: () => hold(row, changed) });
}

export async function hold(row, changed) {
  try {
    const act = row.taken?.mine ? "release" : "take";
    changed(await post(`cases/${row.id}/${act}`, row.taken && !row.taken.mine ? { over: true } : {}));
  } catch (error) {
    shell.failed(message(error));
    changed(null);
  }
}

// renew keeps a case that is mine while its page is open and seen.
export function renew(current, changed, signal) {
  const timer = setInterval(async () => {
    const row = current();
    if (!row?.taken?.mine || document.hidden) return;
    try {
      changed(await post(`cases/${row.id}/renew`));
    } catch {
      changed(null); // somebody else has it now: read it anew
    }
  }, renewal);
  signal.addEventListener("abort", () => clearInterval(timer));
}

// pressed carries out what a key means for a case: Space takes it or gives it back, 1 to 4 are its verdicts. It reports whether
// the key means anything.
export function pressed(event, detail, changed) {
  if (!detail || detail.state === "closed") return false;
  if (event.code === "Space") {
    hold(detail, changed);
    return true;
  }
  const isTheirs = detail.taken && !detail.taken.mine;
  const verdict = /^Digit[1-4]$/.test(event.code) && !isTheirs && verdictsOf(detail)[Number(event.code.slice(5)) - 1];
  if (verdict) judge(detail, verdict, changed);
  return !!verdict;
}

// isForPage reports whether a key belongs to the page: no text field has it, no dialog is open, and it is no other control's.
export function isForPage(event) {
  if (event.defaultPrevented || isTyping() || event.ctrlKey || event.altKey || event.metaKey || document.querySelector(".modal[data-modal-state=open], :popover-open")) return false;
  const focused = document.activeElement;
  if (focused?.tagName === "VIDEO") return event.code === "Escape";
  const isControl = /^(BUTTON|A|SUMMARY|INPUT)$/.test(focused?.tagName) && !focused.classList.contains("dk-item");
  return !(isControl && (event.code === "Enter" || event.code === "Space" || focused.type === "radio"));
}

const reasonsFor = { lifted: "unban", hidden: "hide", cancelled: "cancel", warned: "warn", banned: "ban" };
const order = ["nothing", "lifted", "hidden", "cancelled", "warned", "banned"]; // removing for good stands apart, among the acts

// verdictsOf returns the verdicts that can be given now, always in the same order. An order is cancelled where there is nothing to hide.
export const verdictsOf = (detail) => order.filter((verdict) => isOffered(detail, verdict) && !(verdict === "cancelled" && isOffered(detail, "hidden")));

function verdictName(detail, verdict) {
  if (verdict === "nothing") return w(detail.kind === "appeal" ? "verdict.keep" : detail.kind === "first" ? "verdict.fine" : "verdict.nothing");
  if (verdict === "hidden") return w("verdict.hidden." + typeOf(detail));
  return w("verdict." + verdict);
}

// verdictBar holds the buttons of the verdicts, with their keys, or says who decides.
export function verdictBar(detail, changed) {
  if (detail.state === "closed") return span("txt-hint", verdictOf(detail));
  if (detail.taken && !detail.taken.mine) return span("txt-hint", w("case.theirs", { who: who(detail.taken.by) }));
  const verdicts = verdictsOf(detail);
  if (verdicts.length === 0) return span("txt-hint", detail.verdicts?.find((offer) => offer.why)?.why ?? "");
  return div("dk-verdicts", verdicts.map((verdict, i) => button(
    i === 0 ? "dk-first" : verdict === "banned" ? "line danger" : "line", verdictName(detail, verdict) + (verdict === "banned" ? "…" : ""),
    { key: String(i + 1), icon: i === 0 && "check-line", on: () => judge(detail, verdict, changed) })));
}

// judge gives a verdict: at once where it does nothing but close, else after the dialog. changed gets the closed case, or null
// if all is to be read anew.
export async function judge(detail, verdict, changed) {
  const give = async ({ text = "", until = null } = {}) => {
    const row = await post(`cases/${detail.id}/verdict`, { rev: detail.rev, verdict, text, until, ban: detail.user?.banned_at, order_rev: detail.order?.rev });
    shell.done(w("case.done", { verdict: verdictName(detail, verdict) }));
    changed(row);
  };
  if (verdict === "nothing") {
    try {
      await give();
    } catch (error) {
      shell.failed(message(error));
      changed(null);
    }
    return;
  }
  const act = verdictName(detail, verdict);
  await ask({
    key: `case ${detail.id} ${verdict}`,
    title: `${act}: ${name(detail.user)}`,
    about: w("case.closes", { title: caseTitle(detail) }),
    picture: verdict === "hidden" && detail.medium ? picture(detail.medium.still, "", "film-line") : picture(detail.user?.picture, "round"),
    act: reasonsFor[verdict], label: isRead(verdict) ? null : w("dialog.for-log"), speaks: isRead(verdict) ? languageOf(detail.user) : null, ends: verdict === "banned", optional: verdict === "lifted",
    danger: verdict === "banned",
    button: verdict === "banned" ? banButton : act,
    will: willOf(detail, verdict),
    send: give,
  });
}

// languageOf returns the language of the device that a person used last, or undefined if it isn't known.
export async function languageOf(person) {
  if (!person) return undefined;
  try {
    return (person.devices ?? (await get("users/" + person.id)).devices)?.[0]?.language;
  } catch {
    return undefined;
  }
}

// isRead reports whether the person reads the reason of a verdict; the others are for the log.
const isRead = (verdict) => ["warned", "banned", "cancelled"].includes(verdict);

// banButton repeats the ban's end.
export const banButton = ({ days }) => days === 0 ? w("ban.never") : days === "other" ? w("ban.until") : w("ban.days", { n: days });

function willOf(detail, verdict) {
  switch (verdict) {
    case "hidden": return hideWill(typeOf(detail), detail.reports > 0 && ["notification-3-line", w("people", { n: detail.reports }), w("will.reporters", { n: detail.reports })]);
    case "cancelled": return cancelWill();
    case "warned": return warnWill();
    case "banned": return banWill(detail.user);
    case "lifted": return unbanWill();
  }
}

// kindIcon stands at the corner of a row's picture.
export const kindIcon = (row) => el("span", { class: "dk-kind" }, icon(kinds[row.kind] ?? "inbox-line"), span("dk-unseen", known("kind", row.kind)));
