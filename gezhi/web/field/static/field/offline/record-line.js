// One record of the outbox: what it is, how it stands and why, and what its owner can do about it.

import { addressOf, becameOf, isOpen, later } from "./mending.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";
import { moment, piece, word } from "./words.js";

export async function recordLine(account, record, { changed, send }) {
  const { result = {} } = record;
  const stuck = ["refused", "conflict"].includes(record.state);
  const line = piece("record", {
    title: record.title,
    about: numbered(record) ? `${result.subject} · ${record.about}` : record.about,
    state: stateWord(record),
    when: moment(record.sent ?? record.made),
    reason: stuck ? (result.reason ?? "") : (result.warnings ?? []).join(" "),
    todo: stuck ? [result.todo, result.kept].filter(Boolean).join(" ") : "",
    shots: await shotsOf(account, record),
    more: record.state === "conflict" ? (byField(record) ? fieldByField(record) : sides(record)) : picks(account, record, changed, send),
    buttons: buttons(account, record, changed, send),
  });
  line.dataset.key = record.key;
  line.dataset.state = record.state;
  return line;
}

// what was sent became a case, or an entry with a code: its number stands before all else
function numbered(record) {
  const became = becameOf(record);
  return record.state === "sent" && Boolean(became) && !record.about.includes(became);
}

function stateWord(record) {
  if (record.state === "waiting" && record.result?.outcome === "failed") return word("failed");
  if (record.state === "waiting") return word(record.tried ? "tried" : "waits");
  return word(record.state);
}

async function shotsOf(account, record) {
  const photos = await Promise.all((record.photos ?? []).map((key) => store.get("photos", account, key)));
  return photos.filter(Boolean).map((photo) => {
    const picture = document.createElement("img");
    picture.src = URL.createObjectURL(photo.blob);
    picture.alt = photo.name ?? "";
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
    return picture;
  });
}

// entries and activities are settled field by field, cases as a whole
function byField({ kind, result }) {
  return kind === "entry" || (["activity", "amend"].includes(kind) && result.facts?.activity);
}

// mine and theirs side by side, in words
function sides(record) {
  const { theirs, mine = {} } = record.result;
  const said = Object.values(mine.answers ?? {}).filter((one) => typeof one === "string");
  const own = [record.title, mine.reason, ...said].filter(Boolean).map((words) => Object.assign(document.createElement("p"), { textContent: words, dir: "auto" }));
  const lines = (theirs?.lines ?? []).map((words) => Object.assign(document.createElement("li"), { textContent: words, dir: "auto" }));
  return piece("sides", { mine: own, stands: theirs?.title ?? word("case-gone"), theirs: lines });
}

// field by field: mine or theirs
function fieldByField(record) {
  const box = document.createElement("div");
  box.className = "stack";
  for (const one of record.result.differences ?? []) {
    const set = piece("differs", { title: one.title });
    for (const side of ["mine", "theirs"]) {
      const label = piece("choice", { title: one[side] || "—", help: word(`side-${side}`) });
      Object.assign(label.querySelector("input"), { type: "radio", name: `${record.key}-${one.field}`, value: side, checked: side === "theirs" });
      label.querySelector("input").dataset.field = one.field;
      set.append(label);
    }
    box.append(set);
  }
  return box;
}

// what was chosen as mine goes again, on the version that stands; where nothing was, theirs is fine
async function chosen(account, record, line) {
  const fields = [...line.querySelectorAll("input[value=mine]:checked")].map((input) => input.dataset.field);
  if (record.kind !== "entry") return asAmend(account, record, fields);
  if (!fields.length) return outbox.drop(account, record);
  // the new record is kept before the old one goes: a full phone loses neither
  const answers = Object.fromEntries(fields.map((name) => [name, record.data.answers[name]]));
  await outbox.add(account, { kind: "entry", data: { ...record.data, answers }, base: record.result.theirs.version, form: record.form, title: record.title, about: record.about });
  return outbox.drop(account, record);
}

// what was found and photographed goes along in any case
async function asAmend(account, record, fields) {
  const { answers = {}, remarks, findings = [], photos = [] } = record.data;
  const data = { activity: record.result.facts.activity };
  const mine = Object.fromEntries(fields.filter((name) => name !== "remarks").map((name) => [name, answers[name]]));
  if (Object.keys(mine).length) data.answers = mine;
  if (fields.includes("remarks")) data.remarks = remarks;
  if (findings.length) data.findings = findings;
  if (photos.length) data.photos = photos;
  if (Object.keys(data).length === 1) return outbox.drop(account, record);
  const held = (await Promise.all((record.photos ?? []).map((key) => store.get("photos", account, key)))).filter(Boolean);
  const made = await outbox.add(account, { kind: "amend", data, base: record.result.theirs.version, title: word("correction", { title: record.title }), about: record.about, photos: held });
  return outbox.supersede(account, record, made);
}

// what the server asks to choose from: a side of a border, a part of a divided grid
function picks(account, record, changed, send) {
  if (record.state !== "refused" || !record.result?.choices?.length) return "";
  const set = piece("pick");
  for (const one of record.result.choices) {
    const label = piece("choice", { title: one.title, help: null });
    const input = label.querySelector("input");
    Object.assign(input, { type: "radio", name: `pick-${record.key}`, value: one.value });
    input.addEventListener("change", async () => {
      await again(account, { ...record, data: { ...record.data, area: one.value } });
      await changed();
      send();
    });
    set.append(label);
  }
  return set;
}

function buttons(account, record, changed, send) {
  const words = Object.fromEntries([...piece("buttons").children].map((one) => [one.dataset.do, one.textContent]));
  const found = [];
  const add = (name, work, kind = "button") => {
    const button = piece(kind);
    button.textContent = words[name];
    button.dataset.do = name;
    button.addEventListener("click", work);
    found.push(button);
  };
  if (record.state === "refused") add("retry", () => again(account, record).then(changed).then(send), "primary");
  if (record.state === "conflict" && byField(record)) add("chosen", (event) => chosen(account, record, event.target.closest(".record")).then(changed).then(send), "primary");
  else if (record.state === "conflict") {
    if (record.result.theirs?.version) add("again", () => again(account, { ...record, base: record.result.theirs.version }).then(changed).then(send), "primary");
    if (record.data.number) add("note", () => asNote(account, record).then(changed).then(send));
  }
  if (isOpen(record)) add("edit", () => location.assign(addressOf(record)));
  const more = later(record);
  if (more) add(record.result.facts?.form_changed ? "finish" : "correct", () => location.assign(more), record.result.facts?.form_changed ? "primary" : "button");
  if (record.state !== "sent") add("delete", () => remove(account, record, changed));
  return found;
}

export async function again(account, record) {
  await outbox.change(account, { ...record, state: "waiting", result: undefined });
}

// mine is kept as a note: nothing of it is lost, and the other's version stands
async function asNote(account, record) {
  const said = Object.values(record.data.answers ?? {}).filter((one) => typeof one === "string" && one);
  const text = [word("mine-was", { title: record.title }), ...said].join("\n");
  const data = { number: record.data.number, text, photos: record.photos };
  await outbox.change(account, { ...record, kind: "note", data, base: null, form: "", state: "waiting", tried: false, result: undefined, key: outbox.newKey() });
  await store.remove("outbox", account, record.key);
}

async function remove(account, record, changed) {
  const box = document.getElementById("ask");
  box.querySelector("[data-says]").textContent = word("sure-delete") + (record.tried ? ` ${word("sure-tried")}` : "");
  box.returnValue = "";
  box.showModal();
  await new Promise((done) => box.addEventListener("close", done, { once: true }));
  if (box.returnValue !== "yes") return;
  await outbox.drop(account, record);
  await changed();
}
