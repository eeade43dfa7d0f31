// Entries of own grids on this phone: looked up by name, address or code; opened, or a new one written down.

import * as store from "./store.js";
import { piece, word } from "./words.js";

const SHOWN = 50;

export async function show({ account }) {
  const [parts, shelf] = await Promise.all([store.parts(account, "entries/"), store.part(account, "registers")]);
  const registers = shelf?.registers ?? [];
  const titles = new Map(registers.map((one) => [one.id, one.title]));
  const entries = parts.flatMap((part) => part.entries);
  const search = piece("search");
  const input = search.querySelector("input");
  input.setAttribute("aria-label", word("search-entries"));
  input.placeholder = word("search-entries");
  search.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("input", draw);
  const box = document.createElement("div");
  const fresh = piece("acts");
  for (const one of registers.filter((some) => !some.part_of)) {
    const link = piece("link");
    link.classList.add("btn--wide");
    link.href = `/field/entries/new?register=${encodeURIComponent(one.id)}`;
    link.textContent = word("new-entry", { title: one.title });
    fresh.append(link);
  }
  draw();
  return [search, box, fresh];

  function draw() {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (one) => words.every((some) => `${one.name} ${one.address ?? ""} ${one.code}`.toLowerCase().includes(some));
    const found = entries.filter(fits);
    const rows = found.slice(0, SHOWN).map((one) => {
      const row = piece("object", { name: one.name || one.code, where: [titles.get(one.register), one.address, one.code].filter(Boolean).join(" · ") });
      row.querySelector("a").href = `/field/entries/${one.id}`;
      return row;
    });
    box.replaceChildren(piece("section", { title: word("entries-n", { n: found.length }), rows }));
  }
}
