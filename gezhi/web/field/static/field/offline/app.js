// The field without a network: reads its own address and shows what this phone holds for it.

import { within } from "../../gezhi/patient.js";
import * as download from "./download.js";
import * as outbox from "./outbox.js";
import * as who from "./who.js";
import { keepTrying } from "./retry.js";
import { makeRoom, room } from "./room.js";
import { bytes, moment, piece, word } from "./words.js";

const VIEWS = [
  [/^\/field\/?$/, () => import("./today.js"), "h-today"],
  [/^\/field\/report\/?$/, () => import("./report.js"), "h-report"],
  [/^\/field\/cases\/?$/, () => import("./cases.js"), "h-cases"],
  [/^\/field\/outbox\/?$/, () => import("./outbox-view.js"), "h-outbox"],
  [/^\/field\/duties\/?$/, () => import("./rounds.js"), "rounds"],
  [/^\/field\/duties\/away\/?$/, () => import("./away.js"), "h-away"],
  [/^\/field\/activity\/([^/]+)\/?$/, () => import("./own-activity.js"), "h-activity"],
  [/^\/field\/duty\/([^/]+)\/([^/]+)(?:\/begin)?$/, () => import("./activity.js"), "rounds"],
  [/^\/field\/entries\/?$/, () => import("./entries.js"), "h-entries"],
  [/^\/field\/entries\/([^/]+)$/, () => import("./entry.js"), "h-entries"],
  [/^\/field\/case\/([^/]+)\/correct$/, () => import("./correct.js"), "h-correct"],
  [/^\/field\/case\/([^/]+)\/?$/, () => import("./case.js"), "h-cases"],
];
const CLOCK_OFF_S = 300;
const main = document.getElementById("main");

open();

async function open() {
  if ("unsent" in main.dataset) return unsent();
  const [, load, title, found] = choose();
  document.querySelector("[data-top]").textContent = word(title);
  document.title = `${word(title)} · ${document.title.split(" · ").at(-1)}`;
  markTab();
  let one;
  try {
    one = await whose();
  } catch {
    return say("denied");
  }
  if (!one) return say("nobody");
  look(one);
  const expired = await download.expire(one.account);
  await outbox.forgetOld(one.account);
  const context = { account: one.account, note: await download.noteOf(one.account), found, main };
  try {
    const shown = await (await load()).show(context);
    main.replaceChildren(...(await notes(context, expired)), ...[shown].flat());
  } catch (error) {
    console.error(error);
    main.replaceChildren(piece("warn", { text: String(error.message ?? error) }));
  }
  if (!main.querySelector("h1")) main.prepend(Object.assign(document.createElement("h1"), { className: "vh", textContent: word(title) }));
  main.removeAttribute("aria-busy");
  outbox.onChange(() => badge(one.account));
  window.addEventListener("online", () => netBack());
  keepTrying(async () => {
    await sendOff(one.account);
    return (await outbox.unsent(one.account)).filter((record) => record.state === "waiting").length;
  })();
  const again = async () => {
    const fresh = await notes({ ...context, note: await download.noteOf(one.account) }, false);
    main.querySelector(".notes")?.replaceWith(...fresh);
  };
  document.addEventListener("gezhi:downloaded", again);
  window.addEventListener("offline", again);
}

// where there is a network the server knows who is signed in; without one, whoever was last
async function whose() {
  const last = await who.current();
  if (!navigator.onLine) return last;
  try {
    const answer = await fetch("/account/session", { headers: { "Gezhi-Background": "1" }, signal: within(3000) });
    const told = await answer.json();
    if (!told.signed_in || told.account === last?.account) return last;
    await who.here(told.account, "");
    return who.current();
  } catch {
    return last;
  }
}

function choose() {
  for (const [pattern, load, title] of VIEWS) {
    const found = pattern.exec(location.pathname);
    if (found) return [pattern, load, title, found];
  }
  return [null, () => ({ show: () => piece("nothing", { title: word("h-elsewhere"), text: word("elsewhere") }) }), "h-elsewhere", null];
}

function markTab() {
  const path = location.pathname.replace(/\/$/, "");
  for (const link of document.querySelectorAll(".tabbar a")) {
    if (new URL(link.href).pathname.replace(/\/$/, "") === path) link.setAttribute("aria-current", "page");
  }
  if (/^\/field\/.+/.test(path)) document.querySelector("[data-back]").hidden = false;
}

function look({ name, theme, text }) {
  document.querySelector("[data-who]").textContent = name;
  if (theme) document.documentElement.dataset.theme = theme;
  if (text) document.documentElement.dataset.text = text;
}

// always said: whether there is a network, and how old what is shown is
async function notes({ account, note }, expired) {
  const found = [];
  if (!navigator.onLine) found.push(piece("banner", { text: word("offline") }));
  if (expired) found.push(piece("warn", { text: word("expired") }));
  const space = await room();
  if (space.short) found.push(full(account, space, note));
  if (note && Math.abs(note.shift) > CLOCK_OFF_S) found.push(piece("warn", { text: word("clock-off", { n: Math.round(Math.abs(note.shift) / 60) }) }));
  found.push(piece("line", { text: note ? word("updated", { when: moment(note.at) }) : word("never") }));
  await badge(account);
  const box = document.createElement("div");
  box.className = "notes";
  box.append(...found);
  return [box];
}

// what can be done about it stands beside it: what was downloaded comes again, what was made is sent
function full(account, space, note) {
  const box = piece("full", { text: word("no-room", { free: bytes(Math.max(0, space.quota - space.usage)) }) });
  const clear = box.querySelector("[data-do=clear]");
  clear.hidden = !note;
  clear.addEventListener("click", async () => {
    await makeRoom(account);
    location.reload();
  });
  return box;
}

async function badge(account) {
  const waiting = (await outbox.unsent(account)).length;
  const tab = document.querySelector(".tabbar a:last-child");
  tab.querySelector(".count")?.remove();
  if (waiting) tab.append(Object.assign(document.createElement("span"), { className: "count", textContent: waiting }));
}

function netBack() {
  if (/outbox/.test(location.pathname) || main.querySelector("[data-netback]")) return;
  const line = piece("netback", { text: word("online") });
  line.dataset.netback = "";
  line.querySelector("[data-slot=again]").href = location.href;
  main.prepend(line);
  who.current().then((one) => one && sendOff(one.account));
}

async function sendOff(account) {
  await (await import("./send.js")).sendAll(account);
  if (await download.freshen(account)) document.dispatchEvent(new Event("gezhi:downloaded"));
}

// a form of the server's page was sent into a dead spot: nothing was taken, and the page before still has it all
function unsent() {
  document.querySelector("[data-top]").textContent = word("h-unsent");
  const page = piece("unsent");
  page.querySelector("button").addEventListener("click", () => history.back());
  main.replaceChildren(page);
  main.removeAttribute("aria-busy");
}

function say(name) {
  const title = Object.assign(document.createElement("h1"), { className: "vh", textContent: word("h-elsewhere") });
  main.replaceChildren(title, piece("nothing", { title: word("h-elsewhere"), text: word(name) }));
  main.removeAttribute("aria-busy");
}
