// Putting right what was sent, without a network: the correction waits in the outbox like everything else.

import { gridOf } from "./ground.js";
import { kept } from "./kept.js";
import * as outbox from "./outbox.js";
import { startItems, startPlace, titleOf } from "./report.js";
import { settled, startShots } from "./shots.js";
import * as store from "./store.js";
import { piece, word } from "./words.js";

export async function show({ account, found, main }) {
  const number = decodeURIComponent(found[1]);
  const held = await store.part(account, `case/${number}`);
  const [items, grids] = await Promise.all([store.part(account, "items"), store.parts(account, "grid/")]);
  const one = held?.correctable ? held : await fromSent(account, number, items, grids);
  if (!one) return piece("nothing", { title: number, text: word("case-gone") });
  const item = (items?.groups ?? []).flatMap((group) => group.entries).find((entry) => entry.title === one.item)?.id ?? "";
  const area = grids.find((grid) => grid.name === one.place)?.code ?? "";
  const form = piece("report");
  const at = (slot) => form.querySelector(`[data-slot=${slot}]`);
  const state = { lon: null, lat: null };
  const old = (await outbox.unsent(account)).find((some) => some.key === new URLSearchParams(location.search).get("edit"));
  const shown = (await Promise.all((old?.photos ?? []).map((key) => store.get("photos", account, key)))).filter(Boolean);
  const shots = await startShots(at("photos"), { inputs: [...form.querySelectorAll("input[type=file]")], kept: shown });
  at("ways").remove();
  startPlace(form, at, state, grids, { area: old?.data.area ?? area, address: old?.data.address ?? one.address ?? "" });
  startItems(form, at, items, old?.data.item ?? item);
  form.elements.text.value = old?.data.text ?? "";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await settled();
    const photos = shots.photos();
    const now = form.querySelector("[name=item]:checked")?.value ?? item;
    const data = { number, address: form.elements.address.value.trim(), text: form.elements.text.value.trim(), photos: photos.map((shot) => shot.key) };
    if (now !== item) data.item = now;
    if (form.elements.area.value && form.elements.area.value !== area) data.area = form.elements.area.value;
    if (state.lon !== null) Object.assign(data, { lon: state.lon, lat: state.lat });
    const title = word("correction", { title: titleOf(items, now) || one.title });
    await kept(account, main, at("says"), { kind: "correct", data, base: one.version ?? null, title, about: `${number} ${one.title}`, photos, ...(old ? { key: old.key, replaces: old } : {}) });
  });
  return form;
}

// sent from this phone, and no longer with its worker: what was sent is what is put right
async function fromSent(account, number, items, grids) {
  const records = await outbox.list(account);
  const sent = records.find((one) => one.kind === "report" && one.state === "sent" && one.result?.subject === number);
  if (!sent) return null;
  const { area, lon, lat, address } = sent.data;
  const code = area || (lon === undefined ? "" : gridOf([lon, lat], grids).grid?.code);
  return { title: sent.title, item: titleOf(items, sent.data.item), place: grids.find((one) => one.code === code)?.name, address };
}
