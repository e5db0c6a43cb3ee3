// Where a case stands in the queue from which it was opened, and the ways from one to the next. The queue's filter goes along in
// the addresses of orders and people.
import { get, isAbort } from "./api.js";
import { caseAddress } from "./case.js";
import { button, span, withQuery } from "./dom.js";
import { w } from "./words.js";

// filterOf returns the queue's filter from the parameters of an address, as the server takes it. The state is "closed" for cases that are
// decided, "" for open ones.
export const filterOf = ({ kind = "", whose = "", state }) => ({ kind, whose, state: state === "closed" ? state : "" });

// queueAddress is the queue with a filter, and with a case chosen.
export const queueAddress = (filter, id) => withQuery("/desk", { case: id, ...filter });

// place tells the place of a case as "2 of 12", with buttons to those before and after it; go gets the id of one.
export function place(detail, go) {
  const step = (id, words, picture) => button("line circle", "", { icon: picture, label: w(words), disabled: !id, on: () => go(id) });
  return span("dk-right dk-row dk-place", detail.place > 0 && span("txt-hint", w("case.place", { place: detail.place, of: detail.of_capped ? detail.of + "+" : detail.of })),
    step(detail.previous, "case.previous", "arrow-left-s-line"), step(detail.next, "case.next", "arrow-right-s-line"));
}

// goToCase opens the page of another case's order or person; the queue if it is gone.
export async function goToCase(id, filter, signal) {
  try {
    location.hash = caseAddress(await get("cases/" + id, {}, signal), filter);
  } catch (error) {
    if (!isAbort(error, signal)) location.hash = queueAddress(filter);
  }
}
