// Elements. What users wrote becomes text nodes and attributes only, so that it is never read as markup.

// el makes an element. Of its properties functions named on… are listeners, true is an attribute without a value, and null
// and false are left out. Children are nodes, texts, numbers, and lists of them; null and false are left out.
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value == null || value === false) continue;
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  fill(element, ...children);
  return element;
}

// fill replaces what is in an element.
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(9).filter((child) => child != null && child !== false));
}

// refill is fill, after which the same control has the focus, by its place, and the same menus are open, by their ids, as before.
export function refill(element, ...children) {
  const controls = () => [...element.querySelectorAll("button, a, summary, input")];
  const at = controls().indexOf(document.activeElement);
  const open = [...element.querySelectorAll(":popover-open")].map((menu) => menu.id);
  fill(element, ...children);
  for (const id of open) document.getElementById(id)?.showPopover();
  if (at >= 0) controls()[at]?.focus({ preventScroll: true });
}

export const div = (className, ...children) => el("div", { class: className }, ...children);
export const span = (className, ...children) => el("span", { class: className }, ...children);
export const small = (...children) => el("small", {}, ...children);
export const kbd = (key) => el("kbd", { "aria-hidden": "true" }, key);

// icon is a picture of the dashboard's icon font. It stands beside words and is never read aloud.
export const icon = (name, className = "") => el("i", { class: `ri-${name} ${className}`, "aria-hidden": "true" });

// withQuery is an address with those parameters that have a value.
export function withQuery(address, parameters) {
  const given = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value)).toString();
  return address + (given && "?" + given);
}

// link leads to a page of the desk, by its address after "#".
export const link = (address, ...children) => el("a", { href: "#" + address }, ...children);

// button is one of the dashboard's. options: icon; key, which presses it too; on, what it does; href in its place;
// disabled; label, for a button without words.
export function button(className, text, options = {}) {
  const { icon: picture, key, on, href, disabled, label } = options;
  return el(href ? "a" : "button", {
    type: href ? null : "button", class: `btn sm ${className}`, href, disabled, onclick: on, "aria-label": label, title: label,
    "aria-keyshortcuts": key,
  }, picture && icon(picture), text && span("txt", text), key && kbd(key));
}

// chip is a round button that is pressed or not. A count of 0 stays in its place, dashed, so that nothing moves.
export function chip(text, pressed, on, count) {
  return el("button", { type: "button", class: "dk-chip" + (count === 0 ? " zero" : ""), "aria-pressed": String(pressed), onclick: on },
    text, count != null && el("b", {}, String(count)));
}

export const badge = (text) => span("dk-n", text);
export const label = (text, colour = "") => span("label " + colour, text);
export const quote = (text, ...below) => div("dk-quote", el("p", { dir: "auto" }, text), below.length > 0 && small(...below));

// picture shows a person's or a medium's still, or an icon where there is none.
export function picture(url, className = "", fallback = "user-3-line") {
  if (!url) return span("dk-pic dk-nopic " + className, icon(fallback));
  return el("img", { class: "dk-pic " + className, src: url, alt: "", loading: "lazy", onerror: (e) => e.target.classList.add("broken") });
}

// loading and failure stand where something is awaited.
export const loading = (text) => div("dk-wait", span("loader"), span("dk-unseen", text));
export const failure = (message, again, repeat) =>
  div("dk-failure", icon("error-warning-line"), el("p", {}, message), repeat && button("line", again, { on: repeat }));

// isTyping reports whether a key goes into a text field.
export function isTyping() {
  const active = document.activeElement;
  return !!active && (active.isContentEditable || /^(TEXTAREA|SELECT)$/.test(active.tagName) ||
    active.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(active.type));
}
