// What acts on a person will do, counted by the server before they do it.
import { format } from "./time.js";
import { w } from "./words.js";

// banWill says what a ban does; counts are the server's, choices the dialog's.
export function banWill(counts, { until }) {
  return [
    counts.devices > 0 && ["logout-box-r-line", w("devices", { n: counts.devices }), w("will.devices")],
    ["eye-off-line", counts.media > 0 ? w("will.profile-media", { n: counts.media }) : w("will.profile"), w("will.vanish")],
    counts.orders_cancelled > 0 && ["file-list-3-line", w("orders.new", { n: counts.orders_cancelled }), w("will.orders")],
    until ? ["arrow-go-back-line", format(until), w("will.back")] : ["arrow-go-back-line", w("will.never"), w("will.any-time")],
  ];
}

// eraseWill says what an erasure takes away for good.
export function eraseWill(counts) {
  return [
    ["delete-bin-7-line", w("will.erase"), w("will.erase-rest")],
    counts.media > 0 && ["gallery-line", w("media.n", { n: counts.media }), w("will.erase-media")],
    counts.orders_cancelled > 0 && ["file-list-3-line", w("orders.new", { n: counts.orders_cancelled }), w("will.orders")],
    counts.devices > 0 && ["logout-box-r-line", w("devices", { n: counts.devices }), w("will.devices")],
    ["error-warning-line", w("will.final"), ""],
  ];
}
