// Every form of a server's page: sent as ever, by a script that tells a dead spot from an answer. Where no answer comes it
// is kept in the outbox; what no outbox takes (a telephone number to be shown, say) stays on the page and says so.
// A form carries a key from its first try on, and so does what the outbox makes of it: it is taken once.

import { giveKey, PATIENCE_MS, postForm, within } from "../../gezhi/patient.js";
import { keepers, sendNow } from "./from-page.js";

export async function send(form, submitter) {
  if (form.dataset.going) return;
  form.dataset.going = "yes";
  window.addEventListener("pageshow", () => delete form.dataset.going, { once: true });
  giveKey(form);
  delete form.dataset.unsure;
  try {
    // a photo that did not arrive would be left behind: it goes with the record, from the outbox
    if ("keep" in form.dataset && form.querySelector(".photo.is-broken")) throw new Error("not all of it arrived");
    const to = await ask(form, submitter);
    if (to) window.location.assign(to);
    // refused, or signed out: the page itself says it, with everything that was typed
    else natively(form, submitter);
  } catch {
    await keep(form);
    if (navigator.onLine) sendNow();
    delete form.dataset.going;
    delete form.dataset.sent;
    for (const busy of form.querySelectorAll(".is-busy")) busy.classList.remove("is-busy");
  }
}

// what answers with a page cannot be sent twice: there it is only seen whether there is a network
async function ask(form, submitter) {
  if ("keep" in form.dataset && !submitter?.name) {
    if (navigator.onLine) form.dataset.unsure = "yes";
    return postForm(form);
  }
  await fetch("/account/session", { headers: { "Gezhi-Background": "1" }, cache: "no-store", signal: within(PATIENCE_MS) });
  return null;
}

function natively(form, submitter) {
  if (submitter?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value }));
  HTMLFormElement.prototype.submit.call(form);
}

async function keep(form) {
  const { kept, unsure, offline, see } = document.querySelector(".phone").dataset;
  form.parentElement.querySelector(":scope > [data-unsent]")?.remove();
  form.querySelector(":scope > [data-unsent]")?.remove();
  const says = Object.assign(document.createElement("p"), { className: "banner", tabIndex: -1 });
  says.setAttribute("role", "status");
  says.dataset.unsent = "";
  try {
    const keeper = keepers[form.dataset.keep];
    if (!keeper) throw new Error("stays here");
    const go = await keeper(form);
    says.append(form.dataset.unsure ? unsure : kept, " ", link(go ?? "/field/outbox", go ? form.dataset.go : see));
    form.replaceWith(says);
    if (form.dataset.draft) import("../../gezhi/drafts.js").then(({ forgetDraft }) => forgetDraft(form.dataset.draft));
    window.addEventListener("online", () => sendNow(), { once: true });
  } catch {
    says.textContent = offline;
    form.append(says);
  }
  says.focus();
}

function link(address, words) {
  return Object.assign(document.createElement("a"), { href: address, textContent: words });
}
