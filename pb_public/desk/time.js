// Times. All of them are written by format, in the zone of the moderator's browser, and show UTC when pointed at.
import { el } from "./dom.js";
import { locale, w } from "./words.js";

let ahead = 0; // milliseconds that the server's clock is ahead of this one

// setClock takes the server's time, by which cases run out.
export const setClock = (text) => { ahead = Date.parse(text) - Date.now() || 0; };
export const now = () => Date.now() + ahead;

const day = { day: "numeric", month: "long" }, clock = { hour: "2-digit", minute: "2-digit" };

function isSameDay(a, b) { return a.toDateString() === b.toDateString(); }

function write(date, options) { return new Intl.DateTimeFormat(locale(), options).format(date); }

// format writes a time (RFC 3339) in one of these forms:
//   clock   20:31
//   day     26 November, with the year if it is another one
//   near    today, 20:31; yesterday, 20:31; 20 November, 18:04
//   full    26 November 2026, 20:31 GMT+3
export function format(text, form = "near") {
  const date = new Date(text), today = new Date(now());
  if (Number.isNaN(date.getTime())) return "";
  const year = date.getFullYear() === today.getFullYear() ? {} : { year: "numeric" };
  switch (form) {
    case "clock": return write(date, clock);
    case "day": return write(date, { ...day, ...year });
    case "full": return write(date, { ...day, year: "numeric", ...clock, timeZoneName: "short" });
  }
  const yesterday = new Date(today);
  yesterday.setDate(today.getDate() - 1); // which may have 23 or 25 hours
  const on = isSameDay(date, today) ? w("time.today") : isSameDay(date, yesterday) ? w("time.yesterday") : write(date, { ...day, ...year });
  return `${on}, ${write(date, clock)}`;
}

// dayOf is the heading of what happened on a day.
export function dayOf(text) {
  const written = format(text, "day");
  return isSameDay(new Date(text), new Date(now())) ? `${w("time.today-long")}, ${written}` : written;
}

// title tells a time twice: in the moderator's zone and in UTC.
export function title(text) {
  const utc = new Intl.DateTimeFormat(locale(), { ...day, ...clock, timeZone: "UTC" }).format(new Date(text));
  return `${format(text, "full")} (${utc} UTC)`;
}

// time is an element for a time, or for nothing if there is none.
export function time(text, form, className) {
  if (!text) return null;
  return el("time", { datetime: text, title: title(text), class: className }, format(text, form));
}

// step names a bar of a chart: an hour, a day or week, a month.
export function step(text, size) {
  const of = { hour: clock, day: { day: "numeric", month: "short" }, week: { day: "numeric", month: "short" }, month: { month: "short", year: "2-digit" } };
  return write(new Date(text), of[size] ?? of.day);
}

// zone names the zone of all times, such as GMT+3.
export function zone() {
  return new Intl.DateTimeFormat(locale(), { timeZoneName: "short" }).formatToParts(new Date()).find((part) => part.type === "timeZoneName").value;
}

const hour = 60, longest = 48 * hour;

// duration writes minutes: 35 min, 1 h 12 min, 14 h, 3 days.
export function duration(minutes) {
  const whole = Math.max(0, Math.round(minutes));
  if (whole < hour) return w("time.minutes", { m: whole });
  if (whole < 10 * hour) return w("time.hours-minutes", { h: Math.floor(whole / hour), m: String(whole % hour).padStart(2, "0") });
  if (whole < longest) return w("time.hours", { h: Math.floor(whole / hour) });
  return w("days", { n: Math.floor(whole / hour / 24) });
}

// minutesLeft returns the minutes until a case is due; below 0 if it is late.
export const minutesLeft = (due) => (Date.parse(due) - now()) / 6e4;

// heat names how near a case's end is: "urgent" below 4 hours, "soon" below 12, else "".
export const heat = (minutes) => minutes < 4 * hour ? "urgent" : minutes < 12 * hour ? "soon" : "";

// timeLeft is the clock of a case. Of one that is late it has a minus, unless words beside it say so.
export function timeLeft(row, saidLate = false) {
  const left = minutesLeft(row.due);
  const text = left < 0 && !saidLate ? w("time.late", { time: duration(-left) }) : duration(Math.abs(left));
  return el("time", { class: "dk-clock " + heat(left), datetime: row.due, title: w("case.clock", { created: title(row.created), due: title(row.due) }) }, text);
}

// sinceDays returns the whole days since a time.
export const sinceDays = (text) => Math.max(0, Math.floor((now() - Date.parse(text)) / 864e5));
