// What the plan asks when a case of an item begins, on the report's own screen.

import { form } from "./fields.js";

// `look(item)` draws what that item's opening asks; `read()` gives {answers, photos, wrong}
export function startOpening(box, opens, { before = {}, kept = [], open = true } = {}) {
  let shown = "";
  let drawn = null;
  const said = { ...before };
  const taken = new Map(kept.map((photo) => [photo.key, photo]));
  return { look, read: () => drawn?.read() ?? { answers: {}, photos: [], wrong: "" } };

  async function look(item) {
    const asked = (open && opens?.[item]) || [];
    const key = asked.length ? item : "";
    if (key === shown) return;
    shown = key;
    // what was typed for another item stays, should the choice come back to it
    if (drawn) {
      const { answers, photos } = drawn.read({ quiet: true });
      Object.assign(said, answers);
      for (const photo of photos) taken.set(photo.key, photo);
    }
    const fresh = asked.length ? await form(asked, said, [...taken.values()]) : null;
    if (key !== shown) return; // another item was chosen meanwhile
    drawn = fresh;
    box.querySelector(".stack").replaceChildren(...(fresh?.elements ?? []));
    box.hidden = !fresh;
  }
}
