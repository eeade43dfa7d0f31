// Words that were typed and not sent come back in this tab, also after the session has ended and one signed in again.
// Forms say `data-draft`; what came back is said beside it, with the time, and can be discarded.

const SENT = "draft.sent";
const WHO = "draft.who";
const here = document.querySelector("meta[name=draft-user]");
const started = new WeakSet();

export function startDrafts(within = document) {
  if (!here?.content) return;
  if (within === document) {
    forgetOthers(here.content);
    forgetSent();
  }
  for (const form of within.querySelectorAll("form[data-draft]")) {
    if (!started.has(form)) keep(form, `draft:${form.dataset.draft}`);
    started.add(form);
  }
}

// what somebody else typed in this tab before is not theirs to read who sits here now
function forgetOthers(who) {
  if (sessionStorage.getItem(WHO) !== who) sessionStorage.clear();
  sessionStorage.setItem(WHO, who);
}

// what was sent and taken is forgotten; what was refused stays
function forgetSent() {
  const sent = sessionStorage.getItem(SENT);
  if (sent && document.querySelector(".messages .banner--ok, .receipt")) sessionStorage.removeItem(sent);
  sessionStorage.removeItem(SENT);
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "{}");
  } catch {
    return {};
  }
}

function keep(form, key) {
  const boxes = [...form.querySelectorAll("textarea, input.input:not([type=search])")].filter((box) => box.name && box.name !== "contact");
  const marks = [...form.querySelectorAll("input[type=radio], input[type=checkbox]")].filter((box) => !box.name.endsWith(".kept"));
  const kept = read(key);
  const before = marks.map((box) => box.checked);
  let came = false;
  for (const box of boxes) {
    if (box.value || !kept[box.name]) continue;
    box.value = kept[box.name];
    came = true;
    const folded = box.closest("details");
    if (folded) folded.open = true;
  }
  if (came && kept["|marks"]) for (const box of marks) box.checked = kept["|marks"].includes(`${box.name}=${box.value}`);
  if (came) say(form, key, kept["|at"], () => {
    for (const box of boxes) if (kept[box.name] && box.value === kept[box.name]) box.value = "";
    marks.forEach((box, at) => (box.checked = before[at]));
  });
  const save = () => {
    const words = Object.fromEntries(boxes.filter((box) => box.value !== box.defaultValue || kept[box.name]).map((box) => [box.name, box.value]));
    if (!Object.values(words).some((word) => word.trim())) return sessionStorage.removeItem(key);
    const chosen = marks.filter((box) => box.checked).map((box) => `${box.name}=${box.value}`);
    try {
      sessionStorage.setItem(key, JSON.stringify({ ...words, "|marks": chosen, "|at": Date.now() }));
    } catch {
      // the browser's room is full: the words are still in the form
    }
  };
  form.addEventListener("input", save);
  form.addEventListener("submit", () => sessionStorage.setItem(SENT, key));
}

// "draft from 10:20 · discard"
function say(form, key, at, discard) {
  const line = document.createElement("p");
  line.className = "drafted t-small";
  const time = at ? new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }) : "";
  line.append((here.dataset.from ?? "").replace("{time}", time).trim());
  const button = document.createElement("button");
  button.type = "button";
  button.className = "linkbtn";
  button.textContent = here.dataset.discard ?? "×";
  button.addEventListener("click", () => {
    sessionStorage.removeItem(key);
    discard();
    line.remove();
    form.querySelector("textarea, input.input")?.focus();
  });
  line.append(" ", button);
  const first = form.querySelector("fieldset, .field");
  first?.before(line);
}
