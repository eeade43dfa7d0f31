// Forms of whatever the plan asks: drawn from the downloaded description, read and checked as the server will.

import { position } from "./ground.js";
import { startShots } from "./shots.js";
import { piece, word } from "./words.js";

const MANY = 6;
let count = 0;

// returns {element, read()}: read gives {answers, photos, wrong}; `before` fills in what was answered
export async function form(asked, before = {}, kept = []) {
  const fields = [];
  for (const one of asked) fields.push(await field(one, before[one.id], kept));
  return { elements: fields.map((one) => one.element), read: ({ quiet = false } = {}) => gather(fields, quiet) };
}

function gather(fields, quiet) {
  const told = { answers: {}, photos: [], wrong: "" };
  for (const one of fields) {
    const { value, photos = [], wrong = "" } = one.read();
    const missing = !wrong && one.asked.required && empty(value) ? word("need", { label: one.asked.label }) : wrong;
    if (!quiet) one.say(missing);
    told.wrong ||= missing;
    if (!empty(value)) told.answers[one.asked.id] = value;
    told.photos.push(...photos);
  }
  return told;
}

function empty(value) {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
}

async function field(asked, value, kept) {
  const id = `q-${(count += 1)}`;
  const optional = asked.required ? null : undefined;
  const set = isSet(asked);
  const element = piece(set ? "set" : "field", { label: asked.label, hint: asked.hint ?? null, ...(optional === null ? { optional } : {}) });
  const box = element.querySelector("[data-slot=box]");
  const error = element.querySelector("[data-slot=error]");
  const say = (words) => {
    error.hidden = !words;
    error.textContent = words;
    element.classList.toggle("is-error", Boolean(words));
  };
  if (asked.kind === "photos") {
    const shots = await startShots(box, { id, kept: kept.filter((one) => (value ?? []).includes(one.key)) });
    element.querySelector("label").htmlFor = id;
    return { asked, element, say, read: () => ({ value: shots.photos().map((one) => one.key), photos: shots.photos() }) };
  }
  if (asked.kind === "place") return placeField(asked, element, box, say, value);
  if (set) {
    box.append(...options(asked).map((option) => choice(asked, option, id, value)));
    return { asked, element, say, read: () => ({ value: chosen(asked, box) }) };
  }
  const input = inputOf(asked, value);
  input.id = id;
  element.querySelector("label").htmlFor = id;
  box.replaceWith(input);
  return { asked, element, say, read: () => typed(asked, input.value.trim()) };
}

// where the phone stands, taken once, when it is asked for
function placeField(asked, element, box, say, value) {
  let at = value ?? null;
  const button = piece("here");
  const said = document.createElement("span");
  const show = () => (said.textContent = at ? `${Number(at.lat).toFixed(5)}, ${Number(at.lon).toFixed(5)}` : "");
  button.addEventListener("click", async () => {
    said.textContent = word("here-waiting");
    at = await position().then(({ lon, lat }) => ({ lon, lat }), () => at);
    show();
  });
  show();
  box.append(button, " ", said);
  return { asked, element, say, read: () => ({ value: at }) };
}

function isSet(asked) {
  return ["choices", "departments", "yes_no"].includes(asked.kind) || (asked.choices?.length > 0 && asked.choices.length <= MANY);
}

function options(asked) {
  if (asked.kind !== "yes_no") return asked.choices ?? [];
  return [{ value: "yes", title: word("yes") }, { value: "no", title: word("no") }];
}

function choice(asked, option, name, value) {
  const label = piece("choice", { title: option.title, help: null });
  const input = label.querySelector("input");
  input.type = ["choices", "departments"].includes(asked.kind) ? "checkbox" : "radio";
  input.name = name;
  input.value = option.value;
  const given = typeof value === "boolean" ? (value ? "yes" : "no") : value;
  input.checked = Array.isArray(given) ? given.includes(option.value) : given === option.value;
  return label;
}

function chosen(asked, box) {
  const values = [...box.querySelectorAll("input:checked")].map((input) => input.value);
  if (["choices", "departments"].includes(asked.kind)) return values;
  if (asked.kind === "yes_no") return values.length ? values[0] === "yes" : null;
  return values[0] ?? "";
}

function inputOf(asked, value) {
  if (asked.choices?.length) return selectOf(asked, value);
  const long = ["text", "long_text"].includes(asked.kind);
  const input = document.createElement(long ? "textarea" : "input");
  input.className = long || asked.kind === "line" ? "input" : "input input--short";
  input.dir = "auto";
  if (long) input.rows = 3;
  else Object.assign(input, TYPES[asked.kind] ?? {});
  if (asked.low) input.min = asked.low;
  if (asked.high) input.max = asked.high;
  input.value = value ?? "";
  return input;
}

const TYPES = {
  whole: { type: "number", inputMode: "numeric", step: "1" }, decimal: { inputMode: "decimal" }, money: { inputMode: "decimal" },
  date: { type: "date" }, time: { type: "time" }, moment: { type: "datetime-local" }, phone: { type: "tel" },
};

function selectOf(asked, value) {
  const select = document.createElement("select");
  select.className = "input";
  select.add(new Option(word("choose"), ""));
  for (const option of asked.choices) select.add(new Option(option.title, option.value, false, option.value === value));
  return select;
}

function typed(asked, text) {
  if (text && asked.kind === "moment") return { value: new Date(text).toISOString() };
  if (!text || !["whole", "money", "decimal"].includes(asked.kind)) return { value: text };
  const number = Number(text.replaceAll(",", ""));
  if (!Number.isFinite(number) || (asked.kind === "whole" && !Number.isInteger(number))) return { value: text, wrong: word("bad-whole", { label: asked.label }) };
  const [low, high] = [asked.low, asked.high].map((bound) => (bound === undefined ? null : Number(bound)));
  if ((low !== null && number < low) || (high !== null && number > high)) {
    return { value: number, wrong: word("bad-bound", { label: asked.label, low: asked.low ?? "0", high: asked.high ?? "∞" }) };
  }
  return { value: number };
}
