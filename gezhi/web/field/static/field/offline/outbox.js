// What waits to be sent. A record is kept here first and sent afterwards, so that no dead spot can lose it.
//
// waiting: will be sent by itself. refused, conflict: needs its owner. sent: taken by the server, kept for a week to read.

import { newKey } from "../../gezhi/patient.js";
import * as store from "./store.js";
import { makeRoom } from "./room.js";

const WEEK_MS = 7 * 24 * 3600 * 1000;
export const CHANNEL = "gezhi-outbox";
export { newKey };

// what was made: `title` and `about` are for its owner's eyes, `photos` name blobs of the store
export async function add(account, { kind, data, title, about = "", base = null, form = "", at = new Date(), key = newKey(), tried = false, photos = [] }) {
  const record = {
    key, kind, data, title, about, base, form, at: at.toISOString(), photos: photos.map((one) => one.key),
    state: "waiting", tries: 0, tried, made: Date.now(),
  };
  await keep(account, record, photos);
  return record;
}

// what is downloaded goes before what was made: it can be fetched again
async function keep(account, record, photos) {
  try {
    await store.keepRecord(account, record, photos);
  } catch (error) {
    if (error?.name !== "QuotaExceededError" || !(await makeRoom(account))) throw error;
    await store.keepRecord(account, record, photos);
  }
  tell();
  await wake();
}

export async function change(account, record, photos = []) {
  await keep(account, record, photos);
}

export const find = (account, key) => store.get("outbox", account, key);

export async function list(account) {
  const records = await store.all("outbox", account);
  return records.sort((one, other) => one.made - other.made);
}

export async function unsent(account) {
  return (await list(account)).filter((one) => one.state !== "sent");
}

export async function drop(account, record) {
  await store.dropRecord(account, record);
  tell();
}

// what was written anew is kept already: of the old one goes what the new one does not have
export async function supersede(account, old, record) {
  for (const key of old.photos ?? []) if (!record.photos.includes(key)) await store.remove("photos", account, key);
  if (old.key !== record.key) await store.remove("outbox", account, old.key);
  tell();
}

// once taken, the photos are with the case; the line stays for a week
export async function settled(account, record) {
  await store.dropRecord(account, record);
  await store.put("outbox", account, record.key, { ...record, photos: [], shots: record.photos.length, sent: Date.now() });
}

export async function forgetOld(account) {
  for (const record of await list(account)) {
    if (record.state === "sent" && Date.now() - record.sent > WEEK_MS) await store.dropRecord(account, record);
  }
}

// other tabs and the badge hear of it
export function tell() {
  if (!globalThis.BroadcastChannel) return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("changed");
  channel.close();
}

export function onChange(work) {
  if (globalThis.BroadcastChannel) new BroadcastChannel(CHANNEL).onmessage = () => work();
}

// where the browser can, it sends when the network is back, even when no page is open
async function wake() {
  try {
    const registered = await navigator.serviceWorker?.getRegistration("/field/");
    await registered?.sync?.register("outbox");
  } catch {
    // sent on the next opening, on `online`, or by the button
  }
}
