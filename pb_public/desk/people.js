// People and orders, as every page names them.
import { div, el, label, link, picture, small, span } from "./dom.js";
import { known, number, w } from "./words.js";

// name returns what to call a person; who was erased has no name any more.
export function name(person) {
  if (!person) return w("person.none");
  return person.erased ? w("person.erased", { id: person.id }) : person.nickname || w("person.number", { id: person.id });
}

const named = (person) => el("bdi", {}, name(person));

// personLink leads to a person's story.
export const personLink = (person) => person ? link("/desk/users/" + person.id, el("b", {}, named(person))) : span("", name(person));

// nameOf is what stands before the @ of a moderator's address, if there is one.
export const nameOf = (email) => email?.split("@")[0];

// orderLink leads to an order's story.
export const orderLink = (id) => link("/desk/orders/" + id, w("order", { id }));

// between tells an order's two people. The arrow goes from client to performer.
export const between = (order) => [named(order.client), " → ", named(order.performer)];

// from tells the same on a performer's page or row, where the performer comes first.
export const from = (order) => [named(order.performer), " ← ", named(order.client)];

// marks are the labels that stand beside a person's name.
export const marks = (person) => [
  person.role && label(known("role", person.role), "info"),
  person.banned && label(w("banned"), "danger"),
  person.erased && label(w("erased")),
  person.warnings > 0 && label(w("warnings", { n: person.warnings }), "warning"),
];

// card shows a person in a box; lines stand below the name.
export function card(person, above, ...lines) {
  return div("dk-card dk-person", picture(person?.picture, "round l"), div("", above && small(above), el("p", {}, personLink(person),
    person?.banned && [" ", label(w("banned"), "danger")]), ...lines));
}

// price is the number alone: the contract knows no currency.
export const price = (value) => value == null || value === "" ? null : w("price", { price: number(Number(value), 2) });

const colours = { new: "info", done: "success", cancelled: "", reviewed: "success" };

// status is an order's state as a label.
export function status(order) {
  if (order.rating) return label(w("rated", { rating: number(order.rating, 1) }), order.rating > 2 ? "success" : "warning");
  if (order.overdue) return label(w("overdue"), "warning");
  return label(known("status", order.status), colours[order.status] ?? "");
}
