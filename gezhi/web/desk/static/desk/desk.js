// What the desk gains when scripts run: keys, the case beside the queue, actions without a round trip, drafts.
// Without scripts every row and every action is a link or a form of its own.

import { startPhotos } from "../gezhi/photos.js";

const wide = window.matchMedia("(min-width: 1400px)");
const queue = document.querySelector("[data-queue]");
const panel = document.querySelector("[data-aside-panel]");
let asked = 0;

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  const way = event.target.closest("[data-do]");
  if (way && !event.defaultPrevented && isPlain(event)) openAction(event, way);
});
document.addEventListener("click", closeMenus);
forgetOthers();
startDrafts(document);

if (queue && panel) {
  queue.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    // the enter key opens the whole page
    if (!row || !wide.matches || !isPlain(event) || event.detail === 0) return;
    event.preventDefault();
    choose(row);
  });
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.body.addEventListener(name, sayFailed);
  const first = rows().find((row) => row.dataset.row === sessionStorage.getItem("desk.row")) ?? rows()[0];
  if (wide.matches && first) choose(first);
}

function isPlain(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
}

function rows() {
  return queue ? [...queue.querySelectorAll("[data-row]")] : [];
}

// j and k walk the list, enter opens the whole page, / goes to the search box
function onKey(event) {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    const box = document.querySelector("[data-key='/']");
    if (box) event.preventDefault();
    box?.focus();
    return;
  }
  if (event.key === "Escape") closeMenus(event);
  if (event.key !== "j" && event.key !== "k") return;
  const all = rows();
  const at = all.findIndex((row) => row.matches(":focus, .is-on"));
  const next = all[Math.min(all.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))];
  if (!next) return;
  next.focus();
  if (panel && wide.matches) choose(next);
}

async function choose(row) {
  for (const one of rows()) {
    one.classList.toggle("is-on", one === row);
    if (one !== row) one.removeAttribute("aria-current");
  }
  row.setAttribute("aria-current", "true");
  sessionStorage.setItem("desk.row", row.dataset.row);
  asked += 1;
  const mine = asked;
  await window.htmx.ajax("GET", row.dataset.aside, { target: panel, swap: "innerHTML" });
  if (mine !== asked) return;
  panel.scrollTop = 0;
  for (const input of panel.querySelectorAll("[data-photo-input]")) startPhotos(input);
  for (const form of panel.querySelectorAll("form")) guard(form);
  startDrafts(panel);
}

// the case beside the list did not come: say so, and lead to its own page
function sayFailed(event) {
  if (event.detail.target !== panel) return;
  const row = rows().find((one) => one.classList.contains("is-on"));
  const note = document.createElement("p");
  note.className = "banner";
  note.setAttribute("role", "alert");
  const way = document.createElement("a");
  way.href = row?.href ?? "";
  way.textContent = panel.dataset.failed;
  note.append(way);
  panel.replaceChildren(note);
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
