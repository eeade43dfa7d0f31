// After a form: the record is kept first; then it is sent, if that can be done at once; either way its owner reads which.

import { freshen } from "./download.js";
import { becameOf } from "./mending.js";
import * as outbox from "./outbox.js";
import { sendAll } from "./send.js";
import { piece, word } from "./words.js";

let going = null;

// `replaces`: the record that this one is written in place of. Pressed twice it is kept once
export function kept(account, main, says, given) {
  going ??= keep(account, main, says, given).finally(() => (going = null));
  return going;
}

async function keep(account, main, says, { replaces = null, ...given }) {
  let record;
  try {
    record = await outbox.add(account, given);
    if (replaces) await outbox.supersede(account, replaces, record);
  } catch (error) {
    // nothing was kept: the form still has everything
    says.hidden = false;
    says.textContent = word(error?.name === "QuotaExceededError" ? "not-kept" : "denied");
    return null;
  }
  const told = navigator.onLine ? await sendAll(account) : { state: "offline" };
  freshen(account);
  const now = await outbox.find(account, record.key);
  const sent = now?.state === "sent";
  if (["refused", "conflict"].includes(now?.state) || told.state === "signed-out") {
    window.location.assign("/field/outbox");
    return record;
  }
  const text = sent ? [becameOf(now) || now.title, ...(now.result.warnings ?? [])].join(" · ") : word(`say-${told.state === "done" ? "offline" : told.state}`, { why: told.why ?? "" });
  main.replaceChildren(piece("kept", { title: word(sent ? "kept-then-sent" : "kept"), text }));
  // the next report is what comes after a report alone
  if (given.kind !== "report") main.querySelector("[data-slot=next]").remove();
  main.querySelector("h1").tabIndex = -1;
  main.querySelector("h1").focus();
  return record;
}
