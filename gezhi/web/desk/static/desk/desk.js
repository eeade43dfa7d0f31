// What the desk gains when scripts run: the lists' keys (queue.js), actions without a round trip, drafts.
// Without scripts every row and every action is a link or a form of its own.

import { startPhotos } from "../gezhi/photos.js";
import { startLists } from "./queue.js";

document.addEventListener("click", (event) => {
  const way = event.target.closest("[data-do]");
  if (way && !event.defaultPrevented && isPlain(event)) openAction(event, way);
});
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(event));
forgetOthers();
startDrafts(document);

startLists((panel) => {
  for (const input of panel.querySelectorAll("[data-photo-input]")) startPhotos(input);
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

// what somebody else typed in this tab before is not theirs to read who sits here now
function forgetOthers() {
  const here = document.querySelector("meta[name=desk-user]")?.content ?? "";
  if (sessionStorage.getItem("desk.user") !== here) sessionStorage.clear();
  sessionStorage.setItem("desk.user", here);
}

// Words that were typed and not sent come back in this tab; what was sent and taken is forgotten.
function startDrafts(within) {
  const sent = sessionStorage.getItem("draft.sent");
  if (within === document && sent && document.querySelector(".messages .banner--ok, .receipt")) {
    sessionStorage.removeItem(sent);
    sessionStorage.removeItem("draft.sent");
  }
  for (const form of within.querySelectorAll("[data-draft]")) {
    const key = `draft:${form.dataset.draft}`;
    const boxes = [...form.querySelectorAll("textarea, input.input:not([type=search])")].filter((box) => box.name !== "contact");
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    for (const box of boxes) if (!box.value && kept[box.name]) box.value = kept[box.name];
    form.addEventListener("input", () => {
      sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(boxes.map((box) => [box.name, box.value]))));
    });
    form.addEventListener("submit", () => sessionStorage.setItem("draft.sent", key));
  }
}
