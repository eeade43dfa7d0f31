// One entry on this phone, or a new one: its form, with what is held. What is sealed is not on the phone; it can be
// written anew, and stays as it is where nothing is written.

import { draw } from "./asked.js";
import { kept } from "./kept.js";
import { gridOf, position } from "./ground.js";
import * as outbox from "./outbox.js";
import { settled } from "./shots.js";
import * as store from "./store.js";
import { piece, word } from "./words.js";

export async function show({ account, found, main }) {
  const entries = (await store.parts(account, "entries/")).flatMap((part) => part.entries);
  const one = found[1] === "new" ? null : entries.find((some) => some.id === found[1]);
  const register = one?.register ?? new URLSearchParams(location.search).get("register");
  const shelf = (await store.part(account, "registers"))?.registers.find((some) => some.id === register);
  if (!shelf || (found[1] !== "new" && !one)) return piece("nothing", { title: word("h-entries"), text: word("entry-gone") });
  const [described, grids] = await Promise.all([store.part(account, `forms/${shelf.form}`), store.parts(account, "grid/")]);
  const own = grids.filter((grid) => grid.own);
  const record = await waiting(account, one);
  const page = piece("entry", { title: one ? one.name || one.code : word("new-entry", { title: shelf.title }), where: one ? `${shelf.title} · ${one.code}` : shelf.title, sealed: one ? word("sealed") : null });
  const at = (slot) => page.querySelector(`[data-slot=${slot}]`);
  const form = await draw(described, { known: { ...one?.data, ...record?.data.answers }, kept: await photosOf(account, record), entries, grids, only: (field) => !one || !field.required || !field.sensitive });
  at("form").append(form.element);
  if (one) at("area").remove();
  else {
    const select = at("area").querySelector("select");
    for (const grid of own) select.add(new Option(grid.name, grid.code, false, grid.code === record?.data.area));
    if (own.length > 1 && !record) position().then((here) => (select.value = gridOf([here.lon, here.lat], own).grid?.code ?? select.value), () => {});
  }
  page.addEventListener("submit", async (event) => {
    event.preventDefault();
    await settled();
    const { answers, photos, wrong } = form.read();
    at("wrong").hidden = !wrong;
    at("wrong").textContent = wrong;
    if (wrong) return;
    const data = { register, answers: one ? changed(one.data ?? {}, answers) : answers };
    if (one) data.entry = one.id;
    else data.area = at("area").querySelector("select").value;
    await kept(account, main, at("wrong"), { kind: "entry", data, base: one?.version ?? null, form: described.print, title: shelf.title, about: one ? `${one.code} ${one.name}` : String(answers[shelf.name] ?? ""), photos, ...(record ? { key: record.key, replaces: record } : {}) });
  });
  return page;
}

// what of it waits to be sent, and is written anew
async function waiting(account, one) {
  const asked = new URLSearchParams(location.search).get("edit");
  const records = (await outbox.unsent(account)).filter((some) => some.kind === "entry" && !some.tried);
  return records.find((some) => some.key === asked || (one && some.data.entry === one.id && some.state === "waiting"));
}

async function photosOf(account, record) {
  return (await Promise.all((record?.photos ?? []).map((key) => store.get("photos", account, key)))).filter(Boolean);
}

// only what was changed is said: what others wrote meanwhile in other fields stays theirs
function changed(before, after) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const found = {};
  for (const name of names) if (JSON.stringify(before[name]) !== JSON.stringify(after[name])) found[name] = after[name] ?? null;
  return found;
}
