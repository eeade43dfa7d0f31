// A form of the plan, as it was downloaded: drawn with the same fields as an action's, asked for as its conditions say.

import { workOut } from "../../gezhi/trees.js";
import { form } from "./fields.js";
import { piece, word } from "./words.js";

const DATED = ["date", "moment"];
const DAY_MS = 86_400_000;

// returns {element, read()}; `known` are answers held already, `entries` and `grids` what may be picked from
export async function draw(described, { known = {}, entries = [], grids = [], kept = [], only = () => true } = {}) {
  const element = document.createElement("div");
  element.className = "stack";
  const drawn = [];
  for (const one of flat(described?.fields ?? [])) {
    if (!only(one)) continue;
    const part = one.kind === "repeat" ? await repeat(one, known[one.id], kept) : await single(one, known, { entries, grids, kept });
    drawn.push({ one, part });
    element.append(...part.elements);
  }
  const look = () => show(drawn);
  element.addEventListener("input", look);
  element.addEventListener("change", look);
  look();
  return { element, read: () => read(drawn) };
}

function flat(fields) {
  return fields.flatMap((one) => (one.kind === "group" ? flat(one.fields ?? []).map((inner) => ({ ...inner, when: inner.when ?? one.when })) : [one]));
}

async function single(one, known, { entries, grids, kept }) {
  if (one.kind === "note") {
    const line = Object.assign(document.createElement("p"), { className: "dim", textContent: one.title });
    return { elements: [line], read: () => ({ answers: {}, photos: [], wrong: "" }) };
  }
  return form([asField(one, entries, grids)], known, kept);
}

// what the server describes, in the words of fields.js
function asField(one, entries, grids) {
  const [kind, choices] = picked(one, entries, grids);
  return {
    id: one.id, kind, label: one.unit ? `${one.title}（${one.unit}）` : one.title, hint: one.hint, required: one.required, choices,
    low: bound(one, one.low), high: bound(one, one.high),
  };
}

function picked(one, entries, grids) {
  if (one.kind === "entry") return ["choice", entries.filter((entry) => entry.register === one.register).map((entry) => ({ value: entry.id, title: `${entry.name} ${entry.code}` }))];
  if (one.kind === "area") return ["choice", grids.map((grid) => ({ value: grid.code, title: grid.name }))];
  return [{ address: "line", text: "line", long_text: "text" }[one.kind] ?? one.kind, (one.choices ?? []).map(([value, title]) => ({ value, title }))];
}

function bound(one, limit) {
  if (limit === undefined || limit === null) return undefined;
  if (!DATED.includes(one.kind)) return limit;
  if (typeof limit === "string") return limit.slice(0, 10);
  const days = { days: 1, weeks: 7, months: 31, years: 366 }[limit.unit];
  return days ? new Date(Date.now() + limit.amount * days * DAY_MS).toISOString().slice(0, 10) : undefined;
}

async function repeat(one, before, kept) {
  const box = document.createElement("fieldset");
  box.className = "field stack";
  box.append(Object.assign(document.createElement("legend"), { className: "label", textContent: one.title }));
  const rows = [];
  const more = piece("button");
  more.textContent = word("add-row");
  more.addEventListener("click", () => add({}));
  box.append(more);
  async function add(values) {
    const row = await draw({ fields: one.fields }, { known: values, kept });
    rows.push(row);
    box.insertBefore(row.element, more);
  }
  for (const values of before ?? []) await add(values);
  if (one.required && !before?.length) await add({});
  return {
    elements: [box],
    read: () => {
      const all = rows.map((row) => row.read());
      const kept = all.map((row) => row.answers).filter((answers) => Object.keys(answers).length);
      return { answers: kept.length ? { [one.id]: kept } : {}, photos: all.flatMap((row) => row.photos), wrong: all.find((row) => row.wrong)?.wrong ?? "" };
    },
  };
}

function isAsked(one, answers) {
  if (!one.when) return true;
  try {
    return workOut(one.when, answers) !== false;
  } catch {
    return true; // only the server can tell: then it is asked
  }
}

function show(drawn) {
  const answers = blanks(drawn);
  for (const { one, part } of drawn) {
    const asked = isAsked(one, answers);
    for (const element of part.elements) element.hidden = !asked;
    if (asked) Object.assign(answers, part.read({ quiet: true }).answers);
  }
}

const BLANK = { whole: 0, decimal: 0, money: 0, yes_no: false, choices: [], photos: [], repeat: [], place: null };
function blanks(drawn) {
  return Object.fromEntries(drawn.map(({ one }) => [one.id, one.kind in BLANK ? BLANK[one.kind] : ""]));
}

function read(drawn) {
  const told = { answers: {}, photos: [], wrong: "" };
  for (const { part } of drawn) {
    if (part.elements[0]?.hidden) continue;
    const { answers, photos, wrong } = part.read();
    Object.assign(told.answers, answers);
    told.photos.push(...photos);
    told.wrong ||= wrong;
  }
  return told;
}
