// This phone's download: how much, how far, how old; said before it begins.

import * as download from "./download.js";
import { persist } from "./room.js";
import { SignedOut, Stranger } from "./server.js";
import { signIn } from "./sign-in.js";
import * as store from "./store.js";
import { bytes, moment, piece, word } from "./words.js";

export async function card({ account }) {
  const box = piece("card");
  const at = (slot) => box.querySelector(`[data-slot=${slot}]`);
  at("go").addEventListener("click", go);
  document.addEventListener("gezhi:downloaded", () => draw().then(ask));
  await draw();
  if (navigator.onLine) ask();
  return box;

  async function draw() {
    const note = await download.noteOf(account);
    const [cases, grids] = await Promise.all([store.parts(account, "case/"), store.parts(account, "grid/")]);
    at("state").textContent = note
      ? `${word("updated", { when: moment(note.at) })} ${word("downloaded", { cases: cases.length, grids: grids.length, size: bytes(note.bytes) })}`
      : word("never");
    if (!navigator.onLine) at("go").hidden = true;
  }

  async function ask() {
    try {
      const { bytes: n, full } = await download.size(account);
      if (!n) at("says").textContent = word("fresh");
      at("go").hidden = !n;
      at("go").textContent = word(full ? "download" : "download-new", { size: bytes(n) });
    } catch {
      at("go").hidden = true;
    }
  }

  async function go() {
    const bar = at("bar");
    bar.hidden = false;
    at("go").disabled = true;
    try {
      await persist();
      await download.refresh(account, (share, have, most) => {
        bar.value = share;
        at("says").textContent = word("downloading", { have: bytes(have), all: bytes(most) });
      });
      at("says").textContent = word("fresh");
      at("go").hidden = true;
      document.dispatchEvent(new Event("gezhi:downloaded"));
    } catch (error) {
      at("says").textContent = word(sayOf(error), { why: String(error.message ?? error) });
      if (error instanceof SignedOut && (await signIn("signed-out"))) return go();
    } finally {
      bar.hidden = true;
      at("go").disabled = false;
    }
    await draw();
  }
}

function sayOf(error) {
  if (error instanceof SignedOut) return "say-signed-out";
  if (error instanceof Stranger) return "say-stranger";
  if (error?.name === "QuotaExceededError") return "no-room-download";
  return error?.constructor?.name === "NoNetwork" ? "say-offline" : "say-failed";
}
