// Words that were typed and not sent come back in this tab, also after the session has ended and one signed in again.

const SENT = "draft.sent";
const WHO = "draft.who";

export function startDrafts(who) {
  // what somebody else typed in this tab before is not theirs to read who sits here now
  if (sessionStorage.getItem(WHO) !== who) sessionStorage.clear();
  sessionStorage.setItem(WHO, who);
  const sent = sessionStorage.getItem(SENT);
  if (sent && document.querySelector(".messages .banner--ok")) sessionStorage.removeItem(sent);
  sessionStorage.removeItem(SENT);
  for (const form of document.querySelectorAll("form[data-draft]")) keep(form, `draft:${form.dataset.draft}`);
}

function keep(form, key) {
  const boxes = [...form.querySelectorAll("textarea, input.input:not([type=search])")];
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "{}");
  for (const box of boxes) {
    if (box.value || !kept[box.name]) continue;
    box.value = kept[box.name];
    const folded = box.closest("details");
    if (folded) folded.open = true;
  }
  form.addEventListener("input", () => {
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(boxes.map((box) => [box.name, box.value]))));
  });
  form.addEventListener("submit", () => sessionStorage.setItem(SENT, key));
}
