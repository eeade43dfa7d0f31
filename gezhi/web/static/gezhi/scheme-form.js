// Forms of a scheme ask only for what is asked for, grow rows where they repeat, and take the place from the device.
// Without scripts every field stands there, and the server leaves aside what its condition does not ask for.

import { startEntryPick } from "./entry-pick.js";
import { workOut } from "./trees.js";

const NUMBERS = ["whole", "decimal", "money"];

export function startSchemeForm(form) {
  const look = () => showWhatIsAsked(form);
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  form.addEventListener("click", (event) => {
    const more = event.target.closest("[data-more]");
    const here = event.target.closest("[data-here]");
    if (more) {
      event.preventDefault();
      addRow(more.closest("[data-repeat]"));
      look();
    }
    if (here) locate(form, here);
    const onMap = event.target.closest("[data-on-map]");
    if (onMap) openMap(onMap);
  });
  form.querySelectorAll("[data-entry-pick]").forEach(startEntryPick);
  form.dataset.started = "yes"; // now its buttons do something, and are shown
  look();
}

function answerOf(box) {
  const boxes = [...box.querySelectorAll("input[name], select[name], textarea[name]")].filter((one) => !one.name.endsWith(".clear"));
  const type = box.dataset.kind;
  if (type === "choices") return boxes.filter((one) => one.checked).map((one) => one.value);
  if (type === "yes_no") return boxes.find((one) => one.checked)?.value === "yes";
  if (type === "choice" && boxes[0]?.type === "radio") return boxes.find((one) => one.checked)?.value ?? "";
  if (type === "place") return boxes[0]?.value ? { lon: Number(boxes[0].value), lat: Number(boxes[1]?.value) } : null;
  const said = boxes[0]?.value ?? "";
  return NUMBERS.includes(type) ? Number(said || 0) : said;
}

function showWhatIsAsked(form) {
  const known = {};
  for (const box of form.querySelectorAll("[data-field]")) {
    const path = box.dataset.field.split(".");
    const inRow = path.length > 1;
    if (!inRow) known[path[0]] = answerOf(box);
  }
  for (const box of form.querySelectorAll("[data-when]")) {
    const row = box.closest("[data-row]");
    const seen = row ? { ...known, ...answersIn(row) } : known;
    let asked = true;
    try {
      asked = workOut(JSON.parse(box.dataset.when), seen) !== false;
    } catch {
      asked = true;
    }
    box.hidden = !asked;
  }
}

function answersIn(row) {
  const found = {};
  for (const box of row.querySelectorAll("[data-field]")) found[box.dataset.field.split(".").at(-1)] = answerOf(box);
  return found;
}

function addRow(repeat) {
  const rows = repeat.querySelectorAll(":scope > [data-row]");
  const last = rows[rows.length - 1];
  const count = repeat.querySelector(":scope > [data-rows]");
  const from = `${repeat.dataset.repeat}.${rows.length - 1}.`;
  const to = `${repeat.dataset.repeat}.${rows.length}.`;
  const row = last.cloneNode(true);
  row.dataset.row = rows.length;
  const legend = row.querySelector("legend");
  if (legend) legend.textContent = legend.textContent.replace(String(rows.length), String(rows.length + 1));
  for (const one of row.querySelectorAll("*")) {
    for (const name of ["id", "name", "for", "data-field", "data-here", "data-on-map", "data-pick-for", "aria-controls", "aria-describedby"]) {
      const value = one.getAttribute(name);
      if (value) one.setAttribute(name, value.replaceAll(from, to));
    }
    if (one.matches("input[type=radio], input[type=checkbox]")) one.checked = false;
    else if (one.matches("input:not([type=hidden]), textarea, select")) one.value = "";
    if (one.matches(".error")) one.remove();
  }
  delete last.dataset.blank;
  last.after(row);
  count.value = rows.length + 1;
  for (const picked of row.querySelectorAll("[data-entry-pick]")) {
    picked.querySelector("[data-found]").removeAttribute("id");
    picked.querySelector("[data-called]").textContent = "";
    startEntryPick(picked);
  }
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

// the place from a map that is fetched when it is asked for; the degrees beside it stay what is sent
function openMap(button) {
  const holder = document.getElementById(button.dataset.onMap);
  holder.hidden = !holder.hidden;
  button.setAttribute("aria-expanded", String(!holder.hidden));
  if (holder.hidden || holder.dataset.started) return;
  holder.dataset.started = "yes";
  const place = holder.closest("[data-field]");
  for (const part of place.querySelectorAll("input:not([type=hidden])")) {
    part.addEventListener("input", () => (document.getElementById(`${place.id}-accuracy`).value = ""));
  }
  const look = Object.assign(document.createElement("link"), { rel: "stylesheet", href: holder.dataset.css });
  document.head.append(look);
  import("./map.js").then((module) => module.startMap(holder)).catch(() => {
    holder.remove();
    document.getElementById(`${holder.id}-failed`).hidden = false;
  });
}

function locate(form, button) {
  if (!navigator.geolocation) return;
  button.disabled = true;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const name = button.dataset.here;
      form.elements[`${name}.lon`].value = coords.longitude.toFixed(6);
      form.elements[`${name}.lat`].value = coords.latitude.toFixed(6);
      form.elements[`${name}.accuracy`].value = Math.min(coords.accuracy, 1e6).toFixed(1);
      form.elements[`${name}.lon`].dispatchEvent(new Event("change", { bubbles: true }));
      button.disabled = false;
    },
    () => (button.disabled = false),
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
  );
}
