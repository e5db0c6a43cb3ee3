// Words in the moderator's language: Russian or English, by the choice in the settings, else by the browser.
import { dictionary } from "./dictionary.js";

const stored = "privetDeskLanguage";
const fromBrowser = () => ([...navigator.languages, "en"].find((tag) => /^(ru|en)\b/i.test(tag))).slice(0, 2).toLowerCase();
let current;

export const languages = { ru: "Русский", en: "English" };
export const language = () => current;

// locale is how numbers and times are written: both languages on a clock of 24 hours, with the day before the month.
export const locale = () => current === "en" ? "en-GB" : current;

// useLanguage sets the language; "" is the browser's.
export function useLanguage(name) {
  current = name in languages ? name : fromBrowser();
  localStorage.setItem(stored, name in languages ? name : "");
  document.documentElement.lang = current;
}
useLanguage(localStorage.getItem(stored) ?? "");

const foreign = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufefc]/;

// isolated keeps a text that runs from right to left, or holds marks of direction, from turning the words around it.
const isolated = (text) => foreign.test(text) ? `\u2068${text}\u2069` : text;

// w returns the words of a key. {name} in them stands for a value. Forms between bars are those of a number, values.n:
// one and other in English, one, few and many in Russian.
export function w(key, values = {}) {
  const pair = dictionary[key];
  if (!pair) throw new Error("no words for " + key);
  const forms = pair[current === "ru" ? 1 : 0].split("|");
  let form = forms[0];
  if (forms.length > 1) {
    const names = current === "ru" ? ["one", "few", "many"] : ["one", "other"];
    form = forms[Math.max(0, names.indexOf(new Intl.PluralRules(current).select(values.n)))] ?? forms.at(-1);
    if (!Number.isInteger(values.n)) form = forms[1] ?? form;
  }
  return form.replace(/\{(\w+)\}/g, (_, name) => typeof values[name] === "number" ? number(values[name]) : isolated(String(values[name] ?? "")));
}

// has reports whether there are words for a key, such as one made of a word of the server's.
export const has = (key) => key in dictionary;

// known returns the words for a word of the server's, or that word itself if a newer server has one more.
export const known = (prefix, word, values) => has(`${prefix}.${word}`) ? w(`${prefix}.${word}`, values) : String(word);

// upper begins a text with a capital letter.
export const upper = (text) => text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1);

export const number = (value, digits = 0) => new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
export const percent = (share, digits = 0) => new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: digits }).format(share);
