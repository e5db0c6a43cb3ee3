// Requests to /api/desk, signed in as the dashboard is.
import { setClock } from "./time.js";
import { language, w } from "./words.js";

let renewal; // of the session, for which requests wait

// renewSession carries out what ends the session and begins another one. Whatever is asked meanwhile waits for that.
export function renewSession(change) {
  const changed = change();
  renewal = changed.catch(() => {}).finally(() => { renewal = undefined; });
  return changed;
}

async function send(method, path, options) {
  await renewal;
  const token = app.pb.authStore.token;
  try {
    return await app.pb.send("/api/desk/" + path, { method, requestKey: null, headers: { "Accept-Language": language() }, ...options });
  } catch (error) {
    await renewal;
    if (error.status === 401 && token === app.pb.authStore.token) app.pb.authStore.clear(); // else there is a new session
    throw error;
  }
}

// get reads; of the query empty values are left out. A signal ends it.
export function get(path, query = {}, signal) {
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value != null && value !== ""));
  return send("GET", path, { query: given, signal });
}

// getPages reads the first pages of a list. It returns the last one's answer, with the items of all.
export async function getPages(path, query, pages, signal) {
  const items = [];
  for (let page = 1; ; page++) {
    const answer = await get(path, { ...query, page }, signal);
    items.push(...answer.items);
    if (!answer.more || page >= pages) return { ...answer, items };
  }
}

// fingerprint is a text by which to tell whether an answer has changed; the signatures in addresses change each time.
export const fingerprint = (answer) => JSON.stringify(answer).replace(/\?t=[^"]*/g, "");

export const post = (path, body = {}) => send("POST", path, { body });

// message returns what to tell the moderator of an error: the server's own words, where there are some.
export function message(error) {
  if (!error.status) return error.isAbort || error.response ? w("error.connection") : String(error.message ?? error);
  const first = Object.values(error.response?.data ?? {}).find((field) => typeof field?.message === "string");
  return [error.response?.message, first?.message].filter(Boolean).join(" ") || w("error.status", { status: error.status });
}

// isAbort tells an answer that nobody waits for any more.
export const isAbort = (error, signal) => !!signal?.aborted || error.name === "AbortError" || error.isAbort === true && error.status === 0 && !!error.originalError?.name?.includes("Abort");

// me is who is signed in, with their settings; empty until the server has told.
export const me = {};
let loadedVersion = "";

export async function loadMe() {
  return takeMe(await get("me"));
}

export async function saveMe(changes) {
  return takeMe(await post("me", changes));
}

// forgetMe is for the end of a session: the next one may be another superuser's.
export function forgetMe() {
  for (const key of Object.keys(me)) delete me[key];
}

function takeMe(answer) {
  setClock(answer.now);
  loadedVersion ||= answer.version;
  return Object.assign(me, answer, { isOwner: answer.role === "owner" });
}

// isOutdated reports whether the server is another version than the one that these pages came from.
export const isOutdated = () => !!me.version && me.version !== loadedVersion;
