// The one screen of a report: position by itself, what would follow as it is filled in, sending that survives a dead spot.

import { giveKey, postForm } from "../gezhi/patient.js";
import { startUploads } from "../gezhi/uploads.js";
import { startLater } from "./maps.js";
import { startShots } from "./shots.js";

const BUSY_MS = 500;
const KEPT = "field.report";
const COARSE_M = 100;
const form = document.getElementById("report");
const says = form.querySelector("[data-say]");
const reports = "report" in form.dataset;
const loc = document.getElementById("loc");
let asking = 0;
let accuracy = "";

const shots = startShots(form.querySelector("[data-shots]"), ({ at }) => {
  keep();
  // a photo says where it was taken; the phone's own position, when it comes, is surer
  if (at && reports && !form.elements.lon.value) place(at[0], at[1]);
});
for (const button of form.querySelectorAll("[data-opens]")) startPanel(button);
for (const input of form.querySelectorAll("[name=item]")) input.addEventListener("change", () => chosen(input));
form.addEventListener("change", (event) => {
  // a draft that came back marks the item in the long list, too: the chip is what is seen
  if (event.target === form && picked()) chosen(picked(), false);
  keep();
  if (["item", "area"].includes(event.target.name)) look();
});
form.addEventListener("gezhi:place", () => byHand());
form.addEventListener("submit", send);
if (reports) begin();

function begin() {
  restore();
  if (picked()) chosen(picked(), false);
  const here = form.querySelector("[data-here]");
  if ("geolocation" in navigator) {
    here.hidden = false;
    here.addEventListener("click", () => locate(true));
    if (!form.elements.lon.value && !grid().value) locate(false);
  } else if (loc) loc.textContent = loc.dataset.none;
  if (form.elements.lon.value || grid().value || picked()) look();
  // fetched while there is a network: when it is needed, there is none
  const rest = window.requestIdleCallback ?? ((work) => setTimeout(work, 1000));
  rest(() => Promise.all([import("./offline/from-page.js"), import("./offline/start.js")]).then(([, { startOffline }]) => startOffline(), () => {}));
}

// what folds away; without scripts it lies open
function startPanel(button) {
  const panel = document.getElementById(button.dataset.opens);
  const map = panel.querySelector("[data-map-later]");
  button.hidden = false;
  const open = (wide) => {
    panel.hidden = !wide;
    button.setAttribute("aria-expanded", wide);
    if (wide && map?.hidden) startLater(map);
    if (wide) panel.querySelector("input[type=search]")?.focus();
  };
  open("open" in panel.dataset);
  button.addEventListener("click", () => open(panel.hidden));
  panel.addEventListener("gezhi:close", () => open(false));
}

function grid() {
  return form.querySelector("[data-grids]");
}

function picked() {
  return form.querySelector("[name=item]:checked");
}

function locate(pressed) {
  loc.textContent = loc.dataset.waiting;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      accuracy = (coords.accuracy > COARSE_M ? loc.dataset.coarse : loc.dataset.found).replace("{n}", Math.round(coords.accuracy));
      loc.textContent = "";
      if (pressed) grid().value = "";
      if (pressed || !grid().value) place(coords.longitude.toFixed(6), coords.latitude.toFixed(6));
    },
    (error) => {
      loc.textContent = error.code === error.PERMISSION_DENIED ? loc.dataset.denied : loc.dataset.none;
    },
    { enableHighAccuracy: true, timeout: 12_000, maximumAge: 15_000 },
  );
}

function place(lon, lat) {
  form.elements.lon.value = lon;
  form.elements.lat.value = lat;
  form.elements.lon.dispatchEvent(new Event("change"));
  keep();
  look();
}

// the spot was tapped on the map: it is where it is now, not where the phone is
function byHand() {
  accuracy = "";
  const list = grid();
  if (list) list.value = "";
  keep();
  if (reports) look();
}

// one of the long list becomes the choice that is seen; the list folds up again
function chosen(input, lead = true) {
  const all = document.getElementById("all-items");
  if (!all.contains(input)) return;
  const chips = form.querySelector("[data-chips]");
  const twin = chips.querySelector(`input[value="${CSS.escape(input.value)}"]`);
  const chip = twin?.closest("label") ?? chips.querySelector("label").cloneNode(true);
  if (!twin) {
    chip.querySelector("input").value = input.value;
    chip.querySelector("span").textContent = input.closest("label").querySelector("b").textContent;
    chips.prepend(chip);
  }
  chip.querySelector("input").checked = true;
  all.dispatchEvent(new Event("gezhi:close"));
  if (lead) chip.querySelector("input").focus();
}

// where is it, who has it, what may I do: asked of the plan while the form is being filled in
async function look() {
  const mine = ++asking;
  const body = new FormData(form);
  for (const name of ["photos", "text"]) body.delete(name);
  for (const [name, value] of [...body.entries()]) if (value instanceof File) body.delete(name);
  try {
    const answer = await fetch(form.dataset.ahead, { method: "POST", body, headers: { "Gezhi-Background": "1" } });
    if (!answer.ok || answer.redirected || mine !== asking) return;
    const found = document.createElement("template");
    found.innerHTML = await answer.text();
    for (const id of ["says-where", "says-next"]) exchange(id, found.content.getElementById(id));
  } catch {
    // without a network it is asked after sending
  }
}

function exchange(id, fresh) {
  const old = document.getElementById(id);
  if (!fresh || !old) return;
  const written = new Map([...old.querySelectorAll("textarea, input:not([type=radio]):not([type=file])")].map((box) => [box.name, box.value]));
  if (id === "says-next" && old.innerHTML.trim() && sameWays(old, fresh)) return exchangeWords(old, fresh);
  for (const box of fresh.querySelectorAll("textarea, input")) if (written.get(box.name)) box.value = written.get(box.name);
  old.replaceWith(fresh);
  for (const input of fresh.querySelectorAll("[data-photo-input]")) startUploads(input);
  const exact = fresh.querySelector("[data-accuracy]");
  if (exact) exact.textContent = accuracy;
}

function sameWays(old, fresh) {
  const ways = (from) => [...from.querySelectorAll("[name=do], [name^='open-']")].map((box) => (box.name === "do" ? box.value : box.name)).join();
  return ways(old) === ways(fresh);
}

// the same choices for another item: only the words change, and what is typed or photographed stays
function exchangeWords(old, fresh) {
  const [before, after] = [old.querySelectorAll(".choice > span"), fresh.querySelectorAll(".choice > span")];
  after.forEach((words, at) => before[at]?.replaceWith(words));
}

async function send(event) {
  event.preventDefault();
  const button = form.querySelector("[data-send]");
  if (form.dataset.going) return;
  form.dataset.going = "yes";
  button.classList.add("is-busy");
  says.textContent = form.dataset.sending;
  await shots.settled();
  if (!reports) giveKey(form);
  if (navigator.onLine) form.dataset.unsure = "yes";
  try {
    const to = await postForm(form);
    if (to) return window.location.replace(to);
    // refused, or signed out: the page itself says it, with everything that was typed
    HTMLFormElement.prototype.submit.call(form);
  } catch {
    if (reports && (await keptHere())) return;
    says.textContent = form.dataset.offline;
    says.classList.add("is-offline");
  }
  delete form.dataset.going;
  delete form.dataset.sent;
  button.classList.remove("is-busy");
}

// no answer came: kept in the phone's outbox under the same key, and sent from there
async function keptHere() {
  const { keepReport, sendNow } = await import("./offline/from-page.js").catch(() => ({}));
  if (!keepReport) return false;
  try {
    await keepReport(form, shots.files());
  } catch {
    return false;
  }
  sessionStorage.removeItem(KEPT);
  sessionStorage.removeItem("draft:report");
  const panel = document.getElementById("t-kept-here").content.firstElementChild.cloneNode(true);
  form.replaceWith(panel);
  panel.querySelector("h2").focus();
  const again = panel.querySelector("[data-send-now]");
  const send = async () => {
    again.classList.add("is-busy");
    let told = await sendNow();
    // another tab or the phone itself sends already: its end is ours
    while (told.state === "busy") {
      await new Promise((wake) => setTimeout(wake, BUSY_MS));
      told = await sendNow();
    }
    again.classList.remove("is-busy");
    if (told.state === "done" && (told.sent || !told.left)) panel.classList.add("is-sent");
  };
  again.addEventListener("click", send);
  window.addEventListener("online", send, { once: true });
  return true;
}

function keep() {
  if (!reports) return;
  const kept = Object.fromEntries(
    ["item", "area", "lon", "lat", "do"].map((name) => [name, new FormData(form).get(name) ?? ""]),
  );
  kept.tokens = [...form.querySelectorAll("input[data-kept]")].map((field) => field.value);
  kept.who = document.querySelector("meta[name=draft-user]").content;
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
}

// what was begun and not sent comes back, also after one has signed in again
function restore() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (!kept || kept.who !== document.querySelector("meta[name=draft-user]").content) return;
  if (!picked() && kept.item) {
    const input = form.querySelector(`[name=item][value="${CSS.escape(kept.item)}"]`);
    if (input) input.checked = true;
  }
  if (!form.elements.lon.value) for (const name of ["lon", "lat"]) form.elements[name].value = kept[name] ?? "";
  if (kept.area && !grid().value) grid().value = kept.area;
  if (kept.tokens?.length && !form.querySelector("input[data-kept]")) shots.restore(kept.tokens);
}
