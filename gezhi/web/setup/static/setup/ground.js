// Maps of the setup: our own areas as vectors, no tiles from anywhere; the lists beside them do the same by keyboard.

import { startSlider } from "./slider.js";

for (const holder of document.querySelectorAll("[data-ground]")) {
  import("./groundmap.js").then((module) => module.startGround(holder)).catch((error) => sayFailed(holder, error));
}
for (const range of document.querySelectorAll("[data-days]")) startSlider(range);

function sayFailed(holder, error) {
  console.warn(error);
  holder.querySelector("[data-fail]").hidden = false;
}
