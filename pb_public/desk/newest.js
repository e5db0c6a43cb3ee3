// Reads that overlap: the newest one wins.

// newest makes a function that carries out a read, a function of a signal, and ends the one before it: so an older answer never
// overwrites a newer one. A read that was ended, by a newer one, by its method end or by the signal, throws what isAbort (api.js) tells.
export function newest(signal) {
  let last;
  const latest = async (read) => {
    last?.abort();
    last = new AbortController();
    const mine = AbortSignal.any([signal, last.signal].filter(Boolean));
    const answer = await read(mine);
    mine.throwIfAborted();
    return answer;
  };
  latest.end = () => last?.abort();
  return latest;
}
