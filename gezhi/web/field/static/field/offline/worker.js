// The service worker of /field: keeps one page per language and what it needs, and hands it out when no server answers.
// It keeps no page of anybody: what is somebody's lies in IndexedDB, apart for each account.

import { freshen } from "./download.js";
import { sendAll } from "./send.js";
import * as who from "./who.js";

const NAME = "gezhi-field-";
const PATIENCE_MS = 8000;
const HASHED = /\.[0-9a-f]{8,}\.\w+$/;
const NOTE = "/field/offline/language";

export function start({ build, shells, files, statics }) {
  const cacheName = NAME + build;
  const shown = new Set();

  self.addEventListener("install", (event) => {
    event.waitUntil(install().then(() => self.skipWaiting()));
  });
  self.addEventListener("activate", (event) => {
    event.waitUntil(tidy().then(() => self.clients.claim()));
  });
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (url.origin !== self.location.origin) return;
    if (request.method === "POST" && request.mode === "navigate") event.respondWith(sent(event));
    if (request.method !== "GET") return;
    if (request.mode === "navigate" && !url.pathname.startsWith("/field/offline/")) event.respondWith(page(event));
    else if (url.pathname.startsWith(statics)) event.respondWith(file(event, url));
  });
  self.addEventListener("message", (event) => {
    if (event.data?.language) event.waitUntil(noteLanguage(event.data.language));
  });
  self.addEventListener("sync", (event) => {
    if (event.tag === "outbox") event.waitUntil(send());
  });

  // all of a build or nothing of it; without cookies, so that nothing of anybody can be in it
  async function install() {
    const cache = await caches.open(cacheName);
    const wanted = [...Object.values(shells), ...files];
    await cache.addAll(wanted.map((address) => new Request(address, { credentials: "omit", cache: "no-cache" })));
  }

  async function tidy() {
    const before = await language();
    for (const name of await caches.keys()) if (name.startsWith(NAME) && name !== cacheName) await caches.delete(name);
    if (before) await noteLanguage(before);
  }

  async function noteLanguage(code) {
    const cache = await caches.open(cacheName);
    await cache.put(NOTE, new Response(code));
  }

  async function language() {
    return (await caches.match(NOTE))?.text();
  }

  // the server's page where it answers in time, else the kept one, which reads its address itself
  async function page(event) {
    // a record of this phone is written anew: no server knows of it
    if (new URL(event.request.url).searchParams.has("edit")) return shell(event);
    try {
      // a network that is there but answers nothing is none
      const late = new Promise((_, fail) => setTimeout(() => fail(new Error("late")), PATIENCE_MS));
      return await Promise.race([fetch(event.request), late]);
    } catch {
      return shell(event);
    }
  }

  async function shell(event) {
    const cache = await caches.open(cacheName);
    const kept = await cache.match(shells[await language()] ?? Object.values(shells)[0]);
    if (!kept) return Response.error();
    if (event.resultingClientId) shown.add(event.resultingClientId);
    return kept;
  }

  // a form that no script sent, and the network is gone: the kept page says so, and leads back to what was written
  async function sent(event) {
    try {
      return await fetch(event.request);
    } catch {
      const kept = await shell(event);
      if (kept.type === "error") return kept;
      const headers = new Headers(kept.headers);
      for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
      return new Response((await kept.text()).replace('<main id="main"', '<main id="main" data-unsent'), { headers });
    }
  }

  // the kept page takes its own build's files; pages of the server take what the server has now
  async function file(event, url) {
    const kept = async () => (await caches.open(cacheName)).match(event.request, { ignoreVary: true });
    if (shown.has(event.clientId) || HASHED.test(url.pathname)) return (await kept()) ?? fetch(event.request);
    try {
      return await fetch(event.request);
    } catch (error) {
      const found = await kept();
      if (found) return found;
      throw error;
    }
  }

  async function send() {
    const one = await who.current();
    if (!one) return;
    const told = await sendAll(one.account);
    await freshen(one.account);
    // rejected: the browser tries again later by itself
    if (told.state === "offline") throw new Error("offline");
  }
}
