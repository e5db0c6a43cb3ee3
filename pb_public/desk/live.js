// Events of cases, by PocketBase's realtime. A connection may end at any time, and what happened in between is lost: whoever
// listens reads anew after each connect, and from time to time while there is none.
const topic = "desk/cases";
const patience = 5000, poll = 15000, again = 3000, gather = 150; // milliseconds

const listeners = new Set();
let source, lost = 0, retry, polling, sign, gathered, telling;

// lostSince is when the connection was lost (milliseconds since 1970), or 0 while events arrive.
export const lostSince = () => lost;

// listen calls a function with the ids of cases that have changed, a set, and with null when all may have, until the signal aborts.
// Events that come at once are told at once, as each is followed by a read.
export function listen(change, signal) {
  listeners.add(change);
  signal.addEventListener("abort", () => listeners.delete(change));
  if (!source) connect();
}

// disconnect ends the connection, with the session that it belongs to. Who listens next opens another one.
export function disconnect() {
  clearTimeout(retry);
  clearTimeout(sign);
  clearInterval(polling);
  source?.close();
  source = polling = sign = undefined;
  lost = 0;
}

function tell(ids) {
  for (const change of listeners) change(ids);
}

function tellSoon({ id }) {
  (gathered ??= new Set()).add(id);
  telling ??= setTimeout(() => {
    const ids = gathered;
    telling = gathered = undefined;
    tell(ids);
  }, gather);
}

function connect() {
  clearTimeout(retry);
  source?.close();
  const mine = source = new EventSource(app.pb.buildURL("/api/realtime"));
  mine.addEventListener("PB_CONNECT", async (event) => {
    try {
      const { clientId } = JSON.parse(event.data);
      await app.pb.send("/api/realtime", { method: "POST", body: { clientId, subscriptions: [topic] }, requestKey: null });
    } catch {
      if (mine === source) fail();
      return;
    }
    clearTimeout(sign);
    clearInterval(polling);
    sign = polling = undefined;
    lost = 0;
    tell(null);
  });
  mine.addEventListener(topic, (event) => tellSoon(JSON.parse(event.data)));
  mine.addEventListener("error", () => { if (mine === source) fail(); });
}

// fail connects anew, and tells that the list may be old if that takes long.
function fail() {
  source.close();
  clearTimeout(retry);
  retry = setTimeout(connect, again);
  const since = Date.now();
  sign ??= setTimeout(() => {
    lost = since;
    tell(null);
    polling ??= setInterval(() => tell(null), poll);
  }, patience);
}
