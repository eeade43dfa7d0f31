// A case on this phone: where it is, until when, what may be done and what that asks. What is done goes to the outbox.

import { form } from "./fields.js";
import { lamp } from "./icons.js";
import { light } from "./lights.js";
import { kept } from "./kept.js";
import { settled, startShots } from "./shots.js";
import * as store from "./store.js";
import { waitingOf } from "./today.js";
import { moment, piece, word } from "./words.js";

export async function show({ account, note, found, main }) {
  const number = decodeURIComponent(found[1]);
  const one = await store.part(account, `case/${number}`);
  if (!one) return piece("nothing", { title: number, text: word("case-gone") });
  document.querySelector("[data-top]").textContent = number;
  const asked = new URLSearchParams(location.search);
  const record = (await waitingOf(account)).get(number);
  const editing = record && asked.get("edit") === record.key ? record : null;
  const lit = light(one, Date.now() + (note?.shift ?? 0) * 1000);
  const page = piece("case", {
    title: one.title, where: [one.item, one.place, one.address].filter(Boolean).join(" · "), lamp: lamp(lit), light: word(lit),
    due: one.due ? moment(one.due) : "", text: one.text ?? "", hindered: one.hindered ?? null, step: one.step ?? "",
    waits: record && !editing ? piece("banner", { text: `${word("waits")}: ${record.title}` }) : null,
    correct: one.correctable ? link(`/field/case/${number}/correct`, word("h-correct")) : null,
    way: one.lat ? link(`geo:${one.lat},${one.lon}?q=${one.lat},${one.lon}`, `${one.lat}, ${one.lon}`) : null,
  });
  const acts = page.querySelector("[data-slot=acts]");
  acts.id = "do";
  if (!record || record.kind === "note" || editing) {
    for (const doing of one.doings ?? []) acts.append(await act(account, one, doing, { editing, open: asked.get("do"), main }));
  }
  page.querySelector("[data-slot=story]").append(...happened(one));
  page.querySelector("[data-slot=note]").append(noteForm(account, one, editing?.kind === "note" ? editing : null, main));
  return page;
}

// what happened until this phone last heard of it; photos and what is older are seen where there is a network
function happened({ story = [], earlier = 0 }) {
  if (!story.length) return [];
  const rows = story.map(({ at, title, who = "", say = "", facts = [], photos = 0 }) => piece("happened", {
    title, at: moment(at), who, say, facts: facts.map(([name, words]) => piece("fact", { title: name, words })),
    photos: photos ? word("photos-online", { n: photos }) : "",
  }));
  const list = piece("story", { rows, earlier: earlier ? word("earlier-online", { n: earlier }) : "" });
  return [list];
}

// a word or a photo for colleagues
function noteForm(account, one, old, main) {
  const box = piece("note");
  const form = box.querySelector("form");
  const says = box.querySelector("[data-slot=wrong]");
  const shots = Promise.all((old?.photos ?? []).map((key) => store.get("photos", account, key)))
    .then((held) => startShots(box.querySelector("[data-slot=shots]"), { id: "note-shots", kept: held.filter(Boolean) }));
  box.open = Boolean(old);
  form.elements.text.value = old?.data.text ?? "";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = form.elements.text.value.trim();
    await settled();
    const photos = (await shots).photos();
    says.hidden = Boolean(text || photos.length);
    says.textContent = word("need-note");
    if (!text && !photos.length) return;
    const data = { number: one.number, text, photos: photos.map((photo) => photo.key) };
    await kept(account, main, says, { kind: "note", data, title: word("h-note"), about: `${one.number} ${text || one.title}`, photos, ...(old ? { key: old.key, replaces: old } : {}) });
  });
  return box;
}

async function act(account, one, doing, { editing, open, main }) {
  if (doing.blocked) return piece("blocked", { title: doing.title, why: doing.blocked });
  const mine = editing?.data.action === doing.action ? editing : null;
  const box = piece("act", { title: doing.title, send: doing.title, clause: doing.clause ?? null });
  if (doing.usual) box.querySelector("summary").classList.add("btn--primary");
  box.open = mine !== null || open === doing.key;
  const photos = mine ? (await Promise.all(mine.photos.map((key) => store.get("photos", account, key)))).filter(Boolean) : [];
  const asked = await form(doing.fields ?? [], mine?.data.answers, photos);
  box.querySelector("[data-slot=fields]").append(...asked.elements);
  box.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await settled();
    const { answers, photos: shots, wrong } = asked.read();
    const says = box.querySelector("[data-slot=wrong]");
    says.hidden = !wrong;
    says.textContent = wrong;
    if (wrong) return;
    const data = { number: one.number, action: doing.action, desk: doing.desk, answers };
    if (doing.part) data.part = doing.part;
    await kept(account, main, says, {
      ...(mine ? { replaces: mine } : {}), kind: "act", data, title: doing.title, about: `${one.number} ${one.title}`, base: one.version, form: doing.print ?? "", photos: shots,
    });
  });
  return box;
}

function link(address, words) {
  const found = piece("link");
  found.href = address;
  found.textContent = words;
  return found;
}
