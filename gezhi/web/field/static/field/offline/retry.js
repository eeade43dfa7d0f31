// Tried again by itself while a page is open: after half a minute, then longer and longer, up to ten minutes. Where the
// browser has Background Sync it does the same when no page is.

const FIRST_MS = 30_000;
const LONGEST_MS = 600_000;

// `work` says how many records still wait; returns a function to begin anew from the shortest wait
export function keepTrying(work) {
  let wait = FIRST_MS;
  let timer = 0;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      wait = Math.min(wait * 2, LONGEST_MS);
      // without a network it waits on: what is sent when the network comes back may fail, too
      if (!navigator.onLine || (await work().catch(() => true))) again();
    }, wait);
  };
  return () => {
    wait = FIRST_MS;
    again();
  };
}
