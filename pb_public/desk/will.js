// What acts will do, as lines [icon, bold words, words] of their dialogs. What depends on the person the server counts beforehand.
import { get } from "./api.js";
import { format } from "./time.js";
import { w } from "./words.js";

// hideWill tells of hiding a medium of a type; told, a line of its own, tells who hears of it.
export const hideWill = (type, told) => [["eye-off-line", w("will.hidden." + type), w("will.gone")], told, ["arrow-go-back-line", w("days", { n: 30 }), w("will.shown-again")]];

export const removeWill = (type) => [["delete-bin-7-line", w("will.hidden." + type), w("will.erased")], ["error-warning-line", w("act.remove.hint"), ""]];

export const cancelWill = () => [["file-list-3-line", w("will.order"), w("will.cancelled")], ["notification-3-line", w("will.both"), w("will.push")]];

export const warnWill = () => [["notification-3-line", w("will.push-it"), w("will.warned")], ["file-list-3-line", w("will.nothing"), w("will.stays")]];

export const unbanWill = () => [["login-box-line", w("will.account"), w("will.lifted")]];

const signedOut = (devices) => ["logout-box-r-line", w("devices", { n: devices }), w("will.devices", { n: devices })];
const cancelled = (orders) => ["file-list-3-line", w("orders.new", { n: orders }), w("will.orders", { n: orders })];

// counted makes an option will of a function of the server's counts and of the dialog's choices. They are read once, not for each choice.
function counted(person, act, lines) {
  let counts;
  return async (choices) => lines(await (counts ??= get(`users/${person.id}/consequences`, { act })), choices);
}

export const banWill = (person) => counted(person, "ban", (counts, { until }) => [
  counts.devices > 0 && signedOut(counts.devices),
  ["eye-off-line", counts.media > 0 ? w("will.profile-media", { n: counts.media }) : w("will.profile"), w("will.vanish")],
  counts.orders_cancelled > 0 && cancelled(counts.orders_cancelled),
  until ? ["arrow-go-back-line", format(until), w("will.back")] : ["arrow-go-back-line", w("will.never"), w("will.any-time")],
]);

export const signOutWill = (person) => counted(person, "sign-out", (counts) => [signedOut(counts.devices)]);

export const eraseWill = (person) => counted(person, "erase", (counts) => [
  ["delete-bin-7-line", w("will.erase"), w("will.erase-rest")],
  counts.media > 0 && ["gallery-line", w("media.n", { n: counts.media }), w("will.erase-media", { n: counts.media })],
  counts.orders_cancelled > 0 && cancelled(counts.orders_cancelled),
  counts.devices > 0 && signedOut(counts.devices),
  ["error-warning-line", w("will.final"), ""],
]);
