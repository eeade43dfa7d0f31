// What every page gains when scripts run. Nothing here is needed to report, track or sign.

import { startNetwork } from "./network.js";

const TOO_COARSE_M = 100;
document.documentElement.classList.add("has-script");
startNetwork(document.querySelector("[data-netline]"));

const ahead = ["portal", "field"].includes(document.body.dataset.surface);
const inputs = document.querySelectorAll("[data-photo-input]");
if (inputs.length && ahead) import("./uploads.js").then(({ startUploads }) => inputs.forEach((input) => startUploads(input)));
else if (inputs.length) import("./photos.js").then(({ startPhotos }) => inputs.forEach((input) => startPhotos(input)));
for (const form of document.querySelectorAll("form")) guardAgainstDoubleSending(form);
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
for (const button of document.querySelectorAll("[data-locate]")) startLocating(button);
const filters = document.querySelectorAll("[data-filter-list]");
if (filters.length) import("./filter.js").then((module) => filters.forEach(module.startFiltering));
const schemeForms = document.querySelectorAll("[data-scheme-form]");
if (schemeForms.length) import("./scheme-form.js").then((module) => schemeForms.forEach(module.startSchemeForm));
const signedIn = document.querySelector("meta[name=draft-user]");
if (signedIn) {
  if (hasDrafts(signedIn.content)) import("./drafts.js").then((module) => module.startDrafts());
  import("./pulse.js").then((module) => module.startPulse(signedIn.dataset.pulse));
  import("./session.js").then((module) => module.startSession());
}
document.getElementById("errors")?.focus();
for (const form of document.querySelectorAll("form[action='/logout']")) form.addEventListener("submit", leave);

const map = document.querySelector("[data-map]");
if (map) import("./map.js").then((module) => module.startMap(map)).catch(withoutMap);

// no WebGL, a lost network: the list and the address field do the same, and are offered at once
function withoutMap() {
  map.remove();
  for (const words of document.querySelectorAll("[data-map-failed]")) words.hidden = false;
  const list = document.getElementById("list");
  if (list instanceof HTMLDetailsElement) list.open = true;
}

// whether there is anything to keep, to give back, or to throw away because somebody else sits here now
function hasDrafts(who) {
  try {
    if (document.querySelector("form[data-draft]") || sessionStorage.getItem("draft.sent")) return true;
    if (sessionStorage.length && sessionStorage.getItem("draft.who") !== who) return true;
    return Object.keys(localStorage).some((name) => name.startsWith("gezhi.draft:") && !name.startsWith(`gezhi.draft:${who}:`));
  } catch {
    return false; // a browser that keeps nothing
  }
}

// what a phone holds of the district goes when its owner signs out, after a word about what was not sent
function leave(event) {
  event.preventDefault();
  const form = event.currentTarget;
  Promise.all([import("../field/offline/leaving.js"), import("./drafts.js")]).then(
    ([leaving, drafts]) => leaving.leave(form, drafts.forgetAll),
    () => form.submit(),
  );
}

function guardAgainstDoubleSending(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    event.submitter?.classList.add("is-busy");
    // a page taken from the browser's back cache may be sent again
    window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
  });
}

// GPS: fills the form's lon and lat and says how exact it is; the other ways stay open
function startLocating(button) {
  const form = button.form;
  const says = document.getElementById(button.dataset.locate);
  button.hidden = !("geolocation" in navigator);
  button.addEventListener("click", () => {
    button.classList.add("is-busy");
    says.textContent = button.dataset.waiting;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.classList.remove("is-busy");
        form.elements.lon.value = coords.longitude.toFixed(6);
        form.elements.lat.value = coords.latitude.toFixed(6);
        const words = coords.accuracy > TOO_COARSE_M ? (button.dataset.coarse ?? button.dataset.found) : button.dataset.found;
        says.textContent = words.replace("{n}", Math.round(coords.accuracy));
        form.dataset.placed = "yes"; // for scripts that are still on their way
        form.elements.lon.dispatchEvent(new Event("change", { bubbles: true }));
        if ("sendWhenLocated" in form.dataset) form.submit();
      },
      ({ code, PERMISSION_DENIED }) => {
        button.classList.remove("is-busy");
        says.textContent = (code === PERMISSION_DENIED && button.dataset.denied) || button.dataset.failed;
      },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}
