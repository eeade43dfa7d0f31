// A page of the server whose network drops in the middle: what it was about to send is kept in the same outbox.

import * as outbox from "./outbox.js";
import { answersOf as schemeAnswers } from "./page-answers.js";
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
  return keep(form, { kind: "report", key: text("key"), data, title: chip, about: [where, data.address, data.text].filter(Boolean).join(" · "), photos });
}

const account = () => document.querySelector("meta[name=draft-user]").content;
// sent from here already, and no answer came: nobody knows whether it arrived
const keep = (form, given) => outbox.add(account(), { ...given, tried: "unsure" in form.dataset });

// by what a page's form says of itself (`data-keep`): each keeps it as the same form without a network would, and may say
// where one goes on
export const keepers = {
  act(form) {
    const { answers, shots } = answersOf(form, form.dataset.key, form.dataset.kinds);
    const data = { number: form.dataset.number, action: word(form, "action"), desk: word(form, "desk"), answers };
    if (Number(word(form, "part"))) data.part = Number(word(form, "part"));
    return record(form, "act", data, { base: Number(word(form, "version")), photos: shots });
  },
  note: (form) => record(form, "note", { number: form.dataset.number, text: word(form, "note"), photos: [] }),
  sign: (form) => record(form, "sign", { activity: form.dataset.activity, agrees: true }, { base: version(form) }),
  decline: (form) => record(form, "sign", { activity: form.dataset.activity, agrees: false, reason: word(form, "reason") }, { base: version(form) }),
  remarks: (form) => record(form, "amend", { activity: form.dataset.activity, remarks: word(form, "remarks") }, { base: version(form) }),
  withdraw: (form) => record(form, "amend", { activity: form.dataset.activity, withdraw: word(form, "reason") }),
  away: (form) => record(form, "excuse", { first: word(form, "first"), last: word(form, "last"), reason: word(form, "reason") }, { about: `${word(form, "first")} – ${word(form, "last")}` }),
  back: (form) => record(form, "excuse", { back: word(form, "id") }),
  take_back: (form) => record(form, "excuse", { take_back: word(form, "id") }),
  object: (form) => record(form, "excuse", { duty: word(form, "duty"), area: word(form, "area"), on: word(form, "on"), reason: word(form, "why") }),
  answers(form) {
    const { answers, shots } = schemeAnswers(form, photosOf, { whole: true });
    return record(form, "amend", { activity: form.dataset.activity, answers }, { base: version(form), form: word(form, "form_print"), photos: shots });
  },
  finding(form) {
    const [before, after] = ["photos_before", "photos_after"].map((name) => photosIn(form, name));
    const one = { text: word(form, "text"), item: word(form, "item"), way: word(form, "way"), result: word(form, "result") };
    if (one.way === "limited") Object.assign(one, { interim: word(form, "interim"), until: word(form, "until") });
    const findings = [{ ...one, photos_before: before.map((shot) => shot.key), photos_after: after.map((shot) => shot.key) }];
    return record(form, "amend", { activity: form.dataset.activity, findings }, { photos: [...before, ...after] });
  },
  end(form) {
    const said = new FormData(form);
    const { answers, shots } = schemeAnswers(form, photosOf);
    const data = { activity: form.dataset.activity, ended: new Date().toISOString(), answers, findings: [], photos: [], remarks: word(form, "remarks"), others: said.getAll("others").map(String) };
    if (said.has("nil")) data.nil = true;
    if (said.get("agrees")) data.agrees = said.get("agrees") === "yes";
    return record(form, "activity", data, { form: word(form, "form_print"), photos: shots });
  },
  async begin(form) {
    const [underway, { owed }] = await Promise.all([import("./underway.js"), import("./rounds.js")]);
    const { duty, area, entry, title, about } = form.dataset;
    const place = word(form, "lon") ? [word(form, "lon"), word(form, "lat"), word(form, "accuracy") || 0].map(Number) : null;
    const known = (await owed(account())).find((one) => one.duty === duty);
    const here = { duty, area, of: entry, start: word(form, "start"), title, name: about, began: new Date().toISOString(), place };
    const one = known ? { ...known, area, objects: undefined } : undefined;
    await underway.begin(account(), { ...here, one }, { key: word(form, "key"), tried: "unsure" in form.dataset });
    return underway.addressOf(here);
  },
};

const word = (form, name) => String(new FormData(form).get(name) ?? "").trim();
const version = (form) => Number(word(form, "version")) || null;

// under the key that the form was sent with: if it did arrive after all, it is not taken a second time
async function record(form, kind, data, more = {}) {
  await keep(form, { kind, key: word(form, "key"), data, title: form.dataset.title, about: form.dataset.about ?? "", photos: [], ...more });
}

function photosIn(form, name) {
  const input = form.querySelector(`input[type=file][name="${CSS.escape(name)}"]`);
  return photosOf([...(input?.closest(".field")?.querySelectorAll(".photo") ?? [])].map((tile) => tile.photo).filter(Boolean));
}

export async function sendNow() {
  return sendAll(account());
}

function photosOf(files) {
  return files.map((blob) => ({ key: `p-${outbox.newKey()}`, blob, name: blob.name ?? "photo.jpg", up: false }));
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
    const taken = photosIn(form, name);
    shots.push(...taken);
    return taken.map((one) => one.key);
  }
  if (["choices", "departments"].includes(kind)) return said.getAll(name).map(String);
  const value = String(said.get(name) ?? "").trim();
  if (kind === "yes_no") return value ? value === "yes" : null;
  if (["whole", "money", "decimal"].includes(kind)) return value ? Number(value.replaceAll(",", "")) : null;
  return value;
}
