// Taking along: the size is said first, the progress while it comes, and when it was last done, always.

import * as server from "./server.js";
import * as store from "./store.js";

const DAY_MS = 24 * 3600 * 1000;

export async function noteOf(account) {
  return (await store.meta(`download:${account}`)) ?? null;
}

export async function size(account) {
  const note = await noteOf(account);
  return server.sizeOf(note?.cursor ?? "");
}

export async function refresh(account, progress = () => {}) {
  await server.session(account);
  const [note, behind] = [await noteOf(account), await store.meta(store.behindKey(account))];
  const answer = await server.download(note?.cursor ?? "");
  if (!answer.ok) throw new Error(String(answer.status));
  const told = JSON.parse(await read(answer, progress));
  if (told.account !== account) throw new server.Stranger();
  const known = told.full ? 0 : (note?.bytes ?? 0);
  await store.exchange(account, told, {
    cursor: told.cursor,
    at: Date.now(),
    // how far this phone's clock is behind the server's
    shift: Math.round((Date.parse(told.now) - Date.now()) / 1000),
    keepDays: told.keep_days,
    bytes: known + told.bytes,
    language: told.language,
  });
  // what was sent while it came may not be in it
  if (behind === (await store.meta(store.behindKey(account)))) await store.dropMeta(store.behindKey(account));
  return told;
}

// what was done from here has changed what there is to do: a phone that takes the field along takes that, too.
// Returns whether it did; where it can't it is done the next time
export async function freshen(account) {
  if (!(await store.meta(store.behindKey(account))) || !(await noteOf(account))) return false;
  return refresh(account).then(() => true, () => false);
}

async function read(answer, progress) {
  const most = Number(answer.headers.get("Gezhi-Bytes")) || 1;
  const reader = answer.body?.getReader?.();
  if (!reader) return answer.text();
  const pieces = [];
  let have = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    have += value.length;
    progress(Math.min(1, have / most), have, most);
  }
  return new Blob(pieces).text();
}

// a phone that lay in a drawer: what is older than the district allows goes; what was to be sent stays
export async function expire(account) {
  const note = await noteOf(account);
  if (!note || Date.now() - note.at < note.keepDays * DAY_MS) return false;
  await store.dropDownload(account);
  return true;
}
