// What residents' pages gain when scripts run; without them everything here goes on by itself or by the server.

import { touched } from "./touched.js";

const LOOK_AFTER_MS = 300;
const FEW_LEFT = 1000;
const KEPT = "kept:";

for (const box of document.querySelectorAll("textarea[data-most]")) count(box);
for (const form of document.querySelectorAll("form[data-keep-words]")) keepWords(form);
for (const form of document.querySelectorAll("form[data-look]")) lookAtOnce(form);
for (const button of document.querySelectorAll("[data-copy]")) copy(button);
for (const list of document.querySelectorAll("[data-sounds]")) suggest(list);

// says how many characters are left when few are, or how many are too many; cuts nothing
function count(box) {
  const says = document.getElementById(`${box.id}-count`);
  const most = Number(box.dataset.most);
  const tell = () => {
    const left = most - [...box.value.trim()].length;
    const words = left < 0 ? box.dataset.over : left < FEW_LEFT ? box.dataset.left : "";
    says.textContent = words.replace("{n}", Math.abs(left));
    says.classList.toggle("error", left < 0);
  };
  box.addEventListener("input", tell);
  tell();
}

// words come back after a session that ended, a reload, a page left by mistake; this tab only, until they were sent
function keepWords(form) {
  const key = KEPT + form.dataset.keepWords;
  const boxes = [...form.querySelectorAll("textarea")];
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    for (const box of boxes) if (!box.value && kept[box.name]) box.value = kept[box.name];
    form.addEventListener("input", () => {
      sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(boxes.map((box) => [box.name, box.value]))));
    });
    // what came back is counted and matched; what was written while this script was on its way is kept, too
    for (const box of boxes) box.dispatchEvent(new Event("input", { bubbles: true }));
  } catch {
    // a browser that keeps nothing
  }
}
if (document.querySelector("[data-sent]")) forgetWords();

function forgetWords() {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEPT)) sessionStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
}

// a point that was just chosen is answered at once: whose it is, which side of a border, or that it lies outside
function lookAtOnce(form) {
  const answer = document.getElementById("look");
  let waiting;
  let asked = 0;
  const look = () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const mine = ++asked;
      try {
        const reply = await fetch(form.dataset.look, { method: "POST", body: new FormData(form) });
        // an answer that was overtaken by a later question would name the wrong place
        if (reply.status !== 200 || mine !== asked) return;
        form.querySelector(".asked")?.remove();
        answer.innerHTML = await reply.text();
      } catch {
        // the next page says it as well
      }
    }, LOOK_AFTER_MS);
  };
  const moved = () => {
    for (const radio of form.querySelectorAll("[name=area]:checked")) radio.checked = false;
    look();
  };
  form.addEventListener("gezhi:place", moved);
  form.elements.lon.addEventListener("change", moved);
  form.elements.address.addEventListener("change", look);
  const areas = [...form.querySelectorAll("[name=area]")];
  for (const radio of areas) radio.addEventListener("change", look);
  if (form.dataset.placed || [form.elements.address, ...areas].some(touched)) look(); // before this script was there
}

function copy(button) {
  button.hidden = !navigator.clipboard;
  const says = button.querySelector("span");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    says.textContent = button.dataset.done;
  });
}

// what a description sounds like, by the pairs of characters that a title shares with it; the server reckons alike
function suggest(list) {
  const form = list.closest("form");
  const text = form.elements.text;
  const items = [...form.querySelectorAll("#items .choice")].map((choice) => ({ choice, title: choice.dataset.title.toLowerCase() }));
  const letters = new Map();
  for (const { title } of items) for (const sign of new Set(title)) letters.set(sign, (letters.get(sign) ?? 0) + 1);
  const score = (title, words, pieces) => {
    const shared = [...pieceSet(title)].filter((one) => pieces.has(one)).length;
    const rare = [...new Set(title)].filter((sign) => sign > "\u3400" && letters.get(sign) <= 4 && words.includes(sign)).length;
    return 2 * shared + rare;
  };
  let shownFor = "";
  text.addEventListener("input", () => {
    const words = text.value.toLowerCase();
    const pieces = pieceSet(words);
    const found = items
      .map((one) => ({ ...one, fits: score(one.title, words, pieces) }))
      .filter((one) => one.fits >= 2)
      .sort((one, other) => other.fits - one.fits)
      .slice(0, 3);
    const titles = found.map((one) => one.title).join();
    if (titles === shownFor) return;
    shownFor = titles;
    const chosen = list.querySelector("input:checked")?.value;
    list.replaceChildren(...found.map((one) => copyOf(one.choice, chosen)));
    list.parentElement.hidden = found.length === 0;
  });
  text.dispatchEvent(new Event("input"));
}

function copyOf(choice, chosen) {
  const one = choice.cloneNode(true);
  delete one.dataset.words;
  const radio = one.querySelector("input");
  radio.checked = radio.value === chosen;
  return one;
}

function pieceSet(text) {
  const pieces = new Set();
  for (const run of text.match(/[\u3400-\u9fff]+/g) ?? []) for (let at = 0; at + 1 < run.length; at++) pieces.add(run.slice(at, at + 2));
  for (const word of text.match(/[a-z]{4,}/g) ?? []) pieces.add(word.slice(0, 5));
  return pieces;
}

for (const link of document.querySelectorAll("[data-opens]")) {
  const open = () => (document.getElementById(link.dataset.opens).open = true);
  link.addEventListener("click", open);
  if (location.hash && link.hash === location.hash) open();
}

// a page that answered a form (something was missing) becomes a plain one: reloading or coming back never sends it again
const posted = document.querySelector("[data-posted]");
if (posted) history.replaceState(null, "", posted.dataset.posted || location.href);
