// Whose phone it is: the account that was last signed in here. What another left unsent stays apart and sealed to them.

import * as store from "./store.js";

export const current = () => store.meta("current");
export const everybody = async () => (await store.meta("accounts")) ?? [];

// an online page knows who is signed in: another person's downloads go, what they have not sent stays theirs
export async function here(account, name) {
  const known = await everybody();
  if (!known.includes(account)) await store.setMeta("accounts", [...known, account]);
  for (const other of known) if (other !== account) await dropSeen(other);
  const look = document.documentElement;
  const before = await current();
  await store.setMeta("current", {
    account,
    name: name || (before?.account === account ? before.name : ""),
    language: look.lang,
    theme: look.dataset.theme ?? "",
    text: look.dataset.text ?? "",
  });
}

// the downloads, and what was under way: at whose place it was. It waits for its owner only beside what was not sent
async function dropSeen(account) {
  await store.dropDownload(account);
  const waits = (await store.all("outbox", account)).some((record) => record.state !== "sent");
  if (!waits) await store.dropMeta(store.runningKey(account));
}

// at logout: the downloads go, and the records, too, unless they are to wait for their owner
export async function leave(account, { keepRecords }) {
  if (!keepRecords) {
    await store.clear("outbox", account);
    await store.clear("photos", account);
    await store.setMeta("accounts", (await everybody()).filter((one) => one !== account));
  }
  await dropSeen(account);
  await store.dropMeta("current");
}
