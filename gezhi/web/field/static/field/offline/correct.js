// Putting right what was sent, without a network: the correction waits in the outbox like everything else.

import { kept } from "./kept.js";
import { startItems, startPlace, titleOf } from "./report.js";
import { startShots } from "./shots.js";
import * as store from "./store.js";
import { piece, word } from "./words.js";

export async function show({ account, found, main }) {
  const number = decodeURIComponent(found[1]);
  const one = await store.part(account, `case/${number}`);
  if (!one?.correctable) return piece("nothing", { title: number, text: word("case-gone") });
  const [items, grids] = await Promise.all([store.part(account, "items"), store.parts(account, "grid/")]);
  const item = (items?.groups ?? []).flatMap((group) => group.entries).find((entry) => entry.title === one.item)?.id ?? "";
  const area = grids.find((grid) => grid.name === one.place)?.code ?? "";
  const form = piece("report");
  const at = (slot) => form.querySelector(`[data-slot=${slot}]`);
  const state = { lon: null, lat: null };
  const shots = await startShots(at("photos"), { inputs: [...form.querySelectorAll("input[type=file]")] });
  startPlace(form, at, state, grids, { area, address: one.address ?? "" });
  startItems(form, at, items, item);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await shots.settled();
    const photos = shots.photos();
    const now = form.querySelector("[name=item]:checked")?.value ?? item;
    const data = { number, address: form.elements.address.value.trim(), text: form.elements.text.value.trim(), photos: photos.map((shot) => shot.key) };
    if (now !== item) data.item = now;
    if (form.elements.area.value && form.elements.area.value !== area) data.area = form.elements.area.value;
    if (state.lon !== null) Object.assign(data, { lon: state.lon, lat: state.lat });
    const title = word("correction", { title: titleOf(items, now) || one.title });
    await kept(account, main, at("says"), { kind: "correct", data, base: one.version, title, about: `${number} ${one.title}`, photos });
  });
  return form;
}
