// Acts on people, orders and media outside of a case: each is one dialog and one request.
import { message, post } from "./api.js";
import { banButton, languageOf } from "./case.js";
import { ask } from "./dialog.js";
import { button, div, el, icon, picture, small, span } from "./dom.js";
import { name } from "./people.js";
import { shell } from "./shell.js";
import { known, upper, w } from "./words.js";
import { banWill, cancelWill, eraseWill, hideWill, removeWill, signOutWill, unbanWill, warnWill } from "./will.js";

const icons = {
  note: "sticky-note-line", status: "refresh-line", cancel: "close-circle-line", hide: "eye-off-line", show: "eye-line", remove: "delete-bin-7-line",
  warn: "spam-2-line", ban: "forbid-line", unban: "shield-check-line", "sign-out": "logout-box-r-line", erase: "delete-bin-7-line", edit: "edit-line", contacts: "contacts-book-line",
};
const hurts = new Set(["ban", "remove", "erase"]);
const more = new Set(["ban", "remove", "erase", "edit"]); // a dialog with more choices than a reason follows

// actName is what stands on an act's button.
export const actName = (act, words = w("act." + act)) => words + (more.has(act) ? "…" : "");

// actButton is one act as a button; what is refused is grey.
export const actButton = ({ act, allowed, words }, on) =>
  button("line" + (hurts.has(act) ? " danger" : ""), actName(act, words), { icon: icons[act], on, disabled: allowed === false });

// actBox is the button with a hint below, such as why the act is refused.
export function actBox(offer, on) {
  const hint = offer.allowed === false ? offer.why : offer.act === "remove" ? w("act.remove.hint") : "";
  return div("dk-act", actButton(offer, on), hint && small(hint));
}

// run carries out an act after its dialog; done is called with the answer when it is done, and without one when the page shows an older
// state than there is.
async function run(options, done) {
  let answer, isStale = false;
  const send = async (values) => {
    try {
      answer = await options.send(values);
    } catch (error) {
      isStale = error.status === 409;
      throw error;
    }
  };
  const isDone = await ask({ ...options, send });
  if (isDone) shell.done(w("done"));
  if (isDone || isStale) done(answer);
}

// writeNote is the same for people and orders.
function writeNote(path, title, done) {
  return run({ key: "note " + path, title, label: w("note"), button: w("act.note"), send: ({ text }) => post(path + "/note", { text }) }, done);
}

// onMedium hides a medium, shows it again, or removes it for good.
export function onMedium(item, act, done) {
  if (act === "show") return at(`media/${item.id}/show`, { hidden: item.hidden }, done);
  return run({
    key: `media ${item.id} ${act}`, title: w(`act.${act}.${item.type}`), about: w("medium.number", { id: item.id }), picture: picture(item.still, "", "film-line"),
    act, label: w("dialog.for-log"), danger: act === "remove", button: w(act === "remove" ? "act.remove" : `act.${act}.${item.type}`),
    will: (act === "hide" ? hideWill : removeWill)(item.type),
    send: ({ text }) => post(`media/${item.id}/${act}`, { text }),
  }, done);
}

// at carries out an act that needs no dialog.
async function at(path, body, done) {
  try {
    const answer = await post(path, body);
    shell.done(w("done"));
    done(answer);
  } catch (error) {
    shell.failed(message(error));
  }
}

// onOrder cancels an order, sets its status, or writes a note.
export function onOrder(order, act, done) {
  const path = "orders/" + order.id, title = w("order", { id: order.id });
  if (act === "note") return writeNote(path, `${w("act.note")}: ${title}`, done);
  const common = { key: `${path} ${act}`, title: `${w("act." + act)}: ${title}`, act };
  if (act === "cancel") {
    return run({
      ...common, speaks: languageOf(order.client), button: w("act.cancel"), will: cancelWill(),
      send: ({ text }) => post(path + "/cancel", { rev: order.rev, text }),
    }, done);
  }
  // Cancelling is an act of its own, as both sides read its reason.
  const choice = el("select", { id: "dk-status" }, ["new", "done"].filter((status) => status !== order.status)
    .map((status) => el("option", { value: status }, known("status", status))));
  return run({
    ...common, label: w("dialog.for-log"), button: w("status.set"), fields: div("", el("label", { class: "dk-legend-line", for: "dk-status" }, w("status")), choice),
    read: () => ({ status: choice.value }), send: ({ text, status }) => post(path + "/status", { rev: order.rev, status, text }),
  }, done);
}

// onPerson carries out what can be done to a person.
export function onPerson(person, act, done) {
  const path = "users/" + person.id, title = `${w("act." + act)}: ${name(person)}`;
  const common = { key: `${path} ${act}`, title, picture: picture(person.picture, "round"), act, button: w("act." + act) };
  switch (act) {
    case "note": return writeNote(path, title, done);
    case "warn": return run({
      ...common, speaks: languageOf(person), will: warnWill(),
      send: ({ text }) => post(path + "/warn", { text }),
    }, done);
    case "ban": return run({
      ...common, speaks: languageOf(person), ends: true, danger: true, button: banButton, will: banWill(person), send: ({ text, until }) => post(path + "/ban", { text, until, ban: person.banned_at }),
    }, done);
    case "unban": return run({
      ...common, label: w("dialog.for-log"), will: unbanWill(), send: ({ text }) => post(path + "/unban", { text, ban: person.banned_at }),
    }, done);
    case "sign-out": return run({ ...common, text: false, will: signOutWill(person), send: () => post(path + "/sign-out") }, done);
    case "erase": return erase(person, common, done);
    case "edit": return edit(person, common, done);
    case "contacts": return showContacts(person);
  }
}

function erase(person, common, done) {
  const confirm = el("input", { id: "dk-confirm", type: "text", inputmode: "numeric", autocomplete: "off" });
  return run({
    ...common, act: null, text: false, danger: true, will: eraseWill(person),
    fields: div("", el("label", { class: "dk-legend-line", for: "dk-confirm" }, w("erase.confirm", { id: String(person.id) })), confirm),
    read: () => ({ confirm: Number(confirm.value.trim()) }), send: ({ confirm: number }) => post(`users/${person.id}/erase`, { confirm: number }),
  }, done);
}

const editable = ["nickname", "name", "description"];

// edit changes texts of a profile; only those that were changed are sent.
function edit(person, common, done) {
  const inputs = editable.map((field) => {
    const input = el(field === "description" ? "textarea" : "input", { id: "dk-edit-" + field, rows: field === "description" ? 3 : null, type: field === "description" ? null : "text", dir: "auto" });
    input.value = person[field] ?? "";
    return input;
  });
  return run({
    ...common, label: w("dialog.for-log"), button: w("act.edit"),
    fields: div("dk-stack", editable.map((field, i) => div("", el("label", { class: "dk-legend-line", for: inputs[i].id }, upper(known("field", field))), inputs[i]))),
    read: () => Object.fromEntries(editable.map((field, i) => [field, inputs[i].value]).filter(([field, value]) => value !== (person[field] ?? ""))),
    send: ({ text, until, ...fields }) => post(`users/${person.id}/edit`, { rev: person.rev, text, ...fields }),
  }, done);
}

// showContacts shows a person's contacts, which the log notes, in a dialog that forgets them when it closes.
async function showContacts(person) {
  const contacts = async () => {
    const found = await post(`users/${person.id}/contacts`);
    const lines = [["mail-line", w("contacts.email"), found.email || "–"], ["phone-line", w("contacts.phone"), found.phone || "–"],
      ...found.identities.map((provider) => ["links-line", known("provider", provider), ""])];
    return div("dk-will", lines.map(([sign, bold, text]) => div("", icon(sign), span("", el("b", {}, bold), " ", el("bdi", {}, text)))));
  };
  try {
    await ask({
      key: "contacts " + person.id, title: `${w("contacts")}: ${name(person)}`, about: w("contacts.noted"), picture: picture(person.picture, "round"), text: false,
      fields: contacts, button: w("close"),
    });
  } catch (error) {
    shell.failed(message(error));
  }
}
