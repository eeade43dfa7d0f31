// Whose phone it is: the account that was last signed in here. What another left unsent stays apart and sealed to them.

import * as store from "./store.js";

export const current = () => store.meta("current");
export const everybody = async () => (await store.meta("accounts")) ?? [];

// an online page knows who is signed in: another person's downloads go, what they have not sent stays theirs
export async function here(account, name) {
  const known = await everybody();
  if (!known.includes(account)) await store.setMeta("accounts", [...known, account]);
  for (const other of known) if (other !== account) await store.dropDownload(other);
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

// at logout: the downloads go, and the records, too, unless they are to wait for their owner
export async function leave(account, { keepRecords }) {
  await store.dropDownload(account);
  if (!keepRecords) {
    await store.clear("outbox", account);
    await store.clear("photos", account);
    await store.setMeta("accounts", (await everybody()).filter((one) => one !== account));
  }
  await store.dropMeta("current");
}
