// The outbox: what waits, what needs its owner and why, what was sent; and this phone's download.

import { card } from "./card.js";
import * as download from "./download.js";
import * as outbox from "./outbox.js";
import { recordLine } from "./record-line.js";
import { sendAll } from "./send.js";
import { signIn } from "./sign-in.js";
import { piece, word } from "./words.js";

const BUSY_MS = 500;

export async function show(context) {
  const { account } = context;
  const page = piece("outbox");
  let going = null;
  let asked = false;
  let more = false;
  const at = (slot) => page.querySelector(`[data-slot=${slot}]`);
  at("send").addEventListener("click", () => send(true));
  at("phone").append(await card(context));
  outbox.onChange(() => draw());
  await draw();
  window.addEventListener("online", () => send(false));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send(false));
  if (navigator.onLine) send(false);
  return page;

  async function draw() {
    const records = await outbox.list(account);
    const waiting = records.filter((one) => one.state === "waiting");
    const yours = records.filter((one) => ["refused", "conflict"].includes(one.state));
    const sent = records.filter((one) => one.state === "sent").reverse();
    const said = [waiting.length && word("n-waiting", { n: waiting.length }), yours.length && word("n-yours", { n: yours.length })];
    at("count").textContent = said.filter(Boolean).join(" · ") || word("nothing-waits");
    at("send").hidden = !waiting.length;
    const groups = [["n-yours", yours], ["n-waiting", waiting], ["sent", sent]].filter(([, some]) => some.length);
    const drawn = await Promise.all(groups.map(([title, some]) => group(word(title, { n: some.length }), some)));
    at("lists").replaceChildren(...drawn);
  }

  async function group(title, records) {
    const rows = await Promise.all(records.map((one) => recordLine(account, one, { changed: draw, send: () => send(true) })));
    return piece("section", { title, rows });
  }

  // pressed while it is being sent already: its end is answered as one that was pressed, and what is new goes after it
  async function send(pressed) {
    asked ||= pressed;
    more = true;
    going ??= rounds().finally(() => (going = null));
    return going;
  }

  async function rounds() {
    while (more) {
      more = false;
      await work();
    }
  }

  async function once() {
    return sendAll(account, ({ sent, all }) => {
      if (all) at("says").textContent = word("sending-n", { n: sent + 1, all });
    });
  }

  async function work() {
    at("send").classList.add("is-busy");
    let told = await once();
    // another tab, or the phone itself, is at it: its end is waited for
    while (told.state === "busy" && asked) {
      await new Promise((wake) => setTimeout(wake, BUSY_MS));
      told = await once();
    }
    const pressed = asked;
    asked = false;
    at("send").classList.remove("is-busy");
    at("says").textContent = sayOf(told);
    await draw();
    if (await download.freshen(account)) document.dispatchEvent(new Event("gezhi:downloaded"));
    if (told.state === "signed-out" && pressed && (await signIn(told.state))) more = asked = true;
  }

  function sayOf(told) {
    if (told.state === "done") return told.sent ? word("sent-n", { n: told.sent }) : "";
    return word(`say-${told.state}`, { why: told.why ?? "" });
  }
}
