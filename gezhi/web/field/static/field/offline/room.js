// How much room there is: said when it runs short; downloads are dropped before records, records never.

import * as store from "./store.js";

const SHORT_BYTES = 40_000_000;

export async function room() {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return { quota, usage, short: quota - usage < SHORT_BYTES };
  } catch {
    return { quota: 0, usage: 0, short: false };
  }
}

// whether something of a size still fits; where the browser does not say, it is tried
export async function roomFor(size) {
  const { quota, usage } = await room();
  const free = Math.max(0, quota - usage);
  return { free, fits: !quota || size < free };
}

// asked once there is something to lose: then the browser does not clear it on its own
export async function persist() {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return false;
  }
}

export async function makeRoom(account) {
  const note = await store.meta(`download:${account}`);
  if (!note) return false;
  await store.dropDownload(account);
  return true;
}
