// What the desk gains when scripts run: the lists' keys (queue.js), actions without a round trip, drafts.
// Without scripts every row and every action is a link or a form of its own.

import { startDrafts } from "../gezhi/drafts.js";
import { startFiltering } from "../gezhi/filter.js";
import { startPhotos } from "../gezhi/photos.js";
import { startLists } from "./queue.js";

document.addEventListener("click", (event) => {
  const way = event.target.closest("[data-do]");
  if (way && !event.defaultPrevented && isPlain(event)) openAction(event, way);
});
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(event));

startLists((panel) => {
  for (const input of panel.querySelectorAll("[data-photo-input]")) startPhotos(input);
  for (const box of panel.querySelectorAll("[data-filter-list]")) startFiltering(box);
  for (const form of panel.querySelectorAll("form")) guard(form);
  startDrafts(panel);
});

function isPlain(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
}

function guard(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    event.submitter?.classList.add("is-busy");
    window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
  });
}

// one action open at a time; what was typed in another one stays there
function openAction(event, way) {
  const form = document.getElementById(`do-${way.dataset.do}`);
  if (!form) return;
  event.preventDefault();
  for (const other of way.parentElement.querySelectorAll("[data-do]")) {
    const on = other === way;
    other.classList.toggle("is-on", on);
    if (on) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
    const its = document.getElementById(`do-${other.dataset.do}`);
    its.hidden = !on;
    its.querySelector(".row > button.btn:last-of-type, .row > button.btn")?.classList.toggle("btn--primary", on);
  }
  form.querySelector("input:not([type=hidden]):not([type=file]), textarea, select, button")?.focus();
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (event.key === "Escape" || !menu.contains(event.target)) menu.open = false;
  }
}
