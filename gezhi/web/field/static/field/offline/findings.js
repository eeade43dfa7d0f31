// What was found on a round: each becomes a case, is put right on the spot, or within a limit.

import { startShots } from "./shots.js";
import { piece, word } from "./words.js";

// `before` are those that were noted already and are not sent yet, `kept` their photos
export async function startFindings(box, items, { before = [], kept = [] } = {}) {
  const blocks = [];
  const more = piece("button");
  more.textContent = word("add-finding");
  more.addEventListener("click", () => add());
  box.append(more);
  for (const one of before) await add(one);
  return { read: () => gather(blocks.filter((one) => one.element.isConnected)) };

  async function add(known) {
    const element = piece("finding");
    const at = (name) => element.querySelector(`[data-name=${name}]`);
    const n = blocks.length;
    for (const group of items?.groups ?? []) {
      const set = Object.assign(document.createElement("optgroup"), { label: group.title });
      set.append(...group.entries.map((entry) => new Option(entry.title, entry.id)));
      at("item").append(set);
    }
    for (const input of element.querySelectorAll("input[type=radio]")) input.name = `way-${n}`;
    const of = (keys) => kept.filter((photo) => (keys ?? []).includes(photo.key));
    const first = await startShots(at("before"), { id: `before-${n}`, kept: of(known?.photos_before) });
    const after = await startShots(at("after"), { id: `after-${n}`, kept: of(known?.photos_after) });
    if (known) {
      for (const name of ["text", "item", "result", "interim", "until"]) at(name).value = known[name] ?? "";
      element.querySelector(`input[type=radio][value="${known.way}"]`).checked = true;
    }
    const way = () => element.querySelector("input[type=radio]:checked").value;
    const look = () => {
      for (const part of element.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== way();
    };
    element.addEventListener("change", look);
    look();
    element.querySelector("[data-drop]").addEventListener("click", () => element.remove());
    blocks.push({ element, at, way, before: first, after });
    box.insertBefore(element, more);
    if (!known) at("text").focus();
  }
}

function gather(blocks) {
  const told = { findings: [], photos: [], wrong: "" };
  for (const { at, way, before, after } of blocks) {
    const one = { text: at("text").value.trim(), item: at("item").value, way: way() };
    if (!one.text && !one.item) told.wrong ||= word("need-finding");
    const shown = one.way === "spot" ? after.photos() : [];
    if (one.way === "spot") one.result = at("result").value.trim();
    if (one.way === "limited") {
      one.interim = at("interim").value.trim();
      one.until = at("until").value;
      if (!one.interim || !one.until) told.wrong ||= word("need-limit");
    }
    one.photos_before = before.photos().map((photo) => photo.key);
    one.photos_after = shown.map((photo) => photo.key);
    told.findings.push(one);
    told.photos.push(...before.photos(), ...shown);
  }
  return told;
}
