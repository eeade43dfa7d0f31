// Words that were typed and not sent come back: in this tab also after the session has ended, and on this machine also
// after the tab was closed or the browser died, for the same person alone. Forms say `data-draft`; what came back is said
// beside it, with the time, and can be discarded. `data-draft-tab`: never kept beyond this tab.

import { openRoom } from "./draft-room.js";
import { asServed, touched } from "./touched.js";

const SENT = "draft.sent";
const WHO = "draft.who";
const WAIT = 400;
const BOXES = "textarea, select, input:not([type=hidden]):not([type=file]):not([type=search]):not([type=password]):not([type=radio]):not([type=checkbox])";
const here = document.querySelector("meta[name=draft-user]");
const started = new WeakSet();
const timers = {};
const room = here?.content ? openRoom(here.content, here.dataset.key) : null;

export function startDrafts(within = document) {
  if (!room) return;
  if (within === document) {
    forgetOthers(here.content);
    room.tidy();
    forgetSent();
  }
  for (const form of within.querySelectorAll("form[data-draft]")) {
    if (!started.has(form)) keep(form, `draft:${form.dataset.draft}`);
    started.add(form);
  }
  // what a page gave back is thrown away: this tab does not bring it back either
  const discards = within.querySelector("form[data-discards]");
  discards?.addEventListener("submit", () => sessionStorage.setItem(SENT, `draft:${discards.dataset.discards}`));
}

// whoever signs out leaves nothing behind
export function forgetAll() {
  sessionStorage.clear();
  room?.empty();
}

// kept elsewhere by now: in a phone's outbox, say
export function forgetDraft(name) {
  if (room) forget(`draft:${name}`);
}

// what somebody else typed in this tab before is not theirs to read who sits here now
function forgetOthers(who) {
  if (sessionStorage.getItem(WHO) !== who) sessionStorage.clear();
  sessionStorage.setItem(WHO, who);
}

// what was sent and taken is forgotten; what was refused stays
function forgetSent() {
  const sent = sessionStorage.getItem(SENT);
  if (sent && document.querySelector(".messages .banner--ok, .receipt, [data-taken]")) forget(sent);
  sessionStorage.removeItem(SENT);
}

function forget(key) {
  clearTimeout(timers[key]); // what was about to be written is forgotten, too
  sessionStorage.removeItem(key);
  room.drop(key);
}

function inTab(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

async function keep(form, key) {
  const tabOnly = "draftTab" in form.dataset;
  const kept = inTab(key) ?? (tabOnly ? null : await room.read(key)) ?? {};
  const early = named(form).some(([, box]) => touched(box));
  if (kept["|at"]) bringBack(form, key, kept);
  const save = () => {
    const words = wordsOf(form, kept);
    clearTimeout(timers[key]);
    if (!Object.values(words).some((word) => word.trim())) return forget(key);
    const all = { ...words, "|served": servedOf(form, words), "|marks": chosen(form), "|marked": servedMarks(form), "|at": Date.now() };
    try {
      sessionStorage.setItem(key, JSON.stringify(all));
    } catch {
      // the browser's room is full: the words are still in the form
    }
    if (!tabOnly) timers[key] = setTimeout(() => room.write(key, all), WAIT);
  };
  form.addEventListener("input", save);
  form.addEventListener("gezhi:drawn", save);
  form.addEventListener("submit", () => sessionStorage.setItem(SENT, key));
  if (early) save(); // written before this script listened
}

// rows that a form repeats carry the same name: each box is told by its name and its place among them
function named(form) {
  const seen = {};
  const found = [];
  for (const box of form.querySelectorAll(BOXES)) {
    if (!box.name || box.name === "contact") continue;
    const at = (seen[box.name] = (seen[box.name] ?? 0) + 1);
    found.push([at === 1 ? box.name : `${box.name}#${at}`, box]);
  }
  return found;
}

function marksOf(form) {
  return [...form.querySelectorAll("input[type=radio], input[type=checkbox]")].filter((box) => !box.name.endsWith(".kept"));
}

const said = (box) => `${box.name}=${box.value}`;

function chosen(form) {
  return marksOf(form).filter((box) => box.checked).map(said);
}

function servedMarks(form) {
  return marksOf(form).filter((box) => box.defaultChecked).map(said);
}

function wordsOf(form, kept) {
  const changed = named(form).filter(([name, box]) => box.value !== asServed(box) || kept[name]);
  return Object.fromEntries(changed.map(([name, box]) => [name, box.value]));
}

// what stood in the boxes before they were typed in: only over the same words does a draft come back
function servedOf(form, words) {
  return Object.fromEntries(named(form).filter(([name]) => name in words).map(([name, box]) => [name, asServed(box)]));
}

// what the server says otherwise than then, or somebody is typing at this moment, stays
function bringBack(form, key, kept) {
  const marks = marksOf(form);
  const before = marks.map((box) => box.checked);
  addRows(form, kept);
  const came = [];
  for (const [name, box] of named(form)) {
    if (!kept[name] || box.value !== asServed(box) || kept[name] === box.value) continue;
    const served = box.value;
    if (served && kept["|served"]?.[name] !== served) continue;
    box.value = kept[name];
    if (box.value !== kept[name]) box.value = served; // no longer offered
    else came.push([box, served]);
    const folded = box.closest("details");
    if (folded) folded.open = true;
  }
  if (!came.length) return;
  if (kept["|marks"]) bringMarks(form, kept["|marks"], kept["|marked"] ?? []);
  tell(form, came);
  say(form, key, kept["|at"], () => {
    for (const [box, served] of came) box.value = served;
    marks.forEach((box, at) => (box.checked = before[at]));
    tell(form, came);
  });
}

// a question whose marks the server has otherwise by now keeps them
function bringMarks(form, marks, served) {
  const all = marksOf(form);
  const moved = new Set(all.filter((box) => box.defaultChecked !== served.includes(said(box))).map((box) => box.name));
  for (const box of all) if (!moved.has(box.name)) box.checked = marks.includes(said(box));
}

// whoever draws or reckons from a box sees it as if it had been typed in
function tell(form, came) {
  for (const [box] of came) box.dispatchEvent(new Event("change", { bubbles: true }));
  // marks came back, too: the form as a whole
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

// a form that grows rows grows as many as there were
function addRows(form, kept) {
  for (const repeat of form.querySelectorAll("[data-repeat]")) {
    const rows = Object.keys(kept).map((name) => (name.startsWith(`${repeat.dataset.repeat}.`) ? Number(name.split(".")[1]) + 1 : 0));
    const most = Math.min(50, Math.max(0, ...rows.filter(Number.isFinite)));
    for (let n = repeat.querySelectorAll(":scope > [data-row]").length; n < most; n += 1) repeat.querySelector("[data-more]")?.click();
  }
}

// "draft from 10:20 · discard"
function say(form, key, at, discard) {
  const line = document.createElement("p");
  line.className = "drafted t-small";
  line.title = here.dataset.kept ?? "";
  const then = new Date(at);
  const today = then.toDateString() === new Date().toDateString();
  const day = today ? {} : { month: "numeric", day: "numeric" };
  const time = at ? then.toLocaleString(document.documentElement.lang, { ...day, hour: "2-digit", minute: "2-digit" }) : "";
  line.append((here.dataset.from ?? "").replace("{time}", time).trim());
  const button = document.createElement("button");
  button.type = "button";
  button.className = "linkbtn";
  button.textContent = here.dataset.discard ?? "×";
  button.addEventListener("click", () => {
    forget(key);
    discard();
    line.remove();
    form.querySelector("textarea, input.input")?.focus();
  });
  line.append(" ", button);
  const first = form.querySelector("fieldset, .field");
  if (first) first.before(line);
  else form.prepend(line);
}
