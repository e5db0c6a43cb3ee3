// A moderator's own settings: mails about cases, language, blur.
import { loadMe, me, message, saveMe } from "./api.js";
import { div, el, failure, fill, loading, refill, small } from "./dom.js";
import { passwordForm } from "./password.js";
import { shell } from "./shell.js";
import { languages, useLanguage, w } from "./words.js";

export function page() {
  const body = div("dk-stack gap-25 dk-settings", loading(w("loading")));
  let passwords; // stays while the rest is drawn anew: somebody may be typing
  shell.title(w("settings"));
  read();
  return div("page-content dk dk-story", el("h1", {}, w("settings")), body);

  async function read() {
    try {
      await loadMe();
      passwords = passwordForm();
      draw();
    } catch (error) {
      fill(body, failure(message(error), w("again"), read));
    }
  }

  function draw() {
    refill(body, el("p", { class: "txt-hint" }, `${me.email}, ${w("superuser." + (me.isOwner ? "owner" : "moderator"))}`),
      choices("notify", w("notify"), { now: w("notify.now"), daily: w("notify.daily"), none: w("notify.none") }, w("notify.help")),
      choices("language", w("language"), { "": w("language.browser"), ...languages }),
      el("label", { class: "dk-check" }, el("input", { type: "checkbox", checked: me.blur, onchange: (event) => save({ blur: event.target.checked }) }), w("blur.always")),
      me.isOwner ? ownersPassword() : passwords);
  }

  // ownersPassword leads owners to the dashboard's own form.
  function ownersPassword() {
    const form = `#/collections?collection=_superusers&record=${app.pb.authStore.record.id}`;
    return div("", el("h2", {}, w("password")), el("p", {}, el("a", { href: form }, w("password.owner"))));
  }

  function choices(field, title, values, help) {
    return el("fieldset", { class: "dk-choices" }, el("legend", {}, title), Object.entries(values).map(([value, words]) => el("label", { class: "dk-check" },
      el("input", { type: "radio", name: "dk-" + field, checked: (me[field] ?? "") === value, onchange: () => save({ [field]: value }) }), words)), help && small(help));
  }

  async function save(changes) {
    try {
      await saveMe(changes);
      shell.done(w("saved"));
    } catch (error) {
      shell.failed(message(error));
    }
    if ("language" in changes) {
      useLanguage(me.language ?? "");
      shell.renew();
    } else draw();
  }
}
