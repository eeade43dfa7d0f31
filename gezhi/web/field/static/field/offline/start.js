// On the server's field pages: whose phone it is, the page kept for when there is no network, what waits sent along.

import { keepTrying } from "./retry.js";
import * as store from "./store.js";
import * as who from "./who.js";

const FRESH_MS = 10 * 60 * 1000;

export async function startOffline() {
  const account = document.querySelector("meta[name=draft-user]")?.content;
  if (!account) return;
  register();
  try {
    await who.here(account, document.querySelector("[data-name]")?.dataset.name ?? "");
  } catch {
    return; // a browser that keeps nothing: the pages work as long as there is a network
  }
  if (globalThis.BroadcastChannel) new BroadcastChannel("gezhi-outbox").onmessage = () => mark(account);
  const retry = keepTrying(() => along(account));
  window.addEventListener("online", () => along(account));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && along(account));
  if (await along(account)) retry();
}

// where nothing waits and nothing was downloaded, nothing more is fetched; returns how much still waits to be sent
async function along(account) {
  const waiting = await mark(account);
  const note = await store.meta(`download:${account}`);
  const offer = document.querySelector("[data-offer]");
  if (offer) offer.hidden = Boolean(note);
  if ((!waiting && !note) || !navigator.onLine) return waiting;
  const [outbox, download, { sendAll }] = await Promise.all([import("./outbox.js"), import("./download.js"), import("./send.js")]);
  await outbox.forgetOld(account);
  if (waiting) await sendAll(account);
  const left = await mark(account);
  if (!note || (await download.expire(account))) return left;
  if (!(await download.freshen(account)) && Date.now() - note.at > FRESH_MS) await download.refresh(account).catch(() => {});
  return left;
}

// how much waits, wherever the page has a place for it
async function mark(account) {
  const waiting = (await store.all("outbox", account)).filter((one) => one.state !== "sent").length;
  for (const place of document.querySelectorAll("[data-outbox]")) {
    place.hidden = !waiting && "unless" in place.dataset;
    const count = place.querySelector("[data-outbox-count]");
    if (count) {
      count.hidden = !waiting;
      count.textContent = count.dataset.says.replace("{n}", waiting);
    }
  }
  return waiting;
}

async function register() {
  if (!("serviceWorker" in navigator)) return;
  try {
    const registered = await navigator.serviceWorker.register("/field/sw.js", { type: "module", scope: "/field/" });
    const worker = registered.active ?? registered.waiting ?? registered.installing;
    worker?.postMessage({ language: document.documentElement.lang });
    await navigator.serviceWorker.ready;
    registered.active?.postMessage({ language: document.documentElement.lang });
  } catch {
    // a browser without modules in workers: pages and outbox work, only opening without a network does not
  }
}
