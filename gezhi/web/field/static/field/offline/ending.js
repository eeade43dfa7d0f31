// The end of an activity: what it asks, who went along, what was found. For one begun here or on a page of the server,
// for one that still waits in the outbox, and for one that was sent and is put right.

import { draw } from "./asked.js";
import { startFindings } from "./findings.js";
import { settled, startShots } from "./shots.js";
import * as store from "./store.js";
import { piece, word } from "./words.js";

// `one` says what the plan asks; `before` what was written already; `save(told, photos, says)` keeps what is written now
export async function ending(account, { one, name, when, where = "", area, before = {}, kept = [], found = [], amends = false, changed = false }, save) {
  const [described, grids, items, people] = await Promise.all([
    one.form ? store.part(account, `forms/${one.form}`) : null, store.parts(account, "grid/"), store.part(account, "items"), store.part(account, "colleagues"),
  ]);
  const entries = (await store.parts(account, "entries/")).flatMap((part) => part.entries);
  const page = piece("ending", { name, begun: when, where, changed: changed ? word("form-changed") : null, found: found.map(line) });
  if (!found.length) page.querySelector("[data-seen]").remove();
  const at = (slot) => page.querySelector(`[data-slot=${slot}]`);
  // what is sealed is on no phone: it is not asked again when something is put right
  const form = await draw(described, { known: before.answers ?? {}, entries, grids, kept, only: (field) => !amends || !field.required || !field.sensitive });
  const keeps = (described?.fields ?? []).filter((field) => field.sensitive).map((field) => field.id);
  at("form").append(form.element);
  const findings = await startFindings(at("findings"), items, { before: before.findings ?? [], kept });
  const shots = await startShots(at("shots"), { id: "activity-shots", kept: kept.filter((photo) => (before.photos ?? []).includes(photo.key)) });
  const together = drawOthers(at("others"), people?.[area] ?? [], before.others ?? [], one.together);
  page.elements.remarks.value = before.remarks ?? "";
  if (!one.verifies || amends) at("agrees").remove();
  else if (before.agrees !== undefined) page.querySelector(`[name=agrees][value=${before.agrees ? "yes" : "no"}]`).checked = true;
  if (!one.nil || amends) at("nil").remove();
  else page.elements.nil.checked = Boolean(before.nil);
  at("send").textContent = word(amends ? "put-right" : one.kind === "report" ? "hand-in" : "end-it");
  page.addEventListener("submit", async (event) => {
    event.preventDefault();
    await settled();
    const answered = form.read();
    const noted = findings.read();
    const wrong = answered.wrong || noted.wrong;
    at("wrong").hidden = !wrong;
    at("wrong").textContent = wrong;
    if (wrong) return;
    const own = shots.photos();
    const told = { answers: answered.answers, findings: noted.findings, photos: own.map((photo) => photo.key), remarks: page.elements.remarks.value.trim(), others: together(), keeps };
    if (page.elements.nil?.checked) told.nil = true;
    if (page.elements.agrees?.value) told.agrees = page.elements.agrees.value === "yes";
    await save(told, [...own, ...answered.photos, ...noted.photos], at("wrong"), described?.print ?? "");
  });
  return page;
}

function line({ text, number }) {
  return Object.assign(document.createElement("li"), { textContent: [text, number].filter(Boolean).join(" · "), dir: "auto" });
}

function drawOthers(box, people, before, open) {
  if (!people.length) {
    box.remove();
    return () => before;
  }
  box.open = Boolean(open || before.length);
  for (const one of people) {
    const label = piece("choice", { title: one.name, help: null });
    Object.assign(label.querySelector("input"), { type: "checkbox", name: "others", value: one.id, checked: before.includes(one.id) });
    box.querySelector(".choices").append(label);
  }
  return () => [...box.querySelectorAll("input:checked")].map((input) => input.value);
}
