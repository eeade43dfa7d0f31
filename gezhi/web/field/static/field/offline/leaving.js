// Signing out: what was downloaded goes from this phone; what was not sent is counted first, and its owner decides.

import * as outbox from "./outbox.js";
import { sendAll } from "./send.js";
import * as who from "./who.js";

export async function leave(form, last = () => {}) {
  const account = document.querySelector("meta[name=draft-user]")?.content;
  try {
    const waiting = await outbox.unsent(account);
    if (waiting.length && !(await decide(account, waiting.length))) return;
    const left = await outbox.unsent(account);
    await who.leave(account, { keepRecords: left.length > 0 && form.dataset.leave === "keep" });
  } catch {
    // nothing is kept in this browser
  }
  last();
  form.submit();

  async function decide(owner, n) {
    const box = document.getElementById("leaving");
    if (!box) return true;
    box.querySelector("[data-says]").textContent = box.dataset.says.replace("{n}", n);
    box.returnValue = "";
    box.showModal();
    await new Promise((done) => box.addEventListener("close", done, { once: true }));
    if (box.returnValue === "send") {
      const told = await sendAll(owner);
      const left = (await outbox.unsent(owner)).length;
      return told.state === "done" && !left ? true : decide(owner, left);
    }
    form.dataset.leave = box.returnValue;
    return box.returnValue !== "";
  }
}
