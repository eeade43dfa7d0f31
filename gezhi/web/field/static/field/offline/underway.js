// What is under way: begun on this phone (its beginning waits in the outbox or was sent), or on a page of the server.

import * as outbox from "./outbox.js";
import * as store from "./store.js";

export const begun = (account) => store.meta(store.runningKey(account));
export const forget = (account) => store.dropMeta(store.runningKey(account));

// the beginning is a record of its own: the pages of the server know of it as soon as there is a network
export async function begin(account, given, { key, tried = false } = {}) {
  const { duty, area, of, began, place, start, title, name } = given;
  const data = { duty, area, began, place, ...(of ? { entry: of } : {}), ...(start ? { start } : {}) };
  const record = await outbox.add(account, { kind: "activity", data, title, about: name, tried, ...(key ? { key } : {}) });
  await store.setMeta(store.runningKey(account), { ...given, key: record.key });
  return { ...given, key: record.key };
}

// how the end goes: in place of a beginning that never left the phone, else under a key of its own that names it
export async function endOf(account, running, data) {
  const first = running.key ? await outbox.find(account, running.key) : null;
  const left = first && first.state !== "sent" && !(first.state === "waiting" && first.tried);
  if (left) return { data, key: running.key, replaces: first };
  return { data: running.key ? { ...data, of: running.key } : data };
}

// [{name, began, address}], the newest first
export async function list(account) {
  const [here, parts, records, note] = await Promise.all([begun(account), store.parts(account, "activity/"), outbox.list(account), store.meta(`download:${account}`)]);
  const ending = new Set(records.filter((one) => one.kind === "activity" && one.state !== "sent").map((one) => one.data.activity));
  const found = parts.filter((one) => !one.ended && !ending.has(one.id)).map((one) => ({ name: `${one.title} ${one.name ?? one.place}`, began: one.began, address: `/field/activity/${one.id}`, id: one.id }));
  if (!here) return found;
  const sent = records.find((one) => one.key === here.key && one.state === "sent");
  const id = sent?.result?.facts?.activity;
  const known = parts.find((one) => one.id === id);
  // the server knows it: it goes on there, or was ended there
  if (id && (known || (note && note.at > sent.sent))) {
    await forget(account);
    return found;
  }
  return [{ name: here.name, began: here.began, address: addressOf(here) }, ...found];
}

export function addressOf({ duty, area, of, start }) {
  const asked = new URLSearchParams({ ...(of ? { of } : {}), ...(start ? { start } : {}) });
  return `/field/duty/${encodeURIComponent(duty)}/${encodeURIComponent(area)}/begin${asked.size ? `?${asked}` : ""}`;
}
