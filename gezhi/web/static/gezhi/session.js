// A session that is about to end says so two minutes before. A form that is sent after its end waits here, with
// everything typed and every photo chosen, until one has signed in again in another tab.

const BACKGROUND = { headers: { "Gezhi-Background": "1" } };
const dialog = document.getElementById("session-end");
let endsAt = 0;
let waiting = null;

export function startSession() {
  if (!dialog) return;
  plan(Number(dialog.dataset.seconds));
  document.addEventListener("submit", hold, { capture: true });
  dialog.querySelector("[data-stay]").addEventListener("click", stay);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && Date.now() > warnAt() && look());
  window.addEventListener("focus", () => dialog.open && look());
}

function warnAt() {
  return endsAt - Number(dialog.dataset.warn) * 1000;
}

function plan(seconds) {
  endsAt = Date.now() + seconds * 1000;
  setTimeout(look, Math.max(1000, Math.min(seconds * 1000 - Number(dialog.dataset.warn) * 1000, 2 ** 31 - 1)));
}

// ask how long the session really lasts: another tab may have used it
async function look() {
  let told;
  try {
    const answer = await fetch(dialog.dataset.address, BACKGROUND);
    told = await answer.json();
  } catch {
    setTimeout(look, 30_000);
    return null;
  }
  if (told.signed_in && told.account !== dialog.dataset.account) told.stranger = true;
  show(told);
  return told;
}

function show(told) {
  const left = told.seconds_left ?? 0;
  if (told.signed_in && !told.stranger) {
    renewTokens(told.csrf);
    dialog.dataset.warn = told.warn_seconds;
    if (left > told.warn_seconds) {
      dialog.close();
      plan(left);
      const form = waiting;
      waiting = null;
      if (form) form.form.requestSubmit(form.submitter?.isConnected ? form.submitter : undefined);
      return;
    }
    endsAt = Date.now() + left * 1000;
    setTimeout(look, (left + 1) * 1000);
  }
  dialog.dataset.state = told.stranger ? "stranger" : told.signed_in ? "soon" : "over";
  if (!dialog.open) dialog.showModal();
}

// pressing “stay signed in” is use of the session
async function stay() {
  const answer = await fetch(dialog.dataset.address, { method: "POST", headers: { "X-CSRFToken": dialog.dataset.csrf } }).catch(() => null);
  if (answer?.ok) show(await answer.json());
  else look();
}

// a form that would be lost at the sign-in waits; whether the session is over is asked only when it may be
function hold(event) {
  if (event.defaultPrevented || Date.now() < warnAt() || event.target.method !== "post") return;
  if (event.target.closest("dialog")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  waiting = { form: event.target, submitter: event.submitter };
  look();
}

function renewTokens(token) {
  if (!token) return;
  dialog.dataset.csrf = token;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
}
