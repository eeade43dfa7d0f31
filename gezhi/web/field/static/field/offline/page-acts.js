// Actions on a case's page: sent as ever; where no answer comes, kept in the outbox and sent from there.

import { keepAct, sendNow } from "./from-page.js";

export async function send(form) {
  if (form.dataset.going) return;
  form.dataset.going = "yes";
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    if (answer.ok && answer.headers.get("Content-Type")?.includes("json")) return window.location.assign((await answer.json()).to);
    // refused, or signed out: the page itself says it, with everything that was typed
    return HTMLFormElement.prototype.submit.call(form);
  } catch {
    await keep(form);
  } finally {
    delete form.dataset.going;
    delete form.dataset.sent;
  }
}

async function keep(form) {
  const says = document.createElement("p");
  says.className = "banner";
  says.setAttribute("role", "status");
  try {
    await keepAct(form);
    says.textContent = form.dataset.kept;
    form.replaceWith(says);
    window.addEventListener("online", () => sendNow(), { once: true });
  } catch {
    says.textContent = form.dataset.offline;
    form.append(says);
  }
  says.tabIndex = -1;
  says.focus();
}
