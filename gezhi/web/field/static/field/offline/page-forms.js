// Every form of a server's page: sent as ever, by a script that tells a dead spot from an answer. Where no answer comes it
// is kept in the outbox; what no outbox takes (a telephone number to be shown, say) stays on the page and says so.

import { keepers, sendNow } from "./from-page.js";

export async function send(form, submitter) {
  if (form.dataset.going) return;
  form.dataset.going = "yes";
  window.addEventListener("pageshow", () => delete form.dataset.going, { once: true });
  try {
    // a photo that did not arrive would be left behind: it goes with the record, from the outbox
    if ("keep" in form.dataset && form.querySelector(".photo.is-broken")) throw new Error("not all of it arrived");
    const answer = await ask(form, submitter);
    if (answer === null) return;
    if (answer.ok && answer.headers.get("Content-Type")?.includes("json")) return window.location.assign((await answer.json()).to);
    // refused, or signed out: the page itself says it, with everything that was typed
    return natively(form, submitter);
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
    return fetch(form.getAttribute("action") ?? window.location.href, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
  }
  await fetch("/account/session", { headers: { "Gezhi-Background": "1" }, cache: "no-store" });
  natively(form, submitter);
  return null;
}

function natively(form, submitter) {
  if (submitter?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value }));
  HTMLFormElement.prototype.submit.call(form);
}

async function keep(form) {
  const { kept, offline, see } = document.querySelector(".phone").dataset;
  form.parentElement.querySelector(":scope > [data-unsent]")?.remove();
  form.querySelector(":scope > [data-unsent]")?.remove();
  const says = Object.assign(document.createElement("p"), { className: "banner", tabIndex: -1 });
  says.setAttribute("role", "status");
  says.dataset.unsent = "";
  try {
    const keeper = keepers[form.dataset.keep];
    if (!keeper) throw new Error("stays here");
    const go = await keeper(form);
    says.append(kept, " ", link(go ?? "/field/outbox", go ? form.dataset.go : see));
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
