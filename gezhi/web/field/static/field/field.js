// What the field pages gain when scripts run: counts in the dock, distances worked out in the phone, maps when asked for.

import { startDistance } from "./distance.js";
import { startWaiting } from "./waiting.js";

const dock = document.querySelector("[data-counts]");
if (dock) startWaiting(dock);
const near = document.querySelector("[data-by-distance]");
if (near) startDistance(near);
for (const map of document.querySelectorAll("[data-map-later]")) {
  const folded = map.closest("details");
  const start = () => import("./maps.js").then(({ startLater }) => startLater(map));
  if (folded.open) start();
  else folded.addEventListener("toggle", start, { once: true });
}
// what was sent need not come back
const sent = document.querySelector("[data-clears]");
if (sent) for (const key of ["field.report", `draft:${sent.dataset.clears}`]) sessionStorage.removeItem(key);

// what works without a network is fetched when the page has come to rest: nobody waits for it. A form that is sent
// before waits for it, or goes the plain way; some have a script of their own
const forms = document.querySelectorAll("form[method=post]:not(#report, [action='/logout'])");
const keeping = forms.length ? import("./offline/page-forms.js").catch(() => null) : null;
for (const form of forms) form.addEventListener("submit", (event) => sendForm(event, form));
const rest = window.requestIdleCallback ?? ((work) => setTimeout(work, 1000));
if (dock) rest(() => import("./offline/start.js").then(({ startOffline }) => startOffline()));

async function sendForm(event, form) {
  // where one stands is asked first
  if (event.defaultPrevented || ("checkin" in form.dataset && !form.dataset.located)) return;
  event.preventDefault();
  const { submitter } = event;
  const pages = await keeping;
  if (pages) pages.send(form, submitter);
  else HTMLFormElement.prototype.submit.call(form);
}
