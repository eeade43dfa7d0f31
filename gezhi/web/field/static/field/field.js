// What the field pages gain when scripts run: counts in the dock, distances worked out in the phone, maps when asked for.

import { startDistance } from "./distance.js";
import { startLater } from "./maps.js";
import { startWaiting } from "./waiting.js";

const dock = document.querySelector("[data-counts]");
if (dock) startWaiting(dock);
const near = document.querySelector("[data-by-distance]");
if (near) startDistance(near);
for (const map of document.querySelectorAll("[data-map-later]")) {
  map.closest("details").addEventListener("toggle", () => startLater(map), { once: true });
}
// what was sent need not come back
const sent = document.querySelector("[data-clears]");
if (sent) for (const key of ["field.report", `draft:${sent.dataset.clears}`]) sessionStorage.removeItem(key);
