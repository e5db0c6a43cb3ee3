// A moderator's own password: the old one, the new one twice. Owners have the dashboard's own form for it.
import { me, message, renewSession } from "./api.js";
import { button, div, el, span } from "./dom.js";
import { disconnect } from "./live.js";
import { shell } from "./shell.js";
import { w } from "./words.js";

const fields = { oldPassword: "current-password", password: "new-password", passwordConfirm: "new-password" };

// passwordForm makes the form. Where anything is refused, it says so at the field.
export function passwordForm() {
  const inputs = {}, errors = {};
  const lines = Object.entries(fields).map(([name, autocomplete]) => {
    const id = "dk-" + name;
    errors[name] = el("p", { class: "dk-wrong", id: id + "-wrong", role: "alert" });
    inputs[name] = el("input", { id, type: "password", autocomplete, maxlength: 71, "aria-describedby": errors[name].id, oninput: () => refuse(name, "") });
    return div("", el("label", { for: id }, w("password." + name)), inputs[name], errors[name]);
  });
  const wrong = el("p", { class: "dk-wrong", role: "alert" });
  const save = el("button", { class: "btn sm line" }, span("txt", w("password.save")));
  // Password managers want to know whose password it is.
  const whose = el("input", { type: "email", autocomplete: "username", value: me.email, hidden: true, readonly: true, tabindex: "-1", "aria-label": w("contacts.email") });
  return el("form", { class: "dk-form", novalidate: true, onsubmit: (event) => { event.preventDefault(); change(); } },
    el("h2", {}, w("password")), whose, lines, wrong, div("", save));

  function refuse(name, words) {
    errors[name].textContent = words;
    inputs[name].toggleAttribute("aria-invalid", !!words);
  }

  // refuseAll tells of each field what is wrong with it, and leads to the first one.
  function refuseAll(found) {
    for (const name of Object.keys(fields)) refuse(name, found[name] ?? "");
    const first = Object.keys(fields).find((name) => found[name]);
    if (first) inputs[first].focus();
    return !!first;
  }

  async function change() {
    const value = Object.fromEntries(Object.keys(fields).map((name) => [name, inputs[name].value]));
    wrong.textContent = "";
    const missing = Object.fromEntries(Object.keys(fields).filter((name) => !value[name]).map((name) => [name, w("password.missing")]));
    if (value.password && value.passwordConfirm && value.password !== value.passwordConfirm) missing.passwordConfirm = w("password.differs");
    if (refuseAll(missing) || save.disabled) return;
    save.disabled = true;
    save.classList.add("loading");
    try {
      const goesOn = await renewSession(() => send(value));
      for (const input of Object.values(inputs)) input.value = "";
      shell.done(goesOn ? w("password.changed") : w("password.sign-in"));
    } catch (error) {
      if (!refuseAll(refused(error))) wrong.textContent = message(error);
    }
    save.disabled = false;
    save.classList.remove("loading");
  }

  // send changes the password, which ends all sessions, and signs in anew for this one to go on. It reports whether it does: where a second
  // factor is asked for, or the server has no time, the dashboard's form to sign in comes.
  async function send(value) {
    const accounts = app.pb.collection("_superusers");
    await app.pb.send(`/api/collections/_superusers/records/${app.pb.authStore.record.id}`, { method: "PATCH", body: value, requestKey: null });
    disconnect(); // the stream of events has ended with its session, without a word; the next page opens another one
    try {
      await accounts.authWithPassword(me.email, value.password, { requestKey: null });
      return true;
    } catch {
      app.pb.authStore.clear();
      return false;
    }
  }
}

// refused returns what the server refuses, by field, in the moderator's language.
function refused(error) {
  const found = {};
  for (const [name, { code, message: text }] of Object.entries(error.response?.data ?? {})) {
    if (name in fields) found[name] = known[code] ? w(known[code]) : text;
  }
  return found;
}

// known are the server's refusals for which there are words.
const known = {
  validation_invalid_old_password: "password.wrong", validation_min_text_constraint: "password.short", validation_length_out_of_range: "password.short",
  validation_max_text_constraint: "password.long", validation_invalid_value: "password.long", validation_values_mismatch: "password.differs", validation_required: "password.missing",
};
