// What may be done at once with what is reported: settled on the spot, or handed on. Offered in one's own grids.

import { form } from "./fields.js";
import { piece, word } from "./words.js";

// `look(item, mine)` draws what that item offers; `read()` gives {then, photos, wrong}
export function startWays(box, spot, { before = null, kept = [], open = true } = {}) {
  let shown = "";
  let drawn = new Map();
  const chosen = () => box.querySelector("input[name=do]:checked")?.value ?? "";
  box.addEventListener("change", () => unfold());
  return { look, read };

  async function look(item, mine) {
    const names = open && mine ? (spot?.items[item] ?? []) : [];
    const key = names.join();
    if (key === shown) return;
    shown = key;
    const picked = chosen() || before?.action || "";
    const held = new Map([...drawn].map(([name, one]) => [name, one.asked.read({ quiet: true })]));
    drawn = new Map();
    const rows = [];
    for (const name of names) {
      const way = spot.ways[name];
      const said = held.get(way.action);
      const answers = said?.answers ?? (before?.action === way.action ? before.answers : {});
      const asked = await form(way.fields ?? [], answers, said?.photos ?? kept);
      const element = row(way, asked, way.action === picked, names.filter((one) => spot.ways[one].course !== "works").length === 1);
      drawn.set(way.action, { asked, element });
      rows.push([way, element]);
    }
    if (key !== shown) return; // another item was chosen meanwhile
    const works = rows.filter(([way]) => way.course === "works").map(([, element]) => element);
    const others = rows.filter(([way]) => way.course !== "works").map(([, element]) => element);
    const plain = choice("", word("see-to-it"), "", !rows.some(([way]) => way.action === picked));
    box.querySelector(".choices").replaceChildren(...(rows.length ? [...works, plain, ...others] : []));
    box.hidden = !rows.length;
    unfold();
  }

  function row(way, asked, checked, alone) {
    const element = piece("way");
    const title = way.course === "works" ? word("on-the-spot") : alone ? word("not-for-me", { action: way.title }) : way.title;
    element.querySelector("[data-slot=choice]").replaceWith(choice(way.action, title, way.next ? word("next-step", { step: way.next }) : "", checked));
    element.querySelector("[data-slot=asks]").append(...asked.elements);
    return element;
  }

  function choice(value, title, help, checked) {
    const label = piece("choice", { title, help: help || null });
    Object.assign(label.querySelector("input"), { type: "radio", name: "do", value, checked });
    return label;
  }

  function unfold() {
    for (const [action, { element }] of drawn) element.querySelector("[data-slot=asks]").hidden = action !== chosen();
  }

  function read() {
    const one = drawn.get(chosen());
    if (!one) return { then: null, photos: [], wrong: "" };
    const { answers, photos, wrong } = one.asked.read();
    return { then: { action: chosen(), answers }, photos, wrong };
  }
}
