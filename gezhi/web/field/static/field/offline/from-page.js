// A page of the server whose network drops in the middle: what it was about to send is kept in the same outbox.

import * as outbox from "./outbox.js";
import { sendAll } from "./send.js";

// the report's own key goes with it: if it did arrive after all, it is the same case
export async function keepReport(form, files) {
  const said = new FormData(form);
  const text = (name) => String(said.get(name) ?? "").trim();
  const photos = photosOf(files);
  const data = { item: text("item"), area: text("area"), address: text("address"), text: text("text"), photos: photos.map((one) => one.key) };
  if (text("lon")) Object.assign(data, { lon: Number(text("lon")), lat: Number(text("lat")) });
  const opening = form.querySelector("[data-opening]");
  if (opening) {
    const { answers, shots } = answersOf(form, "open", opening.dataset.kinds);
    data.facts = answers;
    photos.push(...shots);
  }
  if (text("do")) {
    const { answers, shots } = answersOf(form, text("do"), form.querySelector(`[data-way="${CSS.escape(text("do"))}"]`)?.dataset.kinds ?? "");
    data.then = { action: text("do"), answers };
    photos.push(...shots);
  }
  const chip = form.querySelector("[name=item]:checked")?.closest("label")?.textContent.trim() ?? data.item;
  const where = form.querySelector("#says-where b")?.textContent ?? "";
  return keep({ kind: "report", key: text("key"), data, title: chip, about: [where, data.address, data.text].filter(Boolean).join(" · "), photos });
}

export async function keepAct(form) {
  const said = new FormData(form);
  const key = form.dataset.key;
  const { answers, shots } = answersOf(form, key, form.dataset.kinds);
  const data = { number: form.dataset.number, action: String(said.get("action")), desk: String(said.get("desk")), answers };
  if (Number(said.get("part"))) data.part = Number(said.get("part"));
  return keep({ kind: "act", data, base: Number(said.get("version")), title: form.dataset.title, about: form.dataset.about, photos: shots });
}

async function keep(given) {
  const account = document.querySelector("meta[name=draft-user]").content;
  return outbox.add(account, given);
}

export async function sendNow() {
  return sendAll(document.querySelector("meta[name=draft-user]").content);
}

function photosOf(files) {
  return files.map((blob) => ({ key: `p-${crypto.randomUUID()}`, blob, name: blob.name ?? "photo.jpg", up: false }));
}

// `kinds` names the form's fields with what they are: settle-result:text settle-photos_after:photos
function answersOf(form, key, kinds) {
  const said = new FormData(form);
  const answers = {};
  const shots = [];
  for (const one of kinds.split(/\s+/).filter(Boolean)) {
    const at = one.lastIndexOf(":");
    const [name, kind] = [one.slice(0, at), one.slice(at + 1)];
    const value = valueOf(form, said, name, kind, shots);
    if (value !== null && value !== "" && !(Array.isArray(value) && !value.length)) answers[name.slice(key.length + 1)] = value;
  }
  return { answers, shots };
}

function valueOf(form, said, name, kind, shots) {
  if (kind === "photos") {
    const input = form.querySelector(`input[type=file][name="${CSS.escape(name)}"]`);
    const taken = photosOf([...(input?.closest(".field")?.querySelectorAll(".photo") ?? [])].map((tile) => tile.photo).filter(Boolean));
    shots.push(...taken);
    return taken.map((one) => one.key);
  }
  if (["choices", "departments"].includes(kind)) return said.getAll(name).map(String);
  const value = String(said.get(name) ?? "").trim();
  if (kind === "yes_no") return value ? value === "yes" : null;
  if (["whole", "money", "decimal"].includes(kind)) return value ? Number(value.replaceAll(",", "")) : null;
  return value;
}
