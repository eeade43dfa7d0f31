// Sending what waits: photos in pieces first, then the records in their order. One sender at a time in all tabs.

import * as outbox from "./outbox.js";
import * as server from "./server.js";
import * as store from "./store.js";

const PIECE = 256 * 1024;
const AT_ONCE = 50;
const BLOCKING = ["photos_missing"];

// returns {state: done | offline | signed-out | stranger | busy, sent, left}
export async function sendAll(account, progress = () => {}) {
  if (!navigator.locks) return work(account, progress);
  return navigator.locks.request("gezhi-send", { ifAvailable: true }, (lock) => (lock ? work(account, progress) : { state: "busy" }));
}

async function work(account, progress) {
  let sent = 0;
  try {
    const waiting = (await outbox.list(account)).filter((one) => one.state === "waiting");
    if (!waiting.length) return { state: "done", sent, left: 0 };
    await server.session(account);
    const ready = [];
    for (const record of waiting) {
      progress({ record, sent, all: waiting.length });
      if (await photosUp(account, record, progress)) ready.push(record);
    }
    for (let at = 0; at < ready.length; at += AT_ONCE) sent += await pushSome(account, ready.slice(at, at + AT_ONCE));
    return { state: "done", sent, left: (await outbox.unsent(account)).length };
  } catch (error) {
    if (error instanceof server.SignedOut) return { state: "signed-out", sent };
    if (error instanceof server.Stranger) return { state: "stranger", sent };
    return { state: error instanceof server.NoNetwork || error?.name === "TimeoutError" ? "offline" : "failed", sent, why: String(error.message ?? error) };
  } finally {
    outbox.tell();
  }
}

async function pushSome(account, records) {
  // from now on nobody knows whether they were taken, until the reply is here: an edit becomes a correction
  for (const record of records) {
    record.tried = true;
    record.tries += 1;
    await store.put("outbox", account, record.key, record);
  }
  const { results } = await server.push(records.map(({ key, kind, at, base, form, data }) => ({ key, kind, at, base, form, data })));
  await store.setMeta(store.behindKey(account), outbox.newKey());
  let sent = 0;
  for (const [n, result] of results.entries()) if (await settle(account, records[n], result)) sent += 1;
  return sent;
}

async function settle(account, record, result) {
  record.result = result;
  if (result.outcome === "accepted" || result.outcome === "duplicate") {
    record.state = "sent";
    await outbox.settled(account, record);
    return true;
  }
  if (result.outcome === "refused" && BLOCKING.includes(result.code)) {
    for (const key of result.missing ?? []) await forgetSent(account, key);
  } else if (result.outcome !== "failed") {
    record.state = result.outcome;
    record.tried = false;
  }
  await store.put("outbox", account, record.key, record);
  return false;
}

async function forgetSent(account, key) {
  const photo = await store.get("photos", account, key);
  if (photo) await store.put("photos", account, key, { ...photo, up: false });
}

// a photo that broke off goes on where it stopped; one that the server will never take is said, with its record
async function photosUp(account, record, progress) {
  for (const key of record.photos) {
    const photo = await store.get("photos", account, key);
    if (!photo || photo.up) continue;
    // all of it may be there already, with the answer lost
    let { received: at, done } = await server.photoState(key);
    while (!done) {
      const piece = photo.blob.slice(at, at + PIECE);
      const { status, said } = await server.putPiece(key, piece, at, photo.blob.size);
      if (status === 409) at = said.received;
      else if (status === 200 || status === 201) at = said.received;
      else if (status === 422) return unfit(account, record, said);
      else return false; // signed in anew, or broken over there: it waits and is sent again
      progress({ record, photo: key, share: at / photo.blob.size });
      done = said.done;
    }
    await store.put("photos", account, key, { ...photo, up: true });
  }
  return true;
}

async function unfit(account, record, said) {
  record.state = "refused";
  record.result = { outcome: "refused", code: said.error?.code ?? "", reason: said.error?.message ?? "", todo: "", kept: "" };
  await store.put("outbox", account, record.key, record);
  return false;
}
