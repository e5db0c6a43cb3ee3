// The one dialog of all acts, always in this order: reason, what the person will read, end, what will happen. The button
// repeats the act. What was written is kept when the dialog is left without acting.
import { get, message } from "./api.js";
import { button, chip, div, el, fill, icon, isTyping, kbd, small } from "./dom.js";
import { shell } from "./shell.js";
import { known, language, w } from "./words.js";

const drafts = new Map(); // of dialogs that were left, by their key
const cannedReasons = new Map(); // requests, by act
const hour = 36e5, longestText = 1000;
const ends = [1, 3, 7, 30, 0]; // days; 0 is for ever
let isAsking = false; // a dialog is open, or about to be

// ask opens the dialog, and resolves to whether the act was carried out. It opens none beside another, nor over a page that was
// opened while it waited for what it shows. Its options:
//   key       what is acted upon, and how: the draft's name
//   title, about, picture   the head
//   act       whose canned reasons are offered; without it there are none
//   speaks    the person's language, "ru" or "en", in which the canned text is, or a promise of it; null if it is for moderators
//   optional  the text may be empty
//   text      false if nobody reads anything
//   label     what the text is, if it is not what the person will read
//   ends      true if the act has an end
//   fields    an element with more fields, or a function that promises it, and read(), which returns their values or throws what is missing
//   will      a list of [icon, bold words, words], or a function of the choices that returns or promises one
//   button    the button's words, or a function of the choices
//   danger    the act hurts
//   send      carries the act out: a function of {text, until, …fields}. A dialog without it only shows something, until it is closed
export async function ask(options) {
  if (isAsking) return false;
  isAsking = true;
  try {
    const page = location.hash;
    const [reasons, speaks, fields] = await Promise.all([options.act ? reasonsOf(options.act) : [], options.speaks, typeof options.fields === "function" ? options.fields() : options.fields]);
    return location.hash === page && await new Promise((resolve) => open({ ...options, speaks, fields }, reasons, resolve));
  } finally {
    isAsking = false;
  }
}

function reasonsOf(act) {
  if (!cannedReasons.has(act)) {
    const request = get("reasons", { act }).then((answer) => answer.items);
    cannedReasons.set(act, request);
    setTimeout(() => cannedReasons.delete(act), 6e4); // owners edit them
  }
  return cannedReasons.get(act).catch(() => []);
}

function open(options, reasons, resolve) {
  let speaks = options.speaks ?? language();
  const state = { reason: 0, text: reasons[0]?.[speaks] ?? "", days: 7, day: "", ...drafts.get(options.key) };
  let busy = false;

  const text = el("textarea", { id: "dk-text", rows: 2, maxlength: longestText, dir: "auto", oninput: () => { state.text = text.value; keep(); } });
  text.value = state.text;
  const wrong = el("p", { class: "dk-wrong", role: "alert" });
  const will = div("dk-will");
  const go = button((options.danger ? "danger" : "") + (options.send ? "" : " m-l-auto"), " ", { on: act });
  const other = el("input", { type: "date", "aria-label": w("end.other"), min: isoDay(Date.now() + 24 * hour), oninput: () => { state.day = other.value; keep(); refresh(); } });
  other.value = state.day;
  const setEnd = (days) => () => { state.days = days; keep(); refresh(); };
  const endChips = new Map([...ends, "other"].map((days) => [days, chip(days === "other" ? w("end.other") : days ? w("days", { n: days }) : w("end.never"), false, setEnd(days))]));

  const radios = [...reasons, null].map((reason, i) => el("input", { type: "radio", name: "dk-reason", checked: i === state.reason, onchange: () => choose(i) }));
  const spoken = el("small", {}, options.speaks ? w("dialog.speaks", { language: known("language", speaks) }) : w("dialog.speaks-unknown"), " ",
    el("button", { type: "button", class: "dk-link", onclick: (event) => { event.preventDefault(); translate(); } }, w("dialog.translate")));
  const isOptions = reasons.length > 0 && options.text !== false;
  const content = div("modal-content",
    isOptions && el("fieldset", { class: "dk-reasons" }, el("legend", {}, w("dialog.reason")),
      radios.map((radio, i) => el("label", { class: "dk-reason" }, radio, ...wording(reasons[i]), i < 9 && kbd(i + 1)))),
    options.fields,
    options.text !== false && div("", el("label", { class: "dk-legend-line", for: "dk-text" }, options.label ?? w("dialog.reads"),
      !options.label && spoken), text),
    options.ends && div("", el("h3", {}, w("dialog.until")), div("dk-chips", [...endChips.values()], other)),
    options.will && div("", el("h3", {}, w("dialog.will")), will),
    wrong);
  const box = el("div", { class: "modal popup dk dk-dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "dk-dialog-title", onkeydown: press },
    el("header", { class: "modal-header" }, options.picture, el("div", {}, el("h1", { id: "dk-dialog-title" }, options.title), options.about && small(options.about))),
    content,
    el("footer", { class: "modal-footer" }, options.send && button("transparent m-r-auto", w("cancel"), { on: leave }), go));
  refresh();
  shell.open(box, leave);

  // wording is a reason in the moderator's language with the other one beside it; the last row is for own words.
  function wording(reason) {
    const [here, there] = language() === "ru" ? ["ru", "en"] : ["en", "ru"];
    const title = (lang) => (reason[`title_${lang}`] || reason[lang]).replace(/\.$/, "");
    if (!reason) return [el("span", {}, w("dialog.own")), small("")];
    return [el("span", {}, title(here)), el("small", { lang: there }, title(there))];
  }

  function keep() { drafts.set(options.key, { ...state }); }

  function choose(i) {
    const isCanned = !state.text.trim() || reasons.some((reason) => reason[speaks] === state.text);
    state.reason = i;
    radios[i].checked = true;
    if (isCanned) state.text = text.value = reasons[i]?.[speaks] ?? "";
    if (!reasons[i]) text.focus();
    keep();
  }

  // translate puts the canned text in the other language.
  function translate() {
    const old = speaks;
    speaks = old === "ru" ? "en" : "ru";
    spoken.firstChild.data = w("dialog.speaks", { language: known("language", speaks) });
    const reason = reasons[state.reason];
    if (reason && state.text === reason[old]) state.text = text.value = reason[speaks];
    keep();
  }

  function until() {
    if (!options.ends || state.days === 0) return null;
    if (state.days === "other") return state.day ? new Date(state.day + "T12:00").toISOString() : undefined;
    return new Date(Date.now() + state.days * 24 * hour).toISOString();
  }

  async function refresh() {
    // The dashboard closes a dialog at a click on what is no longer in it: the chips stay.
    for (const [days, button] of endChips) button.setAttribute("aria-pressed", String(state.days === days));
    other.hidden = state.days !== "other";
    const choices = { ...state, until: until() };
    go.querySelector(".txt").textContent = typeof options.button === "function" ? options.button(choices) : options.button;
    if (!options.will) return;
    try {
      const lines = await (typeof options.will === "function" ? options.will(choices) : options.will);
      fill(will, lines.filter(Boolean).map(([picture, bold, rest]) => div("", icon(picture), el("span", {}, bold && el("b", {}, bold), bold && " ", rest))));
    } catch (error) {
      fill(will, div("", icon("error-warning-line"), el("span", {}, message(error))));
    }
  }

  function press(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      leave();
    } else if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      act();
    } else if (isOptions && /^Digit[1-9]$/.test(event.code) && !isTyping() && !event.ctrlKey && !event.altKey && !event.metaKey) {
      const i = Number(event.code.slice(5)) - 1;
      if (i < radios.length) { event.preventDefault(); choose(i); }
    }
  }

  async function act() {
    if (busy) return;
    if (!options.send) return leave();
    wrong.textContent = "";
    const end = until();
    if (end === undefined) return refuse(w("end.missing"), other);
    if (options.text !== false && !options.optional && !state.text.trim()) return refuse(w("dialog.empty"), text);
    busy = true;
    go.classList.add("loading");
    try {
      await options.send({ text: state.text.trim(), until: end, ...options.read?.() });
      drafts.delete(options.key);
      shell.close(box);
      resolve(true);
    } catch (error) {
      refuse(message(error));
    }
    busy = false;
    go.classList.remove("loading");
  }

  function refuse(words, field) {
    wrong.textContent = words;
    wrong.scrollIntoView({ block: "nearest" });
    field?.focus();
  }

  function leave() {
    shell.close(box);
    resolve(false);
  }
}

const isoDay = (at) => new Date(at).toLocaleDateString("sv"); // Swedish dates are ISO 8601's
