// A list and its keys: walk, open, select, act; the case chosen beside it; after a case is settled, the next one.
// Without scripts every row is a link, every selection a form.

import { touched } from "../gezhi/touched.js";

const wide = window.matchMedia("(min-width: 1400px)");
const list = document.querySelector("[data-queue]");
const panel = document.querySelector("[data-aside-panel]");
const bulk = document.getElementById("bulk");
const keys = document.getElementById("keys");
const GO = { q: "/desk/", a: "/desk/cases", d: "/desk/proposals", s: "/desk/supervised" };
let asked = 0;
let lastPick = null;
let going = 0;

export function startLists(onPanel) {
  for (const form of document.querySelectorAll("[data-bulk-form]")) startBulkForm(form);
  document.addEventListener("keydown", (event) => onKey(event, onPanel));
  showCounts();
  for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", () => keys?.showModal());
  document.querySelector("[data-print-keys]")?.addEventListener("click", printKeys);
  if (!list) return;
  list.addEventListener("click", (event) => onClick(event, onPanel));
  startPicking();
  if (!panel) return;
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.body.addEventListener(name, sayFailed);
  const first = nextOne();
  if (wide.matches && first) choose(first, onPanel);
  sessionStorage.setItem("desk.order", JSON.stringify(rows().map((row) => row.dataset.row)));
}

function rows() {
  return list ? [...list.querySelectorAll("[data-row]")] : [];
}

// where one was; when that case has left the list, the one that stood after it
function nextOne() {
  const all = rows();
  const was = sessionStorage.getItem("desk.row");
  const there = all.find((row) => row.dataset.row === was);
  if (there || !was) return there ?? all[0];
  const order = JSON.parse(sessionStorage.getItem("desk.order") ?? "[]");
  const at = order.indexOf(was);
  if (at < 0) return all[0];
  const near = [...order.slice(at + 1), ...order.slice(0, at).reverse()];
  const number = near.find((one) => all.some((row) => row.dataset.row === one));
  return all.find((row) => row.dataset.row === number) ?? all[0];
}

function onClick(event, onPanel) {
  const row = event.target.closest("[data-row]");
  if (!row || event.target.closest(".pickbox")) return;
  // the enter key opens the whole page
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!panel || !wide.matches || !plain || (event.detail === 0 && event.target.closest("a"))) {
    if (!event.target.closest("a") && plain) row.querySelector("a.go").click();
    return;
  }
  event.preventDefault();
  choose(row, onPanel);
  row.querySelector("a.go").focus({ preventScroll: true });
}

function current() {
  const all = rows();
  return all.find((row) => row.contains(document.activeElement)) ?? all.find((row) => row.classList.contains("is-on"));
}

function onKey(event, onPanel) {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (event.key === "Escape") return leave(typing);
  if (typing || event.ctrlKey || event.metaKey || event.altKey || keys?.open) return;
  const key = event.key.toLowerCase();
  if (going && Date.now() - going < 1500 && GO[key]) {
    going = 0;
    event.preventDefault();
    document.querySelector(`.nav a[href='${GO[key]}']`)?.click();
    return;
  }
  going = 0;
  const does = {
    "/": () => document.querySelector("[data-key='/']"),
    "?": () => keys,
    j: () => list,
    k: () => list,
    x: () => list && current(),
    a: () => list && (current() || picked().length),
    g: () => true,
  }[key];
  const on = does?.();
  if (!on) return;
  event.preventDefault();
  if (key === "/") on.focus();
  else if (key === "?") keys.showModal();
  else if (key === "g") going = Date.now();
  else if (key === "x") pick(current().querySelector("[data-pick]"), event.shiftKey);
  else if (key === "a") actOn(current());
  else walk(key === "j" ? 1 : -1, onPanel);
}

function walk(by, onPanel) {
  const all = rows();
  const here = current();
  const next = all[Math.min(all.length - 1, Math.max(0, (here ? all.indexOf(here) : -1) + by))];
  if (!next) return;
  next.querySelector("a.go").focus();
  if (panel && wide.matches) choose(next, onPanel);
}

// a selection is acted on as a whole; else the case chosen, beside the list or on its own page
function actOn(row) {
  if (picked().length) return bulk.requestSubmit(bulk.querySelector("[data-bulk]"));
  const first = panel && wide.matches ? panel.querySelector(".actbox [data-do], .actbox button, .actbox a") : null;
  if (first) return first.focus();
  row?.querySelector("a.go").click();
}

function leave(typing) {
  if (typing) typing.blur();
  else if (picked().length) drop();
}

async function choose(row, onPanel) {
  for (const one of rows()) {
    one.classList.toggle("is-on", one === row);
    if (one !== row) one.querySelector("a.go").removeAttribute("aria-current");
  }
  row.querySelector("a.go").setAttribute("aria-current", "true");
  sessionStorage.setItem("desk.row", row.dataset.row);
  asked += 1;
  const mine = asked;
  await window.htmx.ajax("GET", row.dataset.aside, { target: panel, swap: "innerHTML" });
  if (mine !== asked) return;
  panel.scrollTop = 0;
  onPanel(panel);
}

// the case beside the list did not come: say so, and lead to its own page
function sayFailed(event) {
  if (event.detail.target !== panel) return;
  const row = rows().find((one) => one.classList.contains("is-on"));
  const note = document.createElement("p");
  note.className = "banner";
  note.setAttribute("role", "alert");
  const way = document.createElement("a");
  way.href = row?.querySelector("a.go").href ?? "";
  way.textContent = panel.dataset.failed;
  note.append(way);
  panel.replaceChildren(note);
}

// ── selecting ──

function boxes() {
  return list ? [...list.querySelectorAll("[data-pick]")] : [];
}

function picked() {
  return boxes().filter((box) => box.checked);
}

function startPicking() {
  if (!bulk) return;
  list.addEventListener("click", (event) => {
    const box = event.target.closest("[data-pick]");
    if (box) picks(box, event.shiftKey);
  });
  bulk.querySelector("[data-pick-all]").addEventListener("change", (event) => {
    for (const box of boxes()) box.checked = event.target.checked;
    tell();
  });
  bulk.querySelector("[data-unpick]").addEventListener("click", (event) => {
    event.preventDefault();
    drop();
  });
  for (const button of document.querySelectorAll("[data-start-picking]")) {
    button.addEventListener("click", () => list.classList.toggle("is-picking"));
  }
  window.addEventListener("pageshow", tell);
  tell();
}

function pick(box, range) {
  if (!box) return;
  box.checked = !box.checked;
  picks(box, range);
}

// with shift, everything from the last one to here becomes like this one
function picks(box, range) {
  const all = boxes();
  if (range && lastPick && all.includes(lastPick)) {
    const [from, to] = [all.indexOf(lastPick), all.indexOf(box)].sort((one, other) => one - other);
    for (const one of all.slice(from, to + 1)) one.checked = box.checked;
  }
  lastPick = box;
  tell();
}

function drop() {
  for (const box of boxes()) box.checked = false;
  tell();
}

function tell() {
  const count = picked().length;
  const says = bulk.querySelector("[data-picked]");
  says.textContent = count ? says.dataset.one.replace("{n}", count) : "";
  bulk.classList.toggle("is-up", count > 0);
  list.classList.toggle("has-picks", count > 0);
  for (const box of boxes()) box.closest(".qrow").classList.toggle("is-picked", box.checked);
  const every = bulk.querySelector("[data-pick-all]");
  every.checked = count > 0 && count === boxes().length;
  every.indeterminate = count > 0 && count < boxes().length;
}

function printKeys() {
  document.documentElement.classList.add("prints-keys");
  window.print();
  document.documentElement.classList.remove("prints-keys");
}

// a run goes on by itself where scripts run; and what was not previewed can't be pressed
function startBulkForm(form) {
  const scripted = document.createElement("input");
  Object.assign(scripted, { type: "hidden", name: "scripted", value: "yes" });
  form.append(scripted);
  const shut = () => form.querySelector("[value=run]")?.setAttribute("disabled", "");
  form.addEventListener("input", shut);
  if ([...form.querySelectorAll("input:not([type=hidden]), select, textarea")].some(touched)) shut();
}

// counts beside the saved views: those of a moment ago at once, then fresh ones
async function showCounts() {
  const nav = document.querySelector("[data-counts]");
  if (!nav) return;
  const show = (counts) => {
    for (const place of nav.querySelectorAll("[data-count]")) place.textContent = counts[place.dataset.count] ?? "";
  };
  show(JSON.parse(sessionStorage.getItem("desk.counts") ?? "{}"));
  const answer = await fetch(nav.dataset.counts, { headers: { accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const counts = await answer.json().catch(() => ({}));
  sessionStorage.setItem("desk.counts", JSON.stringify(counts));
  show(counts);
}
