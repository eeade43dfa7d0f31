// Reporting without a network: photo, place, item, send. At most six taps; the grid is found on the phone.

import { gridOf, position } from "./ground.js";
import { kept } from "./kept.js";
import { startOpening } from "./opening.js";
import * as outbox from "./outbox.js";
import { settled, startShots } from "./shots.js";
import * as store from "./store.js";
import { startWays } from "./ways.js";
import { piece, word } from "./words.js";

export async function show({ account, main }) {
  const key = new URLSearchParams(location.search).get("edit");
  const before = key ? await outbox.find(account, key) : null;
  const [items, grids, spot] = await Promise.all([store.part(account, "items"), store.parts(account, "grid/"), store.part(account, "spot")]);
  const form = piece("report");
  const at = (slot) => form.querySelector(`[data-slot=${slot}]`);
  const data = before?.data ?? {};
  const state = { lon: data.lon ?? null, lat: data.lat ?? null };
  const photos = before ? (await Promise.all(before.photos.map((one) => store.get("photos", account, one)))).filter(Boolean) : [];
  const shots = await startShots(at("photos"), { inputs: [...form.querySelectorAll("input[type=file]")], kept: photos.filter((one) => (data.photos ?? []).includes(one.key)) });
  // what may have arrived already is done, or not: then only the report can be put right
  const ways = startWays(at("ways"), spot, { before: data.then, kept: photos, open: !before?.tried });
  const opening = startOpening(at("opening"), spot?.opens, { before: data.facts, kept: photos, open: !before?.tried });
  const look = () => {
    const item = form.querySelector("[name=item]:checked")?.value ?? "";
    opening.look(item);
    ways.look(item, isOwn());
  };
  startPlace(form, at, state, grids, data, look);
  startItems(form, at, items, data.item);
  form.addEventListener("change", look);
  look();
  form.elements.text.value = data.text ?? "";
  at("says").textContent = before?.tried ? word("edit-tried") : "";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const item = form.querySelector("[name=item]:checked")?.value ?? "";
    const area = form.elements.area.value;
    if (!(need(at("need-item"), item ? "" : word("need-item")) && need(at("need-place"), area || state.lon !== null ? "" : word("need-place")))) return;
    at("send").classList.add("is-busy");
    await settled();
    at("send").classList.remove("is-busy");
    const begun = opening.read();
    if (!need(at("need-opening"), begun.wrong)) return;
    const done = ways.read();
    if (!need(at("need-way"), done.wrong)) return;
    at("send").classList.add("is-busy");
    const chosen = [...shots.photos(), ...begun.photos, ...done.photos];
    const made = { item, area, address: form.elements.address.value.trim(), text: form.elements.text.value.trim(), photos: shots.photos().map((one) => one.key) };
    if (Object.keys(begun.answers).length) made.facts = begun.answers;
    if (done.then) made.then = done.then;
    if (state.lon !== null) Object.assign(made, { lon: state.lon, lat: state.lat });
    const title = titleOf(items, item);
    const about = [form.querySelector("[data-slot=place]").textContent, made.address, made.text].filter(Boolean).join(" · ");
    await keepIt(before, { made, title, about, chosen });
    at("send").classList.remove("is-busy");
  });
  return form;

  function isOwn() {
    const code = form.elements.area.value || (state.lon === null ? "" : (gridOf([state.lon, state.lat], grids).grid?.code ?? ""));
    return grids.some((one) => one.own && one.code === code);
  }

  // what may have arrived already is corrected, not sent a second time
  async function keepIt(old, { made, title, about, chosen }) {
    if (!old) return kept(account, main, at("says"), { kind: "report", data: made, title, about, photos: chosen });
    if (!old.tried) return kept(account, main, at("says"), { kind: "report", key: old.key, at: new Date(old.at), data: made, title, about, photos: chosen, replaces: old });
    const fresh = chosen.filter((one) => !old.photos.includes(one.key));
    const right = { ...made, then: undefined, of: old.key, photos: fresh.map((one) => one.key) };
    if (right.text === old.data.text) delete right.text;
    return kept(account, main, at("says"), { kind: "correct", data: right, title: word("correction", { title }), about, photos: fresh });
  }
}

function need(line, words) {
  line.hidden = !words;
  line.textContent = words;
  if (words) line.closest("fieldset").focus();
  return !words;
}

export function titleOf(items, id) {
  return (items?.groups ?? []).flatMap((group) => group.entries).find((one) => one.id === id)?.title ?? id;
}

export function startPlace(form, at, state, grids, data, changed = () => {}) {
  const own = grids.filter((one) => one.own);
  const select = at("grids");
  select.add(new Option(word("choose"), ""));
  for (const one of [...own, ...grids.filter((grid) => !grid.own)]) select.add(new Option(one.name, one.code, false, one.code === data.area));
  const panel = form.querySelector("#changing");
  at("change").addEventListener("click", () => open(panel.hidden));
  at("here").addEventListener("click", () => locate());
  select.addEventListener("change", () => say(select.selectedOptions[0].value ? select.selectedOptions[0].text : "", word("by-hand")));
  form.elements.address.value = data.address ?? "";
  if (data.area || state.lon !== null) place(0);
  else if (own.length === 1) {
    select.value = own[0].code;
    say(own[0].name, "");
    locate();
  } else {
    say("", "");
    locate();
  }

  function open(wide) {
    panel.hidden = !wide;
    at("change").setAttribute("aria-expanded", wide);
  }

  function say(name, exact) {
    at("place").textContent = name || word("no-place");
    at("exact").textContent = exact;
    changed();
  }

  async function locate() {
    at("exact").textContent = word("here-waiting");
    try {
      const found = await position();
      Object.assign(state, { lon: Number(found.lon.toFixed(6)), lat: Number(found.lat.toFixed(6)) });
      select.value = "";
      place(found.accuracy);
    } catch {
      at("exact").textContent = select.value ? "" : word("here-none");
      if (!select.value) open(true);
    }
  }

  function place(accuracy) {
    const exact = accuracy ? word("here-found", { n: accuracy }) : "";
    if (select.value) return say(select.selectedOptions[0].text, exact);
    const { grid, near } = gridOf([state.lon, state.lat], grids);
    if (near.length) {
      say(word("which-side"), exact);
      return open(true);
    }
    say(grid?.name ?? word("outside"), exact);
  }
}

export function startItems(form, at, items, chosen) {
  const entries = (items?.groups ?? []).flatMap((group) => group.entries);
  const chips = at("chips");
  const all = piece("all");
  const panel = form.querySelector("#all-items");
  for (const id of new Set([...(chosen ? [chosen] : []), ...(items?.chips ?? [])])) chips.append(chip(entries.find((one) => one.id === id)));
  chips.append(all);
  all.addEventListener("click", () => open(panel.hidden));
  at("search").addEventListener("input", () => draw(at("search").value.trim().toLowerCase()));
  draw("");

  function open(wide) {
    panel.hidden = !wide;
    all.setAttribute("aria-expanded", wide);
    if (wide) at("search").focus();
  }

  function chip(entry) {
    const label = piece("chip", { title: entry.title });
    const input = label.querySelector("input");
    input.value = entry.id;
    input.checked = entry.id === chosen;
    input.addEventListener("change", () => divert(entry));
    return label;
  }

  function draw(words) {
    const fitting = entries.filter((one) => !words || `${one.title} ${one.words ?? ""}`.toLowerCase().includes(words)).slice(0, 40);
    at("items").replaceChildren(...fitting.map(line));
  }

  function line(entry) {
    const label = piece("choice", { title: entry.title, help: entry.limit ?? null });
    const input = label.querySelector("input");
    input.type = "radio";
    input.name = "pick";
    input.addEventListener("change", () => {
      const twin = chips.querySelector(`input[value="${CSS.escape(entry.id)}"]`)?.closest("label") ?? chip(entry);
      chips.prepend(twin);
      twin.querySelector("input").checked = true;
      open(false);
      divert(entry);
      twin.querySelector("input").focus();
    });
    return label;
  }

  function divert(entry) {
    at("divert").hidden = !entry.divert;
    at("divert").textContent = entry.divert ?? "";
  }
}
